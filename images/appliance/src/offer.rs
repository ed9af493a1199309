//! An update that the gateway offered and the kiosk fetched.
//!
//! The kiosk has no right over the machine: it puts a bundle and a note into its own folder,
//! and systemd starts this. What lies there is copied, never used in place, and counts only by
//! the bundle's signature and version, which the updater checks as it does for a stick.
//!
//! ```text
//! kiosk's folder/update.raucb, ready.json   the hand-over, taken once
//! own folder/offered.raucb                  the copy that is installed
//! record                                    what became of it; survives restarts
//! shown                                     the same for the kiosk, in memory
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use protocol::exchange::Sha256Digest;
use protocol::problem::ProblemCode;
use protocol::release::{Handover, MAX_BUNDLE_BYTES, MAX_NOTE_BYTES, MachineUpdate, UpdateState};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Fault;
use crate::files;
use crate::slots::{Slot, Successor};

/// Bytes copied at once.
const PIECE_BYTES: usize = 256 * 1024;

/// Where things lie.
#[derive(Debug, Clone)]
pub struct Places {
    /// The kiosk's folder.
    pub handed: PathBuf,
    /// The copy that is installed; only the system reads its folder.
    pub bundle: PathBuf,
    /// What became of the last bundle.
    pub record: PathBuf,
    /// The same for the kiosk.
    pub shown: PathBuf,
}

impl Places {
    /// On the image; `images/state.list` keeps all but the last.
    #[must_use]
    pub fn of_the_image() -> Self {
        Self {
            handed: "/var/lib/madoguchi/update".into(),
            bundle: "/var/lib/rauc/offered.raucb".into(),
            record: "/var/lib/appliance/offered.json".into(),
            shown: Path::new(crate::apply::RUN).join("update.json"),
        }
    }
}

/// What the machine can do with a bundle.
pub trait Machine {
    /// Verifies a bundle, refuses what is too old, and writes it into the slot that does not
    /// run.
    ///
    /// # Errors
    /// The code of the refusal; the system that runs stays.
    fn install(&mut self, bundle: &Path) -> Result<(), ProblemCode>;

    /// The slot that runs.
    fn slot(&self) -> Slot;
}

/// What is to be done after a hand-over was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: there was none, or it was refused.
    Stay,
    /// The new system is written: restart when the desk is idle.
    Restart,
}

/// What is kept of the last bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    update: MachineUpdate,
    /// The slot that ran when it was taken (`A`, `B`).
    ran: String,
}

/// Takes what the kiosk handed over, or goes on with what a power cut interrupted, and installs
/// it. A refusal is kept in the record and is no fault.
///
/// # Errors
/// Files of the system's own that cannot be read or written.
pub fn take(places: &Places, machine: &mut dyn Machine) -> Result<Next, Fault> {
    let interrupted = record(places).filter(|record| {
        record.update.state == UpdateState::Fetched
            && record.ran == machine.slot().letter()
            && places.bundle.exists()
    });
    let mut record = match interrupted {
        Some(record) => record,
        None => {
            // What a cut left of one that is done with would start this again and again.
            files::remove(&places.bundle)?;
            match receive(places, machine.slot()) {
                Some(record) => record,
                None => return Ok(Next::Stay),
            }
        }
    };
    if record.update.state != UpdateState::Fetched {
        return keep(places, &record).map(|()| Next::Stay);
    }
    keep(places, &record)?;
    clear(places);
    let installed = machine.install(&places.bundle);
    record.update.state = match &installed {
        Ok(()) => UpdateState::Written,
        Err(code) => UpdateState::Refused { code: code.clone() },
    };
    keep(places, &record)?;
    files::remove(&places.bundle)?;
    Ok(match installed {
        Ok(()) => Next::Restart,
        Err(_) => Next::Stay,
    })
}

/// A system was kept: says whether it is the one that was written last, or the one before it.
/// Changes nothing when no bundle was written, or when its system still waits for its trial.
///
/// # Errors
/// When the record cannot be written.
pub fn kept(places: &Places, slot: Slot, successor: Successor) -> Result<(), Fault> {
    let Some(mut record) = record(places) else {
        return Ok(());
    };
    // Cut between the last byte of the new system and the word that it is written, the record
    // still says that it is being written.
    if record.update.state.is_final() {
        return Ok(());
    }
    record.update.state = match (record.ran == slot.letter(), successor) {
        (false, _) => UpdateState::Installed,
        (true, Successor::GaveWay) => UpdateState::CameBack,
        (true, Successor::None | Successor::Waits) => return Ok(()),
    };
    keep(places, &record)
}

/// Shows the record to the kiosk, at each start.
///
/// # Errors
/// When it cannot be written.
pub fn publish(places: &Places) -> Result<(), Fault> {
    match record(places) {
        Some(record) => show(places, &record),
        None => Ok(()),
    }
}

/// Copies the bundle of a hand-over. Whatever is wrong with it ends as a refusal, and the
/// hand-over is gone afterwards, so that it is not looked at for ever.
fn receive(places: &Places, slot: Slot) -> Option<Record> {
    let note = places.handed.join(Handover::NOTE);
    if !fs::symlink_metadata(&note).is_ok_and(|found| found.is_file()) {
        // A folder or a link of that name is nobody's hand-over.
        let _ = fs::remove_file(&note);
        return None;
    }
    let Some(handover) = read_note(&note) else {
        clear(places);
        return None;
    };
    let state = match copy(&places.handed.join(Handover::BUNDLE), places, &handover) {
        Ok(()) => UpdateState::Fetched,
        Err(code) => {
            let _ = fs::remove_file(&places.bundle);
            clear(places);
            UpdateState::Refused { code }
        }
    };
    Some(Record {
        update: MachineUpdate {
            version: handover.version,
            sha256: handover.sha256,
            state,
        },
        ran: slot.letter().to_owned(),
    })
}

fn read_note(path: &Path) -> Option<Handover> {
    let mut text = String::new();
    open_plain(path)
        .ok()?
        .take(MAX_NOTE_BYTES)
        .read_to_string(&mut text)
        .ok()?;
    serde_json::from_str(&text).ok()
}

/// Opens a plain file of the kiosk's: never through a link, never a pipe, never a file that
/// has another name elsewhere.
fn open_plain(path: &Path) -> io::Result<File> {
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(flags).unwrap_or(0))
        .open(path)?;
    let found = file.metadata()?;
    if found.is_file() && found.nlink() == 1 {
        Ok(file)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

/// Copies and compares. What the kiosk does to its own file meanwhile changes nothing here.
fn copy(from: &Path, places: &Places, handover: &Handover) -> Result<(), ProblemCode> {
    if handover.size > MAX_BUNDLE_BYTES {
        return Err(ProblemCode::ReleaseFile);
    }
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::StorageFull {
            ProblemCode::UpdateSpace
        } else {
            ProblemCode::UpdateDamaged
        }
    };
    let mut from = open_plain(from).map_err(failed)?;
    let _ = fs::remove_file(&places.bundle);
    let mut to = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&places.bundle)
        .map_err(failed)?;
    let mut hash = Sha256::new();
    let mut left = handover.size;
    let mut piece = vec![0; PIECE_BYTES];
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(PIECE_BYTES);
        let got = from
            .read(&mut piece[..wanted.min(PIECE_BYTES)])
            .map_err(failed)?;
        if got == 0 {
            return Err(ProblemCode::UpdateDamaged);
        }
        hash.update(&piece[..got]);
        to.write_all(&piece[..got]).map_err(failed)?;
        left -= got as u64;
    }
    to.sync_all().map_err(failed)?;
    if Sha256Digest(hash.finalize().into()) == handover.sha256 {
        Ok(())
    } else {
        Err(ProblemCode::UpdateDamaged)
    }
}

/// Takes the hand-over away: the note first, so that half of one is never looked at.
fn clear(places: &Places) {
    for name in [Handover::NOTE, Handover::BUNDLE] {
        let _ = fs::remove_file(places.handed.join(name));
    }
}

fn record(places: &Places) -> Option<Record> {
    serde_json::from_str(&fs::read_to_string(&places.record).ok()?).ok()
}

fn keep(places: &Places, record: &Record) -> Result<(), Fault> {
    let text = serde_json::to_vec(record).expect("plain values have a JSON form");
    files::write(&places.record, &text, 0o600)?;
    show(places, record)
}

fn show(places: &Places, record: &Record) -> Result<(), Fault> {
    let text = serde_json::to_vec(&record.update).expect("plain values have a JSON form");
    files::write(&places.shown, &text, 0o644)
}

#[cfg(test)]
mod tests;

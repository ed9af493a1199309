//! What an unfinished run has written, so that the next one need not write it again.
//!
//! One file a card, held by one run at a time: its first line says which card and image, each
//! further line that it was probed, or the beginnings of pieces that were synced. It is a hint
//! only: every piece it names is read from the card and compared before it is believed, and a
//! card is probed again unless it carries the mark of the run that began the journal. So a torn
//! last line or another card that tells the same serial costs time and nothing else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use protocol::exchange::Sha256Digest;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::seal::sha256;

/// Largest journal that is read, in bytes: the largest image has 16,384 pieces.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Which card, as far as the machine can tell cards apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardName {
    /// Its serial, or that of the reader it is in.
    pub serial: String,
    /// Which place it is in: a reader with two slots tells one serial for both.
    pub slot: Option<String>,
    /// Its size in bytes.
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    image: Sha256Digest,
    card: CardName,
    /// The number that the run left in the card's mark.
    run: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// The card keeps as many bytes as it tells.
    Probed,
    /// Pieces that begin there are on the card.
    Written(Vec<u64>),
}

/// The journal of one card.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    run: u64,
    earlier: Vec<Line>,
}

impl Journal {
    /// Begins the journal of a run.
    ///
    /// # Errors
    /// [`Problem::DiskBusy`] while another run has it; those of the file.
    pub fn begin(
        folder: &Path,
        image: Sha256Digest,
        card: &CardName,
        run: u64,
    ) -> Result<Self, Problem> {
        let path = path(folder, card);
        let failed = |source| Problem::file("write", &path, source);
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).read(true).mode(0o600);
        let mut file = file.open(&path).map_err(failed)?;
        hold(&file, &path, card)?;
        file.set_len(0).map_err(failed)?;
        let head = Head {
            image,
            card: card.clone(),
            run,
        };
        let line = serde_json::to_string(&head).expect("a head is plain JSON");
        writeln!(file, "{line}")
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        Ok(Self {
            path,
            file,
            run,
            earlier: Vec::new(),
        })
    }

    /// Takes up the journal that an unfinished run has left.
    ///
    /// # Errors
    /// [`Problem::ResumeUnknown`] when there is none for this card and image,
    /// [`Problem::DiskBusy`] while another run has it.
    pub fn resume(folder: &Path, image: Sha256Digest, card: &CardName) -> Result<Self, Problem> {
        let path = path(folder, card);
        let failed = |source| Problem::file("read", &path, source);
        let mut file = match OpenOptions::new().append(true).read(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Problem::ResumeUnknown);
            }
            Err(error) => return Err(failed(error)),
        };
        hold(&file, &path, card)?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file)
            .take(MAX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let head = lines
            .next()
            .and_then(|line| serde_json::from_str::<Head>(line).ok())
            .filter(|head| head.image == image && head.card == *card)
            .ok_or(Problem::ResumeUnknown)?;
        let earlier = lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        // A line that was cut must not swallow the next one.
        if !text.ends_with('\n') {
            writeln!(file).map_err(failed)?;
        }
        Ok(Self {
            path,
            file,
            run: head.run,
            earlier,
        })
    }

    /// The number that the run which began it left in the card's mark.
    #[must_use]
    pub fn run(&self) -> u64 {
        self.run
    }

    /// Whether an earlier run found that the card keeps as many bytes as it tells.
    #[must_use]
    pub fn was_probed(&self) -> bool {
        self.earlier.contains(&Line::Probed)
    }

    /// Whether an earlier run wrote the piece that begins there.
    #[must_use]
    pub fn was_written(&self, offset: u64) -> bool {
        self.earlier
            .iter()
            .any(|line| matches!(line, Line::Written(offsets) if offsets.contains(&offset)))
    }

    /// Remembers that the card was probed.
    ///
    /// # Errors
    /// Those of the file.
    pub fn probed(&mut self) -> Result<(), Problem> {
        self.add(&Line::Probed)
    }

    /// Remembers pieces that are on the card.
    ///
    /// # Errors
    /// Those of the file.
    pub fn written(&mut self, offsets: &[u64]) -> Result<(), Problem> {
        self.add(&Line::Written(offsets.to_vec()))
    }

    fn add(&mut self, line: &Line) -> Result<(), Problem> {
        let line = serde_json::to_string(line).expect("words and numbers are plain JSON");
        writeln!(self.file, "{line}")
            .and_then(|()| self.file.sync_data())
            .map_err(|source| Problem::file("write", &self.path, source))
    }

    /// Forgets the card: it is finished.
    ///
    /// # Errors
    /// Those of the file.
    pub fn close(self) -> Result<(), Problem> {
        match fs::remove_file(&self.path) {
            // Whoever has taken it away has done what is asked for.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done.map_err(|source| Problem::file("remove", &self.path, source)),
        }
    }
}

fn path(folder: &Path, card: &CardName) -> PathBuf {
    let name = serde_json::to_vec(card).expect("the name of a card is plain JSON");
    let name = sha256(&name).to_string();
    folder.join(format!("{}.jsonl", &name[..16]))
}

/// Holds the file for as long as it is open.
fn hold(file: &File, path: &Path, card: &CardName) -> Result<(), Problem> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(Problem::DiskBusy(card.serial.clone())),
        Err(error) => Err(Problem::file("hold", path, error.into())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const IMAGE: Sha256Digest = Sha256Digest([7; 32]);

    fn card(slot: &str) -> CardName {
        CardName {
            serial: "READER-1".to_owned(),
            slot: Some(slot.to_owned()),
            bytes: 8_000_000_000,
        }
    }

    #[test]
    fn two_equal_cards_in_one_reader_have_a_journal_each() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let one = Journal::begin(at, IMAGE, &card("0:0"), 1).unwrap();
        let two = Journal::begin(at, IMAGE, &card("0:1"), 2).unwrap();
        one.close().unwrap();
        two.close().unwrap();
        assert_eq!(fs::read_dir(at).unwrap().count(), 0);
    }

    #[test]
    fn a_journal_is_held_by_one_run_and_one_that_was_taken_away_is_closed_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let held = Journal::begin(at, IMAGE, &card("0:0"), 1).unwrap();
        for other in [
            Journal::begin(at, IMAGE, &card("0:0"), 2),
            Journal::resume(at, IMAGE, &card("0:0")),
        ] {
            assert_eq!(other.unwrap_err().code(), "MDG-PROVISION-DISK-BUSY");
        }
        fs::remove_file(path(at, &card("0:0"))).unwrap();
        held.close().unwrap();
    }

    #[test]
    fn a_cut_line_is_forgotten_and_does_not_swallow_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let mut journal = Journal::begin(at, IMAGE, &card("0:0"), 5).unwrap();
        journal.probed().unwrap();
        write!(journal.file, "{{\"writ").unwrap();
        drop(journal);
        let mut journal = Journal::resume(at, IMAGE, &card("0:0")).unwrap();
        assert!(journal.was_probed());
        assert_eq!(journal.run(), 5);
        journal.written(&[4096]).unwrap();
        drop(journal);
        let journal = Journal::resume(at, IMAGE, &card("0:0")).unwrap();
        assert!(journal.was_written(4096));
    }
}

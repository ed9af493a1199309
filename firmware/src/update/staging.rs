//! The folder in which a bundle grows, and from which the machine takes it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use protocol::exchange::Sha256Digest;
use protocol::problem::ProblemCode;
use protocol::release::{Handover, ReleaseOffer};
use sha2::{Digest as _, Sha256};

use crate::error::Problem;

/// Bytes that stay free for the vault, whatever is fetched.
pub const RESERVE: u64 = 256 * 1024 * 1024;

/// Bytes read at once when a whole bundle is compared.
const READ_BYTES: usize = 256 * 1024;

/// Most files that are looked at in the folder.
const MAX_FILES: usize = 64;

/// Free bytes of the file system that a folder lies on.
pub type FreeBytes = Box<dyn Fn(&Path) -> io::Result<u64> + Send>;

/// The folder.
pub struct Staging {
    folder: PathBuf,
    free: FreeBytes,
}

impl Staging {
    /// A folder, made when it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        Self::with(folder, Box::new(free_bytes))
    }

    /// As [`Staging::open`], with another way to ask for the free bytes.
    ///
    /// # Errors
    /// As [`Staging::open`].
    pub fn with(folder: &Path, free: FreeBytes) -> Result<Self, Problem> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
        Ok(Self {
            folder: folder.to_owned(),
            free,
        })
    }

    /// Bytes of an offer that are here, from its start without a gap.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn have(&self, offer: &ReleaseOffer) -> Result<u64, Problem> {
        match fs::metadata(self.part(offer)) {
            // Longer than it can be: not ours.
            Ok(found) if found.len() > offer.size => {
                fs::remove_file(self.part(offer)).map_err(failed)?;
                Ok(0)
            }
            Ok(found) => Ok(found.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether the rest of an offer, the machine's copy of it and [`RESERVE`] have room.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn has_room(&self, offer: &ReleaseOffer) -> Result<bool, Problem> {
        let rest = offer.size.saturating_sub(self.have(offer)?);
        let needed = rest.saturating_add(offer.size).saturating_add(RESERVE);
        Ok((self.free)(&self.folder).map_err(failed)? >= needed)
    }

    /// Keeps a piece that starts at `offset`, which is what [`Staging::have`] said.
    ///
    /// # Errors
    /// [`ProblemCode::UpdateSpace`] for a full disk, and those of the file system; what was
    /// here before stays.
    pub fn append(&self, offer: &ReleaseOffer, offset: u64, bytes: &[u8]) -> Result<(), Problem> {
        (|| {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(self.part(offer))?;
            file.seek(SeekFrom::Start(offset))?;
            let written = file.write_all(bytes);
            if written.is_err() {
                // Half a piece would be taken for what came from the gateway.
                file.set_len(offset)?;
            }
            written
        })()
        .map_err(failed)
    }

    /// All bytes are here: compares their hash. On `false` they are thrown away.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn is_whole(&self, offer: &ReleaseOffer) -> Result<bool, Problem> {
        let mut file = File::open(self.part(offer)).map_err(failed)?;
        let mut hash = Sha256::new();
        let mut piece = vec![0; READ_BYTES];
        loop {
            match file.read(&mut piece).map_err(failed)? {
                0 => break,
                got => hash.update(&piece[..got]),
            }
        }
        let whole = Sha256Digest(hash.finalize().into()) == offer.sha256;
        if !whole {
            fs::remove_file(self.part(offer)).map_err(failed)?;
        }
        Ok(whole)
    }

    /// Hands a whole bundle over to the machine: the note comes last, when the bundle is on the
    /// disk.
    ///
    /// # Errors
    /// Those of the file system; without the note nothing was handed over.
    pub fn hand_over(&self, offer: &ReleaseOffer) -> Result<(), Problem> {
        let note = Handover {
            version: offer.version,
            sha256: offer.sha256,
            size: offer.size,
        };
        let text = super::store::json(&note)?;
        (|| {
            let part = self.part(offer);
            File::open(&part)?.sync_all()?;
            fs::rename(&part, self.folder.join(Handover::BUNDLE))?;
            let new = self.folder.join("ready.new");
            let mut file = File::create(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            self.sync()?;
            fs::rename(&new, self.folder.join(Handover::NOTE))?;
            self.sync()
        })()
        .map_err(failed)
    }

    /// Deletes everything but what belongs to `offer`, and but what is handed over.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn clean(&self, offer: Option<&ReleaseOffer>) -> Result<(), Problem> {
        let handed_over = self.folder.join(Handover::NOTE).exists();
        let part = offer.map(|offer| self.part(offer));
        for entry in fs::read_dir(&self.folder).map_err(failed)?.take(MAX_FILES) {
            let path = entry.map_err(failed)?.path();
            let is_handed = path.ends_with(Handover::NOTE) || path.ends_with(Handover::BUNDLE);
            if (handed_over && is_handed) || part.as_ref() == Some(&path) {
                continue;
            }
            match fs::remove_file(&path) {
                // The machine takes what was handed over at any time.
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        Ok(())
    }

    fn part(&self, offer: &ReleaseOffer) -> PathBuf {
        self.folder.join(format!("{}.part", offer.sha256))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

fn free_bytes(folder: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

fn failed(error: io::Error) -> Problem {
    if matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        return Problem::Refused(ProblemCode::UpdateSpace);
    }
    // The kind only: the text may name a place.
    Problem::VaultIo(format!("an update's folder: {}", error.kind()))
}

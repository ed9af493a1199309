//! Which disks this machine has, and which of them may be written.
//!
//! A disk is offered only when everything about it is known to be harmless; what cannot be
//! read counts against it. The trees of the kernel (`/sys`, `/proc`, `/dev`) are read below a
//! root that a test can put elsewhere.

mod machine;
mod uses;

use std::fmt;
use std::path::PathBuf;

pub use machine::Machine;

use crate::error::Problem;

/// Smallest card that is offered in bytes: below it no image fits.
pub const MIN_CARD_BYTES: u64 = 2_000_000_000;

/// Largest card that is offered in bytes: what is larger is somebody's backup disk.
pub const MAX_CARD_BYTES: u64 = 300_000_000_000;

/// Signs of the serial that have to be typed.
pub const CONFIRM_SIGNS: usize = 4;

/// One disk as the kernel describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// Kernel's name, such as `sdb`. It may be another disk after a replug.
    pub name: String,
    /// Device file.
    pub path: PathBuf,
    /// Major and minor number.
    pub device: (u32, u32),
    /// Size in bytes; 0 for a reader without a card.
    pub bytes: u64,
    /// Maker and model.
    pub model: String,
    /// Serial of the card, or of the reader it is in.
    pub serial: Option<String>,
    /// Name that stays the same, from `/dev/disk/by-id`.
    pub stable_id: Option<String>,
    /// The kernel calls it removable, or it is an SD card in the machine's own slot.
    pub removable: bool,
    /// It cannot be written.
    pub read_only: bool,
    /// What holds it, in words of the kernel.
    pub uses: Vec<Use>,
}

/// What holds a disk or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// The running system lies on it.
    System,
    /// A file system on it is mounted.
    Mounted,
    /// Memory is swapped to it.
    Swap,
    /// LUKS, LVM, RAID or another mapping lies on it.
    Held,
}

/// Why a disk is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The running system lies on it.
    System,
    /// A file system on it is mounted.
    Mounted,
    /// Memory is swapped to it.
    Swap,
    /// LUKS, LVM or RAID lies on it.
    Held,
    /// It is built in.
    NotRemovable,
    /// It cannot be written.
    ReadOnly,
    /// There is no card in the reader.
    Empty,
    /// Below [`MIN_CARD_BYTES`].
    Small,
    /// The image does not fit on it.
    SmallForImage,
    /// Above [`MAX_CARD_BYTES`].
    Large,
    /// It tells no serial, so nobody can confirm that it is meant.
    NoSerial,
}

impl Refusal {
    /// Its name for programs, and its key in the words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Mounted => "mounted",
            Self::Swap => "swap",
            Self::Held => "held",
            Self::NotRemovable => "not-removable",
            Self::ReadOnly => "read-only",
            Self::Empty => "empty",
            Self::Small => "small",
            Self::SmallForImage => "small-for-image",
            Self::Large => "large",
            Self::NoSerial => "no-serial",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::System => "the running system lies on it",
            Self::Mounted => "a file system on it is mounted",
            Self::Swap => "memory is swapped to it",
            Self::Held => "LUKS, LVM or RAID holds it",
            Self::NotRemovable => "it is built in",
            Self::ReadOnly => "it is write-protected",
            Self::Empty => "there is no card in the reader",
            Self::Small => "it is too small for any image",
            Self::SmallForImage => "it is too small for this image",
            Self::Large => "it is larger than any card",
            Self::NoSerial => "it tells no serial",
        })
    }
}

impl Disk {
    /// Why it may not be written; the gravest reason first.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        let used = |what| self.uses.contains(&what);
        [
            (used(Use::System), Refusal::System),
            (used(Use::Mounted), Refusal::Mounted),
            (used(Use::Swap), Refusal::Swap),
            (used(Use::Held), Refusal::Held),
            (!self.removable, Refusal::NotRemovable),
            (self.bytes == 0, Refusal::Empty),
            (self.read_only, Refusal::ReadOnly),
            (self.bytes < MIN_CARD_BYTES, Refusal::Small),
            (self.bytes > MAX_CARD_BYTES, Refusal::Large),
            (self.serial.is_none(), Refusal::NoSerial),
        ]
        .into_iter()
        .find_map(|(is, refusal)| is.then_some(refusal))
    }

    /// The same for an image that needs so many bytes.
    #[must_use]
    pub fn refusal_for(&self, needs: u64) -> Option<Refusal> {
        self.refusal()
            .or_else(|| (self.bytes < needs).then_some(Refusal::SmallForImage))
    }

    /// Whether that name, path, stable id or serial means this disk.
    #[must_use]
    pub fn is_called(&self, wanted: &str) -> bool {
        let wanted = wanted.trim();
        let id = wanted.strip_prefix("/dev/disk/by-id/").unwrap_or(wanted);
        wanted == self.name
            || self.path.to_str() == Some(wanted)
            || self.stable_id.as_deref() == Some(id)
            || self.serial.as_deref() == Some(wanted)
    }

    /// The signs of its serial that a person types to confirm it.
    #[must_use]
    pub fn confirm_signs(&self) -> Option<&str> {
        let serial = self.serial.as_deref()?;
        let start = serial.len().saturating_sub(CONFIRM_SIGNS);
        serial.get(start..)
    }

    /// Checks the signs that were typed; letters' case does not matter.
    ///
    /// # Errors
    /// [`Problem::DiskNotConfirmed`].
    pub fn confirm(&self, typed: &str) -> Result<(), Problem> {
        match self.confirm_signs() {
            Some(signs) if signs.eq_ignore_ascii_case(typed.trim()) => Ok(()),
            _ => Err(Problem::DiskNotConfirmed),
        }
    }
}

/// The one disk of that name, if it may be written.
///
/// # Errors
/// Unknown, ambiguous, or refused.
pub fn choose(disks: &[Disk], wanted: &str) -> Result<Disk, Problem> {
    let mut named = disks.iter().filter(|disk| disk.is_called(wanted));
    let disk = named
        .next()
        .ok_or_else(|| Problem::DiskUnknown(wanted.to_owned()))?;
    if named.next().is_some() {
        return Err(Problem::DiskAmbiguous(wanted.to_owned()));
    }
    match disk.refusal() {
        None => Ok(disk.clone()),
        Some(why) => Err(Problem::DiskRefused {
            disk: disk.name.clone(),
            why,
        }),
    }
}

//! The two copies of the record on the disk.
//!
//! A write goes to the copy that does not count at the moment, and is on the disk before it
//! returns. Cut at any byte, it leaves either the old record or the new one.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::state::{RECORD_BYTES, SlotState};
use crate::Fault;

/// Where each copy begins. Far apart: a failing erase block takes one of them.
pub const COPY_OFFSETS: [u64; 2] = [0, 512 * 1024];

/// Where the copies lie: the slot partition, or memory in tests.
pub trait Medium {
    /// Reads copy 0 or 1.
    ///
    /// # Errors
    /// [`Fault::Io`].
    fn read(&mut self, copy: usize) -> Result<[u8; RECORD_BYTES], Fault>;

    /// Writes copy 0 or 1, through to the disk.
    ///
    /// # Errors
    /// [`Fault::Io`].
    fn write(&mut self, copy: usize, record: &[u8; RECORD_BYTES]) -> Result<(), Fault>;
}

/// The slot partition.
#[derive(Debug)]
pub struct Partition {
    path: PathBuf,
    file: File,
}

impl Partition {
    /// Opens the partition for reading and synchronous writing.
    ///
    /// # Errors
    /// [`Fault::Io`].
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(i32::try_from(rustix::fs::OFlags::SYNC.bits()).expect("a flag of open"))
            .open(path)
            .map_err(Fault::at(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }
}

impl Medium for Partition {
    fn read(&mut self, copy: usize) -> Result<[u8; RECORD_BYTES], Fault> {
        let mut record = [0; RECORD_BYTES];
        self.file
            .read_exact_at(&mut record, COPY_OFFSETS[copy])
            .map_err(Fault::at(&self.path))?;
        Ok(record)
    }

    fn write(&mut self, copy: usize, record: &[u8; RECORD_BYTES]) -> Result<(), Fault> {
        self.file
            .write_all_at(record, COPY_OFFSETS[copy])
            .and_then(|()| self.file.sync_all())
            .map_err(Fault::at(&self.path))
    }
}

/// The younger whole copy, and which one it is.
///
/// # Errors
/// [`Fault::SlotsUnreadable`] when neither is whole, [`Fault::Io`].
pub fn load(medium: &mut impl Medium) -> Result<(usize, SlotState), Fault> {
    let mut best: Option<(usize, SlotState)> = None;
    for copy in 0..COPY_OFFSETS.len() {
        let Some(state) = SlotState::decode(&medium.read(copy)?) else {
            continue;
        };
        if best
            .as_ref()
            .is_none_or(|(_, known)| state.sequence > known.sequence)
        {
            best = Some((copy, state));
        }
    }
    best.ok_or(Fault::SlotsUnreadable)
}

/// Changes the record.
///
/// # Errors
/// As [`load`]; the old record then still counts.
pub fn change(
    medium: &mut impl Medium,
    edit: impl FnOnce(&mut SlotState),
) -> Result<SlotState, Fault> {
    let (copy, old) = load(medium)?;
    let mut new = old.clone();
    edit(&mut new);
    if new != old {
        // One write a start: the count lasts longer than the card.
        new.sequence = old.sequence.saturating_add(1);
        medium.write(1 - copy, &new.encode())?;
    }
    Ok(new)
}

/// A person asks for another try; a record that cannot be read is made anew.
///
/// # Errors
/// [`Fault::Io`].
pub fn retry(medium: &mut impl Medium) -> Result<(), Fault> {
    match change(medium, SlotState::retry) {
        Err(Fault::SlotsUnreadable) => format(medium, &SlotState::unknown()),
        done => done.map(drop),
    }
}

/// Writes both copies: a freshly flashed card, and tests.
///
/// # Errors
/// [`Fault::Io`].
pub fn format(medium: &mut impl Medium, state: &SlotState) -> Result<(), Fault> {
    let older = SlotState {
        sequence: state.sequence.saturating_sub(1),
        ..state.clone()
    };
    medium.write(0, &state.encode())?;
    medium.write(1, &older.encode())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::slots::state::{Slot, Tries};

    /// A disk that loses its power after a number of bytes.
    pub struct Torn {
        pub copies: [[u8; RECORD_BYTES]; 2],
        /// Bytes that still reach the disk; `None` without a cut.
        pub left: Option<usize>,
    }

    impl Torn {
        pub fn flashed() -> Self {
            let mut medium = Self {
                copies: [[0; RECORD_BYTES]; 2],
                left: None,
            };
            format(&mut medium, &SlotState::flashed()).expect("memory takes every write");
            medium
        }
    }

    impl Medium for Torn {
        fn read(&mut self, copy: usize) -> Result<[u8; RECORD_BYTES], Fault> {
            Ok(self.copies[copy])
        }

        fn write(&mut self, copy: usize, record: &[u8; RECORD_BYTES]) -> Result<(), Fault> {
            let reached = self.left.unwrap_or(RECORD_BYTES).min(RECORD_BYTES);
            self.copies[copy][..reached].copy_from_slice(&record[..reached]);
            Ok(())
        }
    }

    #[test]
    fn a_write_cut_at_any_byte_leaves_the_old_record_or_the_new_one() {
        for cut in 0..=RECORD_BYTES {
            let mut medium = Torn::flashed();
            let (_, old) = load(&mut medium).expect("a flashed card has a record");
            medium.left = Some(cut);
            let new = change(&mut medium, |state| {
                state.first = Slot::B;
                state.set(Slot::B, Tries::NEW);
            })
            .expect("the cut is not seen by the writer");
            let (_, found) = load(&mut medium).expect("one copy is always whole");
            assert!(found == old || found == new, "cut after {cut} bytes");
            assert!(cut < RECORD_BYTES || found == new);
        }
    }

    #[test]
    fn writes_take_turns_between_the_copies() {
        let mut medium = Torn::flashed();
        for turn in 0..6_u8 {
            let (before, _) = load(&mut medium).expect("whole");
            change(&mut medium, |state| {
                state.set(
                    Slot::A,
                    Tries {
                        left: turn,
                        proven: true,
                    },
                );
            })
            .expect("memory takes every write");
            let (after, state) = load(&mut medium).expect("whole");
            assert_eq!((after, state.a.left), (1 - before, turn));
        }
    }

    #[test]
    fn a_change_that_changes_nothing_is_not_written() {
        let mut medium = Torn::flashed();
        let before = medium.copies;
        change(&mut medium, |_| {}).expect("whole");
        assert_eq!(medium.copies, before);
    }

    #[test]
    fn two_damaged_copies_are_a_named_fault() {
        let mut medium = Torn {
            copies: [[0xff; RECORD_BYTES]; 2],
            left: None,
        };
        assert!(matches!(load(&mut medium), Err(Fault::SlotsUnreadable)));
    }

    #[test]
    fn a_partition_keeps_what_was_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("slots");
        std::fs::write(&path, vec![0; 1024 * 1024]).expect("a file");
        let mut partition = Partition::open(&path).expect("opens");
        format(&mut partition, &SlotState::flashed()).expect("takes it");
        drop(partition);
        let mut again = Partition::open(&path).expect("opens");
        assert_eq!(load(&mut again).expect("whole").1, SlotState::flashed());
    }
}

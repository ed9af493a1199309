//! The disk of the emulator: a copy of the image, prepared like a technician's card, read and
//! damaged where no running system would let one.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use appliance::slots::state::{RECORD_BYTES, SlotState};
use appliance::slots::store::COPY_OFFSETS;
use system_tests::boot::disk::{Disk, start_of};

use crate::tools;

const MIB: u64 = 1024 * 1024;

/// A disk with the terminal on it. Partitions go by the names of `appliance::disk::PARTITIONS`.
pub struct Card {
    disk: Disk,
}

impl Card {
    /// Copies an image; only what is not zero takes room.
    ///
    /// # Errors
    /// When there is no room, or no image.
    pub fn copy(image: &Path, to: &Path) -> io::Result<Self> {
        Disk::copy(image, to).map(|disk| Self { disk })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.disk.path()
    }

    /// Puts a file onto one of the FAT partitions.
    ///
    /// # Errors
    /// What `mcopy` says.
    pub fn put(&self, partition: &str, file: &Path) -> io::Result<()> {
        tools::run(
            tools::in_build_root()?
                .args(["mcopy", "-o", "-i"])
                .arg(format!(
                    "{}@@{}",
                    self.path().display(),
                    start_of(partition)?
                ))
                .arg(file)
                .arg("::"),
        )
    }

    /// Reads a text from one of the FAT partitions.
    ///
    /// # Errors
    /// What `mcopy` says.
    pub fn text(&self, partition: &str, name: &str) -> io::Result<String> {
        tools::output(
            tools::in_build_root()?
                .args(["mcopy", "-i"])
                .arg(format!(
                    "{}@@{}",
                    self.path().display(),
                    start_of(partition)?
                ))
                .arg(format!("::{name}"))
                .arg("-"),
        )
    }

    /// Copies a file of one of the FAT partitions.
    ///
    /// # Errors
    /// What `mcopy` says.
    pub fn take(&self, partition: &str, name: &str, to: &Path) -> io::Result<()> {
        let at = format!("{}@@{}", self.path().display(), start_of(partition)?);
        tools::run(
            tools::in_build_root()?
                .args(["mcopy", "-o", "-n", "-i", &at])
                .arg(format!("::{name}"))
                .arg(to),
        )
    }

    /// The record of the slots: the younger whole copy, as the boot loader takes it.
    ///
    /// # Errors
    /// When neither copy is whole: the card is bricked.
    pub fn slots(&self) -> io::Result<SlotState> {
        let mut best: Option<SlotState> = None;
        for offset in COPY_OFFSETS {
            let read = self.disk.read(start_of("slots")? + offset, RECORD_BYTES)?;
            let mut record = [0; RECORD_BYTES];
            record.copy_from_slice(&read);
            if let Some(state) = SlotState::decode(&record)
                && best
                    .as_ref()
                    .is_none_or(|best| state.sequence > best.sequence)
            {
                best = Some(state);
            }
        }
        best.ok_or_else(|| io::Error::other("neither copy of the slot record is whole"))
    }

    /// Writes the record of the slots.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_slots(&self, state: &SlotState) -> io::Result<()> {
        (0..COPY_OFFSETS.len()).try_for_each(|copy| self.put_slots(copy, state))
    }

    /// Writes one copy of the record.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put_slots(&self, copy: usize, state: &SlotState) -> io::Result<()> {
        let at = start_of("slots")? + COPY_OFFSETS[copy];
        self.disk.write(at, &state.encode())
    }

    /// Turns bits over from `offset` of a partition on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn damage(&self, partition: &str, offset: u64, bytes: usize) -> io::Result<()> {
        self.disk.damage(start_of(partition)? + offset, bytes)
    }
}

/// A stick with one file on it, as a technician or an office makes one.
///
/// # Errors
/// What the tools say.
pub fn stick(label: &str, file: &Path, name: &str, to: &Path) -> io::Result<()> {
    let size = fs::metadata(file)?.len() + 64 * MIB;
    File::create(to)?.set_len(size.next_multiple_of(MIB))?;
    tools::run(
        tools::in_build_root()?
            .args(["mkfs.fat", "-F", "32", "-n", label])
            .arg(to),
    )?;
    tools::run(
        tools::in_build_root()?
            .args(["mcopy", "-i"])
            .arg(to)
            .arg(file)
            .arg(format!("::{name}")),
    )
}

//! The disk of the emulator: a copy of the image, prepared like a technician's card, read and
//! damaged where no running system would let one.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use appliance::slots::state::{RECORD_BYTES, SlotState};
use appliance::slots::store::COPY_OFFSETS;

use crate::tools;

const MIB: u64 = 1024 * 1024;

/// Where the partitions begin; `images/bin/disk` lays them out.
pub mod at {
    use super::MIB;
    /// The boot loader's partition.
    pub const FIRMWARE: u64 = MIB;
    /// Root of slot A.
    pub const ROOT_A: u64 = 354 * MIB;
    /// `device.toml`.
    pub const CONFIG: u64 = 2756 * MIB;
    /// The record of the slots.
    pub const SLOTS: u64 = 2821 * MIB;
}

/// A disk.
pub struct Card {
    path: PathBuf,
}

impl Card {
    /// Copies an image; only what is not zero takes room.
    ///
    /// # Errors
    /// When there is no room, or no image.
    pub fn copy(image: &Path, to: &Path) -> io::Result<Self> {
        tools::run(
            Command::new("cp")
                .args(["--sparse=always", "--reflink=auto"])
                .arg(image)
                .arg(to),
        )?;
        Ok(Self {
            path: to.to_owned(),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a file onto one of the FAT partitions.
    ///
    /// # Errors
    /// What `mcopy` says.
    pub fn put(&self, partition: u64, file: &Path) -> io::Result<()> {
        tools::run(
            tools::in_build_root()?
                .args(["mcopy", "-o", "-i"])
                .arg(format!("{}@@{partition}", self.path.display()))
                .arg(file)
                .arg("::"),
        )
    }

    /// Reads a text from one of the FAT partitions.
    ///
    /// # Errors
    /// What `mcopy` says.
    pub fn text(&self, partition: u64, name: &str) -> io::Result<String> {
        tools::output(
            tools::in_build_root()?
                .args(["mcopy", "-i"])
                .arg(format!("{}@@{partition}", self.path.display()))
                .arg(format!("::{name}"))
                .arg("-"),
        )
    }

    /// The record of the slots: the younger whole copy, as the boot loader takes it.
    ///
    /// # Errors
    /// When neither copy is whole: the card is bricked.
    pub fn slots(&self) -> io::Result<SlotState> {
        let disk = File::open(&self.path)?;
        let mut best: Option<SlotState> = None;
        for offset in COPY_OFFSETS {
            let mut record = [0; RECORD_BYTES];
            disk.read_exact_at(&mut record, at::SLOTS + offset)?;
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
        let disk = OpenOptions::new().write(true).open(&self.path)?;
        for offset in COPY_OFFSETS {
            disk.write_all_at(&state.encode(), at::SLOTS + offset)?;
        }
        disk.sync_all()
    }

    /// Turns bits over from `offset` on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn damage(&self, offset: u64, bytes: usize) -> io::Result<()> {
        let disk = OpenOptions::new().read(true).write(true).open(&self.path)?;
        let mut content = vec![0; bytes];
        disk.read_exact_at(&mut content, offset)?;
        for byte in &mut content {
            *byte ^= 0xff;
        }
        disk.write_all_at(&content, offset)
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

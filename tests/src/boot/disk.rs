//! A disk in a file, read and damaged where no running system would let one.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use appliance::disk::PARTITIONS;

use crate::process::output;

const MIB: u64 = 1024 * 1024;

/// The table that every disk of ours has, in the words of `sfdisk`: one line a partition, the
/// fourth is the one around the logical ones.
const TABLE: &str = include_str!("../../../images/disk.table");

/// Where a partition begins, in bytes; the names are those of [`PARTITIONS`].
///
/// # Errors
/// When the table has no such partition.
pub fn start_of(partition: &str) -> io::Result<u64> {
    let number = PARTITIONS
        .iter()
        .find(|(name, _)| *name == partition)
        .map(|(_, number)| usize::from(*number));
    number
        .and_then(|number| {
            TABLE
                .lines()
                .filter_map(|line| line.strip_prefix("start="))
                .nth(number.checked_sub(1)?)?
                .split_once("MiB")?
                .0
                .parse::<u64>()
                .ok()
        })
        .map(|start| start * MIB)
        .ok_or_else(|| io::Error::other(format!("no partition {partition} in the table")))
}

/// A disk.
pub struct Disk {
    path: PathBuf,
}

impl Disk {
    /// Copies an image; only what is not zero takes room.
    ///
    /// # Errors
    /// When there is no room, or no image.
    pub fn copy(image: &Path, to: &Path) -> io::Result<Self> {
        output(
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

    /// What stands at `offset`.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn read(&self, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        let mut content = vec![0; bytes];
        fs::File::open(&self.path)?.read_exact_at(&mut content, offset)?;
        Ok(content)
    }

    /// Writes at `offset`, through to this machine's disk.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, offset: u64, content: &[u8]) -> io::Result<()> {
        let disk = OpenOptions::new().write(true).open(&self.path)?;
        disk.write_all_at(content, offset)?;
        disk.sync_all()
    }

    /// Turns bits over from `offset` on.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn damage(&self, offset: u64, bytes: usize) -> io::Result<()> {
        let mut content = self.read(offset, bytes)?;
        for byte in &mut content {
            *byte ^= 0xff;
        }
        self.write(offset, &content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_that_the_terminal_knows_is_in_the_table() {
        let mut before = 0;
        for (name, _) in PARTITIONS {
            let start = start_of(name).expect("it is in the table");
            assert!(start > before, "{name} follows the one before it");
            before = start;
        }
    }

    #[test]
    fn what_is_no_partition_is_said() {
        assert!(start_of("swap").is_err());
    }
}

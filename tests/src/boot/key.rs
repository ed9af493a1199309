//! Key partitions, read and made as the terminal does.

use std::fs;
use std::io;

use appliance::Fault;
use appliance::key::{self, DeviceKey};
use appliance::slots::store::{COPY_OFFSETS, Partition};

use super::disk::{Disk, start_of};

/// Size of the key partition (`images/disk.table`).
pub const PARTITION_BYTES: usize = 1024 * 1024;

/// Where a record of the key partition has its mark, and what its sum covers
/// (`appliance::key`).
const READY: usize = 9;
const SUMMED: usize = 48;

/// What lies in a key partition.
pub struct KeyPartition(Vec<u8>);

impl KeyPartition {
    /// That of a disk.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn of(disk: &Disk) -> io::Result<Self> {
        disk.read(start_of("key")?, PARTITION_BYTES).map(Self)
    }

    /// A whole one with another secret, of a unit whose data partition is made.
    ///
    /// # Errors
    /// When there is no room for a temporary file.
    pub fn of_another_unit() -> io::Result<Self> {
        let mut other = Self(vec![0; PARTITION_BYTES]);
        other.with(|medium| {
            let mut key = key::find_or_make(medium, None, |secret| {
                secret.fill(0x99);
                Ok(())
            })?;
            key.set_data_ready(medium)
        })?;
        Ok(other)
    }

    /// Puts it on a disk.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn put(&self, disk: &Disk) -> io::Result<()> {
        disk.write(start_of("key")?, &self.0)
    }

    /// Whether it says that the data partition is made.
    ///
    /// # Errors
    /// When no secret is in it.
    pub fn data_is_made(&mut self) -> io::Result<bool> {
        let never = |_: &mut [u8]| Err(Fault::KeyMissing);
        self.with(|medium| {
            key::find_or_make(medium, None, never).map(|key: DeviceKey| key.data_is_ready())
        })
    }

    /// Takes out the mark that the data partition is made, and leaves the secret.
    pub fn forget_that_data_is_made(&mut self) {
        for copy in COPY_OFFSETS {
            let at = usize::try_from(copy).expect("inside the partition");
            let record = &mut self.0[at..at + SUMMED + 4];
            record[READY] = 0;
            let sum = crc32fast::hash(&record[..SUMMED]);
            record[SUMMED..].copy_from_slice(&sum.to_le_bytes());
        }
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Partition) -> Result<T, Fault>) -> io::Result<T> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("key");
        fs::write(&file, &self.0)?;
        let done = Partition::open(&file).and_then(|mut medium| act(&mut medium));
        self.0 = fs::read(&file)?;
        done.map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forgot_its_data_still_has_its_secret() {
        let mut other = KeyPartition::of_another_unit().expect("made");
        other.forget_that_data_is_made();
        assert!(!other.data_is_made().expect("whole"));
    }

    #[test]
    fn another_units_data_is_made_and_an_empty_partition_has_no_secret() {
        let mut other = KeyPartition::of_another_unit().expect("made");
        assert!(other.data_is_made().expect("whole"));
        let mut empty = KeyPartition(vec![0; PARTITION_BYTES]);
        assert!(empty.data_is_made().is_err());
    }
}

//! A card in a reader: a block device, held alone.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};

use rustix::fs::{Advice, OFlags, fadvise, major, minor};

use super::Target;
use crate::disk::{Disk, Machine};
use crate::error::Problem;

/// What direct reads have to be aligned to, in memory and on the disk.
const ALIGN: usize = 4096;

/// A card in a reader.
pub struct BlockCard {
    file: File,
    direct: Option<File>,
    bytes: u64,
    buffer: Vec<u8>,
}

impl BlockCard {
    /// Opens a disk alone, and looks again that it is still the one that was chosen.
    ///
    /// # Errors
    /// [`Problem::DiskBusy`] when somebody else has it, [`Problem::DiskChanged`] when the name
    /// means another disk by now, and the reasons for which a disk is refused.
    pub fn open(machine: &Machine, chosen: &Disk) -> Result<Self, Problem> {
        let flag = |flags: OFlags| i32::try_from(flags.bits()).unwrap_or(0);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flag(OFlags::EXCL))
            .open(&chosen.path)
            .map_err(|source| match source.kind() {
                io::ErrorKind::ResourceBusy => Problem::DiskBusy(chosen.name.clone()),
                _ => Problem::file("open", &chosen.path, source),
            })?;
        let failed = |source| Problem::file("open", &chosen.path, source);
        let metadata = file.metadata().map_err(failed)?;
        let number = (major(metadata.rdev()), minor(metadata.rdev()));
        if !metadata.file_type().is_block_device() || number != chosen.device {
            return Err(Problem::DiskChanged(chosen.name.clone()));
        }
        // What the name means now, after nobody can change it under us any more.
        let now = machine
            .disks()?
            .into_iter()
            .find(|disk| disk.device == number)
            .ok_or_else(|| Problem::DiskChanged(chosen.name.clone()))?;
        if now.serial != chosen.serial || now.bytes != chosen.bytes {
            return Err(Problem::DiskChanged(chosen.name.clone()));
        }
        if let Some(why) = now.refusal() {
            return Err(Problem::DiskRefused {
                disk: now.name,
                why,
            });
        }
        let direct = OpenOptions::new()
            .read(true)
            .custom_flags(flag(OFlags::DIRECT))
            .open(&chosen.path)
            .ok();
        Ok(Self {
            file,
            direct,
            bytes: chosen.bytes,
            buffer: Vec::new(),
        })
    }

    /// Reads past the machine's memory; the span that is read is widened to whole blocks.
    fn read_direct(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<bool> {
        let Some(direct) = &self.direct else {
            return Ok(false);
        };
        let start = offset - offset % ALIGN as u64;
        let skip = usize::try_from(offset - start).unwrap_or(0);
        let length = (skip + buffer.len()).next_multiple_of(ALIGN);
        if start + length as u64 > self.bytes {
            return Ok(false);
        }
        self.buffer.resize(length + ALIGN, 0);
        let pad = self.buffer.as_ptr().align_offset(ALIGN);
        let span = &mut self.buffer[pad..pad + length];
        direct.read_exact_at(span, start)?;
        buffer.copy_from_slice(&span[skip..skip + buffer.len()]);
        Ok(true)
    }
}

impl Target for BlockCard {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        match self.read_direct(offset, buffer) {
            Ok(true) => Ok(()),
            // A reader whose blocks are larger than ours does not take direct reads.
            Err(error) if error.kind() != io::ErrorKind::InvalidInput => Err(error),
            _ => {
                forget(&self.file, offset, buffer.len())?;
                self.file.read_exact_at(buffer, offset)
            }
        }
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// Makes the machine forget what it remembers of a piece, which has to be on the disk already.
fn forget(file: impl AsFd, offset: u64, length: usize) -> io::Result<()> {
    let length = std::num::NonZeroU64::new(length as u64);
    fadvise(file, offset, length, Advice::DontNeed).map_err(io::Error::from)
}

//! The raw disk, read from its beginning to its end.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use protocol::provisioning::image::Packing;
use ruzstd::decoding::StreamingDecoder;

use super::read_full;
use crate::error::Problem;

/// Bytes read from the file at a time.
const READ_BYTES: usize = 256 * 1024;

/// The raw disk as a stream.
pub struct ImageStream {
    source: Box<dyn Read>,
    packed: bool,
}

impl ImageStream {
    /// Opens a file. A size that differs from the one that was signed is told at once.
    ///
    /// # Errors
    /// A file that is missing, too short or too long, or not of that packing.
    pub fn open(path: &Path, packing: Packing, signed: Option<u64>) -> Result<Self, Problem> {
        let file = File::open(path).map_err(|source| Problem::file("read", path, source))?;
        let bytes = file
            .metadata()
            .map_err(|source| Problem::file("read", path, source))?
            .len();
        if let Some(signed) = signed {
            if bytes < signed {
                return Err(Problem::ImageTruncated);
            }
            if bytes > signed {
                return Err(Problem::ImageCorrupt { at: signed });
            }
        }
        let file = BufReader::with_capacity(READ_BYTES, file);
        let source: Box<dyn Read> = match packing {
            Packing::Raw => Box::new(file),
            Packing::Zstd => {
                Box::new(StreamingDecoder::new(file).map_err(|_| Problem::ImageCorrupt { at: 0 })?)
            }
        };
        Ok(Self {
            source,
            packed: packing == Packing::Zstd,
        })
    }

    /// Reads the next range into the buffer, which becomes exactly as long.
    ///
    /// # Errors
    /// [`Problem::ImageTruncated`] when the disk ends before; a packed file that cannot be
    /// unpacked is [`Problem::ImageCorrupt`].
    pub fn read_range(&mut self, at: u64, bytes: u64, buffer: &mut Vec<u8>) -> Result<(), Problem> {
        let length = usize::try_from(bytes).map_err(|_| Problem::ImageCorrupt { at })?;
        buffer.resize(length, 0);
        if self.read_some(at, buffer)? == length {
            Ok(())
        } else {
            Err(Problem::ImageTruncated)
        }
    }

    /// Reads up to a whole buffer; less only at the end of the disk.
    ///
    /// # Errors
    /// As [`Self::read_range`].
    pub fn read_some(&mut self, at: u64, buffer: &mut [u8]) -> Result<usize, Problem> {
        read_full(&mut self.source, buffer).map_err(|source| {
            if self.packed {
                Problem::ImageCorrupt { at }
            } else {
                Problem::file("read", "the image", source)
            }
        })
    }

    /// Refuses a disk that goes on.
    ///
    /// # Errors
    /// [`Problem::ImageCorrupt`].
    pub fn expect_end(&mut self, at: u64) -> Result<(), Problem> {
        match self.read_some(at, &mut [0])? {
            0 => Ok(()),
            _ => Err(Problem::ImageCorrupt { at }),
        }
    }
}

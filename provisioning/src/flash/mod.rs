//! Writing a card so that it either is whole or does not start.
//!
//! ```text
//! mark ─ probe ─ write everything behind the first MiB ─ read everything back ─ first MiB
//! ```
//! The mark takes the partition table away and says in plain text that the card is not
//! finished. The table comes back with the last block that is written, after every other byte
//! was read back from the card itself and found right. Whenever it ends before (Ctrl-C, a
//! pulled card, a power cut), what is left does not start.

pub mod cause;
pub mod journal;
mod mark;
mod probe;

use std::io;
use std::time::Duration;

use protocol::exchange::Sha256Digest;
use protocol::provisioning::image::{Extent, RANGE_BYTES};

pub use mark::{MARK_BYTES, is_marked};

use crate::error::Problem;
use crate::image::SignedImage;
use crate::progress::{Phase, Progress, Stop, Ticks};
use crate::seal::sha256;
use crate::target::{Target, write_all};
use cause::Cause;
use journal::Journal;

/// The first MiB is written last: the partition table, and what boards start from.
pub const HEAD_BYTES: u64 = 1024 * 1024;

/// The very last write: one block with the partition table's first sectors.
pub const TABLE_BLOCK_BYTES: usize = 4096;

/// Bytes that a card has to have beyond the image, so that the image's own spare table never
/// lies where a board looks for one.
pub const SPARE_BYTES: u64 = 1024 * 1024;

/// Bytes behind the image that are cleared, so that nothing of an earlier unit is found there.
pub const CLEARED_BYTES: u64 = RANGE_BYTES;

/// Bytes between two waits for the card.
pub const SYNC_BYTES: u64 = 16 * 1024 * 1024;

/// A card below this speed is worn out, in KiB a second.
pub const MIN_KIB_A_SECOND: u64 = 512;

/// Time after which the speed is judged.
pub const JUDGED_AFTER: Duration = Duration::from_secs(5);

/// What is written.
pub struct Job<'a> {
    /// The image; its bytes are compared once more while they are written.
    pub image: &'a SignedImage,
    /// The unit's configuration partition, as long as the image's.
    pub config: &'a [u8],
    /// Where to remember what is on the card.
    pub journal: Option<&'a mut Journal>,
    /// Makes the probe's marks different from those of any earlier run.
    pub nonce: u64,
}

/// What a run tells and asks.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Is told how far it is.
    pub progress: &'a dyn Progress,
    /// Is asked whether to go on.
    pub stop: &'a dyn Stop,
    /// How long it takes.
    pub ticks: &'a dyn Ticks,
}

/// A card that was written and read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Size of the image in bytes.
    pub bytes: u64,
    /// Bytes that had to be written; the rest was on the card already.
    pub written: u64,
    /// How long writing and reading took.
    pub took: Duration,
}

/// Writes a card.
///
/// # Errors
/// Whatever ends it; the card is marked and does not start then. Only when the card itself
/// refuses even the mark may it still hold what it held before.
pub fn run(job: Job<'_>, card: &mut dyn Target, around: Around<'_>) -> Result<Outcome, Problem> {
    let needs = job.image.manifest.bytes + SPARE_BYTES;
    if card.bytes() < needs {
        return Err(Problem::CardSmall {
            needs,
            has: card.bytes(),
        });
    }
    let began = around.ticks.now();
    let mut run = Run {
        job,
        card,
        around,
        began,
        written: 0,
    };
    run.all()
}

struct Run<'a> {
    job: Job<'a>,
    card: &'a mut dyn Target,
    around: Around<'a>,
    began: Duration,
    written: u64,
}

/// A piece behind the first MiB, and what it has to be.
struct Piece {
    extent: Extent,
    sha256: Sha256Digest,
}

impl Run<'_> {
    fn all(&mut self) -> Result<Outcome, Problem> {
        mark::mark(self.card)?;
        let resumed = self.job.journal.as_ref().is_some_and(|j| j.is_resumed());
        if !resumed {
            self.around.progress.begin(Phase::Probe, 0);
            probe::probe(self.card, self.job.nonce)?;
        }
        let (head, pieces) = self.write_body()?;
        self.clear_behind()?;
        self.read_back(&pieces)?;
        self.finish(&head)?;
        Ok(Outcome {
            bytes: self.job.image.manifest.bytes,
            written: self.written,
            took: self.elapsed(),
        })
    }

    /// Writes everything but the first MiB, which is given back with what the rest has to be.
    fn write_body(&mut self) -> Result<(Vec<u8>, Vec<Piece>), Problem> {
        let manifest = &self.job.image.manifest;
        self.around.progress.begin(Phase::Write, manifest.bytes);
        let mut stream = self.job.image.stream()?;
        let mut buffer = Vec::new();
        let mut head = Vec::new();
        let mut pieces = Vec::with_capacity(manifest.ranges.len());
        let mut unsynced = Vec::new();
        for range in &manifest.ranges {
            if self.around.stop.asked() {
                return Err(Problem::Interrupted);
            }
            stream.read_range(range.offset, range.bytes, &mut buffer)?;
            // The file may have been exchanged since it was checked.
            if sha256(&buffer) != range.sha256 {
                return Err(Problem::ImageCorrupt { at: range.offset });
            }
            let config = manifest.config;
            if range.offset >= config.offset && range.offset < config.end() {
                let from = usize::try_from(range.offset - config.offset).unwrap_or(usize::MAX);
                let part = self
                    .job
                    .config
                    .get(from..from.saturating_add(buffer.len()))
                    .ok_or(Problem::ImagePartition("its size changed"))?;
                buffer.copy_from_slice(part);
            }
            let mut offset = range.offset;
            let mut bytes = buffer.as_slice();
            if offset < HEAD_BYTES {
                let border = usize::try_from(HEAD_BYTES - offset).unwrap_or(usize::MAX);
                let (before, behind) = bytes.split_at(border.min(bytes.len()));
                head.extend_from_slice(before);
                (offset, bytes) = (HEAD_BYTES, behind);
            }
            if !bytes.is_empty() {
                if !self.is_there(offset, bytes)? {
                    self.write(offset, bytes)?;
                }
                unsynced.push(offset);
                pieces.push(Piece {
                    extent: Extent {
                        offset,
                        bytes: bytes.len() as u64,
                    },
                    sha256: sha256(bytes),
                });
            }
            self.around.progress.advance(range.bytes);
            if unsynced.len() as u64 * RANGE_BYTES >= SYNC_BYTES {
                self.sync(&mut unsynced)?;
            }
        }
        stream.expect_end(manifest.bytes)?;
        self.sync(&mut unsynced)?;
        Ok((head, pieces))
    }

    /// Whether the card holds a piece already: empty pieces of an empty card, and what an
    /// earlier run wrote. Reading is several times faster than writing.
    fn is_there(&mut self, offset: u64, bytes: &[u8]) -> Result<bool, Problem> {
        let earlier = self
            .job
            .journal
            .as_ref()
            .is_some_and(|journal| journal.was_written(offset));
        if !earlier && !is_zero(bytes) {
            return Ok(false);
        }
        let mut held = vec![0; bytes.len()];
        match self.card.read_at(offset, &mut held) {
            Ok(()) => Ok(held == bytes),
            Err(error) => match Problem::card_read(offset, error) {
                gone @ Problem::CardGone { .. } => Err(gone),
                // A piece that cannot be read may still be written.
                _ => Ok(false),
            },
        }
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Problem> {
        write_all(self.card, offset, bytes).map_err(|e| Problem::card_write(offset, e))?;
        self.written += bytes.len() as u64;
        let took = self.elapsed();
        let kib_a_second = rate(self.written, took) / 1024;
        if took >= JUDGED_AFTER && kib_a_second < MIN_KIB_A_SECOND {
            return Err(Problem::CardSlow { kib_a_second });
        }
        Ok(())
    }

    fn sync(&mut self, unsynced: &mut Vec<u64>) -> Result<(), Problem> {
        let at = unsynced.first().copied().unwrap_or(0);
        self.card.sync().map_err(|e| Problem::card_write(at, e))?;
        if let Some(journal) = &mut self.job.journal {
            journal.written(unsynced)?;
        }
        unsynced.clear();
        Ok(())
    }

    /// Clears the beginning of what lies behind the image.
    fn clear_behind(&mut self) -> Result<(), Problem> {
        let start = self.job.image.manifest.bytes;
        let length = CLEARED_BYTES.min(self.card.bytes() - start);
        let zeros = vec![0; usize::try_from(length).unwrap_or(0)];
        if !self.is_there(start, &zeros)? {
            self.write(start, &zeros)?;
            self.card
                .sync()
                .map_err(|e| Problem::card_write(start, e))?;
        }
        Ok(())
    }

    fn read_back(&mut self, pieces: &[Piece]) -> Result<(), Problem> {
        let bytes = pieces.iter().map(|piece| piece.extent.bytes).sum();
        self.around.progress.begin(Phase::ReadBack, bytes);
        let mut held = Vec::new();
        for piece in pieces {
            if self.around.stop.asked() {
                return Err(Problem::Interrupted);
            }
            let extent = piece.extent;
            held.resize(usize::try_from(extent.bytes).unwrap_or(0), 0);
            if let Err(error) = self.card.read_at(extent.offset, &mut held) {
                return Err(cause::of_failed_read(self.card, extent, error));
            }
            if sha256(&held) != piece.sha256 {
                let known = |digest| pieces.iter().any(|p| p.sha256 == digest);
                let cause =
                    cause::of_difference(self.card, extent.offset, &held, piece.sha256, known);
                return Err(match cause {
                    Cause::Capacity => Problem::CardCapacity { at: extent.offset },
                    cause => Problem::CardDiffers {
                        at: extent.offset,
                        cause,
                    },
                });
            }
            self.around.progress.advance(extent.bytes);
        }
        Ok(())
    }

    /// The first MiB; its first block, with the partition table, as the very last.
    fn finish(&mut self, head: &[u8]) -> Result<(), Problem> {
        self.around.progress.begin(Phase::Finish, head.len() as u64);
        let (table, rest) = head.split_at(TABLE_BLOCK_BYTES.min(head.len()));
        self.write_checked(TABLE_BLOCK_BYTES as u64, rest)?;
        if self.around.stop.asked() {
            return Err(Problem::Interrupted);
        }
        if let Err(problem) = self.write_checked(0, table) {
            // It may start now although it is not right: take that back. When even this fails
            // the first problem is still the one to tell.
            let _ = mark::mark(self.card);
            return Err(problem);
        }
        self.around.progress.advance(head.len() as u64);
        Ok(())
    }

    fn write_checked(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Problem> {
        let failed = |e| Problem::card_write(offset, e);
        self.write(offset, bytes)?;
        self.card.sync().map_err(failed)?;
        let mut held = vec![0; bytes.len()];
        self.card
            .read_at(offset, &mut held)
            .map_err(|e| Problem::card_read(offset, e))?;
        if held == bytes {
            return Ok(());
        }
        let cause = cause::of_difference(self.card, offset, &held, sha256(bytes), |_| false);
        Err(Problem::CardDiffers { at: offset, cause })
    }

    fn elapsed(&self) -> Duration {
        self.around.ticks.now().saturating_sub(self.began) + self.card.lag()
    }
}

/// Bytes a second.
#[must_use]
pub fn rate(bytes: u64, took: Duration) -> u64 {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    bytes.saturating_mul(1000) / ms
}

/// Nothing but zeros: compared by blocks, which is fast in every build.
fn is_zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; TABLE_BLOCK_BYTES] = [0; TABLE_BLOCK_BYTES];
    bytes
        .chunks(TABLE_BLOCK_BYTES)
        .all(|chunk| chunk == &ZEROS[..chunk.len()])
}

/// What the operating system says when a read ends early.
pub(crate) fn is_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

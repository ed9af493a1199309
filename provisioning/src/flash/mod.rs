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
mod put;
pub mod renew;

use std::io;
use std::time::Duration;

use protocol::exchange::Sha256Digest;
use protocol::provisioning::image::{Extent, RANGE_BYTES};

pub use mark::{MARK_BYTES, is_marked};

use crate::error::Problem;
use crate::image::SignedImage;
use crate::progress::{Phase, Progress, Stop, Ticks};
use crate::seal::sha256;
use crate::target::Target;
use cause::Cause;
use journal::Journal;
use put::{Pace, put};

/// The first MiB is written last: the partition table, and what boards start from.
pub const HEAD_BYTES: u64 = 1024 * 1024;

/// The very last write: the first sector, with the partition table or what stands for it. A
/// card takes a sector whole or not at all.
pub const TABLE_BYTES: usize = 512;

/// Bytes that a card has to have beyond the image, so that the image's own spare table never
/// lies where a board looks for one.
pub const SPARE_BYTES: u64 = 1024 * 1024;

/// Bytes behind the image that are cleared, so that nothing of an earlier unit is found there.
pub const CLEARED_BYTES: u64 = RANGE_BYTES;

/// Bytes between two waits for the card.
pub const SYNC_BYTES: u64 = 16 * 1024 * 1024;

/// A card below this speed is worn out, in KiB a second.
pub const MIN_KIB_A_SECOND: u64 = 512;

/// Time of writing after which the speed is judged.
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

/// Bytes that a card needs for an image.
#[must_use]
pub fn needs(image: &SignedImage) -> u64 {
    image.manifest.bytes + SPARE_BYTES
}

/// Refuses a card that an image does not fit on.
///
/// # Errors
/// [`Problem::CardSmall`].
pub fn check_size(image: &SignedImage, has: u64) -> Result<(), Problem> {
    match needs(image) {
        needs if has < needs => Err(Problem::CardSmall { needs, has }),
        _ => Ok(()),
    }
}

/// Writes a card.
///
/// # Errors
/// Whatever ends it; the card is marked and does not start then. Only when the card itself
/// refuses even the mark may it still hold what it held before.
pub fn run(job: Job<'_>, card: &mut dyn Target, around: Around<'_>) -> Result<Outcome, Problem> {
    check_size(job.image, card.bytes())?;
    let began = around.ticks.now();
    let mut run = Run {
        job,
        card,
        around,
        began,
        pace: Pace::default(),
    };
    run.all()
}

struct Run<'a> {
    job: Job<'a>,
    card: &'a mut dyn Target,
    around: Around<'a>,
    began: Duration,
    pace: Pace,
}

/// A piece behind the first MiB, and what it has to be.
struct Piece {
    extent: Extent,
    sha256: Sha256Digest,
}

impl Run<'_> {
    fn all(&mut self) -> Result<Outcome, Problem> {
        let probed = self.was_probed()?;
        let run = self.mark();
        mark::mark(self.card, run)?;
        if !probed {
            self.around.progress.begin(Phase::Probe, 0);
            probe::probe(self.card, self.job.nonce)?;
            if let Some(journal) = &mut self.job.journal {
                journal.probed()?;
            }
        }
        let (head, pieces) = self.write_body()?;
        self.read_back(&pieces)?;
        self.finish(&head)?;
        Ok(Outcome {
            bytes: self.job.image.manifest.bytes,
            written: self.pace.bytes(),
            took: self.elapsed(),
        })
    }

    /// The number in the mark: that of the run that was begun first.
    fn mark(&self) -> u64 {
        let journal = self.job.journal.as_ref();
        journal.map_or(self.job.nonce, |journal| journal.run())
    }

    /// Whether this very card was probed by an earlier run. One that does not carry that run's
    /// mark is another card that tells the same serial, or was written by others since.
    fn was_probed(&mut self) -> Result<bool, Problem> {
        if !self.job.journal.as_ref().is_some_and(|j| j.was_probed()) {
            return Ok(false);
        }
        let mut beginning = [0; TABLE_BYTES];
        match self.card.read_at(0, &mut beginning) {
            Ok(()) => Ok(mark::is_marked_by(self.mark(), &beginning)),
            Err(error) => match Problem::card_read(0, error) {
                gone @ Problem::CardGone { .. } => Err(gone),
                _ => Ok(false),
            },
        }
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
        pieces.push(self.clear_behind()?);
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
        let ticks = self.around.ticks;
        self.pace.count(self.card, ticks, bytes.len(), |card| {
            put::write(card, offset, bytes)
        })?;
        self.pace.judge()
    }

    fn sync(&mut self, unsynced: &mut Vec<u64>) -> Result<(), Problem> {
        let at = unsynced.first().copied().unwrap_or(0);
        // What was written may lie in the machine's memory until here.
        let ticks = self.around.ticks;
        self.pace
            .count(self.card, ticks, 0, |card| put::sync(card, at))?;
        self.pace.judge()?;
        if let Some(journal) = &mut self.job.journal {
            journal.written(unsynced)?;
        }
        unsynced.clear();
        Ok(())
    }

    /// Clears the beginning of what lies behind the image.
    fn clear_behind(&mut self) -> Result<Piece, Problem> {
        let offset = self.job.image.manifest.bytes;
        let bytes = CLEARED_BYTES.min(self.card.bytes() - offset);
        let zeros = vec![0; usize::try_from(bytes).unwrap_or(0)];
        if !self.is_there(offset, &zeros)? {
            self.write(offset, &zeros)?;
        }
        Ok(Piece {
            extent: Extent { offset, bytes },
            sha256: sha256(&zeros),
        })
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

    /// The first MiB; its first sector, with the partition table, as the very last.
    fn finish(&mut self, head: &[u8]) -> Result<(), Problem> {
        self.around.progress.begin(Phase::Finish, head.len() as u64);
        let (table, rest) = head.split_at(TABLE_BYTES.min(head.len()));
        self.write_checked(TABLE_BYTES as u64, rest)?;
        if self.around.stop.asked() {
            return Err(Problem::Interrupted);
        }
        if let Err(problem) = self.write_checked(0, table) {
            // It may start now although it is not right: take that back. When even this fails
            // the first problem is still the one to tell.
            let run = self.mark();
            let _ = mark::mark(self.card, run);
            return Err(problem);
        }
        self.around.progress.advance(head.len() as u64);
        Ok(())
    }

    /// Its speed is not judged any more: everything else is on the card and was read back.
    fn write_checked(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Problem> {
        put(self.card, offset, bytes)?;
        self.pace.wrote(bytes.len());
        Ok(())
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
    const ZEROS: [u8; 4096] = [0; 4096];
    bytes
        .chunks(ZEROS.len())
        .all(|chunk| chunk == &ZEROS[..chunk.len()])
}

/// What the operating system says when a read ends early.
pub(crate) fn is_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

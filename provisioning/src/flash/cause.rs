//! What is most likely broken when a card does not hold what was written.
//!
//! The piece is read again: memory that is worn gives the same wrong answer each time, a bad
//! contact turns single bits now and then, a bad cable loses whole sectors.

use std::fmt;
use std::io;

use protocol::exchange::Sha256Digest;
use protocol::provisioning::image::Extent;

use super::is_marked;
use crate::error::Problem;
use crate::seal::sha256;
use crate::target::Target;

/// How often a piece that differs is read again.
const READ_AGAIN: usize = 3;

/// Differing bytes in one sector from which on the sector as a whole was lost.
const LOST_SECTOR_BYTES: usize = 64;

/// What is most likely broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The card's memory.
    Card,
    /// The reader's contacts.
    Reader,
    /// The cable or the hub.
    Cable,
    /// The card tells more than it keeps.
    Capacity,
}

impl Cause {
    /// Its name for programs, and its key in the words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Reader => "reader",
            Self::Cable => "cable",
            Self::Capacity => "capacity",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Card => "the card is worn out",
            Self::Reader => "the reader's contacts",
            Self::Cable => "the cable or the hub",
            Self::Capacity => "the card keeps less than it tells",
        })
    }
}

/// Why a piece that was read differs. `known` says whether other pieces have that digest.
pub fn of_difference(
    card: &mut dyn Target,
    offset: u64,
    first: &[u8],
    expected: Sha256Digest,
    known: impl Fn(Sha256Digest) -> bool,
) -> Cause {
    let mut again = vec![0; first.len()];
    for _ in 0..READ_AGAIN {
        if card.read_at(offset, &mut again).is_err() {
            return Cause::Cable;
        }
        if again != first {
            return if sectors_lost(first, &again) {
                Cause::Cable
            } else {
                Cause::Reader
            };
        }
    }
    let held = sha256(first);
    let elsewhere = known(held) && held != expected && first.iter().any(|byte| *byte != 0);
    if elsewhere || is_marked(first) {
        Cause::Capacity
    } else {
        Cause::Card
    }
}

/// Why a piece could not be read.
pub fn of_failed_read(card: &mut dyn Target, extent: Extent, error: io::Error) -> Problem {
    let mut again = vec![0; usize::try_from(extent.bytes).unwrap_or(0)];
    if card.read_at(extent.offset, &mut again).is_ok() {
        return Problem::CardRead {
            at: extent.offset,
            source: error,
            cause: Cause::Cable,
        };
    }
    Problem::card_read(extent.offset, error)
}

fn sectors_lost(one: &[u8], other: &[u8]) -> bool {
    one.chunks(512).zip(other.chunks(512)).any(|(one, other)| {
        let differing = one.iter().zip(other).filter(|(a, b)| a != b).count();
        one != other && differing >= LOST_SECTOR_BYTES
    })
}

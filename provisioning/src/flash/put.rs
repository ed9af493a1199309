//! Writing a piece so that it is on the card: written, waited for, and read back.

use std::time::Duration;

use super::cause::of_difference;
use super::{JUDGED_AFTER, MIN_KIB_A_SECOND, rate};
use crate::error::Problem;
use crate::progress::Ticks;
use crate::seal::sha256;
use crate::target::{Target, write_all};

/// Writes a piece.
///
/// # Errors
/// Those of the card.
pub fn write(card: &mut dyn Target, at: u64, bytes: &[u8]) -> Result<(), Problem> {
    write_all(card, at, bytes).map_err(|e| Problem::card_write(at, e))
}

/// Waits until everything is on the card; `at` is what is told where it fails.
///
/// # Errors
/// Those of the card.
pub fn sync(card: &mut dyn Target, at: u64) -> Result<(), Problem> {
    card.sync().map_err(|e| Problem::card_write(at, e))
}

/// Writes a piece, waits for it, and reads it back.
///
/// # Errors
/// Those of the card; [`Problem::CardDiffers`] when it holds something else afterwards.
pub fn put(card: &mut dyn Target, at: u64, bytes: &[u8]) -> Result<(), Problem> {
    write(card, at, bytes)?;
    sync(card, at)?;
    let mut held = vec![0; bytes.len()];
    card.read_at(at, &mut held)
        .map_err(|e| Problem::card_read(at, e))?;
    if held == bytes {
        return Ok(());
    }
    let cause = of_difference(card, at, &held, sha256(bytes), |_| false);
    Err(Problem::CardDiffers { at, cause })
}

/// How fast the card takes what is written: only the time spent writing and waiting counts,
/// and only the bytes that were written in it.
#[derive(Debug, Default)]
pub struct Pace {
    bytes: u64,
    took: Duration,
}

impl Pace {
    /// Bytes that were written.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Does a piece of writing of so many bytes, and counts its time.
    ///
    /// # Errors
    /// Those of the piece of writing.
    pub fn count(
        &mut self,
        card: &mut dyn Target,
        ticks: &dyn Ticks,
        bytes: usize,
        write: impl FnOnce(&mut dyn Target) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let began = ticks.now() + card.lag();
        write(card)?;
        self.took += (ticks.now() + card.lag()).saturating_sub(began);
        self.wrote(bytes);
        Ok(())
    }

    /// Counts bytes whose time does not matter.
    pub fn wrote(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Refuses a card that was written long enough to be judged, and is too slow.
    ///
    /// # Errors
    /// [`Problem::CardSlow`].
    pub fn judge(&self) -> Result<(), Problem> {
        let kib_a_second = rate(self.bytes, self.took) / 1024;
        if self.bytes > 0 && self.took >= JUDGED_AFTER && kib_a_second < MIN_KIB_A_SECOND {
            return Err(Problem::CardSlow { kib_a_second });
        }
        Ok(())
    }
}

//! The mark of a card that is not finished: no partition table, and a sentence in plain text.

use super::cause::Cause;
use super::{HEAD_BYTES, TABLE_BLOCK_BYTES};
use crate::error::Problem;
use crate::target::{Target, write_all};

/// What stands at the card's beginning, for whoever looks at it with any tool.
const SENTENCE: &str = "MADOGUCHI-UNFINISHED\n\
    This card was not finished and does not start. Write it again with `provision flash`.\n\
    このカードは書き込みが完了していないため起動しません。「provision flash」で書き直してください。\n";

/// Bytes that the mark takes at the beginning of the card.
pub const MARK_BYTES: usize = TABLE_BLOCK_BYTES;

/// Bytes at the end of the card where a spare partition table may lie.
const SPARE_TABLE_BYTES: u64 = 64 * 1024;

/// Whether a card begins with the mark.
#[must_use]
pub fn is_marked(beginning: &[u8]) -> bool {
    beginning.starts_with(SENTENCE.as_bytes())
}

/// Takes both partition tables away and writes the mark; waits until it is on the card, and
/// looks.
///
/// # Errors
/// Those of the card; [`Problem::CardDiffers`] when the card does not keep the mark.
pub fn mark(card: &mut dyn Target) -> Result<(), Problem> {
    let mut block = vec![0; MARK_BYTES];
    block[..SENTENCE.len()].copy_from_slice(SENTENCE.as_bytes());
    write(card, 0, &block)?;
    let spare = card
        .bytes()
        .saturating_sub(SPARE_TABLE_BYTES)
        .max(HEAD_BYTES);
    let length = usize::try_from(card.bytes().saturating_sub(spare)).unwrap_or(0);
    write(card, spare, &vec![0; length])?;
    let rest = usize::try_from(HEAD_BYTES).unwrap_or(0) - MARK_BYTES;
    write(card, MARK_BYTES as u64, &vec![0; rest])?;
    card.sync().map_err(|e| Problem::card_write(0, e))?;
    expect(card, 0, &block)?;
    expect(card, spare, &vec![0; length])
}

fn expect(card: &mut dyn Target, at: u64, bytes: &[u8]) -> Result<(), Problem> {
    let mut held = vec![0; bytes.len()];
    match card.read_at(at, &mut held) {
        Ok(()) if held == bytes => Ok(()),
        Ok(()) if at > 0 => Err(Problem::CardCapacity { at }),
        Ok(()) => Err(Problem::CardDiffers {
            at,
            cause: Cause::Card,
        }),
        Err(error) => Err(Problem::card_read(at, error)),
    }
}

fn write(card: &mut dyn Target, at: u64, bytes: &[u8]) -> Result<(), Problem> {
    write_all(card, at, bytes).map_err(|e| Problem::card_write(at, e))
}

//! The mark of a card that is not finished: no partition table, and a sentence in plain text.

use super::put::{put, sync, write};
use super::{HEAD_BYTES, TABLE_BYTES};
use crate::error::Problem;
use crate::target::Target;

/// What stands at the card's beginning, for whoever looks at it with any tool.
const SENTENCE: &str = "MADOGUCHI-UNFINISHED\n\
    This card was not finished and does not start. Write it again with `provision flash`.\n\
    このカードは書き込みが完了していないため起動しません。「provision flash」で書き直してください。\n";

/// Bytes that the mark takes at the beginning of the card.
pub const MARK_BYTES: usize = 4096;

/// Bytes of the line behind the sentence that says which run it was: `run 0123456789abcdef`.
const RUN_BYTES: usize = 21;

/// The mark goes away with the last write, which puts the partition table in its place.
const _: () = assert!(SENTENCE.len() + RUN_BYTES + 2 <= TABLE_BYTES);

/// Bytes at the end of the card where a spare partition table may lie.
const SPARE_TABLE_BYTES: u64 = 64 * 1024;

/// Whether a card begins with the mark.
#[must_use]
pub fn is_marked(beginning: &[u8]) -> bool {
    beginning.starts_with(SENTENCE.as_bytes())
}

/// Whether a card begins with the mark of that run.
pub fn is_marked_by(run: u64, beginning: &[u8]) -> bool {
    beginning.starts_with(&first_sector(run))
}

/// The first sector of a card that a run has marked.
#[must_use]
pub fn first_sector(run: u64) -> [u8; TABLE_BYTES] {
    let mut sector = [0; TABLE_BYTES];
    let text = format!("{SENTENCE}run {run:016x}\n");
    sector[..text.len()].copy_from_slice(text.as_bytes());
    sector
}

/// Puts the mark in the place of the partition table, and looks whether it is there.
///
/// # Errors
/// Those of the card; [`Problem::CardUnmarked`] when it does not keep the mark.
pub fn put_first(card: &mut dyn Target, block: &[u8]) -> Result<(), Problem> {
    put(card, 0, block).map_err(|problem| match problem {
        Problem::CardDiffers { .. } => Problem::CardUnmarked,
        other => other,
    })
}

/// Takes both partition tables away and writes the mark; waits until it is on the card, and
/// looks.
///
/// # Errors
/// Those of the card; [`Problem::CardUnmarked`] when it does not keep the mark.
pub fn mark(card: &mut dyn Target, run: u64) -> Result<(), Problem> {
    let mut block = vec![0; MARK_BYTES];
    block[..TABLE_BYTES].copy_from_slice(&first_sector(run));
    // Each step waits for the one before: what is not synced may reach the card in any order.
    // A card that does not keep the mark is left alone: nothing else was touched yet.
    put_first(card, &block)?;
    let spare = card
        .bytes()
        .saturating_sub(SPARE_TABLE_BYTES)
        .max(HEAD_BYTES);
    let length = usize::try_from(card.bytes().saturating_sub(spare)).unwrap_or(0);
    write(card, spare, &vec![0; length])?;
    sync(card, spare)?;
    let rest = usize::try_from(HEAD_BYTES).unwrap_or(0) - MARK_BYTES;
    write(card, MARK_BYTES as u64, &vec![0; rest])?;
    sync(card, MARK_BYTES as u64)?;
    let mut held = vec![0; length];
    card.read_at(spare, &mut held)
        .map_err(|e| Problem::card_read(spare, e))?;
    if held.iter().any(|byte| *byte != 0) {
        return Err(Problem::CardCapacity { at: spare });
    }
    Ok(())
}

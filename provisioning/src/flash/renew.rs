//! A new configuration for a card that was finished and not started yet: its token may have
//! ended while it lay in a drawer.

use protocol::provisioning::device::DeviceConfig;

use super::put::put;
use super::{TABLE_BYTES, is_marked, mark};
use crate::error::Problem;
use crate::image::config_partition;
use crate::target::Target;
use crate::unit;

/// What stands in the mark for the number of a run: nobody goes on with a renewal.
const RENEWAL: u64 = 0;

/// What is written to a card that may be renewed.
pub struct Renewal {
    table: [u8; TABLE_BYTES],
    /// Where the configuration stands on the card.
    at: u64,
    partition: Vec<u8>,
}

/// Reads a card, and puts another configuration of the same unit in the place of its own.
///
/// # Errors
/// A card that was not finished, is another unit's, or cannot be read. It is not touched.
pub fn prepare(card: &mut dyn Target, unit: &DeviceConfig) -> Result<Renewal, Problem> {
    let mut table = [0; TABLE_BYTES];
    read(card, 0, &mut table)?;
    if is_marked(&table) {
        return Err(Problem::CardUnfinished);
    }
    let extent =
        config_partition(|at, buffer| read(card, at, buffer))?.ok_or(Problem::CardOtherUnit)?;
    let mut partition = vec![0; usize::try_from(extent.bytes).unwrap_or(0)];
    read(card, extent.offset, &mut partition)?;
    match unit::read(&mut partition)? {
        Some(held) if held.serial == unit.serial && held.board == unit.board => {}
        _ => return Err(Problem::CardOtherUnit),
    }
    unit::write(&mut partition, unit)?;
    Ok(Renewal {
        table,
        at: extent.offset,
        partition,
    })
}

impl Renewal {
    /// Writes it. As with a whole card, the partition table goes first and comes back last.
    ///
    /// # Errors
    /// Those of the card, which is left marked and does not start.
    pub fn write(&self, card: &mut dyn Target) -> Result<(), Problem> {
        mark::put_first(card, &mark::first_sector(RENEWAL))?;
        put(card, self.at, &self.partition)?;
        put(card, 0, &self.table).inspect_err(|_| {
            // The table is the last thing that is written; a wrong one must not stay. When even
            // this fails the first problem is still the one to tell.
            let _ = mark::put_first(card, &mark::first_sector(RENEWAL));
        })
    }
}

/// Reads a card that is not touched yet.
fn read(card: &mut dyn Target, at: u64, buffer: &mut [u8]) -> Result<(), Problem> {
    card.read_at(at, buffer)
        .map_err(|source| Problem::VerifyRead { at, source })
}

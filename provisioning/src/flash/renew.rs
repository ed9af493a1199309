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

/// Replaces the configuration by another one of the same unit. As with a whole card, the
/// partition table goes first and comes back last.
///
/// # Errors
/// A card that was not finished or is another unit's is not touched; what fails later leaves a
/// card that is marked and does not start.
pub fn renew(card: &mut dyn Target, unit: &DeviceConfig) -> Result<(), Problem> {
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
    mark::put_first(card, &mark::first_sector(RENEWAL))?;
    put(card, extent.offset, &partition)?;
    put(card, 0, &table).inspect_err(|_| {
        // The table is the last thing that is written; a wrong one must not stay. When even
        // this fails the first problem is still the one to tell.
        let _ = mark::put_first(card, &mark::first_sector(RENEWAL));
    })
}

/// Reads a card that is not touched yet.
fn read(card: &mut dyn Target, at: u64, buffer: &mut [u8]) -> Result<(), Problem> {
    card.read_at(at, buffer)
        .map_err(|source| Problem::VerifyRead { at, source })
}

//! Leavers whom the gateway has not been told about, because the queue was full when they
//! were stopped. Stopping somebody never waits for room.

use protocol::number::UserId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::change::tell;
use super::staff;
use crate::clock::Now;
use crate::error::Problem;
use protocol::exchange::CommandId;

/// Whether somebody is left to be told about.
///
/// # Errors
/// Those of the vault.
pub fn any(connection: &Connection) -> Result<bool, Problem> {
    Ok(connection
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM access_untold)")?
        .query_row([], |row| row.get(0))?)
}

/// Notes that `who`, stopped by `by`, is to be told about later.
pub(super) fn note(tx: &Transaction<'_>, who: &UserId, by: &UserId) -> Result<(), Problem> {
    tx.execute(
        "INSERT INTO access_untold(staff, by) VALUES(?1, ?2)
         ON CONFLICT(staff) DO UPDATE SET by = excluded.by",
        params![who.as_str(), by.as_str()],
    )?;
    Ok(())
}

/// Tells the gateway about one of them. A queue that is still full changes nothing.
pub(super) fn retell(tx: &Transaction<'_>, command: CommandId, now: &Now) -> Result<(), Problem> {
    let next: Option<(String, String)> = tx
        .query_row(
            "SELECT staff, by FROM access_untold ORDER BY staff LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((who, by)) = next else { return Ok(()) };
    if let (Ok(id), Ok(by)) = (UserId::parse(&who), UserId::parse(&by))
        && let Some(member) = staff::find(tx, &id, now)?
    {
        tell(tx, Some(&by), &member.record, command, now)?;
    }
    tx.execute("DELETE FROM access_untold WHERE staff = ?1", [who])?;
    Ok(())
}

//! When this terminal last heard the gateway. One that has been away longer than its limit
//! opens for nobody until it is in contact again: a stolen unit kept off the line cannot be
//! told that it is lost.

use std::time::Duration;

use protocol::problem::ProblemCode;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::clock::Now;
use crate::error::Problem;
use crate::expiry;

/// Notes that the gateway was heard.
///
/// # Errors
/// Those of the vault.
pub fn heard(tx: &Transaction<'_>, now: &Now) -> Result<(), Problem> {
    let lived = expiry::reading(tx, now)?.lived_ms;
    tx.execute(
        "INSERT INTO access_contact(only, wall_ms, lived_ms) VALUES(1, ?1, ?2)
         ON CONFLICT(only) DO UPDATE SET wall_ms = excluded.wall_ms, lived_ms = excluded.lived_ms",
        params![now.wall.unix_ms(), lived],
    )?;
    Ok(())
}

/// Refuses when the gateway was last heard longer ago than `limit`, by the wall clock while
/// it is trusted, or by the time this terminal has been running since: setting the clock back
/// gains nothing.
///
/// # Errors
/// [`ProblemCode::VaultOfflineLimit`], and those of the vault.
pub fn check(connection: &Connection, limit: Option<Duration>, now: &Now) -> Result<(), Problem> {
    let Some(limit) = limit else { return Ok(()) };
    let last: Option<(i64, i64)> = connection
        .query_row("SELECT wall_ms, lived_ms FROM access_contact", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    // Set up and never heard since: counted from the end of set-up, which is a contact.
    let Some((wall, lived)) = last else {
        return Ok(());
    };
    let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    let reading = expiry::reading(connection, now)?;
    let by_wall = now.is_trusted() && now.wall.unix_ms().saturating_sub(wall) > limit;
    let by_life = reading.lived_ms.saturating_sub(lived) > limit;
    if by_wall || by_life {
        return Err(Problem::Refused(ProblemCode::VaultOfflineLimit));
    }
    Ok(())
}

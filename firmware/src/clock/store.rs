//! The floor in the vault.

use protocol::calendar::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::error::Problem;
use crate::vault::Migration;

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "clock-1",
    sql: "CREATE TABLE clock_floor(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            wall_ms INTEGER NOT NULL
          ) STRICT;",
}];

/// The floor kept in the vault, if there is one.
///
/// # Errors
/// Those of the vault.
pub fn floor(connection: &Connection) -> Result<Option<Timestamp>, Problem> {
    let ms: Option<i64> = connection
        .query_row("SELECT wall_ms FROM clock_floor", [], |row| row.get(0))
        .optional()?;
    Ok(ms.map(Timestamp::from_unix_ms))
}

/// Keeps the floor; an earlier one than that kept changes nothing.
///
/// # Errors
/// Those of the vault.
pub fn keep_floor(tx: &Transaction<'_>, floor: Timestamp) -> Result<(), Problem> {
    tx.prepare_cached(
        "INSERT INTO clock_floor(only, wall_ms) VALUES(1, ?1)
         ON CONFLICT(only) DO UPDATE SET wall_ms = max(wall_ms, excluded.wall_ms)",
    )?
    .execute(params![floor.unix_ms()])?;
    Ok(())
}

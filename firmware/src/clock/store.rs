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
            wall_ms INTEGER NOT NULL,
            signed_ms INTEGER
          ) STRICT;",
}];

/// The times before which it cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// The highest trusted time seen.
    pub wall: Timestamp,
    /// The highest time that follows from the gateway's signed word.
    pub signed: Option<Timestamp>,
}

impl From<Timestamp> for Floor {
    fn from(wall: Timestamp) -> Self {
        Self { wall, signed: None }
    }
}

/// The floor kept in the vault, if there is one.
///
/// # Errors
/// Those of the vault.
pub fn floor(connection: &Connection) -> Result<Option<Floor>, Problem> {
    Ok(connection
        .query_row("SELECT wall_ms, signed_ms FROM clock_floor", [], |row| {
            let signed: Option<i64> = row.get(1)?;
            Ok(Floor {
                wall: Timestamp::from_unix_ms(row.get(0)?),
                signed: signed.map(Timestamp::from_unix_ms),
            })
        })
        .optional()?)
}

/// Keeps the floor. It goes back only together with a later word of the gateway.
///
/// # Errors
/// Those of the vault.
pub fn keep_floor(tx: &Transaction<'_>, floor: impl Into<Floor>) -> Result<(), Problem> {
    let floor = floor.into();
    tx.prepare_cached(
        "INSERT INTO clock_floor(only, wall_ms, signed_ms) VALUES(1, ?1, ?2)
         ON CONFLICT(only) DO UPDATE SET
           wall_ms = iif(coalesce(excluded.signed_ms, 0) > coalesce(signed_ms, 0),
                         excluded.wall_ms, max(wall_ms, excluded.wall_ms)),
           signed_ms = nullif(max(coalesce(signed_ms, 0), coalesce(excluded.signed_ms, 0)), 0)",
    )?
    .execute(params![
        floor.wall.unix_ms(),
        floor.signed.map(|at| at.unix_ms())
    ])?;
    Ok(())
}

//! Tables of this module, and the cursor.

use rusqlite::{Connection, Transaction, params};

use crate::error::Problem;
use crate::vault::Migration;

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "sync-1",
    sql: "CREATE TABLE sync_cursor(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            cursor INTEGER NOT NULL,
            last_ms INTEGER
          ) STRICT;
          INSERT INTO sync_cursor VALUES(1, 0, NULL);
          CREATE TABLE sync_identity(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            device TEXT NOT NULL,
            certificate TEXT NOT NULL,
            private_key BLOB NOT NULL,
            not_before_ms INTEGER NOT NULL,
            not_after_ms INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE sync_trust(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            bundle TEXT NOT NULL
          ) STRICT;
          CREATE TABLE sync_pending_key(
            purpose TEXT PRIMARY KEY CHECK(purpose IN ('enrol', 'renew')),
            private_key BLOB NOT NULL,
            csr TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;",
}];

/// The last feed entry that was kept.
///
/// # Errors
/// Those of the vault.
pub fn cursor(connection: &Connection) -> Result<u64, Problem> {
    let cursor: i64 = connection
        .prepare_cached("SELECT cursor FROM sync_cursor")?
        .query_row([], |row| row.get(0))?;
    Ok(u64::try_from(cursor).unwrap_or(0))
}

pub(super) fn set_cursor(tx: &Transaction<'_>, cursor: u64) -> Result<(), Problem> {
    tx.prepare_cached("UPDATE sync_cursor SET cursor = ?1 WHERE cursor <> ?1")?
        .execute(params![i64::try_from(cursor).unwrap_or(i64::MAX)])?;
    Ok(())
}

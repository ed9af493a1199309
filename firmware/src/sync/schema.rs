//! Tables of this module, and the cursor.

use protocol::calendar::Timestamp;
use protocol::exchange::DeviceId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::CertificateLife;
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

pub(super) fn note_exchange(tx: &Transaction<'_>, at: Timestamp) -> Result<(), Problem> {
    tx.prepare_cached("UPDATE sync_cursor SET last_ms = ?1")?
        .execute(params![at.unix_ms()])?;
    Ok(())
}

/// The terminal's id, once enrolled.
///
/// # Errors
/// Those of the vault.
pub fn device(connection: &Connection) -> Result<Option<DeviceId>, Problem> {
    let text: Option<String> = connection
        .prepare_cached("SELECT device FROM sync_identity")?
        .query_row([], |row| row.get(0))
        .optional()?;
    text.map(|text| DeviceId::parse(&text))
        .transpose()
        .map_err(|_| Problem::VaultStatement("the identity's device".to_owned()))
}

/// First and last instant of the present certificate, if there is one.
///
/// # Errors
/// Those of the vault.
pub fn certificate_life(connection: &Connection) -> Result<Option<CertificateLife>, Problem> {
    let life: Option<(i64, i64)> = connection
        .prepare_cached("SELECT not_before_ms, not_after_ms FROM sync_identity")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(life.map(|(from, to)| CertificateLife {
        from: Timestamp::from_unix_ms(from),
        to: Timestamp::from_unix_ms(to),
    }))
}

/// The last good exchange, by the terminal's clock.
///
/// # Errors
/// Those of the vault.
pub fn last_exchange(connection: &Connection) -> Result<Option<Timestamp>, Problem> {
    let ms: Option<i64> = connection
        .prepare_cached("SELECT last_ms FROM sync_cursor")?
        .query_row([], |row| row.get(0))?;
    Ok(ms.map(Timestamp::from_unix_ms))
}

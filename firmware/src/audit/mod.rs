//! The hash-chained log of what was done at this terminal, and its verifier.
//!
//! Entry *n* holds SHA-256 over entry *n−1*'s hash and its own canonical bytes; the gateway
//! counter-signs the head at each exchange ([`seal`]). The device keeps 90 days; what is
//! deleted leaves an anchor, from which the rest still verifies. Entries name staff by user
//! id and commands by id; they carry no name, number or birth date.
//!
//! Source of what is logged: 医療情報システムの安全管理に関するガイドライン 6.0, システム運用編 17.

mod chain;
mod event;
mod seal;

use std::time::Duration;

use protocol::calendar::Timestamp;
use protocol::exchange::{AuditHead, Sha256Digest};
use protocol::number::UserId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Migration;

pub use chain::{Break, BreakKind, Verified, verify};
pub use event::{AuditEvent, CardMode, LockCause, LookUpKind, StaffChange};
pub use seal::{KEPT_SIGNATURES, Seal, head_to_seal, last_seal, seal};

/// How long entries stay on the device after the gateway has counter-signed them.
pub const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// Entries deleted by one call of [`prune`].
pub const PRUNE_LIMIT: u32 = 5_000;

/// Newest entries among which the order of a wipe is looked for. Nothing is done at a terminal
/// between the order and the wipe but what was already on its way.
const WIPE_LOOK_BACK: u32 = 64;

/// Largest page of [`page`].
pub const MAX_PAGE: u32 = 200;

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "audit-1",
    sql: "CREATE TABLE audit(
            entry INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            trusted INTEGER NOT NULL,
            boot_id BLOB NOT NULL,
            boot_ms INTEGER NOT NULL,
            staff TEXT,
            event TEXT NOT NULL,
            hash BLOB NOT NULL CHECK(length(hash) = 32)
          ) STRICT;
          CREATE TABLE audit_head(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            entry INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK(length(hash) = 32)
          ) STRICT;
          CREATE TABLE audit_anchor(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            entry INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK(length(hash) = 32)
          ) STRICT;
          CREATE TABLE audit_seal(
            entry INTEGER PRIMARY KEY,
            hash BLOB NOT NULL CHECK(length(hash) = 32),
            at_ms INTEGER NOT NULL,
            signed TEXT
          ) STRICT;",
}];

/// One entry as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Number, starting at 1, without gaps.
    pub entry: u64,
    /// When, by the clock in use.
    pub at: Timestamp,
    /// Whether that clock was trusted.
    pub trusted: bool,
    /// Which power-on.
    pub boot_id: [u8; 16],
    /// Time since power-on.
    pub boot: Duration,
    /// Who, if somebody was unlocked.
    pub staff: Option<String>,
    /// JSON text of an [`AuditEvent`], as hashed.
    pub event: String,
    /// Its chain hash.
    pub hash: [u8; 32],
}

/// Writes an entry, in the transaction of the thing it tells about.
///
/// # Errors
/// Those of the vault.
pub fn append(
    tx: &Transaction<'_>,
    now: &Now,
    staff: Option<&UserId>,
    event: &AuditEvent,
) -> Result<AuditHead, Problem> {
    let before = head(tx)?;
    let mut entry = AuditEntry {
        entry: before.as_ref().map_or(0, |head| head.entry) + 1,
        at: now.wall,
        trusted: now.is_trusted(),
        boot_id: now.boot_id,
        boot: Duration::from_millis(u64::try_from(now.boot.as_millis()).unwrap_or(u64::MAX)),
        staff: staff.map(|id| id.as_str().to_owned()),
        event: event.to_json(),
        hash: [0; 32],
    };
    entry.hash = chain::hash(before.map_or([0; 32], |head| head.hash.0), &entry);
    tx.prepare_cached(
        "INSERT INTO audit(entry, at_ms, trusted, boot_id, boot_ms, staff, event, hash)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        signed(entry.entry),
        entry.at.unix_ms(),
        entry.trusted,
        entry.boot_id,
        i64::try_from(entry.boot.as_millis()).unwrap_or(i64::MAX),
        entry.staff,
        entry.event,
        entry.hash,
    ])?;
    tx.prepare_cached(
        "INSERT INTO audit_head(only, entry, hash) VALUES(1, ?1, ?2)
         ON CONFLICT(only) DO UPDATE SET entry = excluded.entry, hash = excluded.hash",
    )?
    .execute(params![signed(entry.entry), entry.hash])?;
    Ok(AuditHead {
        entry: entry.entry,
        hash: Sha256Digest(entry.hash),
    })
}

/// The last entry's number and hash; `None` in an empty log.
///
/// # Errors
/// Those of the vault.
pub fn head(connection: &Connection) -> Result<Option<AuditHead>, Problem> {
    Ok(connection
        .prepare_cached("SELECT entry, hash FROM audit_head")?
        .query_row([], |row| {
            Ok(AuditHead {
                entry: unsigned(row.get(0)?),
                hash: Sha256Digest(row.get(1)?),
            })
        })
        .optional()?)
}

/// Entries from the newest back, `limit` at most [`MAX_PAGE`], those after `skip`.
///
/// # Errors
/// Those of the vault.
pub fn page(connection: &Connection, skip: u64, limit: u32) -> Result<Vec<AuditEntry>, Problem> {
    let entries = connection
        .prepare_cached(
            "SELECT entry, at_ms, trusted, boot_id, boot_ms, staff, event, hash
             FROM audit ORDER BY entry DESC LIMIT ?1 OFFSET ?2",
        )?
        .query_map(params![limit.min(MAX_PAGE), signed(skip)], chain::entry)?
        .collect::<Result<_, _>>()?;
    Ok(entries)
}

/// Whether the key was to be destroyed: the order was kept, and the power went before it was
/// carried out. The gateway does not repeat it.
///
/// # Errors
/// Those of the vault.
pub fn is_wipe_ordered(connection: &Connection) -> Result<bool, Problem> {
    let newest = page(connection, 0, WIPE_LOOK_BACK)?;
    Ok(newest.iter().any(|entry| {
        // A later program's events are none of ours.
        serde_json::from_str(&entry.event)
            .is_ok_and(|event| matches!(event, AuditEvent::Wiped { .. }))
    }))
}

/// Deletes entries older than [`RETENTION`] that the gateway has counter-signed, moving the
/// anchor. Returns how many; the caller repeats while it is [`PRUNE_LIMIT`]. Does nothing
/// while the clock is not trusted: a clock ten years ahead must not empty the log.
///
/// # Errors
/// Those of the vault.
pub fn prune(tx: &Transaction<'_>, now: &Now) -> Result<u32, Problem> {
    let Some(last) = last_seal(tx)?.filter(|_| now.is_trusted()) else {
        return Ok(0);
    };
    let keep_ms = i64::try_from(RETENTION.as_millis()).unwrap_or(i64::MAX);
    let before = now.wall.unix_ms().saturating_sub(keep_ms);
    // By number, not by time: the log is cut at its old end only.
    let first_kept: i64 = tx.query_row(
        "SELECT coalesce((SELECT entry FROM audit WHERE at_ms >= ?1 ORDER BY entry LIMIT 1), ?2)",
        params![before, signed(last.head.entry)],
        |row| row.get(0),
    )?;
    let first: Option<i64> = tx.query_row("SELECT min(entry) FROM audit", [], |row| row.get(0))?;
    let Some(first) = first else { return Ok(0) };
    let end = first_kept
        .min(signed(last.head.entry))
        .min(first + i64::from(PRUNE_LIMIT));
    if end <= first {
        return Ok(0);
    }
    tx.execute(
        "INSERT INTO audit_anchor(only, entry, hash)
         SELECT 1, entry, hash FROM audit WHERE entry = ?1
         ON CONFLICT(only) DO UPDATE SET entry = excluded.entry, hash = excluded.hash",
        params![end - 1],
    )?;
    let gone = tx.execute("DELETE FROM audit WHERE entry < ?1", params![end])?;
    tx.execute("DELETE FROM audit_seal WHERE entry < ?1", params![end])?;
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;

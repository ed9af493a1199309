//! Wrong tries and the pauses after them.
//!
//! A try is counted and on disk *before* it is hashed, so that pulling the plug never gives
//! one for free. Pauses run in boot time and start over after a power cycle: no setting of
//! the clock shortens them. What is counted for each person also adds up for the device, so
//! that one code cannot be tried on everybody.
//!
//! Source of the figures: guarantees.md (3 → 1 min, 5 → 30 min, 10 → administrator).

use std::time::Duration;

use protocol::number::UserId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::clock::Now;
use crate::error::Problem;

/// Wrong tries after which a person pauses for [`SHORT_PAUSE`].
pub const FIRST_LIMIT: u8 = 3;
/// Wrong tries from which on each one more pauses for [`LONG_PAUSE`].
pub const SECOND_LIMIT: u8 = 5;
/// Wrong tries after which only an administrator helps.
pub const LAST_LIMIT: u8 = 10;
/// The pause after [`FIRST_LIMIT`].
pub const SHORT_PAUSE: Duration = Duration::from_secs(60);
/// The pause after [`SECOND_LIMIT`].
pub const LONG_PAUSE: Duration = Duration::from_secs(30 * 60);
/// Most that one person adds to the device's sum.
pub const SHARE: u8 = FIRST_LIMIT;
/// Sum over all staff from which on the whole device pauses for [`LONG_PAUSE`] after each
/// further wrong try. At least four people's tries.
pub const DEVICE_LIMIT: u32 = 12;

/// Whether somebody may try now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// They may; so many more before the next pause, this one included.
    Open {
        /// Tries before the next pause.
        left: u8,
    },
    /// They may not yet, or not without an administrator.
    Paused {
        /// Wrong tries so far.
        wrong: u8,
        /// Time left; `None`: only an administrator opens it.
        left: Option<Duration>,
        /// It is the device's pause, not theirs.
        device_wide: bool,
    },
}

/// One person's wrong tries since the last right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Tries {
    wrong: u8,
    forgiven: u8,
    boot_id: [u8; 16],
    boot: Duration,
}

/// Which pauses hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The person's own and the device's.
    Everyone,
    /// Only the person's own: whoever ends the device's pause must be able to type.
    Person,
}

/// Whether this person may try now.
///
/// # Errors
/// Those of the vault.
pub fn gate(
    connection: &Connection,
    who: &UserId,
    scope: Scope,
    now: &Now,
) -> Result<Gate, Problem> {
    let tries = tries(connection, who)?;
    let wrong = tries.wrong;
    if wrong >= LAST_LIMIT {
        return Ok(Gate::Paused {
            wrong,
            left: None,
            device_wide: false,
        });
    }
    if let Some(left) = rest(pause(wrong), since(&tries, now)) {
        return Ok(Gate::Paused {
            wrong,
            left: Some(left),
            device_wide: false,
        });
    }
    if scope == Scope::Everyone
        && let Some(left) = device_pause(connection, now)?
    {
        return Ok(Gate::Paused {
            wrong,
            left: Some(left),
            device_wide: true,
        });
    }
    Ok(Gate::Open {
        left: left_before_pause(wrong),
    })
}

/// Counts a try before it is hashed: until it proves right, it is a wrong one. The count is
/// that after it.
///
/// # Errors
/// Those of the vault.
pub fn count(tx: &Transaction<'_>, who: &UserId, now: &Now) -> Result<u8, Problem> {
    let boot_ms = i64::try_from(now.boot.as_millis()).unwrap_or(i64::MAX);
    tx.prepare_cached(
        "INSERT INTO access_tries(staff, wrong, forgiven, boot_id, boot_ms)
         VALUES(?1, 1, 0, ?2, ?3)
         ON CONFLICT(staff) DO UPDATE SET
           wrong = min(wrong + 1, 255), boot_id = excluded.boot_id, boot_ms = excluded.boot_ms",
    )?
    .execute(params![who.as_str(), now.boot_id, boot_ms])?;
    Ok(tries(tx, who)?.wrong)
}

/// Forgets a person's wrong tries: they proved right, or an administrator opened them.
///
/// # Errors
/// Those of the vault.
pub fn clear(tx: &Transaction<'_>, who: &UserId) -> Result<(), Problem> {
    tx.prepare_cached("DELETE FROM access_tries WHERE staff = ?1")?
        .execute([who.as_str()])?;
    Ok(())
}

/// An administrator opens the device: what was counted so far no longer adds up. The pauses
/// of single people stay.
///
/// # Errors
/// Those of the vault.
pub fn forgive_device(tx: &Transaction<'_>) -> Result<(), Problem> {
    tx.execute("UPDATE access_tries SET forgiven = min(wrong, ?1)", [SHARE])?;
    Ok(())
}

/// Somebody's wrong tries since the last right one.
///
/// # Errors
/// Those of the vault.
pub fn wrong(connection: &Connection, who: &UserId) -> Result<u8, Problem> {
    Ok(tries(connection, who)?.wrong)
}

/// The pause that follows so many wrong tries.
#[must_use]
pub fn pause(wrong: u8) -> Duration {
    match wrong {
        0..FIRST_LIMIT => Duration::ZERO,
        FIRST_LIMIT => SHORT_PAUSE,
        // The fourth try is free after the first pause; the fifth pauses for long.
        n if n < SECOND_LIMIT => Duration::ZERO,
        _ => LONG_PAUSE,
    }
}

/// Tries before the next pause, the next one included.
fn left_before_pause(wrong: u8) -> u8 {
    match wrong {
        n if n < FIRST_LIMIT => FIRST_LIMIT - n,
        n if n < SECOND_LIMIT => SECOND_LIMIT - n,
        _ => 1,
    }
}

fn device_pause(connection: &Connection, now: &Now) -> Result<Option<Duration>, Problem> {
    let sum: u32 = connection
        .prepare_cached(
            "SELECT coalesce(sum(max(min(wrong, ?1) - forgiven, 0)), 0) FROM access_tries",
        )?
        .query_row([SHARE], |row| row.get(0))?;
    if sum < DEVICE_LIMIT {
        return Ok(None);
    }
    // The wrong try nearest to now; those before a power cycle count as just made.
    let mut shortest = None;
    let mut statement = connection.prepare_cached(
        "SELECT wrong, forgiven, boot_id, boot_ms FROM access_tries WHERE wrong > forgiven",
    )?;
    for tries in statement.query_map([], row)? {
        let since = since(&tries?, now);
        shortest = Some(shortest.map_or(since, |least: Duration| least.min(since)));
    }
    Ok(shortest.and_then(|since| rest(LONG_PAUSE, since)))
}

fn tries(connection: &Connection, who: &UserId) -> Result<Tries, Problem> {
    Ok(connection
        .prepare_cached(
            "SELECT wrong, forgiven, boot_id, boot_ms FROM access_tries WHERE staff = ?1",
        )?
        .query_row([who.as_str()], row)
        .optional()?
        .unwrap_or_default())
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Tries> {
    let boot_ms: i64 = row.get(3)?;
    Ok(Tries {
        wrong: row.get(0)?,
        forgiven: row.get(1)?,
        boot_id: row.get(2)?,
        boot: Duration::from_millis(u64::try_from(boot_ms).unwrap_or(0)),
    })
}

/// Boot time since the try; after a power cycle, since power-on.
fn since(tries: &Tries, now: &Now) -> Duration {
    if tries.boot_id == now.boot_id {
        now.boot.saturating_sub(tries.boot)
    } else {
        now.boot
    }
}

/// What is left of a pause.
fn rest(pause: Duration, since: Duration) -> Option<Duration> {
    pause.checked_sub(since).filter(|left| !left.is_zero())
}

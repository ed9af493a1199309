//! Deadlines that no clock trick moves: by the wall clock or by time lived, whichever ends first.
//!
//! The wall clock can be turned back and its battery can die. The time this terminal has been
//! powered on can only grow: it is summed over power-ons in one row, and every deadline is
//! kept in both measures. Time spent switched off counts only by the wall clock, while that is
//! trusted; a wall clock that is not trusted ends nothing.

use std::time::Duration;

use protocol::calendar::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Migration;

/// The sum is written again when it has grown by this much: what a power cut can take off it.
pub const SAVE_STEP: Duration = Duration::from_secs(10 * 60);

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "expiry-1",
    sql: "CREATE TABLE lived(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            total_ms INTEGER NOT NULL,
            boot_id BLOB NOT NULL,
            boot_ms INTEGER NOT NULL
          ) STRICT;",
}];

/// An instant of both measures, for comparing with kept deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock in milliseconds, or the beginning of time while it is not trusted.
    pub wall_ms: i64,
    /// Time lived in milliseconds.
    pub lived_ms: i64,
}

/// A deadline in both measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// By the wall clock.
    pub wall_ms: i64,
    /// By time lived.
    pub lived_ms: i64,
}

impl Deadline {
    /// The deadline `at`, set at `now`. `since` is an instant that is surely past, told by the
    /// other side; it stands for now while the wall clock is not trusted.
    #[must_use]
    pub fn new(at: Timestamp, since: Timestamp, now: &Now, reading: Reading) -> Self {
        let from = if now.is_trusted() {
            now.wall.max(since)
        } else {
            since
        };
        let span = at.unix_ms().saturating_sub(from.unix_ms()).max(0);
        Self {
            wall_ms: at.unix_ms(),
            lived_ms: reading.lived_ms.saturating_add(span),
        }
    }

    /// Time left; zero when it has passed.
    #[must_use]
    pub fn left(self, reading: Reading) -> Duration {
        let lived = self.lived_ms.saturating_sub(reading.lived_ms);
        let left = if reading.wall_ms == i64::MIN {
            lived
        } else {
            lived.min(self.wall_ms.saturating_sub(reading.wall_ms))
        };
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    /// Whether it has passed.
    #[must_use]
    pub fn is_past(self, reading: Reading) -> bool {
        self.left(reading).is_zero()
    }
}

/// Reads both measures.
///
/// # Errors
/// Those of the vault.
pub fn reading(connection: &Connection, now: &Now) -> Result<Reading, Problem> {
    let kept = kept(connection)?;
    Ok(Reading {
        wall_ms: if now.is_trusted() {
            now.wall.unix_ms()
        } else {
            i64::MIN
        },
        lived_ms: kept.map_or_else(|| boot_ms(now), |kept| kept.lived_ms(now)),
    })
}

/// Whether the sum is to be written: it has grown by [`SAVE_STEP`], or there was a power-on.
///
/// # Errors
/// Those of the vault.
pub fn save_due(connection: &Connection, now: &Now) -> Result<bool, Problem> {
    Ok(sum(connection, now)?.1)
}

/// The sum, and whether it is to be written.
fn sum(connection: &Connection, now: &Now) -> Result<(i64, bool), Problem> {
    Ok(match kept(connection)? {
        None => (boot_ms(now), true),
        Some(kept) => {
            let total = kept.lived_ms(now);
            let step = i64::try_from(SAVE_STEP.as_millis()).unwrap_or(i64::MAX);
            (
                total,
                kept.boot_id != now.boot_id || total - kept.total_ms >= step,
            )
        }
    })
}

/// Writes the sum, if [`save_due`].
///
/// # Errors
/// Those of the vault.
pub fn save(tx: &Transaction<'_>, now: &Now) -> Result<(), Problem> {
    let (total, due) = sum(tx, now)?;
    if due {
        tx.prepare_cached(
            "INSERT INTO lived(only, total_ms, boot_id, boot_ms) VALUES(1, ?1, ?2, ?3)
             ON CONFLICT(only) DO UPDATE SET total_ms = max(total_ms, excluded.total_ms),
               boot_id = excluded.boot_id, boot_ms = excluded.boot_ms",
        )?
        .execute(params![total, now.boot_id, boot_ms(now)])?;
    }
    Ok(())
}

struct Kept {
    total_ms: i64,
    boot_id: [u8; 16],
    boot_ms: i64,
}

impl Kept {
    fn lived_ms(&self, now: &Now) -> i64 {
        let since = if self.boot_id == now.boot_id {
            boot_ms(now).saturating_sub(self.boot_ms).max(0)
        } else {
            boot_ms(now)
        };
        self.total_ms.saturating_add(since)
    }
}

fn kept(connection: &Connection) -> Result<Option<Kept>, Problem> {
    Ok(connection
        .prepare_cached("SELECT total_ms, boot_id, boot_ms FROM lived")?
        .query_row([], |row| {
            Ok(Kept {
                total_ms: row.get(0)?,
                boot_id: row.get(1)?,
                boot_ms: row.get(2)?,
            })
        })
        .optional()?)
}

fn boot_ms(now: &Now) -> i64 {
    i64::try_from(now.boot.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::clock::{ClockTrust, Distrust};
    use crate::vault::Vault;

    fn at(boot_s: u64, power_on: u8, wall_s: i64) -> Now {
        Now {
            boot: Duration::from_secs(boot_s),
            boot_id: [power_on; 16],
            wall: Timestamp::from_unix_ms(wall_s * 1000),
            trust: ClockTrust::Trusted,
        }
    }

    fn untrusted(mut now: Now) -> Now {
        now.trust = ClockTrust::Untrusted(Distrust::BehindFloor);
        now
    }

    #[test]
    fn time_lived_grows_over_power_ons_whatever_the_wall_clock_says() {
        let mut vault = Vault::in_memory().unwrap();
        let read = |vault: &Vault, now: Now| vault.read(|c| reading(c, &now)).unwrap().lived_ms;
        vault.write(|tx| save(tx, &at(100, 1, 1_000))).unwrap();
        assert_eq!(read(&vault, at(160, 1, -9_999_999)), 160_000);
        vault.write(|tx| save(tx, &at(1_000, 1, 2_000))).unwrap();
        // Power off and on: what had been saved stays, the new uptime is added.
        assert_eq!(read(&vault, at(50, 2, 5)), 1_050_000);
        vault.write(|tx| save(tx, &at(50, 2, 5))).unwrap();
        assert_eq!(read(&vault, at(60, 2, 5)), 1_060_000);
    }

    #[test]
    fn a_deadline_ends_by_whichever_measure_comes_first() {
        let now = at(0, 1, 10_000);
        let start = Reading {
            wall_ms: 10_000_000,
            lived_ms: 0,
        };
        let told = Timestamp::from_unix_ms(10_000_000);
        let deadline = Deadline::new(Timestamp::from_unix_ms(10_100_000), told, &now, start);
        let read = |wall_ms, lived_ms| deadline.left(Reading { wall_ms, lived_ms }).as_secs();
        assert_eq!(read(10_040_000, 10_000), 60);
        assert_eq!(
            read(-5_000_000, 70_000),
            30,
            "turned back: time lived counts"
        );
        assert_eq!(read(10_200_000, 0), 0, "switched off over the deadline");
        assert_eq!(read(i64::MIN, 99_000), 1);
        assert!(deadline.is_past(Reading {
            wall_ms: i64::MIN,
            lived_ms: 100_000
        }));
    }

    #[test]
    fn under_an_untrusted_clock_the_others_word_bounds_the_time_left() {
        let now = untrusted(at(7, 1, 99_999_999));
        let start = Reading {
            wall_ms: i64::MIN,
            lived_ms: 7_000,
        };
        let told = Timestamp::from_unix_ms(1_000_000);
        let deadline = Deadline::new(Timestamp::from_unix_ms(1_060_000), told, &now, start);
        assert_eq!(deadline.left(start), Duration::from_secs(60));
    }
}

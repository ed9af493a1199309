//! 控え番号: the number under which staff speak about a saved item, such as `0618-0003`.
//!
//! Month and day of saving, and the how-manieth of that day. Given once, in the transaction
//! that saves the item.

use protocol::exchange::CommandId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Migration;

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "slip-1",
    sql: "CREATE TABLE slip(
            command BLOB PRIMARY KEY CHECK(length(command) = 16),
            day INTEGER NOT NULL,
            number INTEGER NOT NULL,
            UNIQUE(day, number)
          ) STRICT, WITHOUT ROWID;",
}];

/// Days of numbers kept; older ones have left the history of the queue.
const KEPT_DAYS: i64 = 400;

/// Gives the next number of today.
///
/// # Errors
/// Those of the vault.
pub fn assign(tx: &Transaction<'_>, now: &Now, command: CommandId) -> Result<String, Problem> {
    let day = now.wall.japan_date();
    let count =
        i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day());
    tx.prepare_cached(
        "INSERT INTO slip(command, day, number)
         VALUES(?1, ?2, (SELECT coalesce(max(number), 0) + 1 FROM slip WHERE day = ?2))
         ON CONFLICT(command) DO NOTHING",
    )?
    .execute(params![command.0.as_bytes(), count])?;
    if now.is_trusted() {
        let oldest = day.add_days(-KEPT_DAYS);
        let oldest = i64::from(oldest.year()) * 10_000
            + i64::from(oldest.month()) * 100
            + i64::from(oldest.day());
        tx.prepare_cached("DELETE FROM slip WHERE day < ?1")?
            .execute(params![oldest])?;
    }
    number(tx, command)
}

/// The number that was given; `-` for an item that has none (nobody speaks about it).
///
/// # Errors
/// Those of the vault.
pub fn number(connection: &Connection, command: CommandId) -> Result<String, Problem> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached("SELECT day, number FROM slip WHERE command = ?1")?
        .query_row(params![command.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(found.map_or_else(
        || "-".to_owned(),
        |(day, number)| format!("{:04}-{number:04}", day % 10_000),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use protocol::calendar::Timestamp;

    use super::*;
    use crate::clock::ClockTrust;
    use crate::testing::{DAY, MORNING, id};
    use crate::vault::Vault;

    fn on_day(day: i64) -> Now {
        Now {
            boot: Duration::from_secs(1),
            boot_id: [1; 16],
            wall: Timestamp::from_unix_ms(MORNING + day * DAY),
            trust: ClockTrust::Trusted,
        }
    }

    #[test]
    fn numbers_count_within_the_day_and_are_given_once() {
        let mut vault = Vault::in_memory().unwrap();
        let mut give =
            |n: u64, day: i64| vault.write(|tx| assign(tx, &on_day(day), id(n))).unwrap();
        assert_eq!(give(1, 0), "1120-0001");
        assert_eq!(give(2, 0), "1120-0002");
        assert_eq!(give(1, 0), "1120-0001", "the same item again");
        assert_eq!(give(3, 1), "1121-0001");
        assert_eq!(
            give(4, 366),
            "1121-0001",
            "a year later the count begins again"
        );
        assert_eq!(vault.read(|c| number(c, id(9))).unwrap(), "-");
    }

    #[test]
    fn numbers_older_than_the_history_go() {
        let mut vault = Vault::in_memory().unwrap();
        vault.write(|tx| assign(tx, &on_day(0), id(1))).unwrap();
        vault.write(|tx| assign(tx, &on_day(401), id(2))).unwrap();
        assert_eq!(vault.read(|c| number(c, id(1))).unwrap(), "-");
    }
}

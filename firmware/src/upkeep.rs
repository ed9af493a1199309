//! What has to happen whether anybody touches the screen or not: deadlines.
//!
//! Run at start before anything is shown, after each exchange, and every [`EVERY`].

use std::time::Duration;

use rusqlite::{Connection, Transaction, params};

use crate::clock::Now;
use crate::error::Problem;
use crate::expiry;
use crate::vault::Vault;
use crate::{audit, inbox, lookup, outbox, request};

/// How often, by the boot clock: the longest a document outlives its deadline on a running
/// terminal. A sweep that finds nothing writes nothing.
pub const EVERY: Duration = Duration::from_secs(5);

/// How often the long histories are cut, in time lived.
const HISTORY_EVERY: Duration = Duration::from_secs(24 * 3600);

/// Most repetitions of one sweep; what is left goes next time.
const MOST_REPEATS: u32 = 100;

/// Tables of this module.
pub const MIGRATIONS: &[crate::vault::Migration] = &[crate::vault::Migration {
    layout: 1,
    name: "upkeep-1",
    sql: "CREATE TABLE upkeep(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            history_lived_ms INTEGER NOT NULL
          ) STRICT;",
}];

/// What the state machine asks of this module.
#[derive(Debug)]
pub enum Job {
    /// Do what is due.
    Sweep,
}

/// What comes back.
#[derive(Debug)]
pub enum Reply {
    /// What was destroyed or deleted.
    Swept(Swept),
}

/// What was destroyed or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Kept answers and questions past their retention.
    pub answers: u32,
    /// Documents past their deadline.
    pub documents: u32,
    /// Scans that nothing needs.
    pub scans: u32,
}

/// Does a job.
///
/// # Errors
/// Those of the vault.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    match job {
        Job::Sweep => sweep(vault, now).map(Reply::Swept),
    }
}

/// Destroys and deletes what is past its time. What is left when a limit is reached goes the next time.
///
/// # Errors
/// Those of the vault.
pub fn sweep(vault: &mut Vault, now: &Now) -> Result<Swept, Problem> {
    let mut swept = Swept::default();
    // Looked at first: a write, even of nothing, waits for the line's.
    if vault.read(|c| expiry::save_due(c, now))? {
        vault.write(|tx| expiry::save(tx, now))?;
    }
    // Documents before anything else: nothing may keep them alive.
    if vault.read(|c| inbox::sweep_due(c, now))? {
        swept.documents = vault.write(|tx| inbox::sweep(tx, now))?;
    }
    for _ in 0..MOST_REPEATS {
        if !vault.read(|c| lookup::sweep_due(c, now))? {
            break;
        }
        let gone = vault.write(|tx| lookup::sweep(tx, now))?;
        swept.answers = swept.answers.saturating_add(gone);
    }
    if vault.read(|c| history_due(c, now))? {
        until_less(outbox::PRUNE_LIMIT, || {
            vault.write(|tx| outbox::prune(tx, now))
        })?;
        until_less(audit::PRUNE_LIMIT, || {
            vault.write(|tx| audit::prune(tx, now))
        })?;
        swept.scans = vault.write(|tx| request::attachment::sweep(tx, now))?;
        vault.write(|tx| inbox::forget(tx, now))?;
        vault.write(inbox::forget_declines)?;
        vault.write(|tx| lookup::forget(tx, now))?;
        for _ in 0..MOST_REPEATS {
            if vault.write(lookup::cut)? == 0 {
                break;
            }
        }
        vault.write(|tx| request::sweep_decisions(tx, now))?;
        vault.write(|tx| history_done(tx, now))?;
    }
    Ok(swept)
}

fn until_less(limit: u32, mut cut: impl FnMut() -> Result<u32, Problem>) -> Result<(), Problem> {
    for _ in 0..MOST_REPEATS {
        if cut()? < limit {
            break;
        }
    }
    Ok(())
}

fn history_due(connection: &Connection, now: &Now) -> Result<bool, Problem> {
    let lived = expiry::reading(connection, now)?.lived_ms;
    let next: i64 = connection.query_row(
        "SELECT coalesce((SELECT history_lived_ms FROM upkeep), 0)",
        [],
        |row| row.get(0),
    )?;
    Ok(lived >= next)
}

fn history_done(tx: &Transaction<'_>, now: &Now) -> Result<(), Problem> {
    let every = i64::try_from(HISTORY_EVERY.as_millis()).unwrap_or(i64::MAX);
    let next = expiry::reading(tx, now)?.lived_ms.saturating_add(every);
    tx.execute(
        "INSERT INTO upkeep(only, history_lived_ms) VALUES(1, ?1)
         ON CONFLICT(only) DO UPDATE SET history_lived_ms = excluded.history_lived_ms",
        params![next],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use protocol::calendar::Timestamp;

    use super::*;
    use crate::clock::ClockTrust;
    use crate::testing::MORNING;

    fn after(hours: u64) -> Now {
        let by = Duration::from_secs(3600 * hours);
        Now {
            boot: Duration::from_secs(60) + by,
            boot_id: [1; 16],
            wall: Timestamp::from_unix_ms(MORNING) + by,
            trust: ClockTrust::Trusted,
        }
    }

    #[test]
    fn the_histories_are_cut_once_a_day_of_time_lived() {
        let mut vault = Vault::in_memory().unwrap();
        let due = |vault: &Vault, hours| vault.read(|c| history_due(c, &after(hours))).unwrap();
        assert!(due(&vault, 0));
        sweep(&mut vault, &after(0)).unwrap();
        assert!(!due(&vault, 23));
        assert!(due(&vault, 24));
    }

    #[test]
    fn a_sweep_without_anything_due_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        let mut vault = Vault::open(&path, &crate::vault::VaultKey::new([3; 32])).unwrap();
        sweep(&mut vault, &after(0)).unwrap();
        let before = vault.bytes_on_disk();
        for _ in 0..50 {
            assert_eq!(sweep(&mut vault, &after(0)).unwrap(), Swept::default());
        }
        assert_eq!(vault.bytes_on_disk(), before);
    }
}

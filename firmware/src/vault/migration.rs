//! How the layout grows: forward by steps, and readable by one version back.
//!
//! The rule for a step of layout 2 and later: it only adds (new tables, new indexes, new
//! columns with a default or without `NOT NULL`), so that the program of one version back
//! still works on the file after an update was rolled back. A test holds all steps to it.
//! What a release has shipped is never edited; a change is a new step.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use crate::error::Problem;

/// The layout this program writes.
pub const LAYOUT: u32 = 1;

/// How many layouts ahead of [`LAYOUT`] this program can still work with.
pub const LAYOUTS_AHEAD: u32 = 1;

/// Marks the database as ours (`PRAGMA application_id`): the letters `MDGV`.
pub(super) const APPLICATION_ID: i32 = 0x4d44_4756;

/// One step of one module.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The layout that brought it.
    pub layout: u32,
    /// Unique, such as `outbox-1`.
    pub name: &'static str,
    /// Statements.
    pub sql: &'static str,
}

/// Every module's steps, in the order in which they run.
const ALL: &[&[Migration]] = &[
    crate::clock::MIGRATIONS,
    crate::audit::MIGRATIONS,
    crate::outbox::MIGRATIONS,
    crate::sync::MIGRATIONS,
    crate::upkeep::MIGRATIONS,
    crate::inbox::MIGRATIONS,
    crate::request::MIGRATIONS,
    crate::lookup::MIGRATIONS,
    crate::slip::MIGRATIONS,
    crate::sealed::MIGRATIONS,
    crate::expiry::MIGRATIONS,
    crate::access::MIGRATIONS,
    crate::presence::MIGRATIONS,
    crate::setup::MIGRATIONS,
    crate::update::MIGRATIONS,
];

const REGISTER: &str = "CREATE TABLE IF NOT EXISTS migration(
    name TEXT PRIMARY KEY,
    layout INTEGER NOT NULL
) STRICT, WITHOUT ROWID;";

/// Runs the steps that the file has not seen yet.
pub(super) fn bring_up(connection: &mut Connection) -> Result<(), Problem> {
    run(connection, LAYOUT, &steps())
}

fn steps() -> Vec<Migration> {
    let mut steps: Vec<Migration> = ALL
        .iter()
        .flat_map(|module| module.iter().copied())
        .collect();
    steps.sort_by_key(|step| step.layout);
    steps
}

fn run(connection: &mut Connection, layout: u32, steps: &[Migration]) -> Result<(), Problem> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > layout + LAYOUTS_AHEAD {
        return Err(Problem::VaultNewer {
            found,
            known: layout + LAYOUTS_AHEAD,
        });
    }
    if found >= layout && seen_all(connection, steps)? {
        return Ok(());
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(REGISTER)?;
    for step in steps {
        if seen(&tx, step)? {
            continue;
        }
        tx.execute_batch(step.sql)?;
        tx.execute(
            "INSERT INTO migration(name, layout) VALUES(?1, ?2)",
            params![step.name, step.layout],
        )?;
    }
    tx.pragma_update(None, "user_version", found.max(layout))?;
    tx.commit()?;
    Ok(())
}

fn seen_all(connection: &Connection, steps: &[Migration]) -> Result<bool, Problem> {
    for step in steps {
        if !seen(connection, step)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn seen(connection: &Connection, step: &Migration) -> Result<bool, Problem> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM migration WHERE name = ?1")?
        .query_row(params![step.name], |_| Ok(()))
        .optional()?
        .is_some())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_step_after_the_first_layout_only_adds() {
        for step in steps().iter().filter(|step| step.layout > 1) {
            assert!(only_adds(step.sql), "{} takes something away", step.name);
        }
        assert!(only_adds("CREATE TABLE a(b TEXT); CREATE INDEX c ON a(b);"));
        assert!(only_adds("ALTER TABLE a ADD COLUMN d TEXT;"));
        assert!(!only_adds("ALTER TABLE a DROP COLUMN d;"));
        assert!(!only_adds("DROP TABLE a;"));
        assert!(!only_adds("ALTER TABLE a ADD COLUMN d TEXT NOT NULL;"));
    }

    #[test]
    fn steps_have_unique_names() {
        let mut names: Vec<_> = steps().iter().map(|step| step.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_vault_written_by_the_next_version_opens_and_the_one_after_is_refused() {
        let mut next = steps();
        next.push(Migration {
            layout: LAYOUT + 1,
            name: "later-1",
            sql: "CREATE TABLE later(a TEXT) STRICT; ALTER TABLE clock_floor ADD COLUMN x TEXT;",
        });
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, LAYOUT + 1, &next).unwrap();
        bring_up(&mut connection).unwrap();
        let tx = connection.transaction().unwrap();
        crate::clock::keep_floor(&tx, protocol::calendar::Timestamp::from_unix_ms(5)).unwrap();
        tx.commit().unwrap();
        let version: u32 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(version, LAYOUT + 1, "going back does not lower the layout");

        connection
            .pragma_update(None, "user_version", LAYOUT + 2)
            .unwrap();
        assert_eq!(
            bring_up(&mut connection),
            Err(Problem::VaultNewer {
                found: LAYOUT + 2,
                known: LAYOUT + 1
            })
        );
    }

    #[test]
    fn a_step_added_within_a_layout_is_run_on_the_next_start() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, 1, &steps()).unwrap();
        let mut more = steps();
        more.push(Migration {
            layout: 1,
            name: "extra-1",
            sql: "CREATE TABLE extra(a TEXT) STRICT;",
        });
        run(&mut connection, 1, &more).unwrap();
        connection
            .execute("INSERT INTO extra VALUES('a')", [])
            .unwrap();
    }

    fn only_adds(sql: &str) -> bool {
        sql.split(';')
            .map(|s| s.trim().to_ascii_uppercase())
            .filter(|s| !s.is_empty())
            .all(|s| {
                s.starts_with("CREATE TABLE")
                    || s.starts_with("CREATE INDEX")
                    || (s.starts_with("ALTER TABLE")
                        && s.contains(" ADD COLUMN ")
                        && (!s.contains("NOT NULL") || s.contains(" DEFAULT ")))
            })
    }
}

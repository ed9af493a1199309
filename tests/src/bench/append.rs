//! Saving one command, beside a bare commit of the same bytes.

use std::path::Path;
use std::time::{Duration, Instant};

use firmware::error::Problem;
use firmware::outbox;
use firmware::vault::{FixedSecret, Vault};
use rusqlite::Connection;

use super::{Row, ms, percent, percentiles};
use crate::dice::Dice;
use crate::work::Work;

/// Commits of each kind.
const COMMITS: usize = 400;

/// Rows in a long queue.
const LONG: usize = 100_000;

/// Commands saved in one transaction while a long queue is made.
const AT_ONCE: usize = 2_000;

pub fn run(folder: &Path) -> Result<Vec<Row>, Problem> {
    let mut dice = Dice::new(11);
    let mut vault = Vault::unlock(
        &folder.join("append.vault"),
        &FixedSecret::new([7; 32]),
        &mut dice,
    )?;
    let clock = firmware::clock::Clock::system(None);
    let mut work = Work::new(5, "minato01", 0);
    let mut plain = bare(&folder.join("plain"), None)?;
    let mut cipher = bare(&folder.join("cipher"), Some(&"11".repeat(32)))?;
    let mut rows = Vec::new();
    for waiting in [0, LONG] {
        for _ in 0..waiting / AT_ONCE {
            let now = clock.now();
            let some: Vec<_> = (0..AT_ONCE).map(|_| work.next(&now)).collect();
            vault.write(|tx| {
                some.iter()
                    .try_for_each(|made| outbox::append(tx, &now, made.id, &made.command).map(drop))
            })?;
            commit(&mut plain, &some)?;
            commit(&mut cipher, &some)?;
        }
        let (mut ours, mut sqlite, mut sqlcipher) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..COMMITS {
            let now = clock.now();
            let made = work.next(&now);
            let start = Instant::now();
            vault.write(|tx| outbox::append(tx, &now, made.id, &made.command))?;
            ours.push(start.elapsed());
            sqlite.push(commit(&mut plain, std::slice::from_ref(&made))?);
            sqlcipher.push(commit(&mut cipher, std::slice::from_ref(&made))?);
        }
        let (sqlite, _) = percentiles(&mut sqlite);
        let (sqlcipher, _) = percentiles(&mut sqlcipher);
        let (ours, worst) = percentiles(&mut ours);
        let line = |what: &str, figure: String, ratio: String| Row {
            what: format!("{what}, {waiting} rows waiting"),
            figure,
            ratio,
        };
        rows.push(line(
            "bare durable SQLite commit",
            ms(sqlite),
            "100 %".into(),
        ));
        rows.push(line(
            "bare durable SQLCipher commit",
            ms(sqlcipher),
            percent(sqlite, sqlcipher),
        ));
        let figure = format!("{} (p99 {})", ms(ours), ms(worst));
        let ratio = format!(
            "{} of SQLite, {} of SQLCipher",
            percent(sqlite, ours),
            percent(sqlcipher, ours)
        );
        rows.push(line("`outbox.append`", figure, ratio));
    }
    Ok(rows)
}

/// A table with one row a command, durable in the same way.
fn bare(path: &Path, key: Option<&str>) -> Result<Connection, Problem> {
    let connection = Connection::open(path)?;
    if let Some(key) = key {
        connection.query_row(&format!("PRAGMA key = \"x'{key}'\""), [], |_| Ok(()))?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE t(id BLOB PRIMARY KEY, body TEXT NOT NULL)")?;
    Ok(connection)
}

fn commit(connection: &mut Connection, some: &[crate::work::Made]) -> Result<Duration, Problem> {
    let start = Instant::now();
    let tx = connection.transaction()?;
    for made in some {
        let body = serde_json::to_string(&made.command).unwrap_or_default();
        tx.prepare_cached("INSERT INTO t VALUES(?1, ?2)")?
            .execute((made.id.0.as_bytes(), body))?;
    }
    tx.commit()?;
    Ok(start.elapsed())
}

//! Finding a kept answer, beside a bare query by key in the same kind of file.

use std::path::Path;
use std::time::Instant;

use firmware::error::Problem;
use firmware::lookup;
use firmware::vault::{FixedSecret, Vault};
use protocol::command::ProgressKey;
use protocol::number::InsuredNumber;
use rusqlite::{Connection, params};

use super::{Row, ms, percentiles};
use crate::dice::Dice;
use crate::work;

/// Look-ups of each kind.
const LOOK_UPS: u64 = 2_000;

/// Length of a kept answer, for the bare table.
const BODY: usize = 420;

pub fn run(folder: &Path) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    for kept in [1_000_u32, 100_000] {
        let mut dice = Dice::new(u64::from(kept));
        let path = folder.join(format!("look-up-{kept}.vault"));
        let mut vault = Vault::unlock(&path, &FixedSecret::new([9; 32]), &mut dice)?;
        let now = firmware::clock::Clock::system(None).now();
        let insurer = work::insurer().number;
        let mut subject = lookup::fill(&mut vault, &now, &insurer, kept)?;
        let bare = bare(
            &folder.join(format!("look-up-{kept}.bare")),
            insurer.as_str(),
            kept,
        )?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..LOOK_UPS {
            let number = format!("{:010}", dice.below(u64::from(kept)));
            let insured = InsuredNumber::parse(&number).map_err(|e| Problem::Refused(e.code()))?;
            subject.key = ProgressKey::Insured { insured }.into();
            let start = Instant::now();
            let found = vault.read(|c| lookup::find(c, &now, &subject))?;
            ours.push(start.elapsed());
            if found.is_none() {
                return Err(Problem::VaultStatement(
                    "a kept answer was not found".into(),
                ));
            }
            let start = Instant::now();
            let body: String = bare
                .prepare_cached("SELECT body FROM t WHERE insurer = ?1 AND key = ?2")?
                .query_row(params![insurer.as_str(), number], |row| row.get(0))?;
            theirs.push(start.elapsed());
            debug_assert_eq!(body.len(), BODY);
        }
        let (theirs, _) = percentiles(&mut theirs);
        let (ours, worst) = percentiles(&mut ours);
        rows.push(Row {
            what: format!("bare SQLCipher query, {kept} rows"),
            figure: ms(theirs),
            ratio: "1".into(),
        });
        rows.push(Row {
            what: format!("kept answer found and read, {kept} rows"),
            figure: format!("{} (p99 {})", ms(ours), ms(worst)),
            ratio: format!("{:.2} ×", ours.as_secs_f64() / theirs.as_secs_f64()),
        });
    }
    Ok(rows)
}

fn bare(path: &Path, insurer: &str, rows: u32) -> Result<Connection, Problem> {
    let mut connection = Connection::open(path)?;
    let key = format!("PRAGMA key = \"x'{}'\"", "22".repeat(32));
    connection.query_row(&key, [], |_| Ok(()))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch(
        "CREATE TABLE t(insurer TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
           PRIMARY KEY(insurer, key)) WITHOUT ROWID",
    )?;
    let tx = connection.transaction()?;
    for n in 0..rows {
        tx.prepare_cached("INSERT INTO t VALUES(?1, ?2, ?3)")?
            .execute(params![insurer, format!("{n:010}"), "x".repeat(BODY)])?;
    }
    tx.commit()?;
    Ok(connection)
}

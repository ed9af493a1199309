//! Counting: acknowledged on one side, effects on the other.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use firmware::outbox;
use protocol::command::Command;
use protocol::exchange::CommandId;
use rusqlite::{Connection, OpenFlags};

use crate::unit::Unit;

/// The end of a kill run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Kills.
    pub kills: u32,
    /// Kills before the first command of a process was saved.
    pub before_the_first_command: u32,
    /// Exchanges that ended without an answer.
    pub exchanges_cut: u32,
    /// Commands whose id was acknowledged.
    pub acknowledged: u64,
    /// Commands in the queue: those acknowledged, and those whose process died between the
    /// commit and saying so.
    pub saved: u64,
    /// Acknowledged, and not at the gateway exactly as saved. Must be 0.
    pub lost: u64,
    /// At the gateway twice, or with more effects than commands. Must be 0.
    pub doubled: u64,
    /// At the gateway, and never saved. Must be 0.
    pub invented: u64,
    /// Commands about one person that changed places. Must be 0.
    pub misplaced: u64,
}

impl Tally {
    /// Nothing went wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.invented == 0 && self.misplaced == 0
    }
}

struct Row {
    sha256: [u8; 32],
    subjects: Vec<String>,
    kind: String,
}

/// Compares a drained queue with the gateway's database.
pub fn compare(
    unit: &Unit,
    database: &Path,
    acknowledged: &HashSet<CommandId>,
) -> Result<Tally, Box<dyn std::error::Error + Send + Sync>> {
    let saved = saved(unit)?;
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let whole: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if whole != "ok" {
        return Err("the gateway's database is damaged".into());
    }
    let held: Vec<(CommandId, [u8; 32])> = connection
        .prepare("SELECT id, hash FROM commands WHERE refusal IS NULL ORDER BY seq")?
        .query_map([], |row| {
            Ok((CommandId(uuid::Uuid::from_bytes(row.get(0)?)), row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let by_id: HashMap<CommandId, [u8; 32]> = held.iter().copied().collect();
    let rows: HashMap<CommandId, &Row> = saved.iter().map(|(id, row)| (*id, row)).collect();
    let arrived = |id: &CommandId| {
        rows.get(id)
            .is_some_and(|row| by_id.get(id) == Some(&row.sha256))
    };
    let lost = acknowledged.iter().filter(|id| !arrived(id)).count()
        + saved.iter().filter(|(id, _)| !arrived(id)).count();
    let effects = |table: &str| -> rusqlite::Result<i64> {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
    };
    let made = |kinds: &[&str]| {
        saved
            .iter()
            .filter(|(_, row)| kinds.contains(&row.kind.as_str()))
            .count() as i64
    };
    let doubled = (held.len() - by_id.len()) as u64
        + effects("pledges")?.abs_diff(made(&["pledge_signed"]))
        + effects("requests")?.abs_diff(made(&["disclosure_request"]))
        + effects("feed WHERE json_extract(item, '$.kind') = 'answer'")?
            .abs_diff(made(&["progress_query", "eligibility_query"]));
    Ok(Tally {
        acknowledged: acknowledged.len() as u64,
        saved: saved.len() as u64,
        lost: lost as u64,
        doubled,
        invented: held.iter().filter(|(id, _)| !rows.contains_key(id)).count() as u64,
        misplaced: misplaced(&saved, &held),
        ..Tally::default()
    })
}

/// Commands of the queue, in order.
fn saved(unit: &Unit) -> Result<Vec<(CommandId, Row)>, firmware::error::Problem> {
    unit.vault.read(|c| {
        debug_assert_eq!(outbox::pending_count(c)?, 0, "the queue was drained");
        let rows = c
            .prepare("SELECT id, sha256, body, kind FROM outbox ORDER BY seq")?
            .query_map([], |row| {
                let id = CommandId(uuid::Uuid::from_bytes(row.get(0)?));
                let body: String = row.get(2)?;
                let command: Option<Command> = serde_json::from_str(&body).ok();
                let subjects = command
                    .map(|command| command.subject_keys())
                    .unwrap_or_default();
                Ok((
                    id,
                    Row {
                        sha256: row.get(1)?,
                        subjects,
                        kind: row.get(3)?,
                    },
                ))
            })?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    })
}

fn misplaced(saved: &[(CommandId, Row)], held: &[(CommandId, [u8; 32])]) -> u64 {
    let place: HashMap<CommandId, usize> = held
        .iter()
        .enumerate()
        .map(|(place, (id, _))| (*id, place))
        .collect();
    let mut last: HashMap<&str, usize> = HashMap::new();
    let mut misplaced = 0;
    for (id, row) in saved {
        let Some(place) = place.get(id) else { continue };
        for subject in &row.subjects {
            let before = last.insert(subject, *place);
            misplaced += u64::from(before.is_some_and(|before| before > *place));
        }
    }
    misplaced
}

//! What the municipality decided about a request, person by person.

use protocol::answer::{DisclosureAnswer, SubjectDecision};
use protocol::calendar::Timestamp;
use protocol::exchange::CommandId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::clock::Now;
use crate::error::Problem;
use crate::outbox;

/// The decisions known so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decisions {
    /// When the municipality last decided about somebody.
    pub decided_at: Timestamp,
    /// In the order of the request's people.
    pub subjects: Vec<SubjectDecision>,
}

impl Decisions {
    /// How many people were declined.
    #[must_use]
    pub fn declined(&self) -> usize {
        self.subjects
            .iter()
            .filter(|one| matches!(one, SubjectDecision::Declined { .. }))
            .count()
    }

    /// The decision about the person in this place, from 0. A municipality that said nothing
    /// about somebody has not decided.
    #[must_use]
    pub fn of(&self, index: usize) -> SubjectDecision {
        self.subjects
            .get(index)
            .cloned()
            .unwrap_or(SubjectDecision::Pending)
    }
}

/// Keeps what was decided. Older news than what is kept, and news about a request that this
/// terminal does not have any more, change nothing. Returns whether this is the newest known.
///
/// # Errors
/// Those of the vault.
pub fn keep_decisions(
    tx: &Transaction<'_>,
    command: CommandId,
    answer: &DisclosureAnswer,
) -> Result<bool, Problem> {
    if outbox::item(tx, command)?.is_none() {
        return Ok(false);
    }
    let body = serde_json::to_string(&answer.subjects)
        .map_err(|_| Problem::VaultStatement("a decision does not serialise".into()))?;
    let kept = tx
        .prepare_cached(
            "INSERT INTO request_decision(command, decided_ms, body) VALUES(?1, ?2, ?3)
         ON CONFLICT(command) DO UPDATE SET decided_ms = excluded.decided_ms,
           body = excluded.body WHERE excluded.decided_ms >= decided_ms",
        )?
        .execute(params![
            command.0.as_bytes(),
            answer.decided_at.unix_ms(),
            body
        ])?;
    Ok(kept > 0)
}

/// The decisions about a request, if there are any. One person's is enough.
///
/// # Errors
/// Those of the vault.
pub fn decisions(
    connection: &Connection,
    command: CommandId,
) -> Result<Option<Decisions>, Problem> {
    let found: Option<(i64, String)> = connection
        .prepare_cached("SELECT decided_ms, body FROM request_decision WHERE command = ?1")?
        .query_row(params![command.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    // A later program may have kept a form that this one does not know: as good as none.
    Ok(found.and_then(|(decided_ms, body)| {
        Some(Decisions {
            decided_at: Timestamp::from_unix_ms(decided_ms),
            subjects: serde_json::from_str(&body).ok()?,
        })
    }))
}

/// Deletes decisions whose request has left the history of the queue.
///
/// # Errors
/// Those of the vault.
pub fn sweep_decisions(tx: &Transaction<'_>, now: &Now) -> Result<(), Problem> {
    if !now.is_trusted() {
        return Ok(());
    }
    // A decision comes after its request and leaves no earlier, so only old ones are looked at.
    let before = (now.wall - outbox::HISTORY).unix_ms();
    let old: Vec<[u8; 16]> = tx
        .prepare_cached("SELECT command FROM request_decision WHERE decided_ms < ?1")?
        .query_map(params![before], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in old {
        let command = CommandId(uuid::Uuid::from_bytes(id));
        if outbox::item(tx, command)?.is_none() {
            tx.prepare_cached("DELETE FROM request_decision WHERE command = ?1")?
                .execute(params![id])?;
        }
    }
    Ok(())
}

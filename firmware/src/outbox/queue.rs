//! What is sent next, and what is done with.

use std::collections::HashSet;

use protocol::command::Command;
use protocol::exchange::{CommandId, Sha256Digest};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{HISTORY, PRUNE_LIMIT, State, signed, unsigned};
use crate::clock::Now;
use crate::error::Problem;

/// Commands looked at for one batch, those that wait for attachments included.
const SCAN_LIMIT: u32 = 5_000;

/// Attachments named by one call of [`wanted_attachments`].
const WANTED_LIMIT: u32 = 32;

/// A command to send.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its position.
    pub seq: u64,
    /// Its id.
    pub id: CommandId,
    /// JSON text as stored.
    pub body: String,
    /// SHA-256 of `body`.
    pub sha256: Sha256Digest,
    /// It has not been marked as sent before.
    pub first_time: bool,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing")
            .field("seq", &self.seq)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The oldest commands that wait for a receipt, in order, at most `rows` of them with at
/// most `bytes` of bodies (but always one). A command whose attachments are not at the
/// gateway yet is passed over, and so are later ones about the same person; others are not.
///
/// # Errors
/// Those of the vault.
pub fn next_batch(
    connection: &Connection,
    rows: usize,
    bytes: usize,
) -> Result<Vec<Outgoing>, Problem> {
    let mut batch = Vec::new();
    let mut total = 0;
    let mut waiting_subjects: HashSet<String> = HashSet::new();
    // The limit stands in the text: SQLite plans a bare `LIMIT ?` anew at each call.
    let mut statement = connection.prepare_cached(&format!(
        "SELECT o.seq, o.id, o.subjects, o.body, o.sha256, s.state,
                EXISTS(SELECT 1 FROM outbox_need n WHERE n.seq = s.seq)
         FROM outbox_state s JOIN outbox o ON o.seq = s.seq
         WHERE s.state IN (0, 1) ORDER BY s.seq LIMIT {SCAN_LIMIT}"
    ))?;
    let mut found = statement.query([])?;
    while batch.len() < rows {
        let Some(row) = found.next()? else { break };
        let needs: bool = row.get(6)?;
        let subjects: String = row.get(2)?;
        let waits = subjects
            .lines()
            .any(|subject| waiting_subjects.contains(subject));
        if needs || waits {
            waiting_subjects.extend(subjects.lines().map(str::to_owned));
            continue;
        }
        let body: String = row.get(3)?;
        total += body.len();
        if total > bytes && !batch.is_empty() {
            break;
        }
        batch.push(Outgoing {
            seq: unsigned(row.get(0)?),
            id: id(row.get(1)?),
            body,
            sha256: Sha256Digest(row.get(4)?),
            first_time: row.get::<_, i64>(5)? == State::Saved.code(),
        });
    }
    Ok(batch)
}

/// Marks commands, by their place in the queue, as sent once. Not needed for delivery, which
/// rests on the id; it is what the screen shows.
///
/// # Errors
/// Those of the vault.
pub fn mark_sent(tx: &Transaction<'_>, now: &Now, seqs: &[u64]) -> Result<(), Problem> {
    let mut statement = tx.prepare_cached(
        "UPDATE outbox_state SET state = 1, sent_ms = coalesce(sent_ms, ?2)
         WHERE seq = ?1 AND state = 0",
    )?;
    for seq in seqs {
        statement.execute(params![signed(*seq), now.wall.unix_ms()])?;
    }
    Ok(())
}

/// The answer to a command is kept. Returns whether the command was waiting for it; an
/// answer that overtakes the receipt is not lost, the receipt leaves the state as it is.
///
/// # Errors
/// Those of the vault.
pub fn mark_answered(tx: &Transaction<'_>, now: &Now, id: CommandId) -> Result<bool, Problem> {
    let changed = tx
        .prepare_cached(
            "UPDATE outbox_state SET answered_ms = coalesce(answered_ms, ?2),
               state = CASE state WHEN 2 THEN 3 ELSE state END
             WHERE seq = (SELECT seq FROM outbox WHERE id = ?1)",
        )?
        .execute(params![id.0.as_bytes(), now.wall.unix_ms()])?;
    Ok(changed > 0)
}

/// Attachments that waiting commands name and the gateway does not have, oldest first.
///
/// # Errors
/// Those of the vault.
pub fn wanted_attachments(connection: &Connection) -> Result<Vec<Sha256Digest>, Problem> {
    let wanted = connection
        .prepare_cached(
            "SELECT n.sha256 FROM outbox_need n JOIN outbox_state s ON s.seq = n.seq
             WHERE s.state IN (0, 1) GROUP BY n.sha256 ORDER BY min(n.seq) LIMIT ?1",
        )?
        .query_map(params![WANTED_LIMIT], |row| Ok(Sha256Digest(row.get(0)?)))?
        .collect::<Result<_, _>>()?;
    Ok(wanted)
}

/// Attachments that commands name which the gateway may still ask for: those not yet received,
/// and those received but not durable there, which a restored gateway gets again. In the order
/// of the queue.
///
/// # Errors
/// Those of the vault.
pub fn needed_attachments(connection: &Connection) -> Result<HashSet<Sha256Digest>, Problem> {
    let bodies: Vec<String> = connection
        .prepare_cached(
            "SELECT o.body FROM outbox_state s JOIN outbox o ON o.seq = s.seq
             WHERE o.kind = 'disclosure_request' AND (s.state IN (0, 1, 4)
               OR s.receipt_seq > (SELECT durable_up_to FROM outbox_mark))",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(bodies
        .iter()
        .filter_map(|body| serde_json::from_str::<Command>(body).ok())
        .flat_map(|command| {
            let named: Vec<_> = command.attachments().map(|one| one.sha256).collect();
            named
        })
        .collect())
}

/// The gateway has an attachment whole.
///
/// # Errors
/// Those of the vault.
pub fn attachment_arrived(tx: &Transaction<'_>, sha256: Sha256Digest) -> Result<(), Problem> {
    tx.execute(
        "DELETE FROM outbox_need WHERE sha256 = ?1",
        params![sha256.0],
    )?;
    Ok(())
}

/// Commands that were sent and earned no receipt may lack an attachment at the gateway (it
/// was restored, or threw an old one away): what they name is offered once more before they
/// are sent again. An attachment that is there costs one question.
///
/// # Errors
/// Those of the vault.
pub fn want_attachments_again(tx: &Transaction<'_>, ids: &[CommandId]) -> Result<(), Problem> {
    for id in ids {
        let found: Option<(i64, String)> = tx
            .prepare_cached(
                "SELECT o.seq, o.body FROM outbox o JOIN outbox_state s ON s.seq = o.seq
                 WHERE o.id = ?1 AND o.kind = 'disclosure_request' AND s.state IN (0, 1)",
            )?
            .query_row(params![id.0.as_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((seq, body)) = found else { continue };
        let Ok(command) = serde_json::from_str::<Command>(&body) else {
            continue;
        };
        for needed in command.attachments() {
            tx.prepare_cached("INSERT OR IGNORE INTO outbox_need(seq, sha256) VALUES(?1, ?2)")?
                .execute(params![seq, needed.sha256.0])?;
        }
    }
    Ok(())
}

/// Deletes commands that are durable at the gateway, or given up, and older than
/// [`HISTORY`]; the caller repeats while [`PRUNE_LIMIT`] are deleted. Does nothing while
/// the clock is not trusted.
///
/// # Errors
/// Those of the vault.
pub fn prune(tx: &Transaction<'_>, now: &Now) -> Result<u32, Problem> {
    if !now.is_trusted() {
        return Ok(0);
    }
    let history = i64::try_from(HISTORY.as_millis()).unwrap_or(i64::MAX);
    let before = now.wall.unix_ms().saturating_sub(history);
    let gone = tx.execute(
        "DELETE FROM outbox WHERE seq IN (
           SELECT s.seq FROM outbox_state s JOIN outbox o ON o.seq = s.seq
           WHERE o.saved_ms < ?1 AND (
             (s.state IN (2, 3) AND s.receipt_seq <= (SELECT durable_up_to FROM outbox_mark))
             OR (s.state IN (5, 6) AND s.closed_ms < ?1))
           ORDER BY s.seq LIMIT ?2)",
        params![before, PRUNE_LIMIT],
    )?;
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}

pub(super) fn id(bytes: [u8; 16]) -> CommandId {
    CommandId(uuid::Uuid::from_bytes(bytes))
}

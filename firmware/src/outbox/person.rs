//! What a person does with a command that is held.

use protocol::command::Command;
use protocol::exchange::CommandId;
use protocol::number::UserId;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::State;
use super::append::{Saved, insert};
use crate::audit::{self, AuditEvent};
use crate::clock::Now;
use crate::error::Problem;

/// Saves a corrected command under a new id in place of a held one, and links the two. It
/// goes to the end of the queue.
///
/// # Errors
/// [`Problem::OutboxUnknown`], [`Problem::OutboxState`] when the old one is not held, and
/// those of [`super::append`].
pub fn edit_and_resend(
    tx: &Transaction<'_>,
    now: &Now,
    staff: &UserId,
    old: CommandId,
    new: CommandId,
    command: &Command,
) -> Result<Saved, Problem> {
    let seq = held(tx, old)?;
    let saved = insert(tx, now, new, command, Some(old))?;
    close(tx, now, seq, State::Replaced, Some(new))?;
    audit::append(
        tx,
        now,
        Some(staff),
        &AuditEvent::CommandReplaced { old, new },
    )?;
    Ok(saved)
}

/// Gives up a held command. It stays in the history.
///
/// # Errors
/// [`Problem::OutboxUnknown`], [`Problem::OutboxState`] when it is not held, and those of
/// the vault.
pub fn discard(
    tx: &Transaction<'_>,
    now: &Now,
    staff: &UserId,
    id: CommandId,
) -> Result<(), Problem> {
    let seq = held(tx, id)?;
    close(tx, now, seq, State::Discarded, None)?;
    audit::append(
        tx,
        now,
        Some(staff),
        &AuditEvent::CommandDiscarded { command: id },
    )?;
    Ok(())
}

fn held(tx: &Transaction<'_>, id: CommandId) -> Result<i64, Problem> {
    let found: Option<(i64, i64)> = tx
        .query_row(
            "SELECT s.seq, s.state FROM outbox o JOIN outbox_state s ON s.seq = o.seq
             WHERE o.id = ?1",
            params![id.0.as_bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (seq, state) = found.ok_or(Problem::OutboxUnknown)?;
    if state == State::Held.code() {
        Ok(seq)
    } else {
        Err(Problem::OutboxState)
    }
}

fn close(
    tx: &Transaction<'_>,
    now: &Now,
    seq: i64,
    state: State,
    replaced_by: Option<CommandId>,
) -> Result<(), Problem> {
    tx.execute(
        "UPDATE outbox_state SET state = ?2, closed_ms = ?3, replaced_by = ?4 WHERE seq = ?1",
        params![
            seq,
            state.code(),
            now.wall.unix_ms(),
            replaced_by.map(|id| id.0.into_bytes())
        ],
    )?;
    Ok(())
}

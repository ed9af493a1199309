//! Saving a command.

use protocol::command::{Action, Command, MAX_COMMAND_BYTES};
use protocol::exchange::{CommandId, Sha256Digest};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{Quota, quota};
use crate::clock::Now;
use crate::error::Problem;

/// A command is in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// Its position.
    pub seq: u64,
    /// Its id.
    pub id: CommandId,
    /// SHA-256 of its body.
    pub sha256: Sha256Digest,
}

/// Puts a command into the queue. It is saved when the transaction has been committed, and
/// not before. The same id with the same body again changes nothing.
///
/// # Errors
/// [`Problem::Refused`] for a command that breaks a limit of its kind,
/// [`Problem::OutboxTooLarge`], [`Problem::OutboxQuota`], [`Problem::OutboxIdTaken`], and
/// those of the vault.
pub fn append(
    tx: &Transaction<'_>,
    now: &Now,
    id: CommandId,
    command: &Command,
) -> Result<Saved, Problem> {
    insert(tx, now, id, command, None)
}

pub(super) fn insert(
    tx: &Transaction<'_>,
    now: &Now,
    id: CommandId,
    command: &Command,
    replaces: Option<CommandId>,
) -> Result<Saved, Problem> {
    command.check().map_err(Problem::Refused)?;
    let body = serde_json::to_string(command)
        .map_err(|_| Problem::VaultStatement("a command does not serialise".into()))?;
    if body.len() > MAX_COMMAND_BYTES {
        return Err(Problem::OutboxTooLarge {
            bytes: body.len(),
            limit: MAX_COMMAND_BYTES,
        });
    }
    let sha256 = Sha256Digest::of(body.as_bytes());
    if let Some(saved) = existing(tx, id, sha256)? {
        return Ok(saved);
    }
    if let Quota::Full { bound } = quota(tx, now)? {
        return Err(Problem::OutboxQuota(bound));
    }
    tx.prepare_cached(
        "INSERT INTO outbox(id, kind, subjects, staff, saved_ms, sha256, replaces, body)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        id.0.as_bytes(),
        kind(&command.action),
        command.subject_keys().join("\n"),
        command.staff.as_str(),
        now.wall.unix_ms(),
        sha256.0,
        replaces.map(|id| id.0.into_bytes()),
        body,
    ])?;
    let seq = tx.last_insert_rowid();
    tx.prepare_cached("INSERT INTO outbox_state(seq, state, bytes) VALUES(?1, 0, ?2)")?
        .execute(params![seq, signed_len(body.len())])?;
    for needed in command.attachments() {
        tx.prepare_cached("INSERT OR IGNORE INTO outbox_need(seq, sha256) VALUES(?1, ?2)")?
            .execute(params![seq, needed.sha256.0])?;
    }
    Ok(Saved {
        seq: super::unsigned(seq),
        id,
        sha256,
    })
}

fn existing(
    connection: &Connection,
    id: CommandId,
    sha256: Sha256Digest,
) -> Result<Option<Saved>, Problem> {
    let found: Option<(i64, [u8; 32])> = connection
        .prepare_cached("SELECT seq, sha256 FROM outbox WHERE id = ?1")?
        .query_row(params![id.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match found {
        None => Ok(None),
        Some((seq, kept)) if kept == sha256.0 => Ok(Some(Saved {
            seq: super::unsigned(seq),
            id,
            sha256,
        })),
        Some(_) => Err(Problem::OutboxIdTaken),
    }
}

/// Tag of a change of the office's profile.
pub const PROFILE_CHANGED: &str = "profile_changed";

/// The action's tag on the wire.
fn kind(action: &Action) -> &'static str {
    match action {
        Action::ProgressQuery(_) => "progress_query",
        Action::EligibilityQuery(_) => "eligibility_query",
        Action::DisclosureRequest(_) => "disclosure_request",
        Action::DocumentReceived(_) => "document_received",
        Action::DocumentOpened(_) => "document_opened",
        Action::DocumentDestroyed(_) => "document_destroyed",
        Action::StaffChanged(_) => "staff_changed",
        Action::ProfileChanged(_) => PROFILE_CHANGED,
        Action::PledgeSigned(_) => "pledge_signed",
        Action::DeviceReport(_) => "device_report",
        Action::UpdateReport(_) => "update_report",
        Action::SelfTested(_) => "self_tested",
    }
}

fn signed_len(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

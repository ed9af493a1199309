//! What a check of a card means, and the record of it.
//!
//! Kept of each check: time, staff, device, purpose, result, and the hash of the verified
//! fields. Name, address, birth date and photo are never written. A check is recorded when
//! the card has answered, before anybody is shown: the comparison by eye adds to the record.

mod meaning;

use std::time::Duration;

use protocol::number::UserId;
use protocol::problem::ProblemCode;
use rusqlite::{Transaction, params};

use crate::audit::{self, AuditEvent, CardMode};
use crate::clock::Now;
use crate::error::Problem;
use crate::vault::{Migration, Vault};

pub use meaning::{Expiry, born_on_from_digits, code_of, expiry, mode_of, trouble};

/// How long the record of a check stays on the device.
pub const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "presence-1",
    sql: "CREATE TABLE presence_check(
            id INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            trusted INTEGER NOT NULL,
            staff TEXT NOT NULL,
            device TEXT,
            mode TEXT NOT NULL,
            purpose TEXT NOT NULL,
            result TEXT NOT NULL,
            evidence BLOB,
            apdus INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX presence_check_at ON presence_check(at_ms);",
}];

/// What a check was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckPurpose {
    /// To know who is at the desk.
    Identity,
}

impl CheckPurpose {
    fn text(self) -> &'static str {
        match self {
            Self::Identity => "identity",
        }
    }
}

/// What the terminal asks.
#[derive(Debug)]
pub enum Job {
    /// Records a check that the card has answered or refused.
    Keep(Check),
    /// Records what the staff member said after looking.
    Compared {
        /// The record.
        check: i64,
        /// Who looked.
        by: UserId,
        /// How the card was checked.
        mode: CardMode,
        /// It is the person.
        same: bool,
    },
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Who was at the desk.
    pub by: UserId,
    /// How the card was checked.
    pub mode: CardMode,
    /// What for.
    pub purpose: CheckPurpose,
    /// The card's record is signed by a trusted authority.
    pub genuine: bool,
    /// The card itself is here.
    pub present: bool,
    /// Why it ended, if it did.
    pub code: Option<ProblemCode>,
    /// SHA-256 of the verified fields.
    pub evidence: Option<[u8; 32]>,
    /// Commands sent to the card.
    pub apdus: u32,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The check is recorded under this number.
    Kept(i64),
    /// Done.
    Done,
}

/// Does a job.
///
/// # Errors
/// Those of the vault.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    vault.write(|tx| match job {
        Job::Keep(check) => keep(tx, &check, now).map(Reply::Kept),
        Job::Compared {
            check,
            by,
            mode,
            same,
        } => compared(tx, check, &by, mode, same, now).map(|()| Reply::Done),
    })
}

/// The record's word while nobody has said yet whether it is the person.
const SHOWN: &str = "shown";
const SAME: &str = "same";
const NOT_SAME: &str = "not_same";

fn keep(tx: &Transaction<'_>, check: &Check, now: &Now) -> Result<i64, Problem> {
    let device = crate::sync::device(tx)?.map(|device| device.to_string());
    tx.prepare_cached(
        "INSERT INTO presence_check(at_ms, trusted, staff, device, mode, purpose, result,
           evidence, apdus) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        now.wall.unix_ms(),
        now.is_trusted(),
        check.by.as_str(),
        device,
        match check.mode {
            CardMode::Face => "face",
            CardMode::Pin => "pin",
        },
        check.purpose.text(),
        check.code.as_ref().map_or(SHOWN, |code| code.as_str()),
        check.evidence,
        check.apdus,
    ])?;
    let id = tx.last_insert_rowid();
    let event = AuditEvent::CardChecked {
        mode: check.mode,
        genuine: check.genuine,
        present: check.present,
        // By PIN the card itself says whose it is; by eye, nobody has looked yet.
        holder: check.mode == CardMode::Pin && check.code.is_none(),
        code: check.code.clone(),
        apdus: check.apdus,
    };
    audit::append(tx, now, Some(&check.by), &event)?;
    if now.is_trusted() {
        let kept_ms = i64::try_from(RETENTION.as_millis()).unwrap_or(i64::MAX);
        let before = now.wall.unix_ms().saturating_sub(kept_ms);
        tx.execute("DELETE FROM presence_check WHERE at_ms < ?1", [before])?;
    }
    Ok(id)
}

fn compared(
    tx: &Transaction<'_>,
    check: i64,
    by: &UserId,
    mode: CardMode,
    same: bool,
    now: &Now,
) -> Result<(), Problem> {
    let result = if same { SAME } else { NOT_SAME };
    tx.execute(
        "UPDATE presence_check SET result = ?2 WHERE id = ?1 AND result = ?3",
        params![check, result, SHOWN],
    )?;
    let event = AuditEvent::CardChecked {
        mode,
        genuine: true,
        present: true,
        holder: same,
        code: (!same).then_some(ProblemCode::CardMismatch),
        apdus: 0,
    };
    audit::append(tx, now, Some(by), &event)?;
    Ok(())
}

#[cfg(test)]
mod tests;

//! Taking over what a verified receipt page says.

use protocol::calendar::Timestamp;
use protocol::command::Command;
use protocol::exchange::{CommandId, Outcome, Receipt, ReceiptPage, Sha256Digest};
use protocol::problem::ProblemCode;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{State, signed, unsigned};
use crate::audit::{self, AuditEvent};
use crate::clock::Now;
use crate::error::Problem;
use crate::sync::NetError;

/// What a page changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Commands the gateway signed for.
    pub receipted: u64,
    /// Commands the gateway refused for good, with the reason.
    pub held: Vec<(CommandId, ProblemCode)>,
    /// Commands that are sent again because the gateway was restored from a backup.
    pub again: u64,
}

impl Settled {
    /// The gateway lost what it had; the feed has to be read from its start.
    #[must_use]
    pub fn gateway_restored(&self) -> bool {
        self.again > 0
    }
}

/// Takes over a page whose signature, device and request hash were checked by the caller.
/// Marks exactly the commands it names, each only if the body's hash is ours.
///
/// # Errors
/// [`NetError::Answer`] when the page contradicts the queue (then nothing is changed by
/// the caller's transaction), and those of the vault.
pub fn settle(tx: &Transaction<'_>, now: &Now, page: &ReceiptPage) -> Result<Settled, Problem> {
    let mut settled = Settled::default();
    let lost_from = lost_from(tx, now, page)?;
    if let Some(from) = lost_from {
        settled.again = send_again(tx, now, from)?;
    }
    for receipt in &page.receipts {
        one(tx, now, receipt, &mut settled)?;
    }
    tx.prepare_cached("UPDATE outbox_mark SET received_up_to = ?1, durable_up_to = ?2")?
        .execute(params![
            signed(page.received_up_to),
            signed(page.durable_up_to.min(page.received_up_to))
        ])?;
    Ok(settled)
}

/// Highest sequence that the gateway said it holds, in the last page that was taken over.
///
/// # Errors
/// Those of the vault.
pub fn received_up_to(connection: &Connection) -> Result<u64, Problem> {
    let received: i64 = connection
        .prepare_cached("SELECT received_up_to FROM outbox_mark")?
        .query_row([], |row| row.get(0))?;
    Ok(unsigned(received))
}

/// The terminal has another identity: the numbers of the receipts it has belong to the
/// former one. They stay for the history, negative, and say nothing about the new one.
///
/// # Errors
/// Those of the vault.
pub fn start_anew(tx: &Transaction<'_>) -> Result<(), Problem> {
    tx.execute(
        "UPDATE outbox_state SET receipt_seq = -receipt_seq WHERE receipt_seq > 0",
        [],
    )?;
    tx.execute(
        "UPDATE outbox_mark SET received_up_to = 0, durable_up_to = 0",
        [],
    )?;
    Ok(())
}

/// Holds a waiting command with a reason that is final. Also used for a command that is
/// refused alone, without a receipt.
///
/// # Errors
/// Those of the vault.
pub fn hold(
    tx: &Transaction<'_>,
    now: &Now,
    id: CommandId,
    code: &ProblemCode,
) -> Result<bool, Problem> {
    let changed = tx
        .prepare_cached(
            "UPDATE outbox_state SET state = 4, reason = ?2, closed_ms = ?3
             WHERE seq = (SELECT seq FROM outbox WHERE id = ?1) AND state IN (0, 1)",
        )?
        .execute(params![id.0.as_bytes(), code.as_str(), now.wall.unix_ms()])?;
    if changed > 0 {
        let event = AuditEvent::CommandHeld {
            command: id,
            code: code.clone(),
        };
        audit::append(tx, now, None, &event)?;
    }
    Ok(changed > 0)
}

/// Holds all waiting commands that name an attachment the gateway will not have.
///
/// # Errors
/// Those of the vault.
pub fn hold_for_attachment(
    tx: &Transaction<'_>,
    now: &Now,
    sha256: Sha256Digest,
    code: &ProblemCode,
) -> Result<u64, Problem> {
    let ids: Vec<[u8; 16]> = tx
        .prepare_cached(
            "SELECT o.id FROM outbox_need n JOIN outbox o ON o.seq = n.seq WHERE n.sha256 = ?1",
        )?
        .query_map(params![sha256.0], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut held = 0;
    for id in ids {
        held += u64::from(hold(tx, now, super::queue::id(id), code)?);
    }
    tx.execute(
        "DELETE FROM outbox_need WHERE sha256 = ?1",
        params![sha256.0],
    )?;
    Ok(held)
}

fn one(
    tx: &Transaction<'_>,
    now: &Now,
    receipt: &Receipt,
    settled: &mut Settled,
) -> Result<(), Problem> {
    let found: Option<(i64, [u8; 32])> = tx
        .prepare_cached("SELECT seq, sha256 FROM outbox WHERE id = ?1")?
        .query_row(params![receipt.id.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (seq, sha256) = found.ok_or(answer("a receipt names an unknown command"))?;
    match &receipt.outcome {
        Outcome::Accepted => {
            if sha256 != receipt.body.0 {
                return Err(answer("a receipt has another body's hash"));
            }
            if accept(tx, seq, receipt.seq, receipt.received_at)? {
                settled.receipted += 1;
            }
        }
        Outcome::Refused { code } => {
            if hold(tx, now, receipt.id, code)? {
                settled.held.push((receipt.id, code.clone()));
            }
        }
    }
    Ok(())
}

/// A command whose answer came before the receipt becomes answered at once.
fn accept(
    tx: &Transaction<'_>,
    seq: i64,
    receipt_seq: u64,
    at: Timestamp,
) -> Result<bool, Problem> {
    let changed = tx
        .prepare_cached(
            "UPDATE outbox_state SET receipt_seq = ?2, receipted_ms = ?3,
               state = CASE WHEN answered_ms IS NULL THEN 2 ELSE 3 END
             WHERE seq = ?1 AND state IN (0, 1)",
        )?
        .execute(params![seq, signed(receipt_seq), at.unix_ms()])?;
    Ok(changed > 0)
}

/// From which receipt number on the gateway has lost our commands, if it has: it holds less
/// than we have receipts for, or gives one of their numbers to another command.
fn lost_from(tx: &Transaction<'_>, now: &Now, page: &ReceiptPage) -> Result<Option<u64>, Problem> {
    let (received, durable): (i64, i64) = tx
        .prepare_cached("SELECT received_up_to, durable_up_to FROM outbox_mark")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (received, durable) = (unsigned(received), unsigned(durable));
    let mut lost = (page.received_up_to < received).then_some(page.received_up_to + 1);

    for receipt in page
        .receipts
        .iter()
        .filter(|r| r.seq > 0 && r.seq <= received)
    {
        let holder: Option<[u8; 16]> = tx
            .prepare_cached(
                "SELECT o.id FROM outbox_state s JOIN outbox o ON o.seq = s.seq
                 WHERE s.receipt_seq = ?1",
            )?
            .query_row(params![signed(receipt.seq)], |row| row.get(0))
            .optional()?;
        if holder.is_some_and(|id| super::queue::id(id) != receipt.id) {
            lost = Some(lost.map_or(receipt.seq, |from| from.min(receipt.seq)));
        }
    }
    if let Some(from) = lost.filter(|from| *from <= durable) {
        let event = AuditEvent::GatewayLostDurable {
            promised: durable,
            has: from - 1,
        };
        audit::append(tx, now, None, &event)?;
    }
    Ok(lost)
}

/// Puts commands the gateway has lost back into the queue, at their old place.
fn send_again(tx: &Transaction<'_>, now: &Now, from: u64) -> Result<u64, Problem> {
    need_again(tx, from)?;
    let again = tx.execute(
        "UPDATE outbox_state SET state = 1, receipt_seq = NULL, receipted_ms = NULL
         WHERE receipt_seq >= ?1 AND state IN (?2, ?3)",
        params![
            signed(from),
            State::Receipted.code(),
            State::Answered.code()
        ],
    )?;
    let again = again as u64;
    if again > 0 {
        audit::append(tx, now, None, &AuditEvent::GatewayRestored { again })?;
    }
    Ok(again)
}

/// What the lost commands name may be lost with them: the gateway is asked for each scan
/// again before the command that names it is sent.
fn need_again(tx: &Transaction<'_>, from: u64) -> Result<(), Problem> {
    let lost: Vec<(i64, String)> = tx
        .prepare_cached(
            "SELECT o.seq, o.body FROM outbox_state s JOIN outbox o ON o.seq = s.seq
             WHERE s.receipt_seq >= ?1 AND s.state IN (2, 3) AND o.kind = 'disclosure_request'",
        )?
        .query_map(params![signed(from)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut needs =
        tx.prepare_cached("INSERT OR IGNORE INTO outbox_need(seq, sha256) VALUES(?1, ?2)")?;
    for (seq, body) in lost {
        let command: Command = serde_json::from_str(&body)
            .map_err(|_| Problem::VaultStatement("a command in the queue is not JSON".into()))?;
        for attachment in command.attachments() {
            needs.execute(params![seq, attachment.sha256.0])?;
        }
    }
    Ok(())
}

fn answer(what: &'static str) -> Problem {
    NetError::Answer(what).into()
}

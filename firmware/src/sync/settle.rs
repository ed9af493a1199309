//! Taking over a verified answer, in one transaction.

use protocol::answer::{FeedEntry, FeedItem};
use protocol::calendar::Timestamp;
use protocol::exchange::CommandId;
use protocol::problem::ProblemCode;
use rusqlite::Transaction;

use super::exchange::FeedPart;
use super::{Verified, identity, schema};
use crate::audit::{self, AuditEvent};
use crate::clock::{self, Clock, Now};
use crate::error::Problem;
use crate::outbox;
use crate::vault::Vault;

/// Keeps what the gateway's feed brings: answers, documents, notices, staff, the office's
/// facts. Trust, the cursor and the command's state are kept by this module itself.
///
/// What an entry tells can come twice under two numbers (a gateway that was restored from a
/// backup answers again what it is sent again): keeping it twice must change nothing.
pub trait FeedSink {
    /// Keeps one entry.
    ///
    /// # Errors
    /// A problem of the disk ends the exchange, which is done again later. Any other problem
    /// passes this entry over and writes that to the audit log, so that one bad entry never
    /// blocks the others.
    fn keep(&mut self, tx: &Transaction<'_>, now: &Now, entry: &FeedEntry) -> Result<(), Problem>;
}

/// What an exchange brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settlement {
    /// Commands that were sent.
    pub sent: u64,
    /// Commands the gateway signed for.
    pub receipted: u64,
    /// Commands the gateway refused for good.
    pub held: Vec<(CommandId, ProblemCode)>,
    /// Commands that are sent again because the gateway was restored from a backup.
    pub again: u64,
    /// Feed entries that were kept.
    pub kept: u64,
    /// Feed entries that could not be kept.
    pub passed_over: u64,
    /// The gateway has more for this terminal.
    pub more: bool,
    /// Commands that still wait.
    pub waiting: u64,
    /// Roots, receipt keys or endpoints were replaced: the transport is to be made anew.
    pub trust_changed: bool,
    /// The unit is lost: the vault's key is to be destroyed now.
    pub wipe: bool,
    /// The gateway's time.
    pub gateway_time: Option<Timestamp>,
}

impl Settlement {
    /// Something moved, or there is more to fetch: another round is worth while at once.
    #[must_use]
    pub fn progressed(&self) -> bool {
        self.receipted > 0 || !self.held.is_empty() || self.kept > 0 || self.again > 0
    }
}

/// Takes over a verified answer: receipts, feed, cursor, counter-signature and the floor of
/// the clock in one transaction. Done twice it changes nothing the second time.
///
/// # Errors
/// Those of the vault; nothing was changed then, and the next round brings it again.
pub fn settle(
    vault: &mut Vault,
    clock: &Clock,
    verified: &Verified,
    sink: &mut dyn FeedSink,
) -> Result<Settlement, Problem> {
    let before = clock.now();
    clock.gateway_said(verified.page.time);
    let now = clock.now();
    vault.write(|tx| {
        let settled = outbox::settle(tx, &now, &verified.page)?;
        let mut settlement = Settlement {
            sent: verified.sent,
            receipted: settled.receipted,
            again: settled.again,
            more: verified.more,
            gateway_time: Some(verified.page.time),
            ..Settlement::default()
        };
        settlement.held = settled.held;
        outbox::want_attachments_again(tx, &verified.unreceipted)?;
        for part in &verified.feed {
            take(tx, &now, part, sink, &mut settlement)?;
        }
        if let Some(last) = verified.feed.last() {
            schema::set_cursor(tx, last.seq())?;
        }
        schema::note_exchange(tx, now.wall)?;
        if let Some(head) = &verified.page.audit {
            audit::seal(tx, head, verified.page.time, &verified.signed)?;
        }
        if before.is_trusted() != now.is_trusted() {
            let trusted = now.is_trusted();
            audit::append(tx, &now, None, &AuditEvent::ClockTrust { trusted })?;
        }
        let corrected = (now.wall.unix_ms() - before.wall.unix_ms()) / 1000;
        if corrected.unsigned_abs() > clock::JUMP.as_secs() {
            let seconds = corrected;
            audit::append(tx, &now, None, &AuditEvent::ClockJump { seconds })?;
        }
        if let Some(floor) = clock.floor_to_keep() {
            clock::keep_floor(tx, floor)?;
        }
        settlement.waiting = outbox::pending_count(tx)?;
        Ok(settlement)
    })
}

fn take(
    tx: &Transaction<'_>,
    now: &Now,
    part: &FeedPart,
    sink: &mut dyn FeedSink,
    settlement: &mut Settlement,
) -> Result<(), Problem> {
    let FeedPart::Known(entry) = part else {
        settlement.passed_over += 1;
        return passed_over(tx, now, part.seq(), ProblemCode::WireVersion);
    };
    tx.execute_batch("SAVEPOINT feed")?;
    match keep(tx, now, entry, sink, settlement) {
        Ok(()) => {
            tx.execute_batch("RELEASE feed")?;
            settlement.kept += 1;
            Ok(())
        }
        Err(problem) if problem.is_of_the_disk() => Err(problem),
        Err(problem) => {
            tx.execute_batch("ROLLBACK TO feed; RELEASE feed")?;
            settlement.passed_over += 1;
            passed_over(tx, now, entry.seq, problem.code())
        }
    }
}

fn keep(
    tx: &Transaction<'_>,
    now: &Now,
    entry: &FeedEntry,
    sink: &mut dyn FeedSink,
    settlement: &mut Settlement,
) -> Result<(), Problem> {
    match &entry.item {
        FeedItem::Trust(bundle) => {
            if identity::keep_trust(tx, bundle)? {
                settlement.trust_changed = true;
                audit::append(tx, now, None, &AuditEvent::TrustChanged)?;
            }
            return Ok(());
        }
        FeedItem::Wipe => {
            settlement.wipe = true;
            audit::append(tx, now, None, &AuditEvent::Wiped { by_operator: true })?;
            return Ok(());
        }
        FeedItem::Answer { command, .. } => {
            outbox::mark_answered(tx, now, *command)?;
        }
        _ => {}
    }
    sink.keep(tx, now, entry)
}

fn passed_over(
    tx: &Transaction<'_>,
    now: &Now,
    seq: u64,
    code: ProblemCode,
) -> Result<(), Problem> {
    tracing::warn!(seq, code = code.as_str(), "a feed entry was passed over");
    audit::append(tx, now, None, &AuditEvent::FeedPassedOver { seq, code })?;
    Ok(())
}

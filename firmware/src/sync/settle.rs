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
        take_all(tx, &now, &verified.feed, sink, &mut settlement)?;
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

/// Keeps the feed, all of it under one savepoint: one for each entry copies every page anew
/// that they share. Only when an entry cannot be kept is each taken under its own, so that the
/// others are.
fn take_all(
    tx: &Transaction<'_>,
    now: &Now,
    feed: &[FeedPart],
    sink: &mut dyn FeedSink,
    settlement: &mut Settlement,
) -> Result<(), Problem> {
    let before = settlement.clone();
    let all = under_savepoint(tx, || {
        feed.iter()
            .try_for_each(|part| take(tx, now, part, sink, settlement))
    });
    match all {
        Err(problem) if !problem.is_of_the_disk() => {
            *settlement = before;
            feed.iter()
                .try_for_each(|part| take_alone(tx, now, part, sink, settlement))
        }
        done => done,
    }
}

/// One entry that may fail. It is passed over then, with a note: it must not stop the ones
/// behind it for ever.
fn take_alone(
    tx: &Transaction<'_>,
    now: &Now,
    part: &FeedPart,
    sink: &mut dyn FeedSink,
    settlement: &mut Settlement,
) -> Result<(), Problem> {
    match under_savepoint(tx, || take(tx, now, part, sink, settlement)) {
        Err(problem) if !problem.is_of_the_disk() => {
            settlement.passed_over += 1;
            passed_over(tx, now, part.seq(), problem.code())
        }
        done => done,
    }
}

fn take(
    tx: &Transaction<'_>,
    now: &Now,
    part: &FeedPart,
    sink: &mut dyn FeedSink,
    settlement: &mut Settlement,
) -> Result<(), Problem> {
    match part {
        FeedPart::Known(entry) => {
            keep(tx, now, entry, sink, settlement)?;
            settlement.kept += 1;
            Ok(())
        }
        FeedPart::Unknown { seq } => {
            settlement.passed_over += 1;
            passed_over(tx, now, *seq, ProblemCode::WireVersion)
        }
    }
}

/// Does `work` whole or not at all. After an error of the disk the caller's transaction ends.
fn under_savepoint(
    tx: &Transaction<'_>,
    work: impl FnOnce() -> Result<(), Problem>,
) -> Result<(), Problem> {
    let execute = |sql| -> Result<(), Problem> {
        tx.prepare_cached(sql)?.execute([])?;
        Ok(())
    };
    execute("SAVEPOINT feed")?;
    let result = work();
    match &result {
        Err(problem) if problem.is_of_the_disk() => return result,
        Err(_) => execute("ROLLBACK TO feed")?,
        Ok(()) => {}
    }
    execute("RELEASE feed")?;
    result
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

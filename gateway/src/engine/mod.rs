//! The exchange as a plain function over a [`Store`]: no sockets, no clock, no threads of
//! its own, so a simulation calls exactly what serves.
//!
//! | Step | Where it runs |
//! |---|---|
//! | [`prepare`](prepare::prepare): read, hash and check the request | the caller |
//! | [`apply`]: commands, effects, receipts, feed | one transaction |
//! | `Engine::finish`: sign | the caller, after the commit |

mod effects;
mod maintain;
mod prepare;
pub(crate) mod releases;
mod take;
mod welcome;

use std::sync::Arc;
use std::time::Duration;

use protocol::answer::{FeedEntry, FeedItem};
use protocol::calendar::Timestamp;
use protocol::exchange::{
    AuditHead, DeviceId, ExchangeResponse, MAX_FEED, Receipt, ReceiptPage, Sha256Digest,
};
use protocol::problem::ProblemCode;

pub use maintain::{Purged, RECEIPT_DAYS, continue_feeds, end_documents, maintain, tidy};
pub use prepare::{Prepared, prepare};
pub use welcome::welcome;

use crate::error::GatewayError;
use crate::pki::receipt_key::ReceiptSigner;
use crate::sources::{EligibilitySource, Imported};
use crate::store::{self, AlarmKind, Device, DeviceState, Store, Tx};

/// A terminal that only asks for news has its record touched at most this often.
const SEEN_SPACING: Duration = Duration::from_secs(60);

/// How far ahead of the clock a cursor may be, in microseconds: ten years. Numbers of a feed begin
/// at the time of a start, so a terminal that goes on from a lost gateway can only have one beyond
/// ours by as much as that gateway's clock was ahead. What is further away was never given by
/// any gateway, and taken over it would use the numbers up.
const CURSOR_MARGIN: u64 = 10 * 366 * 86_400_000_000;

/// Feed entries read at once: one more than is sent, to know whether there are more.
const FEED_ROWS: u32 = MAX_FEED as u32 + 1;

/// When a command counts as surviving the loss of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// At its commit: the disk is mirrored, or its loss is accepted.
    Commit,
    /// Once it is in a backup.
    Backup,
}

/// What the exchange can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// When `durable_up_to` advances.
    pub durability: Durability,
    /// How long an answer may be relied on after its source was read.
    pub answer_valid: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            durability: Durability::Commit,
            answer_valid: Duration::from_secs(7 * 86_400),
        }
    }
}

/// Answers exchanges.
pub struct Engine {
    store: Arc<dyn Store>,
    signer: ReceiptSigner,
    settings: Settings,
    eligibility: Arc<dyn EligibilitySource>,
}

/// What one exchange did, before it is signed.
#[derive(Debug)]
pub struct Applied {
    page: ReceiptPage,
    feed: Vec<FeedEntry>,
    more: bool,
}

impl Engine {
    /// An engine over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, signer: ReceiptSigner, settings: Settings) -> Self {
        Self {
            store,
            signer,
            settings,
            eligibility: Arc::new(Imported),
        }
    }

    /// The same, asking another source about eligibility.
    #[must_use]
    pub fn with_eligibility(self, eligibility: Arc<dyn EligibilitySource>) -> Self {
        Self {
            eligibility,
            ..self
        }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The key that signs.
    #[must_use]
    pub fn signer(&self) -> &ReceiptSigner {
        &self.signer
    }

    /// One exchange, start to end, on the caller's thread.
    ///
    /// # Errors
    /// A refusal of the whole request; nothing has changed then.
    pub fn exchange(
        &self,
        device: &DeviceId,
        request: &[u8],
        now: Timestamp,
    ) -> Result<ExchangeResponse, GatewayError> {
        let prepared = prepare(request)?;
        let (device, settings) = (device.clone(), self.settings);
        let eligibility = Arc::clone(&self.eligibility);
        let applied = store::write(&*self.store, move |tx| {
            apply(tx, settings, &*eligibility, &device, &prepared, now)
        })?;
        self.finish(applied)
    }

    /// One exchange without holding a thread while the commit is on its way.
    ///
    /// # Errors
    /// As [`Engine::exchange`].
    pub async fn exchange_async(
        &self,
        device: &DeviceId,
        request: &[u8],
        now: Timestamp,
    ) -> Result<ExchangeResponse, GatewayError> {
        let prepared = prepare(request)?;
        let (device, settings) = (device.clone(), self.settings);
        let eligibility = Arc::clone(&self.eligibility);
        let applied = store::write_async(&*self.store, move |tx| {
            apply(tx, settings, &*eligibility, &device, &prepared, now)
        })
        .await?;
        self.finish(applied)
    }

    fn finish(&self, applied: Applied) -> Result<ExchangeResponse, GatewayError> {
        let payload = serde_json::to_vec(&applied.page)
            .map_err(|_| GatewayError::damaged("page cannot be written"))?;
        Ok(ExchangeResponse {
            receipts: self.signer.sign(&payload),
            feed: applied.feed,
            more: applied.more,
        })
    }
}

/// The record of a terminal that is answered.
///
/// # Errors
/// [`ProblemCode::DeviceUnknown`], [`ProblemCode::DeviceRevoked`],
/// [`ProblemCode::DeviceWiped`], or the database's.
pub fn admit(tx: &mut dyn Tx, id: &DeviceId) -> Result<Device, GatewayError> {
    admitted(tx.device(id)?)
}

fn admitted(found: Option<Device>) -> Result<Device, GatewayError> {
    let refuse = |code, title| Err(GatewayError::refuse(code, title));
    match found {
        None => refuse(ProblemCode::DeviceUnknown, "this terminal is not known"),
        Some(device) => match device.state {
            DeviceState::Active => Ok(device),
            DeviceState::Revoked => refuse(ProblemCode::DeviceRevoked, "this terminal was revoked"),
            DeviceState::Lost => {
                refuse(ProblemCode::DeviceWiped, "this terminal was reported lost")
            }
        },
    }
}

/// Everything an exchange changes, within the caller's transaction.
///
/// # Errors
/// A terminal that is not answered, a cursor that no feed can have given, or the database's.
pub fn apply(
    tx: &mut dyn Tx,
    settings: Settings,
    eligibility: &dyn EligibilitySource,
    id: &DeviceId,
    prepared: &Prepared,
    now: Timestamp,
) -> Result<Applied, GatewayError> {
    let mut device = match tx.device(id)? {
        Some(lost) if lost.state == DeviceState::Lost => return Ok(wipe(&lost, prepared, now)),
        found => admitted(found)?,
    };
    if prepared.cursor > highest_cursor(&device, now) {
        return Err(GatewayError::refuse(
            ProblemCode::WireBody,
            "the cursor is no number of a feed",
        ));
    }
    let before = device.clone();
    if prepared.cursor > device.feed_seq {
        // The terminal keeps entries we never made: this store was restored from a backup.
        // New entries come after those it has, or it would never ask for them.
        device.feed_seq = prepared.cursor;
        tx.raise(device.key, AlarmKind::GatewayRestored, now)?;
    }
    device.cursor = prepared.cursor;
    device.waiting = prepared.waiting;
    let up_to_date = before.feed_seq <= prepared.cursor;

    // The terminal has receipts for commands that are not here: this store was restored. What
    // comes after the gap waits for it, or commands about one person would change places.
    let gap = prepared.receipted_up_to > device.seq;
    if gap {
        tx.raise(device.key, AlarmKind::GatewayRestored, now)?;
    }
    let taken = if gap {
        &[]
    } else {
        prepared.commands.as_slice()
    };
    let mut told = Vec::new();
    let mut memo = take::Memo::default();
    let mut receipts = Vec::with_capacity(taken.len());
    for command in taken {
        let mut desk = take::Desk {
            tx: &mut *tx,
            device: &mut device,
            told: &mut told,
            memo: &mut memo,
            eligibility,
            settings,
            now,
        };
        receipts.extend(desk.take(command)?);
    }
    let audit = countersign(tx, &mut device, prepared.audit.as_ref(), now)?;
    save(tx, &before, &mut device, now)?;

    let mut feed = if up_to_date && told.len() <= MAX_FEED {
        told
    } else {
        tx.feed_after(device.key, prepared.cursor, FEED_ROWS)?
    };
    let more = feed.len() > MAX_FEED;
    feed.truncate(MAX_FEED);
    let page = page(settings, &device, prepared.request, receipts, audit, now);
    Ok(Applied { page, feed, more })
}

/// The highest entry that this terminal can have kept: of ours, or of a gateway that was lost.
fn highest_cursor(device: &Device, now: Timestamp) -> u64 {
    let clock = maintain::first_number(now);
    device.feed_seq.max(clock.saturating_add(CURSOR_MARGIN))
}

fn page(
    settings: Settings,
    device: &Device,
    request: Sha256Digest,
    receipts: Vec<Receipt>,
    audit: Option<AuditHead>,
    now: Timestamp,
) -> ReceiptPage {
    ReceiptPage {
        device: device.id.clone(),
        request,
        receipts,
        received_up_to: device.seq,
        durable_up_to: match settings.durability {
            Durability::Commit => device.seq,
            Durability::Backup => device.backed_up,
        },
        time: now,
        audit,
    }
}

/// A lost unit is told one thing, as often as it asks; what it sends is not taken.
fn wipe(device: &Device, prepared: &Prepared, now: Timestamp) -> Applied {
    let settings = Settings {
        durability: Durability::Backup,
        ..Settings::default()
    };
    Applied {
        page: page(settings, device, prepared.request, Vec::new(), None, now),
        feed: vec![FeedEntry {
            seq: device.feed_seq.max(prepared.cursor).saturating_add(1),
            item: FeedItem::Wipe,
        }],
        more: false,
    }
}

/// Signs for the audit log's head, unless the log went back or was rewritten.
fn countersign(
    tx: &mut dyn Tx,
    device: &mut Device,
    head: Option<&AuditHead>,
    now: Timestamp,
) -> Result<Option<AuditHead>, GatewayError> {
    let Some(head) = head else { return Ok(None) };
    let alarm = match &device.audit {
        Some(known) if head.entry < known.entry => Some(AlarmKind::AuditBackwards),
        Some(known) if head.entry == known.entry && head.hash != known.hash => {
            Some(AlarmKind::AuditForked)
        }
        _ => None,
    };
    if let Some(alarm) = alarm {
        tx.raise(device.key, alarm, now)?;
        return Ok(None);
    }
    device.audit = Some(head.clone());
    Ok(Some(head.clone()))
}

/// Saves the record if the exchange moved something, or if it was not touched for a while.
fn save(
    tx: &mut dyn Tx,
    before: &Device,
    device: &mut Device,
    now: Timestamp,
) -> Result<(), GatewayError> {
    let seen_lately = before
        .last_seen
        .is_some_and(|at| now >= at && now.since(at) < SEEN_SPACING);
    if before == device && seen_lately {
        return Ok(());
    }
    device.last_seen = Some(now);
    tx.save_marks(device)
}

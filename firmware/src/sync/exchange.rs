//! Building a request and verifying its answer.

use std::collections::HashMap;

use data_encoding::BASE64URL_NOPAD;
use protocol::answer::FeedEntry;
use protocol::exchange::{
    AuditHead, CommandId, Envelope, ExchangeRequest, MAX_BATCH, MAX_FEED, MAX_REQUEST_BYTES,
    Outcome, Receipt, ReceiptPage, Sha256Digest, WIRE_VERSION,
};
use protocol::problem::ProblemCode;
use protocol::{jws, jws::Parts};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{HttpAnswer, Identity, NetError};
use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Vault;
use crate::{audit, outbox};

/// Room in a request for everything that is not a command's body.
const OVERHEAD_BYTES: usize = 128 * 1024;

/// Most bytes of bodies in one request.
pub(super) const BATCH_BYTES: usize = MAX_REQUEST_BYTES - OVERHEAD_BYTES;

/// Largest answer that is read: a page of receipts and a page of the feed.
pub(super) const ANSWER_BYTES: u64 = 8 * 1024 * 1024;

/// A request, ready to be sent.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Its body.
    pub body: Vec<u8>,
    /// SHA-256 of `body`; the receipt page has to name it.
    pub request: Sha256Digest,
    /// The commands in it.
    pub sent: Vec<(CommandId, Sha256Digest)>,
    /// Places in the queue of those that were never sent before.
    pub first_time: Vec<u64>,
    /// The audit head in it.
    pub audit: Option<AuditHead>,
    /// Commands that wait in all, those in it included.
    pub waiting: u64,
}

/// An answer that was verified against its request.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The signed page.
    pub page: ReceiptPage,
    /// The page as signed, to be kept with the audit log.
    pub signed: String,
    /// The feed, in order.
    pub feed: Vec<FeedPart>,
    /// The gateway has more.
    pub more: bool,
    /// Commands that were sent.
    pub sent: u64,
    /// Commands that were sent and have no receipt: they stay and are sent again.
    pub unreceipted: Vec<CommandId>,
}

/// An entry of the feed.
#[derive(Debug, Clone)]
pub enum FeedPart {
    /// One this program understands.
    Known(Box<FeedEntry>),
    /// One of a newer gateway.
    Unknown {
        /// Its number.
        seq: u64,
    },
}

impl FeedPart {
    /// Its number.
    #[must_use]
    pub fn seq(&self) -> u64 {
        match self {
            Self::Known(entry) => entry.seq,
            Self::Unknown { seq } => *seq,
        }
    }
}

/// Takes the oldest waiting commands, at most `rows`; `left` marks them as sent. While the
/// clock is not trusted no command is taken: the request only asks for the gateway's signed
/// time.
///
/// # Errors
/// Those of the vault.
pub fn prepare(vault: &Vault, now: &Now, rows: usize) -> Result<Prepared, Problem> {
    let rows = if now.is_trusted() {
        rows.min(MAX_BATCH)
    } else {
        0
    };
    let (batch, cursor, audit, waiting, receipted_up_to) = vault.read(|c| {
        Ok((
            outbox::next_batch(c, rows, BATCH_BYTES)?,
            super::cursor(c)?,
            audit::head_to_seal(c)?,
            outbox::pending_count(c)?,
            outbox::received_up_to(c)?,
        ))
    })?;
    let first_time = batch
        .iter()
        .filter(|outgoing| outgoing.first_time)
        .map(|outgoing| outgoing.seq)
        .collect();
    let sent: Vec<_> = batch
        .iter()
        .map(|outgoing| (outgoing.id, outgoing.sha256))
        .collect();
    let commands = batch
        .into_iter()
        .map(|outgoing| {
            let body = RawValue::from_string(outgoing.body).map_err(not_json)?;
            Ok(Envelope {
                id: outgoing.id,
                body,
            })
        })
        .collect::<Result<_, Problem>>()?;
    let request = ExchangeRequest {
        wire: WIRE_VERSION,
        cursor,
        commands,
        audit: audit.clone(),
        waiting: waiting.saturating_sub(sent.len() as u64),
        receipted_up_to,
    };
    let body = serde_json::to_vec(&request).map_err(not_json)?;
    Ok(Prepared {
        request: Sha256Digest::of(&body),
        body,
        sent,
        first_time,
        audit,
        waiting,
    })
}

/// Marks the commands of a request that has left this terminal as sent, whether it arrived or
/// not.
///
/// # Errors
/// Those of the vault.
pub fn left(vault: &mut Vault, now: &Now, prepared: &Prepared) -> Result<(), Problem> {
    if prepared.first_time.is_empty() {
        return Ok(());
    }
    vault.write_forgettable(|tx| outbox::mark_sent(tx, now, &prepared.first_time))
}

/// Verifies an answer: our media type, a signature by a receipt key, this terminal, this
/// request, only commands that were sent, each with the hash of its body.
///
/// # Errors
/// What the status says, [`NetError::Answer`], [`NetError::Receipt`]. Nothing may be marked
/// then.
pub fn verify(
    prepared: &Prepared,
    identity: &Identity,
    answer: &HttpAnswer,
) -> Result<Verified, NetError> {
    let response: Response = serde_json::from_slice(answer.accepted()?)
        .map_err(|_| NetError::Answer("not an exchange's answer"))?;
    if response.feed.len() > MAX_FEED {
        return Err(NetError::Answer("too many feed entries"));
    }
    let page = signed_page(&response.receipts, identity)?;
    let unreceipted = check_page(prepared, identity, &page)?;
    Ok(Verified {
        page,
        signed: response.receipts,
        feed: feed(&response.feed)?,
        more: response.more,
        sent: prepared.sent.len() as u64,
        unreceipted,
    })
}

/// An exchange's answer, read leniently: a newer gateway may say more than we understand.
#[derive(Deserialize)]
struct Response {
    receipts: String,
    feed: Vec<Box<RawValue>>,
    more: bool,
}

#[derive(Deserialize)]
struct Number {
    seq: u64,
}

fn signed_page(text: &str, identity: &Identity) -> Result<ReceiptPage, NetError> {
    let parts: Parts<'_> = jws::split(text).map_err(|_| NetError::Receipt("not a signed page"))?;
    let key = identity
        .trust
        .receipt_keys
        .iter()
        .find(|key| key.kid == parts.header.kid())
        .ok_or(NetError::Receipt("an unknown key"))?;
    let key = BASE64URL_NOPAD
        .decode(key.x.as_bytes())
        .map_err(|_| NetError::Receipt("an unreadable key"))?;
    ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key)
        .verify(parts.signing_input, &parts.signature)
        .map_err(|_| NetError::Receipt("a wrong signature"))?;
    serde_json::from_slice(&parts.payload).map_err(|_| NetError::Receipt("not a receipt page"))
}

/// Holds a page to its request; returns the commands it leaves without a receipt.
fn check_page(
    prepared: &Prepared,
    identity: &Identity,
    page: &ReceiptPage,
) -> Result<Vec<CommandId>, NetError> {
    if page.device != identity.device {
        return Err(NetError::Receipt("another terminal's page"));
    }
    if page.request != prepared.request {
        return Err(NetError::Receipt("another request's page"));
    }
    if page.audit.is_some() && page.audit != prepared.audit {
        return Err(NetError::Receipt("another audit head"));
    }
    let mut open: HashMap<CommandId, Sha256Digest> = prepared.sent.iter().copied().collect();
    for receipt in &page.receipts {
        let Some(body) = open.remove(&receipt.id) else {
            return Err(NetError::Receipt(
                "a command that was not sent, or one twice",
            ));
        };
        if receipt.body != body && !is_conflict(receipt) {
            return Err(NetError::Receipt("another body's hash"));
        }
    }
    let left = prepared.sent.iter().map(|(id, _)| *id);
    Ok(left.filter(|id| open.contains_key(id)).collect())
}

/// In a conflict the page names the hash of the body that came first.
fn is_conflict(receipt: &Receipt) -> bool {
    receipt.outcome
        == Outcome::Refused {
            code: ProblemCode::CommandIdConflict,
        }
}

fn feed(raw: &[Box<RawValue>]) -> Result<Vec<FeedPart>, NetError> {
    let mut last = None;
    let mut parts = Vec::with_capacity(raw.len());
    for text in raw {
        let part = match serde_json::from_str::<FeedEntry>(text.get()) {
            Ok(entry) => FeedPart::Known(Box::new(entry)),
            Err(_) => serde_json::from_str::<Number>(text.get())
                .map(|number| FeedPart::Unknown { seq: number.seq })
                .map_err(|_| NetError::Answer("a feed entry without a number"))?,
        };
        if last.is_some_and(|last| part.seq() <= last) {
            return Err(NetError::Answer("feed entries out of order"));
        }
        last = Some(part.seq());
        parts.push(part);
    }
    Ok(parts)
}

fn not_json(_: serde_json::Error) -> Problem {
    Problem::VaultStatement("a command in the queue is not JSON".into())
}

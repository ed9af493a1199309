//! A gateway in memory that keeps the rules of the wire, and a line to it that misbehaves.

use std::collections::HashMap;

use data_encoding::BASE64URL_NOPAD;
use protocol::answer::{FeedEntry, FeedItem, Notice};
use protocol::calendar::Timestamp;
use protocol::exchange::{
    CommandId, DeviceId, DocumentId, ExchangeRequest, ExchangeResponse, MEDIA_TYPE, Outcome,
    PROBLEM_MEDIA_TYPE, Receipt, ReceiptKey, ReceiptPage, Refusal, Sha256Digest, TrustBundle,
};
use protocol::jws;
use protocol::problem::ProblemCode;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rusqlite::Transaction;
use zeroize::Zeroizing;

use crate::clock::{Clock, Now};
use crate::error::Problem;
use crate::sync::{
    FeedSink, HttpAnswer, HttpRequest, Identity, NetError, Settlement, Transport, round,
};
use crate::vault::Vault;

/// What the line does to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It goes through.
    None,
    /// It never arrives.
    LoseRequest,
    /// It arrives and works, and the answer is lost.
    LoseAnswer,
    /// It arrives twice.
    Duplicate,
    /// An older request arrives once more, after this one.
    Replay,
    /// Something else answers.
    Answer(HttpAnswer),
    /// The signature is changed.
    Forge,
    /// The page is for another terminal.
    OtherDevice,
    /// The page is for another request.
    OtherRequest,
    /// The first receipt names another body.
    OtherBody,
    /// A receipt names a command that was not sent.
    Stranger,
    /// The last receipt is left out.
    Forget,
}

/// What the gateway has kept; cloned for a backup.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Each effect, in the order in which it happened.
    pub effects: Vec<CommandId>,
    /// Bodies of the effects.
    pub bodies: HashMap<CommandId, String>,
    receipts: HashMap<CommandId, Receipt>,
    /// What terminals read.
    pub feed: Vec<FeedEntry>,
    /// Highest number a terminal said it has; numbers given later are above it.
    told_up_to: u64,
}

/// Says of a body whether it is refused for good, and why.
pub type Poison = Box<dyn Fn(&str) -> Option<ProblemCode>>;

pub struct FakeGateway {
    pub kept: Kept,
    pub fault: Fault,
    /// Commands are durable up to here; `None`: at once.
    pub durable: Option<u64>,
    /// Commands refused for good.
    pub poison: Poison,
    /// Requests with more commands are answered 413.
    pub most: usize,
    /// Takes no command while the terminal has receipts that are not here.
    pub waits_for_gap: bool,
    /// Entries after the feed, as text, of a gateway that knows more kinds.
    pub raw_feed: Vec<String>,
    /// Every request's body as text, for order and privacy checks.
    pub requests: Vec<Vec<u8>>,
    pub clock: Clock,
    key: Ed25519KeyPair,
    device: DeviceId,
}

impl FakeGateway {
    pub fn new(clock: &Clock) -> Self {
        Self {
            kept: Kept::default(),
            fault: Fault::None,
            durable: None,
            poison: Box::new(|_| None),
            most: usize::MAX,
            waits_for_gap: true,
            raw_feed: Vec::new(),
            requests: Vec::new(),
            clock: clock.clone(),
            key: Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap(),
            device: DeviceId::from_random([3; 12]),
        }
    }

    /// The identity of the terminal this gateway knows.
    pub fn identity(&self) -> Identity {
        Identity {
            device: self.device.clone(),
            certificate: String::new(),
            private_key: Zeroizing::new(Vec::new()),
            not_before: Timestamp::from_unix_ms(0),
            not_after: Timestamp::from_unix_ms(i64::MAX / 2),
            trust: TrustBundle {
                roots: Vec::new(),
                receipt_keys: vec![ReceiptKey {
                    kid: "test".into(),
                    x: BASE64URL_NOPAD.encode(self.key.public_key().as_ref()),
                }],
                endpoints: Vec::new(),
            },
        }
    }

    /// One exchange of at most 500 commands over a line with this fault.
    pub fn round(
        &mut self,
        vault: &mut Vault,
        clock: &Clock,
        fault: Fault,
        sink: &mut dyn FeedSink,
    ) -> Result<Settlement, Problem> {
        self.fault = fault;
        let identity = self.identity();
        round(vault, self, clock, &identity, 500, sink)
    }

    pub fn tell(&mut self, item: FeedItem) {
        let head = self.kept.feed.last().map_or(0, |last| last.seq);
        let seq = head.max(self.kept.told_up_to) + 1;
        self.kept.feed.push(FeedEntry { seq, item });
    }

    /// How often a command's effect happened.
    pub fn effects_of(&self, id: CommandId) -> usize {
        self.kept.effects.iter().filter(|done| **done == id).count()
    }

    fn exchange(&mut self, body: &[u8]) -> HttpAnswer {
        self.requests.push(body.to_vec());
        let request: ExchangeRequest = serde_json::from_slice(body).unwrap();
        if request.commands.len() > self.most {
            return refusal(413, ProblemCode::WireTooLarge);
        }
        let mut receipts = Vec::new();
        let gap = self.waits_for_gap && request.receipted_up_to > self.received_up_to();
        self.kept.told_up_to = self.kept.told_up_to.max(request.cursor);
        for envelope in request.commands.iter().filter(|_| !gap) {
            receipts.push(self.take(envelope.id, envelope.body.get()));
        }
        let received_up_to = self.received_up_to();
        let mut page = ReceiptPage {
            device: self.device.clone(),
            request: Sha256Digest::of(body),
            receipts,
            received_up_to,
            durable_up_to: self.durable.unwrap_or(received_up_to).min(received_up_to),
            time: self.clock.now().wall,
            audit: request.audit,
        };
        let stranger = Receipt {
            id: super::id(999_999),
            body: Sha256Digest([0; 32]),
            seq: 1,
            received_at: page.time,
            outcome: Outcome::Accepted,
        };
        match self.fault {
            Fault::OtherDevice => page.device = DeviceId::from_random([9; 12]),
            Fault::OtherRequest => page.request = Sha256Digest([1; 32]),
            Fault::OtherBody => page.receipts[0].body = Sha256Digest([1; 32]),
            Fault::Stranger => page.receipts.push(stranger),
            Fault::Forget => drop(page.receipts.pop()),
            _ => {}
        }
        let waiting = self
            .kept
            .feed
            .iter()
            .filter(|entry| entry.seq > request.cursor);
        let feed: Vec<_> = waiting.clone().take(100).cloned().collect();
        let response = ExchangeResponse {
            receipts: self.sign(&page),
            more: waiting.count() > feed.len(),
            feed,
        };
        HttpAnswer {
            status: 200,
            media: MEDIA_TYPE.into(),
            body: self.with_raw_feed(&response).into_bytes(),
            ..HttpAnswer::default()
        }
    }

    fn with_raw_feed(&self, response: &ExchangeResponse) -> String {
        let text = serde_json::to_string(response).unwrap();
        match &self.raw_feed[..] {
            [] => text,
            raw => text.replacen("],\"more\"", &format!(",{}],\"more\"", raw.join(",")), 1),
        }
    }

    fn received_up_to(&self) -> u64 {
        self.kept
            .receipts
            .values()
            .map(|receipt| receipt.seq)
            .max()
            .unwrap_or(0)
    }

    /// The same id and body earns the same receipt, whatever happened in between.
    fn take(&mut self, id: CommandId, body: &str) -> Receipt {
        let hash = Sha256Digest::of(body.as_bytes());
        if let Some(receipt) = self.kept.receipts.get(&id) {
            if receipt.body == hash {
                return receipt.clone();
            }
            let code = ProblemCode::CommandIdConflict;
            return Receipt {
                outcome: Outcome::Refused { code },
                seq: 0,
                ..receipt.clone()
            };
        }
        let (seq, outcome) = match (self.poison)(body) {
            Some(code) => (0, Outcome::Refused { code }),
            None => {
                self.kept.effects.push(id);
                self.kept.bodies.insert(id, body.to_owned());
                (self.received_up_to() + 1, Outcome::Accepted)
            }
        };
        let receipt = Receipt {
            id,
            body: hash,
            seq,
            received_at: self.clock.now().wall,
            outcome,
        };
        self.kept.receipts.insert(id, receipt.clone());
        receipt
    }

    fn sign(&self, page: &ReceiptPage) -> String {
        let payload = serde_json::to_vec(page).unwrap();
        let input = jws::signing_input(&jws::Header::new("test").unwrap(), &payload);
        let mut signature: [u8; 64] = self.key.sign(input.as_bytes()).as_ref().try_into().unwrap();
        if self.fault == Fault::Forge {
            signature[5] ^= 1;
        }
        jws::with_signature(input, &signature)
    }
}

impl Transport for FakeGateway {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        match self.fault.clone() {
            Fault::LoseRequest => Err(NetError::Down("test".into())),
            Fault::LoseAnswer => {
                self.exchange(request.body);
                Err(NetError::Timeout)
            }
            Fault::Duplicate => {
                self.exchange(request.body);
                Ok(self.exchange(request.body))
            }
            Fault::Replay => {
                let answer = self.exchange(request.body);
                if let Some(old) = self.requests.first().cloned() {
                    self.exchange(&old);
                }
                Ok(answer)
            }
            Fault::Answer(answer) => Ok(answer),
            _ => Ok(self.exchange(request.body)),
        }
    }
}

pub fn refusal(status: u16, code: ProblemCode) -> HttpAnswer {
    HttpAnswer {
        status,
        media: PROBLEM_MEDIA_TYPE.into(),
        body: serde_json::to_vec(&Refusal {
            code,
            title: "test".into(),
        })
        .unwrap(),
        ..HttpAnswer::default()
    }
}

pub fn notice(n: u128) -> FeedItem {
    FeedItem::Notice(Notice {
        id: DocumentId(uuid::Uuid::from_u128(n)),
        title: "お知らせ".into(),
        body: "試験".into(),
        important: false,
        shown_from: Timestamp::from_unix_ms(super::MORNING),
        maintenance: None,
    })
}

/// Keeps entries by what they are, not by their number; refuses what it is told to.
#[derive(Default)]
pub struct Shelf {
    pub kept: Vec<FeedEntry>,
    pub refuse: Option<Problem>,
}

impl FeedSink for Shelf {
    fn keep(&mut self, _: &Transaction<'_>, _: &Now, entry: &FeedEntry) -> Result<(), Problem> {
        if let Some(problem) = &self.refuse {
            return Err(problem.clone());
        }
        if !self.kept.iter().any(|kept| kept.item == entry.item) {
            self.kept.push(entry.clone());
        }
        Ok(())
    }
}

//! The wire: one round trip carries commands out and receipts, answers and updates back.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

pub use crate::identity::{DeviceId, Sha256Digest};

use crate::answer::FeedEntry;
use crate::calendar::Timestamp;
use crate::facility::{Facility, FacilityProfile};
use crate::problem::ProblemCode;
use crate::value::Redacted;

/// Version of the wire spoken by this build.
pub const WIRE_VERSION: u16 = 1;

/// The only media type that can carry an acknowledgement. A captive portal's
/// `200 text/html` is not one.
pub const MEDIA_TYPE: &str = "application/vnd.madoguchi.v1+json";

/// Media type of a refusal (RFC 9457), with [`ProblemCode`] in the member `code`.
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// Most commands in one exchange.
pub const MAX_BATCH: usize = 500;

/// Largest request body in bytes.
pub const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// Most feed entries in one response.
pub const MAX_FEED: usize = 500;

/// Largest attachment and document in bytes (10 MB, as the forms say).
pub const MAX_FILE_BYTES: u64 = 10_000_000;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// A command's id: UUIDv7, made at the touch, the same for life.
    CommandId
);
uuid_id!(
    /// A document's id: random; never the name or number of the person it is about.
    DocumentId
);

impl CommandId {
    /// Makes an id from the time of the touch and ten random bytes.
    #[must_use]
    pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
        let ms = u64::try_from(at.unix_ms()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
    }
}

/// `POST /v1/exchange`, request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRequest {
    /// [`WIRE_VERSION`] of the sender.
    pub wire: u16,
    /// The last feed entry the terminal has kept.
    pub cursor: u64,
    /// Up to [`MAX_BATCH`] commands, oldest first.
    pub commands: Vec<Envelope>,
    /// Head of the terminal's audit log, to be counter-signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditHead>,
    /// Length of the queue after this batch, for the operator's overview.
    pub waiting: u64,
    /// Highest command sequence the terminal has a receipt for. A gateway that holds less
    /// was restored from a backup: it takes no command until the gap was sent again, so that
    /// the order within a person survives the restoration.
    #[serde(default)]
    pub receipted_up_to: u64,
}

/// One command on the wire. The body travels as the exact text that was stored and hashed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The command's id.
    pub id: CommandId,
    /// JSON text of a [`crate::command::Command`].
    #[schema(value_type = crate::command::Command)]
    pub body: Box<RawValue>,
}

/// Without the body, which names people.
impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("id", &self.id)
            .field("body_bytes", &self.body.get().len())
            .finish()
    }
}

/// `POST /v1/exchange`, response.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeResponse {
    /// Compact JWS (EdDSA) over a [`ReceiptPage`].
    pub receipts: String,
    /// Answers, documents and notices after the request's cursor, in order.
    pub feed: Vec<FeedEntry>,
    /// `true` when the feed holds more than this response carries.
    pub more: bool,
}

/// What the gateway signs in every exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptPage {
    /// The terminal that is answered.
    pub device: DeviceId,
    /// SHA-256 of the request's body bytes: the page answers this request and no other.
    pub request: Sha256Digest,
    /// Receipts of the request's commands, in its order. A command without one was not taken
    /// this time (an attachment it names is not here yet, or a gap comes first): send it again.
    pub receipts: Vec<Receipt>,
    /// Highest command sequence the gateway holds from this terminal. Lower than a
    /// receipt the terminal has: the gateway was restored, and the gap is sent again.
    pub received_up_to: u64,
    /// Commands up to this sequence survive the loss of the gateway's disk.
    pub durable_up_to: u64,
    /// The gateway's time.
    pub time: Timestamp,
    /// Counter-signature of the terminal's audit head, if one was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditHead>,
}

/// The gateway's word that it has a command, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The command.
    pub id: CommandId,
    /// SHA-256 of the body the gateway received under that id (of the first one, in a conflict).
    pub body: Sha256Digest,
    /// Sequence within this terminal, starting at 1; 0 when nothing was kept.
    pub seq: u64,
    /// When the gateway first had it.
    pub received_at: Timestamp,
    /// What became of it; final.
    pub outcome: Outcome,
}

/// The final outcome of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// Kept, and its effect happened once.
    Accepted,
    /// Refused for good; the terminal puts it in quarantine with the reason.
    Refused {
        /// Why.
        code: ProblemCode,
    },
}

/// A point of the terminal's hash-chained audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditHead {
    /// Number of the entry, starting at 1.
    pub entry: u64,
    /// Its chain hash.
    pub hash: Sha256Digest,
}

/// `POST /v1/enrol`, request: the only call of a terminal without a client certificate.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// One-time token from the enrolment sheet.
    pub token: String,
    /// Serial of the hardware; the token is bound to it.
    pub serial: String,
    /// PKCS#10 request, PEM. The key was made on the device and stays there.
    pub csr: String,
}

/// Without the token.
impl fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolRequest")
            .field("token", &Redacted)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

/// `POST /v1/enrol` and `POST /v1/renew`, response.
///
/// What is not known in it is a newer gateway's and is passed over: the token is used up by now,
/// and a terminal that refused the answer could not even be brought up to date.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Enrolment {
    /// The terminal's identity from now on.
    pub device: DeviceId,
    /// Certificate chain, PEM, leaf first.
    pub certificate: String,
    /// What the terminal trusts from now on.
    pub trust: TrustBundle,
    /// The office and the insurers it may ask.
    pub facility: Facility,
    /// At enrolment, the office as another of its terminals described it. Not at a renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<FacilityProfile>,
    /// The gateway's time.
    pub time: Timestamp,
}

/// `POST /v1/renew`, request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// PKCS#10 request for a fresh key, PEM.
    pub csr: String,
}

/// Roots, receipt keys and endpoints: data that is pushed, never compiled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustBundle {
    /// Roots of the gateway's certificate (current and next), PEM.
    pub roots: Vec<String>,
    /// Keys that sign receipts.
    pub receipt_keys: Vec<ReceiptKey>,
    /// Addresses to try in order, `https://host:port`.
    pub endpoints: Vec<String>,
}

/// A key that signs receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptKey {
    /// Key id, as in the JWS header.
    pub kid: String,
    /// Ed25519 public key, base64url without padding (RFC 8037 `x`).
    pub x: String,
}

/// A refusal (RFC 9457 problem details).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// Stable code.
    pub code: ProblemCode,
    /// One sentence for the operator's log; no personal data.
    pub title: String,
}

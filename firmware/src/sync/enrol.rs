//! Getting an identity: the key is made here and stays here.

use protocol::answer::{FeedEntry, FeedItem};
use protocol::exchange::{EnrolRequest, Enrolment, MEDIA_TYPE};
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{FeedSink, HttpRequest, Identity, Method, NetError, Transport, identity};
use crate::audit::{self, AuditEvent};
use crate::clock::Clock;
use crate::error::Problem;
use crate::vault::Vault;

/// Largest answer to an enrolment or renewal: certificates and the office's facts.
pub(super) const ENROLMENT_BYTES: u64 = 1024 * 1024;

/// What the technician brings. The transport is made for the sheet's address and roots.
#[derive(Clone)]
pub struct EnrolOrder {
    /// One-time token from the enrolment sheet.
    pub token: String,
    /// Serial of the hardware; the token is bound to it.
    pub serial: String,
}

impl std::fmt::Debug for EnrolOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolOrder")
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

/// Enrols: makes a key and a request for it, keeps both in the vault before they are used
/// (an answer that is lost on the way can be asked for again with the same request), sends
/// it, checks the certificate, and keeps the identity, the trust and the office's facts in
/// one transaction.
///
/// # Errors
/// [`Problem::Net`], with the gateway's code for a token it refuses; those of the vault.
pub fn enrol(
    vault: &mut Vault,
    transport: &mut dyn Transport,
    clock: &Clock,
    order: &EnrolOrder,
    sink: &mut dyn FeedSink,
) -> Result<Identity, Problem> {
    let pending = PendingKey::of(vault, Purpose::Enrol)?;
    let body = EnrolRequest {
        token: order.token.clone(),
        serial: order.serial.clone(),
        csr: pending.csr.clone(),
    };
    let enrolment = ask(transport, "/v1/enrol", &body)?;
    let new = identity::accept(&enrolment, pending.private_key, &pending.public_key)?;
    take_over(vault, clock, &new, &enrolment, sink, &AuditEvent::Enrolled)?;
    Ok(new)
}

/// What a pending key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Enrol,
    Renew,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::Renew => "renew",
        }
    }
}

/// A key whose certificate is still to come.
pub(super) struct PendingKey {
    pub(super) private_key: Zeroizing<Vec<u8>>,
    /// SubjectPublicKeyInfo, DER.
    pub(super) public_key: Vec<u8>,
    pub(super) csr: String,
}

impl PendingKey {
    /// The key that waits, or a new one, kept before it is returned.
    pub(super) fn of(vault: &mut Vault, purpose: Purpose) -> Result<Self, Problem> {
        vault.write(|tx| match kept(tx, purpose)? {
            Some(pending) => Ok(pending),
            None => make(tx, purpose),
        })
    }
}

/// Sends a request for a certificate.
pub(super) fn ask(
    transport: &mut dyn Transport,
    path: &str,
    body: &impl Serialize,
) -> Result<Enrolment, Problem> {
    let body = serde_json::to_vec(body)
        .map(Zeroizing::new)
        .map_err(|_| Problem::VaultStatement("a request does not serialise".into()))?;
    let answer = transport.send(&HttpRequest {
        method: Method::Post,
        path,
        media: MEDIA_TYPE,
        headers: &[],
        body: &body,
        answer_limit: ENROLMENT_BYTES,
    })?;
    let enrolment = serde_json::from_slice(answer.accepted()?)
        .map_err(|_| NetError::Answer("not an enrolment"))?;
    Ok(enrolment)
}

/// Keeps identity, trust and the office's facts at once.
pub(super) fn take_over(
    vault: &mut Vault,
    clock: &Clock,
    new: &Identity,
    enrolment: &Enrolment,
    sink: &mut dyn FeedSink,
    event: &AuditEvent,
) -> Result<(), Problem> {
    clock.gateway_said(enrolment.time);
    let now = clock.now();
    let facility = FeedItem::Facility(enrolment.facility.clone());
    let facts = [facility]
        .into_iter()
        .chain(enrolment.profile.clone().map(FeedItem::Profile))
        .map(|item| FeedEntry { seq: 0, item });
    vault.write(|tx| {
        identity::keep_identity(tx, new)?;
        for fact in facts.clone() {
            sink.keep(tx, &now, &fact)?;
        }
        if let Some(floor) = clock.floor_to_keep() {
            crate::clock::keep_floor(tx, floor)?;
        }
        audit::append(tx, &now, None, event)?;
        Ok(())
    })
}

fn kept(connection: &Connection, purpose: Purpose) -> Result<Option<PendingKey>, Problem> {
    let row: Option<(Vec<u8>, String)> = connection
        .query_row(
            "SELECT private_key, csr FROM sync_pending_key WHERE purpose = ?1",
            params![purpose.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((private_key, csr)) = row else {
        return Ok(None);
    };
    let private_key = Zeroizing::new(private_key);
    let pair = KeyPair::try_from(private_key.as_slice()).map_err(key_problem)?;
    Ok(Some(PendingKey {
        public_key: pair.subject_public_key_info(),
        private_key,
        csr,
    }))
}

fn make(tx: &Transaction<'_>, purpose: Purpose) -> Result<PendingKey, Problem> {
    let pair = KeyPair::generate().map_err(key_problem)?;
    let request = CertificateParams::default()
        .serialize_request(&pair)
        .map_err(key_problem)?;
    let pending = PendingKey {
        private_key: Zeroizing::new(pair.serialize_der()),
        public_key: pair.subject_public_key_info(),
        csr: request.pem().map_err(key_problem)?,
    };
    tx.execute(
        "INSERT INTO sync_pending_key(purpose, private_key, csr) VALUES(?1, ?2, ?3)",
        params![purpose.as_str(), *pending.private_key, pending.csr],
    )?;
    Ok(pending)
}

fn key_problem(_: rcgen::Error) -> Problem {
    Problem::VaultStatement("the terminal's key cannot be made".into())
}

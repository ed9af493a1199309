//! Who this terminal is, and whom it trusts.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, Enrolment, TrustBundle};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::NetError;
use crate::error::Problem;
use crate::outbox;

/// Most roots, receipt keys or endpoints in a bundle.
const MAX_TRUST: usize = 16;

/// Most certificates in a chain.
const MAX_CHAIN: usize = 8;

/// The terminal's identity and trust, as kept in the vault.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id: the common name of its certificate.
    pub device: DeviceId,
    /// Certificate chain, PEM, leaf first.
    pub certificate: String,
    /// Private key, PKCS#8 DER.
    pub private_key: Zeroizing<Vec<u8>>,
    /// The certificate is valid from here …
    pub not_before: Timestamp,
    /// … to here.
    pub not_after: Timestamp,
    /// Whom it trusts.
    pub trust: TrustBundle,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("device", &self.device)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// The identity, or `None` before enrolment.
///
/// # Errors
/// Those of the vault.
pub fn identity(connection: &Connection) -> Result<Option<Identity>, Problem> {
    let row = connection
        .query_row(
            "SELECT i.device, i.certificate, i.private_key, i.not_before_ms, i.not_after_ms,
                    t.bundle
             FROM sync_identity i JOIN sync_trust t",
            [],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get(1)?,
                    Zeroizing::new(row.get::<_, Vec<u8>>(2)?),
                    Timestamp::from_unix_ms(row.get(3)?),
                    Timestamp::from_unix_ms(row.get(4)?),
                    row.get::<_, String>(5)?,
                ))
            },
        )
        .optional()?;
    let Some((device, certificate, private_key, not_before, not_after, trust)) = row else {
        return Ok(None);
    };
    let unreadable = || Problem::VaultStatement("the identity is unreadable".into());
    Ok(Some(Identity {
        device: DeviceId::parse(&device).map_err(|_| unreadable())?,
        certificate,
        private_key,
        not_before,
        not_after,
        trust: serde_json::from_str(&trust).map_err(|_| unreadable())?,
    }))
}

/// Keeps a new identity in place of the old one, and forgets the pending key. Another device
/// id is another receiver at the gateway, whose numbers of receipts and feed start anew.
pub(super) fn keep_identity(tx: &Transaction<'_>, identity: &Identity) -> Result<(), Problem> {
    if super::device(tx)?.as_ref() != Some(&identity.device) {
        super::schema::set_cursor(tx, 0)?;
        outbox::start_anew(tx)?;
    }
    tx.execute(
        "INSERT INTO sync_identity(only, device, certificate, private_key, not_before_ms,
                                   not_after_ms)
         VALUES(1, ?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(only) DO UPDATE SET device = excluded.device,
           certificate = excluded.certificate, private_key = excluded.private_key,
           not_before_ms = excluded.not_before_ms, not_after_ms = excluded.not_after_ms",
        params![
            identity.device.as_str(),
            identity.certificate,
            *identity.private_key,
            identity.not_before.unix_ms(),
            identity.not_after.unix_ms(),
        ],
    )?;
    keep_trust(tx, &identity.trust)?;
    tx.execute("DELETE FROM sync_pending_key", [])?;
    Ok(())
}

/// Keeps a bundle; returns whether it differs from the one before.
pub(super) fn keep_trust(tx: &Transaction<'_>, trust: &TrustBundle) -> Result<bool, Problem> {
    check_trust(trust)?;
    let text = serde_json::to_string(trust)
        .map_err(|_| Problem::VaultStatement("a bundle does not serialise".into()))?;
    let changed = tx.execute(
        "INSERT INTO sync_trust(only, bundle) VALUES(1, ?1)
         ON CONFLICT(only) DO UPDATE SET bundle = excluded.bundle
           WHERE bundle <> excluded.bundle",
        params![text],
    )?;
    Ok(changed > 0)
}

/// A bundle that would cut the terminal off is refused: no root, no key, no way.
pub(super) fn check_trust(trust: &TrustBundle) -> Result<(), Problem> {
    let roots = roots(&trust.roots)?;
    let keys_fit = trust.receipt_keys.iter().all(|key| {
        BASE64URL_NOPAD
            .decode(key.x.as_bytes())
            .is_ok_and(|raw| raw.len() == 32)
    });
    let ways_fit = trust
        .endpoints
        .iter()
        .all(|way| way.starts_with("https://"));
    let counts = [roots.len(), trust.receipt_keys.len(), trust.endpoints.len()];
    if !keys_fit || !ways_fit || counts.iter().any(|count| !(1..=MAX_TRUST).contains(count)) {
        return Err(NetError::Answer("a bundle of trust that cannot work").into());
    }
    Ok(())
}

/// Reads roots in PEM.
pub(super) fn roots(pems: &[String]) -> Result<Vec<CertificateDer<'static>>, NetError> {
    pems.iter()
        .flat_map(|pem| CertificateDer::pem_slice_iter(pem.as_bytes()))
        .collect::<Result<_, _>>()
        .map_err(|_| NetError::Tls("a root certificate is unreadable".into()))
}

/// Reads the chain and the key for TLS.
pub(super) fn client_auth(
    identity: &Identity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), NetError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(identity.certificate.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| NetError::Tls("the terminal's certificate is unreadable".into()))?;
    let key = PrivateKeyDer::try_from(identity.private_key.to_vec())
        .map_err(|_| NetError::Tls("the terminal's key is unreadable".into()))?;
    Ok((chain, key))
}

/// Makes an identity of the gateway's answer to a request for `csr_key`, after checking that
/// the certificate is for that key and that name.
pub(super) fn accept(
    enrolment: &Enrolment,
    private_key: Zeroizing<Vec<u8>>,
    public_key: &[u8],
) -> Result<Identity, Problem> {
    check_trust(&enrolment.trust)?;
    let chain: Vec<CertificateDer<'_>> =
        CertificateDer::pem_slice_iter(enrolment.certificate.as_bytes())
            .take(MAX_CHAIN)
            .collect::<Result<_, _>>()
            .map_err(|_| NetError::Answer("an unreadable certificate"))?;
    let leaf = chain.first().ok_or(NetError::Answer("no certificate"))?;
    let (_, leaf) = x509_parser::parse_x509_certificate(leaf)
        .map_err(|_| NetError::Answer("an unreadable certificate"))?;
    if leaf.public_key().raw != public_key {
        return Err(NetError::Answer("a certificate for another key").into());
    }
    let named = leaf.subject().iter_common_name().any(|name| {
        name.as_str()
            .is_ok_and(|name| name == enrolment.device.as_str())
    });
    if !named {
        return Err(NetError::Answer("a certificate for another name").into());
    }
    let at = |time: x509_parser::time::ASN1Time| {
        Timestamp::from_unix_ms(time.timestamp().saturating_mul(1000))
    };
    Ok(Identity {
        device: enrolment.device.clone(),
        certificate: enrolment.certificate.clone(),
        private_key,
        not_before: at(leaf.validity().not_before),
        not_after: at(leaf.validity().not_after),
        trust: enrolment.trust.clone(),
    })
}

//! Certificate authorities, one for terminals and one for the gateway's own certificate,
//! so that neither can speak in the other's place.

use std::fmt;

use protocol::calendar::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};

use super::{BACKDATE_SECONDS, date_time};
use crate::entropy::Entropy;
use crate::error::GatewayError;

/// How long an authority lives, in days (20 years).
const AUTHORITY_DAYS: i64 = 20 * 365;

/// How long the gateway's own certificate lives, in days.
const SERVER_DAYS: i64 = 397;

const DAY_SECONDS: i64 = 86_400;

/// A certificate authority with its key.
pub struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority(key redacted)")
    }
}

/// A certificate with its key, both PEM.
pub struct Keyed {
    /// The certificate.
    pub certificate: String,
    /// Its private key, PKCS#8.
    pub key: String,
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed(redacted)")
    }
}

impl Authority {
    /// Makes an authority.
    ///
    /// # Errors
    /// When the key or the certificate cannot be made.
    pub fn create(
        name: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Keyed, GatewayError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = parameters(name, now, AUTHORITY_DAYS, entropy)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?;
        Ok(Keyed {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// Takes up an authority that was made before.
    ///
    /// # Errors
    /// When either text is not what it should be.
    pub fn load(keyed: &Keyed) -> Result<Self, GatewayError> {
        let key = KeyPair::from_pem(&keyed.key)?;
        Ok(Self {
            issuer: Issuer::from_ca_cert_pem(&keyed.certificate, key)?,
            certificate: keyed.certificate.clone(),
        })
    }

    /// The authority's certificate, PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// What signs.
    #[must_use]
    pub fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    /// Makes a certificate for a server with these names (host names or addresses).
    ///
    /// # Errors
    /// A name that cannot be one.
    pub fn issue_server(
        &self,
        names: &[String],
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Keyed, GatewayError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let first = names
            .first()
            .ok_or_else(|| GatewayError::Input("a server needs a name".to_owned()))?;
        let mut params = parameters(first, now, SERVER_DAYS, entropy)?;
        params.subject_alt_names = CertificateParams::new(names.to_vec())?.subject_alt_names;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Keyed {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}

/// Parameters that all our certificates share.
pub(super) fn parameters(
    name: &str,
    now: Timestamp,
    days: i64,
    entropy: &dyn Entropy,
) -> Result<CertificateParams, GatewayError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let begin = date_time(now)? - time::Duration::seconds(BACKDATE_SECONDS);
    params.not_before = begin;
    params.not_after = begin + time::Duration::seconds(days * DAY_SECONDS);
    let mut serial = [0; 16];
    entropy.fill(&mut serial);
    // RFC 5280 4.1.2.2: positive.
    serial[0] &= 0x7f;
    serial[0] |= 0x40;
    params.serial_number = Some(serial.to_vec().into());
    Ok(params)
}

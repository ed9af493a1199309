//! What the certificate of the other side says about it.

use protocol::calendar::Timestamp;
use protocol::exchange::DeviceId;
use protocol::problem::ProblemCode;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;

use super::issue::MAX_CERTIFICATE_DAYS;
use crate::error::GatewayError;

/// Start of the name that stands in a terminal's certificate beside the common name.
const DEVICE_URI: &str = "urn:madoguchi:device:";

/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;

/// Who is at the other end of a connection. Its chain was verified in the handshake; its time and
/// the terminal's record are checked at every request, because a kept-alive connection
/// and a resumed session outlive both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// No certificate: may enrol, nothing else.
    Nobody,
    /// A certificate of our authority that does not name one terminal, or lives too long.
    Misnamed,
    /// A certificate that names one terminal.
    Device(PeerCertificate),
}

/// A terminal's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The terminal it names.
    pub device: DeviceId,
    /// First instant it is valid.
    pub not_before: Timestamp,
    /// Last instant it is valid.
    pub not_after: Timestamp,
}

/// Which certificates a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Valid now.
    Valid,
    /// Valid now, or once: renewal after expiry.
    ValidOrExpired,
}

impl Peer {
    /// Reads a certificate whose chain was verified.
    #[must_use]
    pub fn of(certificate: Option<&[u8]>) -> Self {
        match certificate {
            None => Self::Nobody,
            Some(der) => read(der).map_or(Self::Misnamed, Self::Device),
        }
    }

    /// The terminal, if a route takes its certificate at this time.
    ///
    /// # Errors
    /// A refusal with the certificate's own code.
    pub fn admit(&self, route: Admission, now: Timestamp) -> Result<&DeviceId, GatewayError> {
        let refuse = |code, title| Err(GatewayError::refuse(code, title));
        let certificate = match self {
            Self::Nobody => {
                return refuse(
                    ProblemCode::CertificateMissing,
                    "a client certificate is needed",
                );
            }
            Self::Misnamed => {
                return refuse(
                    ProblemCode::CertificateWrong,
                    "the certificate does not name one terminal",
                );
            }
            Self::Device(certificate) => certificate,
        };
        if now < certificate.not_before {
            return refuse(
                ProblemCode::CertificateNotYet,
                "the certificate is not valid yet",
            );
        }
        if now > certificate.not_after && route == Admission::Valid {
            return refuse(ProblemCode::CertificateExpired, "the certificate has ended");
        }
        Ok(&certificate.device)
    }
}

/// The name in the certificate's subject alternative name.
#[must_use]
pub fn device_uri(device: &DeviceId) -> String {
    format!("{DEVICE_URI}{device}")
}

/// First and last instant of a certificate.
pub(super) fn validity(certificate: &X509Certificate<'_>) -> (Timestamp, Timestamp) {
    let validity = certificate.validity();
    (
        Timestamp::from_unix_ms(validity.not_before.timestamp() * 1000),
        Timestamp::from_unix_ms(validity.not_after.timestamp() * 1000),
    )
}

fn read(der: &[u8]) -> Option<PeerCertificate> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let (not_before, not_after) = validity(&certificate);
    let life = not_after.unix_ms() - not_before.unix_ms();
    if life > i64::from(MAX_CERTIFICATE_DAYS) * DAY_MS {
        return None;
    }
    // The handshake lets a certificate without usages through; ours always name theirs.
    let usages = certificate.extended_key_usage().ok()??;
    if !usages.value.client_auth {
        return None;
    }
    let mut names = certificate.subject().iter_common_name();
    let name = names.next()?.as_str().ok()?;
    if names.next().is_some() {
        return None;
    }
    let others = certificate.subject_alternative_name().ok()??;
    let [GeneralName::URI(uri)] = others.value.general_names.as_slice() else {
        return None;
    };
    if uri.strip_prefix(DEVICE_URI) != Some(name) {
        return None;
    }
    Some(PeerCertificate {
        device: DeviceId::parse(name).ok()?,
        not_before,
        not_after,
    })
}

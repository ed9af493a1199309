//! A terminal's certificate, from the request it made with its own key.

use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, Sha256Digest};
use protocol::problem::ProblemCode;
use rcgen::{
    CertificateSigningRequestParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData, SanType,
};

use super::authority::{Authority, parameters};
use super::peer::device_uri;
use crate::entropy::Entropy;
use crate::error::GatewayError;

/// Longest life of a terminal's certificate, in days.
pub const MAX_CERTIFICATE_DAYS: u16 = 90;

/// Life of a terminal's certificate unless the configuration says otherwise, in days.
pub const CERTIFICATE_DAYS: u16 = 60;

/// Largest certificate request that is read, in bytes of PEM.
const MAX_REQUEST_BYTES: usize = 4_096;

/// A certificate request whose signature was right.
pub struct KeyRequest {
    inner: CertificateSigningRequestParams,
}

/// A certificate as issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Chain, PEM, leaf first.
    pub chain: String,
    /// The certificate's serial number in hexadecimal.
    pub serial_number: String,
    /// When it ends.
    pub until: Timestamp,
}

impl KeyRequest {
    /// Reads a PKCS#10 request. Only its key is used: name, usage and life are ours to say.
    ///
    /// # Errors
    /// [`ProblemCode::EnrolRequest`].
    pub fn read(pem: &str) -> Result<Self, GatewayError> {
        let refuse = |title| GatewayError::refuse(ProblemCode::EnrolRequest, title);
        if pem.len() > MAX_REQUEST_BYTES {
            return Err(refuse("certificate request is too long"));
        }
        let inner = CertificateSigningRequestParams::from_pem(pem).map_err(|_| {
            refuse("certificate request cannot be read or is not signed by its key")
        })?;
        let known = [
            &PKCS_ECDSA_P256_SHA256,
            &PKCS_ECDSA_P384_SHA384,
            &PKCS_ED25519,
        ];
        if !known.contains(&PublicKeyData::algorithm(&inner.public_key)) {
            return Err(refuse("certificate request has a key of another kind"));
        }
        Ok(Self { inner })
    }

    /// Names the key.
    #[must_use]
    pub fn key_hash(&self) -> Sha256Digest {
        Sha256Digest::of(self.inner.public_key.der_bytes())
    }

    /// Issues a certificate of at most [`MAX_CERTIFICATE_DAYS`].
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn issue(
        &self,
        authority: &Authority,
        device: &DeviceId,
        now: Timestamp,
        days: u16,
        entropy: &dyn Entropy,
    ) -> Result<Issued, GatewayError> {
        let days = days.clamp(1, MAX_CERTIFICATE_DAYS);
        let mut params = parameters(device.as_str(), now, i64::from(days), entropy)?;
        params.subject_alt_names = vec![SanType::URI(device_uri(device).as_str().try_into()?)];
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let serial_number = params
            .serial_number
            .as_ref()
            .map(|serial| data_encoding::HEXLOWER.encode(serial.as_ref()))
            .unwrap_or_default();
        let until = Timestamp::from_unix_ms(params.not_after.unix_timestamp() * 1000);
        let certificate = params.signed_by(&self.inner.public_key, authority.issuer())?;
        Ok(Issued {
            chain: certificate.pem(),
            serial_number,
            until,
        })
    }
}

//! TLS of the accepting side: version 1.3 only, terminals' certificates from our own
//! authority only.

use std::sync::Arc;

use protocol::calendar::Timestamp;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};

use super::authority::Keyed;
use super::peer::validity;
use crate::clock::{Clock, TlsTime, unix_time};
use crate::error::GatewayError;

/// TLS sessions kept for resumption. The terminal's record is checked at every request,
/// so a resumed session gains nothing but speed.
const SESSIONS: usize = 8_192;

/// Makes the accepting side's configuration.
///
/// # Errors
/// Certificates or keys that do not fit.
pub fn server_config(
    server: &Keyed,
    device_authorities: &[String],
    clock: Arc<dyn Clock>,
) -> Result<ServerConfig, GatewayError> {
    let provider = Arc::new(ring::default_provider());
    let chain = certificates(&server.certificate)?;
    let key = PrivateKeyDer::from_pem_slice(server.key.as_bytes())
        .map_err(|_| GatewayError::Pki("the server's key cannot be read".to_owned()))?;
    let verifier = DeviceVerifier::new(device_authorities, &provider)?;
    let mut config = ServerConfig::builder_with_details(provider, Arc::new(TlsTime(clock)))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(chain, key)?;
    config.session_storage = rustls::server::ServerSessionMemoryCache::new(SESSIONS);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Reads certificates from PEM.
///
/// # Errors
/// A text without any.
pub fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, GatewayError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(GatewayError::Pki("no certificate in this text".to_owned())),
    }
}

/// Verifies chain, usage and signature in the handshake, but lets a certificate through
/// whose own time is over or has not come: the routes refuse it with a code that the
/// terminal can show, and renewal can be served.
#[derive(Debug)]
struct DeviceVerifier {
    inner: Arc<dyn ClientCertVerifier>,
}

impl DeviceVerifier {
    fn new(authorities: &[String], provider: &Arc<CryptoProvider>) -> Result<Self, GatewayError> {
        let mut roots = RootCertStore::empty();
        for pem in authorities {
            for certificate in certificates(pem)? {
                roots.add(certificate)?;
            }
        }
        let inner =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
                .allow_unauthenticated()
                .build()
                .map_err(|e| GatewayError::Pki(e.to_string()))?;
        Ok(Self { inner })
    }
}

impl ClientCertVerifier for DeviceVerifier {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let first = self
            .inner
            .verify_client_cert(end_entity, intermediates, now);
        let Err(Error::InvalidCertificate(
            CertificateError::ExpiredContext { .. } | CertificateError::NotValidYetContext { .. },
        )) = &first
        else {
            return first;
        };
        // Verified again at an instant of its own life; an authority outside its own time still fails,
        // because it is then outside at `now` and that is looked at here.
        let Some(instant) = own_instant(end_entity, now) else {
            return first;
        };
        self.inner
            .verify_client_cert(end_entity, intermediates, instant)
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// The instant nearest to `now` at which the leaf is valid; `None` if it is valid now, so
/// that the fault was another certificate's.
fn own_instant(leaf: &CertificateDer<'_>, now: UnixTime) -> Option<UnixTime> {
    let (_, leaf) = x509_parser::parse_x509_certificate(leaf).ok()?;
    let (not_before, not_after) = validity(&leaf);
    let now_ms = i64::try_from(now.as_secs()).ok()?.checked_mul(1000)?;
    let now = Timestamp::from_unix_ms(now_ms);
    if now > not_after {
        Some(unix_time(not_after))
    } else if now < not_before {
        Some(unix_time(not_before))
    } else {
        None
    }
}

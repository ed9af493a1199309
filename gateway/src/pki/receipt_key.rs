//! The key that signs receipts (Ed25519, RFC 8037).

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use protocol::exchange::{ReceiptKey, Sha256Digest};
use protocol::jws::{self, Header};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use crate::error::GatewayError;

/// Signs receipt pages.
pub struct ReceiptSigner {
    pair: Ed25519KeyPair,
    header: Header,
}

impl fmt::Debug for ReceiptSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiptSigner({}, key redacted)", self.header.kid())
    }
}

impl ReceiptSigner {
    /// Makes a new key, PKCS#8 DER.
    ///
    /// # Errors
    /// When the generator fails.
    pub fn create() -> Result<Vec<u8>, GatewayError> {
        Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new())
            .map(|key| key.as_ref().to_vec())
            .map_err(|_| GatewayError::Pki("no receipt key could be made".to_owned()))
    }

    /// Takes up a key.
    ///
    /// # Errors
    /// Bytes that are not one.
    pub fn load(pkcs8: &[u8]) -> Result<Self, GatewayError> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8)
            .map_err(|_| GatewayError::Pki("the receipt key cannot be read".to_owned()))?;
        let hash = Sha256Digest::of(pair.public_key().as_ref());
        let kid = BASE64URL_NOPAD.encode(&hash.0[..9]);
        let header = Header::new(&kid).expect("base64url is visible ASCII and short");
        Ok(Self { pair, header })
    }

    /// The public half, as terminals keep it.
    #[must_use]
    pub fn public(&self) -> ReceiptKey {
        ReceiptKey {
            kid: self.header.kid().to_owned(),
            x: BASE64URL_NOPAD.encode(self.pair.public_key().as_ref()),
        }
    }

    /// Signs a payload as a compact JWS.
    #[must_use]
    pub fn sign(&self, payload: &[u8]) -> String {
        let input = jws::signing_input(&self.header, payload);
        let mut signature = [0; jws::SIGNATURE_BYTES];
        signature.copy_from_slice(self.pair.sign(input.as_bytes()).as_ref());
        jws::with_signature(input, &signature)
    }
}

//! Ed25519 keys and digests, by `ring`.

use std::fs;
use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use protocol::exchange::Sha256Digest;
use protocol::jws::{self, Header, Kind};
use protocol::provisioning::image::VerifyKey;
use ring::digest;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

use crate::error::Problem;
use crate::text;

/// SHA-256 piece by piece.
pub struct Hasher(digest::Context);

impl Default for Hasher {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Hasher {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything taken.
    #[must_use]
    pub fn finish(self) -> Sha256Digest {
        as_digest(&self.0.finish())
    }
}

/// SHA-256 of one piece.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Sha256Digest {
    as_digest(&digest::digest(&digest::SHA256, bytes))
}

fn as_digest(digest: &digest::Digest) -> Sha256Digest {
    let mut bytes = [0; Sha256Digest::LENGTH];
    bytes.copy_from_slice(digest.as_ref());
    Sha256Digest(bytes)
}

/// A key that signs images or records. It stays in its file (PKCS#8, mode 600).
pub struct SigningKey {
    pair: Ed25519KeyPair,
    kid: String,
}

impl SigningKey {
    /// Makes a key in a new file, which is whole or not there; an existing one is never replaced.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub fn create(file: &Path) -> Result<Self, Problem> {
        let key = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new())
            .map_err(|_| Problem::Key("none could be made"))?;
        text::write_new(file, key.as_ref())?;
        Self::from_pkcs8(key.as_ref())
    }

    /// Takes a key up from its file.
    ///
    /// # Errors
    /// A file that cannot be read or is no key.
    pub fn load(file: &Path) -> Result<Self, Problem> {
        let bytes = fs::read(file).map_err(|source| Problem::file("read", file, source))?;
        Self::from_pkcs8(&Zeroizing::new(bytes))
    }

    fn from_pkcs8(bytes: &[u8]) -> Result<Self, Problem> {
        let pair = Ed25519KeyPair::from_pkcs8(bytes)
            .map_err(|_| Problem::Key("this is no Ed25519 key in PKCS#8"))?;
        let kid = BASE64URL_NOPAD.encode(&sha256(pair.public_key().as_ref()).0[..9]);
        Ok(Self { pair, kid })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> VerifyKey {
        VerifyKey {
            kid: self.kid.clone(),
            x: BASE64URL_NOPAD.encode(self.pair.public_key().as_ref()),
        }
    }

    /// Signs a payload as a compact JWS of that kind.
    #[must_use]
    pub fn sign(&self, kind: Kind, payload: &[u8]) -> String {
        let header = Header::of(kind, &self.kid).expect("base64url is visible ASCII and short");
        let input = jws::signing_input(&header, payload);
        let mut signature = [0; jws::SIGNATURE_BYTES];
        signature.copy_from_slice(self.pair.sign(input.as_bytes()).as_ref());
        jws::with_signature(input, &signature)
    }
}

/// Whether a key signed those bytes.
#[must_use]
pub fn is_signed(key: &VerifyKey, input: &[u8], signature: &[u8]) -> bool {
    BASE64URL_NOPAD
        .decode(key.x.as_bytes())
        .is_ok_and(|public| {
            UnparsedPublicKey::new(&ED25519, public)
                .verify(input, signature)
                .is_ok()
        })
}

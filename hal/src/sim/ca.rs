//! A card hierarchy of our own: two authorities, two issuers, and a key pair for each card.
//!
//! Making an RSA key takes seconds, so keys live in a directory and are made once. They protect
//! nothing: a device trusts them only when its configuration says `trust = "test"`.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use myna_card::data::sha256_digest_info;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::SimError;
use super::record::tlv;
use crate::card::{TrustError, TrustStore};

/// Size of every key, as on the card.
const KEY_BITS: usize = 2048;

/// 証明者鍵ID of the authority over surface issuers, and over text issuers.
const AUTHORITY_IDS: [&[u8; 7]; 2] = [b"9999023", b"9999033"];

/// 被証明者鍵ID of the two issuers of the invented municipality 99201.
const ISSUER_IDS: [&[u8; 7]; 2] = [b"9920121", b"9920131"];

/// A test hierarchy and the key pairs of the cards below it.
pub struct SimCa {
    dir: PathBuf,
    authorities: [RsaPrivateKey; 2],
    issuers: [RsaPrivateKey; 2],
}

impl SimCa {
    /// Opens the hierarchy in `dir`, making the missing keys.
    ///
    /// # Errors
    /// [`SimError`] when `dir` cannot be written or holds something else.
    pub fn load_or_make(dir: impl Into<PathBuf>) -> Result<Self, SimError> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(|source| file_error(&dir, source))?;
        Ok(Self {
            authorities: [key(&dir, "surface-ca")?, key(&dir, "text-ca")?],
            issuers: [key(&dir, "surface-issuer")?, key(&dir, "text-issuer")?],
            dir,
        })
    }

    /// The hierarchy as a trust file (TOML) for devices that are to trust its cards.
    #[must_use]
    pub fn trust_toml(&self) -> String {
        let mut text = "# Simulated cards. Never trust this on a device in use.\n".to_owned();
        for (id, key) in AUTHORITY_IDS.iter().zip(&self.authorities) {
            let id = HEXLOWER.encode(&key_id(id, b"001"));
            let modulus = HEXLOWER.encode(&modulus(key));
            let _ = write!(
                text,
                "\n[[ca]]\nkey_id = \"{id}\"\nmodulus = \"{modulus}\"\nexponent = 65537\nclass = \"test\"\n"
            );
        }
        text
    }

    /// The hierarchy as a store.
    ///
    /// # Errors
    /// [`TrustError`], which cannot happen for keys of this module.
    pub fn trust_store(&self) -> Result<TrustStore, TrustError> {
        TrustStore::from_toml(&self.trust_toml())
    }

    /// The key pairs of one card: surface application first, then text.
    pub(super) fn card_keys(&self, person: &str) -> Result<[RsaPrivateKey; 2], SimError> {
        Ok([
            key(&self.dir, &format!("card-{person}-surface"))?,
            key(&self.dir, &format!("card-{person}-text"))?,
        ])
    }

    /// A key that no authority knows.
    pub(super) fn rogue_key(&self) -> Result<RsaPrivateKey, SimError> {
        key(&self.dir, "rogue")
    }

    pub(super) fn issuer(&self, application: usize) -> &RsaPrivateKey {
        &self.issuers[application]
    }

    /// The certificate of an issuer key (card-verifiable, tag `7F21`): two key identifiers and
    /// the key, signed by the authority, or by `rogue` in its name.
    pub(super) fn certificate(
        &self,
        application: usize,
        issuer: &RsaPrivateKey,
        rogue: Option<&RsaPrivateKey>,
    ) -> Vec<u8> {
        let mut body = Vec::with_capacity(297);
        body.extend_from_slice(&key_id(AUTHORITY_IDS[application], b"001"));
        body.extend_from_slice(&key_id(ISSUER_IDS[application], b"000"));
        body.extend_from_slice(&public_key(issuer));
        let authority = rogue.unwrap_or(&self.authorities[application]);
        let signature = sign(authority, &body);
        tlv(
            0x7F21,
            &[tlv(0x5F4E, &body), tlv(0x5F37, &signature)].concat(),
        )
    }
}

/// PKCS #1 v1.5 with SHA-256, as every signature of this card profile but the card face's.
pub(super) fn sign(key: &RsaPrivateKey, message: &[u8]) -> Vec<u8> {
    sign_info(key, &sha256_digest_info(&Sha256::digest(message)))
}

/// PKCS #1 v1.5 over a finished DigestInfo.
pub(super) fn sign_info(key: &RsaPrivateKey, digest_info: &[u8]) -> Vec<u8> {
    key.sign(Pkcs1v15Sign::new_unprefixed(), digest_info)
        .expect("a DigestInfo of at most 115 bytes fits under a key of 2048 bits")
}

/// A public key as the card writes it: `90` exponent, `91` modulus.
pub(super) fn public_key(key: &RsaPrivateKey) -> Vec<u8> {
    [tlv(0x90, &[1, 0, 1]), tlv(0x91, &modulus(key))].concat()
}

fn modulus(key: &RsaPrivateKey) -> Vec<u8> {
    key.n().to_bytes_be()
}

fn key_id(number: &[u8; 7], group: &[u8; 3]) -> [u8; 16] {
    let mut id = [0; 16];
    id[..7].copy_from_slice(number);
    id[7..9].copy_from_slice(&[0x08, 0x05]);
    id[9..12].copy_from_slice(group);
    id
}

/// Reads a key, or makes it. Two processes may come here at once: the first file stays.
fn key(dir: &Path, name: &str) -> Result<RsaPrivateKey, SimError> {
    let path = dir.join(format!("{name}.key"));
    match fs::read(&path) {
        Ok(der) => return read_key(&path, &der),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(source) => return Err(file_error(&path, source)),
    }
    let key = RsaPrivateKey::new(&mut OsRng, KEY_BITS)
        .map_err(|_| SimError::Key(path.display().to_string()))?;
    let der = key
        .to_pkcs8_der()
        .map_err(|_| SimError::Key(path.display().to_string()))?;
    let unique = HEXLOWER.encode(&Sha256::digest(der.as_bytes())[..8]);
    let fresh = dir.join(format!("{name}.{unique}.new"));
    fs::write(&fresh, der.as_bytes()).map_err(|source| file_error(&fresh, source))?;
    let linked = fs::hard_link(&fresh, &path);
    fs::remove_file(&fresh).map_err(|source| file_error(&fresh, source))?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let der = fs::read(&path).map_err(|source| file_error(&path, source))?;
            read_key(&path, &der)
        }
        Err(source) => Err(file_error(&path, source)),
    }
}

fn read_key(path: &Path, der: &[u8]) -> Result<RsaPrivateKey, SimError> {
    RsaPrivateKey::from_pkcs8_der(der)
        .ok()
        .filter(|key| key.size() * 8 == KEY_BITS)
        .ok_or_else(|| SimError::Key(path.display().to_string()))
}

pub(super) fn file_error(path: &Path, source: std::io::Error) -> SimError {
    SimError::File {
        path: path.display().to_string(),
        source,
    }
}

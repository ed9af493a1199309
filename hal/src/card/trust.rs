//! The card authorities that this device trusts: a data file, so that another hierarchy can be
//! trusted without a build.
//!
//! ```toml
//! [[ca]]
//! key_id = "39393939303233080530303100000000"   # 証明者鍵ID, 16 bytes
//! modulus = "c0ffee…"                             # big-endian, 2048 bits
//! exponent = 65537
//! class = "test"                                 # or "production"
//! ```

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;
use myna_card::data::{KeyId, RsaPublicKey};
use serde::Deserialize;
use toml::Spanned;

use super::TrustClass;

/// Most authorities in one store. Five or six are in use.
const MAX_AUTHORITIES: usize = 64;

/// Bytes of the only modulus that cards of this profile use.
const MODULUS_LEN: usize = 256;

/// The card authorities that this device trusts.
#[derive(Clone, Default)]
pub struct TrustStore {
    authorities: Vec<Authority>,
}

#[derive(Clone)]
struct Authority {
    id: KeyId,
    key: RsaPublicKey,
    class: TrustClass,
}

/// What is wrong with a trust file, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct TrustError {
    /// Counted from one.
    pub line: usize,
    /// For the technician, in English.
    pub what: String,
}

impl TrustStore {
    /// The authorities of the cards issued to people (表: 券面事項確認AP and 券面入力補助AP), as
    /// published with `myna-card`.
    #[must_use]
    pub fn production() -> Self {
        let authorities = myna_card::ca::KNOWN
            .iter()
            // Identifiers of the production hierarchy begin with 5, of the issuer's test
            // hierarchy with 6; x000020 signs the chain of the master file, which is not used.
            .filter(|ca| matches!(ca.name(), "5000023" | "5000033"))
            .filter_map(|ca| {
                Some(Authority {
                    id: KeyId::parse(ca.key_id).ok()?,
                    key: ca.to_public_key(),
                    class: TrustClass::Production,
                })
            })
            .collect();
        Self { authorities }
    }

    /// Reads a trust file.
    ///
    /// # Errors
    /// [`TrustError`] names the first line that cannot be used.
    pub fn from_toml(text: &str) -> Result<Self, TrustError> {
        let file: File = toml::from_str(text).map_err(|error| TrustError {
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            what: error.message().to_owned(),
        })?;
        let mut store = Self::default();
        for entry in file.ca {
            let line = line_of(text, entry.key_id.span().start);
            if store.authorities.len() == MAX_AUTHORITIES {
                let what = format!("more than {MAX_AUTHORITIES} authorities");
                return Err(TrustError { line, what });
            }
            let authority = entry.check(text)?;
            if store.find(&authority.id).is_some() {
                let what = "this key_id stands in the file twice".to_owned();
                return Err(TrustError { line, what });
            }
            store.authorities.push(authority);
        }
        Ok(store)
    }

    /// Adds the authorities of `other`; an identifier that is already known keeps its first key.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for authority in other.authorities {
            if self.find(&authority.id).is_none() && self.authorities.len() < MAX_AUTHORITIES {
                self.authorities.push(authority);
            }
        }
        self
    }

    /// Whether cards of a test hierarchy are trusted: the screen must say 「試験用」.
    #[must_use]
    pub fn trusts_test_cards(&self) -> bool {
        self.authorities
            .iter()
            .any(|authority| authority.class == TrustClass::Test)
    }

    /// Number of authorities.
    #[must_use]
    pub fn len(&self) -> usize {
        self.authorities.len()
    }

    /// Whether nothing is trusted: every card ends as a rogue issuer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.authorities.is_empty()
    }

    pub(super) fn find(&self, id: &KeyId) -> Option<(&RsaPublicKey, TrustClass)> {
        self.authorities
            .iter()
            .find(|authority| authority.id == *id)
            .map(|authority| (&authority.key, authority.class))
    }
}

impl fmt::Debug for TrustStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.authorities.iter();
        f.debug_map()
            .entries(entries.map(|authority| (authority.id.to_string(), authority.class)))
            .finish()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ca: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key_id: Spanned<String>,
    modulus: Spanned<String>,
    exponent: Spanned<u32>,
    class: TrustClass,
}

impl Entry {
    fn check(&self, text: &str) -> Result<Authority, TrustError> {
        let wrong = |at: usize, what: &str| TrustError {
            line: line_of(text, at),
            what: what.to_owned(),
        };
        let id = HEXLOWER_PERMISSIVE
            .decode(self.key_id.get_ref().as_bytes())
            .ok()
            .and_then(|bytes| KeyId::parse(&bytes).ok())
            .ok_or_else(|| {
                let at = self.key_id.span().start;
                wrong(at, "key_id is not a key identifier of 16 bytes in hex")
            })?;
        let modulus = HEXLOWER_PERMISSIVE
            .decode(self.modulus.get_ref().as_bytes())
            .ok()
            .filter(|bytes| bytes.len() == MODULUS_LEN && bytes[0] >= 0x80 && bytes[255] & 1 == 1)
            .ok_or_else(|| {
                let at = self.modulus.span().start;
                wrong(at, "modulus is not an RSA modulus of 2048 bits in hex")
            })?;
        if *self.exponent.get_ref() != 65_537 {
            let at = self.exponent.span().start;
            return Err(wrong(at, "exponent is not 65537"));
        }
        Ok(Authority {
            id,
            key: RsaPublicKey {
                exponent: vec![1, 0, 1],
                modulus,
            },
            class: self.class,
        })
    }
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    1 + before.filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entry(id: &str, modulus: &str, exponent: &str, class: &str) -> String {
        format!(
            "[[ca]]\nkey_id = \"{id}\"\nmodulus = \"{modulus}\"\nexponent = {exponent}\nclass = \"{class}\"\n"
        )
    }

    const ID: &str = "39393939303233080530303100000000";

    #[test]
    fn a_trust_file_is_read_and_its_test_class_is_known() {
        let modulus = "c1".repeat(256);
        let store = TrustStore::from_toml(&entry(ID, &modulus, "65537", "test")).unwrap();
        assert_eq!(store.len(), 1);
        assert!(store.trusts_test_cards());
        let both = TrustStore::production().and(store);
        assert_eq!(both.len(), 3);
        assert!(format!("{both:?}").contains("9999023/001"));
    }

    #[test]
    fn the_production_store_trusts_no_test_card() {
        let store = TrustStore::production();
        assert_eq!(store.len(), 2);
        assert!(!store.trusts_test_cards());
    }

    #[test]
    fn a_mistake_in_a_trust_file_is_named_with_its_line() {
        let good = "c1".repeat(256);
        let cases = [
            (entry("39", &good, "65537", "test"), 2),
            (entry(ID, "c1c1", "65537", "test"), 3),
            (entry(ID, &"41".repeat(256), "65537", "test"), 3),
            (entry(ID, &good, "3", "test"), 4),
            (entry(ID, &good, "65537", "other"), 5),
            (entry(ID, &good, "65537", "test") + "colour = 1\n", 6),
            (entry(ID, &good, "65537", "test").repeat(2), 7),
            ("[[ca]\n".to_owned(), 1),
        ];
        for (text, line) in cases {
            let error = TrustStore::from_toml(&text).unwrap_err();
            assert_eq!(error.line, line, "{error}");
        }
    }
}

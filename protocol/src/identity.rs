//! Names of things by what they are: a terminal, a content.

use std::fmt;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::value::{plain_display, text_value};

/// A terminal's identity: the common name of its certificate, `MDG-` and twelve
/// characters of the alphabet without 0, O, 1 and I.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct DeviceId(String);

/// Thirty-two signs that nobody mistakes for one another on a printed sheet.
const DEVICE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const DEVICE_PREFIX: &str = "MDG-";
const DEVICE_SIGNS: usize = 12;

impl DeviceId {
    /// Reads an identity exactly as it is written in the certificate.
    ///
    /// # Errors
    /// [`NotAnIdentity`] for everything else.
    pub fn parse(text: &str) -> Result<Self, NotAnIdentity> {
        let signs = text.strip_prefix(DEVICE_PREFIX).ok_or(NotAnIdentity)?;
        if signs.len() == DEVICE_SIGNS && signs.bytes().all(|b| DEVICE_ALPHABET.contains(&b)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnIdentity)
        }
    }

    /// Makes an identity from random bytes, of which five bits each are used.
    #[must_use]
    pub fn from_random(random: [u8; DEVICE_SIGNS]) -> Self {
        let signs = random.map(|byte| char::from(DEVICE_ALPHABET[usize::from(byte % 32)]));
        Self(DEVICE_PREFIX.chars().chain(signs).collect())
    }
}

text_value!(DeviceId, NotAnIdentity, "a terminal's identity");
plain_display!(DeviceId);

/// SHA-256, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct Sha256Digest(pub [u8; 32]);

impl Sha256Digest {
    /// Bytes of a digest.
    pub const LENGTH: usize = 32;

    /// The digest of a content.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// Reads 64 lower-case hexadecimal digits and nothing else: one digest has one text.
    ///
    /// # Errors
    /// [`NotAnIdentity`] for everything else.
    pub fn parse(text: &str) -> Result<Self, NotAnIdentity> {
        let mut bytes = [0; Self::LENGTH];
        if text.len() != Self::LENGTH * 2 {
            return Err(NotAnIdentity);
        }
        match HEXLOWER.decode_mut(text.as_bytes(), &mut bytes) {
            Ok(Self::LENGTH) => Ok(Self(bytes)),
            _ => Err(NotAnIdentity),
        }
    }

    /// The digest's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn hex(self) -> [u8; Self::LENGTH * 2] {
        let mut text = [0; Self::LENGTH * 2];
        HEXLOWER.encode_mut(&self.0, &mut text);
        text
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.hex()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Sha256Digest {
    type Err = NotAnIdentity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Sha256Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hex = self.hex();
        serializer.serialize_str(std::str::from_utf8(&hex).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Sha256Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::value::parsed(
            deserializer,
            "64 lower-case hexadecimal digits",
            Self::parse,
        )
    }
}

/// The text does not have the shape of the identity or digest that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identity of that kind")]
pub struct NotAnIdentity;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_digest_is_lower_case_hexadecimal() {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest = Sha256Digest::of(b"abc");
        assert_eq!(digest.to_string(), text);
        assert_eq!(format!("{digest:?}"), text);
        assert_eq!(Sha256Digest::parse(text), Ok(digest));
        assert!(Sha256Digest::parse(&text.to_uppercase()).is_err());
        assert!(Sha256Digest::parse(&text[1..]).is_err());
        assert!(Sha256Digest::parse(&format!("{text}0")).is_err());
        assert!(Sha256Digest::parse(&"g".repeat(64)).is_err());
    }

    #[test]
    fn an_identity_has_no_sign_that_can_be_mistaken() {
        let id = DeviceId::from_random([0, 7, 8, 31, 32, 255, 1, 2, 3, 4, 5, 6]);
        assert_eq!(id.as_str(), "MDG-29AZ2Z345678");
        assert_eq!(DeviceId::parse(id.as_str()), Ok(id));
        for wrong in [
            "",
            "MDG-",
            "MDG-29AZ2Z34567",
            "MDG-29AZ2Z3456789",
            "MDG-O9AZ2Z345678",
            "MDG-09AZ2Z345678",
            "mdg-29AZ2Z345678",
            "MDG-29az2z345678",
            " MDG-29AZ2Z345678",
        ] {
            assert!(DeviceId::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = DeviceId::parse(&text);
            let _ = Sha256Digest::parse(&text);
        }

        #[test]
        fn digests_and_identities_survive_the_wire(bytes in any::<[u8; 32]>(), random in any::<[u8; 12]>()) {
            let digest = Sha256Digest(bytes);
            let json = serde_json::to_string(&digest).unwrap();
            prop_assert_eq!(serde_json::from_str::<Sha256Digest>(&json).unwrap(), digest);
            let id = DeviceId::from_random(random);
            prop_assert_eq!(DeviceId::parse(id.as_str()).unwrap(), id);
        }
    }
}

//! Versions of images and tools.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::NotAUnitValue;

/// `MAJOR.MINOR.PATCH`, each a number (Semantic Versioning without pre-releases).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// Major, minor, patch.
    parts: [u32; 3],
}

impl Version {
    /// Reads a version.
    ///
    /// # Errors
    /// [`NotAUnitValue`] for everything but three numbers with dots.
    pub fn parse(text: &str) -> Result<Self, NotAUnitValue> {
        const WRONG: NotAUnitValue = NotAUnitValue("a version (1.2.3)");
        let mut parts = [0; 3];
        let mut words = text.split('.');
        for part in &mut parts {
            let word = words.next().ok_or(WRONG)?;
            let plain = !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_digit())
                && (word == "0" || !word.starts_with('0'));
            *part = if plain {
                word.parse().map_err(|_| WRONG)?
            } else {
                return Err(WRONG);
            };
        }
        if words.next().is_some() {
            return Err(WRONG);
        }
        Ok(Self { parts })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.parts;
        f.pad(&format!("{major}.{minor}.{patch}"))
    }
}

impl std::str::FromStr for Version {
    type Err = NotAUnitValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::value::parsed(deserializer, "a version", Self::parse)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn versions_are_ordered_by_number_and_have_one_spelling() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("0.9.0") < version("0.10.0"));
        assert!(version("1.0.0") > version("0.99.99"));
        for wrong in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "1.02.3",
            "v1.2.3",
            "1.2.-3",
            "1.2.99999999999",
        ] {
            assert!(Version::parse(wrong).is_err(), "{wrong}");
        }
    }
}

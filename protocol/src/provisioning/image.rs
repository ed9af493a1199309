//! `image.json`: what a disk image is, signed with Ed25519 in `image.json.sig`.
//!
//! The signature is a compact JWS with the payload left out (RFC 7515, appendix F) over the
//! exact bytes of the file. An image is a raw disk, alone or compressed with Zstandard.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Board, NotAUnitValue};
use crate::calendar::Timestamp;
use crate::identity::Sha256Digest;

/// Version of the format that this build writes and reads.
pub const FORMAT: u32 = 1;

/// Largest distance between two borders of ranges in bytes.
pub const RANGE_BYTES: u64 = 4 * 1024 * 1024;

/// Largest image in bytes: what fits the largest card that is offered.
pub const MAX_IMAGE_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// Largest `image.json` in bytes.
pub const MAX_MANIFEST_BYTES: usize = 4 * 1024 * 1024;

/// Images are whole sectors of this many bytes.
pub const SECTOR_BYTES: u64 = 512;

/// What a disk image is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageManifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of what is in it.
    pub version: Version,
    /// Lowest version that may follow it on a card: the floor against downgrades.
    pub minimum_version: Version,
    /// Boards it starts on.
    pub boards: Vec<Board>,
    /// What was built, such as `appliance`; both profiles of the unit are in one image.
    pub profile: String,
    /// When it was built.
    pub built_at: Timestamp,
    /// The file beside this one.
    pub file: StoredFile,
    /// Size of the raw disk in bytes.
    pub bytes: u64,
    /// SHA-256 of the raw disk.
    pub sha256: Sha256Digest,
    /// Where the configuration partition lies in the raw disk.
    pub config: Extent,
    /// SHA-256 of each range, in order and without gaps: every 4 MiB, and cut at both ends of
    /// the configuration partition, so that all ranges outside it are the same on every card.
    pub ranges: Vec<Range>,
}

/// The image's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredFile {
    /// Its name, without folders.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How the raw disk is packed.
    pub packing: Packing,
}

/// How the raw disk is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Packing {
    /// Not at all.
    Raw,
    /// Zstandard (RFC 8878).
    Zstd,
}

/// A piece of the disk in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub bytes: u64,
}

impl Extent {
    /// The first byte behind it.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.offset.saturating_add(self.bytes)
    }
}

/// A piece of the disk and its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: Sha256Digest,
}

/// What is wrong with an `image.json` beyond its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Written by another version.
    #[error("format: this build reads version {FORMAT}")]
    Format,
    /// No board is named.
    #[error("boards: none is named")]
    Boards,
    /// The file's name leaves its folder.
    #[error("file: a name without folders")]
    File,
    /// Not whole sectors, nothing, or more than [`MAX_IMAGE_BYTES`].
    #[error("bytes: whole sectors, at most {MAX_IMAGE_BYTES} bytes")]
    Bytes,
    /// The configuration partition is not whole sectors inside the disk behind its first MiB.
    #[error("config: whole sectors inside the disk, behind its first MiB")]
    Config,
    /// The ranges are not those that follow from size and configuration partition.
    #[error("ranges: not those of this disk")]
    Ranges,
    /// The floor is above the image itself.
    #[error("minimum_version: above the image's own version")]
    Minimum,
}

impl ImageManifest {
    /// Checks what the types alone cannot hold.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ManifestError> {
        use ManifestError as E;
        if self.format != FORMAT {
            return Err(E::Format);
        }
        if self.boards.is_empty() {
            return Err(E::Boards);
        }
        let name = &self.file.name;
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            return Err(E::File);
        }
        if self.bytes == 0 || self.bytes > MAX_IMAGE_BYTES || self.bytes % SECTOR_BYTES != 0 {
            return Err(E::Bytes);
        }
        let config = self.config;
        let inside = config.offset >= 1024 * 1024
            && config.bytes > 0
            && config.end() <= self.bytes
            && config.offset % SECTOR_BYTES == 0
            && config.bytes % SECTOR_BYTES == 0;
        if !inside {
            return Err(E::Config);
        }
        let expected = borders(self.bytes, config);
        let same = expected.len() == self.ranges.len()
            && expected
                .iter()
                .zip(&self.ranges)
                .all(|(e, r)| e.offset == r.offset && e.bytes == r.bytes);
        if !same {
            return Err(E::Ranges);
        }
        if self.minimum_version > self.version {
            return Err(E::Minimum);
        }
        Ok(())
    }
}

/// The ranges of a disk of that size: every [`RANGE_BYTES`], cut at both ends of `config`.
#[must_use]
pub fn borders(bytes: u64, config: Extent) -> Vec<Extent> {
    let mut extents = Vec::new();
    let mut offset = 0;
    while offset < bytes {
        let grid = (offset / RANGE_BYTES + 1) * RANGE_BYTES;
        let end = [grid, config.offset, config.end(), bytes]
            .into_iter()
            .filter(|end| *end > offset)
            .min()
            .unwrap_or(bytes);
        extents.push(Extent {
            offset,
            bytes: end - offset,
        });
        offset = end;
    }
    extents
}

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

/// Keys whose images are taken, and the oldest one of them: a data file, never compiled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKeys {
    /// Images below this version are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_version: Option<Version>,
    /// The keys: current and next.
    pub key: Vec<VerifyKey>,
}

impl TrustedKeys {
    /// The key of that id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&VerifyKey> {
        self.key.iter().find(|key| key.kid == kid)
    }
}

/// The public half of a key that signs images or records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyKey {
    /// Key id, as in the signature's header.
    pub kid: String,
    /// Ed25519 public key, base64url without padding (RFC 8037 `x`).
    pub x: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const MIB: u64 = 1024 * 1024;

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

    proptest! {
        #[test]
        fn ranges_cover_the_disk_once_and_stop_at_the_configuration(
            sectors in 4096_u64..200_000, start in 2048_u64..4000, length in 1_u64..60_000,
        ) {
            let bytes = sectors * SECTOR_BYTES;
            let length = length.min(sectors - start);
            let config = Extent { offset: start * SECTOR_BYTES, bytes: length * SECTOR_BYTES };
            let mut at = 0;
            for extent in borders(bytes, config) {
                prop_assert_eq!(extent.offset, at);
                prop_assert!(extent.bytes > 0 && extent.bytes <= RANGE_BYTES);
                let inside = extent.offset >= config.offset && extent.end() <= config.end();
                let outside = extent.end() <= config.offset || extent.offset >= config.end();
                prop_assert!(inside || outside);
                at = extent.end();
            }
            prop_assert_eq!(at, bytes);
        }
    }

    #[test]
    fn a_manifest_whose_ranges_are_not_its_disks_is_refused() {
        let config = Extent {
            offset: MIB,
            bytes: MIB,
        };
        let range = |e: &Extent| Range {
            offset: e.offset,
            bytes: e.bytes,
            sha256: Sha256Digest([0; 32]),
        };
        let manifest = ImageManifest {
            format: FORMAT,
            version: Version::parse("0.2.0").unwrap(),
            minimum_version: Version::parse("0.1.0").unwrap(),
            boards: vec![Board::Qemu],
            profile: "appliance".to_owned(),
            built_at: Timestamp::from_unix_ms(0),
            file: StoredFile {
                name: "a.img".to_owned(),
                bytes: 8 * MIB,
                packing: Packing::Raw,
            },
            bytes: 8 * MIB,
            sha256: Sha256Digest([0; 32]),
            config,
            ranges: borders(8 * MIB, config).iter().map(range).collect(),
        };
        manifest.check().unwrap();
        let wrong = |change: &dyn Fn(&mut ImageManifest)| {
            let mut manifest = manifest.clone();
            change(&mut manifest);
            manifest.check().unwrap_err()
        };
        assert_eq!(wrong(&|m| m.ranges[1].bytes -= 512), ManifestError::Ranges);
        assert_eq!(
            wrong(&|m| {
                m.ranges.pop();
            }),
            ManifestError::Ranges
        );
        assert_eq!(wrong(&|m| m.bytes += 1), ManifestError::Bytes);
        assert_eq!(wrong(&|m| m.config.offset = 512), ManifestError::Config);
        assert_eq!(
            wrong(&|m| m.config.bytes = u64::MAX - 511),
            ManifestError::Config
        );
        assert_eq!(
            wrong(&|m| m.file.name = "../a.img".to_owned()),
            ManifestError::File
        );
        assert_eq!(wrong(&|m| m.boards.clear()), ManifestError::Boards);
        let minimum = Version::parse("0.3.0").unwrap();
        assert_eq!(
            wrong(&|m| m.minimum_version = minimum),
            ManifestError::Minimum
        );
    }
}

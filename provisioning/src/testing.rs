//! Small images for tests: of this crate, and of whoever builds on it.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use fatfs::{FormatVolumeOptions, format_volume};
use protocol::calendar::Timestamp;
use protocol::number::OfficeNumber;
use protocol::provisioning::device::{
    Board, Card, DeviceConfig, Enrolment, FORMAT, Gateway, Locale, Network, PARTITION_LABEL, Panel,
    Place, Rotation, Screen, Token, Trust, Wired,
};
use protocol::provisioning::image::TrustedKeys;
use protocol::provisioning::{UnitSerial, Version};

use crate::image::{Description, SignedImage, describe, sign};
use crate::seal::{SigningKey, sha256};

const MIB: usize = 1024 * 1024;

/// Size of the small image in bytes.
pub const IMAGE_BYTES: usize = 9 * MIB;

/// Where its configuration partition begins, and how long it is.
const CONFIG: (usize, usize) = (5 * MIB, MIB);

/// A folder with a small signed image.
pub struct Fixture {
    /// `image.json`.
    pub manifest: PathBuf,
    /// The image's file.
    pub file: PathBuf,
    /// The raw disk.
    pub raw: Vec<u8>,
    /// The key it is signed with.
    pub keys: TrustedKeys,
    /// The key's file.
    pub key_file: PathBuf,
    /// The file of trusted keys.
    pub keys_file: PathBuf,
}

impl Fixture {
    /// Makes a small image in a folder, compressed or not, and signs it.
    ///
    /// # Panics
    /// When the folder cannot be written.
    #[expect(
        clippy::must_use_candidate,
        reason = "the files are what some tests want"
    )]
    pub fn make(folder: &Path, compressed: bool) -> Self {
        let raw = disk();
        let (name, bytes) = if compressed {
            let level = ruzstd::encoding::CompressionLevel::Fastest;
            let packed = ruzstd::encoding::compress_to_vec(raw.as_slice(), level);
            ("unit.img.zst", packed)
        } else {
            ("unit.img", raw.clone())
        };
        let file = folder.join(name);
        fs::write(&file, bytes).expect(BROKEN);
        let manifest = folder.join("image.json");
        let described = describe(Description {
            image: file.clone(),
            version: version("0.2.0"),
            minimum_version: version("0.1.0"),
            boards: vec![Board::Pi4, Board::Qemu],
            profile: "appliance".to_owned(),
            built_at: Timestamp::from_unix_ms(1_790_000_000_000),
        })
        .expect(BROKEN);
        fs::write(&manifest, serde_json::to_vec(&described).expect(BROKEN)).expect(BROKEN);
        let key_file = folder.join("image.key");
        let key = SigningKey::create(&key_file).expect(BROKEN);
        sign(&manifest, &key).expect(BROKEN);
        let keys = TrustedKeys {
            minimum_version: Some(version("0.1.0")),
            key: vec![key.public()],
        };
        let keys_file = folder.join("keys.toml");
        fs::write(&keys_file, toml::to_string(&keys).expect(BROKEN)).expect(BROKEN);
        Self {
            manifest,
            file,
            raw,
            keys,
            key_file,
            keys_file,
        }
    }

    /// The image, its signature checked.
    ///
    /// # Panics
    /// When it is not whole.
    #[must_use]
    pub fn image(&self) -> SignedImage {
        SignedImage::open(&self.manifest, &self.keys).expect(BROKEN)
    }

    /// What a card for that unit begins with.
    ///
    /// # Panics
    /// When the unit does not fit its partition.
    #[must_use]
    pub fn expected(&self, unit: &DeviceConfig) -> Vec<u8> {
        let mut raw = self.raw.clone();
        crate::unit::write(&mut raw[CONFIG.0..CONFIG.0 + CONFIG.1], unit).expect(BROKEN);
        raw
    }
}

/// A root as it stands on a card.
pub const ROOT: &str = "-----BEGIN CERTIFICATE-----\nTUFET0dVQ0hJ\n-----END CERTIFICATE-----\n";

/// A unit that the small image takes.
///
/// # Panics
/// Never: a test makes one.
#[must_use]
pub fn unit(serial: &str) -> DeviceConfig {
    DeviceConfig {
        format: FORMAT,
        serial: UnitSerial::parse(serial).expect(BROKEN),
        office: OfficeNumber::parse("9970000015").expect(BROKEN),
        site: "1階受付".to_owned(),
        locale: Locale::Ja,
        board: Board::Qemu,
        offline_lock_days: None,
        screen: Screen {
            place: Place::Counter,
            panel: Panel::Ten,
            rotation: Rotation::None,
        },
        network: Network {
            wired: Some(Wired::default()),
            ..Network::default()
        },
        gateway: Gateway {
            endpoint: "https://gateway.example:8443".to_owned(),
            roots: vec![ROOT.to_owned()],
        },
        card: Card { trust: Trust::Test },
        desks: Vec::new(),
        enrolment: Some(Enrolment {
            token: Token::parse("ABCDE-FGHJK-LMNPQ-RSTUV").expect(BROKEN),
            expires_at: None,
        }),
    }
}

/// A version.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn version(text: &str) -> Version {
    Version::parse(text).expect(BROKEN)
}

/// A disk with a partition table, a system partition with bytes that repeat nowhere, an empty
/// stretch, and the configuration partition.
fn disk() -> Vec<u8> {
    let mut disk = Vec::with_capacity(IMAGE_BYTES);
    for block in 0..(IMAGE_BYTES / 32) as u64 {
        disk.extend_from_slice(sha256(&block.to_be_bytes()).as_bytes());
    }
    disk[512..MIB].fill(0);
    // From 6 MiB to 8 MiB nothing is stored.
    disk[6 * MIB..8 * MIB].fill(0);
    let entry = |kind: u8, first: usize, bytes: usize| {
        let mut entry = [0; 16];
        entry[4] = kind;
        entry[8..12].copy_from_slice(&((first / 512) as u32).to_le_bytes());
        entry[12..16].copy_from_slice(&((bytes / 512) as u32).to_le_bytes());
        entry
    };
    disk[..512].fill(0);
    disk[446..462].copy_from_slice(&entry(0x83, MIB, 4 * MIB));
    disk[462..478].copy_from_slice(&entry(0x0c, CONFIG.0, CONFIG.1));
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    let mut label = [b' '; 11];
    label[..PARTITION_LABEL.len()].copy_from_slice(PARTITION_LABEL.as_bytes());
    let partition = &mut disk[CONFIG.0..CONFIG.0 + CONFIG.1];
    partition.fill(0);
    let options = FormatVolumeOptions::new().volume_label(label).volume_id(1);
    format_volume(Cursor::new(partition), options).expect(BROKEN);
    disk
}

const BROKEN: &str = "the fixture fails where it must not";

//! The record of one card that was written: signed by the station (the technician's
//! machine) as a compact JWS, taken by the gateway only for images and stations it knows.

use serde::{Deserialize, Serialize};

use super::{Board, UnitSerial, Version};
use crate::calendar::Timestamp;
use crate::identity::Sha256Digest;
use crate::number::OfficeNumber;
use crate::problem::ProblemCode;

/// Version of the format that this build writes and reads.
pub const FORMAT: u32 = 1;

/// Largest payload in bytes.
pub const MAX_RECORD_BYTES: usize = 8 * 1024;

/// What was written, for whom, and how it went. No token, no passphrase, no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlashRecord {
    /// [`FORMAT`].
    pub format: u32,
    /// SHA-256 of the raw disk image.
    pub image: Sha256Digest,
    /// Its version.
    pub version: Version,
    /// Serial of the unit the card is for.
    pub serial: UnitSerial,
    /// 事業所番号 it is for.
    pub office: OfficeNumber,
    /// Board it is for.
    pub board: Board,
    /// SHA-256 of the unit's configuration without its token: two cards of one unit can be
    /// told to be the same.
    pub config: Sha256Digest,
    /// The card, by the serial its reader tells.
    pub card: String,
    /// Size of the card in bytes.
    pub card_bytes: u64,
    /// Version of the tool.
    pub tool: Version,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// How it went.
    pub result: FlashResult,
}

/// How writing a card went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum FlashResult {
    /// Every byte was read back and is right.
    Verified,
    /// The card does not start.
    Failed {
        /// Why.
        code: ProblemCode,
    },
}

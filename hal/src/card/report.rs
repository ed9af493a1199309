//! What a verification found, and nothing about what it means: that is for the screen to say.

use std::fmt;
use std::time::Duration;

use protocol::calendar::Date;
use zeroize::Zeroize;

use super::{Bitmap, Photo, Refusal, Tries};

/// The result of [`CheckFace`](super::CardJob::CheckFace). All signature checks passed; a card
/// that fails one ends as [`NotGenuine`](super::NotGenuine) instead.
///
/// Wipes name, address and pictures when dropped.
#[derive(Debug)]
pub struct FaceReport {
    /// What was proven.
    pub verdicts: Verdicts,
    /// Name and address as text (unsigned, agreeing with the signed face in birth and sex).
    pub attributes: Attributes,
    /// 顔写真; `None` when the picture would not decode.
    pub photo: Option<Photo>,
    /// 氏名 as printed on the card.
    pub name_image: Option<Bitmap>,
    /// 住所 as printed on the card.
    pub address_image: Option<Bitmap>,
    /// The year inside the 照合番号B that the card accepted.
    pub expiry_year: u16,
    /// The expiry written on the card. No signature covers it.
    pub expires_on: Option<Date>,
    /// Whether `expires_on` falls in `expiry_year`. When false the written expiry is forged or
    /// damaged and must not be believed.
    pub expiry_bound: bool,
    /// Whether the text application agrees with the signed face in birth date and sex. Always
    /// true here: a card that disagrees is not genuine.
    pub applications_agree: bool,
    /// SHA-256 of the verified fields, for the record of the verification.
    pub evidence: [u8; 32],
    /// Commands sent to the card, all connections of the job together.
    pub apdus: u32,
    /// Time spent waiting for the card and its reader.
    pub time_in_card: Duration,
    /// Time spent in our own code between the first and the last command.
    pub time_in_code: Duration,
    /// Which hierarchy vouches for the card.
    pub trust: TrustClass,
    /// Commands refused before the reader (normally none).
    pub refused: Vec<Refusal>,
}

/// The result of [`CheckPin`](super::CardJob::CheckPin).
#[derive(Debug)]
pub struct PinReport {
    /// What was proven.
    pub verdicts: Verdicts,
    /// As read from this card in this session, *without* a signature; the screen says so.
    pub attributes: Attributes,
    /// The PIN's counter as it stood before the PIN was presented.
    pub tries_before: Tries,
    /// SHA-256 of the fields read and of the verified key.
    pub evidence: [u8; 32],
    /// Commands sent to the card.
    pub apdus: u32,
    /// Time spent waiting for the card and its reader.
    pub time_in_card: Duration,
    /// Time spent in our own code between the first and the last command.
    pub time_in_code: Duration,
    /// Which hierarchy vouches for the card.
    pub trust: TrustClass,
    /// Commands refused before the reader (normally none).
    pub refused: Vec<Refusal>,
}

/// The three questions of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdicts {
    /// The record (or, in PIN mode, the card's key) is signed below a trusted card authority.
    pub authentic: bool,
    /// The card answered our fresh challenges with the keys inside the signed records.
    pub present: bool,
    /// The card accepted what was typed: 照合番号B or the PIN. Comparing the face is not part of
    /// this; only a person can do it.
    pub code_accepted: bool,
}

/// 基本4情報 from the text application. Wiped when dropped, never printed.
pub struct Attributes {
    /// 氏名, family and given name separated by U+3000 as on the card.
    pub name: String,
    /// 住所.
    pub address: String,
    /// 生年月日.
    pub born_on: Date,
    /// 性別.
    pub sex: Sex,
}

impl Drop for Attributes {
    fn drop(&mut self) {
        self.name.zeroize();
        self.address.zeroize();
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes(****)")
    }
}

/// 性別 as the card writes it (JIS X 0303).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// `1`
    Male,
    /// `2`
    Female,
    /// `0`
    Unknown,
    /// `9`
    NotApplicable,
}

/// Which kind of hierarchy a trusted card authority belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustClass {
    /// Cards issued to people.
    Production,
    /// Test cards: a device that trusts them says 「試験用」 on every screen.
    Test,
}

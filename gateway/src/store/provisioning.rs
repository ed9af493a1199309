//! Rows about images that are known, machines that write cards, and the cards they wrote.

use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::number::OfficeNumber;
use protocol::provisioning::image::VerifyKey;
use protocol::provisioning::{FlashRecord, Version};

use crate::error::GatewayError;

/// An image that may stand on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownImage {
    /// SHA-256 of the raw disk.
    pub sha256: Sha256Digest,
    /// Its version.
    pub version: Version,
    /// Since when it is known.
    pub added_at: Timestamp,
}

/// A machine that writes cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its public key.
    pub key: VerifyKey,
    /// Since when nothing is taken from it any more.
    pub revoked_at: Option<Timestamp>,
    /// For which offices it may make tokens.
    pub rights: Vec<StationRight>,
}

impl Station {
    /// Whether it may make tokens for an office.
    #[must_use]
    pub fn may(&self, office: &OfficeNumber) -> bool {
        self.rights.iter().any(|right| match right {
            StationRight::All => true,
            StationRight::Office(own) => own == office,
        })
    }
}

/// For whom a station may make tokens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum StationRight {
    /// For every office.
    All,
    /// For one office.
    Office(OfficeNumber),
}

/// A token that a station made; the token itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeToken {
    /// The station's key.
    pub kid: String,
    /// The request's own number.
    pub nonce: String,
    /// Serial of the unit.
    pub serial: String,
    /// Its office.
    pub office: OfficeNumber,
    /// It takes the place of one that is enrolled.
    pub replaces: bool,
    /// When it was made.
    pub at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Images, stations and cards.
pub trait ProvisioningRows {
    /// Makes an image known; one that is known already stays as it is.
    ///
    /// # Errors
    /// The database's.
    fn put_image(&mut self, image: &KnownImage) -> Result<(), GatewayError>;

    /// All known images, the latest first.
    ///
    /// # Errors
    /// The database's.
    fn images(&mut self) -> Result<Vec<KnownImage>, GatewayError>;

    /// Makes a machine's key known.
    ///
    /// # Errors
    /// The database's.
    fn put_station(&mut self, key: &VerifyKey, now: Timestamp) -> Result<(), GatewayError>;

    /// All machines that write cards, with their rights.
    ///
    /// # Errors
    /// The database's.
    fn stations(&mut self) -> Result<Vec<Station>, GatewayError>;

    /// Stops a machine, or answers it again.
    ///
    /// # Errors
    /// The database's.
    fn set_station_revoked(
        &mut self,
        kid: &str,
        revoked_at: Option<Timestamp>,
    ) -> Result<(), GatewayError>;

    /// Gives a machine a right.
    ///
    /// # Errors
    /// The database's.
    fn add_right(&mut self, kid: &str, right: &StationRight) -> Result<(), GatewayError>;

    /// Takes all rights from a machine.
    ///
    /// # Errors
    /// The database's.
    fn drop_rights(&mut self, kid: &str) -> Result<(), GatewayError>;

    /// Keeps that a machine made a token; `false` when it used that number before.
    ///
    /// # Errors
    /// The database's.
    fn add_station_token(&mut self, token: &MadeToken) -> Result<bool, GatewayError>;

    /// Tokens that a machine made since then.
    ///
    /// # Errors
    /// The database's.
    fn count_station_tokens(&mut self, kid: &str, since: Timestamp) -> Result<u64, GatewayError>;

    /// The tokens that machines made, the latest first, at most so many.
    ///
    /// # Errors
    /// The database's.
    fn station_tokens(&mut self, most: u32) -> Result<Vec<MadeToken>, GatewayError>;

    /// Keeps the record of a card, by the digest of its signed text; `false` when it is there.
    ///
    /// # Errors
    /// The database's.
    fn add_card(
        &mut self,
        digest: Sha256Digest,
        record: &FlashRecord,
        now: Timestamp,
    ) -> Result<bool, GatewayError>;

    /// The latest records of cards, at most so many.
    ///
    /// # Errors
    /// The database's.
    fn cards(&mut self, most: u32) -> Result<Vec<FlashRecord>, GatewayError>;

    /// The latest record of a card for the unit of a serial.
    ///
    /// # Errors
    /// The database's.
    fn card_of(&mut self, serial: &str) -> Result<Option<FlashRecord>, GatewayError>;
}

//! Rows about images that are known, machines that write cards, and the cards they wrote.

use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
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

    /// The keys of all machines that write cards.
    ///
    /// # Errors
    /// The database's.
    fn stations(&mut self) -> Result<Vec<VerifyKey>, GatewayError>;

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
}

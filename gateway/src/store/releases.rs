//! Rows about new systems for terminals: what was added, to whom it is offered, and what became
//! of it there.

use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, Sha256Digest};
use protocol::number::OfficeNumber;
use protocol::provisioning::Version;
use protocol::release::UpdateState;

use crate::error::GatewayError;

/// A bundle that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its version.
    pub version: Version,
    /// The lowest version that may be offered once this one is.
    pub minimum: Version,
    /// SHA-256 of the bundle.
    pub sha256: Sha256Digest,
    /// Its length in bytes.
    pub size: u64,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
}

/// Whom a release is offered to. Terminals that are enrolled later are meant, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Every terminal.
    All,
    /// Those of one office.
    Office(OfficeNumber),
    /// One unit, by its serial.
    Serial(String),
}

/// An offer that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// To whom.
    pub to: Audience,
    /// How many in a hundred of them.
    pub percent: u8,
}

/// A release on one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Number of the terminal's record.
    pub key: i64,
    /// The terminal.
    pub device: DeviceId,
    /// Serial of its hardware.
    pub serial: String,
    /// Its office.
    pub office: OfficeNumber,
    /// Version that was offered.
    pub version: Version,
    /// When.
    pub offered_at: Timestamp,
    /// What the terminal said last, if it said something.
    pub state: Option<UpdateState>,
    /// The version that ran then.
    pub running: Option<Version>,
    /// When it said so.
    pub reported_at: Option<Timestamp>,
}

/// Releases, offers, what became of them.
pub trait ReleaseRows {
    /// Adds a release; one of that version that was taken back is replaced.
    ///
    /// # Errors
    /// The database's.
    fn put_release(&mut self, release: &Release) -> Result<(), GatewayError>;

    /// All releases, the highest version first.
    ///
    /// # Errors
    /// The database's.
    fn releases(&mut self) -> Result<Vec<Release>, GatewayError>;

    /// Marks a release as taken back, and ends its offers.
    ///
    /// # Errors
    /// The database's.
    fn withdraw_release(&mut self, version: Version, now: Timestamp) -> Result<(), GatewayError>;

    /// Keeps an offer for terminals that are enrolled later.
    ///
    /// # Errors
    /// The database's.
    fn add_standing(
        &mut self,
        version: Version,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<(), GatewayError>;

    /// The offers of a release.
    ///
    /// # Errors
    /// The database's.
    fn standing(&mut self, version: Version) -> Result<Vec<Standing>, GatewayError>;

    /// A terminal is offered a release; `false` when it was before.
    ///
    /// # Errors
    /// The database's.
    fn add_target(
        &mut self,
        version: Version,
        device: i64,
        now: Timestamp,
    ) -> Result<bool, GatewayError>;

    /// Forgets to whom a release was offered: it is added again after it was taken back.
    ///
    /// # Errors
    /// The database's.
    fn drop_targets(&mut self, version: Version) -> Result<(), GatewayError>;

    /// Whether a terminal may fetch a release.
    ///
    /// # Errors
    /// The database's.
    fn is_target(&mut self, version: Version, device: i64) -> Result<bool, GatewayError>;

    /// Keeps what a terminal says; `false` when it was never offered that release.
    ///
    /// # Errors
    /// The database's.
    fn keep_update(
        &mut self,
        version: Version,
        device: i64,
        state: &UpdateState,
        running: Version,
        now: Timestamp,
    ) -> Result<bool, GatewayError>;

    /// Terminals that a release was offered to, by id; of all releases, if none is named.
    ///
    /// # Errors
    /// The database's.
    fn targets(&mut self, version: Option<Version>) -> Result<Vec<Target>, GatewayError>;
}

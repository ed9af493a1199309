//! Rows about terminals: their record, their certificates, the tokens that enrol them, and
//! what the operator should look at.

use protocol::calendar::Timestamp;
use protocol::exchange::{AuditHead, DeviceId, Sha256Digest};
use protocol::number::OfficeNumber;
use protocol::self_test::SelfTest;

use crate::error::GatewayError;

/// Whether a terminal is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceState {
    /// Answered.
    Active,
    /// Refused on its next request.
    Revoked,
    /// Told to wipe itself, and refused in everything else.
    Lost,
}

impl DeviceState {
    /// The word in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
            Self::Lost => "lost",
        }
    }

    /// Reads the word back. An unknown word counts as revoked: the safe side.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "active" => Self::Active,
            "lost" => Self::Lost,
            _ => Self::Revoked,
        }
    }
}

/// A terminal's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Number of the record within this store.
    pub key: i64,
    /// Its identity on the wire.
    pub id: DeviceId,
    /// The office it was enrolled for.
    pub office: OfficeNumber,
    /// Serial of its hardware.
    pub serial: String,
    /// Whether it is answered.
    pub state: DeviceState,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When its newest certificate ends.
    pub certificate_until: Timestamp,
    /// Last exchange.
    pub last_seen: Option<Timestamp>,
    /// Highest command sequence that is held.
    pub seq: u64,
    /// Highest command sequence that is in a backup.
    pub backed_up: u64,
    /// Highest feed entry that was made for it.
    pub feed_seq: u64,
    /// Highest feed entry it has said it keeps.
    pub cursor: u64,
    /// Length of its queue as it last said.
    pub waiting: u64,
    /// Its audit head as last counter-signed.
    pub audit: Option<AuditHead>,
}

impl Device {
    /// Takes the number of the next feed entry.
    ///
    /// # Errors
    /// When a row holds a number that nothing can follow.
    pub fn next_in_feed(&mut self) -> Result<u64, GatewayError> {
        next(&mut self.feed_seq)
    }

    /// Takes the sequence of the next command.
    ///
    /// # Errors
    /// As [`Device::next_in_feed`].
    pub fn next_command(&mut self) -> Result<u64, GatewayError> {
        next(&mut self.seq)
    }
}

/// Counts on, as far as a column of the database can.
fn next(number: &mut u64) -> Result<u64, GatewayError> {
    let following = number
        .checked_add(1)
        .filter(|next| i64::try_from(*next).is_ok())
        .ok_or(GatewayError::Damaged("a sequence number in a row"))?;
    *number = following;
    Ok(following)
}

/// What a new token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIssue {
    /// SHA-256 of the token; the token itself is kept nowhere.
    pub hash: Sha256Digest,
    /// For which office.
    pub office: OfficeNumber,
    /// For which hardware.
    pub serial: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The key of the station that made it; `None`: the operator did.
    pub station: Option<String>,
    /// Its unit takes the place of the one that is enrolled under the serial.
    pub replaces: bool,
}

/// A token as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it was issued for.
    pub issue: TokenIssue,
    /// Once used: the terminal, the hash of its public key, and its certificate chain (PEM).
    pub used: Option<(DeviceId, Sha256Digest, String)>,
    /// Since when it serves nobody any more.
    pub cancelled_at: Option<Timestamp>,
}

/// Which unused tokens are cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelled {
    /// Those for a unit, by its serial.
    Serial(String),
    /// Those that a station made, by its key.
    Station(String),
}

/// The newest self-test of a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSelfTest {
    /// When it was done, by the terminal's clock.
    pub made_at: Timestamp,
    /// Whether the terminal trusted its clock then.
    pub clock_trusted: bool,
    /// When it arrived here.
    pub received_at: Timestamp,
    /// What was found.
    pub test: SelfTest,
}

/// What the operator should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Which terminal.
    pub device: DeviceId,
    /// When it was noticed.
    pub at: Timestamp,
    /// What.
    pub kind: AlarmKind,
}

/// The kinds of alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmKind {
    /// The audit log's head is behind one that was counter-signed: entries were removed.
    AuditBackwards,
    /// The audit log's head differs from one counter-signed under the same number.
    AuditForked,
    /// The terminal has kept feed entries this gateway never made: the gateway was restored.
    GatewayRestored,
    /// The terminal reported that its case was opened.
    CaseOpened,
    /// The terminal reported that it switched itself off with an empty battery.
    BatteryEmpty,
    /// The terminal was enrolled from a card of which no record is here, while those of others are.
    CardUnknown,
}

impl AlarmKind {
    /// The word in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuditBackwards => "audit-backwards",
            Self::AuditForked => "audit-forked",
            Self::GatewayRestored => "gateway-restored",
            Self::CaseOpened => "case-opened",
            Self::BatteryEmpty => "battery-empty",
            Self::CardUnknown => "card-unknown",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::AuditBackwards,
            Self::AuditForked,
            Self::GatewayRestored,
            Self::CaseOpened,
            Self::BatteryEmpty,
            Self::CardUnknown,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }
}

/// Terminals, tokens, certificates, alarms.
pub trait DeviceRows {
    /// One terminal.
    ///
    /// # Errors
    /// The database's.
    fn device(&mut self, id: &DeviceId) -> Result<Option<Device>, GatewayError>;

    /// All terminals, by id; of one office, if named.
    ///
    /// # Errors
    /// The database's.
    fn devices(&mut self, office: Option<&OfficeNumber>) -> Result<Vec<Device>, GatewayError>;

    /// Adds a terminal; `key` is ignored and given by the store.
    ///
    /// # Errors
    /// The database's.
    fn add_device(&mut self, device: &Device) -> Result<i64, GatewayError>;

    /// Saves what an exchange moved: `last_seen`, `seq`, `feed_seq`, `cursor`, `waiting`, `audit`.
    ///
    /// # Errors
    /// The database's.
    fn save_marks(&mut self, device: &Device) -> Result<(), GatewayError>;

    /// Changes whether a terminal is answered.
    ///
    /// # Errors
    /// The database's.
    fn set_device_state(&mut self, key: i64, state: DeviceState) -> Result<(), GatewayError>;

    /// Records that commands up to `seq` are in a backup. Never moves back.
    ///
    /// # Errors
    /// The database's.
    fn set_backed_up(&mut self, key: i64, seq: u64) -> Result<(), GatewayError>;

    /// Records a certificate that was issued.
    ///
    /// # Errors
    /// The database's.
    fn add_certificate(
        &mut self,
        key: i64,
        serial_number: &str,
        issued_at: Timestamp,
        until: Timestamp,
    ) -> Result<(), GatewayError>;

    /// Adds a token.
    ///
    /// # Errors
    /// The database's.
    fn add_token(&mut self, token: &TokenIssue, now: Timestamp) -> Result<(), GatewayError>;

    /// A token by its hash.
    ///
    /// # Errors
    /// The database's.
    fn token(&mut self, hash: &Sha256Digest) -> Result<Option<Token>, GatewayError>;

    /// Marks a token as used, with what a retry of the same request is answered.
    ///
    /// # Errors
    /// The database's.
    fn use_token(
        &mut self,
        hash: &Sha256Digest,
        device: &DeviceId,
        public_key: &Sha256Digest,
        chain: &str,
        now: Timestamp,
    ) -> Result<(), GatewayError>;

    /// Cancels the tokens that could still be used, and says which they were.
    ///
    /// # Errors
    /// The database's.
    fn cancel_tokens(
        &mut self,
        which: &Cancelled,
        now: Timestamp,
    ) -> Result<Vec<TokenIssue>, GatewayError>;

    /// Deletes tokens that ended before `before`.
    ///
    /// # Errors
    /// The database's.
    fn purge_tokens(&mut self, before: Timestamp) -> Result<u64, GatewayError>;

    /// Records an alarm; the same alarm on the same terminal is kept once an hour.
    ///
    /// # Errors
    /// The database's.
    fn raise(&mut self, key: i64, kind: AlarmKind, now: Timestamp) -> Result<(), GatewayError>;

    /// Keeps what a terminal found when it tested itself, in place of the test before.
    ///
    /// # Errors
    /// The database's.
    fn put_self_test(&mut self, key: i64, test: &KeptSelfTest) -> Result<(), GatewayError>;

    /// The newest self-test of a terminal.
    ///
    /// # Errors
    /// The database's.
    fn self_test(&mut self, key: i64) -> Result<Option<KeptSelfTest>, GatewayError>;

    /// Alarms, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    fn alarms(&mut self, limit: u32) -> Result<Vec<Alarm>, GatewayError>;
}

//! A and B: staff, passcodes, the home screen.

use std::time::Duration;

use protocol::number::UserId;
use protocol::person::StaffRole;

use crate::terminal::screen::Screen;

/// A member of staff to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffTile {
    /// Id.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: StaffRole,
    /// Paused at present.
    pub locked_out: bool,
}

///
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasscodePage {
    /// Whose.
    pub name: String,
    /// Digits typed, 0–4.
    pub typed: usize,
    /// The hash is being computed.
    pub checking: bool,
    /// The last try was wrong; so many are left before the next pause.
    pub wrong_left: Option<u8>,
    /// Why it is asked here, when not for unlocking (manager opens a lockout, confirms the last try …).
    pub reason: PasscodeReason,
}

/// Why a passcode is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasscodeReason {
    /// To unlock.
    Unlock,
    /// An administrator opens somebody's lockout.
    OpenLockout,
    /// An administrator allows the card's last try.
    AllowLastTry,
    /// A second person confirms a change of rights.
    SecondPerson,
}

///
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockoutPage {
    /// Who is paused.
    pub name: String,
    /// Wrong tries so far.
    pub wrong: u8,
    /// Time left; `None`: only an administrator opens.
    pub left: Option<Duration>,
    /// When it opens, if the clock is trusted.
    pub opens_at: Option<(u8, u8)>,
    /// The device-wide limit is reached, not this person's.
    pub device_wide: bool,
}

///
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasscodePage {
    /// Whose.
    pub name: String,
    /// The second time.
    pub again: bool,
    /// Digits typed, 0–4.
    pub typed: usize,
    /// What was wrong with the last attempt.
    pub note: Option<NewPasscodeNote>,
    /// The hash is being computed.
    pub checking: bool,
}

/// Why a new passcode was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPasscodeNote {
    /// The two did not match.
    Mismatch,
    /// Too common (0000, 1234, years …).
    TooCommon,
}

/// B-1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomePage {
    /// Counts of the queue.
    pub saved: u64,
    /// Sent, no receipt yet.
    pub sent: u64,
    /// Receipted, no answer yet.
    pub receipted: u64,
    /// Answered.
    pub answered: u64,
    /// On hold.
    pub held: u64,
    /// Documents not opened.
    pub unopened: u64,
    /// The person's role decides which tiles work.
    pub role: StaffRole,
    /// A draft of a disclosure request can be resumed.
    pub draft: bool,
    /// The queue is nearly full (80 %).
    pub nearly_full: bool,
}

/// B-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsPage {
    /// What this person may open, in order.
    pub rows: Vec<Screen>,
}

//! C: the card and what went wrong with it.

use std::sync::Arc;

use hal::card::{Bitmap, Photo};
use protocol::calendar::Date;
use protocol::facility::Desk;
use protocol::problem::ProblemCode;

/// C-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardPromptPage {
    /// 30 s have passed: show the hint.
    pub hint: bool,
    /// PIN mode.
    pub pin_mode: bool,
}

/// C-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberBPage {
    /// Which group is typed: 0 birth (YYMMDD), 1 expiry year, 2 security code.
    pub group: usize,
    /// What has been typed, shown in clear: it stands on the card's front.
    pub groups: [String; 3],
    /// Tries left, read from the card.
    pub tries: Option<u8>,
    /// The group has an impossible value.
    pub impossible: bool,
    /// All 14 digits are there.
    pub complete: bool,
}

/// C-3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingPage {
    /// Steps done, 0–3.
    pub done: usize,
    /// Cancelling.
    pub cancelling: bool,
}

/// C-4 and C-7.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparePage {
    /// The photo, if the card has one that can be drawn.
    pub photo: Option<Arc<Photo>>,
    /// Rendered name from the card, for names that fonts do not have.
    pub name_image: Option<Arc<Bitmap>>,
    /// Name as text.
    pub name: String,
    /// Address.
    pub address: String,
    /// 生年月日.
    pub born_on: Date,
    /// Age today, if the clock is trusted.
    pub age: Option<u16>,
    /// Last day of the card.
    pub expires_on: Option<Date>,
    /// Attributes are signed (C-4) or only as read (C-7).
    pub signed: bool,
}

/// C-5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardPinPage {
    /// Digits typed, 0–4.
    pub typed: usize,
    /// Tries left, read from the card.
    pub tries: Option<u8>,
}

/// C-6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedPage {
    /// Name.
    pub name: String,
    /// 生年月日.
    pub born_on: Date,
    /// 被保険者番号 if the office's list knows it.
    pub insured: Option<String>,
    /// A draft request exists to which this person can be added.
    pub draft: bool,
}

/// C-11 … C-18.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardTroublePage {
    /// What happened.
    pub kind: CardTrouble,
    /// Code for the slip.
    pub code: ProblemCode,
    /// Whom to call.
    pub desk: Option<DeskState>,
}

/// Troubles with a card, as staff see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardTrouble {
    /// The card moved away. `tries_known`: the counter was read again and no try was used up.
    Torn {
        /// The counter was read again.
        tries_known: bool,
    },
    /// Blocked.
    Blocked,
    /// Past its date.
    Expired {
        /// Last day, or the last day of the printed year.
        on: Option<Date>,
    },
    /// Not confirmed as genuine.
    NotGenuine,
    /// The number did not match; so many tries are left.
    WrongNumber {
        /// Tries left.
        left: u8,
    },
    /// No reader.
    ReaderMissing {
        /// The service itself does not answer.
        service: bool,
    },
    /// Not a My Number Card, or it answers nonsense.
    Unreadable {
        /// Another kind of card (as opposed to nonsense).
        foreign: bool,
    },
    /// One try is left.
    LastTry,
}

/// A desk and whether it answers now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskState {
    /// The desk.
    pub desk: Desk,
    /// City or organisation.
    pub city: String,
    /// Open now, and until / from when. `None`: the clock is not trusted.
    pub open: Option<Open>,
}

/// Whether a desk answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// Open until (minutes after midnight).
    Until(u16),
    /// Opens today at (minutes after midnight).
    TodayFrom(u16),
    /// Opens on a later day.
    On(Date, u16),
    /// Not within the next 14 days.
    Closed,
}

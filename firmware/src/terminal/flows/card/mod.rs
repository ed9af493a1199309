//! C-1 … C-18: is this the person, and is the card here?
//!
//! ```text
//! prompt ─ card ─► counters ─► number B (or PIN) ─► reading ─► compare ─► confirmed
//!    ▲                              ▲                  │
//!    └──────────── trouble ◄────────┴──────────────────┘
//! ```
//! The counters are read before anything is typed, and again after every trouble: a try is
//! never spent by surprise and never repeated by itself.

mod compare;
mod confirmed;
mod number_b;
mod pin;
mod prompt;
mod reading;
mod trouble;

use hal::card::{CardJob, CardPin, NumberB};
use protocol::calendar::Date;
use zeroize::Zeroizing;

pub use prompt::CardFlow;

/// What was typed for a card, kept until the card is verified or left, so that a torn session
/// can be repeated without typing again. Wiped when dropped.
#[derive(Clone)]
enum Typed {
    /// 照合番号B: a birth date with the digits typed, the expiry year, the security code.
    Face {
        /// A day that gives the six digits.
        born_on: Date,
        /// As printed.
        year: u16,
        /// As printed.
        code: Zeroizing<String>,
    },
    /// The card's PIN.
    Pin {
        /// As the visitor typed it.
        digits: Zeroizing<String>,
        /// Somebody who may has allowed the last try.
        allow_last_try: bool,
    },
}

impl Typed {
    /// The job, if the parts can be right.
    fn job(&self) -> Option<CardJob> {
        match self {
            Self::Face {
                born_on,
                year,
                code,
            } => NumberB::new(*born_on, *year, code)
                .ok()
                .map(|code| CardJob::CheckFace { code }),
            Self::Pin {
                digits,
                allow_last_try,
            } => CardPin::new(digits).ok().map(|pin| CardJob::CheckPin {
                pin,
                allow_last_try: *allow_last_try,
            }),
        }
    }
}

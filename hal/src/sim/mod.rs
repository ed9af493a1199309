//! Simulated cards: the same people and the same faults in tests, in the demo and in the
//! reader's self-test.
//!
//! | File | What it holds |
//! |---|---|
//! | `ca` | a trust hierarchy of our own: [`SimCa`] |
//! | `person` | who the cards belong to: [`Person`], a TOML file |
//! | `record` | the card's files, built and signed like real ones |
//! | `card` | [`SimCard`]: power, counters, faults, notes of what must not be touched |
//! | `command` | its answers to commands |
//! | `fault` | [`Make`] and [`Faults`]: forged cards and bad links |
//! | `desk` | [`DirectDesk`]: the real session code on a simulated card, without a daemon |
//! | [`pn532`] | the same on a simulated NFC chip with a simulated line |
//! | `vpcd` | the bridge to the virtual reader of a real PC/SC daemon |
//! | [`board`] | a board on simulated pins and buses, and the hand that moves them |
//! | `control` | putting cards in and taking them out from outside |
//!
//! A simulated card is genuine only below [`SimCa`], whose class is `test`: a device that trusts
//! it says 「試験用」 on every screen.

pub mod board;
mod ca;
mod card;
mod command;
pub mod control;
mod desk;
mod fault;
mod person;
pub mod pn532;
mod record;
pub mod vpcd;

pub use ca::SimCa;
pub use card::{Answer, SimCard, Touch};
pub use desk::{DirectDesk, SimClock, SimReader};
pub use fault::{Faults, Make, Tear};
pub use person::{People, Person, padded_photo};

/// Why a simulation cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A key or person file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A person file is not usable.
    #[error("line {line}: {what}")]
    Person {
        /// Counted from one.
        line: usize,
        /// For the technician, in English.
        what: String,
    },
    /// A key file is damaged.
    #[error("{0}: not a key of this simulation; delete it and it is made anew")]
    Key(String),
    /// The control socket was told something it does not know.
    #[error("{0}")]
    Control(String),
}

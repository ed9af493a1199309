//! The board around the screen: lamp, buzzer, case switch, battery, mains, backlight, clock.
//!
//! ```text
//! Board       cue, screen light; what happened          the seam to the terminal
//!   │
//! PartsBoard  when each part is looked at, what changed
//!   │
//! part::*     one small trait a part
//!   │
//! drivers     gauge (I²C), pins, kernel (backlight, clock)    over embedded-hal or the kernel
//!   │
//! pi          rppal, and nothing else knows it      │  sim   the same drivers on simulated pins
//! lines       the kernel's own pins (gpiocdev)      │
//! ```
//!
//! What a unit has is data ([`config`]): the counter's and the portable unit's parts stand in
//! `boards.toml`. A part that does not answer is told as such and tried again; the desk works
//! without it.

pub mod chips;
pub mod config;
mod cue;
mod gauge;
mod kernel;
#[cfg(feature = "pi")]
pub mod lines;
mod open;
pub mod part;
mod parts;
#[cfg(feature = "pi")]
pub mod pi;
mod pins;
mod problem;
pub mod switched;

use std::time::Duration;

pub use config::{BoardConfig, BoardKind, Layout, PINS, Profile};
pub use cue::{Cue, CuePlayer, Light, Tone};
pub use gauge::{ADDRESS as GAUGE_ADDRESS, Max1704x};
pub use kernel::{BACKLIGHTS, CLOCKS, KernelBacklight, KernelClock};
pub use open::{OpenError, open};
pub use part::{Charge, ScreenLight};
pub use parts::{
    CLOCK_EVERY, CONTACT_EVERY, Fit, GAUGE_EVERY, Opener, Parts, PartsBoard, RETRY_EVERY,
};
pub use pins::{AGREE, Debounce, Level, PinContact, RgbLamp};
pub use problem::{BoardFault, Part};

/// The parts of the case as one thing.
pub trait Board: Send {
    /// Shows `cue` from the next turn on; a later cue replaces an earlier one. Without `sounds`
    /// only those that tell of something wrong are heard.
    fn cue(&mut self, cue: Cue, sounds: bool);

    /// Sets the light behind the screen at the next turn.
    fn screen(&mut self, light: ScreenLight);

    /// Does what is due at `now`, a time since some fixed moment, and tells what happened.
    fn turn(&mut self, now: Duration) -> Vec<BoardEvent>;

    /// How long after `now` the next turn may wait, if nothing is asked for before.
    fn rest(&self, now: Duration) -> Duration;
}

/// Something that the board noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardEvent {
    /// The case is open, or closed again. Told once at start, too.
    Case {
        /// Open.
        open: bool,
    },
    /// The mains are there, or gone. Told once at start, too.
    Mains {
        /// There.
        on: bool,
    },
    /// The gauge was read.
    Battery(Charge),
    /// A part began to work, or stopped.
    Part(Part, PartState),
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartState {
    /// It does what it should.
    Works,
    /// It does not, and why.
    Faulty(BoardFault),
}

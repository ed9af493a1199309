//! Trusted time: the system clock, a floor that never goes back, and the gateway.
//!
//! - Waits, lockouts and countdowns use [`Now::boot`], which no setting of the clock moves.
//! - Dates, deadlines and certificates use [`Now::wall`]. After the gateway has told its
//!   time once since power-on, it runs on from there by the boot clock; before that it is
//!   the later of the system clock and the floor.
//! - What only the system clock has said gives way to the gateway's signed word; what the
//!   gateway has signed never goes back.
//! - A system clock behind the floor, or further ahead of it than a terminal can have been
//!   switched off, makes the time [`ClockTrust::Untrusted`], which screens can see.

mod keeper;
mod shared;
mod source;
mod store;

use std::fmt;
use std::time::Duration;

use protocol::calendar::Timestamp;

pub use keeper::{
    AGREEMENT, ClockKeeper, FLOOR_STEP, GatewayTime, JUMP, Jump, MAX_ABSENCE, TOLERANCE,
};
pub use shared::Clock;
pub use source::{ManualTime, RawTime, SystemTime, TimeSource};
pub use store::{Floor, MIGRATIONS, floor, keep_floor};

/// The instant at which something is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Time since power-on, sleep included (`CLOCK_BOOTTIME`).
    pub boot: Duration,
    /// Which power-on: `/proc/sys/kernel/random/boot_id`.
    pub boot_id: [u8; 16],
    /// Date and time.
    pub wall: Timestamp,
    /// Whether `wall` can be relied on.
    pub trust: ClockTrust,
}

impl Now {
    /// Whether [`Now::wall`] can be relied on.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.trust == ClockTrust::Trusted
    }
}

/// Whether the date and time can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockTrust {
    /// It can.
    Trusted,
    /// It cannot; deadlines and validity are not to be judged by it.
    Untrusted(Distrust),
}

/// Why the date and time cannot be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distrust {
    /// The system clock is behind a time already seen: its battery is empty, or it was set back.
    BehindFloor,
    /// The board's clock stood while the unit was off, so that the system clock began at a time
    /// that was kept and not at the present one.
    Stood,
    /// The system clock is further ahead of the last time seen than [`MAX_ABSENCE`].
    FarAhead,
    /// The gateway's time is behind what it has signed before.
    GatewayBehind,
    /// The gateway's time is further ahead than [`MAX_ABSENCE`], and the system clock disagrees.
    GatewayFarAhead,
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BehindFloor => "the system clock is behind a time already seen",
            Self::Stood => "the board's clock stood while the unit was off",
            Self::FarAhead => "the system clock is far ahead of the last time seen",
            Self::GatewayBehind => "the gateway's time is behind what it has signed before",
            Self::GatewayFarAhead => "the gateway's time is far ahead",
        })
    }
}

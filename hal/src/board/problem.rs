//! What can be wrong with a part of the board. Never a reason to stop: the desk works without
//! its board, and says which part does not.

use std::fmt;
use std::io;

use embedded_hal::i2c;
use protocol::problem::ProblemCode;

/// A part of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The status lamp.
    Lamp,
    /// The buzzer.
    Buzzer,
    /// The switch that notices an opened case.
    Case,
    /// The battery gauge.
    Gauge,
    /// The line that tells whether mains power is there.
    Mains,
    /// The light behind the screen.
    Backlight,
    /// The real-time clock.
    Clock,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 7] = [
        Self::Lamp,
        Self::Buzzer,
        Self::Case,
        Self::Gauge,
        Self::Mains,
        Self::Backlight,
        Self::Clock,
    ];

    /// Its word in the simulation's orders, in logs and in the technician's commands.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lamp => "lamp",
            Self::Buzzer => "buzzer",
            Self::Case => "case",
            Self::Gauge => "gauge",
            Self::Mains => "mains",
            Self::Backlight => "backlight",
            Self::Clock => "clock",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.word() == word)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Why a part does not work. It is tried again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BoardFault {
    /// Nothing answers at this address or path: not fitted, not plugged, or without power.
    #[error("nothing answers at {at}")]
    Absent {
        /// Register, pin or file.
        at: &'static str,
    },
    /// The bus failed or took too long. Usual cause: a loose cable.
    #[error("the bus failed at {at}")]
    Bus {
        /// Register, pin or file.
        at: &'static str,
    },
    /// Another chip answers at this address.
    #[error("another chip answers at {at}: {found:#06x}")]
    OtherChip {
        /// Register.
        at: &'static str,
        /// What it holds.
        found: u16,
    },
    /// A value that cannot be. It is not used.
    #[error("{at} holds {found}, which cannot be")]
    Nonsense {
        /// Register or file.
        at: &'static str,
        /// What it holds; for a text that is no number, 0.
        found: i64,
    },
    /// The real-time clock lost its time: its own battery is empty or missing. The terminal
    /// goes on with a clock that it does not trust until the gateway has told the time.
    #[error("the real-time clock has lost its time")]
    ClockLost,
    /// This account may not use it. A technician sets the rights.
    #[error("no right to use {at}")]
    Denied {
        /// Pin, bus or file.
        at: &'static str,
    },
    /// The configuration is for another board. Its pins were not touched.
    #[error("this is another board than the configuration says")]
    OtherBoard,
    /// Another program, or a driver of the kernel, holds this pin. A technician looks at the
    /// table of parts and at the device tree.
    #[error("something else holds {at}")]
    Taken {
        /// Pin.
        at: &'static str,
    },
    /// The kernel shows no chip that has this board's pins: it is too old for the board, or the
    /// device tree is another one's.
    #[error("the kernel shows no chip with the board's pins")]
    NoChip,
    /// This build has no way to the board's pins.
    #[error("this build cannot reach pins")]
    NoPins,
}

impl BoardFault {
    /// The code on screen, in the log and in the technician's commands.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Absent { .. } => ProblemCode::BoardAbsent,
            Self::Bus { .. } | Self::OtherChip { .. } | Self::Nonsense { .. } => {
                ProblemCode::BoardFailed
            }
            Self::ClockLost => ProblemCode::BoardClock,
            Self::Denied { .. }
            | Self::OtherBoard
            | Self::Taken { .. }
            | Self::NoChip
            | Self::NoPins => ProblemCode::BoardSetup,
        }
    }

    /// What an error of an I²C bus means at `at`.
    pub(super) fn of_i2c(error: &impl i2c::Error, at: &'static str) -> Self {
        match error.kind() {
            i2c::ErrorKind::NoAcknowledge(_) => Self::Absent { at },
            _ => Self::Bus { at },
        }
    }

    /// What an error of a file of the kernel means.
    pub(super) fn of_file(error: &io::Error, at: &'static str) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent { at },
            io::ErrorKind::PermissionDenied => Self::Denied { at },
            _ => Self::Bus { at },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_a_word_that_reads_back() {
        for part in Part::ALL {
            assert_eq!(Part::from_word(part.word()), Some(part));
        }
        assert_eq!(Part::from_word("antenna"), None);
    }
}

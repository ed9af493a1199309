//! The seam between a session and whatever carries its commands: a PC/SC reader, a PN532 or a
//! simulated card.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// Why a command did not get an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// The card left during the command; whether it was carried out is unknown.
    #[error("the card left during a command")]
    CardLeft,
    /// No card is there, or it stopped answering.
    #[error("no card")]
    NoCard,
    /// No reader, or not the one that is wanted.
    #[error("no reader")]
    NoReader,
    /// The PC/SC service does not answer.
    #[error("no card service")]
    ServiceDown,
    /// Another program holds the card.
    #[error("the card is held by another program")]
    Busy,
}

impl LinkFault {
    /// Whether connecting again may help within the same job.
    pub(super) fn is_tear(self) -> bool {
        matches!(self, Self::CardLeft | Self::NoCard)
    }
}

/// One exclusive connection to one card.
pub trait CardLink {
    /// Sends one command and returns the whole answer, status word included.
    ///
    /// # Errors
    /// [`LinkFault`]; after [`LinkFault::CardLeft`] or [`LinkFault::NoCard`] the connection is
    /// dead.
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault>;

    /// Ends the connection and takes the power from the card, which clears what was verified.
    fn unpower(self: Box<Self>);
}

/// Makes connections.
pub trait Connector {
    /// Takes the present card for ourselves alone, waiting up to `grace` for it to come back.
    ///
    /// # Errors
    /// [`LinkFault::NoCard`] when none is there in time; the others at once.
    fn connect(&mut self, grace: Duration) -> Result<Box<dyn CardLink>, LinkFault>;
}

/// Elapsed time. Never the time of day.
pub trait Clock: Send + Sync {
    /// Time since some fixed moment.
    fn now(&self) -> Duration;
}

/// The machine's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct MonotonicClock(Instant);

impl Default for MonotonicClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for MonotonicClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

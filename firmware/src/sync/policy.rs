//! When to exchange next: a state machine without I/O and without a clock.

use std::time::Duration;

use protocol::exchange::MAX_BATCH;
use protocol::problem::ProblemCode;

use super::round::is_about_content;
use super::{NetError, Settlement};
use crate::clock::Now;
use crate::entropy::Entropy;
use crate::error::Problem;

/// Shortest wait after something did not come about.
pub const RETRY_MIN: Duration = Duration::from_secs(2);

/// Longest wait after something did not come about.
pub const RETRY_MAX: Duration = Duration::from_secs(15 * 60);

/// Longest `Retry-After` that is honoured.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(60 * 60);

/// How often the gateway is asked for news when nothing waits here.
pub const POLL: Duration = Duration::from_secs(60);

/// Doublings after which the wait no longer grows: 2 s · 2⁹ is beyond 15 min.
const MAX_DOUBLINGS: u32 = 9;

/// Why everything is paused. Nothing is dropped; a tap or the link coming up tries again,
/// and so does [`RETRY_MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pause {
    /// A certificate was not accepted.
    Tls,
    /// The gateway does not let this terminal in.
    Barred(ProblemCode),
    /// The clock is not trusted, and the gateway's time did not put it right.
    Clock,
    /// Somebody else answers.
    Portal(ProblemCode),
    /// The gateway's answers do not verify.
    Answer(ProblemCode),
    /// The gateway refuses requests as such.
    Refused(ProblemCode),
}

impl Pause {
    /// The code that staff see.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Tls => ProblemCode::NetTls,
            Self::Clock => ProblemCode::ClockUntrusted,
            Self::Barred(code) | Self::Portal(code) | Self::Answer(code) | Self::Refused(code) => {
                code.clone()
            }
        }
    }
}

/// What wakes the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The link came up.
    LinkUp,
    /// A person asked for it.
    Tap,
    /// A command was saved.
    NewWork,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// An exchange of at most so many commands, now.
    Round {
        /// Commands.
        rows: usize,
    },
    /// Nothing for so long, unless something wakes.
    Wait(Duration),
}

/// When to exchange next.
#[derive(Debug, Clone)]
pub struct SyncPolicy {
    poll: Duration,
    rows: usize,
    failures: u32,
    pause: Option<Pause>,
    due: Duration,
    /// The gateway asked not to be called before this (boot clock).
    not_before: Duration,
}

impl SyncPolicy {
    /// Starts with an exchange at once; asks for news every `poll` ([`POLL`] on the device).
    #[must_use]
    pub fn new(poll: Duration) -> Self {
        Self {
            poll,
            rows: MAX_BATCH,
            failures: 0,
            pause: None,
            due: Duration::ZERO,
            not_before: Duration::ZERO,
        }
    }

    /// What to do now. Uses the boot clock only: setting the date moves nothing.
    #[must_use]
    pub fn next(&self, now: &Now) -> Next {
        let due = self.due.max(self.not_before);
        match due.checked_sub(now.boot) {
            None | Some(Duration::ZERO) => Next::Round { rows: self.rows },
            Some(wait) => Next::Wait(wait),
        }
    }

    /// Why everything is paused, if it is.
    #[must_use]
    pub fn paused(&self) -> Option<&Pause> {
        self.pause.as_ref()
    }

    /// Rounds in a row that did not come about.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Something happened that makes trying worth while.
    pub fn wake(&mut self, wake: Wake, now: &Now) {
        match wake {
            Wake::LinkUp => {
                self.failures = 0;
                self.due = now.boot;
            }
            Wake::Tap => self.due = now.boot,
            Wake::NewWork if self.pause.is_none() && self.failures == 0 => self.due = now.boot,
            Wake::NewWork => {}
        }
    }

    /// A round ended.
    pub fn ended(
        &mut self,
        result: &Result<Settlement, Problem>,
        now: &Now,
        entropy: &mut dyn Entropy,
    ) {
        match result {
            Ok(settlement) => self.went_well(settlement, now, entropy),
            Err(Problem::Net(error)) => self.did_not(error, now, entropy),
            Err(_) => self.retry(now, entropy),
        }
    }

    fn went_well(&mut self, settlement: &Settlement, now: &Now, entropy: &mut dyn Entropy) {
        self.pause = None;
        self.not_before = Duration::ZERO;
        if !now.is_trusted() {
            return self.pause(Pause::Clock, now, entropy);
        }
        let more = settlement.more || settlement.waiting > 0;
        if more && !settlement.progressed() && settlement.sent > 0 {
            return self.retry(now, entropy);
        }
        self.failures = 0;
        self.rows = (self.rows * 2).min(MAX_BATCH);
        self.due = if more && (settlement.progressed() || settlement.sent == 0 && settlement.more) {
            now.boot
        } else {
            now.boot + self.poll / 2 + jitter(self.poll, entropy)
        };
    }

    fn did_not(&mut self, error: &NetError, now: &Now, entropy: &mut dyn Entropy) {
        if is_about_content(error) && self.rows > 1 {
            self.rows /= 2;
            self.due = now.boot;
            return;
        }
        let code = error.code();
        match error {
            NetError::Tls(_) => self.pause(Pause::Tls, now, entropy),
            NetError::Barred(_) => self.pause(Pause::Barred(code), now, entropy),
            NetError::Portal(_) | NetError::Redirect => {
                self.pause(Pause::Portal(code), now, entropy);
            }
            NetError::Answer(_) | NetError::Receipt(_) => {
                self.pause(Pause::Answer(code), now, entropy);
            }
            NetError::Refused(_) | NetError::RequestTooLarge => {
                self.pause(Pause::Refused(code), now, entropy);
            }
            NetError::Busy { retry_after, .. } => {
                self.retry(now, entropy);
                if let Some(after) = retry_after {
                    self.not_before = now.boot + (*after).min(RETRY_AFTER_MAX);
                }
            }
            NetError::Down(_) | NetError::Timeout | NetError::Truncated | NetError::TooLarge => {
                self.retry(now, entropy);
            }
        }
    }

    /// Full jitter: anything between the shortest wait and a bound that doubles.
    fn retry(&mut self, now: &Now, entropy: &mut dyn Entropy) {
        let bound = RETRY_MIN * 2u32.pow((self.failures + 1).min(MAX_DOUBLINGS));
        self.failures = self.failures.saturating_add(1);
        let bound = bound.min(RETRY_MAX);
        self.due = now.boot + RETRY_MIN + jitter(bound - RETRY_MIN, entropy);
    }

    fn pause(&mut self, pause: Pause, now: &Now, entropy: &mut dyn Entropy) {
        self.pause = Some(pause);
        self.failures = self.failures.saturating_add(1);
        self.due = now.boot + RETRY_MAX / 2 + jitter(RETRY_MAX / 2, entropy);
    }
}

fn jitter(bound: Duration, entropy: &mut dyn Entropy) -> Duration {
    let ms = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(entropy.below(ms))
}

#[cfg(test)]
mod tests;

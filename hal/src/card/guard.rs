//! The gate below the card library: allow-list, limits and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use myna_card::Transmit;
use zeroize::Zeroizing;

use super::Refusal;
use super::allow_list::{AllowList, Application, Mode};
use super::link::{CardLink, Clock, LinkFault};

/// Most commands in one job, all its connections together.
pub const MAX_APDUS: u32 = 300;

/// Longest job, from its first connection on.
pub const MAX_SESSION: Duration = Duration::from_secs(20);

/// Longest answer in bytes, and longest file.
pub const MAX_BYTES: usize = 64 * 1024;

/// Most refusals kept for the audit log between two collections.
pub const MAX_REFUSALS: usize = 64;

/// Why a step ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The link failed.
    Link(LinkFault),
    /// The answer has no status word, is longer than allowed, or speaks of chaining that was
    /// not asked for.
    Odd,
    /// A limit of the job was reached.
    Limit,
    /// The allow-list refused.
    Forbidden,
    /// Someone cancelled.
    Cancelled,
}

/// What a job has used so far; outlives its connections.
pub(super) struct Meter {
    clock: Arc<dyn Clock>,
    started: Duration,
    /// Commands sent.
    pub(super) apdus: u32,
    /// Time waiting for card and reader.
    pub(super) in_card: Duration,
    /// Commands refused.
    pub(super) refused: Vec<Refusal>,
}

impl Meter {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let started = clock.now();
        Self {
            clock,
            started,
            apdus: 0,
            in_card: Duration::ZERO,
            refused: Vec::new(),
        }
    }

    /// Time since the job began.
    pub(super) fn elapsed(&self) -> Duration {
        self.clock.now().saturating_sub(self.started)
    }

    /// Time that the job may still take.
    pub(super) fn rest(&self) -> Duration {
        MAX_SESSION.saturating_sub(self.elapsed())
    }

    /// Runs `wait` and counts its time as the card's.
    pub(super) fn waiting<T>(&mut self, wait: impl FnOnce() -> T) -> T {
        let before = self.clock.now();
        let result = wait();
        self.in_card += self.clock.now().saturating_sub(before);
        result
    }
}

/// One connection behind the allow-list.
pub(super) struct Guard<'a> {
    link: Option<Box<dyn CardLink>>,
    rules: AllowList,
    meter: &'a mut Meter,
    cancel: &'a AtomicBool,
    fault: Option<Fault>,
}

impl<'a> Guard<'a> {
    pub(super) fn new(
        link: Box<dyn CardLink>,
        mode: Mode,
        meter: &'a mut Meter,
        cancel: &'a AtomicBool,
    ) -> Self {
        Self {
            link: Some(link),
            rules: AllowList::new(mode),
            meter,
            cancel,
            fault: None,
        }
    }

    /// Sends one command if it is allowed and the job has room for it.
    pub(super) fn send(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let passed = self.rules.check(command).map_err(|refusal| {
            tracing::warn!(header = ?refusal.header, reason = refusal.reason, "card command refused");
            if self.meter.refused.len() < MAX_REFUSALS {
                self.meter.refused.push(refusal);
            }
            Fault::Forbidden
        })?;
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Fault::Cancelled);
        }
        if self.meter.apdus >= MAX_APDUS || self.meter.elapsed() >= MAX_SESSION {
            return Err(Fault::Limit);
        }
        let link = self.link.as_mut().ok_or(Fault::Link(LinkFault::NoCard))?;
        self.meter.apdus += 1;
        let answer = self.meter.waiting(|| link.transmit(command));
        let answer = answer.map_err(|fault| {
            self.rules.lose();
            if let LinkFault::CardLeft | LinkFault::NoCard | LinkFault::ServiceDown = fault {
                self.link = None;
            }
            Fault::Link(fault)
        })?;
        if self.meter.elapsed() >= MAX_SESSION {
            self.rules.lose();
            return Err(Fault::Limit);
        }
        // 61xx would ask for GET RESPONSE, which is not among the allowed commands.
        let status = match answer.as_slice() {
            [.., 0x61, _] => None,
            [.., high, low] if answer.len() <= MAX_BYTES + 2 => {
                Some(u16::from_be_bytes([*high, *low]))
            }
            _ => None,
        };
        let Some(status) = status else {
            self.rules.lose();
            return Err(Fault::Odd);
        };
        self.rules.follow(passed, matches!(status, 0x9000 | 0x6282));
        Ok(answer)
    }

    /// The fault behind the last error that the card library reported.
    pub(super) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    /// Ends the connection: leaves the application, so that nothing stays open in it, and takes
    /// the power away. Limits and cancelling do not keep this from happening.
    pub(super) fn finish(mut self) {
        let Some(mut link) = self.link.take() else {
            return;
        };
        let leave = match self.rules.application() {
            Some(application) => vec![application.other()],
            // Not certain where we are: pass through both, so that either is left.
            None => vec![Application::Surface, Application::Text],
        };
        for application in leave {
            let mut command = vec![0x00, 0xA4, 0x04, 0x0C, 10];
            command.extend_from_slice(application.aid());
            self.meter.apdus += 1;
            let answer = self.meter.waiting(|| link.transmit(&command));
            if answer.is_err() {
                break;
            }
        }
        self.meter.waiting(|| link.unpower());
    }
}

impl Transmit for Guard<'_> {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        match self.send(command) {
            Ok(mut answer) => Ok(std::mem::take(&mut *answer)),
            Err(fault) => {
                self.fault = Some(fault);
                Err(myna_card::Error::Malformed("the link failed".to_owned()))
            }
        }
    }
}

impl std::fmt::Debug for Guard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

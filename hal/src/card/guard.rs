//! The gate in front of the link: allow-list, limits and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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
            if fault != LinkFault::Busy {
                let dead = self.link.take();
                self.meter.waiting(|| drop(dead));
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

impl std::fmt::Debug for Guard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Mutex;

    use super::*;

    /// A link that counts what reaches it.
    struct Counting(Arc<Mutex<Vec<Vec<u8>>>>, Vec<u8>);

    impl CardLink for Counting {
        fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
            self.0.lock().unwrap().push(command.to_vec());
            Ok(Zeroizing::new(self.1.clone()))
        }

        fn unpower(self: Box<Self>) {
            self.0.lock().unwrap().push(b"unpower".to_vec());
        }
    }

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Duration {
            Duration::ZERO
        }
    }

    struct Bench {
        reached: Arc<Mutex<Vec<Vec<u8>>>>,
        meter: Meter,
        cancel: AtomicBool,
    }

    impl Bench {
        fn new() -> Self {
            Self {
                reached: Arc::default(),
                meter: Meter::new(Arc::new(Still)),
                cancel: AtomicBool::new(false),
            }
        }

        fn guard(&mut self, mode: Mode, answer: &[u8]) -> Guard<'_> {
            let link = Counting(self.reached.clone(), answer.to_vec());
            Guard::new(Box::new(link), mode, &mut self.meter, &self.cancel)
        }

        fn reached(&self) -> usize {
            self.reached.lock().unwrap().len()
        }
    }

    fn select(application: Application) -> Vec<u8> {
        let mut command = vec![0x00, 0xA4, 0x04, 0x0C, 10];
        command.extend_from_slice(application.aid());
        command
    }

    #[test]
    fn a_forbidden_command_does_not_reach_the_reader_and_is_noted_without_its_data() {
        let mut bench = Bench::new();
        let mut guard = bench.guard(Mode::Pin, &[0x90, 0x00]);
        guard.send(&select(Application::Text)).unwrap();
        // 照合番号A with a number, the individual number's file, the JPKI application.
        let secret = b"123456789012";
        let mut number_a = vec![0x00, 0x20, 0x00, 0x94, 12];
        number_a.extend_from_slice(secret);
        let forbidden: [&[u8]; 4] = [
            &number_a,
            &[0x00, 0xA4, 0x02, 0x0C, 2, 0x00, 0x01],
            &[0x00, 0xB0, 0x81, 0x00, 0x00],
            &[
                0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0, 0, 0, 0x01,
            ],
        ];
        for command in forbidden {
            assert_eq!(guard.send(command).unwrap_err(), Fault::Forbidden);
        }
        assert_eq!(bench.reached(), 1);
        assert_eq!(bench.meter.refused.len(), 4);
        let shown = format!("{:?}", bench.meter.refused);
        assert!(!shown.contains("49, 50, 51, 52"), "{shown}");
        assert_eq!(bench.meter.refused[0].header, [0x00, 0x20, 0x00, 0x94]);
    }

    #[test]
    fn a_job_ends_at_its_three_hundredth_command() {
        let mut bench = Bench::new();
        let mut guard = bench.guard(Mode::Face, &[0x90, 0x00]);
        for _ in 0..MAX_APDUS {
            guard.send(&select(Application::Text)).unwrap();
        }
        let over = guard.send(&select(Application::Text)).unwrap_err();
        assert_eq!(over, Fault::Limit);
        guard.finish();
        // Leaving and taking the power away happen all the same.
        assert_eq!(bench.reached(), MAX_APDUS as usize + 2);
    }

    #[test]
    fn refusals_are_bounded() {
        let mut bench = Bench::new();
        let mut guard = bench.guard(Mode::Peek, &[0x90, 0x00]);
        for _ in 0..1000 {
            guard.send(&[0x00, 0xCA, 0x00, 0x00, 0x00]).unwrap_err();
        }
        assert_eq!(bench.meter.refused.len(), MAX_REFUSALS);
        assert_eq!(bench.reached(), 0);
    }

    #[test]
    fn answers_that_are_too_short_too_long_or_ask_for_more_are_odd() {
        let long = vec![0x90; MAX_BYTES + 3];
        for answer in [&[][..], &[0x90], &[0x61, 0x10], &long] {
            let mut bench = Bench::new();
            let mut guard = bench.guard(Mode::Face, answer);
            let fault = guard.send(&select(Application::Surface)).unwrap_err();
            assert_eq!(fault, Fault::Odd);
            // Where the card is now is unknown, so nothing may be read before a new SELECT.
            let read = guard.send(&[0x00, 0xB0, 0x82, 0x00, 0x00]).unwrap_err();
            assert_eq!(read, Fault::Forbidden);
        }
    }

    #[test]
    fn a_cancelled_job_sends_nothing_more_but_still_leaves_the_card() {
        let mut bench = Bench::new();
        bench.cancel.store(true, Ordering::Relaxed);
        let mut guard = bench.guard(Mode::Face, &[0x90, 0x00]);
        let fault = guard.send(&select(Application::Surface)).unwrap_err();
        assert_eq!(fault, Fault::Cancelled);
        guard.finish();
        let reached = bench.reached.lock().unwrap();
        assert_eq!(reached.len(), 3);
        assert_eq!(reached[2], b"unpower");
    }
}

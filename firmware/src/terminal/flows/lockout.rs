//! this person pauses, or the whole device.

use std::time::Duration;

use protocol::number::UserId;

use super::passcode::PasscodeFlow;
use super::staff::StaffFlow;
use crate::access::{self, Gate};
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{LockoutPage, Page, PasscodeReason};

/// The pause.
pub struct LockoutFlow {
    who: UserId,
    name: String,
    reason: PasscodeReason,
    wrong: u8,
    device_wide: bool,
    /// Boot time at which it ends; `None`: only an administrator ends it.
    ends: Option<Duration>,
    opened: Waiting,
}

impl LockoutFlow {
    /// Shows `gate`, which is paused.
    #[must_use]
    pub fn new(
        who: UserId,
        name: String,
        reason: PasscodeReason,
        gate: &Gate,
        desk: &Desk,
    ) -> Self {
        let (wrong, left, device_wide) = match gate {
            Gate::Paused {
                wrong,
                left,
                device_wide,
            } => (*wrong, *left, *device_wide),
            Gate::Open { .. } => (0, Some(Duration::ZERO), false),
        };
        Self {
            who,
            name,
            reason,
            wrong,
            device_wide,
            ends: left.map(|left| desk.now.boot + left),
            opened: Waiting::default(),
        }
    }

    fn left(&self, desk: &Desk) -> Option<Duration> {
        self.ends.map(|ends| ends.saturating_sub(desk.now.boot))
    }

    fn again(&self) -> Next {
        let flow = PasscodeFlow::new(self.who.clone(), self.name.clone(), self.reason);
        Next::Replace(Box::new(flow))
    }
}

impl Flow for LockoutFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Lockout
    }

    fn page(&self, desk: &Desk) -> Page {
        // Minutes, rounded up: seconds would only make people watch them.
        let left = self.left(desk).map(|left| {
            let minutes = u64::try_from(left.as_millis().div_ceil(60_000)).unwrap_or(u64::MAX);
            Duration::from_secs(minutes.saturating_mul(60))
        });
        let opens_at = left.filter(|_| desk.now.is_trusted()).map(|left| {
            let (_, hour, minute) = (desk.now.wall + left).to_japan();
            (hour, minute)
        });
        Page::Lockout(LockoutPage {
            name: self.name.clone(),
            wrong: self.wrong,
            left,
            opens_at,
            device_wide: self.device_wide,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if let Some(approval) = desk.take_approval(PasscodeReason::OpenLockout) {
            let who = (!self.device_wide).then(|| self.who.clone());
            let ticket = desk.store(access::Job::OpenLockout {
                by: approval.by,
                who,
            });
            self.opened.start(ticket);
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, _desk: &mut Desk) -> Next {
        match touch {
            Touch::Back | Touch::Main => Next::Back,
            Touch::Second | Touch::Third => Next::Open(Box::new(StaffFlow::to_approve(
                PasscodeReason::OpenLockout,
                Some(self.who.clone()),
            ))),
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Tick if self.left(desk).is_some_and(|left| left.is_zero()) => self.again(),
            Input::Stored(ticket, result) if self.opened.take(*ticket) => match result {
                Ok(_) => self.again(),
                Err(problem) => Next::Trouble(problem.clone()),
            },
            _ => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

//! What comes in that is not a touch: answers of the vault, the line, the reader, time.

use std::time::Duration;

use hal::card::ReaderEvent;

use super::effect::Input;
use super::flow::{Flow, Next};
use super::flows::lock::LockFlow;
use super::flows::setup::SetupFlow;
use super::screen::Screen;
use super::stack::Stack;
use super::{Terminal, line};
use crate::access;
use crate::audit::LockCause;
use crate::setup::{self, Loaded};
use crate::store::{Status, StoreReply};
use crate::upkeep;

/// A contact with the gateway is written again after this long.
pub const HEARD_STEP: Duration = Duration::from_secs(10 * 60);

impl Terminal {
    pub(super) fn event(&mut self, mut input: Input) {
        match &mut input {
            Input::Started if !self.started => {
                self.started = true;
                // What ended while the terminal was off is gone before anything is shown.
                self.sweep();
                let version = self.desk.config.version.clone();
                self.desk.store(setup::Job::Started { version });
                self.reload();
            }
            // The vault did not answer at the start: again, once the trouble was read.
            Input::Tick
                if self.started
                    && !self.known
                    && !self.load.is_waiting()
                    && self.stack.len() == 1 =>
            {
                self.reload();
            }
            Input::Stored(ticket, _) if self.load.take(*ticket) => return self.loaded(input),
            Input::Stored(ticket, result) if self.standing.take(*ticket) => {
                let still = match result {
                    Ok(StoreReply::Access(access::Reply::Standing(role))) => *role,
                    _ => None,
                };
                if self.desk.session.as_ref().map(|session| session.role) != still {
                    self.lock(LockCause::Disabled);
                }
                return;
            }
            Input::Status(status) => self.numbers(status),
            Input::Reader(event) => {
                self.desk.card_present = *event == ReaderEvent::CardArrived;
                self.desk.reader = Some(event.clone());
            }
            Input::Tick if self.desk.now.boot.saturating_sub(self.last_sweep) >= upkeep::EVERY => {
                self.sweep();
            }
            Input::VaultChecked(ticket, finding) => {
                let now = self.desk.now.boot;
                let finding = finding.as_ref().clone();
                return self.desk.vault_check.ended(*ticket, finding, now);
            }
            Input::Board(event) => return self.board(*event),
            Input::Room(room) => {
                self.desk.config.resize(*room);
                // A list that is on the screen is read again, with the rows that fit now.
                self.shown();
            }
            Input::Stored(ticket, result) if self.case.is_mine(*ticket) => {
                return self.case.reported(result, self.desk.now.boot);
            }
            Input::Synced(report) => {
                if line::was_heard(report) {
                    self.sweep();
                    self.heard();
                }
                match line::told(&mut self.desk, report) {
                    line::Told::Nothing => {}
                    line::Told::Reload => {
                        self.reload();
                        self.check_standing();
                    }
                    line::Told::Wipe => return self.wipe(),
                }
            }
            _ => {}
        }
        for index in (0..self.stack.len()).rev() {
            let Some(next) = self.stack.event(index, &mut input, &mut self.desk) else {
                continue;
            };
            self.apply_at(index, next);
            if index >= self.stack.len() {
                // Flows below are gone as well, or the desk was locked.
                break;
            }
        }
    }

    fn numbers(&mut self, status: &Status) {
        self.desk.counts = status.counts;
        self.desk.unopened = status.unopened;
        self.desk.draft = status.draft;
        self.desk.has_clients = status.has_clients;
        self.desk.nearly_full = status.nearly_full;
        self.desk.untold = status.untold;
        self.desk.maintenance = status.maintenance;
    }

    /// Deadlines hold whether anybody touches the screen or not.
    fn sweep(&mut self) {
        self.last_sweep = self.desk.now.boot;
        self.desk.store(upkeep::Job::Sweep);
    }

    /// The gateway was heard: that is kept now and then, and it can be told what it missed.
    fn heard(&mut self) {
        let boot = self.desk.now.boot;
        let due = self
            .last_heard
            .is_none_or(|last| boot.saturating_sub(last) >= HEARD_STEP);
        if due {
            self.last_heard = Some(boot);
            self.desk.store(access::Job::Heard);
        }
        if self.desk.untold {
            let command = self.desk.command_id();
            self.desk.store(access::Job::Retell { command });
        }
    }

    fn reload(&mut self) {
        let ticket = self.desk.store(setup::Job::Load);
        self.load.start(ticket);
    }

    /// Somebody who works here may just have been stopped.
    fn check_standing(&mut self) {
        if let Some(session) = &self.desk.session {
            let who = session.staff.clone();
            let ticket = self.desk.store(access::Job::Standing { who });
            self.standing.start(ticket);
        }
    }

    fn loaded(&mut self, input: Input) {
        let starting = self.stack.top().screen(&self.desk) == Screen::Lock
            && self.stack.len() == 1
            && self.desk.session.is_none();
        match input {
            Input::Stored(_, Ok(StoreReply::Setup(setup::Reply::Loaded(loaded)))) => {
                line::known(&mut self.desk, &loaded);
                self.known = true;
                if starting {
                    self.base(&loaded);
                }
            }
            Input::Stored(_, Err(problem)) => self.apply(Next::Trouble(problem)),
            _ => {}
        }
    }

    /// What lies at the bottom while nobody has unlocked.
    fn base(&mut self, loaded: &Loaded) {
        let bottom: Box<dyn Flow> = if loaded.finished {
            Box::new(LockFlow)
        } else {
            Box::new(SetupFlow::resume(loaded))
        };
        self.stack = Stack::new(bottom);
        self.shown();
    }
}

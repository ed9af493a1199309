//! What the board noticed: the case, the battery, parts that fail; and the light of the screen.

use std::time::Duration;

use hal::board::{BoardEvent, BoardFault, Cue, Part, PartState};
use protocol::command::DeviceEvent;

use super::Terminal;
use super::effect::{Effect, Input, Ticket};
use super::flow::{Next, Waiting};
use crate::audit::LockCause;
use crate::error::Problem;
use crate::power::{self, Notice};
use crate::setup;
use crate::store::StoreReply;
use hal::card::ReaderEvent;

/// An opened case is logged and reported at most this often: a switch with a loose contact
/// must not fill the log and the queue. It locks the desk every time.
pub const CASE_REPORT_EVERY: Duration = Duration::from_secs(10 * 60);

/// A report that could not be saved is tried again after this long.
pub const CASE_RETRY: Duration = Duration::from_secs(10);

/// The case, and what is still to be said of it.
#[derive(Debug, Default)]
pub(super) struct Case {
    open: bool,
    owed: Owed,
    waiting: Waiting,
    last_try: Option<Duration>,
    last_report: Option<Duration>,
}

/// What an opened case still owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Owed {
    #[default]
    Nothing,
    /// Log and report.
    Both,
    /// The queue had no room for the report.
    Report,
}

impl Case {
    /// Whether an answer of the store is about the case.
    pub(super) fn is_mine(&self, ticket: Ticket) -> bool {
        self.waiting.is(ticket)
    }

    /// The answer of the store.
    pub(super) fn reported(&mut self, result: &Result<StoreReply, Problem>, now: Duration) {
        self.waiting = Waiting::default();
        match result {
            Ok(StoreReply::Power(power::Reply::NotTold)) => self.owed = Owed::Report,
            Ok(_) => {
                self.owed = Owed::Nothing;
                self.last_report = Some(now);
            }
            // It stays owed.
            Err(_) => {}
        }
    }

    /// A change of the switch; whether the case was opened just now.
    fn turned(&mut self, open: bool, now: Duration) -> bool {
        let opened = open && !self.open;
        self.open = open;
        let quiet = self
            .last_report
            .is_some_and(|last| now.saturating_sub(last) < CASE_REPORT_EVERY);
        if opened && !quiet {
            self.owed = Owed::Both;
            self.last_try = None;
        }
        opened
    }

    fn is_due(&self, now: Duration) -> bool {
        self.owed != Owed::Nothing
            && !self.waiting.is_waiting()
            && self
                .last_try
                .is_none_or(|last| now.saturating_sub(last) >= CASE_RETRY)
    }
}

/// What was seen of the parts is kept so long after the last change: at the start all of them
/// tell something at once.
pub const PARTS_SETTLE: Duration = Duration::from_secs(2);

/// Least time between two such records: a loose contact must not wear out the disk.
pub const PARTS_KEEP_EVERY: Duration = Duration::from_secs(60);

/// When the state of the parts is kept for the technician.
#[derive(Debug, Default)]
pub(super) struct PartsRecord {
    changed: Option<Duration>,
    kept: Option<Duration>,
}

impl PartsRecord {
    fn changed(&mut self, now: Duration) {
        self.changed = Some(now);
    }

    fn kept(&mut self, now: Duration) {
        (self.changed, self.kept) = (None, Some(now));
    }

    fn is_due(&self, now: Duration) -> bool {
        let since = |then: Duration| now.saturating_sub(then);
        self.changed.is_some_and(|at| since(at) >= PARTS_SETTLE)
            && self.kept.is_none_or(|at| since(at) >= PARTS_KEEP_EVERY)
    }
}

impl Terminal {
    /// A touch or a card makes the screen bright; whether it was dark before.
    pub(super) fn light_up(&mut self, input: &Input) -> bool {
        let used = matches!(
            input,
            Input::Touch(_) | Input::Reader(ReaderEvent::CardArrived | ReaderEvent::CardLeft)
        );
        if !used {
            return false;
        }
        let dark = self.screen_light.is_dark();
        if let Some(light) = self.screen_light.used(self.desk.now.boot) {
            self.desk.effect(Effect::Screen(light));
        }
        dark
    }

    /// What time alone brings: a darker screen, the end of the battery's grace, a report that
    /// could not be saved.
    pub(super) fn power_tick(&mut self) {
        let now = self.desk.now.boot;
        if let Some(light) = self.screen_light.tick(now) {
            self.desk.effect(Effect::Screen(light));
        }
        if let Some(notice) = self.desk.battery.tick(now) {
            self.notice(notice);
        }
        if self.case.is_due(now) {
            self.report_case(now);
        }
        if self.parts.is_due(now) {
            self.keep_parts(now);
        }
    }

    /// What `kiosk doctor` reads: it may not reach for the pins itself.
    fn keep_parts(&mut self, now: Duration) {
        let code = |part| self.desk.faulty.get(part).map(BoardFault::code);
        let parts = self.desk.fitted.iter().map(|part| setup::KeptPart {
            part: part.word().to_owned(),
            code: code(part),
        });
        let job = setup::Job::KeepBoard(parts.collect());
        self.desk.store(job);
        self.parts.kept(now);
    }

    pub(super) fn board(&mut self, event: BoardEvent) {
        let now = self.desk.now.boot;
        let notice = match event {
            BoardEvent::Case { open } => {
                self.desk.case_open = Some(open);
                return self.case_turned(open);
            }
            BoardEvent::Mains { on } => self.desk.battery.mains(on, now),
            BoardEvent::Battery(charge) => self.desk.battery.charge(charge.percent, now),
            BoardEvent::Part(part, PartState::Works) => {
                self.parts.changed(now);
                self.desk.fitted.insert(part);
                self.desk.faulty.remove(&part);
                None
            }
            BoardEvent::Part(part, PartState::Faulty(fault)) => {
                self.parts.changed(now);
                self.desk.fitted.insert(part);
                self.desk.faulty.insert(part, fault);
                if part == Part::Gauge {
                    self.desk.battery.gauge_lost();
                }
                None
            }
        };
        if let Some(notice) = notice {
            self.notice(notice);
        }
    }

    /// An opened case locks the desk at once, whatever becomes of the report.
    fn case_turned(&mut self, open: bool) {
        let was_open = self.case.open;
        if !self.case.turned(open, self.desk.now.boot) {
            if was_open && !open {
                self.desk.store(power::Job::CaseClosed);
            }
            return;
        }
        // Set-up, and a start that still waits for the vault, hold nothing about visitors and
        // would be lost.
        let at_work = self.known && self.stack.bottom_is_lock(&self.desk);
        if self.desk.session.is_some() || at_work {
            self.lock(LockCause::Tamper);
        }
        self.desk.effect(Effect::Cue(Cue::Attention));
        self.wake_screen();
        self.stays_to_be_read();
        self.apply(Next::Trouble(Problem::CaseOpened));
    }

    fn report_case(&mut self, now: Duration) {
        let command = self.desk.command_id();
        let job = match self.case.owed {
            Owed::Both => power::Job::CaseOpened { command },
            Owed::Report => power::Job::Tell {
                event: DeviceEvent::CaseOpened,
                command,
            },
            Owed::Nothing => return,
        };
        let ticket = self.desk.store(job);
        self.case.waiting.start(ticket);
        self.case.last_try = Some(now);
        self.desk.effect(Effect::WakeSync);
    }

    fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::Low => {
                self.desk.effect(Effect::Cue(Cue::Attention));
                self.wake_screen();
            }
            Notice::Empty => {
                self.desk.effect(Effect::Cue(Cue::Attention));
                self.wake_screen();
                self.stays_to_be_read();
                self.apply(Next::Trouble(Problem::BatteryEmpty));
            }
            Notice::Recovered | Notice::Saved => {}
            Notice::PowerOff => {
                if self.desk.session.is_some() {
                    self.lock(LockCause::PowerOff);
                }
                let percent = self.desk.battery.percent().unwrap_or(0);
                let command = self.desk.command_id();
                // In this order: the store is done before the unit is off.
                self.desk
                    .store(power::Job::BatteryEmpty { percent, command });
                self.desk.effect(Effect::PowerOff);
            }
        }
    }

    /// What comes on the screen by itself stands for the idle time, as if it had been asked for:
    /// on a unit that nobody has touched for long the shutter would close over it at once.
    fn stays_to_be_read(&mut self) {
        self.last_touch = self.desk.now.boot;
    }

    fn wake_screen(&mut self) {
        if let Some(light) = self.screen_light.used(self.desk.now.boot) {
            self.desk.effect(Effect::Screen(light));
        }
    }
}

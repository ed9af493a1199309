//! What the board noticed: the case, the battery, parts that fail; and the light of the screen.

use std::time::Duration;

use hal::board::{BoardEvent, BoardFault, Cue, Part, PartState};
use protocol::command::DeviceEvent;
use protocol::problem::ProblemCode;

use super::Terminal;
use super::effect::{Effect, Input, Ticket};
use super::flow::{Next, Waiting};
use super::view::Page;
use crate::audit::LockCause;
use crate::error::Problem;
use crate::power::{self, Notice};
use crate::setup;
use crate::store::StoreReply;
use hal::card::ReaderEvent;

/// An opened case is logged and reported at most this often, and a closed one logged: a switch
/// with a loose contact must not fill the log and the queue. It locks the desk every time. What
/// happens meanwhile is owed, and told once when this time is over.
pub const CASE_REPORT_EVERY: Duration = Duration::from_secs(10 * 60);

/// A report that could not be saved is tried again after this long.
pub const CASE_RETRY: Duration = Duration::from_secs(10);

/// The case, and what is still to be said of it.
#[derive(Debug, Default)]
pub(super) struct Case {
    open: bool,
    /// An opening is to be logged and reported.
    opening_owed: bool,
    /// An opening was logged; the queue had no room for its report.
    report_owed: bool,
    /// A closing is to be logged.
    closing_owed: bool,
    /// The opening that the store is asked to log just now, or its report.
    asked: Asked,
    waiting: Waiting,
    last_try: Option<Duration>,
    last_opening: Option<Duration>,
    last_closing: Option<Duration>,
}

/// What the store was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Asked {
    #[default]
    Nothing,
    /// Log and report.
    Both,
    /// Report what is logged.
    Report,
}

fn is_quiet(last: Option<Duration>, now: Duration) -> bool {
    last.is_some_and(|last| now.saturating_sub(last) < CASE_REPORT_EVERY)
}

impl Case {
    /// Whether an answer of the store is about the case.
    pub(super) fn is_mine(&self, ticket: Ticket) -> bool {
        self.waiting.is(ticket)
    }

    /// The answer of the store.
    pub(super) fn reported(&mut self, result: &Result<StoreReply, Problem>, now: Duration) {
        self.waiting = Waiting::default();
        let asked = std::mem::take(&mut self.asked);
        if result.is_err() {
            // It stays owed.
            self.opening_owed |= asked == Asked::Both;
            self.report_owed |= asked == Asked::Report;
            return;
        }
        if asked == Asked::Both {
            self.last_opening = Some(now);
        }
        self.report_owed = matches!(result, Ok(StoreReply::Power(power::Reply::NotTold)));
    }

    /// A change of the switch; whether the case was opened just now.
    fn turned(&mut self, open: bool, now: Duration) -> bool {
        let was_open = std::mem::replace(&mut self.open, open);
        let opened = open && !was_open;
        if opened && !is_quiet(self.last_opening, now) {
            self.last_try = None;
        }
        self.opening_owed |= opened;
        self.closing_owed |= was_open && !open;
        opened
    }

    /// What the store is to be asked for now.
    fn due(&self, now: Duration) -> Asked {
        let rests = self
            .last_try
            .is_some_and(|last| now.saturating_sub(last) < CASE_RETRY);
        if rests || self.waiting.is_waiting() {
            Asked::Nothing
        } else if self.opening_owed && !is_quiet(self.last_opening, now) {
            Asked::Both
        } else if self.report_owed {
            Asked::Report
        } else {
            Asked::Nothing
        }
    }

    /// Whether it is to be logged now that the case is closed; then it is owed no more.
    fn take_closing(&mut self, now: Duration) -> bool {
        // An opening that is owed comes before it.
        let due = self.closing_owed
            && !self.open
            && !self.opening_owed
            && !self.waiting.is_waiting()
            && !is_quiet(self.last_closing, now);
        if due {
            self.closing_owed = false;
            self.last_closing = Some(now);
        }
        due
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
        self.report_case(now);
        if self.case.take_closing(now) {
            self.desk.store(power::Job::CaseClosed);
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
        if !self.case.turned(open, self.desk.now.boot) {
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
        let asked = self.case.due(now);
        let job = match asked {
            Asked::Both => power::Job::CaseOpened {
                command: self.desk.command_id(),
            },
            Asked::Report => power::Job::Tell {
                event: DeviceEvent::CaseOpened,
                command: self.desk.command_id(),
            },
            Asked::Nothing => return,
        };
        self.case.asked = asked;
        self.case.opening_owed &= asked != Asked::Both;
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
            Notice::Recovered => {}
            Notice::Saved => self.take_back_empty(),
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

    /// The warning is over: what was in hand is on the screen again.
    fn take_back_empty(&mut self) {
        let is_warning =
            |page: &Page| matches!(page, Page::Trouble(it) if it.code == ProblemCode::PowerEmpty);
        while let Some(index) = self.stack.find(&self.desk, is_warning) {
            if index + 1 == self.stack.len() {
                self.apply(Next::Back);
            } else {
                // Somebody reads its slip or a help page; what they read stays.
                self.stack.remove(index);
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

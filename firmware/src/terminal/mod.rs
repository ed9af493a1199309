//! The terminal: a state machine without I/O.
//!
//! `handle(Input, Now) -> Vec<Effect>` and `view() -> View`. Time, randomness, the card, the
//! vault and the network come in as inputs and go out as effects, so that a whole day at the
//! desk replays from a seed without a thread, a socket or a sleep.
//!
//! What belongs to one question is a [`flow::Flow`]; here is what belongs to all of them: the
//! stack, the idle lock, the rights, the strip, and the way home.

pub mod desk;
pub mod effect;
pub mod entry;
pub mod flow;
pub mod flows;
pub mod hours;
pub mod screen;
pub mod touch;
pub mod view;

mod line;
mod stack;

use std::time::Duration;

use hal::board::Cue;
use hal::card::ReaderEvent;
use protocol::problem::ProblemCode;

use crate::access::{self, rights};
use crate::audit::LockCause;
use crate::clock::Now;
use crate::entropy::Entropy;
use crate::error::Problem;
use crate::setup::{self, Loaded};
use crate::store::{Status, StoreReply};
use crate::upkeep;
use desk::Desk;
use effect::{Effect, Input, TerminalConfig};
use flow::{Flow, Next, Waiting};
use flows::help::HelpFlow;
use flows::home::HomeFlow;
use flows::lock::{LockFlow, StartingFlow, WipedFlow};
use flows::setup::SetupFlow;
use flows::trouble::{SlipFlow, TroubleFlow, slip};
use screen::Screen;
use stack::Stack;
use touch::Touch;
use view::{Strip, View};

/// A second touch of the same action within this time is the same touch.
pub const DOUBLE_TOUCH: Duration = Duration::from_millis(250);

/// How much longer than the idle time a desk stays open while a card is being read. A card
/// session has a limit of its own; this one holds whatever happens to it.
pub const BUSY_GRACE: Duration = Duration::from_secs(30);

/// A contact with the gateway is written again after this long.
pub const HEARD_STEP: Duration = Duration::from_secs(10 * 60);

/// Most changes of screen that one input may cause. More means two flows open each other.
const MOST_STEPS: usize = 16;

/// The state machine.
pub struct Terminal {
    desk: Desk,
    stack: Stack,
    last_touch: Duration,
    last_sweep: Duration,
    last_heard: Option<Duration>,
    last_action: Option<(Touch, Duration)>,
    load: Waiting,
    standing: Waiting,
    started: bool,
    known: bool,
    wiped: bool,
}

impl Terminal {
    /// A terminal that has not been started; [`Input::Started`] loads its state.
    #[must_use]
    pub fn new(config: TerminalConfig, now: Now, entropy: Box<dyn Entropy>) -> Self {
        Self {
            desk: Desk::new(config, now, entropy),
            stack: Stack::new(Box::new(StartingFlow)),
            last_touch: now.boot,
            last_sweep: now.boot,
            last_heard: None,
            last_action: None,
            load: Waiting::default(),
            standing: Waiting::default(),
            started: false,
            known: false,
            wiped: false,
        }
    }

    /// Takes one input and says what is to be done.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Effect> {
        self.desk.now = now;
        if self.wiped {
            return Vec::new();
        }
        // The idle time may have ended with nobody ticking (the unit slept): what is touched
        // then is the shutter.
        let locked = self.idle();
        match input {
            Input::Touch(_) if locked => self.last_touch = now.boot,
            Input::Touch(touch) => self.touch(touch),
            input => self.event(input),
        }
        self.guard();
        self.idle();
        self.desk.take_effects()
    }

    /// What the screen shows.
    #[must_use]
    pub fn view(&self) -> View {
        let flow = self.stack.top();
        View {
            screen: flow.screen(&self.desk),
            strip: self.strip(),
            look: self.desk.look,
            staff: self
                .desk
                .session
                .as_ref()
                .map(|session| session.name.clone()),
            page: flow.page(&self.desk),
        }
    }

    fn touch(&mut self, touch: Touch) {
        self.last_touch = self.desk.now.boot;
        if matches!(touch, Touch::Main | Touch::Second) && self.is_double(&touch) {
            return;
        }
        let next = match touch {
            Touch::Awake => Next::Stay,
            Touch::Home => Next::Home,
            Touch::LockNow if self.desk.session.is_some() => return self.lock(LockCause::Touch),
            Touch::LockNow => Next::Stay,
            Touch::Help if self.stack.top().screen(&self.desk) == Screen::Help => Next::Stay,
            Touch::Help => Next::Open(Box::new(HelpFlow::new(self.slip(None)))),
            Touch::ShowSlip => match self.stack.top().screen(&self.desk) {
                Screen::Slip => Next::Stay,
                // These know better than we which screen the slip is about.
                Screen::Trouble | Screen::Help | Screen::HelpTopic => {
                    self.stack.top_mut().touch(Touch::ShowSlip, &mut self.desk)
                }
                _ => Next::Open(Box::new(SlipFlow::new(self.slip(None)))),
            },
            touch => self.stack.top_mut().touch(touch, &mut self.desk),
        };
        self.apply(next);
    }

    /// Whether this action belongs to the same touch as the one before it. Stopping somebody
    /// takes two touches of the second action: they must be two.
    fn is_double(&mut self, touch: &Touch) -> bool {
        let boot = self.desk.now.boot;
        let double = self
            .last_action
            .as_ref()
            .is_some_and(|(last, at)| last == touch && boot.saturating_sub(*at) < DOUBLE_TOUCH);
        if !double {
            self.last_action = Some((touch.clone(), boot));
        }
        double
    }

    fn event(&mut self, mut input: Input) {
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
            Input::Battery(percent) => self.desk.battery = Some((*percent).min(100)),
            Input::Room(room) => {
                self.desk.config.resize(*room);
                // A list that is on the screen is read again, with the rows that fit now.
                self.shown();
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

    fn apply(&mut self, next: Next) {
        self.apply_at(self.stack.len() - 1, next);
    }

    /// Applies what the flow at `index` wants. A flow that is covered waits until it is
    /// uncovered, except where the desk itself changes.
    fn apply_at(&mut self, index: usize, next: Next) {
        let mut next = next;
        let mut at = index;
        for _ in 0..MOST_STEPS {
            if at + 1 < self.stack.len() && !matches!(next, Next::Stay | Next::Lock) {
                self.stack.wait(at, next);
                return;
            }
            match next {
                Next::Stay => return,
                Next::Lock => return self.lock(LockCause::Touch),
                Next::Back => self.stack.pop(),
                Next::Home
                    if self.desk.session.is_some() && self.stack.bottom_is_lock(&self.desk) =>
                {
                    // Half-way through unlocking (the pledge): there is no home yet.
                    return self.lock(LockCause::Touch);
                }
                Next::Home => self.stack.home(),
                Next::Replace(flow) => self.stack.replace(flow),
                Next::Open(flow) => {
                    if !self.stack.push(flow) {
                        return;
                    }
                }
                Next::Unlocked => {
                    self.stack = Stack::new(Box::new(HomeFlow));
                    self.last_touch = self.desk.now.boot;
                    self.desk.effect(Effect::WakeSync);
                }
                Next::Trouble(problem) => {
                    let screen = self.stack.top().screen(&self.desk);
                    let flow = TroubleFlow::new(&problem, screen, &self.desk);
                    if !self.stack.push(Box::new(flow)) {
                        return;
                    }
                }
            }
            if self.refused() {
                return;
            }
            next = match self.stack.waiting() {
                Some(waiting) => waiting,
                None => self.stack.top_mut().shown(&mut self.desk),
            };
            at = self.stack.len() - 1;
        }
    }

    fn shown(&mut self) {
        let next = self.stack.top_mut().shown(&mut self.desk);
        self.apply(next);
    }

    /// The one place where rights are checked: whatever flow wants to show a screen that this
    /// person may not see is dropped.
    fn refused(&mut self) -> bool {
        let top = self.stack.top();
        let screen = top.screen(&self.desk);
        let allowed = match &self.desk.session {
            Some(session) => rights::may_see(session.role, screen),
            None => top.before_unlock(),
        };
        if allowed {
            return false;
        }
        if self.desk.session.is_none() {
            self.lock(LockCause::Restart);
            return true;
        }
        self.stack.pop();
        let problem = Problem::Refused(ProblemCode::AccessDenied);
        let flow = TroubleFlow::new(&problem, screen, &self.desk);
        self.stack.push(Box::new(flow));
        true
    }

    /// A flow may have changed its screen by itself: the rights hold for that too.
    fn guard(&mut self) {
        self.refused();
    }

    /// Locks after the idle time; whether it did.
    fn idle(&mut self) -> bool {
        let unused = self.desk.now.boot.saturating_sub(self.last_touch);
        let limit = self.desk.config.idle_lock;
        if unused < limit || (self.stack.top().busy() && unused < limit + BUSY_GRACE) {
            return false;
        }
        if self.desk.session.is_some() {
            self.lock(LockCause::Idle);
        } else if self.stack.len() > 1 && self.stack.bottom_is_lock(&self.desk) {
            // A half-typed passcode, help or trouble before login: the shutter closes again.
            self.forget();
        } else {
            return false;
        }
        true
    }

    /// The desk locks: nothing about visitors or of what was typed is left.
    fn lock(&mut self, cause: LockCause) {
        let who = self
            .desk
            .session
            .as_ref()
            .map(|session| session.staff.clone());
        if who.is_some() {
            self.desk.store(access::Job::Locked { who, cause });
        }
        self.forget();
    }

    fn forget(&mut self) {
        if self.stack.any_busy() {
            self.desk.effect(Effect::CancelCard);
        }
        self.desk.effect(Effect::Cue(Cue::Quiet));
        self.desk.session = None;
        self.desk.in_hand = None;
        self.desk.approval = None;
        self.stack = Stack::new(Box::new(LockFlow));
    }

    /// The unit is lost: the key is destroyed, and nothing more is done here.
    fn wipe(&mut self) {
        self.forget();
        self.stack = Stack::new(Box::new(WipedFlow));
        self.desk.effect(Effect::Wipe);
        self.desk.profile = None;
        self.desk.facility = None;
        self.wiped = true;
    }

    fn slip(&self, code: Option<ProblemCode>) -> view::Slip {
        slip(&self.desk, self.stack.top().screen(&self.desk), code)
    }

    fn strip(&self) -> Strip {
        let desk = &self.desk;
        let name = desk.profile.as_ref().map(|profile| profile.name.clone());
        let name = name.or_else(|| desk.facility.as_ref().map(|facility| facility.name.clone()));
        let short = desk
            .profile
            .as_ref()
            .map(|profile| profile.short_name.clone());
        Strip {
            office: name.unwrap_or_default(),
            office_short: short.unwrap_or_default(),
            test_trust: desk.config.test_trust,
            network: desk.network.clone(),
            waiting: desk.counts.pending(),
            clock: desk.now.is_trusted().then(|| desk.now.wall.to_japan()),
            battery: desk.battery,
        }
    }
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal")
            .field("screen", &self.stack.top().screen(&self.desk))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

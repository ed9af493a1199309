//! The terminal: a state machine without I/O.
//!
//! `handle(Input, Now) -> Vec<Effect>` and `view() -> View`. Time, randomness, the card, the
//! vault and the network come in as inputs and go out as effects, so that a whole day at the
//! desk replays from a seed without a thread, a socket or a sleep.
//!
//! What belongs to one question is a [`flow::Flow`]; here is what belongs to all of them: the
//! stack, the idle lock, the rights, the strip, and the way home.

pub mod check;
pub mod desk;
pub mod effect;
pub mod entry;
pub mod flow;
pub mod flows;
pub mod hours;
pub mod pager;
pub mod screen;
pub mod touch;
pub mod view;

mod board;
mod line;
mod news;
mod shutter;
mod stack;

use std::time::Duration;

use protocol::problem::ProblemCode;

use crate::access::rights;
use crate::audit::LockCause;
use crate::clock::Now;
use crate::entropy::Entropy;
use crate::error::Problem;
use crate::power::ScreenWatch;
use crate::sync::CertificateState;
use desk::Desk;
use effect::{Effect, Input, TerminalConfig};
use flow::{Next, Waiting};
use flows::help::HelpFlow;
use flows::home::HomeFlow;
use flows::lock::StartingFlow;
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
    screen_light: ScreenWatch,
    case: board::Case,
    parts: board::PartsRecord,
}

impl Terminal {
    /// A terminal that has not been started; [`Input::Started`] loads its state.
    #[must_use]
    pub fn new(config: TerminalConfig, now: Now, entropy: Box<dyn Entropy>) -> Self {
        Self {
            screen_light: ScreenWatch::new(config.screen_times, now.boot),
            case: board::Case::default(),
            parts: board::PartsRecord::default(),
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
        // Nobody aims at what cannot be seen: such a touch is for the light.
        let dark = self.light_up(&input);
        match input {
            Input::Touch(_) if locked || dark => self.last_touch = now.boot,
            Input::Touch(touch) => self.touch(touch),
            input => self.event(input),
        }
        self.power_tick();
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
            maintenance: desk
                .maintenance
                .filter(|_| line::is_excused(&desk.network))
                .and_then(|window| window.open_until(&desk.now)),
            certificate: desk
                .certificate
                .and_then(|life| life.state(&desk.now))
                .filter(CertificateState::is_on_the_strip),
            waiting: desk.counts.pending(),
            clock: desk.now.is_trusted().then(|| desk.now.wall.to_japan()),
            battery: desk.battery.percent().map(|percent| view::Battery {
                percent,
                charging: desk.battery.is_charging(),
                low: desk.battery.is_low(),
            }),
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

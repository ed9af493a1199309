//! A board put together from parts: when each is looked at, and what is told of it.

use std::time::Duration;

use super::part::{Backlight, Buzzer, Contact, Gauge, Lamp, RealTimeClock};
use super::{
    Board, BoardEvent, BoardFault, Cue, CuePlayer, Debounce, Light, Part, PartState, ScreenLight,
    Tone,
};

/// How often the case's switch and the mains line are looked at.
pub const CONTACT_EVERY: Duration = Duration::from_millis(100);

/// How often the gauge is read. It measures four times a second; a percent takes minutes.
pub const GAUGE_EVERY: Duration = Duration::from_secs(10);

/// How often the real-time clock is looked at.
pub const CLOCK_EVERY: Duration = Duration::from_secs(600);

/// How long a part that failed is left alone.
pub const RETRY_EVERY: Duration = Duration::from_secs(10);

/// Opens the way to a part, or says why there is none just now: a driver of the kernel may come
/// later than this program.
pub type Opener<T> = Box<dyn FnMut() -> Result<Box<T>, BoardFault> + Send>;

/// A part that is fitted, by its opener. `None`: the unit has no such part.
pub type Fit<T> = Option<Opener<T>>;

/// Everything a unit may have.
#[derive(Default)]
pub struct Parts {
    /// The status lamp.
    pub lamp: Fit<dyn Lamp>,
    /// The buzzer.
    pub buzzer: Fit<dyn Buzzer>,
    /// The case's switch; active when the case is open.
    pub case: Fit<dyn Contact>,
    /// The mains line; active when the mains are there.
    pub mains: Fit<dyn Contact>,
    /// The battery gauge.
    pub gauge: Fit<dyn Gauge>,
    /// The light behind the screen.
    pub backlight: Fit<dyn Backlight>,
    /// The real-time clock.
    pub clock: Fit<dyn RealTimeClock>,
}

/// A board made of parts.
pub struct PartsBoard {
    lamp: Slot<dyn Lamp>,
    buzzer: Slot<dyn Buzzer>,
    case: Slot<dyn Contact>,
    mains: Slot<dyn Contact>,
    gauge: Slot<dyn Gauge>,
    backlight: Slot<dyn Backlight>,
    clock: Slot<dyn RealTimeClock>,
    case_state: Debounce,
    mains_state: Debounce,
    player: CuePlayer,
    wanted_cue: Option<(Cue, bool)>,
    /// What lamp, buzzer and backlight show; `None` until it is known to be shown.
    light: Option<Light>,
    tone: Option<Tone>,
    screen: Option<ScreenLight>,
    wanted_screen: ScreenLight,
}

impl PartsBoard {
    /// A board that has not been looked at.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            lamp: Slot::new(Part::Lamp, parts.lamp),
            buzzer: Slot::new(Part::Buzzer, parts.buzzer),
            case: Slot::new(Part::Case, parts.case),
            mains: Slot::new(Part::Mains, parts.mains),
            gauge: Slot::new(Part::Gauge, parts.gauge),
            backlight: Slot::new(Part::Backlight, parts.backlight),
            clock: Slot::new(Part::Clock, parts.clock),
            case_state: Debounce::default(),
            mains_state: Debounce::default(),
            player: CuePlayer::new(),
            wanted_cue: None,
            light: None,
            tone: None,
            screen: None,
            wanted_screen: ScreenLight::Bright,
        }
    }

    /// Whether it is known if the mains are there, as far as it can be. A charge that was told
    /// before would be taken for that of a unit without its charger.
    fn mains_are_known(&self) -> bool {
        self.mains.fit.is_none()
            || self.mains_state.is_settled()
            || matches!(self.mains.state, Some(PartState::Faulty(_)))
    }

    fn play(&mut self, now: Duration, told: &mut Vec<BoardEvent>) {
        if let Some((cue, sounds)) = self.wanted_cue.take() {
            self.player.play(cue, sounds, now);
        }
        let (light, tone, _) = self.player.at(now);
        if self.light != Some(light) {
            let shown = self
                .lamp
                .turn(now, Duration::ZERO, told, |lamp| lamp.show(light));
            self.light = shown.map(|()| light);
        }
        if self.tone != Some(tone) {
            let shown = self
                .buzzer
                .turn(now, Duration::ZERO, told, |buzzer| buzzer.sound(tone));
            self.tone = shown.map(|()| tone);
        }
    }

    fn light_screen(&mut self, now: Duration, told: &mut Vec<BoardEvent>) {
        let wanted = self.wanted_screen;
        if self.screen != Some(wanted) {
            let set = self
                .backlight
                .turn(now, Duration::ZERO, told, |light| light.set(wanted));
            self.screen = set.map(|()| wanted);
        }
    }
}

impl Board for PartsBoard {
    fn cue(&mut self, cue: Cue, sounds: bool) {
        self.wanted_cue = Some((cue, sounds));
    }

    fn screen(&mut self, light: ScreenLight) {
        self.wanted_screen = light;
    }

    fn turn(&mut self, now: Duration) -> Vec<BoardEvent> {
        let mut told = Vec::new();
        self.play(now, &mut told);
        self.light_screen(now, &mut told);
        let case = self
            .case
            .turn(now, CONTACT_EVERY, &mut told, |case| case.is_active());
        if let Some(open) = case.and_then(|open| self.case_state.take(open)) {
            told.push(BoardEvent::Case { open });
        }
        let mains = self
            .mains
            .turn(now, CONTACT_EVERY, &mut told, |mains| mains.is_active());
        if let Some(on) = mains.and_then(|on| self.mains_state.take(on)) {
            told.push(BoardEvent::Mains { on });
        }
        if self.mains_are_known()
            && let Some(charge) = self
                .gauge
                .turn(now, GAUGE_EVERY, &mut told, |gauge| gauge.charge())
        {
            told.push(BoardEvent::Battery(charge));
        }
        self.clock
            .turn(now, CLOCK_EVERY, &mut told, |clock| clock.seconds());
        told
    }

    fn rest(&self, now: Duration) -> Duration {
        if self.wanted_cue.is_some() {
            return Duration::ZERO;
        }
        let (_, _, change) = self.player.at(now);
        let dues = [
            self.case.due(now),
            self.mains.due(now),
            // Until then the mains line is what is due.
            self.gauge.due(now).filter(|_| self.mains_are_known()),
            self.clock.due(now),
            // These three have something to do only when they do not show what they should.
            self.light.map_or_else(|| self.lamp.due(now), |_| None),
            self.tone.map_or_else(|| self.buzzer.due(now), |_| None),
            if self.screen == Some(self.wanted_screen) {
                None
            } else {
                self.backlight.due(now)
            },
            change,
        ];
        dues.into_iter().flatten().min().unwrap_or(CLOCK_EVERY)
    }
}

/// One part, how it is, and when it is looked at again.
struct Slot<T: ?Sized> {
    part: Part,
    fit: Fit<T>,
    /// The way to it, once it was opened.
    open: Option<Box<T>>,
    state: Option<PartState>,
    next: Duration,
}

impl<T: ?Sized> Slot<T> {
    fn new(part: Part, fit: Fit<T>) -> Self {
        Self {
            part,
            fit,
            open: None,
            state: None,
            next: Duration::ZERO,
        }
    }

    /// How long until it is due; `None` for a part that the unit does not have.
    fn due(&self, now: Duration) -> Option<Duration> {
        self.fit.as_ref().map(|_| self.next.saturating_sub(now))
    }

    /// Does something with the part, if it is due; tells when it began to work or stopped.
    fn turn<V>(
        &mut self,
        now: Duration,
        every: Duration,
        told: &mut Vec<BoardEvent>,
        work: impl FnOnce(&mut T) -> Result<V, BoardFault>,
    ) -> Option<V> {
        if now < self.next {
            return None;
        }
        let fit = self.fit.as_mut()?;
        let open = match &mut self.open {
            Some(open) => Ok(open),
            none => fit().map(|opened| none.insert(opened)),
        };
        let done = open.and_then(|part| work(part));
        let (state, wait) = match &done {
            Ok(_) => (PartState::Works, every),
            Err(fault) => (PartState::Faulty(*fault), RETRY_EVERY),
        };
        self.next = now + wait;
        if self.state != Some(state) {
            self.state = Some(state);
            told.push(BoardEvent::Part(self.part, state));
        }
        done.ok()
    }
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;

//! The real session code on a simulated card, in one process and without a daemon.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::card::{Answer, SimCard};
use crate::card::job::{self, Seams};
use crate::card::link::{CardLink, Clock, Connector, LinkFault};
use crate::card::{
    CardDesk, CardJob, CardOutcome, MAX_REFUSALS, ReaderEvent, Refusal, Step, TrustStore,
};

/// Name of the simulated reader.
const READER: &str = "Simulated reader 00 00";

/// Most events that wait to be fetched; the oldest goes first.
const MAX_EVENTS: usize = 256;

/// A card desk whose reader is a [`SimReader`].
pub struct DirectDesk {
    reader: SimReader,
    trust: TrustStore,
    refusals: Vec<Refusal>,
}

/// The hand that puts cards on the reader and takes them away. Clones share one reader.
#[derive(Clone)]
pub struct SimReader {
    shared: Arc<Shared>,
}

/// A clock for simulated cards: slow cards move it instead of making anyone wait.
pub struct SimClock {
    started: Option<Instant>,
    moved_micros: AtomicU64,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    clock: Arc<SimClock>,
}

struct State {
    service: bool,
    plugged: bool,
    card: Option<SimCard>,
    /// A fault took the card away; it waits beside the reader.
    slipped: bool,
    connection: u64,
    connected: bool,
    events: VecDeque<ReaderEvent>,
}

impl DirectDesk {
    /// A desk with an empty, plugged reader, and the hand for it.
    #[must_use]
    pub fn new(trust: TrustStore, clock: SimClock) -> (Self, SimReader) {
        let ready = ReaderEvent::Ready {
            reader: READER.to_owned(),
        };
        let state = State {
            service: true,
            plugged: true,
            card: None,
            slipped: false,
            connection: 0,
            connected: false,
            events: VecDeque::from([ready]),
        };
        let reader = SimReader {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                changed: Condvar::new(),
                clock: Arc::new(clock),
            }),
        };
        let desk = Self {
            reader: reader.clone(),
            trust,
            refusals: Vec::new(),
        };
        (desk, reader)
    }
}

impl CardDesk for DirectDesk {
    fn next_event(&mut self, timeout: Duration) -> Option<ReaderEvent> {
        let shared = &self.reader.shared;
        let (mut state, _) = shared
            .changed
            .wait_timeout_while(shared.lock(), timeout, |state| state.events.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        state.events.pop_front()
    }

    fn run(
        &mut self,
        job: CardJob,
        entropy: &mut dyn FnMut(&mut [u8]),
        progress: &mut dyn FnMut(Step),
        cancel: &AtomicBool,
    ) -> CardOutcome {
        let clock: Arc<dyn Clock> = self.reader.shared.clock.clone();
        let seams = Seams {
            entropy,
            progress,
            cancel,
        };
        let mut connector = self.reader.clone();
        let (outcome, refused) = job::run(&mut connector, clock, &self.trust, job, seams);
        self.refusals.extend(refused);
        self.refusals.truncate(MAX_REFUSALS);
        outcome
    }

    fn take_refusals(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.refusals)
    }
}

impl SimReader {
    /// Puts `card` on the reader, in place of any other.
    pub fn insert(&self, card: SimCard) {
        let mut state = self.shared.lock();
        state.take();
        state.card = Some(card);
        if state.service && state.plugged {
            state.tell(ReaderEvent::CardArrived);
        }
        self.shared.changed.notify_all();
    }

    /// Takes the card away; connections to it die.
    #[must_use = "the card keeps its counters; put it back or drop it"]
    pub fn remove(&self) -> Option<SimCard> {
        let mut state = self.shared.lock();
        let card = state.take();
        self.shared.changed.notify_all();
        card
    }

    /// Puts a card that a fault took away back on the reader.
    pub fn tap_again(&self) {
        let mut state = self.shared.lock();
        if std::mem::take(&mut state.slipped) {
            state.tell(ReaderEvent::CardArrived);
        }
        self.shared.changed.notify_all();
    }

    /// Pulls or plugs the reader's cable.
    pub fn plug(&self, plugged: bool) {
        let mut state = self.shared.lock();
        if state.plugged != plugged {
            state.plugged = plugged;
            state.connection += 1;
            state.announce();
        }
        self.shared.changed.notify_all();
    }

    /// Stops or starts the reader's service.
    pub fn service(&self, runs: bool) {
        let mut state = self.shared.lock();
        if state.service != runs {
            state.service = runs;
            state.connection += 1;
            state.announce();
        }
        self.shared.changed.notify_all();
    }

    /// Looks at the card in the slot.
    pub fn with_card<T>(&self, look: impl FnOnce(&mut SimCard) -> T) -> Option<T> {
        self.shared.lock().card.as_mut().map(look)
    }
}

impl State {
    fn tell(&mut self, event: ReaderEvent) {
        if self.events.len() == MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    fn take(&mut self) -> Option<SimCard> {
        let mut card = self.card.take()?;
        card.power_off();
        self.connection += 1;
        let slipped = std::mem::take(&mut self.slipped);
        if self.service && self.plugged && !slipped {
            self.tell(ReaderEvent::CardLeft);
        }
        Some(card)
    }

    fn announce(&mut self) {
        if !self.service {
            return self.tell(ReaderEvent::ServiceDown);
        }
        if !self.plugged {
            return self.tell(ReaderEvent::NoReader);
        }
        self.tell(ReaderEvent::Ready {
            reader: READER.to_owned(),
        });
        if self.card.is_some() {
            self.tell(ReaderEvent::CardArrived);
        }
    }

    fn reachable(&self) -> Result<(), LinkFault> {
        match (self.service, self.plugged) {
            (false, _) => Err(LinkFault::ServiceDown),
            (true, false) => Err(LinkFault::NoReader),
            (true, true) => Ok(()),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connector for SimReader {
    fn connect(&mut self, grace: Duration) -> Result<Box<dyn CardLink>, LinkFault> {
        let mut state = self.shared.lock();
        state.reachable()?;
        if state.connected {
            return Err(LinkFault::Busy);
        }
        let slipped = state.slipped;
        let Some(card) = state.card.as_mut().filter(|_| !slipped) else {
            self.shared.clock.advance(grace);
            return Err(LinkFault::NoCard);
        };
        card.power_on();
        state.connection += 1;
        state.connected = true;
        Ok(Box::new(DirectLink {
            shared: self.shared.clone(),
            connection: state.connection,
        }))
    }
}

/// One exclusive connection to the card in the slot.
struct DirectLink {
    shared: Arc<Shared>,
    connection: u64,
}

impl CardLink for DirectLink {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        let mut state = self.shared.lock();
        state.reachable()?;
        if state.connection != self.connection {
            return Err(LinkFault::NoCard);
        }
        let card = state.card.as_mut().ok_or(LinkFault::NoCard)?;
        match card.transmit(command) {
            Answer::Bytes { data, took } => {
                self.shared.clock.advance(took);
                Ok(Zeroizing::new(data))
            }
            Answer::Gone { back } => {
                state.connection += 1;
                if !back {
                    state.slipped = true;
                    state.tell(ReaderEvent::CardLeft);
                    self.shared.changed.notify_all();
                }
                Err(LinkFault::CardLeft)
            }
        }
    }

    fn unpower(self: Box<Self>) {
        let mut state = self.shared.lock();
        if state.connection == self.connection
            && let Some(card) = &mut state.card
        {
            card.power_off();
        }
    }
}

impl Drop for DirectLink {
    fn drop(&mut self) {
        self.shared.lock().connected = false;
    }
}

impl SimClock {
    /// Stands still but for what simulated cards add: for tests.
    #[must_use]
    pub fn still() -> Self {
        Self {
            started: None,
            moved_micros: AtomicU64::new(0),
        }
    }

    /// Runs with the machine's clock, and simulated cards add to it: for measuring.
    #[must_use]
    pub fn running() -> Self {
        Self {
            started: Some(Instant::now()),
            moved_micros: AtomicU64::new(0),
        }
    }

    pub(super) fn advance(&self, by: Duration) {
        let micros = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        self.moved_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Duration {
        let ran = self.started.map_or(Duration::ZERO, |at| at.elapsed());
        ran + Duration::from_micros(self.moved_micros.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for DirectDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectDesk").finish_non_exhaustive()
    }
}

impl fmt::Debug for SimReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimReader").finish_non_exhaustive()
    }
}

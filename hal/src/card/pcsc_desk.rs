//! The card desk on a PC/SC service: finds its reader, notices cards, survives a restart of the
//! service.

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use pcsc::{Context, Protocols, ReaderState, Scope, ShareMode, State};

use super::job::{self, Seams};
use super::link::{CardLink, Clock, Connector, LinkFault, MonotonicClock};
use super::pcsc_link::{PcscLink, fault};
use super::{CardDesk, CardJob, CardOutcome, MAX_REFUSALS, ReaderEvent, Refusal, Step, TrustStore};

/// How often the list of readers is asked for when nothing announces a change.
const LIST_EVERY: Duration = Duration::from_secs(1);

/// How long a missing service is left alone between two attempts.
const SERVICE_PAUSE: Duration = Duration::from_millis(250);

/// Pause between two attempts to take a card that does not answer yet.
const CARD_PAUSE: Duration = Duration::from_millis(50);

/// How to find the reader.
#[derive(Debug, Clone, Default)]
pub struct PcscOptions {
    /// Name of the wanted reader as the service gives it, with or without the trailing numbers,
    /// which change with the socket. `None` takes the only reader there is.
    pub reader: Option<String>,
}

/// A card desk on the machine's PC/SC service.
pub struct PcscDesk {
    trust: TrustStore,
    clock: Arc<dyn Clock>,
    readers: Readers,
    refusals: Vec<Refusal>,
}

/// The service, the chosen reader, and what was last said about them.
struct Readers {
    wanted: Option<String>,
    context: Option<Context>,
    chosen: Option<Chosen>,
    plug: ReaderState,
    listed: Option<Instant>,
    said: Option<ReaderEvent>,
    events: VecDeque<ReaderEvent>,
}

struct Chosen {
    name: CString,
    state: ReaderState,
    card: bool,
    count: u32,
}

impl PcscDesk {
    /// A desk; nothing is asked of the service before the first event or job.
    #[must_use]
    pub fn new(options: PcscOptions, trust: TrustStore) -> Self {
        Self {
            trust,
            clock: Arc::new(MonotonicClock::default()),
            readers: Readers {
                wanted: options.reader,
                context: None,
                chosen: None,
                plug: plug_state(),
                listed: None,
                said: None,
                events: VecDeque::new(),
            },
            refusals: Vec::new(),
        }
    }

    /// The names of all readers that the service knows, for a choice on screen.
    ///
    /// # Errors
    /// [`LinkFault::ServiceDown`] when it does not answer.
    pub fn reader_names(&mut self) -> Result<Vec<String>, LinkFault> {
        let names = self.readers.list()?;
        Ok(names.iter().map(|name| readable(name)).collect())
    }
}

impl CardDesk for PcscDesk {
    fn next_event(&mut self, timeout: Duration) -> Option<ReaderEvent> {
        let until = Instant::now() + timeout;
        // Ends at the latest when the time is over; each turn waits or tells something.
        loop {
            if let Some(event) = self.readers.events.pop_front() {
                return Some(event);
            }
            let rest = until.saturating_duration_since(Instant::now());
            self.readers.watch(rest);
            if self.readers.events.is_empty() && Instant::now() >= until {
                return None;
            }
        }
    }

    fn run(
        &mut self,
        job: CardJob,
        entropy: &mut dyn FnMut(&mut [u8]),
        progress: &mut dyn FnMut(Step),
        cancel: &AtomicBool,
    ) -> CardOutcome {
        let seams = Seams {
            entropy,
            progress,
            cancel,
        };
        let clock = Arc::clone(&self.clock);
        let (outcome, refused) = job::run(&mut self.readers, clock, &self.trust, job, seams);
        self.refusals.extend(refused);
        self.refusals.truncate(MAX_REFUSALS);
        outcome
    }

    fn take_refusals(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.refusals)
    }
}

impl Readers {
    /// Waits up to `rest` for a change and queues what there is to tell.
    fn watch(&mut self, rest: Duration) {
        let stale = self.listed.is_none_or(|at| at.elapsed() >= LIST_EVERY);
        if stale || self.chosen.is_none() {
            match self.choose() {
                Ok(true) => {}
                Ok(false) => return self.wait_for_plug(rest),
                Err(_) => {
                    self.say(ReaderEvent::ServiceDown);
                    if self.events.is_empty() {
                        thread::sleep(rest.min(SERVICE_PAUSE));
                    }
                    return;
                }
            }
        }
        if self.events.is_empty() {
            self.wait_for_card(rest);
        }
    }

    /// Chooses the reader anew; `false` when there is none to choose.
    fn choose(&mut self) -> Result<bool, LinkFault> {
        let names = self.list()?;
        self.listed = Some(Instant::now());
        let Some(name) = pick(self.wanted.as_deref(), &names) else {
            self.forget_reader();
            self.say(if names.is_empty() {
                ReaderEvent::NoReader
            } else {
                ReaderEvent::WrongReader
            });
            return Ok(false);
        };
        if self
            .chosen
            .as_ref()
            .is_none_or(|chosen| chosen.name != *name)
        {
            self.forget_reader();
            self.chosen = Some(Chosen {
                name: name.clone(),
                state: ReaderState::new(name.clone(), State::UNAWARE),
                card: false,
                count: 0,
            });
            self.say(ReaderEvent::Ready {
                reader: readable(name),
            });
        }
        Ok(true)
    }

    fn list(&mut self) -> Result<Vec<CString>, LinkFault> {
        let context = self.context()?;
        match context.list_readers_owned() {
            Ok(names) => Ok(names),
            Err(error) => {
                // After a restart of the service an old context stays dead for ever.
                self.forget_service();
                tracing::debug!(%error, "list of readers");
                Err(LinkFault::ServiceDown)
            }
        }
    }

    fn context(&mut self) -> Result<Context, LinkFault> {
        if let Some(context) = &self.context {
            return Ok(context.clone());
        }
        let context = Context::establish(Scope::User).map_err(|_| LinkFault::ServiceDown)?;
        self.plug = plug_state();
        self.context = Some(context.clone());
        Ok(context)
    }

    fn wait_for_plug(&mut self, rest: Duration) {
        if !self.events.is_empty() {
            return;
        }
        let Ok(context) = self.context() else { return };
        let waited =
            context.get_status_change(rest.min(LIST_EVERY), std::slice::from_mut(&mut self.plug));
        self.after_wait(waited);
        self.plug.sync_current_state();
    }

    fn wait_for_card(&mut self, rest: Duration) {
        let Ok(context) = self.context() else { return };
        let Some(chosen) = &mut self.chosen else {
            return;
        };
        let waited = context.get_status_change(
            rest.min(LIST_EVERY),
            std::slice::from_mut(&mut chosen.state),
        );
        let seen = chosen.state.event_state();
        chosen.state.sync_current_state();
        if waited.is_ok() && seen.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
            self.forget_reader();
            return;
        }
        if waited.is_ok() {
            let card = seen.contains(State::PRESENT);
            let count = chosen.state.event_count();
            let was = std::mem::replace(&mut chosen.card, card);
            let exchanged = was && card && chosen.count != count;
            chosen.count = count;
            if (was && !card) || exchanged {
                self.events.push_back(ReaderEvent::CardLeft);
            }
            if (card && !was) || exchanged {
                self.events.push_back(ReaderEvent::CardArrived);
            }
        }
        self.after_wait(waited);
    }

    fn after_wait(&mut self, waited: Result<(), pcsc::Error>) {
        let Err(error) = waited else {
            return;
        };
        match (error, fault(error)) {
            (pcsc::Error::Timeout | pcsc::Error::Cancelled, _) => {}
            (_, LinkFault::NoReader) => self.forget_reader(),
            _ => self.forget_service(),
        }
    }

    fn forget_service(&mut self) {
        self.context = None;
        self.forget_reader();
    }

    fn forget_reader(&mut self) {
        self.listed = None;
        if self.chosen.take().is_some_and(|chosen| chosen.card) {
            self.events.push_back(ReaderEvent::CardLeft);
        }
    }

    /// Tells a state of the reader once.
    fn say(&mut self, event: ReaderEvent) {
        if self.said.as_ref() != Some(&event) {
            self.said = Some(event.clone());
            self.events.push_back(event);
        }
    }

    /// One attempt to take the card.
    fn take_card(&mut self) -> Result<PcscLink, LinkFault> {
        if self.chosen.is_none() && !self.choose()? {
            return Err(LinkFault::NoReader);
        }
        let context = self.context()?;
        let chosen = self.chosen.as_ref().ok_or(LinkFault::NoReader)?;
        let card = context.connect(&chosen.name, ShareMode::Exclusive, Protocols::ANY);
        let name = chosen.name.clone();
        let link = card.map(|card| PcscLink::new(card, context, name));
        link.map_err(|error| {
            tracing::debug!(%error, "connect");
            let fault = fault(error);
            match fault {
                LinkFault::ServiceDown => self.forget_service(),
                LinkFault::NoReader => self.forget_reader(),
                _ => {}
            }
            fault
        })
    }

    /// Waits until the chosen reader reports a card, or `rest` is over. A card that is there and
    /// does not answer yet gets a moment.
    fn wait_present(&mut self, rest: Duration) {
        let (Ok(context), Some(chosen)) = (self.context(), &self.chosen) else {
            return;
        };
        // A state of its own, so that the events for the screen are not swallowed.
        let mut state = ReaderState::new(chosen.name.clone(), State::EMPTY);
        let waited = context.get_status_change(rest, std::slice::from_mut(&mut state));
        if waited.is_ok() {
            thread::sleep(rest.min(CARD_PAUSE));
        }
        self.after_wait(waited);
    }
}

impl Connector for Readers {
    fn connect(&mut self, grace: Duration) -> Result<Box<dyn CardLink>, LinkFault> {
        let until = Instant::now() + grace;
        // One more attempt for a service that was restarted since the last job.
        let mut again = true;
        loop {
            let fault = match self.take_card() {
                Ok(link) => return Ok(Box::new(link)),
                Err(fault) => fault,
            };
            let rest = until.saturating_duration_since(Instant::now());
            match fault {
                LinkFault::ServiceDown | LinkFault::NoReader if again => again = false,
                LinkFault::NoCard | LinkFault::CardLeft if !rest.is_zero() => {
                    self.wait_present(rest);
                }
                fault => return Err(fault),
            }
        }
    }
}

impl fmt::Debug for PcscDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PcscDesk")
            .field("reader", &self.readers.wanted)
            .finish_non_exhaustive()
    }
}

fn plug_state() -> ReaderState {
    ReaderState::new(pcsc::PNP_NOTIFICATION(), State::UNAWARE)
}

fn readable(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}

/// The configured reader, or the only one there is.
fn pick<'a>(wanted: Option<&str>, names: &'a [CString]) -> Option<&'a CString> {
    match wanted {
        Some(wanted) => names.iter().find(|name| matches(wanted, &readable(name))),
        None if names.len() == 1 => names.first(),
        None => None,
    }
}

/// Whether a reader's name is the wanted one, its trailing numbers aside.
fn matches(wanted: &str, name: &str) -> bool {
    name == wanted
        || name.strip_prefix(wanted).is_some_and(|rest| {
            rest.starts_with(' ') && rest.bytes().all(|b| b == b' ' || b.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_found_with_and_without_the_numbers_of_its_socket() {
        assert!(matches("Virtual PCD 00 00", "Virtual PCD 00 00"));
        assert!(matches("Virtual PCD", "Virtual PCD 00 01"));
        assert!(matches("Virtual PCD 00", "Virtual PCD 00 01"));
        assert!(!matches("Virtual", "Virtual PCD 00 01"));
        assert!(!matches("Virtual PCD 00 01", "Virtual PCD 00 00"));
        assert!(!matches("", "Virtual PCD 00 00"));
    }

    #[test]
    fn the_only_reader_is_taken_and_among_several_only_the_configured_one() {
        let one = [c"SONY FeliCa RC-S300/P 00 00".to_owned()];
        let two = [one[0].clone(), c"ACS ACR1251 01 00".to_owned()];
        assert_eq!(pick(None, &one), Some(&one[0]));
        assert_eq!(pick(None, &two), None);
        assert_eq!(pick(Some("ACS ACR1251"), &two), Some(&two[1]));
        assert_eq!(pick(Some("ACS ACR1251"), &one), None);
        assert_eq!(pick(None, &[]), None);
    }
}

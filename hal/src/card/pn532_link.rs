//! A card in the field of a PN532. **Experimental**: off unless configured, and never tried
//! with a chip or a real card.
//!
//! The field is on only while somebody asks: between two looks, and after each session, the
//! card has no power, so that nothing stays opened in it.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use embedded_hal::delay::DelayNs;
use pn532::chip::{Kind, Pn532, Target};
use pn532::link::{Command, Error};
use pn532::transport::Transport;
use zeroize::{Zeroize, Zeroizing};

use super::job::{self, Seams};
use super::link::{CardLink, Clock, Connector, LinkFault};
use super::{CardDesk, CardJob, CardOutcome, MAX_REFUSALS, ReaderEvent, Refusal, Step, TrustStore};

/// How often the field is switched on to see whether a card came or went.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How long a chip that does not answer is left alone.
const RETRY_EVERY: Duration = Duration::from_secs(2);

/// Pause between two attempts to find a card that is expected.
const CARD_PAUSE: Duration = Duration::from_millis(50);

/// Longest answer of a card: 64 KiB and the status word.
const MAX_ANSWER: usize = 65_538;

/// What a target is made to answer that takes no APDUs: "instruction not supported". The
/// session then says that this is another kind of card.
const NO_APDUS: [u8; 2] = [0x6D, 0x00];

/// A card desk on a PN532.
pub struct Pn532Desk<T, D> {
    name: String,
    trust: TrustStore,
    clock: Arc<dyn Clock>,
    delay: D,
    reader: Arc<Mutex<Reader<T>>>,
    card: bool,
    said: Option<ReaderEvent>,
    next_look: Duration,
    refusals: Vec<Refusal>,
}

/// The chip, and whether it has been set up.
struct Reader<T> {
    chip: Pn532<T>,
    started: bool,
}

impl<T: Transport, D: DelayNs> Pn532Desk<T, D> {
    /// A desk on the chip behind `transport`; nothing is asked of it before the first event or
    /// job. `name` is how the reader is called on the technician's screens.
    #[must_use]
    pub fn new(
        name: &str,
        transport: T,
        delay: D,
        trust: TrustStore,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            name: format!("PN532 (experimental) {name}"),
            trust,
            clock,
            delay,
            reader: Arc::new(Mutex::new(Reader {
                chip: Pn532::new(transport),
                started: false,
            })),
            card: false,
            said: None,
            next_look: Duration::ZERO,
            refusals: Vec::new(),
        }
    }

    /// Looks at the field; what there is to tell.
    fn look(&mut self) -> Option<ReaderEvent> {
        let mut reader = lock(&self.reader);
        let found = reader.find().and_then(|target| {
            reader.chip.field_off()?;
            Ok(target.is_some())
        });
        reader.started &= found.is_ok();
        drop(reader);
        match found {
            Ok(card) => {
                self.next_look = self.clock.now() + LOOK_EVERY;
                let ready = ReaderEvent::Ready {
                    reader: self.name.clone(),
                };
                if self.said.as_ref() != Some(&ready) {
                    // The card is told at the next look.
                    self.next_look = self.clock.now();
                    return self.say(ready);
                }
                let was = std::mem::replace(&mut self.card, card);
                match (was, card) {
                    (false, true) => Some(ReaderEvent::CardArrived),
                    (true, false) => Some(ReaderEvent::CardLeft),
                    _ => None,
                }
            }
            Err(error) => {
                tracing::debug!(%error, "the chip does not answer");
                self.next_look = self.clock.now() + RETRY_EVERY;
                if std::mem::take(&mut self.card) {
                    self.next_look = self.clock.now();
                    return Some(ReaderEvent::CardLeft);
                }
                self.say(ReaderEvent::NoReader)
            }
        }
    }

    fn say(&mut self, event: ReaderEvent) -> Option<ReaderEvent> {
        if self.said.as_ref() == Some(&event) {
            return None;
        }
        self.said = Some(event.clone());
        Some(event)
    }
}

impl<T, D> CardDesk for Pn532Desk<T, D>
where
    T: Transport + Send + 'static,
    D: DelayNs + Clone + Send + 'static,
{
    fn next_event(&mut self, timeout: Duration) -> Option<ReaderEvent> {
        let wait = self.next_look.saturating_sub(self.clock.now());
        if wait > timeout {
            pause(&mut self.delay, timeout);
            return None;
        }
        pause(&mut self.delay, wait);
        self.look()
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
        let mut connector = FieldConnector {
            reader: Arc::clone(&self.reader),
            delay: self.delay.clone(),
        };
        let clock = Arc::clone(&self.clock);
        let (outcome, refused) = job::run(&mut connector, clock, &self.trust, job, seams);
        self.refusals.extend(refused);
        self.refusals.truncate(MAX_REFUSALS);
        outcome
    }

    fn take_refusals(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.refusals)
    }
}

impl<T: Transport> Reader<T> {
    /// The target in the field, with the field on; the My Number Card's type first.
    fn find(&mut self) -> Result<Option<Target>, Error<T::Error>> {
        if !self.started {
            let version = self.chip.start()?;
            tracing::info!(version = version.version, "a PN532 answers");
            self.started = true;
        }
        match self.chip.list(Kind::TypeB)? {
            Some(target) => Ok(Some(target)),
            None => self.chip.list(Kind::TypeA),
        }
    }
}

/// Makes connections by switching the field on.
struct FieldConnector<T, D> {
    reader: Arc<Mutex<Reader<T>>>,
    delay: D,
}

impl<T, D> Connector for FieldConnector<T, D>
where
    T: Transport + Send + 'static,
    D: DelayNs,
{
    fn connect(&mut self, grace: Duration) -> Result<Box<dyn CardLink>, LinkFault> {
        let looks = grace.as_millis() / CARD_PAUSE.as_millis();
        for look in 0..=looks {
            if look > 0 {
                pause(&mut self.delay, CARD_PAUSE);
            }
            let mut reader = lock(&self.reader);
            match reader.find() {
                Ok(Some(target)) => {
                    drop(reader);
                    return Ok(Box::new(FieldLink {
                        reader: Arc::clone(&self.reader),
                        target,
                        buffer: Zeroizing::new(vec![0; MAX_ANSWER]),
                    }));
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%error, "the chip does not answer");
                    reader.started = false;
                    return Err(LinkFault::NoReader);
                }
            }
        }
        Err(LinkFault::NoCard)
    }
}

/// One exclusive connection: nobody else uses the chip's field meanwhile.
struct FieldLink<T: Transport> {
    reader: Arc<Mutex<Reader<T>>>,
    target: Target,
    buffer: Zeroizing<Vec<u8>>,
}

impl<T: Transport + Send> CardLink for FieldLink<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        if !self.target.takes_apdus {
            return Ok(Zeroizing::new(NO_APDUS.to_vec()));
        }
        let mut reader = lock(&self.reader);
        match reader.chip.exchange(self.target, command, &mut self.buffer) {
            Ok(length) => {
                let answer = Zeroizing::new(self.buffer[..length].to_vec());
                self.buffer[..length].zeroize();
                Ok(answer)
            }
            Err(error) => {
                self.buffer.zeroize();
                self.buffer.resize(MAX_ANSWER, 0);
                tracing::debug!(%error, "exchange");
                Err(fault(&error, &mut reader.started))
            }
        }
    }

    fn unpower(self: Box<Self>) {
        // Dropping it does.
    }
}

/// Whether the card or the chip is the cause. A chip that is at fault is set up again.
fn fault<E>(error: &Error<E>, started: &mut bool) -> LinkFault {
    match error {
        // Whether the card has it is not known, as after a card that left. A chip that is gone
        // is found out by the next connection.
        Error::Target(_)
        | Error::AnswerTooLong
        | Error::TimeOut(Command::InDataExchange)
        | Error::NoAck(Command::InDataExchange) => LinkFault::CardLeft,
        _ => {
            *started = false;
            LinkFault::NoReader
        }
    }
}

impl<T: Transport> Drop for FieldLink<T> {
    fn drop(&mut self) {
        let mut reader = lock(&self.reader);
        if reader.chip.field_off().is_err() {
            reader.started = false;
        }
    }
}

fn lock<T>(reader: &Mutex<Reader<T>>) -> MutexGuard<'_, Reader<T>> {
    reader.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pause(delay: &mut impl DelayNs, time: Duration) {
    delay.delay_ms(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
}

impl<T, D> fmt::Debug for Pn532Desk<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pn532Desk")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

//! A simulated PN532 on a simulated serial line, with a simulated card in its field: the real
//! driver and the real link run against it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use embedded_hal::delay::DelayNs;
use embedded_io::{ErrorType, Read, ReadReady, Write};
use pn532::frame::{self, ACK, Parser, Seen};
use pn532::transport::Uart;

use super::card::{Answer, SimCard};
use super::desk::SimClock;
use crate::card::{Pn532Desk, TrustStore};

/// Most bytes of a card's answer in one frame.
const PIECE: usize = 262;

/// What ListPassiveTarget tells of the simulated card after its number: an invented identifier,
/// ISO 14443-4, an empty answer to ATTRIB.
const ATQB: [u8; 13] = [
    0x50, 0x99, 0x00, 0x00, 0x01, 0, 0, 0, 0, 0x00, 0x81, 0x71, 0x00,
];

/// What is wrong with the line or the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChipFaults {
    /// Every so many frames of the chip, one is damaged. 0: never.
    pub damage_every: u32,
    /// Every so many acknowledgements, one is damaged. 0: never.
    pub damage_acks_every: u32,
    /// Every so many acknowledgements, one is lost. 0: never.
    pub lose_acks_every: u32,
    /// Every so many commands, one is not heard. 0: never.
    pub deaf_every: u32,
    /// The chip is not there.
    pub dead: bool,
    /// It is another chip.
    pub foreign: bool,
}

/// A line that can be given to a driver; clones share one chip.
#[derive(Clone)]
pub struct SimChip {
    state: Arc<Mutex<State>>,
}

struct State {
    card: Option<SimCard>,
    /// A card that takes no APDUs lies there instead.
    plain: bool,
    field: bool,
    faults: ChipFaults,
    frames: u32,
    commands: u32,
    acks: u32,
    parser: Parser,
    /// The last frame, for a host that asks again.
    last: Vec<u8>,
    /// A command of the host that comes in pieces.
    command: Vec<u8>,
    /// The card's answer that has not been fetched.
    answer: VecDeque<u8>,
    out: VecDeque<u8>,
    clock: Arc<SimClock>,
}

/// A delay that moves the simulation's clock and makes nobody wait.
#[derive(Clone)]
pub struct SimDelay(Arc<SimClock>);

impl DelayNs for SimDelay {
    fn delay_ns(&mut self, nanoseconds: u32) {
        self.0.advance(Duration::from_nanos(u64::from(nanoseconds)));
    }
}

/// A card desk on a simulated chip, and the chip.
#[must_use]
pub fn desk(
    trust: TrustStore,
    clock: SimClock,
) -> (Pn532Desk<Uart<SimChip, SimDelay>, SimDelay>, SimChip) {
    let clock = Arc::new(clock);
    let chip = SimChip {
        state: Arc::new(Mutex::new(State {
            card: None,
            plain: false,
            field: false,
            faults: ChipFaults::default(),
            frames: 0,
            commands: 0,
            acks: 0,
            parser: Parser::new(),
            last: Vec::new(),
            command: Vec::new(),
            answer: VecDeque::new(),
            out: VecDeque::new(),
            clock: Arc::clone(&clock),
        })),
    };
    let delay = SimDelay(Arc::clone(&clock));
    let transport = Uart::new(chip.clone(), delay.clone());
    let desk = Pn532Desk::new("simulated", transport, delay, trust, clock);
    (desk, chip)
}

impl SimChip {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a card into the field.
    pub fn insert(&self, card: SimCard) {
        self.lock().card = Some(card);
    }

    /// Puts a card into the field that takes no APDUs.
    pub fn insert_plain(&self) {
        self.lock().plain = true;
    }

    /// Takes the card out of the field.
    #[must_use = "the card keeps its counters; put it back or drop it"]
    pub fn remove(&self) -> Option<SimCard> {
        let mut state = self.lock();
        state.plain = false;
        let mut card = state.card.take()?;
        card.power_off();
        Some(card)
    }

    /// Changes what is wrong with line and chip from now on.
    pub fn set_faults(&self, faults: ChipFaults) {
        self.lock().faults = faults;
    }

    /// Looks at the card in the field.
    pub fn with_card<T>(&self, look: impl FnOnce(&mut SimCard) -> T) -> Option<T> {
        self.lock().card.as_mut().map(look)
    }

    /// Whether the field is on.
    #[must_use]
    pub fn has_field(&self) -> bool {
        self.lock().field
    }
}

impl State {
    fn hear(&mut self, byte: u8) {
        match self.parser.push(byte) {
            Ok(Some(Seen::Body)) => {
                let body = self.parser.body().to_vec();
                self.parser.forget();
                self.obey(&body);
            }
            Ok(Some(Seen::Nack)) => {
                let last = self.last.clone();
                self.put(last);
            }
            Ok(Some(Seen::Ack)) => self.out.clear(),
            Ok(None) => {}
            // A real chip says nothing to what it did not understand.
            Err(_) => self.parser.forget(),
        }
    }

    fn obey(&mut self, body: &[u8]) {
        self.commands += 1;
        let deaf = self.faults.deaf_every;
        if self.faults.dead || (deaf > 0 && self.commands.is_multiple_of(deaf)) {
            return;
        }
        self.acknowledge();
        let answer = match body {
            [frame::FROM_HOST, 0x02] => {
                let ic = if self.faults.foreign { 0x33 } else { 0x32 };
                vec![0xD5, 0x03, ic, 0x01, 0x06, 0x07]
            }
            [frame::FROM_HOST, 0x14, ..] => vec![0xD5, 0x15],
            [frame::FROM_HOST, 0x32, item, rest @ ..] => {
                if let (0x01, [field, ..]) = (*item, rest) {
                    self.switch_field(*field & 0x01 != 0);
                }
                vec![0xD5, 0x33]
            }
            [frame::FROM_HOST, 0x4A, 0x01, kind, ..] => self.list(*kind),
            [frame::FROM_HOST, 0x40, target, data @ ..] => self.exchange(*target, data),
            _ => vec![frame::SYNTAX_ERROR],
        };
        if let Ok(frame) = frame::write(&[&answer]) {
            self.last = frame.to_vec();
            let frame = self.last.clone();
            self.put(frame);
        }
    }

    fn acknowledge(&mut self) {
        self.acks += 1;
        let hits = |every: u32| every > 0 && self.acks.is_multiple_of(every);
        if hits(self.faults.lose_acks_every) {
            return;
        }
        let mut ack = ACK.to_vec();
        if hits(self.faults.damage_acks_every) {
            ack[3] ^= 0x10;
        }
        self.out.extend(ack);
    }

    fn put(&mut self, mut frame: Vec<u8>) {
        self.frames += 1;
        let every = self.faults.damage_every;
        if every > 0 && self.frames.is_multiple_of(every) {
            let at = frame.len() - 3;
            frame[at] ^= 0x10;
        }
        self.out.extend(frame);
    }

    fn switch_field(&mut self, on: bool) {
        self.field = on;
        self.command.clear();
        self.answer.clear();
        if let Some(card) = &mut self.card
            && !on
        {
            card.power_off();
        }
    }

    fn list(&mut self, kind: u8) -> Vec<u8> {
        self.switch_field(false);
        self.field = true;
        match (&mut self.card, kind) {
            (Some(card), 0x03) => {
                card.power_on();
                [&[0xD5, 0x4B, 1, 1][..], &ATQB].concat()
            }
            // SENS_RES, SEL_RES without ISO 14443-4, an identifier of four bytes.
            (None, 0x00) if self.plain => {
                vec![0xD5, 0x4B, 1, 1, 0x00, 0x04, 0x08, 4, 0x99, 0, 0, 1]
            }
            _ => vec![0xD5, 0x4B, 0],
        }
    }

    fn exchange(&mut self, target: u8, data: &[u8]) -> Vec<u8> {
        const GONE: [u8; 3] = [0xD5, 0x41, 0x2B];
        const NO_TARGET: [u8; 3] = [0xD5, 0x41, 0x27];
        if !self.field {
            return NO_TARGET.to_vec();
        }
        if target & 0x40 != 0 {
            self.command.extend(data);
            return vec![0xD5, 0x41, 0x00];
        }
        if !data.is_empty() {
            self.command.extend(data);
            let command = std::mem::take(&mut self.command);
            let Some(card) = &mut self.card else {
                return GONE.to_vec();
            };
            match card.transmit(&command) {
                Answer::Bytes { data, took } => {
                    self.clock.advance(took);
                    self.answer = data.into();
                }
                Answer::Gone { back } => {
                    if !back {
                        self.card = None;
                    }
                    return GONE.to_vec();
                }
            }
        }
        let length = self.answer.len().min(PIECE);
        let piece: Vec<u8> = self.answer.drain(..length).collect();
        let more = if self.answer.is_empty() { 0x00 } else { 0x40 };
        [&[0xD5, 0x41, more][..], &piece].concat()
    }
}

impl ErrorType for SimChip {
    type Error = Infallible;
}

impl ReadReady for SimChip {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.lock().out.is_empty())
    }
}

impl Read for SimChip {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let mut state = self.lock();
        let length = buffer.len().min(state.out.len());
        for (byte, from) in buffer.iter_mut().zip(state.out.drain(..length)) {
            *byte = from;
        }
        Ok(length)
    }
}

impl Write for SimChip {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let mut state = self.lock();
        for byte in bytes {
            state.hear(*byte);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

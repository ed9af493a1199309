//! A simulated My Number Card: files, keys, counters, and a memory of what was touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use super::fault::Dice;
use super::record::{self, Contents};
use super::{Faults, Make, Person, SimCa, SimError};

/// Tries of 照合番号B and 照合番号A.
pub(super) const NUMBER_B_TRIES: u8 = 10;

/// Tries of the PIN.
pub(super) const PIN_TRIES: u8 = 3;

/// Most touches and commands remembered.
const MAX_REMEMBERED: usize = 1000;

/// Answer to reset: a contactless card as a PC/SC reader presents it. Nothing may depend on it.
const ATR: [u8; 20] = [
    0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0x03, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x6B,
];

/// What a card says to one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The answer with its status word, and how long the card took.
    Bytes {
        /// At least two bytes, unless a fault cut them.
        data: Vec<u8>,
        /// Time to add to the link's own.
        took: Duration,
    },
    /// The card lost its power; the answer is lost.
    Gone {
        /// Whether it is back at once.
        back: bool,
    },
}

/// Something forbidden that was reached for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// What, in the words of the card's documents.
    pub what: String,
}

/// A simulated card. Counters last as long as the value; applications close at power-off.
pub struct SimCard {
    id: String,
    pub(super) make: Make,
    pub(super) faults: Faults,
    pub(super) dice: Dice,
    pub(super) open_counters_succeed: bool,
    pub(super) applications: [Contents; 2],
    pub(super) keys: BTreeMap<(usize, u16), Key>,
    pub(super) powered: Option<Power>,
    commands: u32,
    heard: Vec<Vec<u8>>,
    touched: Vec<Touch>,
}

pub(super) struct Key {
    pub(super) value: Vec<u8>,
    pub(super) left: u8,
    pub(super) tries: u8,
}

#[derive(Default)]
pub(super) struct Power {
    commands: u32,
    pub(super) application: Option<usize>,
    pub(super) file: Option<u16>,
    pub(super) open: BTreeSet<u16>,
}

impl SimCard {
    /// Makes the card of `person` below `ca`.
    ///
    /// # Errors
    /// [`SimError`] when its keys cannot be read or made.
    pub fn new(person: &Person, ca: &SimCa) -> Result<Self, SimError> {
        let applications = record::build(person, ca)?;
        let era = person.born_on;
        let number_b = myna_card::verification_code_b(
            myna_card::Date {
                year: u16::try_from(era.year()).unwrap_or(0),
                month: era.month(),
                day: era.day(),
            },
            u16::try_from(person.expires_on.year()).unwrap_or(0),
            person.security_code.as_bytes(),
        )
        .map_err(|_| SimError::Person {
            line: 1,
            what: format!("{} cannot carry a card", person.id),
        })?;
        let number_b = number_b.as_bytes().to_vec();
        let number_a = person.individual_number().into_bytes();
        let faults = person.faults.clone();
        let key = |value: Vec<u8>, tries: u8, left: u8| Key { value, tries, left };
        let all = NUMBER_B_TRIES;
        let keys = BTreeMap::from([
            ((0, 0x0011), key(number_b[..6].to_vec(), all, all)),
            (
                (0, 0x0012),
                key(number_b.clone(), all, faults.number_b_tries),
            ),
            ((0, 0x0013), key(number_a.clone(), all, all)),
            (
                (1, 0x0011),
                key(person.pin.clone().into_bytes(), PIN_TRIES, faults.pin_tries),
            ),
            ((1, 0x0014), key(number_a, all, all)),
            ((1, 0x0015), key(number_b, all, faults.number_b_tries)),
        ]);
        Ok(Self {
            id: person.id.clone(),
            make: person.make,
            dice: Dice::new(faults.seed),
            faults,
            open_counters_succeed: false,
            applications,
            keys,
            powered: None,
            commands: 0,
            heard: Vec::new(),
            touched: Vec::new(),
        })
    }

    /// The person's short name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Answer to reset.
    #[must_use]
    pub fn atr(&self) -> &'static [u8] {
        &ATR
    }

    /// Gives power; what was open before is closed.
    pub fn power_on(&mut self) {
        let mut power = Power::default();
        if self.open_counters_succeed {
            power.application = Some(0);
            power.open.insert(0x0012);
        }
        self.powered = Some(power);
    }

    /// Takes the power.
    pub fn power_off(&mut self) {
        self.powered = None;
    }

    /// Resets the card with its power on. As on a real card this does *not* close what a good
    /// VERIFY has opened.
    pub fn reset(&mut self) {
        match &mut self.powered {
            Some(power) => power.commands = 0,
            None => self.power_on(),
        }
    }

    /// What was reached for and must never be: empty after every good session.
    #[must_use]
    pub fn touched_forbidden(&self) -> &[Touch] {
        &self.touched
    }

    /// Commands since the card was made.
    #[must_use]
    pub fn commands(&self) -> u32 {
        self.commands
    }

    /// The headers (CLA INS P1 P2) of the latest commands, oldest first.
    #[must_use]
    pub fn heard(&self) -> &[Vec<u8>] {
        &self.heard
    }

    /// Whether an application is open or even selected: the state in which a card must not be
    /// left.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.powered
            .as_ref()
            .is_some_and(|power| !power.open.is_empty())
    }

    /// Tries left for 照合番号B in the surface and in the text application, and for the PIN.
    #[must_use]
    pub fn tries(&self) -> [u8; 3] {
        [(0, 0x0012), (1, 0x0015), (1, 0x0011)]
            .map(|key| self.keys.get(&key).map_or(0, |key| key.left))
    }

    /// Sets those counters, as a card keeps them while it lies in a drawer.
    pub fn set_tries(&mut self, tries: [u8; 3]) {
        let keys = [(0, 0x0012), (1, 0x0015), (1, 0x0011)];
        for (key, left) in keys.iter().zip(tries) {
            if let Some(key) = self.keys.get_mut(key) {
                key.left = left.min(key.tries);
            }
        }
    }

    /// Changes how the link behaves from now on; counters stay as they are.
    pub fn set_faults(&mut self, faults: Faults) {
        self.dice = Dice::new(faults.seed);
        self.faults = faults;
    }

    /// Makes the counter of an open key answer `9000`, as some cards do, and leaves 照合番号B of
    /// the surface application open from an earlier user.
    pub fn answers_open_counters_with_success(&mut self, yes: bool) {
        self.open_counters_succeed = yes;
    }

    /// Answers one command.
    pub fn transmit(&mut self, command: &[u8]) -> Answer {
        let Some(power) = &mut self.powered else {
            return Answer::Gone { back: false };
        };
        power.commands += 1;
        let count = power.commands;
        self.commands += 1;
        if self.heard.len() == MAX_REMEMBERED {
            self.heard.remove(0);
        }
        self.heard.push(command.iter().copied().take(4).collect());
        if let Some(tear) = self.faults.tear
            && tear.at == count
        {
            self.faults.tear = None;
            return self.tear(command, tear.done, tear.back);
        }
        if self.faults.extended_tears && matches!(command, [_, 0xB0, _, _, 0, _, _]) {
            return self.tear(command, false, true);
        }
        if self.faults.torn_rate > 0.0 && self.dice.falls(self.faults.torn_rate) {
            let done = self.dice.falls(0.5);
            return self.tear(command, done, true);
        }
        let mut data = self.answer(command);
        if self.faults.shy && count == 1 {
            data = vec![0x6F, 0x00];
        }
        if self.faults.one_byte_at == Some(count) {
            self.faults.one_byte_at = None;
            data.truncate(1);
        }
        Answer::Bytes {
            data,
            took: self.faults.slow(),
        }
    }

    fn tear(&mut self, command: &[u8], done: bool, back: bool) -> Answer {
        if done {
            let _ = self.answer(command);
        }
        self.power_off();
        Answer::Gone { back }
    }

    /// Notes files that must never be selected or read.
    pub(super) fn watch(&mut self, application: usize, file: u16) {
        let what = match (application, file) {
            (0, 0x0005) => "券面事項確認AP 0005",
            (0, 0x0013) | (1, 0x0014) => "照合番号A",
            (1, 0x0001) => "券面入力補助AP 0001",
            (1, 0x0003) => "券面入力補助AP 0003",
            _ => return,
        };
        self.touch(what);
    }

    pub(super) fn touch(&mut self, what: &str) {
        if self.touched.len() < MAX_REMEMBERED {
            self.touched.push(Touch {
                what: what.to_owned(),
            });
        }
    }
}

impl fmt::Debug for SimCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimCard")
            .field("id", &self.id)
            .field("make", &self.make)
            .finish_non_exhaustive()
    }
}

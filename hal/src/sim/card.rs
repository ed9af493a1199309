//! A simulated My Number Card: files, keys, counters, and a memory of what was touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use super::ca::sign_info;
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

/// Names of the two applications, in the order of [`record::build`].
const APPLICATIONS: [&[u8; 10]; 2] = [&myna_card::ap::surface::DF, &myna_card::ap::text::DF];

/// Applications that a card has and that nobody may select.
const OTHERS: [(&[u8], &str); 3] = [
    (&myna_card::ap::jpki::DF, "公的個人認証AP"),
    (&myna_card::ap::juki::DF, "住基AP"),
    (&myna_card::ap::common::DF, "共通カードAP"),
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
    make: Make,
    faults: Faults,
    dice: Dice,
    open_counters_succeed: bool,
    applications: [Contents; 2],
    keys: BTreeMap<(usize, u16), Key>,
    powered: Option<Power>,
    commands: u32,
    heard: Vec<Vec<u8>>,
    touched: Vec<Touch>,
}

struct Key {
    value: Vec<u8>,
    left: u8,
    tries: u8,
}

#[derive(Default)]
struct Power {
    commands: u32,
    application: Option<usize>,
    file: Option<u16>,
    open: BTreeSet<u16>,
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

    fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        let Some((header, body)) = command.split_at_checked(4) else {
            return status(0x6700);
        };
        if self.make == Make::Foreign {
            return status(if header[1] == 0xA4 { 0x6A82 } else { 0x6D00 });
        }
        match header {
            [0x00, 0xA4, 0x04, 0x0C] => self.select_application(body),
            [0x00, 0xA4, 0x02, 0x0C] => self.select_file(body),
            [0x00, 0xB0, p1, p2] => self.read(*p1, *p2, body),
            [0x00, 0x20, 0x00, p2 @ 0x80..=0x9E] => self.verify(*p2, body),
            [0x00, 0x84, 0x00, 0x00] => self.random(body),
            [0x80, 0x2A, 0x00, 0x00] => self.sign(body),
            _ => status(0x6D00),
        }
    }

    fn select_application(&mut self, body: &[u8]) -> Vec<u8> {
        let name = body.get(1..).unwrap_or_default();
        if let Some((_, what)) = OTHERS.iter().find(|(aid, _)| *aid == name) {
            self.touch(what);
        }
        let found = APPLICATIONS.iter().position(|aid| aid.as_slice() == name);
        let Some(power) = &mut self.powered else {
            return status(0x6F00);
        };
        let Some(found) = found else {
            return status(0x6A82);
        };
        // Selecting the same application again keeps it open; leaving closes it.
        if power.application != Some(found) {
            power.open.clear();
        }
        power.application = Some(found);
        power.file = None;
        status(0x9000)
    }

    fn select_file(&mut self, body: &[u8]) -> Vec<u8> {
        let &[2, high, low] = body else {
            return status(0x6700);
        };
        let file = u16::from_be_bytes([high, low]);
        let Some(application) = self.powered.as_ref().and_then(|power| power.application) else {
            return status(0x6985);
        };
        self.watch(application, file);
        let known = self.applications[application].files.contains_key(&file)
            || self.keys.contains_key(&(application, file));
        if !known {
            return status(0x6A82);
        }
        if let Some(power) = &mut self.powered {
            power.file = Some(file);
        }
        status(0x9000)
    }

    fn read(&mut self, p1: u8, p2: u8, body: &[u8]) -> Vec<u8> {
        let want = match body {
            [0] => 256,
            [le] => usize::from(*le),
            [0, _, _] if !self.faults.extended => return status(0x6700),
            [0, 0, 0] => 65_536,
            [0, high, low] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return status(0x6700),
        };
        let Some(power) = &mut self.powered else {
            return status(0x6F00);
        };
        let Some(application) = power.application else {
            return status(0x6985);
        };
        let offset = if p1 & 0x80 == 0 {
            usize::from(u16::from_be_bytes([p1, p2]))
        } else if self.faults.short_names {
            power.file = Some(u16::from(p1 & 0x1F));
            usize::from(p2)
        } else {
            return status(0x6A86);
        };
        let Some(id) = power.file else {
            return status(0x6986);
        };
        let open = power.open.clone();
        self.watch(application, id);
        let Some(file) = self.applications[application].files.get(&id) else {
            return status(0x6A82);
        };
        if !file.opened_by.is_empty() && !file.opened_by.iter().any(|key| open.contains(key)) {
            return status(0x6982);
        }
        let Some(rest) = file.content.get(offset..).filter(|rest| !rest.is_empty()) else {
            return status(0x6B00);
        };
        let mut data = rest[..want.min(rest.len())].to_vec();
        if self.make == Make::Garbage {
            data.iter_mut()
                .for_each(|byte| *byte = self.dice.roll() as u8);
        }
        if self.faults.false_ends > 0 && offset + data.len() > 200 {
            self.faults.false_ends -= 1;
            data.truncate(data.len() / 2);
            data.extend(status(0x6282));
            return data;
        }
        if self.faults.flipped_bits > 0 && data.len() > 100 {
            self.faults.flipped_bits -= 1;
            let at = 50 + self.dice.roll() as usize % (data.len() - 50);
            data[at] ^= 1 << (self.dice.roll() % 8);
        }
        data.extend(status(0x9000));
        data
    }

    fn verify(&mut self, p2: u8, body: &[u8]) -> Vec<u8> {
        let Some(power) = &self.powered else {
            return status(0x6F00);
        };
        let Some(application) = power.application else {
            return status(0x6985);
        };
        let id = match p2 {
            0x80 => power.file,
            _ => Some(u16::from(p2 & 0x1F)),
        };
        let Some(id) = id else {
            return status(0x6986);
        };
        self.watch(application, id);
        let Some(power) = &mut self.powered else {
            return status(0x6F00);
        };
        let Some(key) = self.keys.get_mut(&(application, id)) else {
            return status(0x6A88);
        };
        let data = body.get(1..).unwrap_or_default();
        if body.is_empty() {
            let open = self.open_counters_succeed && power.open.contains(&id);
            return if open {
                status(0x9000)
            } else {
                counter(key.left)
            };
        }
        if key.left == 0 {
            return status(0x6984);
        }
        if data != key.value {
            key.left -= 1;
            power.open.remove(&id);
            return counter(key.left);
        }
        key.left = key.tries;
        power.open.insert(id);
        status(0x9000)
    }

    fn random(&mut self, body: &[u8]) -> Vec<u8> {
        let &[le] = body else {
            return status(0x6700);
        };
        let length = if le == 0 { 256 } else { usize::from(le) };
        let mut data: Vec<u8> = (0..length).map(|_| self.dice.roll() as u8).collect();
        data.extend(status(0x9000));
        data
    }

    fn sign(&mut self, body: &[u8]) -> Vec<u8> {
        let Some(application) = self.powered.as_ref().and_then(|power| power.application) else {
            return status(0x6985);
        };
        let Some((length, rest)) = body.split_first() else {
            return status(0x6700);
        };
        let Some(input) = rest.get(..usize::from(*length)) else {
            return status(0x6700);
        };
        if self.make == Make::Garbage {
            return vec![0xA5; 7];
        }
        let mut data = sign_info(&self.applications[application].key, input);
        data.extend(status(0x9000));
        data
    }

    /// Notes files that must never be selected or read.
    fn watch(&mut self, application: usize, file: u16) {
        let what = match (application, file) {
            (0, 0x0005) => "券面事項確認AP 0005",
            (0, 0x0013) | (1, 0x0014) => "照合番号A",
            (1, 0x0001) => "券面入力補助AP 0001",
            (1, 0x0003) => "券面入力補助AP 0003",
            _ => return,
        };
        self.touch(what);
    }

    fn touch(&mut self, what: &str) {
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

fn status(word: u16) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}

fn counter(left: u8) -> Vec<u8> {
    status(0x63C0 | u16::from(left.min(15)))
}

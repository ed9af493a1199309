//! What was said so far about whom to ask for, and by what.

use protocol::calendar::Date;
use protocol::command::ProgressKey;
use protocol::facility::Insurer;
use protocol::number::{InsuredNumber, InsurerNumber};
use protocol::person::Purpose;

use crate::lookup::{Key, Question, Subject};
use crate::terminal::desk::{Desk, PersonInHand};
use crate::terminal::entry::{DateEntry, DateRule, DigitEntry};
use crate::terminal::flows::insurer::InsurerChoice;

/// A question that is being put together.
pub struct Entered {
    pub insurer: InsurerChoice,
    pub by: By,
    pub number: DigitEntry,
    pub birth: DateEntry,
    pub applied: DateEntry,
    pub purpose: Option<Purpose>,
    /// Name and birth date that the list knows for the number typed.
    pub listed: Option<(InsuredNumber, String, Date)>,
    /// The person in hand that was taken over already.
    pub hand: Option<PersonInHand>,
}

/// What is asked, and by what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// 進捗 by 被保険者番号.
    Number,
    /// 進捗 by 申請日 with 生年月日.
    Dates,
    /// 資格 by 被保険者番号 with 生年月日.
    NumberAndBirth,
}

impl Entered {
    pub fn new(desk: &Desk) -> Self {
        let insurer = InsurerChoice::default();
        Self {
            number: number_entry(insurer.chosen(desk)),
            applied: applied_entry(insurer.chosen(desk), desk),
            insurer,
            by: By::Number,
            birth: DateEntry::new(DateRule::Birth),
            purpose: None,
            listed: None,
            hand: None,
        }
    }

    /// The person asked about belongs to this municipality.
    pub fn know(&mut self, insurer: &InsurerNumber, desk: &Desk) {
        self.insurer.know(insurer, desk);
        self.use_insurer(desk);
    }

    /// The municipality was chosen or changed: its rules hold, and what is typed stays.
    pub fn use_insurer(&mut self, desk: &Desk) {
        let insurer = self.insurer.chosen(desk);
        let typed = std::mem::replace(&mut self.number, number_entry(insurer));
        self.number.set(typed.typed());
        let applied = self.applied.date(desk.today());
        self.applied = applied_entry(insurer, desk);
        if let Some(date) = applied {
            self.applied.set(date);
        }
    }

    /// The number typed, if it is one.
    pub fn insured(&self) -> Option<InsuredNumber> {
        InsuredNumber::parse(self.number.typed()).ok()
    }

    /// The name that belongs to what is asked, if one is known.
    pub fn who(&self) -> Option<String> {
        if let Some(person) = &self.hand {
            return Some(person.name.clone());
        }
        self.listed().map(|(name, _)| name)
    }

    fn listed(&self) -> Option<(String, Date)> {
        let (insured, name, born_on) = self.listed.as_ref().filter(|_| self.by != By::Dates)?;
        (Some(insured) == self.insured().as_ref()).then(|| (name.clone(), *born_on))
    }

    pub fn born_on(&self, today: Date) -> Option<Date> {
        match (&self.hand, self.by) {
            (_, By::Dates | By::NumberAndBirth) => self.birth.date(today),
            (Some(person), By::Number) => Some(person.born_on),
            (None, By::Number) => self.listed().map(|(_, born_on)| born_on),
        }
    }

    fn key(&self, today: Date) -> Option<Key> {
        Some(match self.by {
            By::Number => Key::Progress(ProgressKey::Insured {
                insured: self.insured()?,
            }),
            By::Dates => Key::Progress(ProgressKey::Dates {
                applied_on: self.applied.date(today)?,
                born_on: self.birth.date(today)?,
            }),
            By::NumberAndBirth => Key::Eligibility {
                insured: self.insured()?,
                born_on: self.birth.date(today)?,
            },
        })
    }

    pub fn asks_eligibility(&self) -> bool {
        self.by == By::NumberAndBirth
    }

    /// A mistyped number must not show somebody else's 資格: without a person in hand the birth
    /// date is asked as well.
    pub fn asks_birth(&self) -> bool {
        self.asks_eligibility() && self.hand.is_none()
    }

    pub fn chosen(&self, desk: &Desk) -> Option<InsurerNumber> {
        self.insurer.chosen(desk).map(|one| one.number.clone())
    }

    /// The question as it would be asked now; `None` while something is missing.
    pub fn question(&self, desk: &Desk) -> Option<Question> {
        Some(Question {
            subject: Subject {
                insurer: self.chosen(desk)?,
                key: self.key(desk.today())?,
            },
            purpose: self.purpose?,
            who: self.who(),
            born_on: self.born_on(desk.today()),
        })
    }
}

fn number_entry(insurer: Option<&Insurer>) -> DigitEntry {
    DigitEntry::new(InsuredNumber::LENGTH)
        .with_letter_h(insurer.is_some_and(|insurer| insurer.h_numbers))
}

fn applied_entry(insurer: Option<&Insurer>, desk: &Desk) -> DateEntry {
    DateEntry::new(DateRule::Application {
        months: insurer.map_or(DEFAULT_MONTHS, |insurer| insurer.retention_months),
        clock_trusted: desk.now.is_trusted(),
    })
}

/// Months shown when the gateway has not told yet. Source: Ebina shows about three.
const DEFAULT_MONTHS: u8 = 3;

//! A date from the era picker and the keypad.

use protocol::calendar::{Date, DateError, Era, EraDate};

use crate::terminal::touch::Touch;
use crate::terminal::view::{DateKind, DateNote, DatePage};

/// Oldest age that is believed: the oldest person known reached 122.
const MAX_AGE_YEARS: i32 = 130;

/// Which dates are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateRule {
    /// 生年月日: any day up to today.
    Birth,
    /// 申請日: within the months the insurer shows. The year is inferred from month and
    /// day while the clock is trusted, and typed while it is not.
    Application {
        /// Months shown (3 or 5).
        months: u8,
        /// Today is known.
        clock_trusted: bool,
    },
    /// 認定年月日: any day up to today since the insurance began.
    Certification,
    /// Last day of a 介護支援専門員証: not yet past, and within its five years
    /// (介護保険法69条の7), with a year to spare for one renewed early.
    LicenceExpiry,
}

/// Longest time a licence can still run, in months.
const LICENCE_MONTHS: i32 = 6 * 12;

/// First day of the long-term care insurance.
fn insurance_began() -> Date {
    Date::from_ymd(2000, 4, 1).expect("the first of April exists")
}

/// A date that is being typed: era, year, month, day.
#[derive(Clone)]
pub struct DateEntry {
    rule: DateRule,
    era: Era,
    fields: [String; 3],
    field: usize,
}

/// Digits of each field.
const FIELD_DIGITS: usize = 2;

impl DateEntry {
    /// Nothing typed yet. Birth dates begin in 昭和, the others in 令和.
    #[must_use]
    pub fn new(rule: DateRule) -> Self {
        let era = if rule == DateRule::Birth {
            Era::Showa
        } else {
            Era::Reiwa
        };
        let mut entry = Self {
            rule,
            era,
            fields: Default::default(),
            field: 0,
        };
        entry.field = entry.first_field();
        entry
    }

    /// Starts with a date that is known already.
    #[must_use]
    pub fn with(rule: DateRule, date: Option<Date>) -> Self {
        let mut entry = Self::new(rule);
        if let Some(date) = date {
            entry.set(date);
        }
        entry
    }

    /// Takes a touch; `false` when it is not one for a date.
    pub fn touch(&mut self, touch: &Touch, today: Date) -> bool {
        match touch {
            Touch::Digit(digit) => self.digit(*digit, today),
            Touch::Backspace => self.backspace(),
            Touch::ClearAll => self.clear(),
            Touch::Era(era) if self.eras().contains(era) => self.era = *era,
            Touch::Field(field) if (self.first_field()..3).contains(field) => {
                self.field = *field;
                self.fields[*field].clear();
            }
            Touch::Today if self.offers_today() => self.set(today),
            Touch::Yesterday if self.offers_today() => self.set(today.add_days(-1)),
            Touch::Paste(text) => {
                if let Ok(date) = protocol::calendar::parse_japanese(text)
                    && date
                        .era()
                        .is_some_and(|day| self.eras().contains(&day.era()))
                {
                    self.set(date);
                }
            }
            _ => return false,
        }
        true
    }

    /// The date, if it is complete and possible.
    #[must_use]
    pub fn date(&self, today: Date) -> Option<Date> {
        self.read(today).ok().flatten()
    }

    /// Why it is complete and not possible.
    #[must_use]
    pub fn note(&self, today: Date) -> Option<DateNote> {
        self.read(today).err()
    }

    /// Puts a date in.
    pub fn set(&mut self, date: Date) {
        let Some(day) = date.era() else { return };
        self.era = day.era();
        self.fields = [
            day.year().to_string(),
            date.month().to_string(),
            date.day().to_string(),
        ];
        self.field = 2;
    }

    /// Nothing typed.
    pub fn clear(&mut self) {
        self.fields = Default::default();
        self.field = self.first_field();
    }

    /// What the page shows. `about` is read back beside the question.
    #[must_use]
    pub fn page(&self, today: Date, about: Option<String>) -> DatePage {
        let date = self.date(today);
        let mut fields = self.fields.clone();
        if self.infers_year() {
            fields[0] = date
                .and_then(Date::era)
                .map_or_else(String::new, |day| day.year().to_string());
        }
        DatePage {
            kind: match self.rule {
                DateRule::Birth => DateKind::Birth,
                DateRule::Application { .. } => DateKind::Application,
                DateRule::Certification => DateKind::Certification,
                DateRule::LicenceExpiry => DateKind::LicenceExpiry,
            },
            eras: self.eras().to_vec(),
            era: self.era,
            fields,
            field: self.field,
            date,
            note: self.note(today),
            infers_year: self.infers_year(),
            age: match self.rule {
                DateRule::Birth => date.and_then(|born| born.age_on(today)),
                _ => None,
            },
            about,
        }
    }

    fn eras(&self) -> &'static [Era] {
        match self.rule {
            DateRule::Birth => &[Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei],
            DateRule::Application { .. } | DateRule::LicenceExpiry => &[Era::Reiwa],
            DateRule::Certification => &[Era::Heisei, Era::Reiwa],
        }
    }

    fn last_year(&self, today: Date) -> u8 {
        let now = || match self.rule {
            DateRule::LicenceExpiry => None,
            _ => today.era().map(|day| day.year()),
        };
        self.era.last_year().or_else(now).unwrap_or(99)
    }

    fn infers_year(&self) -> bool {
        matches!(
            self.rule,
            DateRule::Application {
                clock_trusted: true,
                ..
            }
        )
    }

    fn offers_today(&self) -> bool {
        self.infers_year()
    }

    fn first_field(&self) -> usize {
        usize::from(self.infers_year())
    }

    fn digit(&mut self, digit: u8, today: Date) {
        if self.fields[self.field].len() >= FIELD_DIGITS {
            if self.field == 2 {
                return;
            }
            self.field += 1;
        }
        let field = &mut self.fields[self.field];
        field.push(char::from(b'0' + digit.min(9)));
        // 昭和80年 or a twentieth month do not exist: the next digit is the next field's.
        let full = field.len() == FIELD_DIGITS
            || match self.field {
                0 => digit.saturating_mul(10) > self.last_year(today),
                1 => digit > 1,
                _ => false,
            };
        if full && self.field < 2 {
            self.field += 1;
        }
    }

    fn backspace(&mut self) {
        if self.fields[self.field].is_empty() && self.field > self.first_field() {
            self.field -= 1;
        }
        self.fields[self.field].pop();
    }

    /// `Ok(None)` while it is not complete.
    fn read(&self, today: Date) -> Result<Option<Date>, DateNote> {
        let [year, month, day] =
            [&self.fields[0], &self.fields[1], &self.fields[2]].map(|text| text.parse::<u8>().ok());
        let (Some(month), Some(day)) = (month, day) else {
            return Ok(None);
        };
        if let (true, DateRule::Application { months, .. }) = (self.infers_year(), self.rule) {
            // A leap year has every day that any year has.
            if Date::from_ymd(2024, month, day).is_none() {
                return Err(DateNote::NoSuchDay);
            }
            return Date::infer_year(month, day, today, months)
                .map(Some)
                .ok_or(DateNote::BeyondRetention { months });
        }
        let Some(year) = year else { return Ok(None) };
        let date = EraDate::new(self.era, year, month, day)
            .map_err(|error| match error {
                DateError::OutsideEra { .. } | DateError::OldCalendar => DateNote::OutsideEra,
                DateError::Unreadable | DateError::NoSuchDay | DateError::WrongWeekday => {
                    DateNote::NoSuchDay
                }
            })?
            .date();
        self.judge(date, today).map(Some)
    }

    fn judge(&self, date: Date, today: Date) -> Result<Date, DateNote> {
        match self.rule {
            DateRule::Birth if date > today => Err(DateNote::Future),
            DateRule::Birth if date.add_months(MAX_AGE_YEARS * 12) < today => {
                Err(DateNote::NoSuchDay)
            }
            DateRule::Certification if date > today => Err(DateNote::Future),
            DateRule::Certification if date < insurance_began() => Err(DateNote::NoSuchDay),
            DateRule::LicenceExpiry if date < today || date > today.add_months(LICENCE_MONTHS) => {
                Err(DateNote::NoSuchDay)
            }
            // With an untrusted clock nothing can be said about an application's window.
            _ => Ok(date),
        }
    }
}

impl std::fmt::Debug for DateEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DateEntry({:?}, field {})", self.rule, self.field)
    }
}

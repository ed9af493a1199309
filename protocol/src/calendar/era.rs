//! 和暦: eras and days counted in them.

use std::fmt;

use time::macros::date;

use super::{Date, DateError};

/// A Japanese era since 1868.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Era {
    /// 明治, 1868-01-25 (in this program from 1873-01-01) to 1912-07-29
    Meiji,
    /// 大正, 1912-07-30 to 1926-12-24
    Taisho,
    /// 昭和, 1926-12-25 to 1989-01-07
    Showa,
    /// 平成, 1989-01-08 to 2019-04-30
    Heisei,
    /// 令和, since 2019-05-01
    Reiwa,
}

/// The first day on which Japan counted by the Gregorian calendar.
const GREGORIAN_SINCE: time::Date = date!(1873 - 01 - 01);

impl Era {
    /// All eras, oldest first.
    pub const ALL: [Self; 5] = [
        Self::Meiji,
        Self::Taisho,
        Self::Showa,
        Self::Heisei,
        Self::Reiwa,
    ];

    /// The first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        Date::new(match self {
            Self::Meiji => date!(1868 - 01 - 25),
            Self::Taisho => date!(1912 - 07 - 30),
            Self::Showa => date!(1926 - 12 - 25),
            Self::Heisei => date!(1989 - 01 - 08),
            Self::Reiwa => date!(2019 - 05 - 01),
        })
    }

    /// The last day; `None` for the present era.
    #[must_use]
    pub fn last_day(self) -> Option<Date> {
        self.next().map(|next| next.first_day().add_days(-1))
    }

    /// The last year counted in this era; `None` for the present era.
    #[must_use]
    pub fn last_year(self) -> Option<u8> {
        let last = self.last_day()?.year() - self.first_day().year() + 1;
        u8::try_from(last).ok()
    }

    /// 明治, 大正, 昭和, 平成 or 令和.
    #[must_use]
    pub fn kanji(self) -> &'static str {
        match self {
            Self::Meiji => "明治",
            Self::Taisho => "大正",
            Self::Showa => "昭和",
            Self::Heisei => "平成",
            Self::Reiwa => "令和",
        }
    }

    /// M, T, S, H or R, as forms abbreviate the era.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Meiji => 'M',
            Self::Taisho => 'T',
            Self::Showa => 'S',
            Self::Heisei => 'H',
            Self::Reiwa => 'R',
        }
    }

    /// The era of a day; `None` before 1873.
    #[must_use]
    pub fn of(date: Date) -> Option<Self> {
        if date.inner() < GREGORIAN_SINCE {
            return None;
        }
        Self::ALL
            .into_iter()
            .rev()
            .find(|era| era.first_day() <= date)
    }

    fn next(self) -> Option<Self> {
        match self {
            Self::Meiji => Some(Self::Taisho),
            Self::Taisho => Some(Self::Showa),
            Self::Showa => Some(Self::Heisei),
            Self::Heisei => Some(Self::Reiwa),
            Self::Reiwa => None,
        }
    }
}

/// A day counted in its era. There is no value for a day that the era did not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EraDate {
    date: Date,
    era: Era,
    year: u8,
}

impl EraDate {
    /// The day that an era, a year, a month and a day name.
    ///
    /// # Errors
    /// [`DateError::NoSuchDay`], [`DateError::OutsideEra`] with the day that was probably
    /// meant, or [`DateError::OldCalendar`] for Meiji 1 to 5.
    pub fn new(era: Era, year: u8, month: u8, day: u8) -> Result<Self, DateError> {
        if year == 0 {
            return Err(DateError::NoSuchDay);
        }
        let western = era.first_day().year() + i32::from(year) - 1;
        let date = Date::from_ymd(western, month, day).ok_or(DateError::NoSuchDay)?;
        if date.inner() < GREGORIAN_SINCE {
            return Err(DateError::OldCalendar);
        }
        match Self::of(date) {
            Some(found) if found.era == era => Ok(found),
            _ => Err(DateError::OutsideEra { era, meant: date }),
        }
    }

    /// The day in its era; `None` before 1873, when the old calendar was in use.
    #[must_use]
    pub fn of(date: Date) -> Option<Self> {
        let era = Era::of(date)?;
        let year = u8::try_from(date.year() - era.first_day().year() + 1).ok()?;
        Some(Self { date, era, year })
    }

    /// The day.
    #[must_use]
    pub fn date(self) -> Date {
        self.date
    }

    /// The era.
    #[must_use]
    pub fn era(self) -> Era {
        self.era
    }

    /// The year in the era, starting at 1.
    #[must_use]
    pub fn year(self) -> u8 {
        self.year
    }
}

/// `令和7年8月28日`; year 1 is 元年.
impl fmt::Display for EraDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.era.kanji())?;
        match self.year {
            1 => f.write_str("元")?,
            year => write!(f, "{year}")?,
        }
        write!(f, "年{}月{}日", self.date.month(), self.date.day())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn ymd(year: i32, month: u8, day: u8) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    #[test]
    fn each_era_begins_the_day_after_the_one_before_it_ends() {
        for (last, first, era) in [
            (ymd(1912, 7, 29), ymd(1912, 7, 30), Era::Taisho),
            (ymd(1926, 12, 24), ymd(1926, 12, 25), Era::Showa),
            (ymd(1989, 1, 7), ymd(1989, 1, 8), Era::Heisei),
            (ymd(2019, 4, 30), ymd(2019, 5, 1), Era::Reiwa),
        ] {
            assert_eq!(Era::of(first), Some(era));
            assert_ne!(Era::of(last), Some(era));
            assert_eq!(EraDate::of(first).unwrap().year(), 1);
        }
        assert_eq!(Era::Showa.last_year(), Some(64));
        assert_eq!(Era::Taisho.last_year(), Some(15));
        assert_eq!(Era::Reiwa.last_year(), None);
    }

    #[test]
    fn a_day_after_the_end_of_its_era_is_refused_with_the_day_that_was_meant() {
        assert_eq!(
            EraDate::new(Era::Heisei, 31, 5, 1),
            Err(DateError::OutsideEra {
                era: Era::Heisei,
                meant: ymd(2019, 5, 1)
            })
        );
        assert_eq!(
            EraDate::new(Era::Taisho, 15, 12, 25),
            Err(DateError::OutsideEra {
                era: Era::Taisho,
                meant: ymd(1926, 12, 25)
            })
        );
        assert_eq!(
            EraDate::new(Era::Reiwa, 1, 4, 30),
            Err(DateError::OutsideEra {
                era: Era::Reiwa,
                meant: ymd(2019, 4, 30)
            })
        );
        assert!(EraDate::new(Era::Showa, 99, 1, 1).is_err());
    }

    #[test]
    fn the_old_calendar_is_not_guessed_at() {
        assert_eq!(
            EraDate::new(Era::Meiji, 5, 6, 1),
            Err(DateError::OldCalendar)
        );
        assert_eq!(
            EraDate::new(Era::Meiji, 6, 1, 1).unwrap().date(),
            ymd(1873, 1, 1)
        );
        assert_eq!(EraDate::of(ymd(1872, 12, 31)), None);
    }

    #[test]
    fn days_that_no_year_has_are_refused() {
        assert_eq!(
            EraDate::new(Era::Reiwa, 7, 2, 29),
            Err(DateError::NoSuchDay)
        );
        assert_eq!(
            EraDate::new(Era::Reiwa, 7, 13, 1),
            Err(DateError::NoSuchDay)
        );
        assert_eq!(EraDate::new(Era::Reiwa, 0, 1, 1), Err(DateError::NoSuchDay));
        assert!(EraDate::new(Era::Reiwa, 6, 2, 29).is_ok());
    }

    #[test]
    fn the_first_year_is_written_gannen() {
        assert_eq!(ymd(2019, 5, 1).japanese(), "令和元年5月1日");
        assert_eq!(ymd(2025, 8, 28).japanese(), "令和7年8月28日");
        assert_eq!(ymd(1926, 12, 25).japanese(), "昭和元年12月25日");
    }

    proptest! {
        #[test]
        fn every_day_since_1873_has_exactly_one_era(days in 0i64..90_000) {
            let date = Date::new(GREGORIAN_SINCE).add_days(days);
            let counted = EraDate::of(date).unwrap();
            let again =
                EraDate::new(counted.era(), counted.year(), date.month(), date.day()).unwrap();
            prop_assert_eq!(again.date(), date);
            for other in Era::ALL {
                let elsewhere = EraDate::new(other, counted.year(), date.month(), date.day());
                prop_assert_eq!(
                    other == counted.era(),
                    elsewhere.is_ok_and(|found| found.date() == date)
                );
            }
        }
    }
}

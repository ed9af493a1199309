//! A day of the Gregorian calendar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::{DateError, EraDate};

/// A day, years 1 to 9999; ISO 8601 (`2025-08-28`) on the wire and in `Display`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = "date")]
pub struct Date(time::Date);

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(time::macros::date!(0001 - 01 - 01));
    /// 9999-12-31.
    pub const MAX: Self = Self(time::macros::date!(9999 - 12 - 31));

    /// Wraps a day; one outside [`Self::MIN`] to [`Self::MAX`] becomes the nearer of them.
    #[must_use]
    pub fn new(date: time::Date) -> Self {
        Self(date.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The day, if there is one.
    #[must_use]
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = time::Month::try_from(month).ok()?;
        let date = time::Date::from_calendar_date(year, month, day).ok()?;
        (1..=9999).contains(&year).then_some(Self(date))
    }

    /// Reads `2025-08-28` and nothing else. For what people write there is
    /// [`super::parse_japanese`].
    ///
    /// # Errors
    /// [`DateError::Unreadable`] or [`DateError::NoSuchDay`].
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
            return Err(DateError::Unreadable);
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0u16, |sum, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| sum * 10 + u16::from(digit - b'0'))
            })
        };
        let (Some(year), Some(month), Some(day)) = (
            number(&[y1, y2, y3, y4]),
            number(&[m1, m2]),
            number(&[d1, d2]),
        ) else {
            return Err(DateError::Unreadable);
        };
        let small = |value: u16| u8::try_from(value).map_err(|_| DateError::NoSuchDay);
        Self::from_ymd(i32::from(year), small(month)?, small(day)?).ok_or(DateError::NoSuchDay)
    }

    /// The day as the `time` crate has it.
    #[must_use]
    pub fn inner(self) -> time::Date {
        self.0
    }

    /// Year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.0.month().into()
    }

    /// Day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.0.day()
    }

    /// Weekday, 1 = Monday … 7 = Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        self.0.weekday().number_from_monday()
    }

    /// Days from `earlier` to this day; negative when this day is before it.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_days()
    }

    /// The day `days` later (earlier, when negative), at most [`Self::MAX`].
    #[must_use]
    pub fn add_days(self, days: i64) -> Self {
        let moved = self
            .0
            .saturating_add(time::Duration::days(days.clamp(-4_000_000, 4_000_000)));
        Self::new(moved)
    }

    /// The same day `months` later (earlier, when negative), or the last day of that
    /// month when it is shorter.
    #[must_use]
    pub fn add_months(self, months: i32) -> Self {
        let count = i64::from(self.year()) * 12 + i64::from(self.month()) - 1 + i64::from(months);
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        if year < 1 {
            return Self::MIN;
        }
        let (Ok(year), Ok(month)) = (i32::try_from(year), u8::try_from(month)) else {
            return Self::MAX;
        };
        (0..4)
            .find_map(|back| Self::from_ymd(year, month, self.day().checked_sub(back)?))
            .unwrap_or(Self::MAX)
    }

    /// The last day of this day's month.
    #[must_use]
    pub fn end_of_month(self) -> Self {
        Self(
            self.0
                .replace_day(self.0.month().length(self.year()))
                .unwrap_or(self.0),
        )
    }

    /// The day by which an application of this day is to be decided: the thirtieth after
    /// it (介護保険法27条11項; the day itself is not counted).
    #[must_use]
    pub fn thirtieth_day(self) -> Self {
        self.add_days(30)
    }

    /// The first day on which a certification that ends on this day can be renewed
    /// (60 days before).
    #[must_use]
    pub fn renewal_opens(self) -> Self {
        self.add_days(-60)
    }

    /// Completed years of life on `day` of a person born on this day; `None` before birth.
    /// Somebody born on 29 February is a year older on 1 March of a common year.
    #[must_use]
    pub fn age_on(self, day: Self) -> Option<u16> {
        let years = day.year() - self.year();
        let birthday_to_come = (day.month(), day.day()) < (self.month(), self.day());
        u16::try_from(years - i32::from(birthday_to_come)).ok()
    }

    /// The day in its era; `None` before 1873, when the old calendar was in use.
    #[must_use]
    pub fn era(self) -> Option<EraDate> {
        EraDate::of(self)
    }

    /// The last two digits of the era's year, as 照合番号B wants the year of birth;
    /// `None` before 1873.
    #[must_use]
    pub fn era_two_digit_year(self) -> Option<u8> {
        self.era().map(|date| date.year() % 100)
    }

    /// `令和7年8月28日`, year 1 as 元年; western before 1873.
    #[must_use]
    pub fn japanese(self) -> String {
        self.era()
            .map_or_else(|| self.western(), |date| date.to_string())
    }

    /// `2025年8月28日`.
    #[must_use]
    pub fn western(self) -> String {
        format!("{}年{}月{}日", self.year(), self.month(), self.day())
    }

    /// `8月28日(木)`.
    #[must_use]
    pub fn month_day_weekday(self) -> String {
        format!(
            "{}月{}日({})",
            self.month(),
            self.day(),
            self.weekday_kanji()
        )
    }

    /// `月` to `日`.
    #[must_use]
    pub fn weekday_kanji(self) -> char {
        const WEEKDAYS: [char; 7] = ['月', '火', '水', '木', '金', '土', '日'];
        WEEKDAYS[usize::from(self.0.weekday().number_days_from_monday())]
    }

    /// `20250828`, as the municipal search forms want a date.
    #[must_use]
    pub fn compact(self) -> String {
        format!("{:04}{:02}{:02}", self.year(), self.month(), self.day())
    }

    /// The year for a 申請日 that was given as month and day: the latest such day that is
    /// neither after `today` nor older than `retention_months` (X13). `None`: there is
    /// none in that window. The result is shown before it is used.
    #[must_use]
    pub fn infer_year(month: u8, day: u8, today: Self, retention_months: u8) -> Option<Self> {
        let oldest = today.add_months(-i32::from(retention_months));
        (oldest.year()..=today.year())
            .rev()
            .filter_map(|year| Self::from_ymd(year, month, day))
            .find(|date| (oldest..=today).contains(date))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.year(),
            self.month(),
            self.day()
        )
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::value::parsed(deserializer, "a date such as 2025-08-28", Self::parse)
    }
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;

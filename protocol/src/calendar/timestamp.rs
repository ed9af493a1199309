//! Instants: UTC inside and on the wire, Japan time for people.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::{Date, DateError, parse_japanese};

/// Japan time is nine hours ahead of UTC, without summer time.
pub const JAPAN_OFFSET: Duration = Duration::from_secs(9 * 60 * 60);

const MS_A_DAY: i64 = 24 * 60 * 60 * 1000;
/// Julian day of 1970-01-01.
const UNIX_JULIAN_DAY: i32 = 2_440_588;

/// An instant in whole milliseconds, years 1 to 9999; RFC 3339 with three decimals and
/// `Z` on the wire. Arithmetic stops at [`Self::MIN`] and [`Self::MAX`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = "date-time")]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00.000Z
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// 9999-12-31T23:59:59.999Z
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix_ms(ms: i64) -> Self {
        if ms < Self::MIN.0 {
            Self::MIN
        } else if ms > Self::MAX.0 {
            Self::MAX
        } else {
            Self(ms)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// The instant of a wall-clock reading in Japan.
    #[must_use]
    pub fn from_japan(date: Date, hour: u8, minute: u8) -> Option<Self> {
        if hour > 23 || minute > 59 {
            return None;
        }
        let minutes = i64::from(hour) * 60 + i64::from(minute);
        Some(Self::from_unix_ms(midnight_utc(date) + minutes * 60_000) - JAPAN_OFFSET)
    }

    /// Date, hour and minute on a wall clock in Japan.
    #[must_use]
    pub fn to_japan(self) -> (Date, u8, u8) {
        let (date, ms) = split(self + JAPAN_OFFSET);
        let minutes = ms / 60_000;
        (date, two_digits(minutes / 60), two_digits(minutes % 60))
    }

    /// The date in Japan.
    #[must_use]
    pub fn japan_date(self) -> Date {
        self.to_japan().0
    }

    /// Reads a wall-clock reading of Japan such as `2026-01-22 16:43` (更新日時 in the
    /// municipal lists), with the date in any form of [`parse_japanese`]; seconds may follow.
    ///
    /// # Errors
    /// As [`parse_japanese`].
    pub fn parse_japan(text: &str) -> Result<Self, DateError> {
        let text = text.trim();
        let (date, clock) = text
            .rsplit_once([' ', '　', 'T'])
            .ok_or(DateError::Unreadable)?;
        let clock = crate::text::fold_width(clock);
        let mut parts = clock.split(':');
        let (Some(hour), Some(minute)) = (parts.next(), parts.next()) else {
            return Err(DateError::Unreadable);
        };
        let second = parts.next().unwrap_or("0");
        if parts.next().is_some() {
            return Err(DateError::Unreadable);
        }
        let number = |text: &str, below: u8| match text.parse::<u8>() {
            Ok(n) if n < below && text.len() <= 2 && !text.starts_with('+') => Ok(n),
            _ => Err(DateError::Unreadable),
        };
        let (hour, minute, second) = (number(hour, 24)?, number(minute, 60)?, number(second, 60)?);
        let instant = Self::from_japan(parse_japanese(date)?, hour, minute);
        Ok(instant.ok_or(DateError::Unreadable)? + Duration::from_secs(u64::from(second)))
    }

    /// Reads RFC 3339; digits beyond milliseconds are cut off, leap seconds refused.
    ///
    /// # Errors
    /// [`DateError::Unreadable`] or [`DateError::NoSuchDay`].
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let (date, rest) = text.split_at_checked(10).ok_or(DateError::Unreadable)?;
        let date = Date::parse(date)?;
        let &[
            b'T' | b't',
            h1,
            h2,
            b':',
            m1,
            m2,
            b':',
            s1,
            s2,
            ref rest @ ..,
        ] = rest.as_bytes()
        else {
            return Err(DateError::Unreadable);
        };
        let (hour, minute, second) = (pair(h1, h2, 24)?, pair(m1, m2, 60)?, pair(s1, s2, 60)?);
        let (ms, zone) = fraction(rest)?;
        let day_ms = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
        let utc = midnight_utc(date) + day_ms - zone_ms(zone)?;
        if (Self::MIN.0..=Self::MAX.0).contains(&utc) {
            Ok(Self(utc))
        } else {
            Err(DateError::NoSuchDay)
        }
    }

    /// Time since `earlier`; zero when that is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self::from_unix_ms(self.0.saturating_add(whole_ms(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self::from_unix_ms(self.0.saturating_sub(whole_ms(duration)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&written(*self)).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = written(*self);
        serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::value::parsed(deserializer, "an RFC 3339 instant", Self::parse)
    }
}

/// `2025-08-28T01:02:03.004Z`
fn written(instant: Timestamp) -> [u8; 24] {
    let (date, ms) = split(instant);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut put = |at: usize, digits: usize, mut value: i64| {
        for place in (at..at + digits).rev() {
            text[place] = b'0' + u8::try_from(value % 10).unwrap_or_default();
            value /= 10;
        }
    };
    put(0, 4, i64::from(date.year()));
    put(5, 2, i64::from(date.month()));
    put(8, 2, i64::from(date.day()));
    put(11, 2, ms / 3_600_000);
    put(14, 2, ms / 60_000 % 60);
    put(17, 2, ms / 1000 % 60);
    put(20, 3, ms % 1000);
    text
}

/// The UTC date and the milliseconds since its midnight.
fn split(instant: Timestamp) -> (Date, i64) {
    let day = i32::try_from(instant.0.div_euclid(MS_A_DAY)).unwrap_or_default();
    let date = time::Date::from_julian_day(UNIX_JULIAN_DAY + day).unwrap_or(time::Date::MAX);
    (Date::new(date), instant.0.rem_euclid(MS_A_DAY))
}

fn midnight_utc(date: Date) -> i64 {
    i64::from(date.inner().to_julian_day() - UNIX_JULIAN_DAY) * MS_A_DAY
}

fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn two_digits(value: i64) -> u8 {
    u8::try_from(value).unwrap_or_default()
}

fn pair(tens: u8, ones: u8, below: i64) -> Result<i64, DateError> {
    if !(tens.is_ascii_digit() && ones.is_ascii_digit()) {
        return Err(DateError::Unreadable);
    }
    let value = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    if value < below {
        Ok(value)
    } else {
        Err(DateError::Unreadable)
    }
}

/// The milliseconds after the decimal point, if there is one, and what follows.
fn fraction(rest: &[u8]) -> Result<(i64, &[u8]), DateError> {
    let [b'.', digits @ ..] = rest else {
        return Ok((0, rest));
    };
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(1..=9).contains(&length) {
        return Err(DateError::Unreadable);
    }
    let (digits, zone) = digits.split_at(length);
    let mut ms = 0;
    for place in 0..3 {
        ms = ms * 10 + digits.get(place).map_or(0, |byte| i64::from(byte - b'0'));
    }
    Ok((ms, zone))
}

fn zone_ms(zone: &[u8]) -> Result<i64, DateError> {
    match *zone {
        [b'Z' | b'z'] => Ok(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let ms = (pair(h1, h2, 24)? * 60 + pair(m1, m2, 60)?) * 60_000;
            Ok(if sign == b'+' { ms } else { -ms })
        }
        _ => Err(DateError::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_instant_is_written_with_milliseconds_and_z() {
        assert_eq!(
            Timestamp::from_unix_ms(0).to_string(),
            "1970-01-01T00:00:00.000Z"
        );
        let instant = Timestamp::from_unix_ms(1_756_342_923_004);
        assert_eq!(instant.to_string(), "2025-08-28T01:02:03.004Z");
        assert_eq!(
            serde_json::to_string(&instant).unwrap(),
            "\"2025-08-28T01:02:03.004Z\""
        );
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn other_zones_and_precisions_are_read() {
        let instant = Timestamp::from_unix_ms(1_756_342_923_000);
        for text in [
            "2025-08-28T01:02:03Z",
            "2025-08-28T10:02:03+09:00",
            "2025-08-27T19:32:03.0-05:30",
            "2025-08-28t01:02:03.000000000z",
        ] {
            assert_eq!(Timestamp::parse(text), Ok(instant), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "2025-08-28",
            "2025-08-28T01:02:03",
            "2025-08-28 01:02:03Z",
            "2025-08-28T24:00:00Z",
            "2025-08-28T01:60:00Z",
            "2025-08-28T01:02:60Z",
            "2025-08-28T01:02:03.Z",
            "2025-08-28T01:02:03.0123456789Z",
            "2025-08-28T01:02:03+9:00",
            "2025-02-29T01:02:03Z",
            "2025-08-28T01:02:03ZZ",
            "0001-01-01T00:00:00+09:00",
        ] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn japan_is_nine_hours_ahead() {
        let instant = Timestamp::parse("2026-03-31T15:30:00Z").unwrap();
        let (date, hour, minute) = instant.to_japan();
        assert_eq!(
            (date.to_string().as_str(), hour, minute),
            ("2026-04-01", 0, 30)
        );
        assert_eq!(Timestamp::from_japan(date, hour, minute), Some(instant));
    }

    #[test]
    fn the_time_of_update_in_municipal_lists_is_japan_time() {
        let instant = Timestamp::parse("2026-01-22T07:43:00Z").unwrap();
        for text in [
            "2026-01-22 16:43",
            "2026/1/22　16:43:00",
            "令和8年1月22日 16:43",
        ] {
            assert_eq!(Timestamp::parse_japan(text), Ok(instant), "{text}");
        }
        for text in [
            "2026-01-22",
            "2026-01-22 24:00",
            "2026-01-22 16:43:00:00",
            "16:43",
            "2026-01-22 +6:43",
        ] {
            assert!(Timestamp::parse_japan(text).is_err(), "{text}");
        }
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        assert_eq!(Timestamp::MAX + Duration::MAX, Timestamp::MAX);
        assert_eq!(Timestamp::MIN - Duration::MAX, Timestamp::MIN);
        let (early, late) = (Timestamp::from_unix_ms(5), Timestamp::from_unix_ms(9));
        assert_eq!(late.since(early), Duration::from_millis(4));
        assert_eq!(early.since(late), Duration::ZERO);
        let _ = Timestamp::MAX.to_japan();
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Timestamp::parse(&text);
            let _ = Timestamp::parse_japan(&text);
        }

        #[test]
        fn an_instant_survives_the_wire(ms in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let instant = Timestamp::from_unix_ms(ms);
            prop_assert_eq!(Timestamp::parse(&instant.to_string()), Ok(instant));
        }

        #[test]
        fn instants_sort_as_their_texts_do(a in any::<i64>(), b in any::<i64>()) {
            let (a, b) = (Timestamp::from_unix_ms(a), Timestamp::from_unix_ms(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}

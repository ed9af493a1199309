//! Reading the dates that people and files write.

use super::{Date, DateError, Era, EraDate};
use crate::text::fold_width;

/// Longest text looked at, in characters; a date with era and weekday has sixteen.
const MAX_CHARS: usize = 32;

/// Reads a date in any of the forms seen in the services (domain.md §6): `令和7年8月28日`,
/// `令和08年01月10日`, `令和 7年11月27日`, `平成元年1月8日`, `R7.8.28`, `2025年8月28日`,
/// `2025/11/29`, `2026-01-22`, `20251129`; also in full-width characters, and with the
/// weekday in parentheses behind it, which must then be right.
///
/// # Errors
/// See [`DateError`]; a day outside the named era comes back with the day probably meant.
pub fn parse_japanese(text: &str) -> Result<Date, DateError> {
    if text.chars().count() > MAX_CHARS {
        return Err(DateError::Unreadable);
    }
    let text = fold_width(text.trim());
    let (text, weekday) = split_weekday(&text)?;
    let date = match split_era(text) {
        Some((era, rest)) => era_date(era, rest)?,
        None => western_date(text)?,
    };
    match weekday {
        Some(weekday) if weekday != date.weekday_kanji() => Err(DateError::WrongWeekday),
        _ => Ok(date),
    }
}

/// Reads a month and a day without a year: `0828`, `8/28`, `8-28` or `8月28日`. The year
/// comes from [`Date::infer_year`].
///
/// # Errors
/// [`DateError::Unreadable`], or [`DateError::NoSuchDay`] when no year has that day.
pub fn parse_month_day(text: &str) -> Result<(u8, u8), DateError> {
    if text.chars().count() > MAX_CHARS {
        return Err(DateError::Unreadable);
    }
    let text = fold_width(text.trim());
    let (month, day) = match text.split_at_checked(2) {
        Some((month, day)) if text.len() == 4 && all_digits(&text) => {
            (number(month, 2)?, number(day, 2)?)
        }
        _ => {
            let (month, rest) = text
                .split_once(['月', '/', '-', '.'])
                .ok_or(DateError::Unreadable)?;
            let rest = rest.trim_end();
            (
                number(month, 2)?,
                number(rest.strip_suffix('日').unwrap_or(rest), 2)?,
            )
        }
    };
    // A leap year has every day that any year has.
    Date::from_ymd(2024, month, day).ok_or(DateError::NoSuchDay)?;
    Ok((month, day))
}

fn era_date(era: Era, rest: &str) -> Result<Date, DateError> {
    let [year, month, day] = three_parts(rest)?;
    let year = match year.trim() {
        "元" => 1,
        _ => number(year, 2)?,
    };
    EraDate::new(era, year, number(month, 2)?, number(day, 2)?).map(EraDate::date)
}

fn western_date(text: &str) -> Result<Date, DateError> {
    let [year, month, day] = if text.len() == 8 && all_digits(text) {
        let (year, rest) = text.split_at(4);
        let (month, day) = rest.split_at(2);
        [year, month, day]
    } else {
        three_parts(text)?
    };
    let year = year.trim();
    if year.len() != 4 || !all_digits(year) {
        return Err(DateError::Unreadable);
    }
    let year = year.parse().map_err(|_| DateError::Unreadable)?;
    Date::from_ymd(year, number(month, 2)?, number(day, 2)?).ok_or(DateError::NoSuchDay)
}

/// Year, month and day between `年月日`, or between two equal signs `/`, `-` or `.`.
fn three_parts(text: &str) -> Result<[&str; 3], DateError> {
    if let Some((year, rest)) = text.split_once('年') {
        let (month, rest) = rest.split_once('月').ok_or(DateError::Unreadable)?;
        let day = rest
            .trim_end()
            .strip_suffix('日')
            .ok_or(DateError::Unreadable)?;
        return Ok([year, month, day]);
    }
    let sign = text
        .chars()
        .find(|c| matches!(c, '/' | '-' | '.'))
        .ok_or(DateError::Unreadable)?;
    let mut parts = text.split(sign);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day), None) => Ok([year, month, day]),
        _ => Err(DateError::Unreadable),
    }
}

/// The era named at the beginning, by name, by one sign or by letter.
fn split_era(text: &str) -> Option<(Era, &str)> {
    Era::ALL.into_iter().find_map(|era| {
        let sign = match era {
            Era::Meiji => "㍾",
            Era::Taisho => "㍽",
            Era::Showa => "㍼",
            Era::Heisei => "㍻",
            Era::Reiwa => "㋿",
        };
        text.strip_prefix(era.kanji())
            .or_else(|| text.strip_prefix(sign))
            .or_else(|| text.strip_prefix(era.letter()))
            .or_else(|| text.strip_prefix(era.letter().to_ascii_lowercase()))
            .map(|rest| (era, rest))
    })
}

/// Takes `(木)` or `(木曜日)` off the end.
fn split_weekday(text: &str) -> Result<(&str, Option<char>), DateError> {
    let Some(inner) = text.strip_suffix(')') else {
        return Ok((text, None));
    };
    let (date, weekday) = inner.split_once('(').ok_or(DateError::Unreadable)?;
    let weekday = weekday.trim();
    let weekday = weekday.strip_suffix("曜日").unwrap_or(weekday);
    let mut characters = weekday.chars();
    match (characters.next(), characters.next()) {
        (Some(weekday), None) if "月火水木金土日".contains(weekday) => {
            Ok((date.trim_end(), Some(weekday)))
        }
        _ => Err(DateError::Unreadable),
    }
}

/// One to `most` digits with space around them, never inside.
fn number(text: &str, most: usize) -> Result<u8, DateError> {
    let text = text.trim();
    if text.is_empty() || text.len() > most || !all_digits(text) {
        return Err(DateError::Unreadable);
    }
    text.parse().map_err(|_| DateError::Unreadable)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
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
    fn every_form_seen_in_the_services_is_read() {
        for (text, date) in [
            ("令和7年8月28日", ymd(2025, 8, 28)),
            ("2025/11/29", ymd(2025, 11, 29)),
            ("2026-01-22", ymd(2026, 1, 22)),
            ("平成 26年09月22日", ymd(2014, 9, 22)),
            ("令和08年01月10日", ymd(2026, 1, 10)),
            ("令和 7年11月27日", ymd(2025, 11, 27)),
            ("令和　７年１１月２７日", ymd(2025, 11, 27)),
            ("20251129", ymd(2025, 11, 29)),
            ("２０２５１１２９", ymd(2025, 11, 29)),
            ("２０２５／１１／２９", ymd(2025, 11, 29)),
            ("令和元年5月1日", ymd(2019, 5, 1)),
            ("令和1年5月1日", ymd(2019, 5, 1)),
            ("平成元年1月8日", ymd(1989, 1, 8)),
            ("昭和64年1月7日", ymd(1989, 1, 7)),
            ("昭和 8年 3月 3日", ymd(1933, 3, 3)),
            ("大正15年12月24日", ymd(1926, 12, 24)),
            ("明治45年7月29日", ymd(1912, 7, 29)),
            ("2025年8月28日", ymd(2025, 8, 28)),
            ("令和7年8月28日(木)", ymd(2025, 8, 28)),
            ("令和7年8月28日（木）", ymd(2025, 8, 28)),
            ("2025/8/28 (木曜日)", ymd(2025, 8, 28)),
            ("R7.8.28", ymd(2025, 8, 28)),
            ("r07/08/28", ymd(2025, 8, 28)),
            ("S20-8-15", ymd(1945, 8, 15)),
            ("㍼20年8月15日", ymd(1945, 8, 15)),
            ("2025/1/2", ymd(2025, 1, 2)),
        ] {
            assert_eq!(parse_japanese(text), Ok(date), "{text}");
        }
    }

    #[test]
    fn era_dates_that_do_not_exist_are_refused_with_the_reason() {
        assert_eq!(
            parse_japanese("平成31年5月1日"),
            Err(DateError::OutsideEra {
                era: Era::Heisei,
                meant: ymd(2019, 5, 1)
            })
        );
        assert_eq!(
            parse_japanese("昭和64年1月8日"),
            Err(DateError::OutsideEra {
                era: Era::Showa,
                meant: ymd(1989, 1, 8)
            })
        );
        assert_eq!(
            parse_japanese("令和元年4月30日"),
            Err(DateError::OutsideEra {
                era: Era::Reiwa,
                meant: ymd(2019, 4, 30)
            })
        );
        assert_eq!(parse_japanese("令和7年2月29日"), Err(DateError::NoSuchDay));
        assert_eq!(parse_japanese("令和7年4月31日"), Err(DateError::NoSuchDay));
        assert_eq!(parse_japanese("令和0年4月1日"), Err(DateError::NoSuchDay));
        assert_eq!(parse_japanese("2025-02-29"), Err(DateError::NoSuchDay));
        assert_eq!(parse_japanese("明治5年6月1日"), Err(DateError::OldCalendar));
        assert_eq!(
            parse_japanese("令和7年8月28日(金)"),
            Err(DateError::WrongWeekday)
        );
    }

    #[test]
    fn what_is_no_date_is_not_guessed_into_one() {
        for text in [
            "",
            "令和",
            "令和7年",
            "令和7年8月",
            "7年8月28日",
            "慶応3年1月1日",
            "25/11/29",
            "2025/11-29",
            "2025/11/29/1",
            "2025 11 29",
            "2025/11/2 9",
            "令和100年1月1日",
            "2025112",
            "202511290",
            "2025年8月28",
            "８月２８日",
            "令和七年八月二十八日",
            "20251129(木",
            "2025-08-28T00:00",
            "-025-08-28",
            "+202-08-28",
        ] {
            assert_eq!(parse_japanese(text), Err(DateError::Unreadable), "{text}");
        }
        assert_eq!(
            parse_japanese(&"1".repeat(100_000)),
            Err(DateError::Unreadable)
        );
    }

    #[test]
    fn a_month_and_a_day_are_read_without_a_year() {
        for text in [
            "0828",
            "８/28",
            "8-28",
            "8月28日",
            "08月28日",
            " 8.28 ",
            "0828",
        ] {
            assert_eq!(parse_month_day(text), Ok((8, 28)), "{text}");
        }
        assert_eq!(parse_month_day("0229"), Ok((2, 29)));
        assert_eq!(parse_month_day("0230"), Err(DateError::NoSuchDay));
        assert_eq!(parse_month_day("1301"), Err(DateError::NoSuchDay));
        for text in ["", "828", "08281", "8", "八月", "8/28/1", "あい"] {
            assert_eq!(parse_month_day(text), Err(DateError::Unreadable), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = parse_japanese(&text);
            let _ = parse_month_day(&text);
        }

        #[test]
        fn any_text_of_date_signs_is_read_or_refused(text in "[令和平成昭元年月日0-9０-９/() 　.-]{0,20}") {
            let _ = parse_japanese(&text);
            let _ = parse_month_day(&text);
        }

        #[test]
        fn every_day_is_read_back_from_every_form(days in 0i64..89_000) {
            let date = ymd(1873, 1, 1).add_days(days);
            let era = date.era().unwrap();
            let letter = format!(
                "{}{:02}.{}.{:02}", era.era().letter(), era.year(), date.month(), date.day()
            );
            let slashes = format!("{}/{:02}/{}", date.year(), date.month(), date.day());
            let weekday = format!("{}({})", date.japanese(), date.weekday_kanji());
            for text in [
                date.to_string(), date.japanese(), date.western(), date.compact(),
                letter, slashes, weekday,
            ] {
                prop_assert_eq!(parse_japanese(&text), Ok(date), "{}", text);
            }
        }
    }
}

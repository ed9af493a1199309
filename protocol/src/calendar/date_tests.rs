#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;

fn ymd(year: i32, month: u8, day: u8) -> Date {
    Date::from_ymd(year, month, day).unwrap()
}

#[test]
fn a_date_is_iso_on_the_wire_and_nothing_else_is_taken() {
    let date = ymd(2025, 8, 28);
    assert_eq!(serde_json::to_string(&date).unwrap(), "\"2025-08-28\"");
    assert_eq!(
        serde_json::from_str::<Date>("\"2025-08-28\"").unwrap(),
        date
    );
    for wrong in [
        "2025-8-28",
        "2025/08/28",
        "2025-02-29",
        "2025-13-01",
        "0000-01-01",
        "20250828",
        "",
    ] {
        assert!(Date::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_twenty_eighth_of_august_2025_was_a_thursday() {
    assert_eq!(ymd(2025, 8, 28).month_day_weekday(), "8月28日(木)");
    assert_eq!(ymd(2025, 8, 28).weekday(), 4);
    assert_eq!(ymd(2025, 8, 28).western(), "2025年8月28日");
}

#[test]
fn the_card_wants_the_year_of_the_era() {
    assert_eq!(ymd(1945, 8, 15).era_two_digit_year(), Some(20));
    assert_eq!(ymd(1989, 1, 7).era_two_digit_year(), Some(64));
    assert_eq!(ymd(1989, 1, 8).era_two_digit_year(), Some(1));
    assert_eq!(ymd(1925, 1, 1).era_two_digit_year(), Some(14));
    assert_eq!(ymd(1872, 1, 1).era_two_digit_year(), None);
}

#[test]
fn age_is_counted_in_completed_years() {
    let born = ymd(1940, 4, 1);
    assert_eq!(born.age_on(ymd(2025, 3, 31)), Some(84));
    assert_eq!(born.age_on(ymd(2025, 4, 1)), Some(85));
    assert_eq!(born.age_on(ymd(1940, 3, 31)), None);
    let leap = ymd(1940, 2, 29);
    assert_eq!(leap.age_on(ymd(2025, 2, 28)), Some(84));
    assert_eq!(leap.age_on(ymd(2025, 3, 1)), Some(85));
}

#[test]
fn months_are_added_to_the_same_day_or_the_last_of_a_shorter_month() {
    assert_eq!(ymd(2025, 1, 31).add_months(1), ymd(2025, 2, 28));
    assert_eq!(ymd(2024, 1, 31).add_months(1), ymd(2024, 2, 29));
    assert_eq!(ymd(2025, 5, 31).add_months(-3), ymd(2025, 2, 28));
    assert_eq!(ymd(2025, 1, 15).add_months(-1), ymd(2024, 12, 15));
    assert_eq!(ymd(2025, 8, 28).add_months(48), ymd(2029, 8, 28));
    assert_eq!(ymd(2025, 8, 28).add_months(i32::MIN), Date::MIN);
    assert_eq!(ymd(2025, 8, 28).add_months(i32::MAX), Date::MAX);
    assert_eq!(ymd(2025, 2, 3).end_of_month(), ymd(2025, 2, 28));
}

#[test]
fn the_law_counts_thirty_days_from_the_day_after_the_application() {
    assert_eq!(ymd(2026, 1, 10).thirtieth_day(), ymd(2026, 2, 9));
    assert_eq!(ymd(2026, 3, 31).renewal_opens(), ymd(2026, 1, 30));
}

#[test]
fn the_year_of_an_application_is_inferred_inside_the_window_only() {
    let today = ymd(2026, 1, 20);
    assert_eq!(Date::infer_year(1, 20, today, 3), Some(today));
    assert_eq!(Date::infer_year(12, 1, today, 3), Some(ymd(2025, 12, 1)));
    assert_eq!(Date::infer_year(10, 20, today, 3), Some(ymd(2025, 10, 20)));
    assert_eq!(Date::infer_year(10, 19, today, 3), None);
    assert_eq!(Date::infer_year(10, 19, today, 5), Some(ymd(2025, 10, 19)));
    assert_eq!(Date::infer_year(1, 21, today, 3), None);
    assert_eq!(Date::infer_year(2, 30, today, 12), None);
    assert_eq!(
        Date::infer_year(2, 29, ymd(2024, 3, 1), 3),
        Some(ymd(2024, 2, 29))
    );
    assert_eq!(Date::infer_year(2, 29, ymd(2025, 3, 1), 3), None);
}

#[test]
fn days_beyond_the_calendar_are_held_at_its_ends() {
    assert_eq!(Date::MAX.add_days(i64::MAX), Date::MAX);
    assert_eq!(Date::MIN.add_days(i64::MIN), Date::MIN);
    assert_eq!(Date::from_ymd(0, 1, 1), None);
    assert_eq!(Date::from_ymd(10_000, 1, 1), None);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,16}") {
        let _ = Date::parse(&text);
    }

    #[test]
    fn a_date_survives_the_wire(days in 0i64..3_652_059) {
        let date = Date::MIN.add_days(days);
        prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
        prop_assert_eq!(date.days_since(Date::MIN), days);
    }

    #[test]
    fn an_inferred_day_is_always_inside_the_window(
        month in 0u8..14, day in 0u8..33, offset in 0i64..20_000, retention in 0u8..=255,
    ) {
        let today = ymd(1990, 1, 1).add_days(offset);
        if let Some(date) = Date::infer_year(month, day, today, retention) {
            prop_assert!(date <= today);
            prop_assert!(date >= today.add_months(-i32::from(retention)));
            prop_assert_eq!((date.month(), date.day()), (month, day));
        }
    }

    #[test]
    fn adding_months_keeps_the_month_right(offset in 0i64..20_000, months in -600i32..600) {
        let start = ymd(1960, 1, 1).add_days(offset);
        let moved = start.add_months(months);
        let count = |date: Date| date.year() * 12 + i32::from(date.month());
        prop_assert_eq!(count(moved) - count(start), months);
        prop_assert!(moved.day() == start.day() || moved == moved.end_of_month());
    }
}

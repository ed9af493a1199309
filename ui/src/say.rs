//! Dates, times and durations in the language of the screen.

use std::time::Duration;

use firmware::terminal::touch::Language;
use firmware::terminal::view::{DeskState, Open};
use protocol::calendar::{Date, Timestamp};
use protocol::facility::Desk;
use protocol::person::StaffRole;

use crate::words::Words;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// `令和8年6月18日` / `18 June 2026`.
#[must_use]
pub fn date(date: Date, words: &Words) -> String {
    match words.language() {
        Language::Ja => date.japanese(),
        Language::En => format!("{} {} {}", date.day(), month(date), date.year()),
    }
}

/// `2031年3月14日` / `14 March 2031`: as it is printed on cards.
#[must_use]
pub fn western(day: Date, words: &Words) -> String {
    match words.language() {
        Language::Ja => day.western(),
        Language::En => date(day, words),
    }
}

/// `令和8年6月18日(木)` / `Thu 18 June 2026`. Half-width brackets keep the line short.
#[must_use]
pub fn full_date(date: Date, words: &Words) -> String {
    match words.language() {
        Language::Ja => format!("{}({})", date.japanese(), date.weekday_kanji()),
        Language::En => {
            format!(
                "{} {} {} {}",
                weekday(date),
                date.day(),
                month(date),
                date.year()
            )
        }
    }
}

/// `6月18日(木)` / `Thu 18 Jun`.
#[must_use]
pub fn short_date(date: Date, words: &Words) -> String {
    match words.language() {
        Language::Ja => date.month_day_weekday(),
        Language::En => format!("{} {}", weekday(date), day_month(date, words)),
    }
}

/// `6月18日` / `18 Jun`.
#[must_use]
pub fn day_month(date: Date, words: &Words) -> String {
    match words.language() {
        Language::Ja => format!("{}月{}日", date.month(), date.day()),
        Language::En => format!("{} {}", date.day(), &month(date)[..3]),
    }
}

/// `9:45`.
#[must_use]
pub fn clock(hour: u8, minute: u8) -> String {
    format!("{hour}:{minute:02}")
}

/// `17:15`, from minutes after midnight.
#[must_use]
pub fn minutes(minute_of_day: u16) -> String {
    format!("{}:{:02}", minute_of_day / 60, minute_of_day % 60)
}

/// An instant as staff say it, in Japan: `今日 9:43`, `昨日 16:08`, `6月2日 16:43`. Without a
/// trusted today it is always the day and the time.
#[must_use]
pub fn instant(at: Timestamp, today: Option<Date>, words: &Words) -> String {
    let (day, hour, minute) = at.to_japan();
    let time = clock(hour, minute);
    let day = match today.map(|today| today.days_since(day)) {
        Some(0) => words.say("when-today"),
        Some(1) => words.say("when-yesterday"),
        _ => day_month(day, words),
    };
    format!("{day} {time}")
}

/// How many days ago, from the day before yesterday on: `16日前`. What is newer is said by
/// [`instant`]; without a trusted today nothing is.
#[must_use]
pub fn days_ago(at: Timestamp, today: Option<Date>, words: &Words) -> Option<String> {
    let days = today?.days_since(at.to_japan().0);
    (days >= 2).then(|| words.say_with("when-days-ago", &[("days", days.into())]))
}

/// Age of an answer: `3日前の情報`.
#[must_use]
pub fn age(age: Duration, words: &Words) -> String {
    let seconds = age.as_secs();
    if seconds < HOUR {
        words.say("age-now")
    } else if seconds < DAY {
        words.say_with("age-hours", &[("hours", (seconds / HOUR).into())])
    } else {
        words.say_with("age-days", &[("days", (seconds / DAY).into())])
    }
}

/// Time left: `あと2日と23時間`, `あと5時間`, `あと12分`.
#[must_use]
pub fn left(left: Duration, words: &Words) -> String {
    let seconds = left.as_secs();
    if seconds >= DAY {
        words.say_with(
            "left-days",
            &[
                ("days", (seconds / DAY).into()),
                ("hours", (seconds % DAY / HOUR).into()),
            ],
        )
    } else if seconds >= HOUR {
        words.say_with("left-hours", &[("hours", (seconds / HOUR).into())])
    } else {
        words.say_with("left-minutes", &[("minutes", whole_minutes(left).into())])
    }
}

/// Minutes, rounded up, so that `あと1分` is shown until the end.
#[must_use]
pub fn whole_minutes(left: Duration) -> u64 {
    left.as_secs().div_ceil(MINUTE).max(1)
}

/// Whether a desk answers now: `今は受付中(17:15まで)`, `10:00から`.
#[must_use]
pub fn open(open: Option<Open>, words: &Words) -> String {
    match open {
        None => String::new(),
        Some(Open::Until(until)) => {
            words.say_with("desk-open-until", &[("until", minutes(until).into())])
        }
        Some(Open::TodayFrom(from)) => {
            words.say_with("desk-opens", &[("from", minutes(from).into())])
        }
        Some(Open::On(day, from)) => words.say_with(
            "desk-opens-on",
            &[
                ("day", short_date(day, words).into()),
                ("from", minutes(from).into()),
            ],
        ),
        Some(Open::Closed) => words.say("desk-closed"),
    }
}

/// The same, short: `今は受付中`, `10:00から`.
#[must_use]
pub fn open_short(open_now: Option<Open>, words: &Words) -> String {
    match open_now {
        Some(Open::Until(_)) => words.say("desk-open"),
        other => open(other, words),
    }
}

/// When a desk is open: `平日 8:30～17:15`. The first of its rules is shown; the others are on
/// the municipality's page.
#[must_use]
pub fn hours(desk: &Desk, words: &Words) -> String {
    let Some(rule) = desk.hours.first() else {
        return String::new();
    };
    let days = match rule.weekdays.as_slice() {
        [1, 2, 3, 4, 5] => words.say("days-weekdays"),
        [1, 2, 3, 4, 5, 6, 7] => words.say("days-daily"),
        days => {
            let names = words.say("days-names");
            let names: Vec<&str> = names.split(' ').collect();
            days.iter()
                .filter_map(|day| names.get(usize::from(*day).checked_sub(1)?).copied())
                .collect::<Vec<_>>()
                .join(&words.say("days-joint"))
        }
    };
    format!(
        "{days} {}～{}",
        minutes(rule.from_minute),
        minutes(rule.to_minute)
    )
}

/// Organisation and desk: `汐見市 介護保険課 認定係`.
#[must_use]
pub fn desk_name(desk: &DeskState) -> String {
    if desk.city.is_empty() {
        desk.desk.name.clone()
    } else {
        format!("{} {}", desk.city, desk.desk.name)
    }
}

/// Bytes: `44 KB`, `1.2 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const KB: u64 = 1000;
    const MB: u64 = 1000 * KB;
    match bytes {
        0..KB => format!("{bytes} B"),
        KB..MB => format!("{} KB", bytes / KB),
        _ => format!("{}.{} MB", bytes / MB, bytes % MB / (MB / 10)),
    }
}

/// A role.
#[must_use]
pub fn role(role: StaffRole, words: &Words) -> String {
    words.say(match role {
        StaffRole::Setup => "role-setup",
        StaffRole::Administrator => "role-administrator",
        StaffRole::General => "role-general",
        StaffRole::Technician => "role-technician",
    })
}

fn month(date: Date) -> &'static str {
    MONTHS[usize::from(date.month()) - 1]
}

fn weekday(date: Date) -> &'static str {
    WEEKDAYS[usize::from(date.weekday()) - 1]
}

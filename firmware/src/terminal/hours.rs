//! Whether a desk answers now, offline, from its rules.

use protocol::calendar::Date;
use protocol::facility::{Desk, OpeningHours};

use super::view::{DeskState, Open};
use crate::clock::Now;

/// How many days ahead the next opening is looked for.
pub const LOOK_AHEAD_DAYS: i64 = 14;

/// A desk with what can be said about it now; nothing when the clock is not trusted.
#[must_use]
pub fn state(desk: &Desk, city: &str, now: &Now) -> DeskState {
    DeskState {
        desk: desk.clone(),
        city: city.to_owned(),
        open: now.is_trusted().then(|| open(desk, now)),
    }
}

/// Whether the desk answers at this instant, else when it next does.
fn open(desk: &Desk, now: &Now) -> Open {
    let (today, hour, minute) = now.wall.to_japan();
    let minute = u16::from(hour) * 60 + u16::from(minute);
    // Rules may overlap: the latest end of those that hold now counts.
    let until = on(desk, today)
        .filter(|rule| rule.from_minute <= minute && minute < rule.to_minute)
        .map(|rule| rule.to_minute)
        .max();
    if let Some(until) = until {
        return Open::Until(until);
    }
    if let Some(from) = on(desk, today)
        .map(|rule| rule.from_minute)
        .filter(|from| *from > minute)
        .min()
    {
        return Open::TodayFrom(from);
    }
    for days in 1..=LOOK_AHEAD_DAYS {
        let day = today.add_days(days);
        if let Some(from) = on(desk, day).map(|rule| rule.from_minute).min() {
            return Open::On(day, from);
        }
    }
    Open::Closed
}

/// The rules that hold on a day and are not empty.
fn on(desk: &Desk, day: Date) -> impl Iterator<Item = &OpeningHours> {
    desk.hours.iter().filter(move |rule| {
        rule.weekdays.contains(&day.weekday())
            && rule.from_minute < rule.to_minute
            && rule
                .days_of_month
                .is_none_or(|(first, last)| (first..=last).contains(&day.day()))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use protocol::calendar::Timestamp;
    use protocol::text::PhoneNumber;

    use super::*;
    use crate::clock::{ClockTrust, Distrust};

    fn at(day: u8, hour: u8, minute: u8) -> Now {
        // November 2026: the 20th is a Friday.
        let date = Date::from_ymd(2026, 11, day).unwrap();
        Now {
            boot: Duration::from_secs(1),
            boot_id: [1; 16],
            wall: Timestamp::from_japan(date, hour, minute).unwrap(),
            trust: ClockTrust::Trusted,
        }
    }

    fn rule(weekdays: &[u8], from: u16, to: u16, days: Option<(u8, u8)>) -> OpeningHours {
        OpeningHours {
            weekdays: weekdays.to_vec(),
            from_minute: from,
            to_minute: to,
            days_of_month: days,
        }
    }

    fn desk(hours: Vec<OpeningHours>) -> Desk {
        Desk {
            name: "認定係".to_owned(),
            phone: PhoneNumber::parse("0120000142").unwrap(),
            hours,
        }
    }

    #[test]
    fn a_weekday_desk_says_until_when_and_from_when() {
        let desk = desk(vec![rule(&[1, 2, 3, 4, 5], 510, 1035, None)]);
        let open = |now: Now| state(&desk, "汐見市", &now).open;
        assert_eq!(open(at(20, 8, 29)), Some(Open::TodayFrom(510)));
        assert_eq!(open(at(20, 8, 30)), Some(Open::Until(1035)));
        assert_eq!(open(at(20, 17, 14)), Some(Open::Until(1035)));
        let monday = Date::from_ymd(2026, 11, 23).unwrap();
        assert_eq!(open(at(20, 17, 15)), Some(Open::On(monday, 510)));
        assert_eq!(open(at(21, 12, 0)), Some(Open::On(monday, 510)));
    }

    #[test]
    fn the_longer_hours_of_the_first_ten_days_count_only_then() {
        let desk = desk(vec![
            rule(&[1, 2, 3, 4, 5], 600, 1020, None),
            rule(&[1, 2, 3, 4, 5], 600, 1140, Some((1, 10))),
        ]);
        assert_eq!(
            state(&desk, "", &at(6, 18, 0)).open,
            Some(Open::Until(1140))
        );
        assert_eq!(
            state(&desk, "", &at(6, 12, 0)).open,
            Some(Open::Until(1140))
        );
        assert_eq!(
            state(&desk, "", &at(19, 12, 0)).open,
            Some(Open::Until(1020))
        );
    }

    #[test]
    fn an_untrusted_clock_and_an_empty_rule_promise_nothing() {
        let closed = desk(vec![rule(&[], 0, 1440, None), rule(&[5], 700, 700, None)]);
        assert_eq!(state(&closed, "", &at(20, 12, 0)).open, Some(Open::Closed));
        let mut now = at(20, 12, 0);
        now.trust = ClockTrust::Untrusted(Distrust::BehindFloor);
        assert_eq!(state(&closed, "", &now).open, None);
    }
}

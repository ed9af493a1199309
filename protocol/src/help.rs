//! Desks that people call about the terminal itself, and the problems they call about.
//!
//! The insurers' own desks come with the office's facility ([`crate::facility::Insurer`]); these
//! are there before the first contact, too.

use serde::{Deserialize, Serialize};

use crate::facility::Desk;
use crate::text::check_free_text;

/// Most desks of one unit.
pub const MAX_HELP_DESKS: usize = 32;

/// Longest name of an organisation or a desk in characters.
pub const MAX_NAME_CHARS: usize = 40;

/// Most opening rules of one desk.
pub const MAX_RULES: usize = 14;

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// Problems people come to the help screen with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HelpTopic {
    /// カードが読めない
    Card,
    /// 読み取り機がない
    Reader,
    /// パスコードを忘れた
    Passcode,
    /// つながらない
    Network,
    /// 返事が来ない
    NoAnswer,
    /// 送れずに止まった
    Held,
    /// 書類が開けない
    Document,
    /// 時刻がちがう
    Clock,
    /// 端末をなくした
    Lost,
}

impl HelpTopic {
    /// Every topic, in the order of the screen.
    pub const ALL: &'static [Self] = &[
        Self::Card,
        Self::Reader,
        Self::Passcode,
        Self::Network,
        Self::NoAnswer,
        Self::Held,
        Self::Document,
        Self::Clock,
        Self::Lost,
    ];
}

/// A desk beside the insurers' own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelpDesk {
    /// Organisation, as shown.
    pub organisation: String,
    /// Topics it answers.
    pub topics: Vec<HelpTopic>,
    /// The desk.
    pub desk: Desk,
}

impl HelpDesk {
    /// Checks what the types alone cannot hold: names that can be shown, hours that can be.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let named = |text: &str| check_free_text(text, MAX_NAME_CHARS).is_ok();
        let hours = &self.desk.hours;
        named(&self.organisation)
            && named(&self.desk.name)
            && hours.len() <= MAX_RULES
            && hours.iter().all(|rule| {
                rule.weekdays.iter().all(|day| (1..=7).contains(day))
                    && rule.from_minute < rule.to_minute
                    && rule.to_minute <= DAY_MINUTES
                    && rule
                        .days_of_month
                        .is_none_or(|(first, last)| 1 <= first && first <= last && last <= 31)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facility::OpeningHours;

    fn desk() -> HelpDesk {
        HelpDesk {
            organisation: "端末の保守窓口".to_owned(),
            topics: vec![HelpTopic::Reader, HelpTopic::NoAnswer],
            desk: Desk {
                name: "サポート".to_owned(),
                phone: "0990000199".parse().expect("a number"),
                hours: vec![OpeningHours {
                    weekdays: vec![1, 7],
                    from_minute: 0,
                    to_minute: DAY_MINUTES,
                    days_of_month: Some((1, 10)),
                }],
            },
        }
    }

    #[test]
    fn a_desk_with_names_and_hours_is_sound() {
        assert!(desk().is_sound());
        let mut always_closed = desk();
        always_closed.desk.hours.clear();
        assert!(always_closed.is_sound(), "its hours are not known");
    }

    #[test]
    fn a_desk_that_cannot_be_shown_or_never_opens_is_not() {
        let wrong: [fn(&mut HelpDesk); 8] = [
            |desk| desk.organisation.clear(),
            |desk| desk.desk.name = "窓\u{7}口".to_owned(),
            |desk| desk.desk.name = "窓".repeat(MAX_NAME_CHARS + 1),
            |desk| desk.desk.hours[0].weekdays = vec![8],
            |desk| desk.desk.hours[0].weekdays = vec![0],
            |desk| desk.desk.hours[0].from_minute = DAY_MINUTES,
            |desk| desk.desk.hours[0].days_of_month = Some((10, 1)),
            |desk| desk.desk.hours = vec![desk.desk.hours[0].clone(); MAX_RULES + 1],
        ];
        for spoil in wrong {
            let mut spoilt = desk();
            spoil(&mut spoilt);
            assert!(!spoilt.is_sound(), "{spoilt:?}");
        }
    }
}

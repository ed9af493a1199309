//! The line of stages, computed from the record.

use protocol::answer::ProgressRecord;
use protocol::calendar::Date;

use crate::terminal::view::{Stage, StageKind, StageState};

/// The day by which a decision is due (介護保険法27条11項). A guess, and worded so.
#[must_use]
pub fn thirtieth_day(record: &ProgressRecord) -> Date {
    record.applied_on.thirtieth_day()
}

/// The stages in order: exactly one is next unless the certification is known. `today` is
/// `None` while the clock is not trusted; then no date is taken for past.
#[must_use]
pub fn stages(record: &ProgressRecord, today: Option<Date>) -> Vec<Stage> {
    let certified = record.certified_on.is_some();
    let held = |on: Option<Date>| match (on, today) {
        (Some(on), Some(today)) => on < today,
        _ => false,
    };
    let last = match record.certified_on {
        Some(on) => (StageKind::Certified, Some(on), true),
        None => (StageKind::ResultGuess, Some(thirtieth_day(record)), false),
    };
    let line = [
        (StageKind::Applied, Some(record.applied_on), true),
        (
            StageKind::Survey,
            record.survey_received_on,
            certified || record.survey_received_on.is_some(),
        ),
        (
            StageKind::Opinion,
            record.opinion_received_on,
            certified || record.opinion_received_on.is_some(),
        ),
        (
            StageKind::Panel,
            record.panel_on,
            certified || held(record.panel_on),
        ),
        last,
    ];
    let next = line.iter().position(|(_, _, done)| !done);
    line.into_iter()
        .enumerate()
        .map(|(place, (kind, date, done))| Stage {
            kind,
            date,
            state: match (done, next == Some(place)) {
                (true, _) => StageState::Done,
                (false, true) => StageState::Next,
                (false, false) => StageState::Later,
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ymd(month: u8, day: u8) -> Date {
        Date::from_ymd(2026, month, day).unwrap()
    }

    fn record() -> ProgressRecord {
        ProgressRecord {
            applied_on: ymd(6, 1),
            application_kind: None,
            visit_on: None,
            survey_received_on: Some(ymd(6, 8)),
            opinion_requested_on: None,
            opinion_received_on: Some(ymd(6, 12)),
            panel_on: Some(ymd(6, 24)),
            certified_on: None,
            care_level: None,
            valid_months: None,
            valid_from: None,
            valid_to: None,
        }
    }

    fn states(record: &ProgressRecord, today: Option<Date>) -> String {
        stages(record, today)
            .iter()
            .map(|stage| match stage.state {
                StageState::Done => 'd',
                StageState::Next => 'n',
                StageState::Later => 'l',
            })
            .collect()
    }

    #[test]
    fn the_panels_day_is_next_until_it_has_passed() {
        assert_eq!(states(&record(), Some(ymd(6, 18))), "dddnl");
        assert_eq!(states(&record(), Some(ymd(6, 24))), "dddnl");
        assert_eq!(states(&record(), Some(ymd(6, 25))), "ddddn");
        assert_eq!(stages(&record(), None)[4].date, Some(ymd(7, 1)));
    }

    #[test]
    fn under_an_untrusted_clock_no_planned_day_is_taken_for_past() {
        assert_eq!(states(&record(), None), "dddnl");
    }

    #[test]
    fn a_known_certification_ends_the_line() {
        let mut done = record();
        done.certified_on = Some(ymd(6, 30));
        assert_eq!(states(&done, None), "ddddd");
        assert_eq!(stages(&done, None)[4].kind, StageKind::Certified);
    }
}

//! Where today stands in a 認定有効期間.

use protocol::answer::EligibilityRecord;
use protocol::calendar::Date;

/// Today in the period of a certification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// It begins later.
    NotYet,
    /// It runs, and its renewal cannot be applied for yet.
    Running,
    /// 更新申請 is open: 60 days before the last day (介護保険法施行規則39条).
    RenewalOpen,
    /// Its last day has passed.
    Over,
}

/// Where `today` stands; `None` when the record names no last day.
#[must_use]
pub fn period(record: &EligibilityRecord, today: Date) -> Option<Period> {
    let last = record.valid_to?;
    Some(if today > last {
        Period::Over
    } else if record.valid_from.is_some_and(|first| today < first) {
        Period::NotYet
    } else if today >= last.renewal_opens() {
        Period::RenewalOpen
    } else {
        Period::Running
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(month: u8, day: u8) -> Date {
        Date::from_ymd(2026, month, day).unwrap()
    }

    fn record() -> EligibilityRecord {
        EligibilityRecord {
            care_level: None,
            valid_from: Some(day(1, 1)),
            valid_to: Some(day(6, 30)),
            copayment_tenths: None,
            monthly_limit_units: None,
        }
    }

    #[test]
    fn the_first_and_the_last_day_belong_to_the_period() {
        let on = |today| period(&record(), today);
        assert_eq!(on(day(1, 1).add_days(-1)), Some(Period::NotYet));
        assert_eq!(on(day(1, 1)), Some(Period::Running));
        assert_eq!(
            on(day(6, 30).renewal_opens().add_days(-1)),
            Some(Period::Running)
        );
        assert_eq!(on(day(6, 30).renewal_opens()), Some(Period::RenewalOpen));
        assert_eq!(on(day(6, 30)), Some(Period::RenewalOpen));
        assert_eq!(on(day(7, 1)), Some(Period::Over));
    }

    #[test]
    fn without_a_last_day_nothing_is_said() {
        let open = EligibilityRecord {
            valid_to: None,
            ..record()
        };
        assert_eq!(period(&open, day(3, 1)), None);
    }
}

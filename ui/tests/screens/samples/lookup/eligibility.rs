use firmware::lookup::Period;
use firmware::terminal::screen::Screen;
use firmware::terminal::view::{EligibilityPage, Page, Validity};
use protocol::answer::EligibilityRecord;

use super::super::card::LONG_NAME;
use super::super::{Sample, at, day, sample, today, worst_strip};
use super::DAY;

pub fn samples() -> Vec<Sample> {
    let shown = |screen, name, page| sample(screen, name, Page::Eligibility(page));
    vec![
        shown(Screen::Eligibility, "eligibility", answer()),
        shown(Screen::Eligibility, "eligibility_longname", long_name()),
        shown(Screen::Eligibility, "eligibility_over", over()),
        shown(Screen::Eligibility, "eligibility_empty", empty()),
        shown(Screen::EligibilityStale, "eligibility_stale", stale()),
        worst_strip(shown(
            Screen::EligibilityClockUntrusted,
            "eligibility_clock_untrusted",
            clock_untrusted(),
        )),
    ]
}

fn answer() -> EligibilityPage {
    EligibilityPage {
        who: "青木 ハル".to_owned(),
        record: EligibilityRecord {
            care_level: Some("22".to_owned()),
            valid_from: Some(day(2025, 11, 1)),
            valid_to: Some(day(2027, 10, 31)),
            copayment_tenths: Some(1),
            monthly_limit_units: Some(19_705),
        },
        period: Some(Period::Running),
        source: "汐見市 資格情報（模擬）".to_owned(),
        updated_at: None,
        retrieved_at: at(today(), 9, 40),
        age: Some(DAY / 288),
        validity: Validity::Current,
        asked_again: false,
    }
}

/// The longest words: a long name, 経過的要介護, a period of which the renewal is open.
fn long_name() -> EligibilityPage {
    EligibilityPage {
        who: LONG_NAME.to_owned(),
        record: EligibilityRecord {
            care_level: Some("11".to_owned()),
            valid_from: Some(day(2025, 9, 28)),
            valid_to: Some(day(2026, 7, 31)),
            ..answer().record
        },
        period: Some(Period::RenewalOpen),
        asked_again: true,
        ..answer()
    }
}

fn over() -> EligibilityPage {
    EligibilityPage {
        who: "H000123458".to_owned(),
        record: EligibilityRecord {
            valid_to: Some(day(2026, 5, 31)),
            ..answer().record
        },
        period: Some(Period::Over),
        updated_at: Some(at(day(2026, 6, 15), 16, 43)),
        age: Some(3 * DAY),
        ..answer()
    }
}

fn empty() -> EligibilityPage {
    EligibilityPage {
        record: EligibilityRecord {
            care_level: None,
            valid_from: None,
            valid_to: None,
            copayment_tenths: None,
            monthly_limit_units: None,
        },
        period: None,
        ..answer()
    }
}

fn stale() -> EligibilityPage {
    EligibilityPage {
        who: "田村 ミツ".to_owned(),
        retrieved_at: at(day(2026, 5, 20), 10, 2),
        age: Some(29 * DAY),
        validity: Validity::Stale,
        ..answer()
    }
}

fn clock_untrusted() -> EligibilityPage {
    EligibilityPage {
        age: None,
        period: None,
        validity: Validity::ClockUntrusted,
        ..answer()
    }
}

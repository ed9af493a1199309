#![allow(clippy::unwrap_used)]

use hal::card::{CardProblem, NotGenuine, Tries};
use proptest::prelude::*;
use protocol::calendar::Timestamp;

use super::*;
use crate::clock::{ClockTrust, Distrust};
use crate::terminal::view::CardTrouble;
use crate::testing::desk::{date, face, user};
use crate::testing::{MORNING, clock};

#[test]
fn a_card_is_good_through_its_last_day() {
    let (_, clock) = clock();
    let today = clock.now().wall.japan_date();
    assert_eq!(
        expiry(&face(today), &clock.now()),
        Expiry::Good(Some(today))
    );
    let yesterday = today.add_days(-1);
    assert_eq!(
        expiry(&face(yesterday), &clock.now()),
        Expiry::Over(yesterday)
    );
}

#[test]
fn a_written_expiry_in_another_year_than_the_accepted_number_is_forged() {
    let (_, clock) = clock();
    let mut report = face(date(2036, 8, 28));
    report.expiry_year = 2026;
    report.expiry_bound = false;
    assert_eq!(expiry(&report, &clock.now()), Expiry::Forged);
}

#[test]
fn without_a_written_expiry_the_printed_year_decides() {
    let (_, clock) = clock();
    for (year, over) in [(2025, true), (2026, false), (2027, false)] {
        let mut report = face(date(year, 8, 28));
        report.expires_on = None;
        report.expiry_bound = false;
        let judged = expiry(&report, &clock.now());
        if over {
            assert_eq!(judged, Expiry::Over(date(year, 12, 31)));
        } else {
            assert_eq!(judged, Expiry::Good(None));
        }
    }
}

#[test]
fn setting_the_clock_back_makes_no_expired_card_good() {
    let (time, clock) = clock();
    let expired = face(date(2026, 3, 1));
    assert!(matches!(expiry(&expired, &clock.now()), Expiry::Over(_)));
    time.shift_system(-10 * 365 * 24 * 3600 * 1000);
    assert!(!clock.now().is_trusted());
    assert!(matches!(expiry(&expired, &clock.now()), Expiry::Over(_)));
}

#[test]
fn each_problem_has_its_own_words_and_none_blames_the_visitor_for_a_cancel() {
    let tries = |left| Tries { left };
    let told = |problem| trouble(problem, Some(tries(10)));
    assert_eq!(told(CardProblem::Blocked), Some(CardTrouble::Blocked));
    assert_eq!(
        told(CardProblem::WrongCode { left: tries(0) }),
        Some(CardTrouble::Blocked)
    );
    assert_eq!(
        told(CardProblem::WrongCode { left: tries(9) }),
        Some(CardTrouble::WrongNumber { left: 9 })
    );
    assert_eq!(
        told(CardProblem::NotGenuine(NotGenuine::Clone)),
        Some(CardTrouble::NotGenuine)
    );
    assert_eq!(
        told(CardProblem::Foreign),
        Some(CardTrouble::Unreadable { foreign: true })
    );
    assert_eq!(
        told(CardProblem::ServiceDown),
        Some(CardTrouble::ReaderMissing { service: true })
    );
    assert_eq!(told(CardProblem::Cancelled), None);
    assert_eq!(told(CardProblem::NoCard), None);
}

#[test]
fn no_try_used_up_is_said_only_when_the_counter_was_read_again() {
    let tries = |left| Tries { left };
    let told = |now: Option<u8>| match trouble(
        CardProblem::Torn {
            tries: now.map(tries),
        },
        Some(tries(10)),
    ) {
        Some(CardTrouble::Torn { tries_known }) => tries_known,
        other => panic!("{other:?}"),
    };
    assert!(told(Some(10)));
    assert!(!told(Some(9)), "one was used up");
    assert!(!told(None));
}

#[test]
fn the_record_of_a_check_holds_no_personal_data_and_leaves_after_ninety_days() {
    let (time, clock) = clock();
    let mut vault = Vault::in_memory().unwrap();
    let check = |code| Check {
        by: user("satomisaki"),
        mode: CardMode::Face,
        purpose: CheckPurpose::Identity,
        genuine: true,
        present: true,
        code,
        evidence: Some([7; 32]),
        apdus: 21,
    };
    let kept = run(Job::Keep(check(None)), &mut vault, &clock.now()).unwrap();
    let Reply::Kept(id) = kept else {
        panic!("{kept:?}")
    };
    let by = user("satomisaki");
    let said = Job::Compared {
        check: id,
        by,
        mode: CardMode::Face,
        same: true,
    };
    run(said, &mut vault, &clock.now()).unwrap();
    let row: String = vault
        .read(|c| {
            Ok(c.query_row(
                "SELECT staff || mode || purpose || result || hex(evidence) FROM presence_check",
                [],
                |row| row.get(0),
            )?)
        })
        .unwrap();
    assert_eq!(
        row,
        format!("satomisakifaceidentitysame{}", "07".repeat(32))
    );

    time.advance(RETENTION + Duration::from_secs(1));
    run(
        Job::Keep(check(Some(ProblemCode::CardTorn))),
        &mut vault,
        &clock.now(),
    )
    .unwrap();
    let rows: i64 = vault
        .read(|c| Ok(c.query_row("SELECT count(*) FROM presence_check", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn a_clock_far_ahead_deletes_no_record() {
    let mut vault = Vault::in_memory().unwrap();
    let now = |ms: i64, trust| Now {
        boot: Duration::from_secs(5),
        boot_id: [1; 16],
        wall: Timestamp::from_unix_ms(ms),
        trust,
    };
    let check = Check {
        by: user("satomisaki"),
        mode: CardMode::Pin,
        purpose: CheckPurpose::Identity,
        genuine: true,
        present: true,
        code: None,
        evidence: None,
        apdus: 9,
    };
    let good = now(MORNING, ClockTrust::Trusted);
    run(Job::Keep(check.clone()), &mut vault, &good).unwrap();
    let ahead = now(MORNING * 2, ClockTrust::Untrusted(Distrust::FarAhead));
    run(Job::Keep(check), &mut vault, &ahead).unwrap();
    let rows: i64 = vault
        .read(|c| Ok(c.query_row("SELECT count(*) FROM presence_check", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(rows, 2);
}

#[test]
fn digits_printed_on_cards_are_read_in_their_era() {
    let today = date(2026, 11, 20);
    let read = |digits| born_on_from_digits(digits, today);
    assert_eq!(read("130828"), Some(date(1938, 8, 28)));
    assert_eq!(read("640107"), Some(date(1989, 1, 7)));
    // 昭和1年 began on 25 December; 平成1年 had a first of May.
    assert_eq!(read("011226"), Some(date(1926, 12, 26)));
    assert_eq!(read("010501"), Some(date(1989, 5, 1)));
    for wrong in [
        "",
        "13082",
        "1308288",
        "131328",
        "130230",
        "990101",
        "130 28",
        "１３０８２８",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

proptest! {
    #[test]
    fn six_digits_give_a_day_with_these_digits_or_none(number in 0u32..1_000_000) {
        let digits = format!("{number:06}");
        if let Some(day) = born_on_from_digits(&digits, date(2026, 11, 20)) {
            let again = format!(
                "{:02}{:02}{:02}",
                day.era_two_digit_year().unwrap(), day.month(), day.day()
            );
            prop_assert_eq!(again, digits);
        }
    }
}

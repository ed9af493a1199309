//! The card at the desk.

use std::time::Duration;

use hal::board::Cue;
use hal::card::{CardOutcome, CardProblem, NotGenuine, ReaderEvent, Tries};

use protocol::problem::ProblemCode;

use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{CardTrouble, Page};
use crate::testing::desk::{Day, date, face, failed, good, peek, pin_report};

/// At the desk, at C-1.
fn at_prompt() -> Day {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::CardPrompt);
    day
}

/// Types 照合番号B of 汐見 花子 and touches 「つぎへ」.
fn number(day: &mut Day) {
    assert_eq!(day.screen(), Screen::NumberB);
    day.digits([1, 3, 0, 8, 2, 8, 2, 0, 3, 2, 2, 2, 8, 5]);
    let Page::NumberB(page) = day.view().page else {
        panic!()
    };
    assert!(page.complete);
    day.press(&[Touch::Main]);
}

#[test]
fn a_genuine_card_leads_to_the_face_and_the_person_is_in_hand_after_a_yes() {
    let mut day = at_prompt();
    day.card([peek(10, 3), good()]);
    number(&mut day);
    let Page::Compare(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert_eq!((page.name.as_str(), page.age), ("汐見 花子", Some(88)));
    assert!(page.signed);
    assert_eq!(
        day.rows("SELECT count(*) FROM presence_check WHERE result = 'shown'"),
        1
    );
    day.press(&[Touch::Main]);
    let Page::Confirmed(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert_eq!(page.name, "汐見 花子");
    assert_eq!(
        day.rows("SELECT count(*) FROM presence_check WHERE result = 'same'"),
        1
    );
    assert_eq!(day.card_jobs, ["peek", "face"]);
    assert!(day.cues.contains(&Cue::ReadWell));
    day.press(&[Touch::Main]);
    assert!(matches!(
        day.screen(),
        Screen::LookUpKind | Screen::InsuredNumber
    ));
}

#[test]
fn a_no_shows_nothing_more_of_the_person() {
    let mut day = at_prompt();
    day.card([peek(10, 3), good()]);
    number(&mut day);
    day.press(&[Touch::Second]);
    assert_eq!(day.screen(), Screen::Home);
    assert_eq!(
        day.rows("SELECT count(*) FROM presence_check WHERE result = 'not_same'"),
        1
    );
}

#[test]
fn an_expired_card_is_shown_as_expired_whatever_the_signatures_say() {
    let mut day = at_prompt();
    let old = CardOutcome::Face(Box::new(face(date(2026, 8, 28))));
    day.card([peek(10, 3), old]);
    number(&mut day);
    let Page::CardTrouble(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert_eq!(
        page.kind,
        CardTrouble::Expired {
            on: Some(date(2026, 8, 28))
        }
    );
    assert_eq!(day.screen(), Screen::CardExpired);
}

#[test]
fn a_forged_expiry_is_not_genuine() {
    let mut day = at_prompt();
    let mut forged = face(date(2036, 8, 28));
    forged.expiry_year = 2026;
    forged.expiry_bound = false;
    day.card([peek(10, 3), CardOutcome::Face(Box::new(forged))]);
    number(&mut day);
    assert_eq!(day.screen(), Screen::CardNotGenuine);
}

#[test]
fn each_bad_card_has_its_own_screen_and_a_way_on() {
    let tries = |left| Tries { left };
    for (problem, screen) in [
        (
            CardProblem::Torn {
                tries: Some(tries(10)),
            },
            Screen::CardTorn,
        ),
        (CardProblem::Torn { tries: None }, Screen::CardTorn),
        (
            CardProblem::WrongCode { left: tries(9) },
            Screen::CardWrongNumber,
        ),
        (
            CardProblem::WrongCode { left: tries(0) },
            Screen::CardBlocked,
        ),
        (CardProblem::Blocked, Screen::CardBlocked),
        (
            CardProblem::NotGenuine(NotGenuine::Clone),
            Screen::CardNotGenuine,
        ),
        (
            CardProblem::NotGenuine(NotGenuine::Tampered),
            Screen::CardNotGenuine,
        ),
        (
            CardProblem::NotGenuine(NotGenuine::RogueIssuer),
            Screen::CardNotGenuine,
        ),
        (CardProblem::Foreign, Screen::CardUnreadable),
        (CardProblem::Garbage, Screen::CardUnreadable),
        (CardProblem::TooSlow, Screen::CardUnreadable),
        (CardProblem::NoReader, Screen::ReaderMissing),
        (CardProblem::ServiceDown, Screen::ReaderMissing),
    ] {
        let mut day = at_prompt();
        day.card([peek(10, 3), failed(problem)]);
        number(&mut day);
        assert_eq!(day.screen(), screen, "{problem:?}");
        let Page::CardTrouble(page) = day.view().page else {
            panic!()
        };
        let code = match screen {
            Screen::CardBlocked => ProblemCode::CardBlocked,
            _ => problem.code(),
        };
        assert_eq!(page.code, code, "{problem:?}");
        assert!(page.desk.is_some(), "whom to call");
        assert_eq!(
            day.rows("SELECT count(*) FROM presence_check"),
            1,
            "{problem:?}"
        );
        day.press(&[Touch::Main]);
        assert_ne!(
            day.screen(),
            screen,
            "{problem:?}: the main action leads on"
        );
    }
}

#[test]
fn after_a_tear_the_counter_is_read_again_and_the_number_need_not_be_typed_again() {
    let mut day = at_prompt();
    day.card([
        peek(10, 3),
        failed(CardProblem::Torn {
            tries: Some(Tries { left: 10 }),
        }),
        peek(10, 3),
        good(),
    ]);
    number(&mut day);
    assert_eq!(day.screen(), Screen::CardTorn);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Compare);
    assert_eq!(day.card_jobs, ["peek", "face", "peek", "face"]);
}

#[test]
fn a_blocked_counter_is_seen_before_anything_is_typed() {
    let mut day = at_prompt();
    day.card([peek(0, 3)]);
    assert_eq!(day.screen(), Screen::CardBlocked);
    day.press(&[Touch::Main]);
    assert!(matches!(
        day.screen(),
        Screen::LookUpKind | Screen::InsuredNumber
    ));
}

#[test]
fn the_last_try_is_spent_only_after_an_administrator_says_so() {
    let mut day = at_prompt();
    day.card([peek(1, 3), peek(1, 3), good()]);
    assert_eq!(day.screen(), Screen::CardLastTry);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::StaffChoice);
    day.press(&[Touch::Back]);
    assert_eq!(
        day.screen(),
        Screen::CardLastTry,
        "without a word nothing is spent"
    );
    assert_eq!(day.card_jobs, ["peek"]);
    day.press(&[Touch::Main, Touch::Row(0)]);
    day.digits([4, 0, 7, 1]);
    day.press(&[Touch::Main]);
    number(&mut day);
    assert_eq!(day.screen(), Screen::Compare);
}

#[test]
fn a_pin_is_asked_only_while_pin_mode_is_on_and_never_repeated_by_itself() {
    let mut day = Day::set_up();
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[
        Touch::Second,
        Touch::Row(3),
        Touch::PinMode(true),
        Touch::Main,
        Touch::Back,
    ]);
    day.press(&[Touch::Main]);
    day.card([
        peek(10, 3),
        failed(CardProblem::Torn { tries: None }),
        peek(10, 3),
        CardOutcome::Pin(Box::new(pin_report())),
    ]);
    assert_eq!(day.screen(), Screen::CardPin);
    day.digits([4, 0, 7, 1]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::CardTorn);
    day.press(&[Touch::Main]);
    assert_eq!(
        day.screen(),
        Screen::CardPin,
        "typed again, not presented again"
    );
    assert_eq!(day.card_jobs, ["peek", "pin", "peek"]);
    day.digits([4, 0, 7, 1]);
    day.press(&[Touch::Main]);
    let Page::PinResult(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert!(!page.signed);
}

#[test]
fn leaving_a_running_session_cancels_it_and_the_desk_locks_in_spite_of_a_hanging_one() {
    let mut day = at_prompt();
    day.card([peek(10, 3)]);
    number(&mut day);
    assert_eq!(day.screen(), Screen::Reading);
    day.press(&[Touch::Back]);
    assert_eq!(day.cancelled, 1);
    let ticket = day.unanswered[0];
    day.input(crate::terminal::effect::Input::Card(
        ticket,
        failed(CardProblem::Cancelled),
    ));
    assert_eq!(day.screen(), Screen::Home);

    day.press(&[Touch::Main]);
    day.card([]);
    // It lies there and nothing ever answers.
    day.wait(61);
    assert_eq!(day.screen(), Screen::CardPrompt, "a card is being read");
    day.wait(31);
    assert_eq!(day.screen(), Screen::Lock);
    assert_eq!(day.cancelled, 2);
}

#[test]
fn an_answer_of_the_card_after_the_lock_changes_nothing() {
    let mut day = at_prompt();
    day.card([peek(10, 3)]);
    number(&mut day);
    day.press(&[Touch::LockNow]);
    let ticket = day.unanswered[0];
    day.input(crate::terminal::effect::Input::Card(ticket, good()));
    assert_eq!(day.screen(), Screen::Lock);
    assert_eq!(day.rows("SELECT count(*) FROM presence_check"), 0);
}

#[test]
fn a_missing_reader_is_told_and_plugging_it_in_is_enough() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.input(crate::terminal::effect::Input::Reader(
        ReaderEvent::NoReader,
    ));
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::ReaderMissing);
    day.input(crate::terminal::effect::Input::Reader(ReaderEvent::Ready {
        reader: "R".into(),
    }));
    assert_eq!(day.screen(), Screen::CardPrompt);
}

#[test]
fn the_hint_comes_after_half_a_minute() {
    let mut day = at_prompt();
    let hint = |day: &Day| matches!(day.view().page, Page::CardPrompt(page) if page.hint);
    assert!(!hint(&day));
    day.wait(30);
    assert!(hint(&day));
    day.wait(31);
    assert_eq!(day.screen(), Screen::Lock);
}

#[test]
fn an_impossible_part_of_the_number_is_shown_before_a_try_is_spent() {
    let mut day = at_prompt();
    day.card([peek(10, 3), good()]);
    day.digits([1, 3, 1, 3, 2, 8]);
    let Page::NumberB(page) = day.view().page else {
        panic!()
    };
    assert!(page.impossible);
    day.digits([2, 0, 3, 2, 2, 2, 8, 5]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::NumberB);
    assert_eq!(day.card_jobs, ["peek"]);
    day.press(&[Touch::Field(0)]);
    day.digits([1, 3, 0, 8, 2, 8]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Compare);
    day.time.advance(Duration::from_secs(1));
}

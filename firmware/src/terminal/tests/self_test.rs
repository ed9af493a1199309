//! The self-test: at the first start once, later when somebody asks for it.

use hal::board::{BoardEvent, BoardFault, Cue, Part, PartState};
use hal::card::{CardProblem, ReaderEvent};
use protocol::command::{Action, Command};
use protocol::problem::ProblemCode;
use protocol::self_test::{Corner, Found, SelfTest, TestVerdict, TestedPart};

use crate::error::Problem;
use crate::runtime::probe::Probed;
use crate::terminal::effect::Input;
use crate::terminal::flows::selftest::CORNER_WAIT;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, SelfTestKind, SelfTestResultPage, SelfTestStage, Verdict};
use crate::testing::desk::{Day, failed, peek};
use crate::vault::Vault;

/// A new terminal whose board and reader have said that they work.
fn unit(parts: &[Part]) -> Day {
    let mut day = Day::untouched();
    for part in parts {
        board(&mut day, *part, PartState::Works);
    }
    day.input(Input::Reader(ReaderEvent::Ready {
        reader: "Virtual".to_owned(),
    }));
    day
}

fn board(day: &mut Day, part: Part, state: PartState) {
    day.input(Input::Board(BoardEvent::Part(part, state)));
}

const COUNTER: [Part; 5] = [
    Part::Lamp,
    Part::Buzzer,
    Part::Case,
    Part::Backlight,
    Part::Clock,
];

fn corners(day: &mut Day) {
    for corner in 0..4 {
        assert_eq!(day.screen(), Screen::SelfTestTouch);
        day.press(&[Touch::Field(corner)]);
    }
}

fn colours(day: &mut Day) {
    for _ in 0..5 {
        assert_eq!(day.screen(), Screen::SelfTestColours);
        day.press(&[Touch::Main]);
    }
}

fn kind(day: &Day) -> SelfTestKind {
    match day.view().page {
        Page::SelfTestPart(page) => page.kind,
        _ => panic!("{:?}", day.screen()),
    }
}

fn result(day: &Day) -> SelfTestResultPage {
    match day.view().page {
        Page::SelfTestResult(page) => page,
        _ => panic!("{:?}", day.screen()),
    }
}

/// Goes through everything that a person is asked, up to the result.
fn answer_all(day: &mut Day) {
    corners(day);
    colours(day);
    while day.screen() == Screen::SelfTestPart && kind(day) != SelfTestKind::Looking {
        day.press(&[Touch::Main]);
    }
}

/// What was found of each part, all pages of the result.
fn found(day: &mut Day) -> Vec<(TestedPart, Option<Found>)> {
    let mut rows = Vec::new();
    for _ in 0..result(day).rows.pages {
        rows.extend(
            result(day)
                .rows
                .rows
                .iter()
                .map(|row| (row.part, row.found)),
        );
        day.press(&[Touch::NextPage]);
    }
    rows
}

fn found_of(day: &mut Day, part: TestedPart) -> Option<Found> {
    let rows = found(day);
    rows.iter().find(|row| row.0 == part).unwrap().1
}

/// The self-tests in the queue.
fn told(day: &Day) -> Vec<SelfTest> {
    let bodies: Vec<String> = day
        .vault
        .read(|c| {
            let mut all = c.prepare("SELECT body FROM outbox ORDER BY seq")?;
            let rows = all.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    bodies
        .iter()
        .filter_map(
            |body| match serde_json::from_str::<Command>(body).unwrap().action {
                Action::SelfTested(test) => Some(test),
                _ => None,
            },
        )
        .collect()
}

#[test]
fn a_new_unit_tests_itself_once_before_its_token_and_tells_the_gateway_once() {
    let mut day = unit(&COUNTER);
    assert_eq!(day.screen(), Screen::SetupWelcome);
    day.press(&[Touch::Main]);
    answer_all(&mut day);
    assert_eq!(day.screen(), Screen::SelfTestResult);
    let page = result(&day);
    assert_eq!(page.stage, SelfTestStage::SetUp);
    assert_eq!(page.faults, 0, "not enrolled yet is no fault");
    for (part, found) in found(&mut day) {
        let wanted = match part {
            TestedPart::Reader => Found::ReaderEmpty,
            TestedPart::Battery => Found::NotFitted,
            TestedPart::Enrolment => Found::Pending,
            _ => Found::Works,
        };
        assert_eq!(found, Some(wanted), "{part:?}");
    }
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SetupToken);
    let tests = told(&day);
    assert_eq!(tests.len(), 1);
    assert_eq!(tests[0].parts.len(), TestedPart::ALL.len());
    assert_eq!(tests[0].verdict(), TestVerdict::Good);
    // It waited in the queue for the enrolment, and arrives once.
    day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SetupProfile);
    day.sync();
    assert_eq!(day.gateway.kept.effects.len(), 1);
    day.sync();
    assert_eq!(day.gateway.kept.effects.len(), 1);
    let day = Day::with(day.vault, day.time);
    assert_eq!(day.screen(), Screen::SetupProfile, "and never again");
    assert_eq!(told(&day).len(), 1);
}

#[test]
fn a_restart_in_the_middle_goes_on_where_it_stopped() {
    let mut day = unit(&COUNTER);
    day.press(&[Touch::Main]);
    corners(&mut day);
    colours(&mut day);
    day.press(&[Touch::Main]);
    assert_eq!(kind(&day), SelfTestKind::Lamp);
    let (vault, time): (Vault, _) = (day.vault, day.time);
    time.reboot();
    let mut day = Day::with(vault, time);
    board(&mut day, Part::Lamp, PartState::Works);
    assert_eq!(day.screen(), Screen::SetupWelcome);
    day.press(&[Touch::Main]);
    assert_eq!(kind(&day), SelfTestKind::Lamp);
    // Left and entered again, it is the same.
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::SetupWelcome);
    day.press(&[Touch::Main]);
    assert_eq!(kind(&day), SelfTestKind::Lamp);
}

#[test]
fn a_corner_that_does_not_answer_can_be_marked_after_a_while_and_is_reported() {
    let mut day = unit(&[]);
    day.press(&[Touch::Main, Touch::Field(0)]);
    let may_fail = |day: &Day| match day.view().page {
        Page::SelfTestTouch(page) => (page.corner, page.may_fail),
        _ => panic!("{:?}", day.screen()),
    };
    assert_eq!(may_fail(&day), (Corner::TopRight, false));
    // Neither another corner nor an early mark counts.
    day.press(&[Touch::Field(2), Touch::Second]);
    assert_eq!(may_fail(&day), (Corner::TopRight, false));
    day.wait(CORNER_WAIT.as_secs());
    assert_eq!(may_fail(&day), (Corner::TopRight, true));
    day.press(&[Touch::Second]);
    assert_eq!(may_fail(&day), (Corner::BottomRight, false));
    day.press(&[Touch::Field(2), Touch::Field(3)]);
    colours(&mut day);
    day.press(&[Touch::Second, Touch::Main]);
    assert_eq!(day.screen(), Screen::SelfTestResult);
    assert_eq!(
        found_of(&mut day, TestedPart::Touch),
        Some(Found::CornersSilent)
    );
    assert_eq!(
        found_of(&mut day, TestedPart::Screen),
        Some(Found::ColoursWrong)
    );
    // Neither stops set-up.
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SetupToken);
    assert_eq!(told(&day)[0].silent_corners, [Corner::TopRight]);
}

#[test]
fn what_a_person_did_not_see_or_hear_is_told_and_what_is_not_there_is_not_asked() {
    let mut day = unit(&[Part::Lamp, Part::Buzzer]);
    day.press(&[Touch::Main]);
    corners(&mut day);
    colours(&mut day);
    day.press(&[Touch::Main]);
    let before = day.cues.len();
    assert_eq!(kind(&day), SelfTestKind::Lamp);
    day.press(&[Touch::Third]);
    assert_eq!(day.cues.len(), before + 1, "shown once more");
    day.press(&[Touch::Second]);
    assert_eq!(kind(&day), SelfTestKind::Sound);
    day.press(&[Touch::Second, Touch::Main]);
    assert_eq!(found_of(&mut day, TestedPart::Lamp), Some(Found::NotSeen));
    assert_eq!(found_of(&mut day, TestedPart::Sound), Some(Found::NotHeard));
    assert_eq!(found_of(&mut day, TestedPart::Case), Some(Found::NotFitted));
}

#[test]
fn each_reader_says_in_a_word_of_its_own_what_is_wrong() {
    for (event, word) in [
        (ReaderEvent::NoReader, Found::ReaderMissing),
        (ReaderEvent::WrongReader, Found::ReaderNotSupported),
        (ReaderEvent::ServiceDown, Found::ReaderService),
    ] {
        let mut day = unit(&[]);
        day.input(Input::Reader(event));
        day.press(&[Touch::Main]);
        corners(&mut day);
        colours(&mut day);
        day.press(&[Touch::Main]);
        let Page::SelfTestPart(page) = day.view().page else {
            panic!()
        };
        assert_eq!((page.kind, page.found), (SelfTestKind::Reader, Some(word)));
        day.press(&[Touch::Main]);
        assert_eq!(found_of(&mut day, TestedPart::Reader), Some(word));
        // Plugged in now: it is not held against it.
        day.input(Input::Reader(ReaderEvent::Ready {
            reader: "Virtual".to_owned(),
        }));
        let now = found_of(&mut day, TestedPart::Reader);
        assert_eq!(now, Some(Found::ReaderEmpty));
    }
}

#[test]
fn a_test_card_is_read_without_spending_a_try() {
    for (answer, word) in [
        (peek(3, 3), Found::Works),
        (failed(CardProblem::Foreign), Found::CardUnread),
    ] {
        let mut day = unit(&[]);
        day.press(&[Touch::Main]);
        corners(&mut day);
        colours(&mut day);
        day.press(&[Touch::Main]);
        day.card([answer]);
        assert_eq!(day.card_jobs, ["peek"]);
        let Page::SelfTestPart(page) = day.view().page else {
            panic!()
        };
        assert_eq!(page.found, Some(word));
        day.press(&[Touch::Main]);
        assert_eq!(found_of(&mut day, TestedPart::Reader), Some(word));
    }
}

#[test]
fn faults_of_the_board_stand_in_the_result_without_a_question() {
    let mut day = unit(&COUNTER);
    let at = "pin 22";
    for (part, fault) in [
        (Part::Lamp, BoardFault::Absent { at }),
        (Part::Buzzer, BoardFault::Bus { at }),
        (Part::Case, BoardFault::NoPins),
        (Part::Clock, BoardFault::ClockLost),
        (Part::Gauge, BoardFault::Absent { at }),
    ] {
        board(&mut day, part, PartState::Faulty(fault));
    }
    day.press(&[Touch::Main]);
    corners(&mut day);
    colours(&mut day);
    day.press(&[Touch::Main]);
    assert_eq!(
        kind(&day),
        SelfTestKind::Reader,
        "lamp and buzzer are not asked"
    );
    day.press(&[Touch::Main]);
    for (part, word) in [
        (TestedPart::Lamp, Found::PartAbsent),
        (TestedPart::Sound, Found::PartFailed),
        (TestedPart::Case, Found::PartSetup),
        (TestedPart::Clock, Found::ClockLost),
        (TestedPart::Battery, Found::PartAbsent),
    ] {
        assert_eq!(found_of(&mut day, part), Some(word), "{part:?}");
    }
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SetupToken);
}

#[test]
fn a_light_that_cannot_be_dimmed_does_not_hide_what_a_person_saw() {
    for (answer, word) in [
        (Touch::Second, Found::ColoursWrong),
        (Touch::Main, Found::PartAbsent),
    ] {
        let mut day = unit(&[]);
        let fault = BoardFault::Absent { at: "backlight" };
        board(&mut day, Part::Backlight, PartState::Faulty(fault));
        day.press(&[Touch::Main]);
        corners(&mut day);
        colours(&mut day);
        day.press(&[answer, Touch::Main]);
        assert_eq!(found_of(&mut day, TestedPart::Screen), Some(word));
    }
}

#[test]
fn the_worst_stands_first_and_a_touch_looks_at_the_part_that_is_shown() {
    let mut day = unit(&COUNTER);
    board(
        &mut day,
        Part::Case,
        PartState::Faulty(BoardFault::Absent { at: "pin 23" }),
    );
    day.probed = Some(Probed {
        network: Found::NoLink,
        disk: Found::Works,
    });
    day.press(&[Touch::Main]);
    corners(&mut day);
    colours(&mut day);
    // The colours, the lamp and the buzzer, of which the lamp stayed dark.
    day.press(&[Touch::Main, Touch::Second]);
    day.press(&[Touch::Main]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SelfTestResult);
    assert_eq!(result(&day).faults, 3);
    let order: Vec<_> = found(&mut day).into_iter().map(|(part, _)| part).collect();
    let first = [TestedPart::Network, TestedPart::Lamp, TestedPart::Case];
    assert_eq!(order[..3], first);
    assert_eq!(order.last(), Some(&TestedPart::Enrolment));
    day.press(&[Touch::Row(1)]);
    assert_eq!(kind(&day), SelfTestKind::Lamp);
}

#[test]
fn lamp_and_buzzer_are_each_tested_without_the_other() {
    let mut day = unit(&COUNTER);
    day.press(&[Touch::Main]);
    corners(&mut day);
    colours(&mut day);
    day.press(&[Touch::Main]);
    assert_eq!(kind(&day), SelfTestKind::Lamp);
    assert_eq!(day.cues.last(), Some(&Cue::LampTest));
    day.press(&[Touch::Main]);
    assert_eq!(kind(&day), SelfTestKind::Sound);
    assert_eq!(day.cues.last(), Some(&Cue::SoundTest));
}

#[test]
fn no_network_does_not_stop_set_up_and_no_disk_does() {
    let mut day = unit(&[]);
    day.probed = Some(Probed {
        network: Found::NoLink,
        disk: Found::DiskFull,
    });
    day.press(&[Touch::Main]);
    answer_all(&mut day);
    assert_eq!(result(&day).stage, SelfTestStage::Stopped);
    day.press(&[Touch::Main]);
    assert_eq!(result(&day).stage, SelfTestStage::Stopped);
    assert_eq!(told(&day).len(), 0);
    // Somebody has made room: the main action looks again.
    day.probed = Some(Probed {
        network: Found::NoLink,
        disk: Found::DiskLow,
    });
    day.press(&[Touch::Main]);
    assert_eq!(result(&day).stage, SelfTestStage::SetUp);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SetupToken);
    let network = told(&day)[0]
        .parts
        .iter()
        .find(|part| part.part == TestedPart::Network)
        .map(|part| part.found);
    assert_eq!(network, Some(Found::NoLink));
}

#[test]
fn a_probe_that_takes_long_can_be_left() {
    let mut day = unit(&[]);
    day.probed = None;
    day.press(&[Touch::Main]);
    answer_all(&mut day);
    assert_eq!(kind(&day), SelfTestKind::Looking);
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::SetupWelcome);
}

#[test]
fn an_administrator_tests_again_later_and_general_staff_do_not() {
    let mut day = Day::set_up();
    day.sync();
    board(&mut day, Part::Lamp, PartState::Works);
    day.input(Input::Reader(ReaderEvent::NoReader));
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Second]);
    let Page::Settings(page) = day.view().page else {
        panic!()
    };
    assert!(!page.rows.contains(&Screen::Parts));
    day.press(&[Touch::LockNow]);
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[Touch::Second]);
    let Page::Settings(page) = day.view().page else {
        panic!()
    };
    let row = page.rows.iter().position(|row| *row == Screen::Parts);
    day.press(&[Touch::Row(row.unwrap())]);
    assert_eq!(day.screen(), Screen::Parts);
    assert_eq!(result(&day).stage, SelfTestStage::Ready);
    assert_eq!(
        found_of(&mut day, TestedPart::Enrolment),
        Some(Found::Works)
    );
    // Nothing is touched by accident before a test was begun.
    day.press(&[Touch::Row(0)]);
    assert_eq!(day.screen(), Screen::Parts);
    day.press(&[Touch::Main]);
    answer_all(&mut day);
    assert_eq!(result(&day).stage, SelfTestStage::Tested);
    assert_eq!(
        found_of(&mut day, TestedPart::Reader),
        Some(Found::ReaderMissing)
    );
    // What is to be done stands first.
    assert_eq!(result(&day).rows.rows[0].part, TestedPart::Reader);
    // One part once more, then the report.
    let rows = result(&day).rows.rows;
    let row = rows.iter().position(|row| row.part == TestedPart::Touch);
    day.press(&[Touch::Row(row.unwrap())]);
    corners(&mut day);
    assert_eq!(day.screen(), Screen::Parts);
    let before = day.gateway.kept.effects.len();
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Settings);
    day.sync();
    assert_eq!(day.gateway.kept.effects.len(), before + 1);
}

#[test]
fn a_report_that_cannot_be_saved_says_so_and_can_be_tried_again() {
    let mut day = unit(&[]);
    day.press(&[Touch::Main]);
    answer_all(&mut day);
    day.vault
        .write(|tx| {
            tx.execute_batch(
                "CREATE TRIGGER no_room BEFORE INSERT ON outbox
                 BEGIN SELECT raise(ABORT, 'full'); END;",
            )?;
            Ok(())
        })
        .unwrap();
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Trouble);
    day.vault
        .write(|tx| {
            tx.execute_batch("DROP TRIGGER no_room;")?;
            Ok(())
        })
        .unwrap();
    day.press(&[Touch::Main, Touch::Main]);
    for _ in 0..3 {
        if day.screen() != Screen::SetupToken {
            day.press(&[Touch::Main]);
        }
    }
    assert_eq!(day.screen(), Screen::SetupToken);
    assert_eq!(told(&day).len(), 1);
}

#[test]
fn what_the_board_says_is_kept_for_the_doctor_after_it_has_settled_and_not_at_each_change() {
    let mut day = unit(&COUNTER);
    let kept = |day: &Day| {
        crate::setup::findings(&day.vault, &day.clock.now())
            .into_iter()
            .filter_map(|finding| match finding.part {
                crate::terminal::view::DiagnosticPart::Board(part) => Some((
                    part,
                    finding.verdict,
                    finding.problem.as_ref().map(Problem::code),
                )),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(kept(&day), []);
    board(
        &mut day,
        Part::Clock,
        PartState::Faulty(BoardFault::ClockLost),
    );
    day.wait(3);
    assert_eq!(kept(&day).len(), COUNTER.len());
    assert!(kept(&day).contains(&(Part::Clock, Verdict::Watch, Some(ProblemCode::BoardClock))));
    // A part that wavers is written down once a minute.
    board(&mut day, Part::Clock, PartState::Works);
    day.wait(3);
    assert!(kept(&day).contains(&(Part::Clock, Verdict::Watch, Some(ProblemCode::BoardClock))));
    day.wait(60);
    assert!(kept(&day).contains(&(Part::Clock, Verdict::Good, None)));
}

#[test]
fn a_wiped_unit_says_so_before_it_is_set_up_anew_and_until_it_is_enrolled() {
    let mut vault = Vault::in_memory().unwrap();
    vault.write(crate::setup::keep_wiped).unwrap();
    let time = crate::clock::ManualTime::at(protocol::calendar::Timestamp::from_unix_ms(
        crate::testing::MORNING,
    ));
    let day = Day::with(vault, time);
    let mut day = Day::with(day.vault, day.time);
    let Page::Trouble(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert_eq!(page.code, ProblemCode::DeviceWiped);
    day.press(&[Touch::Print]);
    assert_eq!(day.screen(), Screen::Slip);
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::Trouble);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::SetupWelcome);
}

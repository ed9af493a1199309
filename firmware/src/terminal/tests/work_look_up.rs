//! Look-ups and what was sent, at the desk.

use std::time::Duration;

use protocol::answer::{
    Answer, FeedItem, ProgressAnswer, ProgressFinding, ProgressRecord, Provenance,
};
use protocol::calendar::{Date, Era, Timestamp};
use protocol::command::{Action, Command, ProgressKey};
use protocol::exchange::CommandId;
use protocol::person::Purpose;
use protocol::problem::ProblemCode;

use crate::clock::Clock;
use crate::outbox::{self, Filter, Item, State};
use crate::terminal::screen::Screen;
use crate::terminal::touch::{OutboxFilter, Touch};
use crate::terminal::view::{ClientListMode, ClientListPage, ItemState, NoneKind, Page, Validity};
use crate::testing::desk::{Day, date};
use crate::testing::{DAY as DAY_MS, MORNING};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn at_the_desk() -> Day {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    assert_eq!(day.screen(), Screen::Home);
    day
}

fn type_number(day: &mut Day, number: &str) {
    day.press(&[Touch::Row(0), Touch::Main]);
    assert_eq!(day.screen(), Screen::InsuredNumber);
    for digit in number.bytes() {
        day.press(&[Touch::Digit(digit - b'0')]);
    }
    day.press(&[Touch::Main]);
}

fn ask(day: &mut Day, number: &str) {
    type_number(day, number);
    assert_eq!(day.screen(), Screen::Purpose);
    day.press(&[Touch::Purpose(Purpose::CarePlan), Touch::Main]);
}

/// The newest look-up in the queue.
fn newest(day: &Day) -> Item {
    let page = day
        .vault
        .read(|c| outbox::page(c, Filter::All, 0, 50))
        .unwrap();
    page.items
        .into_iter()
        .filter(|item| item.kind == "progress_query")
        .max_by_key(|item| item.seq)
        .unwrap()
}

fn record() -> ProgressRecord {
    ProgressRecord {
        applied_on: date(2026, 11, 2),
        application_kind: None,
        visit_on: None,
        survey_received_on: Some(date(2026, 11, 9)),
        opinion_requested_on: None,
        opinion_received_on: None,
        panel_on: Some(date(2026, 12, 1)),
        certified_on: None,
        care_level: None,
        valid_months: None,
        valid_from: None,
        valid_to: None,
    }
}

fn found() -> ProgressFinding {
    ProgressFinding::Found(Box::new(record()))
}

/// The gateway answers a command, with data of yesterday.
fn answer(day: &mut Day, command: CommandId, finding: ProgressFinding) {
    let wall = day.clock.now().wall;
    day.gateway.tell(FeedItem::Answer {
        command,
        answer: Answer::Progress(ProgressAnswer {
            provenance: Provenance {
                source: "汐見市 介護保険課".to_owned(),
                updated_at: Some(wall - DAY),
                retrieved_at: wall,
                valid_until: wall + DAY * 7,
                delete_after: wall + DAY * 92,
            },
            finding,
        }),
    });
}

fn is_saved(day: &Day) -> ItemState {
    match day.view().page {
        Page::Saved(page) => page.state,
        other => panic!("not saved: {other:?}"),
    }
}

#[test]
fn an_offline_question_is_saved_and_its_answer_opens_by_itself() {
    let mut day = at_the_desk();
    day.online = false;
    ask(&mut day, "0000123456");
    assert_eq!(day.screen(), Screen::LookUpSaved);
    assert_eq!(is_saved(&day), ItemState::Saved);
    let Page::Saved(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(page.slip_number, "1120-0001");
    assert!(!page.online);

    day.online = true;
    day.sync();
    assert_eq!(is_saved(&day), ItemState::Receipted);
    let command = newest(&day).id;
    answer(&mut day, command, found());
    day.sync();
    assert_eq!(day.screen(), Screen::Answer);
    let Page::Answer(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(page.who, "0000123456");
    assert_eq!(page.validity, Validity::Current);
    assert_eq!(page.thirtieth_day, date(2026, 12, 2));
    assert!(page.age.unwrap() >= DAY && page.age.unwrap() < DAY + DAY / 24);
    assert!(!page.asked_again);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Home);
    assert_eq!(day.gateway.effects_of(command), 1);
}

#[test]
fn nothing_is_asked_without_a_purpose() {
    let mut day = at_the_desk();
    type_number(&mut day, "0000123456");
    day.press(&[Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::Purpose);
    assert_eq!(
        day.rows("SELECT count(*) FROM outbox WHERE kind = 'progress_query'"),
        0
    );
}

#[test]
fn twelve_digits_stop_at_the_number_and_say_why() {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(0), Touch::Main]);
    day.text("123456789018");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::InsuredNumber);
    let Page::InsuredNumber(page) = day.view().page else {
        unreachable!()
    };
    assert!(page.typed.is_empty());
    day.text("1234 5678 9018");
    let Page::InsuredNumber(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(page.note, Some(ProblemCode::InputIndividualNumber));
    // Too few digits are said so as well.
    day.press(&[Touch::Digit(1), Touch::Main]);
    let Page::InsuredNumber(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(page.note, Some(ProblemCode::InputInsuredNumber));
}

#[test]
fn a_kept_answer_shows_at_once_with_its_age_while_the_question_is_on_its_way() {
    let mut day = at_the_desk();
    ask(&mut day, "0000123456");
    let first = newest(&day).id;
    answer(&mut day, first, found());
    day.sync();
    assert_eq!(day.screen(), Screen::Answer);
    day.press(&[Touch::Main]);

    day.online = false;
    ask(&mut day, "0000123456");
    assert_eq!(day.screen(), Screen::Answer, "the kept answer, offline");
    let Page::Answer(page) = day.view().page else {
        unreachable!()
    };
    assert!(page.asked_again);
    assert_ne!(newest(&day).id, first);
    // 「もう一度きく」 does not ask a third time: it shows how far the question is.
    day.press(&[Touch::Second]);
    assert_eq!(day.screen(), Screen::LookUpSaved);
    assert_eq!(
        day.rows("SELECT count(*) FROM outbox WHERE kind = 'progress_query'"),
        2
    );
    assert!(day.rows("SELECT count(*) FROM audit WHERE event LIKE '%kept_answer_shown%'") >= 2);
}

#[test]
fn an_answer_past_its_validity_is_grey_and_its_main_action_asks_again() {
    let mut day = at_the_desk();
    ask(&mut day, "0000123456");
    let first = newest(&day).id;
    answer(&mut day, first, found());
    day.sync();
    day.press(&[Touch::Main]);
    day.time.advance(DAY * 8);
    day.wait(1);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.online = false;
    ask(&mut day, "0000123456");
    assert_eq!(day.screen(), Screen::AnswerStale);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::LookUpSaved);
}

#[test]
fn under_an_untrusted_clock_nothing_looks_valid() {
    let mut day = at_the_desk();
    ask(&mut day, "0000123456");
    let first = newest(&day).id;
    answer(&mut day, first, found());
    day.sync();
    let (vault, time) = (day.vault, day.time);
    time.reboot();
    time.shift_system(-3650 * DAY_MS);
    let mut day = Day::with(vault, time);
    day.online = false;
    day.clock = Clock::new(day.time.clone(), Some(Timestamp::from_unix_ms(MORNING)));
    assert!(!day.clock.now().is_trusted());
    day.unlock("takahashi01", [8, 2, 6, 3]);
    ask(&mut day, "0000123456");
    assert_eq!(day.screen(), Screen::AnswerClockUntrusted);
    let Page::Answer(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!((page.validity, page.age), (Validity::ClockUntrusted, None));
}

#[test]
fn three_findings_without_an_answer_have_three_texts_and_the_desk() {
    for (finding, kind) in [
        (ProgressFinding::NotFound, NoneKind::NotFound),
        (ProgressFinding::Several, NoneKind::Several),
        (
            ProgressFinding::BeyondRetention { months: 3 },
            NoneKind::BeyondRetention { months: 3 },
        ),
    ] {
        let mut day = at_the_desk();
        ask(&mut day, "0000123456");
        let command = newest(&day).id;
        answer(&mut day, command, finding);
        day.sync();
        assert_eq!(day.screen(), Screen::AnswerNone);
        let Page::AnswerNone(page) = day.view().page else {
            unreachable!()
        };
        assert_eq!(page.kind, kind);
        assert_eq!(page.desk.unwrap().desk.name, "介護保険課 認定係");
    }
}

#[test]
fn by_dates_the_year_is_inferred_and_both_conditions_are_sent() {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(0), Touch::Second]);
    assert_eq!(day.screen(), Screen::BirthDate);
    day.press(&[Touch::Era(Era::Showa)]);
    day.digits([0, 8, 0, 3, 1, 4]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::ApplicationDate);
    day.digits([0, 8, 1, 9]);
    let Page::Date(page) = day.view().page else {
        unreachable!()
    };
    assert!(
        page.note.is_some() && page.date.is_none(),
        "older than three months"
    );
    day.press(&[Touch::ClearAll]);
    day.digits([1, 1, 0, 2]);
    day.press(&[Touch::Main, Touch::Purpose(Purpose::Renewal), Touch::Main]);
    assert_eq!(day.screen(), Screen::LookUpSaved);
    let command: Command = serde_json::from_str(&newest(&day).body).unwrap();
    let Action::ProgressQuery(query) = command.action else {
        panic!("not a query")
    };
    assert_eq!(
        query.key,
        ProgressKey::Dates {
            applied_on: date(2026, 11, 2),
            born_on: date(1933, 3, 14)
        }
    );
}

/// 台帳 holds 青木 ハル.
fn with_a_client() -> Day {
    let mut day = at_the_desk();
    let insurer = crate::testing::desk::facility().insurers[0].number.clone();
    let question = crate::lookup::Question {
        subject: crate::lookup::Subject {
            insurer: insurer.clone(),
            key: ProgressKey::Insured {
                insured: protocol::number::InsuredNumber::parse("0000123456").unwrap(),
            }
            .into(),
        },
        purpose: Purpose::CarePlan,
        who: Some("青木 ハル".to_owned()),
        born_on: Date::from_ymd(1933, 3, 14),
    };
    let now = day.clock.now();
    let (id, staff) = (crate::testing::id(1), crate::testing::staff());
    day.vault
        .write(|tx| crate::lookup::ask(tx, &now, id, &staff, &[insurer], &question, None))
        .unwrap();
    day.sync();
    day
}

#[test]
fn a_person_of_the_list_fills_in_the_look_up() {
    let mut day = with_a_client();
    day.press(&[Touch::Row(0), Touch::Third]);
    assert_eq!(day.screen(), Screen::ClientList);
    day.press(&[Touch::Row(0)]);
    assert_eq!(day.screen(), Screen::Purpose);
    let Page::Purpose(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(page.insured.as_deref(), Some("0000123456"));
    assert_eq!(page.born_on, Date::from_ymd(1933, 3, 14));
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::InsuredNumber);
}

fn client_list(day: &Day) -> ClientListPage {
    match day.view().page {
        Page::ClientList(page) => page,
        _ => panic!("{:?}", day.screen()),
    }
}

#[test]
fn a_person_leaves_the_list_only_after_a_second_touch_and_their_questions_stay() {
    let mut day = with_a_client();
    let waiting = day.vault.read(outbox::pending_count).unwrap();
    day.press(&[Touch::Row(0), Touch::Third, Touch::Second, Touch::Row(0)]);
    assert!(matches!(
        client_list(&day).mode,
        ClientListMode::ConfirmRemoval(_)
    ));
    // Second thoughts: nothing was done yet.
    day.press(&[Touch::Back, Touch::Back]);
    let list = client_list(&day);
    assert_eq!((list.mode, list.entries.total), (ClientListMode::Choose, 1));

    day.press(&[Touch::Second, Touch::Row(0), Touch::Main]);
    let list = client_list(&day);
    assert_eq!((list.mode, list.entries.total), (ClientListMode::Choose, 0));
    assert_eq!(day.vault.read(outbox::pending_count).unwrap(), waiting);
    // Nobody is left to take out.
    day.press(&[Touch::Second]);
    assert_eq!(client_list(&day).mode, ClientListMode::Choose);
}

#[test]
fn the_lock_leaves_nothing_of_a_half_typed_look_up() {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(0), Touch::Main, Touch::Digit(7), Touch::LockNow]);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Row(0), Touch::Main]);
    let Page::InsuredNumber(page) = day.view().page else {
        unreachable!()
    };
    assert!(page.typed.is_empty());
}

fn hold(day: &mut Day, command: CommandId) {
    let now = day.clock.now();
    let code = ProblemCode::CommandInsurer;
    day.vault
        .write(|tx| outbox::hold(tx, &now, command, &code))
        .unwrap();
    let online = std::mem::replace(&mut day.online, true);
    day.sync();
    day.online = online;
}

#[test]
fn an_item_on_hold_is_corrected_and_sent_again() {
    let mut day = at_the_desk();
    day.online = false;
    ask(&mut day, "0000123456");
    let old = newest(&day).id;
    day.press(&[Touch::Main]);
    hold(&mut day, old);
    day.press(&[Touch::Row(3)]);
    assert_eq!(day.screen(), Screen::Outbox);
    let Page::Outbox(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(page.items.rows[0].state, ItemState::Held, "held first");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::OutboxHeld);
    let Page::OutboxItem(page) = day.view().page else {
        unreachable!()
    };
    assert!(page.editable);
    assert_eq!(page.item.code, Some(ProblemCode::CommandInsurer));
    assert_eq!(page.desk.unwrap().city, "汐見市");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::InsuredNumber);
    day.press(&[Touch::Backspace, Touch::Digit(7), Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::LookUpSaved);
    let new = newest(&day);
    assert_eq!(new.replaces, Some(old));
    assert!(new.body.contains("0000123457"));
    let old = day.vault.read(|c| outbox::item(c, old)).unwrap().unwrap();
    assert_eq!(old.state, State::Replaced);
}

#[test]
fn giving_up_an_item_takes_a_second_touch() {
    let mut day = at_the_desk();
    day.online = false;
    ask(&mut day, "0000123456");
    let command = newest(&day).id;
    day.press(&[Touch::Main]);
    hold(&mut day, command);
    day.press(&[
        Touch::Row(3),
        Touch::OutboxFilter(OutboxFilter::Held),
        Touch::Row(0),
    ]);
    assert_eq!(day.screen(), Screen::OutboxHeld);
    let state = |day: &Day| {
        day.vault
            .read(|c| outbox::item(c, command))
            .unwrap()
            .unwrap()
            .state
    };
    day.press(&[Touch::Second]);
    assert_eq!(state(&day), State::Held);
    day.press(&[Touch::Second]);
    assert_eq!(state(&day), State::Discarded);
    assert_eq!(day.screen(), Screen::Outbox);
}

#[test]
fn an_answer_is_opened_again_from_what_was_sent() {
    let mut day = at_the_desk();
    ask(&mut day, "0000123456");
    let command = newest(&day).id;
    answer(&mut day, command, found());
    day.sync();
    day.press(&[Touch::Main, Touch::Row(3), Touch::OutboxItem(command)]);
    assert_eq!(day.screen(), Screen::OutboxItem);
    let Page::OutboxItem(page) = day.view().page else {
        unreachable!()
    };
    assert!(page.answer && page.times.iter().all(Option::is_some));
    assert_eq!(page.slip_number, "1120-0001");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Answer);
}

//! 資格 at the desk: what the 被保険者証 says.

use std::time::Duration;

use hal::card::ReaderEvent;
use protocol::answer::{Answer, EligibilityAnswer, EligibilityRecord, FeedItem, Provenance};
use protocol::calendar::Timestamp;
use protocol::command::{Action, Command};
use protocol::exchange::CommandId;
use protocol::person::Purpose;
use protocol::problem::ProblemCode;

use crate::clock::Clock;
use crate::lookup::Period;
use crate::outbox::{self, Filter, Item};
use crate::terminal::effect::Input;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{ItemKind, ItemState, NoneKind, Page, Validity};
use crate::testing::desk::{Day, date, good, peek};
use crate::testing::{DAY as DAY_MS, MORNING};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn at_the_desk() -> Day {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day
}

/// From the home screen to the purpose: number and birth date are typed.
fn type_person(day: &mut Day) {
    day.press(&[Touch::Row(0), Touch::Row(0)]);
    assert_eq!(day.screen(), Screen::InsuredNumber);
    day.digits([0, 0, 0, 0, 1, 2, 3, 4, 5, 6]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::BirthDate);
    day.digits([0, 8, 0, 3, 1, 4]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Purpose);
}

fn ask(day: &mut Day) {
    type_person(day);
    day.press(&[Touch::Purpose(Purpose::CarePlan), Touch::Main]);
}

fn questions(day: &Day) -> Vec<Item> {
    let page = day
        .vault
        .read(|c| outbox::page(c, Filter::All, 0, 50))
        .unwrap();
    let mut items = page.items;
    items.retain(|item| item.kind == "eligibility_query");
    items.sort_by_key(|item| item.seq);
    items
}

fn newest(day: &Day) -> CommandId {
    questions(day).last().unwrap().id
}

fn record() -> EligibilityRecord {
    EligibilityRecord {
        care_level: Some("22".to_owned()),
        valid_from: Some(date(2026, 1, 1)),
        valid_to: Some(date(2026, 12, 31)),
        copayment_tenths: Some(1),
        monthly_limit_units: Some(19_705),
    }
}

/// The gateway answers with what its source says now.
fn answer(day: &mut Day, command: CommandId, record: Option<EligibilityRecord>) {
    let wall = day.clock.now().wall;
    day.gateway.tell(FeedItem::Answer {
        command,
        answer: Answer::Eligibility(EligibilityAnswer {
            provenance: Provenance {
                source: "汐見市 資格情報（模擬）".to_owned(),
                updated_at: None,
                retrieved_at: wall,
                valid_until: wall + DAY * 7,
                delete_after: wall + DAY * 92,
            },
            record,
        }),
    });
    day.sync();
}

#[test]
fn a_question_saved_offline_is_answered_when_the_line_is_back() {
    let mut day = at_the_desk();
    day.online = false;
    ask(&mut day);
    assert_eq!(day.screen(), Screen::LookUpSaved);
    let Page::Saved(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(
        (page.what, page.state, page.online),
        (ItemKind::Eligibility, ItemState::Saved, false)
    );

    day.online = true;
    day.sync();
    let command = newest(&day);
    answer(&mut day, command, Some(record()));
    assert_eq!(day.screen(), Screen::Eligibility);
    let Page::Eligibility(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!((page.who.as_str(), &page.record), ("0000123456", &record()));
    assert_eq!(page.validity, Validity::Current);
    // 20 November: the last 60 days have begun.
    assert_eq!(page.period, Some(Period::RenewalOpen));
    assert!(page.source.ends_with("（模擬）"), "{}", page.source);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Home);
    assert_eq!(day.gateway.effects_of(command), 1);
}

#[test]
fn number_and_birth_date_are_both_asked_and_both_sent() {
    let mut day = at_the_desk();
    type_person(&mut day);
    let Page::Purpose(page) = day.view().page else {
        unreachable!()
    };
    assert!(page.eligibility && page.applied_on.is_none());
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Purpose, "not without a purpose");
    assert!(questions(&day).is_empty());
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::BirthDate);
    day.press(&[
        Touch::Main,
        Touch::Purpose(Purpose::ClientAsked),
        Touch::Main,
    ]);
    let command: Command = serde_json::from_str(&questions(&day)[0].body).unwrap();
    let Action::EligibilityQuery(query) = command.action else {
        panic!("not a question for 資格")
    };
    assert_eq!(query.insured.as_str(), "0000123456");
    assert_eq!(query.born_on, date(1933, 3, 14));
    assert_eq!(query.purpose, Purpose::ClientAsked);
    assert_eq!(
        day.rows("SELECT count(*) FROM audit WHERE event LIKE '%eligibility%'"),
        1
    );
}

#[test]
fn a_confirmed_card_gives_the_birth_date_and_the_list_gives_the_number() {
    let mut day = at_the_desk();
    let confirm = |day: &mut Day| {
        day.input(Input::Reader(ReaderEvent::CardLeft));
        day.press(&[Touch::Main]);
        day.card([peek(10, 3), good()]);
        day.digits([1, 3, 0, 8, 2, 8, 2, 0, 3, 2, 2, 2, 8, 5]);
        day.press(&[Touch::Main, Touch::Main]);
        assert_eq!(day.screen(), Screen::Confirmed);
        day.press(&[Touch::Third]);
    };
    confirm(&mut day);
    assert_eq!(day.screen(), Screen::InsuredNumber);
    day.digits([0, 0, 0, 0, 8, 7, 0, 8, 4, 1]);
    day.press(&[Touch::Main]);
    assert_eq!(
        day.screen(),
        Screen::Purpose,
        "the card told the birth date"
    );
    day.press(&[Touch::Purpose(Purpose::CarePlan), Touch::Main]);
    let command = newest(&day);
    answer(&mut day, command, Some(record()));
    let Page::Eligibility(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert_eq!(page.who, "汐見 花子");
    day.press(&[Touch::Main]);

    confirm(&mut day);
    assert_eq!(
        day.screen(),
        Screen::Purpose,
        "the list knows the number now"
    );
    // 台帳 alone is enough, too.
    day.press(&[Touch::Home, Touch::Row(0), Touch::Row(0), Touch::Second]);
    assert_eq!(day.screen(), Screen::ClientList);
    day.press(&[Touch::Row(0)]);
    let Page::Purpose(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert!(page.eligibility);
    assert_eq!(page.born_on, Some(date(1938, 8, 28)));
}

#[test]
fn nobody_with_that_number_and_birth_date_is_a_text_of_its_own_with_the_desk() {
    let mut day = at_the_desk();
    ask(&mut day);
    let command = newest(&day);
    answer(&mut day, command, None);
    assert_eq!(day.screen(), Screen::AnswerNone);
    let Page::AnswerNone(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(page.kind, NoneKind::Nobody);
    assert_eq!(page.desk.unwrap().desk.name, "介護保険課 認定係");
}

#[test]
fn a_kept_answer_is_grey_past_its_validity_and_gone_after_its_retention() {
    let mut day = at_the_desk();
    ask(&mut day);
    let command = newest(&day);
    answer(&mut day, command, Some(record()));
    day.press(&[Touch::Main]);
    day.online = false;
    ask(&mut day);
    assert_eq!(day.screen(), Screen::Eligibility, "kept, offline");

    day.time.advance(DAY * 8);
    day.wait(1);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    ask(&mut day);
    assert_eq!(day.screen(), Screen::EligibilityStale);
    day.press(&[Touch::Main]);
    assert_eq!(
        day.screen(),
        Screen::LookUpSaved,
        "the main action asks again"
    );

    // What waits is sent; nobody answers it any more.
    day.online = true;
    day.sync();
    day.time.advance(DAY * 85);
    day.wait(1);
    assert_eq!(day.rows("SELECT count(*) FROM kept_answer"), 0);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    ask(&mut day);
    assert_eq!(day.screen(), Screen::LookUpSaved);
}

#[test]
fn under_an_untrusted_clock_neither_the_answer_nor_the_period_looks_valid() {
    let mut day = at_the_desk();
    ask(&mut day);
    let command = newest(&day);
    answer(&mut day, command, Some(record()));
    let (vault, time) = (day.vault, day.time);
    time.reboot();
    time.shift_system(-3650 * DAY_MS);
    let mut day = Day::with(vault, time);
    day.online = false;
    day.clock = Clock::new(day.time.clone(), Some(Timestamp::from_unix_ms(MORNING)));
    day.unlock("takahashi01", [8, 2, 6, 3]);
    ask(&mut day);
    assert_eq!(day.screen(), Screen::EligibilityClockUntrusted);
    let Page::Eligibility(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(
        (page.validity, page.age, page.period),
        (Validity::ClockUntrusted, None, None)
    );
}

#[test]
fn how_far_a_certification_is_and_what_the_card_says_are_kept_apart() {
    let mut day = at_the_desk();
    ask(&mut day);
    let command = newest(&day);
    answer(&mut day, command, Some(record()));
    day.press(&[Touch::Main]);
    day.online = false;
    day.press(&[Touch::Row(0), Touch::Main]);
    day.digits([0, 0, 0, 0, 1, 2, 3, 4, 5, 6]);
    day.press(&[Touch::Main, Touch::Purpose(Purpose::CarePlan), Touch::Main]);
    assert_eq!(
        day.screen(),
        Screen::LookUpSaved,
        "no answer about 進捗 yet"
    );
}

#[test]
fn a_question_on_hold_is_corrected_and_an_answered_one_opened_again() {
    let mut day = at_the_desk();
    day.online = false;
    ask(&mut day);
    let held = newest(&day);
    day.press(&[Touch::Main]);
    let now = day.clock.now();
    day.vault
        .write(|tx| outbox::hold(tx, &now, held, &ProblemCode::CommandInsurer))
        .unwrap();
    day.online = true;
    day.sync();
    day.press(&[Touch::Row(3), Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::InsuredNumber);
    day.press(&[Touch::Backspace, Touch::Digit(7), Touch::Main]);
    assert_eq!(day.screen(), Screen::BirthDate);
    day.press(&[Touch::Main, Touch::Main]);
    let corrected = questions(&day).pop().unwrap();
    assert_eq!(corrected.replaces, Some(held));
    assert!(corrected.body.contains("0000123457"));

    answer(&mut day, corrected.id, Some(record()));
    day.press(&[Touch::Main, Touch::Row(3), Touch::OutboxItem(corrected.id)]);
    let Page::OutboxItem(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert!(page.answer);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Eligibility);
}

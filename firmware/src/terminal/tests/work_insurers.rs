//! An office that may ask several municipalities.

use protocol::answer::FeedItem;
use protocol::command::{Action, Command};
use protocol::facility::{Facility, Insurer};
use protocol::number::InsurerNumber;
use protocol::person::Purpose;

use super::work_request::{add, at_the_desk, filed};
use crate::outbox::{self, Filter};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{InsurerChoicePage, Page};
use crate::testing::desk::{Day, facility};

fn number(five: &str) -> InsurerNumber {
    InsurerNumber::with_check_digit(five).unwrap()
}

/// 汐見市, and 浜辺市 without `H` numbers.
fn two_cities() -> Day {
    let mut day = at_the_desk();
    let mut known = facility();
    known.insurers.push(Insurer {
        number: number("99202"),
        city: "浜辺市".to_owned(),
        h_numbers: false,
        ..known.insurers[0].clone()
    });
    tell(&mut day, known);
    day
}

fn tell(day: &mut Day, facility: Facility) {
    day.gateway.tell(FeedItem::Facility(facility));
    day.sync();
}

fn choice(day: &Day) -> InsurerChoicePage {
    assert_eq!(day.screen(), Screen::InsurerChoice);
    match day.view().page {
        Page::InsurerChoice(page) => page,
        other => panic!("not the question: {other:?}"),
    }
}

/// Who was asked by the newest command of a kind.
fn asked(day: &Day, kind: &str) -> InsurerNumber {
    let page = day
        .vault
        .read(|c| outbox::page(c, Filter::All, 0, 50))
        .unwrap();
    let newest = page
        .items
        .into_iter()
        .filter(|item| item.kind == kind)
        .max_by_key(|item| item.seq)
        .unwrap();
    let command: Command = serde_json::from_str(&newest.body).unwrap();
    assert!(matches!(
        command.action,
        Action::ProgressQuery(_) | Action::DisclosureRequest(_)
    ));
    command.insurer.unwrap()
}

#[test]
fn with_one_municipality_nobody_is_asked_which() {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(0)]);
    assert_eq!(day.screen(), Screen::LookUpKind);
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::Home);
    day.press(&[Touch::Row(1)]);
    assert_eq!(day.screen(), Screen::Disclosure);
}

#[test]
fn the_municipality_that_was_chosen_is_the_one_that_is_asked() {
    let mut day = two_cities();
    day.press(&[Touch::Row(0)]);
    let page = choice(&day);
    let cities: Vec<_> = page.insurers.rows.iter().map(|row| &row.city).collect();
    assert_eq!(cities, ["汐見市", "浜辺市"]);
    day.press(&[Touch::Row(1), Touch::Main]);
    let Page::InsuredNumber(page) = day.view().page else {
        panic!("not the number")
    };
    assert!(!page.h_key, "浜辺市 has none");
    day.text("0000123456");
    day.press(&[Touch::Main]);
    let Page::Purpose(page) = day.view().page else {
        panic!("not the purpose")
    };
    assert_eq!(page.city, "浜辺市");
    day.press(&[Touch::Purpose(Purpose::CarePlan), Touch::Main]);
    assert_eq!(day.screen(), Screen::LookUpSaved);
    assert_eq!(asked(&day, "progress_query"), number("99202"));
}

#[test]
fn back_from_the_first_question_asks_again_and_marks_what_was_chosen() {
    let mut day = two_cities();
    day.press(&[Touch::Row(0), Touch::Row(1), Touch::Back]);
    let page = choice(&day);
    let chosen: Vec<_> = page.insurers.rows.iter().map(|row| row.chosen).collect();
    assert_eq!(chosen, [false, true]);
    day.press(&[Touch::Row(0), Touch::Main]);
    let Page::InsuredNumber(page) = day.view().page else {
        panic!("not the number")
    };
    assert!(page.h_key);
    day.press(&[Touch::Back, Touch::Back, Touch::Back]);
    assert_eq!(day.screen(), Screen::Home);
}

#[test]
fn a_person_of_the_list_belongs_to_their_own_municipality() {
    let mut day = two_cities();
    let now = day.clock.now();
    day.vault
        .write(|tx| {
            tx.execute(
                "INSERT INTO client(insurer, insured, name, born_on, used_ms)
                 VALUES(?1, '0000123456', '青木 ハル', '1933-03-14', ?2)",
                rusqlite::params![number("99202").as_str(), now.wall.unix_ms()],
            )?;
            Ok(())
        })
        .unwrap();
    day.press(&[Touch::Row(0), Touch::Row(0), Touch::Third, Touch::Row(0)]);
    let Page::Purpose(page) = day.view().page else {
        panic!("not the purpose: {:?}", day.screen())
    };
    assert_eq!(page.city, "浜辺市");
}

#[test]
fn a_request_keeps_its_municipality_while_it_is_left_and_resumed() {
    let mut day = two_cities();
    day.press(&[Touch::Row(1)]);
    choice(&day);
    day.press(&[Touch::Row(1)]);
    assert_eq!(day.screen(), Screen::Disclosure);
    add(&mut day, 1, "あおき はる");
    filed(&mut day, true);
    day.press(&[Touch::LockNow]);
    let mut day = Day::with(day.vault, day.time);
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[Touch::Row(1)]);
    assert_eq!(day.screen(), Screen::Disclosure, "it was said already");
    day.press(&[Touch::Main]);
    let Page::DisclosureReview(page) = day.view().page else {
        panic!("not the review")
    };
    assert_eq!(page.city, "浜辺市");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    assert_eq!(asked(&day, "disclosure_request"), number("99202"));
    // The next request is another one.
    day.press(&[Touch::Main, Touch::Row(1)]);
    choice(&day);
}

#[test]
fn a_municipality_that_leaves_the_scope_is_not_asked_silently() {
    let mut day = two_cities();
    day.press(&[Touch::Row(0), Touch::Row(1), Touch::Main]);
    day.text("0000123456");
    day.press(&[Touch::Main]);
    let mut known = facility();
    known.insurers.push(Insurer {
        number: number("99203"),
        city: "岬町".to_owned(),
        ..known.insurers[0].clone()
    });
    tell(&mut day, known);
    let page = choice(&day);
    assert!(page.insurers.rows.iter().all(|row| !row.chosen));
    day.press(&[
        Touch::Row(0),
        Touch::Purpose(Purpose::CarePlan),
        Touch::Main,
    ]);
    assert_eq!(asked(&day, "progress_query"), number("99201"));
}

//! What was sent and what was decided, at the desk.

use protocol::answer::{Answer, DisclosureAnswer, FeedItem, SubjectDecision};
use protocol::exchange::CommandId;
use protocol::problem::ProblemCode;

use super::work_request::{add, at_the_desk, filed};
use crate::outbox::{self, Filter};
use crate::terminal::screen::Screen;
use crate::terminal::touch::{OutboxFilter, Touch};
use crate::terminal::view::{DecisionPage, ItemKind, ItemState, OutboxPage, Page};
use crate::testing::desk::Day;

fn list(day: &Day) -> OutboxPage {
    match day.view().page {
        Page::Outbox(page) => page,
        other => panic!("not the outbox: {other:?}"),
    }
}

pub fn decisions(day: &Day) -> DecisionPage {
    match day.view().page {
        Page::Decision(page) => page,
        other => panic!("not the decisions: {other:?}"),
    }
}

fn request(day: &Day) -> CommandId {
    let page = day
        .vault
        .read(|c| outbox::page(c, Filter::All, 0, 50))
        .unwrap();
    let found = page
        .items
        .iter()
        .find(|item| item.kind == "disclosure_request");
    found.unwrap().id
}

pub fn decide(day: &mut Day, command: CommandId, subjects: Vec<SubjectDecision>) {
    let answer = Answer::Disclosure(DisclosureAnswer {
        decided_at: day.clock.now().wall,
        subjects,
    });
    day.gateway.tell(FeedItem::Answer { command, answer });
    day.sync();
}

pub fn declined() -> SubjectDecision {
    SubjectDecision::Declined {
        code: ProblemCode::RequestDeclined,
    }
}

/// A request for two people is saved, sent and receipted; F-1 shows.
pub fn two_people() -> (Day, CommandId) {
    let mut day = at_the_desk();
    day.press(&[Touch::Row(1)]);
    for (n, name) in [(1, "あおき はる"), (2, "たむら みつ")] {
        add(&mut day, n, name);
        filed(&mut day, true);
    }
    day.press(&[Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::DisclosureSaved);
    let command = request(&day);
    day.press(&[Touch::Second]);
    assert_eq!(day.screen(), Screen::Outbox);
    (day, command)
}

#[test]
fn a_person_who_was_declined_is_named_with_the_reason_and_the_desk() {
    let (mut day, command) = two_people();
    decide(
        &mut day,
        command,
        vec![SubjectDecision::Granted, declined()],
    );
    let rows = list(&day).items.rows;
    let row = rows.iter().find(|row| row.id == command).unwrap();
    assert_eq!((row.state, row.declined), (ItemState::Answered, 1));
    day.press(&[Touch::OutboxItem(command)]);
    let Page::OutboxItem(item) = day.view().page else {
        panic!("not the item")
    };
    assert!(item.answer);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Decision);
    let page = decisions(&day);
    assert_eq!((page.declined, page.pending), (1, 0));
    let shown: Vec<_> = page
        .people
        .rows
        .iter()
        .map(|row| (row.place, row.name.as_str(), row.decision.clone()))
        .collect();
    assert_eq!(
        shown,
        [
            (2, "たむら みつ", declined()),
            (1, "あおき はる", SubjectDecision::Granted),
        ],
        "those to be called about first"
    );
    assert_eq!(page.desk.unwrap().city, "汐見市");
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::OutboxItem);
}

#[test]
fn a_decision_that_comes_person_by_person_is_followed_and_never_goes_back() {
    let (mut day, command) = two_people();
    decide(
        &mut day,
        command,
        vec![declined(), SubjectDecision::Pending],
    );
    let first = day.gateway.kept.feed.last().unwrap().item.clone();
    day.press(&[Touch::OutboxItem(command), Touch::Main]);
    assert_eq!(decisions(&day).pending, 1);
    day.wait(1);
    decide(
        &mut day,
        command,
        vec![declined(), SubjectDecision::Granted],
    );
    assert_eq!(decisions(&day).pending, 0);
    // A gateway restored from a backup tells the old news again.
    day.gateway.tell(first);
    day.sync();
    assert_eq!(decisions(&day).pending, 0);
}

#[test]
fn news_about_a_request_that_is_not_here_is_not_kept() {
    let (mut day, command) = two_people();
    decide(&mut day, crate::testing::id(99), vec![declined()]);
    decide(&mut day, command, Vec::new());
    assert_eq!(day.rows("SELECT count(*) FROM request_decision"), 1);
    day.press(&[Touch::OutboxItem(command), Touch::Main]);
    assert_eq!(decisions(&day).pending, 2, "nothing said is not decided");
}

#[test]
fn each_filter_shows_as_many_rows_as_its_button_says() {
    let (mut day, receipted) = two_people();
    day.online = false;
    day.press(&[Touch::Home, Touch::Row(1)]);
    add(&mut day, 3, "わたなべ たかこ");
    filed(&mut day, true);
    day.press(&[Touch::Main, Touch::Main]);
    let held = request(&day);
    assert_ne!(held, receipted);
    let now = day.clock.now();
    day.vault
        .write(|tx| outbox::hold(tx, &now, held, &ProblemCode::CommandOffice))
        .unwrap();
    day.press(&[Touch::Second]);
    let counts = list(&day).counts;
    assert_eq!(counts.held, 1);
    for (filter, count) in [
        (OutboxFilter::All, counts.all),
        (OutboxFilter::Pending, counts.pending),
        (OutboxFilter::Receipted, counts.receipted),
        (OutboxFilter::Answered, counts.answered),
        (OutboxFilter::Held, counts.held),
    ] {
        day.press(&[Touch::OutboxFilter(filter)]);
        let page = list(&day);
        assert_eq!(page.filter, filter);
        assert_eq!(page.items.total as u64, count, "{filter:?}");
        let mut rows = 0;
        for _ in 0..page.items.pages {
            rows += list(&day).items.rows.len();
            day.press(&[Touch::NextPage]);
        }
        assert_eq!(rows as u64, count, "{filter:?}");
    }
    day.press(&[Touch::OutboxFilter(OutboxFilter::Receipted)]);
    let rows = list(&day).items.rows;
    assert!(rows.iter().all(|row| row.state == ItemState::Receipted));
}

#[test]
fn two_pledges_are_told_apart_by_who_signed_them() {
    let mut day = at_the_desk();
    day.press(&[Touch::LockNow]);
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[Touch::Row(3)]);
    let rows = list(&day).items.rows;
    let mut who: Vec<_> = rows
        .iter()
        .filter(|row| row.kind == ItemKind::Pledge)
        .map(|row| row.who.clone().unwrap())
        .collect();
    who.sort();
    assert_eq!(who, ["佐藤 美咲", "髙橋 健一"]);
}

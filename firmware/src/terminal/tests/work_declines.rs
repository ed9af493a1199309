//! A no to a request in the inbox, at the desk.

use protocol::answer::SubjectDecision;
use protocol::exchange::CommandId;
use uuid::Uuid;

use super::work_outbox::{decide, decisions, declined, two_people};
use crate::terminal::effect::Input;
use crate::terminal::screen::Screen;
use crate::terminal::touch::{InboxFilter, Touch};
use crate::terminal::view::{InboxId, InboxPage, Page};
use crate::testing::desk::Day;
use crate::{outbox, upkeep};

const GRANTED: SubjectDecision = SubjectDecision::Granted;
const PENDING: SubjectDecision = SubjectDecision::Pending;

fn badge(day: &mut Day) -> u64 {
    day.press(&[Touch::Home]);
    match day.view().page {
        Page::Home(page) => page.unopened,
        other => panic!("not home: {other:?}"),
    }
}

fn list(day: &mut Day) -> InboxPage {
    day.press(&[Touch::Home, Touch::Row(2)]);
    match day.view().page {
        Page::Inbox(page) => page,
        other => panic!("not the inbox: {other:?}"),
    }
}

#[test]
fn a_no_is_counted_and_listed_opens_to_the_decision_and_is_read_then() {
    let (mut day, command) = two_people();
    decide(&mut day, command, vec![GRANTED, declined()]);
    assert_eq!(badge(&mut day), 1);
    let page = list(&mut day);
    assert_eq!(page.counts, (1, 1));
    let row = &page.entries.rows[0];
    assert_eq!(row.id, InboxId::Decline(command));
    assert_eq!((row.title.as_str(), row.declined), ("たむら みつ", 1));
    assert_eq!(row.left, None, "it does not end");
    assert!(!row.opened && row.fetched.is_none());
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Decision);
    assert_eq!(decisions(&day).declined, 1);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Inbox, "back where it was opened");
    assert_eq!(badge(&mut day), 0);
    let page = list(&mut day);
    assert_eq!(page.counts, (1, 0));
    assert!(page.entries.rows[0].opened);
    day.press(&[Touch::InboxEntry(InboxId::Decline(command))]);
    assert_eq!(day.screen(), Screen::Decision, "it can be read again");
}

#[test]
fn what_is_granted_or_pending_is_no_entry_of_its_own() {
    let (mut day, command) = two_people();
    decide(&mut day, command, vec![PENDING, GRANTED]);
    decide(&mut day, command, vec![GRANTED, GRANTED]);
    assert_eq!(list(&mut day).counts, (0, 0));
}

#[test]
fn one_more_no_is_news_and_what_is_known_is_not() {
    let (mut day, command) = two_people();
    decide(&mut day, command, vec![declined(), PENDING]);
    list(&mut day);
    day.press(&[Touch::Main]);
    assert_eq!(badge(&mut day), 0);
    // The same again, and papers for the other one, which come as a document.
    decide(&mut day, command, vec![declined(), PENDING]);
    day.wait(1);
    decide(&mut day, command, vec![declined(), GRANTED]);
    assert_eq!(badge(&mut day), 0);
    day.wait(1);
    decide(&mut day, command, vec![declined(), declined()]);
    assert_eq!(badge(&mut day), 1);
    let page = list(&mut day);
    let row = &page.entries.rows[0];
    assert_eq!((row.title.as_str(), row.declined), ("", 2), "nobody alone");
    assert_eq!(page.counts, (1, 1), "one entry a request");
}

#[test]
fn a_no_that_is_taken_back_makes_no_news_of_the_one_that_stays() {
    let (mut day, command) = two_people();
    decide(&mut day, command, vec![declined(), declined()]);
    list(&mut day);
    day.press(&[Touch::Main]);
    assert_eq!(badge(&mut day), 0);
    day.wait(1);
    decide(&mut day, command, vec![GRANTED, declined()]);
    assert_eq!(badge(&mut day), 0);
    let page = list(&mut day);
    assert_eq!(page.entries.rows[0].declined, 1);
    assert!(page.entries.rows[0].opened);
}

#[test]
fn news_that_is_older_than_what_is_known_does_not_bring_an_entry_back() {
    let (mut day, command) = two_people();
    decide(&mut day, command, vec![declined(), PENDING]);
    let first = day.gateway.kept.feed.last().unwrap().item.clone();
    day.wait(1);
    decide(&mut day, command, vec![GRANTED, GRANTED]);
    assert_eq!(list(&mut day).counts, (0, 0), "taken back");
    day.gateway.tell(first);
    day.sync();
    assert_eq!(list(&mut day).counts, (0, 0));
}

#[test]
fn a_no_that_was_read_in_the_outbox_or_under_the_readers_eyes_is_read() {
    let (mut day, command) = two_people();
    decide(&mut day, command, vec![declined(), PENDING]);
    day.press(&[Touch::OutboxItem(command), Touch::Main]);
    assert_eq!(day.screen(), Screen::Decision);
    day.wait(1);
    decide(&mut day, command, vec![declined(), declined()]);
    assert_eq!(decisions(&day).declined, 2);
    assert_eq!(badge(&mut day), 0);
}

#[test]
fn a_no_is_opened_before_a_notice_and_is_none() {
    let (mut day, command) = two_people();
    day.gateway.tell(crate::testing::gateway::notice(1));
    decide(&mut day, command, vec![declined(), GRANTED]);
    assert_eq!(list(&mut day).counts, (2, 2));
    day.press(&[Touch::InboxFilter(InboxFilter::Notices)]);
    let Page::Inbox(page) = day.view().page else {
        panic!("not the inbox")
    };
    assert_eq!(page.entries.total, 1);
    day.press(&[Touch::InboxFilter(InboxFilter::All), Touch::Main]);
    assert_eq!(day.screen(), Screen::Decision);
    day.press(&[Touch::Back, Touch::Main]);
    assert_eq!(day.screen(), Screen::Notice);
}

#[test]
fn an_entry_leaves_with_its_request() {
    let (mut day, command) = two_people();
    decide(&mut day, command, vec![declined(), GRANTED]);
    let gone = CommandId(Uuid::from_u128(7));
    day.vault
        .write(|tx| {
            tx.execute(
                "INSERT INTO decline(command, who, people, title, opened, at_ms)
                 VALUES(?1, '0', 1, '', 0, 0)",
                [gone.0.as_bytes()],
            )?;
            Ok(())
        })
        .unwrap();
    day.time.advance(std::time::Duration::from_secs(25 * 3600));
    day.input(Input::Tick);
    let left = "SELECT count(*) FROM decline";
    assert_eq!(day.rows(left), 1, "whose request is here stays");
    day.time.advance(outbox::HISTORY);
    let now = day.clock.now();
    upkeep::sweep(&mut day.vault, &now).unwrap();
    let item = day.vault.read(|c| outbox::item(c, command)).unwrap();
    assert!(item.is_none(), "the request has left");
    assert_eq!(day.rows(left), 0);
}

//! Documents and notices, at the desk.

use std::time::Duration;

use protocol::answer::{DocumentOffer, FeedItem};
use protocol::exchange::{DocumentId, Sha256Digest};
use protocol::problem::ProblemCode;

use crate::entropy::SeededEntropy;
use crate::inbox::{Documents, MAX_DAMAGED};
use crate::sync::DocumentSink as _;
use crate::terminal::screen::Screen;
use crate::terminal::touch::{InboxFilter, Touch, Zoom};
use crate::terminal::view::{InboxPage, Page};
use crate::testing::desk::Day;

const HOUR: Duration = Duration::from_secs(3600);
const PAPERS: &[u8] = b"%PDF-1.4 papers";

/// A document with 72 hours left, offered and fetched; somebody is at the desk.
fn with_papers() -> Day {
    let mut day = Day::set_up();
    let wall = day.clock.now().wall;
    let offer = DocumentOffer {
        document: DocumentId(uuid::Uuid::from_u128(5)),
        request: None,
        display_name: "000123456_青木 ハル_令和8年8月1日.pdf".to_owned(),
        size: PAPERS.len() as u64,
        sha256: Sha256Digest::of(PAPERS),
        request_received_on: None,
        delivered_at: wall,
        deadline: wall + HOUR * 72,
    };
    day.gateway.tell(FeedItem::DocumentOffered(offer.clone()));
    day.gateway.tell(crate::testing::gateway::notice(1));
    day.sync();
    let now = day.clock.now();
    let mut sink = Documents::new(Box::new(SeededEntropy::new(2)));
    day.vault
        .write(|tx| sink.append(tx, &offer, 0, PAPERS))
        .unwrap();
    assert!(
        day.vault
            .write(|tx| sink.complete(tx, &now, &offer))
            .unwrap()
    );
    day.sync();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day
}

fn list(day: &Day) -> InboxPage {
    match day.view().page {
        Page::Inbox(page) => page,
        other => panic!("not the inbox: {other:?}"),
    }
}

#[test]
fn a_new_document_is_opened_read_and_counted_down() {
    let mut day = with_papers();
    let Page::Home(home) = day.view().page else {
        panic!("not home")
    };
    assert_eq!(home.unopened, 2);
    day.press(&[Touch::Row(2)]);
    assert_eq!(list(&day).counts, (2, 2));
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Document);
    let Page::Document(page) = day.view().page else {
        unreachable!()
    };
    assert_eq!(page.display_name, "0000123456_青木 ハル_令和8年8月1日.pdf");
    assert_eq!(page.pages, 2);
    assert!(page.image.is_some() && page.left < HOUR * 72 && page.left > HOUR * 71);
    day.press(&[
        Touch::NextPage,
        Touch::Zoom(Zoom::Larger),
        Touch::Zoom(Zoom::Smaller),
    ]);
    let widths: Vec<_> = day
        .drawn
        .iter()
        .map(|order| (order.page, order.width))
        .collect();
    assert_eq!(widths, [(0, 720), (1, 720), (1, 1080), (1, 720)]);
    day.press(&[Touch::Print, Touch::Back]);
    assert_eq!(list(&day).counts, (2, 1));
    assert_eq!(
        day.rows("SELECT count(*) FROM audit WHERE event LIKE '%printed%'"),
        1
    );
    assert_eq!(
        day.rows("SELECT count(*) FROM outbox WHERE kind = 'document_opened'"),
        1
    );
}

#[test]
fn a_document_that_always_arrives_damaged_says_so_and_whom_to_call() {
    let mut day = Day::set_up();
    let wall = day.clock.now().wall;
    let offer = DocumentOffer {
        document: DocumentId(uuid::Uuid::from_u128(6)),
        request: None,
        display_name: "0000123456_青木 ハル_令和8年8月1日.pdf".to_owned(),
        size: PAPERS.len() as u64,
        sha256: Sha256Digest::of(PAPERS),
        request_received_on: None,
        delivered_at: wall,
        deadline: wall + HOUR * 72,
    };
    day.gateway.tell(FeedItem::DocumentOffered(offer.clone()));
    day.sync();
    let now = day.clock.now();
    let mut sink = Documents::new(Box::new(SeededEntropy::new(2)));
    for _ in 0..MAX_DAMAGED {
        day.vault
            .write(|tx| sink.append(tx, &offer, 0, &[0; 15]))
            .unwrap();
        assert!(
            !day.vault
                .write(|tx| sink.complete(tx, &now, &offer))
                .unwrap()
        );
    }
    day.sync();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    let Page::Home(home) = day.view().page else {
        panic!("not home")
    };
    assert_eq!(home.unopened, 1, "the home screen tells");
    day.press(&[Touch::Row(2)]);
    assert!(list(&day).entries.rows[0].undelivered);
    day.press(&[Touch::Main]);
    let Page::Trouble(page) = day.view().page else {
        panic!("not told: {:?}", day.screen())
    };
    assert_eq!(page.code, ProblemCode::DocumentUndelivered);
    assert_eq!(page.count, u64::from(MAX_DAMAGED));
    assert_eq!(page.desk.unwrap().city, "汐見市");
    assert!(!page.slip.qr_text().contains("青木"));
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Inbox, "back where it was opened");
    assert_eq!(list(&day).counts, (1, 0), "it was looked at");
    day.press(&[Touch::Row(0)]);
    assert_eq!(day.screen(), Screen::Trouble);
    assert!(day.drawn.is_empty());
}

#[test]
fn at_the_deadline_the_document_leaves_the_screen_and_the_vault() {
    let mut day = with_papers();
    // Whatever somebody does to the clock meanwhile.
    day.time.shift_system(-3650 * crate::testing::DAY);
    day.time.advance(HOUR * 72 - Duration::from_secs(10));
    day.input(crate::terminal::effect::Input::Tick);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Row(2), Touch::Main]);
    assert_eq!(day.screen(), Screen::Document);
    day.wait(12);
    let Page::Trouble(page) = day.view().page else {
        panic!("still there")
    };
    assert_eq!(page.code, ProblemCode::DocumentGone);
    for table in ["sealed", "sealed_chunk"] {
        assert_eq!(
            day.rows(&format!("SELECT count(*) FROM {table}")),
            0,
            "{table}"
        );
    }
    day.press(&[Touch::Back]);
    assert_ne!(day.screen(), Screen::Document);
}

#[test]
fn after_a_long_night_the_start_destroys_before_it_shows() {
    let day = with_papers();
    let (vault, time) = (day.vault, day.time);
    time.advance(HOUR * 80);
    time.reboot();
    let mut day = Day::with(vault, time);
    assert_eq!(day.rows("SELECT count(*) FROM sealed"), 0);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Row(2)]);
    assert_eq!(list(&day).counts.0, 1, "the notice");
}

#[test]
fn notices_have_their_filter_and_no_end() {
    let mut day = with_papers();
    day.press(&[Touch::Row(2), Touch::InboxFilter(InboxFilter::Notices)]);
    let page = list(&day);
    assert_eq!(page.entries.total, 1);
    assert_eq!(page.entries.rows[0].left, None);
    day.press(&[Touch::Row(0)]);
    assert_eq!(day.screen(), Screen::Notice);
    day.press(&[Touch::Main, Touch::InboxFilter(InboxFilter::Unopened)]);
    assert_eq!(list(&day).entries.total, 1);
}

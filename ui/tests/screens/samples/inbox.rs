use std::sync::Arc;
use std::time::Duration;

use firmware::terminal::screen::Screen;
use firmware::terminal::touch::InboxFilter;
use firmware::terminal::view::{
    DocumentPage, InboxId, InboxPage, InboxRow, NoticePage, Page, PageImage, Paged,
};
use protocol::exchange::{CommandId, DocumentId};

use super::card::LONG_NAME;
use super::{Sample, at, day, sample, today};

const HOUR: Duration = Duration::from_secs(60 * 60);

pub fn samples() -> Vec<Sample> {
    vec![
        sample(Screen::Inbox, "inbox", Page::Inbox(inbox())),
        sample(Screen::Inbox, "inbox_notices", Page::Inbox(notices())),
        sample(Screen::Inbox, "inbox_declined", Page::Inbox(declined())),
        sample(Screen::Inbox, "inbox_empty", Page::Inbox(empty())),
        sample(Screen::Document, "document", Page::Document(document())),
        sample(
            Screen::Document,
            "document_drawing",
            Page::Document(drawing()),
        ),
        sample(Screen::Notice, "notice", Page::Notice(notice())),
        sample(Screen::Notice, "notice_long", Page::Notice(long_notice())),
    ]
}

fn document_row(title: &str, opened: bool, size: u64, left: Duration) -> InboxRow {
    InboxRow {
        id: InboxId::Document(id()),
        title: title.to_owned(),
        declined: 0,
        important: false,
        opened,
        arrived: at(if opened { day(2026, 6, 15) } else { today() }, 9, 12),
        size,
        fetched: None,
        undelivered: false,
        left: Some(left),
    }
}

fn id() -> DocumentId {
    serde_json::from_str("\"7f0c3a52-1d5b-4c1e-9b7a-2f1f0f6f5a11\"").expect("a sample id")
}

fn notice_row(title: &str, important: bool, opened: bool) -> InboxRow {
    InboxRow {
        id: InboxId::Notice(id()),
        important,
        left: None,
        ..document_row(title, opened, 0, Duration::ZERO)
    }
}

/// A request of which people were declined; one person is named.
fn decline_row(title: &str, declined: usize, opened: bool) -> InboxRow {
    InboxRow {
        id: InboxId::Decline(CommandId::new(at(today(), 9, 1), [7; 10])),
        declined,
        left: None,
        ..document_row(title, opened, 0, Duration::ZERO)
    }
}

fn declined() -> InboxPage {
    InboxPage {
        filter: InboxFilter::Unopened,
        entries: Paged {
            rows: vec![
                decline_row("田村 ミツ", 1, false),
                decline_row("", 10, true),
                decline_row(LONG_NAME, 1, false),
            ],
            page: 0,
            pages: 1,
            total: 3,
        },
        counts: (9, 2),
    }
}

fn inbox() -> InboxPage {
    InboxPage {
        filter: InboxFilter::All,
        entries: Paged {
            rows: vec![
                document_row("青木 ハル", false, 44_000, 71 * HOUR),
                InboxRow {
                    fetched: Some(540_000),
                    ..document_row("長曽我部 龍之介宗一郎", false, 1_200_000, 53 * HOUR)
                },
                document_row("渡邉 髙子", true, 380_000, 3 * HOUR),
            ],
            page: 0,
            pages: 2,
            total: 4,
        },
        counts: (4, 2),
    }
}

fn notices() -> InboxPage {
    InboxPage {
        filter: InboxFilter::Notices,
        entries: Paged {
            rows: vec![
                notice_row("夜間の保守（8月1日）", true, false),
                notice_row(
                    "要介護認定の申請書の様式が、新しくなりました（10月から）",
                    false,
                    true,
                ),
                InboxRow {
                    undelivered: true,
                    ..document_row(LONG_NAME, false, 9_900_000, 24 * HOUR)
                },
            ],
            page: 0,
            pages: 1,
            total: 3,
        },
        counts: (128, 0),
    }
}

fn empty() -> InboxPage {
    InboxPage {
        entries: Paged {
            rows: Vec::new(),
            page: 0,
            pages: 1,
            total: 0,
        },
        counts: (0, 0),
        ..inbox()
    }
}

fn document() -> DocumentPage {
    DocumentPage {
        display_name: "0000123456_青木 ハル_20250828.pdf".to_owned(),
        image: Some(Arc::new(page_image(606, 857))),
        page: 0,
        pages: 3,
        zoom: 0,
        left: 71 * HOUR,
        printer: true,
    }
}

fn drawing() -> DocumentPage {
    DocumentPage {
        display_name: format!("0000123461_{LONG_NAME}_20250828.pdf"),
        image: None,
        page: 2,
        zoom: 3,
        left: HOUR / 3,
        printer: false,
        ..document()
    }
}

/// Lines of grey on white, as a page looks from afar.
fn page_image(width: u32, height: u32) -> PageImage {
    let shade = |x: u32, y: u32| {
        let line = y % 40 > 22 && y > 60 && y + 60 < height;
        let words = x > 60 && x + 60 + (y / 40 % 5) * 50 < width && x % 90 > 8;
        if line && words { 0x60 } else { 0xff }
    };
    PageImage {
        width,
        height,
        rgb: (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [shade(x, y); 3]))
            .collect(),
    }
}

fn notice() -> NoticePage {
    NoticePage {
        title: "夜間の保守（8月1日）".to_owned(),
        body: "8月1日(土)の 22時から翌朝7時まで、保守のため送受信を止めます。\n\
               保存したものは、7時を過ぎると自動で送ります。"
            .to_owned(),
        shown_from: at(day(2026, 6, 17), 10, 0),
        important: true,
    }
}

fn long_notice() -> NoticePage {
    NoticePage {
        title: "要介護認定の申請書の様式が、新しくなりました（10月から）".to_owned(),
        body: "申請書の様式が新しくなりました。これまでの様式も、3月までは使えます。".repeat(12),
        important: false,
        shown_from: at(day(2026, 6, 2), 16, 43),
    }
}

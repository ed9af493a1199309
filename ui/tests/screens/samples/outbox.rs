use firmware::terminal::screen::Screen;
use firmware::terminal::touch::OutboxFilter;
use firmware::terminal::view::{
    ItemKind, ItemState, OutboxItemPage, OutboxPage, OutboxRow, Page, Paged,
};
use protocol::exchange::CommandId;
use protocol::problem::ProblemCode;

use super::card::{LONG_NAME, desk};
use super::{Sample, at, day, sample, today};

pub fn samples() -> Vec<Sample> {
    let item = |screen, name, page| sample(screen, name, Page::OutboxItem(page));
    vec![
        sample(Screen::Outbox, "outbox", Page::Outbox(outbox())),
        sample(Screen::Outbox, "outbox_moving", Page::Outbox(moving())),
        sample(Screen::Outbox, "outbox_empty", Page::Outbox(empty())),
        item(Screen::OutboxItem, "outbox_item", receipted()),
        item(Screen::OutboxItem, "outbox_item_answered", answered()),
        item(Screen::OutboxHeld, "outbox_held", held()),
        item(
            Screen::OutboxHeld,
            "outbox_held_discard",
            OutboxItemPage {
                confirm_discard: true,
                ..held()
            },
        ),
        item(
            Screen::OutboxHeld,
            "outbox_held_only_call",
            OutboxItemPage {
                editable: false,
                ..held()
            },
        ),
    ]
}

fn row(n: u8, kind: ItemKind, who: Option<&str>, people: usize, state: ItemState) -> OutboxRow {
    OutboxRow {
        id: CommandId::new(at(today(), 9, n), [n; 10]),
        kind,
        who: who.map(str::to_owned),
        people,
        state,
        since: at(if n > 30 { today() } else { day(2026, 6, 17) }, 9, n),
        code: (state == ItemState::Held).then_some(ProblemCode::InputOfficeNumber),
    }
}

fn outbox() -> OutboxPage {
    OutboxPage {
        filter: OutboxFilter::All,
        items: Paged {
            rows: vec![
                row(5, ItemKind::Disclosure, None, 4, ItemState::Held),
                row(
                    43,
                    ItemKind::Progress,
                    Some("青木 ハル"),
                    1,
                    ItemState::Saved,
                ),
                row(8, ItemKind::Disclosure, None, 7, ItemState::Receipted),
            ],
            page: 0,
            pages: 3,
            total: 8,
        },
        held: 1,
    }
}

fn moving() -> OutboxPage {
    OutboxPage {
        items: Paged {
            rows: vec![
                row(44, ItemKind::Progress, Some(LONG_NAME), 1, ItemState::Sent),
                row(
                    11,
                    ItemKind::Progress,
                    Some("長曽我部 龍之介宗一郎"),
                    1,
                    ItemState::Answered,
                ),
                row(12, ItemKind::Pledge, None, 0, ItemState::Receipted),
            ],
            page: 1,
            pages: 12,
            total: 36,
        },
        held: 0,
        ..outbox()
    }
}

fn empty() -> OutboxPage {
    OutboxPage {
        items: Paged {
            rows: Vec::new(),
            page: 0,
            pages: 1,
            total: 0,
        },
        held: 0,
        ..outbox()
    }
}

fn receipted() -> OutboxItemPage {
    OutboxItemPage {
        item: row(8, ItemKind::Disclosure, None, 7, ItemState::Receipted),
        slip_number: "0617-0002".to_owned(),
        times: [
            Some(at(day(2026, 6, 17), 16, 7)),
            Some(at(day(2026, 6, 17), 16, 8)),
            Some(at(day(2026, 6, 17), 16, 8)),
            None,
        ],
        receipt_seq: Some(1842),
        editable: false,
        answer: false,
        desk: None,
        confirm_discard: false,
    }
}

fn answered() -> OutboxItemPage {
    OutboxItemPage {
        item: row(
            11,
            ItemKind::Progress,
            Some(LONG_NAME),
            1,
            ItemState::Answered,
        ),
        times: [
            at(today(), 8, 58),
            at(today(), 8, 58),
            at(today(), 8, 59),
            at(today(), 9, 11),
        ]
        .map(Some),
        answer: true,
        ..receipted()
    }
}

fn held() -> OutboxItemPage {
    OutboxItemPage {
        item: row(5, ItemKind::Disclosure, None, 4, ItemState::Held),
        slip_number: "0617-0001".to_owned(),
        times: [Some(at(day(2026, 6, 17), 9, 5)), None, None, None],
        receipt_seq: None,
        editable: true,
        desk: Some(desk()),
        ..receipted()
    }
}

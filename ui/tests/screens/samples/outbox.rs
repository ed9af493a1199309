use firmware::terminal::screen::Screen;
use firmware::terminal::touch::OutboxFilter;
use firmware::terminal::view::{
    DecisionPage, DecisionRow, ItemKind, ItemState, OutboxCounts, OutboxItemPage, OutboxPage,
    OutboxRow, Page, Paged,
};
use protocol::answer::SubjectDecision;
use protocol::exchange::CommandId;
use protocol::problem::ProblemCode;

use super::card::{LONG_NAME, desk};
use super::{Sample, at, day, sample, today};

pub fn samples() -> Vec<Sample> {
    let item = |screen, name, page| sample(screen, name, Page::OutboxItem(page));
    vec![
        sample(Screen::Outbox, "outbox", Page::Outbox(outbox())),
        sample(Screen::Outbox, "outbox_moving", Page::Outbox(moving())),
        sample(Screen::Outbox, "outbox_staff", Page::Outbox(of_staff())),
        sample(Screen::Outbox, "outbox_empty", Page::Outbox(empty())),
        item(Screen::OutboxItem, "outbox_item", receipted()),
        sample(Screen::Decision, "decision", Page::Decision(decision())),
        sample(
            Screen::Decision,
            "decision_all",
            Page::Decision(all_granted()),
        ),
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
        declined: 0,
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
        counts: OutboxCounts {
            all: 8,
            pending: 2,
            receipted: 3,
            answered: 2,
            held: 1,
        },
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
                OutboxRow {
                    declined: 1,
                    ..row(12, ItemKind::Disclosure, None, 3, ItemState::Answered)
                },
            ],
            page: 1,
            pages: 12,
            total: 36,
        },
        counts: OutboxCounts {
            all: 2_032,
            pending: 120,
            receipted: 412,
            answered: 1_500,
            held: 0,
        },
        ..outbox()
    }
}

/// The office's own staff, and the widest line of a look-up.
fn of_staff() -> OutboxPage {
    let pledge = |n, who| row(n, ItemKind::Pledge, Some(who), 1, ItemState::Receipted);
    OutboxPage {
        items: Paged {
            rows: vec![
                pledge(41, "佐藤 美咲"),
                pledge(5, "長曽我部 龍之介宗一郎"),
                OutboxRow {
                    since: at(today(), 16, 48),
                    ..row(
                        42,
                        ItemKind::Progress,
                        Some("青木 ハル"),
                        1,
                        ItemState::Answered,
                    )
                },
            ],
            page: 0,
            pages: 1,
            total: 3,
        },
        filter: OutboxFilter::All,
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
        filter: OutboxFilter::Held,
        counts: OutboxCounts {
            held: 0,
            ..outbox().counts
        },
    }
}

fn decision() -> DecisionPage {
    let person = |place, name: &str, decision| DecisionRow {
        place,
        name: name.to_owned(),
        decision,
    };
    let declined = || SubjectDecision::Declined {
        code: ProblemCode::RequestDeclined,
    };
    DecisionPage {
        people: Paged {
            rows: vec![
                person(2, "田村 ミツ", declined()),
                person(3, LONG_NAME, declined()),
                person(10, "渡邉 髙子", SubjectDecision::Pending),
            ],
            page: 0,
            pages: 4,
            total: 10,
        },
        declined: 2,
        pending: 1,
        decided_at: Some(at(today(), 9, 11)),
        slip_number: "0617-0002".to_owned(),
        desk: Some(desk()),
    }
}

fn all_granted() -> DecisionPage {
    let mut page = decision();
    page.people.rows = vec![DecisionRow {
        place: 1,
        name: "長曽我部 龍之介宗一郎".to_owned(),
        decision: SubjectDecision::Granted,
    }];
    (page.people.pages, page.people.total) = (1, 1);
    DecisionPage {
        declined: 0,
        pending: 0,
        ..page
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

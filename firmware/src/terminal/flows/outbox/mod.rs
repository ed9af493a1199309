//! F-1: how far did everything get?

mod decision;
mod item;

use protocol::exchange::CommandId;
use protocol::number::InsurerNumber;

use crate::outbox::State;
use crate::sent::{Entry, Job, Reply, SentPage};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::hours;
use crate::terminal::pager::turned;
use crate::terminal::screen::Screen;
use crate::terminal::touch::{OutboxFilter, Touch};
use crate::terminal::view::{
    DeskState, ItemState, OutboxCounts, OutboxPage, OutboxRow, Page, Paged,
};

pub use decision::DecisionFlow;
use item::ItemFlow;

/// Opens the list of what was sent.
#[must_use]
pub fn start(desk: &mut Desk) -> Box<dyn Flow> {
    // Somebody looks: the line is asked now, not at the next minute.
    desk.effect(Effect::WakeSync);
    Box::new(OutboxFlow::default())
}

/// The word for a state. What was given up or replaced is not shown in the list.
#[must_use]
pub fn item_state(state: State) -> ItemState {
    match state {
        State::Saved => ItemState::Saved,
        State::Sent => ItemState::Sent,
        State::Receipted => ItemState::Receipted,
        State::Answered => ItemState::Answered,
        State::Held | State::Discarded | State::Replaced => ItemState::Held,
    }
}

fn row(entry: &Entry) -> OutboxRow {
    OutboxRow {
        id: entry.item.id,
        kind: entry.kind,
        who: entry.who.clone(),
        people: entry.people,
        declined: entry.declined(),
        state: item_state(entry.item.state),
        since: entry.item.since(),
        code: entry.item.reason.clone(),
    }
}

/// The desk of the insurer that was asked.
fn desk_of(insurer: Option<&InsurerNumber>, desk: &Desk) -> Option<DeskState> {
    let insurer = desk.insurer(insurer?)?;
    Some(hours::state(&insurer.desk, &insurer.city, &desk.now))
}

/// F-1.
#[derive(Default)]
struct OutboxFlow {
    filter: OutboxFilter,
    list: SentPage,
    load: Waiting,
    /// The first item on hold is to be opened as soon as it is found.
    open_held: Waiting,
}

impl OutboxFlow {
    fn load(&mut self, page: usize, desk: &mut Desk) {
        let job = Job::Page {
            filter: self.filter,
            page,
            rows: desk.config.outbox_rows,
        };
        self.load.start(desk.store(job));
    }

    fn open(&self, command: CommandId) -> Next {
        Next::Open(Box::new(ItemFlow::new(command)))
    }
}

impl Flow for OutboxFlow {
    fn screen(&self, _: &Desk) -> Screen {
        Screen::Outbox
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::Outbox(OutboxPage {
            filter: self.filter,
            items: Paged {
                rows: self.list.entries.iter().map(row).collect(),
                page: self.list.page,
                pages: self.list.pages.max(1),
                total: self.list.total,
            },
            counts: OutboxCounts {
                all: desk.counts.live(),
                pending: desk.counts.pending(),
                receipted: desk.counts.of(State::Receipted),
                answered: desk.counts.of(State::Answered),
                held: desk.counts.of(State::Held),
            },
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.load(self.list.page, desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => return Next::Back,
            Touch::Main if desk.counts.of(State::Held) == 0 => return Next::Home,
            Touch::Main => {
                self.open_held.start(desk.store(Job::Page {
                    filter: OutboxFilter::Held,
                    page: 0,
                    rows: 1,
                }));
            }
            Touch::OutboxFilter(filter) => {
                self.filter = filter;
                self.load(0, desk);
            }
            Touch::OutboxItem(command) => return self.open(command),
            Touch::Row(row) => {
                if let Some(entry) = self.list.entries.get(row) {
                    return self.open(entry.item.id);
                }
            }
            touch => {
                if let Some(page) = turned(&touch, self.list.page, self.list.pages) {
                    self.load(page, desk);
                }
            }
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        if matches!(input, Input::Synced(_)) && !self.load.is_waiting() {
            self.load(self.list.page, desk);
        }
        match self.load.stored(input) {
            Some(Ok(StoreReply::Sent(Reply::Page(list)))) => self.list = list,
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        match self.open_held.stored(input) {
            Some(Ok(StoreReply::Sent(Reply::Page(list)))) => {
                if let Some(entry) = list.entries.first() {
                    return self.open(entry.item.id);
                }
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        Next::Stay
    }
}

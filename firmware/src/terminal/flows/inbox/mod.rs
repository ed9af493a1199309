//! G-1: what has arrived.

mod document;
mod notice;

use std::time::Duration;

use crate::error::Problem;
use crate::inbox::{InboxEntry, Job, Listing, Reply};
use crate::sent;
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::outbox::DecisionFlow;
use crate::terminal::pager::turned;
use crate::terminal::screen::Screen;
use crate::terminal::touch::{InboxFilter, Touch};
use crate::terminal::view::{InboxId, InboxPage, InboxRow, Page, Paged};
use crate::upkeep;

use document::DocumentFlow;
use notice::NoticeFlow;

/// Opens the list of what has arrived.
#[must_use]
pub fn start(desk: &mut Desk) -> Box<dyn Flow> {
    // Somebody looks: the line is asked now, not at the next minute.
    desk.effect(Effect::WakeSync);
    Box::new(InboxFlow::default())
}

/// What is left of a time that was read at `read_at` of the boot clock.
fn counted_down(left: Duration, read_at: Duration, desk: &Desk) -> Duration {
    left.saturating_sub(desk.now.boot.saturating_sub(read_at))
}

/// G-1.
#[derive(Default)]
struct InboxFlow {
    filter: InboxFilter,
    list: Listing,
    read_at: Duration,
    load: Waiting,
    newest: Waiting,
    /// The request of a no that was touched.
    request: Waiting,
}

impl InboxFlow {
    fn load(&mut self, page: usize, desk: &mut Desk) {
        let job = Job::Page {
            filter: self.filter,
            page,
            rows: desk.config.rows_per_page,
        };
        self.load.start(desk.store(job));
    }

    fn row(&self, entry: &InboxEntry, desk: &Desk) -> InboxRow {
        let mut row = entry.row.clone();
        row.left = row.left.map(|left| counted_down(left, self.read_at, desk));
        row
    }

    fn open(&mut self, id: InboxId, desk: &mut Desk) -> Next {
        match id {
            InboxId::Document(id) => Next::Open(Box::new(DocumentFlow::new(id))),
            InboxId::Notice(id) => Next::Open(Box::new(NoticeFlow::new(id))),
            InboxId::Decline(request) => {
                self.request.start(desk.store(sent::Job::Item(request)));
                Next::Stay
            }
        }
    }
}

impl Flow for InboxFlow {
    fn screen(&self, _: &Desk) -> Screen {
        Screen::Inbox
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::Inbox(InboxPage {
            filter: self.filter,
            entries: Paged {
                // What has ended since the list was read is not shown any more.
                rows: self
                    .list
                    .entries
                    .iter()
                    .map(|entry| self.row(entry, desk))
                    .filter(|row| row.left != Some(Duration::ZERO))
                    .collect(),
                page: self.list.page,
                pages: self.list.pages.max(1),
                total: self.list.total,
            },
            counts: self.list.counts,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.load(self.list.page, desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => return Next::Back,
            Touch::Main if self.list.counts.1 == 0 => return Next::Home,
            Touch::Main => self.newest.start(desk.store(Job::NewestUnopened)),
            Touch::InboxFilter(filter) => {
                self.filter = filter;
                self.load(0, desk);
            }
            Touch::InboxEntry(id) => {
                let entry = self.list.entries.iter().find(|entry| entry.row.id == id);
                if entry.is_some_and(|entry| entry.opens) {
                    return self.open(id, desk);
                }
            }
            Touch::Row(row) => {
                let mut shown = self
                    .list
                    .entries
                    .iter()
                    .filter(|entry| self.row(entry, desk).left != Some(Duration::ZERO));
                if let Some(id) = shown.nth(row).filter(|e| e.opens).map(|e| e.row.id) {
                    return self.open(id, desk);
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
        let minute_over = desk.now.boot.saturating_sub(self.read_at) >= upkeep::EVERY;
        let news =
            matches!(input, Input::Synced(_)) || (matches!(input, Input::Tick) && minute_over);
        if news && !self.load.is_waiting() {
            self.load(self.list.page, desk);
        }
        match self.load.stored(input) {
            Some(Ok(StoreReply::Inbox(Reply::Page(list)))) => {
                self.list = list;
                self.read_at = desk.now.boot;
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        match self.request.stored(input) {
            Some(Ok(StoreReply::Sent(sent::Reply::Item(Some(entry))))) => {
                return Next::Open(Box::new(DecisionFlow::new(*entry)));
            }
            Some(Ok(_)) => return Next::Trouble(Problem::OutboxUnknown),
            Some(Err(problem)) => return Next::Trouble(problem),
            None => {}
        }
        match self.newest.stored(input) {
            Some(Ok(StoreReply::Inbox(Reply::Newest(Some(id))))) => self.open(id, desk),
            Some(Err(problem)) => Next::Trouble(problem),
            _ => Next::Stay,
        }
    }
}

//! F-1, F-2, F-3: how far did everything get, and what stands on hold.

use protocol::command::Action;
use protocol::exchange::CommandId;

use crate::lookup::{self, Question};
use crate::outbox::State;
use crate::sent::{Entry, Job, Reply, SentPage};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::lookup::AnswerFlow;
use crate::terminal::hours;
use crate::terminal::screen::Screen;
use crate::terminal::touch::{OutboxFilter, Touch};
use crate::terminal::view::{
    DeskState, ItemKind, ItemState, OutboxItemPage, OutboxPage, OutboxRow, Page, Paged,
};

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
        state: item_state(entry.item.state),
        since: entry.item.since(),
        code: entry.item.reason.clone(),
    }
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
        let held = self.filter == OutboxFilter::Held;
        let job = Job::Page {
            held,
            page,
            rows: desk.config.rows_per_page,
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
            held: desk.counts.of(State::Held),
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.load(self.list.page, desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let pages = self.list.pages.max(1);
        match touch {
            Touch::Back => return Next::Back,
            Touch::Main if desk.counts.of(State::Held) == 0 => return Next::Home,
            Touch::Main => {
                self.open_held.start(desk.store(Job::Page {
                    held: true,
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
            Touch::NextPage => self.load((self.list.page + 1) % pages, desk),
            Touch::PrevPage => self.load((self.list.page + pages - 1) % pages, desk),
            _ => {}
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

/// F-2 and F-3.
struct ItemFlow {
    command: CommandId,
    entry: Option<Box<Entry>>,
    confirm_discard: bool,
    load: Waiting,
    discard: Waiting,
    answer: Waiting,
}

impl ItemFlow {
    fn new(command: CommandId) -> Self {
        Self {
            command,
            entry: None,
            confirm_discard: false,
            load: Waiting::default(),
            discard: Waiting::default(),
            answer: Waiting::default(),
        }
    }

    fn desk_state(&self, desk: &Desk) -> Option<DeskState> {
        let number = self.entry.as_ref()?.insurer.as_ref()?;
        let insurer = desk
            .facility
            .as_ref()?
            .insurers
            .iter()
            .find(|one| one.number == *number)?;
        Some(hours::state(&insurer.desk, &insurer.city, &desk.now))
    }

    fn is_held(&self) -> bool {
        self.entry
            .as_ref()
            .is_some_and(|entry| entry.item.state == State::Held)
    }

    fn main(&mut self, desk: &mut Desk) -> Next {
        let Some(entry) = &self.entry else {
            return Next::Back;
        };
        if entry.has_answer() {
            self.answer
                .start(desk.store(lookup::Job::Follow(self.command)));
            return Next::Stay;
        }
        if !entry.is_editable() {
            return Next::Back;
        }
        match entry.command().map(|command| command.action) {
            Some(Action::ProgressQuery(query)) => {
                let (key, purpose) = ((&query).into(), query.purpose);
                Next::Replace(super::lookup::correct(desk, self.command, &key, purpose))
            }
            Some(Action::EligibilityQuery(query)) => {
                let (key, purpose) = ((&query).into(), query.purpose);
                Next::Replace(super::lookup::correct(desk, self.command, &key, purpose))
            }
            Some(Action::DisclosureRequest(request)) => {
                Next::Replace(super::disclosure::correct(desk, self.command, request))
            }
            _ => Next::Back,
        }
    }

    fn discard(&mut self, desk: &mut Desk) {
        if !self.is_held() || self.discard.is_waiting() {
            return;
        }
        if !self.confirm_discard {
            self.confirm_discard = true;
            return;
        }
        if let Some(session) = &desk.session {
            let job = Job::Discard {
                command: self.command,
                staff: session.staff.clone(),
            };
            self.discard.start(desk.store(job));
        }
    }
}

impl Flow for ItemFlow {
    fn screen(&self, _: &Desk) -> Screen {
        if self.is_held() {
            Screen::OutboxHeld
        } else {
            Screen::OutboxItem
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        let Some(entry) = &self.entry else {
            // For the instant until the row is read.
            return Page::OutboxItem(OutboxItemPage {
                item: OutboxRow {
                    id: self.command,
                    kind: ItemKind::Progress,
                    who: None,
                    people: 1,
                    state: ItemState::Saved,
                    since: desk.now.wall,
                    code: None,
                },
                slip_number: String::new(),
                times: [None; 4],
                receipt_seq: None,
                editable: false,
                answer: false,
                desk: None,
                confirm_discard: false,
            });
        };
        let item = &entry.item;
        Page::OutboxItem(OutboxItemPage {
            item: row(entry),
            slip_number: entry.slip_number.clone(),
            times: [
                Some(item.saved_at),
                item.sent_at,
                item.receipted_at,
                item.answered_at,
            ],
            receipt_seq: item.receipt_seq,
            editable: entry.is_editable(),
            answer: entry.has_answer(),
            desk: self.desk_state(desk),
            confirm_discard: self.confirm_discard,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.load.start(desk.store(Job::Item(self.command)));
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if touch == Touch::Second {
            self.discard(desk);
            return Next::Stay;
        }
        self.confirm_discard = false;
        match touch {
            Touch::Back => Next::Back,
            Touch::Main => self.main(desk),
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        if matches!(input, Input::Synced(_)) && !self.load.is_waiting() {
            self.load.start(desk.store(Job::Item(self.command)));
        }
        match self.load.stored(input) {
            Some(Ok(StoreReply::Sent(Reply::Item(Some(entry))))) => self.entry = Some(entry),
            Some(Ok(_)) => return Next::Back,
            Some(Err(problem)) => return Next::Trouble(problem),
            None => {}
        }
        match self.discard.stored(input) {
            Some(Ok(_)) => return Next::Back,
            Some(Err(problem)) => return Next::Trouble(problem),
            None => {}
        }
        match self.answer.stored(input) {
            Some(Ok(StoreReply::LookUp(lookup::Reply::Followed(Some(followed))))) => {
                if let Some(answer) = followed.answer {
                    let question = Question {
                        subject: followed.subject,
                        purpose: followed.purpose,
                        who: followed.who,
                        born_on: None,
                    };
                    return Next::Open(Box::new(AnswerFlow::new(question, *answer)));
                }
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        Next::Stay
    }
}

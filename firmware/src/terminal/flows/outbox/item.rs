//! F-2 and F-3: one item, how far it got, and why it stands on hold.

use protocol::command::Action;
use protocol::exchange::CommandId;

use super::decision::DecisionFlow;
use super::{desk_of, row};
use crate::lookup::{self, Question};
use crate::outbox::State;
use crate::sent::{Entry, Job, Reply};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::lookup::AnswerFlow;
use crate::terminal::flows::{disclosure, lookup as look_up};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{DeskState, ItemKind, ItemState, OutboxItemPage, OutboxRow, Page};

/// F-2 and F-3.
pub struct ItemFlow {
    command: CommandId,
    entry: Option<Box<Entry>>,
    confirm_discard: bool,
    load: Waiting,
    discard: Waiting,
    answer: Waiting,
}

impl ItemFlow {
    /// Shows the item of this command.
    pub fn new(command: CommandId) -> Self {
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
        desk_of(self.entry.as_ref()?.insurer.as_ref(), desk)
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
        if entry.decisions.is_some() && entry.has_answer() {
            return Next::Open(Box::new(DecisionFlow::new(entry.as_ref().clone())));
        }
        if entry.has_answer() {
            self.answer
                .start(desk.store(lookup::Job::Follow(self.command)));
            return Next::Stay;
        }
        if !entry.is_editable() {
            return Next::Back;
        }
        let insurer = entry.insurer.clone();
        match entry.command().map(|command| command.action) {
            Some(Action::ProgressQuery(query)) => {
                let (key, purpose) = ((&query).into(), query.purpose);
                Next::Replace(look_up::correct(desk, self.command, insurer, &key, purpose))
            }
            Some(Action::EligibilityQuery(query)) => {
                let (key, purpose) = ((&query).into(), query.purpose);
                Next::Replace(look_up::correct(desk, self.command, insurer, &key, purpose))
            }
            Some(Action::DisclosureRequest(request)) => {
                Next::Replace(disclosure::correct(self.command, insurer, request))
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
                    declined: 0,
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

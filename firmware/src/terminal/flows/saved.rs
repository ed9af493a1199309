//! D-7 and E-5: it is saved, and how far it is by now.

use protocol::exchange::CommandId;

use crate::lookup::{self, Asked, Question};
use crate::outbox::State;
use crate::sent;
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::lookup::AnswerFlow;
use crate::terminal::flows::outbox::{self, item_state};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{ItemKind, Network, Page, SavedPage};

/// Something was saved.
pub struct SavedFlow {
    command: CommandId,
    slip_number: String,
    who: Option<String>,
    people: usize,
    state: State,
    /// The question, when an answer is to be shown as soon as it arrives.
    question: Option<Question>,
    follow: Waiting,
}

impl SavedFlow {
    /// A question was saved.
    #[must_use]
    pub fn look_up(asked: Asked, who: Option<String>, question: Question) -> Self {
        Self {
            command: asked.command,
            slip_number: asked.slip_number,
            who,
            people: 1,
            state: State::Saved,
            question: Some(question),
            follow: Waiting::default(),
        }
    }

    /// A request for papers was saved.
    #[must_use]
    pub fn disclosure(command: CommandId, slip_number: String, people: usize) -> Self {
        Self {
            command,
            slip_number,
            who: None,
            people,
            state: State::Saved,
            question: None,
            follow: Waiting::default(),
        }
    }

    fn ask_state(&mut self, desk: &mut Desk) {
        if self.follow.is_waiting() {
            return;
        }
        let ticket = if self.question.is_some() {
            desk.store(lookup::Job::Follow(self.command))
        } else {
            desk.store(sent::Job::Item(self.command))
        };
        self.follow.start(ticket);
    }
}

impl Flow for SavedFlow {
    fn screen(&self, _: &Desk) -> Screen {
        if self.question.is_some() {
            Screen::LookUpSaved
        } else {
            Screen::DisclosureSaved
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::Saved(SavedPage {
            what: match &self.question {
                Some(question) if question.subject.key.is_eligibility() => ItemKind::Eligibility,
                Some(_) => ItemKind::Progress,
                None => ItemKind::Disclosure,
            },
            who: self.who.clone(),
            people: self.people,
            slip_number: self.slip_number.clone(),
            state: item_state(self.state),
            online: desk.network == Network::Online,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.ask_state(desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Main => {
                desk.in_hand = None;
                Next::Home
            }
            Touch::Second => Next::Replace(outbox::start(desk)),
            Touch::Back => Next::Back,
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        if matches!(input, Input::Synced(_)) {
            self.ask_state(desk);
        }
        match self.follow.stored(input) {
            Some(Ok(StoreReply::LookUp(lookup::Reply::Followed(Some(followed))))) => {
                self.state = followed.state;
                if let (State::Answered, Some(answer), Some(question)) =
                    (followed.state, followed.answer, self.question.clone())
                {
                    return Next::Replace(Box::new(AnswerFlow::new(question, *answer)));
                }
            }
            Some(Ok(StoreReply::Sent(sent::Reply::Item(Some(item))))) => {
                self.state = item.item.state;
            }
            _ => {}
        }
        Next::Stay
    }
}

//! C-11 … C-18: what is wrong with the card, what is safe, and the way on.

use hal::board::Cue;
use hal::card::{CardJob, CardOutcome, ReaderEvent};
use protocol::help::HelpTopic;
use protocol::problem::ProblemCode;

use super::Typed;
use super::number_b::NumberBFlow;
use super::pin::CardPinFlow;
use super::prompt::{CardFlow, instead};
use crate::presence;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::doors;
use crate::terminal::flows::staff::StaffFlow;
use crate::terminal::flows::trouble::desk_for;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{CardTrouble, CardTroublePage, Page, PasscodeReason};

/// One trouble.
pub struct CardTroubleFlow {
    kind: CardTrouble,
    code: ProblemCode,
    /// What was typed, where it can be used again.
    typed: Option<Typed>,
    /// The counter, read once more before the last try is typed.
    peek: Waiting,
    allowed: bool,
}

impl CardTroubleFlow {
    pub(super) fn new(kind: CardTrouble, typed: Option<Typed>) -> Self {
        Self::with_code(kind, None, typed)
    }

    pub(super) fn with_code(
        kind: CardTrouble,
        code: Option<ProblemCode>,
        typed: Option<Typed>,
    ) -> Self {
        Self {
            code: code.unwrap_or_else(|| presence::code_of(&kind)),
            kind,
            typed,
            peek: Waiting::default(),
            allowed: false,
        }
    }

    fn again(&mut self) -> Next {
        Next::Replace(Box::new(CardFlow::again(self.typed.take())))
    }

    fn look(&mut self, desk: &mut Desk) {
        let ticket = desk.ticket();
        desk.effect(Effect::Card(ticket, CardJob::Peek));
        self.peek.start(ticket);
    }

    /// The counter is known again; somebody who may has allowed the last try.
    fn peeked(&mut self, outcome: &CardOutcome, desk: &Desk) -> Next {
        match outcome {
            CardOutcome::Peeked(peek) => {
                let tries = if desk.pin_mode {
                    peek.pin
                } else {
                    peek.number_b
                };
                if tries.is_blocked() {
                    *self = Self::new(CardTrouble::Blocked, None);
                    Next::Stay
                } else if desk.pin_mode {
                    Next::Replace(Box::new(CardPinFlow::new(tries, true)))
                } else {
                    Next::Replace(Box::new(NumberBFlow::new(tries)))
                }
            }
            CardOutcome::Failed(problem) => match presence::trouble(*problem, None) {
                Some(kind) => {
                    *self = Self::new(kind, None);
                    Next::Stay
                }
                None => Next::Replace(Box::new(CardFlow::new())),
            },
            CardOutcome::Face(_) | CardOutcome::Pin(_) => Next::Stay,
        }
    }
}

impl Flow for CardTroubleFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        match self.kind {
            CardTrouble::Torn { .. } => Screen::CardTorn,
            CardTrouble::Blocked => Screen::CardBlocked,
            CardTrouble::Expired { .. } => Screen::CardExpired,
            CardTrouble::NotGenuine => Screen::CardNotGenuine,
            CardTrouble::WrongNumber { .. } => Screen::CardWrongNumber,
            CardTrouble::ReaderMissing { .. } => Screen::ReaderMissing,
            CardTrouble::Unreadable { .. } => Screen::CardUnreadable,
            CardTrouble::LastTry => Screen::CardLastTry,
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        let topic = match self.kind {
            CardTrouble::ReaderMissing { .. } => HelpTopic::Reader,
            _ => HelpTopic::Card,
        };
        Page::CardTrouble(CardTroublePage {
            kind: self.kind.clone(),
            code: self.code.clone(),
            desk: desk_for(topic, desk),
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if self.kind == CardTrouble::LastTry
            && desk.take_approval(PasscodeReason::AllowLastTry).is_some()
        {
            self.allowed = true;
            self.look(desk);
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => {
                desk.effect(Effect::Cue(Cue::Quiet));
                Next::Back
            }
            Touch::Main => match self.kind {
                CardTrouble::Blocked | CardTrouble::Expired { .. } => instead(doors::look_up(desk)),
                CardTrouble::WrongNumber { .. } => {
                    self.typed = None;
                    self.again()
                }
                CardTrouble::LastTry if self.peek.is_waiting() => Next::Stay,
                CardTrouble::LastTry => {
                    let except = desk.session.as_ref().map(|session| session.staff.clone());
                    // An administrator at the desk confirms with their own passcode.
                    let except = except.filter(|_| !may_allow(desk));
                    Next::Open(Box::new(StaffFlow::to_approve(
                        PasscodeReason::AllowLastTry,
                        except,
                    )))
                }
                CardTrouble::Torn { .. }
                | CardTrouble::NotGenuine
                | CardTrouble::ReaderMissing { .. }
                | CardTrouble::Unreadable { .. } => self.again(),
            },
            Touch::Second => instead(doors::look_up(desk)),
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            // Plugged in again: no touch is needed.
            Input::Reader(ReaderEvent::Ready { .. })
                if matches!(self.kind, CardTrouble::ReaderMissing { .. }) =>
            {
                self.again()
            }
            Input::Card(ticket, outcome) if self.peek.take(*ticket) => self.peeked(outcome, desk),
            _ => Next::Stay,
        }
    }

    fn busy(&self) -> bool {
        self.peek.is_waiting()
    }
}

fn may_allow(desk: &Desk) -> bool {
    use crate::access::rights::{Right, may};
    desk.session
        .as_ref()
        .is_some_and(|session| may(session.role, Right::Staff))
}

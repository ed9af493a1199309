//! C-1: please place the card.

use std::time::Duration;

use hal::board::Cue;
use hal::card::{CardJob, CardOutcome, Peek, ReaderEvent};
use protocol::problem::ProblemCode;

use super::Typed;
use super::number_b::NumberBFlow;
use super::pin::CardPinFlow;
use super::reading::ReadingFlow;
use super::trouble::CardTroubleFlow;
use crate::presence;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::doors;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{CardPromptPage, CardTrouble, Page};

/// After this long without a card the hint shows.
pub const HINT: Duration = Duration::from_secs(30);

/// Waiting for the card, then for its counters.
#[derive(Default)]
pub struct CardFlow {
    since: Option<Duration>,
    /// What was typed before a torn session, to be used again.
    again: Option<Typed>,
    peek: Waiting,
}

impl CardFlow {
    /// A new check.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same check once more, after a torn session.
    pub(super) fn again(typed: Option<Typed>) -> Self {
        Self {
            again: typed,
            ..Self::new()
        }
    }

    fn look(&mut self, desk: &mut Desk) {
        let ticket = desk.ticket();
        desk.effect(Effect::Cue(Cue::CardSeen));
        desk.effect(Effect::Card(ticket, CardJob::Peek));
        self.peek.start(ticket);
    }

    fn peeked(&mut self, peek: Peek, desk: &Desk) -> Next {
        let tries = if desk.pin_mode {
            peek.pin
        } else {
            peek.number_b
        };
        if tries.is_blocked() {
            return trouble(CardTrouble::Blocked, None);
        }
        if tries.left == 1 {
            return trouble(CardTrouble::LastTry, None);
        }
        Next::Replace(match self.again.take() {
            // What is printed on the card may be presented again; a PIN is typed again.
            Some(typed @ Typed::Face { .. }) if !desk.pin_mode => {
                Box::new(ReadingFlow::new(typed, Some(tries)))
            }
            _ if desk.pin_mode => Box::new(CardPinFlow::new(tries, false)),
            _ => Box::new(NumberBFlow::new(tries)),
        })
    }

    fn reader(&mut self, event: &ReaderEvent, desk: &mut Desk) -> Next {
        match event {
            ReaderEvent::CardArrived if !self.peek.is_waiting() => {
                self.look(desk);
                Next::Stay
            }
            ReaderEvent::NoReader => trouble(CardTrouble::ReaderMissing { service: false }, None),
            ReaderEvent::WrongReader => {
                let kind = CardTrouble::ReaderMissing { service: false };
                let code = Some(ProblemCode::ReaderChoice);
                Next::Replace(Box::new(CardTroubleFlow::with_code(kind, code, None)))
            }
            ReaderEvent::ServiceDown => trouble(CardTrouble::ReaderMissing { service: true }, None),
            _ => Next::Stay,
        }
    }
}

fn trouble(kind: CardTrouble, typed: Option<Typed>) -> Next {
    Next::Replace(Box::new(CardTroubleFlow::new(kind, typed)))
}

impl Flow for CardFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::CardPrompt
    }

    fn page(&self, desk: &Desk) -> Page {
        let waited = self.since.map(|since| desk.now.boot.saturating_sub(since));
        Page::CardPrompt(CardPromptPage {
            hint: waited.is_some_and(|waited| waited >= HINT),
            pin_mode: desk.pin_mode,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.since.get_or_insert(desk.now.boot);
        // What was confirmed before belongs to the person before.
        desk.in_hand = None;
        desk.effect(Effect::Cue(Cue::AwaitingCard));
        if desk.card_present {
            self.look(desk);
            return Next::Stay;
        }
        match desk.reader.clone() {
            Some(
                event @ (ReaderEvent::NoReader
                | ReaderEvent::WrongReader
                | ReaderEvent::ServiceDown),
            ) => self.reader(&event, desk),
            _ => Next::Stay,
        }
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => {
                desk.effect(Effect::Cue(Cue::Quiet));
                Next::Back
            }
            Touch::Second => {
                desk.effect(Effect::Cue(Cue::Quiet));
                instead(doors::look_up(desk))
            }
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Reader(event) => self.reader(&event.clone(), desk),
            Input::Card(ticket, outcome) if self.peek.take(*ticket) => match outcome {
                CardOutcome::Peeked(peek) => self.peeked(*peek, desk),
                CardOutcome::Failed(problem) => match presence::trouble(*problem, None) {
                    Some(kind) => trouble(kind, self.again.take()),
                    None => Next::Stay,
                },
                CardOutcome::Face(_) | CardOutcome::Pin(_) => Next::Stay,
            },
            _ => Next::Stay,
        }
    }

    fn busy(&self) -> bool {
        self.peek.is_waiting()
    }
}

/// The other flow takes the place of the card check.
pub(super) fn instead(next: Next) -> Next {
    match next {
        Next::Open(flow) => Next::Replace(flow),
        other => other,
    }
}

//! C-5: the card's PIN, typed by the visitor. Only while somebody who may has PIN mode on.

use hal::card::Tries;

use super::Typed;
use super::reading::ReadingFlow;
use crate::terminal::desk::Desk;
use crate::terminal::flow::{Flow, Next};
use crate::terminal::flows::passcode::TypedDigits;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{CardPinPage, Page};

/// The PIN is typed.
pub struct CardPinFlow {
    typed: TypedDigits,
    tries: Tries,
    allow_last_try: bool,
}

impl CardPinFlow {
    /// Nothing typed yet; the counter has been read.
    #[must_use]
    pub fn new(tries: Tries, allow_last_try: bool) -> Self {
        Self {
            typed: TypedDigits::default(),
            tries,
            allow_last_try,
        }
    }
}

impl Flow for CardPinFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::CardPin
    }

    fn page(&self, _desk: &Desk) -> Page {
        Page::CardPin(CardPinPage {
            typed: self.typed.count(),
            tries: Some(self.tries.left),
        })
    }

    fn touch(&mut self, touch: Touch, _desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => return Next::Back,
            Touch::Main if self.typed.passcode().is_some() => {
                let typed = Typed::Pin {
                    digits: self.typed.text(),
                    allow_last_try: self.allow_last_try,
                };
                self.typed.clear();
                return Next::Replace(Box::new(ReadingFlow::new(typed, Some(self.tries))));
            }
            touch => {
                self.typed.touch(&touch);
            }
        }
        Next::Stay
    }
}

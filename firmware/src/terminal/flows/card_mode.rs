//! J-6: card check by PIN, off until somebody who may turns it on.

use crate::setup;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::Page;

/// The switch.
#[derive(Debug, Default)]
pub struct CardModeFlow {
    kept: Waiting,
    wanted: bool,
}

impl Flow for CardModeFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::CardMode
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::CardMode {
            pin_mode: desk.pin_mode,
        }
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back | Touch::Main => Next::Back,
            Touch::PinMode(on) if on != desk.pin_mode && !self.kept.is_waiting() => {
                let Some(session) = desk.session.clone() else {
                    return Next::Lock;
                };
                self.wanted = on;
                let ticket = desk.store(setup::Job::SetPinMode {
                    by: session.staff,
                    on,
                });
                self.kept.start(ticket);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Stored(ticket, result) if self.kept.take(*ticket) => match result {
                Ok(_) => {
                    desk.pin_mode = self.wanted;
                    Next::Stay
                }
                Err(problem) => Next::Trouble(problem.clone()),
            },
            _ => Next::Stay,
        }
    }
}

//! J-4: language, text size, contrast, sounds.

use crate::setup;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::Page;

/// The looks of the screen. A touch shows at once and is kept.
#[derive(Debug, Default)]
pub struct LookFlow {
    kept: Waiting,
}

/// Takes a touch that changes looks; `false` when it is another one.
pub fn change(touch: &Touch, desk: &mut Desk) -> bool {
    let look = &mut desk.look;
    match touch {
        Touch::Language(language) => look.language = *language,
        Touch::HighContrast(on) => look.high_contrast = *on,
        Touch::TextSize(size) => look.text_size = *size,
        Touch::Sounds(on) => look.sounds = *on,
        _ => return false,
    }
    true
}

impl Flow for LookFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Look
    }

    fn page(&self, _desk: &Desk) -> Page {
        Page::Look
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if matches!(touch, Touch::Back | Touch::Main) {
            return Next::Back;
        }
        if change(&touch, desk) {
            let ticket = desk.store(setup::Job::KeepLook(desk.look));
            self.kept.start(ticket);
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, _desk: &mut Desk) -> Next {
        match input {
            Input::Stored(ticket, Err(problem)) if self.kept.take(*ticket) => {
                Next::Trouble(problem.clone())
            }
            _ => Next::Stay,
        }
    }
}

//! C-5: the card's own PIN. Digits never reach the screen: only their count.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::{digit, on};
use crate::screen::Touches;
use crate::words::Words;
use crate::{CardPinPage, Kiosk};

/// Tries from which on the count is said loudly.
const FEW_TRIES: u8 = 2;

/// Fills the page.
pub fn show(page: view::CardPinPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<CardPinPage>();
    global.set_typed(i32::try_from(page.typed).unwrap_or(0));
    let few = page.tries.is_some_and(|left| left <= FEW_TRIES);
    global.set_warn(few);
    global.set_tries(match page.tries {
        None => words.say("cardpin-tries-unknown").into(),
        Some(left) => words
            .say_with(
                if few {
                    "cardpin-tries-few"
                } else {
                    "cardpin-tries"
                },
                &[("left", left.into())],
            )
            .into(),
    });
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<CardPinPage>();
    global.on_digit(digit(touches));
    global.on_erase(on(touches, Touch::Backspace));
    global.on_clear(on(touches, Touch::ClearAll));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
}

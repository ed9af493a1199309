//! D-1: 被保険者番号.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use protocol::number::InsuredNumber;
use slint::ComponentHandle;

use super::{note, on};
use crate::screen::Touches;
use crate::words::Words;
use crate::{InsuredNumberPage, Kiosk, rows};

/// The key of みなし2号 numbers.
const LETTER: &str = "H";

/// Fills the page.
pub fn show(page: &view::InsuredNumberPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<InsuredNumberPage>();
    let digits = page.typed.chars().map(String::from);
    global.set_digits(rows::texts(global.get_digits(), digits));
    global.set_letter_h(page.h_key && page.typed.is_empty());
    global.set_name(
        page.name
            .as_deref()
            .map(|name| words.say_with("insured-about", &[("name", name.into())]))
            .unwrap_or_default()
            .into(),
    );
    global.set_note(note(page.note.as_ref(), words).into());
    global.set_clients(page.clients);
    global.set_complete(page.note.is_none() && page.typed.chars().count() == InsuredNumber::LENGTH);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<InsuredNumberPage>();
    let (send, typed) = (touches.clone(), super::digit(touches));
    global.on_digit(move |key| {
        if key == LETTER {
            send(Touch::LetterH);
        } else {
            typed(key);
        }
    });
    global.on_erase(on(touches, Touch::Backspace));
    global.on_clear(on(touches, Touch::ClearAll));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
    global.on_from_list(on(touches, Touch::Second));
    global.on_from_card(on(touches, Touch::Third));
}

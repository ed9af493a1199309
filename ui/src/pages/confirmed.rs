//! C-6: the person is confirmed. What next?

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::{on, visitor};
use crate::screen::Touches;
use crate::words::Words;
use crate::{ConfirmedPage, Kiosk, names, say};

/// Fills the page.
pub fn show(page: &view::ConfirmedPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<ConfirmedPage>();
    let name = names::fit_within(&page.name, 14);
    global.set_name(visitor(&name.text, words).into());
    global.set_name_small(name.small);
    let born = say::date(page.born_on, words);
    global.set_born(
        words
            .say_with("confirmed-born", &[("born", born.into())])
            .into(),
    );
    global.set_insured(
        match &page.insured {
            // A name of two lines leaves no room to say that there is nothing to say.
            None if name.two_lines => String::new(),
            None => words.say("confirmed-insured-unknown"),
            Some(number) => {
                words.say_with("confirmed-insured", &[("number", number.as_str().into())])
            }
        }
        .into(),
    );
    global.set_draft(page.draft);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<ConfirmedPage>();
    global.on_look_up(on(touches, Touch::Main));
    global.on_add_to_request(on(touches, Touch::Second));
    global.on_eligibility(on(touches, Touch::Third));
    global.on_finish(on(touches, Touch::Back));
}

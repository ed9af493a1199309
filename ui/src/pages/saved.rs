//! D-7 and E-5: saved, and how far it is by now.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, ItemKind, ItemState};
use slint::ComponentHandle;

use super::{item, on};
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, SavedPage};

/// Fills the page.
pub fn show(page: &view::SavedPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<SavedPage>();
    let (title, text) = match (page.state, page.online) {
        (ItemState::Saved, false) => ("saved-title", "saved-auto"),
        (ItemState::Saved, true) => ("saved-sending", "saved-soon"),
        (ItemState::Sent, _) => ("saved-sent", "saved-sent-text"),
        (ItemState::Receipted, _)
            if matches!(page.what, ItemKind::Progress | ItemKind::Eligibility) =>
        {
            ("saved-receipted", "saved-receipted-progress")
        }
        (ItemState::Receipted, _) => ("saved-receipted", "saved-receipted-text"),
        (ItemState::Answered, _) => ("saved-answered", "saved-answered-text"),
        (ItemState::Held, _) => ("saved-held", "saved-held-text"),
    };
    global.set_title(words.say(title).into());
    global.set_text(words.say(text).into());
    global.set_icon(item::state_icon(page.state).into());
    global.set_held(page.state == ItemState::Held);
    global.set_reached(item::reached(page.state).max(1));
    global.set_what(item::title(page.what, page.who.as_deref(), page.people, words).into());
    global.set_slip(
        words
            .say_with(
                "saved-slip",
                &[("number", page.slip_number.as_str().into())],
            )
            .into(),
    );
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<SavedPage>();
    global.on_outbox(on(touches, Touch::Second));
    global.on_home(on(touches, Touch::Main));
}

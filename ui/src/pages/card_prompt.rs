//! C-1: please place the card.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::on;
use crate::screen::Touches;
use crate::{CardPromptPage, Kiosk};

/// Fills the page.
pub fn show(page: view::CardPromptPage, ui: &Kiosk) {
    let global = ui.global::<CardPromptPage>();
    global.set_hint(page.hint);
    global.set_pin_mode(page.pin_mode);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<CardPromptPage>();
    global.on_back(on(touches, Touch::Back));
    global.on_no_card(on(touches, Touch::Second));
}

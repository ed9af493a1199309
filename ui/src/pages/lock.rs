//! the shutter.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, LockPage, say};

/// Fills the page.
pub fn show(strip: &view::Strip, ui: &Kiosk, words: &Words) {
    let date = strip
        .clock
        .map(|(date, ..)| say::full_date(date, words))
        .unwrap_or_default();
    ui.global::<LockPage>().set_date(date.into());
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<LockPage>();
    let send = touches.clone();
    global.on_start(move || send(Touch::Main));
    let send = touches.clone();
    global.on_help(move || send(Touch::Help));
}

//! C-3: the card is being read.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::on;
use crate::screen::Touches;
use crate::{Kiosk, ReadingPage};

/// Fills the page.
pub fn show(page: view::ReadingPage, ui: &Kiosk) {
    let global = ui.global::<ReadingPage>();
    global.set_done(i32::try_from(page.done).unwrap_or(0));
    global.set_cancelling(page.cancelling);
}

/// Turns its button into a touch.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    ui.global::<ReadingPage>()
        .on_cancel(on(touches, Touch::Back));
}

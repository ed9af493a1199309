//! the yearly pledge.

use firmware::terminal::touch::Touch;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, PledgePage};

/// Fills the page.
pub fn show(staff: Option<&str>, ui: &Kiosk, words: &Words) {
    ui.global::<PledgePage>().set_staff(
        staff
            .map(|name| words.say_with("person-staff", &[("name", name.into())]))
            .unwrap_or_default()
            .into(),
    );
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<PledgePage>();
    let send = touches.clone();
    global.on_pledge(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

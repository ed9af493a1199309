//! D-11: by number, by dates, or from the office's list?

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::{on, visitor};
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, LookUpKindPage, names};

/// Fills the page.
pub fn show(page: &view::LookUpKindPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<LookUpKindPage>();
    let name = page.name.as_deref().map(|name| names::fit_within(name, 12));
    global.set_long(name.as_ref().is_some_and(|name| name.two_lines));
    global.set_name(
        name.map(|name| visitor(&name.text, words))
            .unwrap_or_default()
            .into(),
    );
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<LookUpKindPage>();
    global.on_by_number(on(touches, Touch::Main));
    global.on_by_dates(on(touches, Touch::Second));
    global.on_from_list(on(touches, Touch::Third));
    global.on_eligibility(on(touches, Touch::Row(0)));
    global.on_back(on(touches, Touch::Back));
}

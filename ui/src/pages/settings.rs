//! B-2: settings.

use firmware::terminal::screen::Screen;
use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, SettingsPage, SettingsRow, pages, rows};

/// Fills the page.
pub fn show(page: &view::SettingsPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<SettingsPage>();
    let shown = page
        .rows
        .iter()
        .map(|screen| {
            let (key, icon) = name(*screen);
            SettingsRow {
                text: words.say(key).into(),
                icon: icon.into(),
            }
        })
        .collect();
    global.set_rows(rows::keep(global.get_rows(), shown));
}

fn name(screen: Screen) -> (&'static str, &'static str) {
    match screen {
        Screen::Diagnostics => ("settings-diagnostics", "test"),
        Screen::Parts => ("settings-parts", "gear"),
        Screen::StaffAdmin => ("settings-staff", "people"),
        Screen::Look => ("settings-look", "contrast"),
        Screen::Profile => ("settings-profile", "document"),
        Screen::CardMode => ("settings-card", "card"),
        _ => ("act-help", "help"),
    }
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<SettingsPage>();
    let send = touches.clone();
    global.on_chosen(move |place| send(Touch::Row(pages::place(place))));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

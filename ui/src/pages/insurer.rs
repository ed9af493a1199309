//! D-15: which municipality?

use firmware::terminal::touch::Touch;
use firmware::terminal::view::InsurerChoicePage;
use slint::ComponentHandle;

use super::{on, pager, place, turn, visitor};
use crate::screen::Touches;
use crate::words::Words;
use crate::{InsurerLine, InsurerPage, Kiosk, names, rows};

/// Characters of a name that fit on one line.
const ONE_LINE: usize = 12;

/// Fills the page.
pub fn show(page: &InsurerChoicePage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<InsurerPage>();
    let lines = page
        .insurers
        .rows
        .iter()
        .map(|row| InsurerLine {
            city: row.city.as_str().into(),
            desk: row.desk.as_str().into(),
            chosen: row.chosen,
        })
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    let name = page.who.as_deref().map(|who| {
        let name = names::fit_within(who, ONE_LINE);
        visitor(&name.text, words)
    });
    global.set_name(name.unwrap_or_default().into());
    let (now, pages) = pager(&page.insurers);
    global.set_page(now);
    global.set_pages(pages);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<InsurerPage>();
    let send = touches.clone();
    global.on_chosen(move |row| send(Touch::Row(place(row))));
    global.on_turn(turn(ui, touches, |ui| {
        ui.global::<InsurerPage>().get_page()
    }));
    global.on_back(on(touches, Touch::Back));
}

//! D-10: a person from the office's own list.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{ClientRow, Paged};
use slint::ComponentHandle;

use super::{on, pager, place, turn, visitor};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{ClientLine, ClientListPage, Kiosk, names, rows, say};

/// Fills the page.
pub fn show(page: &Paged<ClientRow>, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<ClientListPage>();
    let lines = page
        .rows
        .iter()
        .map(|row| line(row, layout, words))
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    global.set_count(
        words
            .say_with("clients-count", &[("count", page.total.into())])
            .into(),
    );
    let (now, pages) = pager(page);
    global.set_page(now);
    global.set_pages(pages);
}

fn line(row: &ClientRow, layout: Layout, words: &Words) -> ClientLine {
    let born = say::date(row.born_on, words);
    let one_line = if layout == Layout::Portable { 13 } else { 22 };
    let name = names::fit_within(&row.name, one_line);
    ClientLine {
        name: visitor(&name.text, words).into(),
        small: name.small,
        born: words
            .say_with("clients-born", &[("born", born.into())])
            .into(),
        number: row.insured.clone().unwrap_or_default().into(),
        age: row
            .answer_age
            .map(|age| say::age(age, words))
            .unwrap_or_default()
            .into(),
    }
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<ClientListPage>();
    let send = touches.clone();
    global.on_chosen(move |row| send(Touch::Row(place(row))));
    global.on_turn(turn(ui, touches, |ui| {
        ui.global::<ClientListPage>().get_page()
    }));
    global.on_back(on(touches, Touch::Back));
}

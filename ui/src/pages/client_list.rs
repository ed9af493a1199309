//! D-10: a person from the office's own list, to work on or to take out.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{ClientListMode, ClientListPage as List, ClientRow};
use slint::ComponentHandle;

use super::{on, pager, place, turn, visitor};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{ClientLine, ClientListPage, Kiosk, names, rows, say};

/// Fills the page.
pub fn show(page: &List, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<ClientListPage>();
    let entries = &page.entries;
    let lines = entries
        .rows
        .iter()
        .map(|row| line(row, layout, words))
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    global.set_count(
        words
            .say_with("clients-count", &[("count", entries.total.into())])
            .into(),
    );
    let (now, pages) = pager(entries);
    global.set_page(now);
    global.set_pages(pages);
    global.set_removing(page.mode != ClientListMode::Choose);
    let sure = match &page.mode {
        ClientListMode::ConfirmRemoval(row) => Some(row),
        _ => None,
    };
    global.set_confirming(sure.is_some());
    if let Some(row) = sure {
        global.set_sure(
            words
                .say_with("clients-remove-who", &[("name", row.name.as_str().into())])
                .into(),
        );
        let born = say::date(row.born_on, words);
        let born = words.say_with("clients-born", &[("born", born.into())]);
        let number = row.insured.as_deref().unwrap_or_default();
        global.set_sure_sub(format!("{born}　{number}").into());
    }
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
    let (send, here) = (touches.clone(), ui.as_weak());
    global.on_remove(move || {
        let confirming = here
            .upgrade()
            .is_some_and(|ui| ui.global::<ClientListPage>().get_confirming());
        send(if confirming {
            Touch::Main
        } else {
            Touch::Second
        });
    });
    global.on_turn(turn(ui, touches, |ui| {
        ui.global::<ClientListPage>().get_page()
    }));
    global.on_back(on(touches, Touch::Back));
}

//! who are you?

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, StaffChoicePage, StaffTile, names, pages, rows, say};

/// Fills the page.
pub fn show(page: &view::Paged<view::StaffTile>, ui: &Kiosk, words: &Words) {
    let global = ui.global::<StaffChoicePage>();
    let tiles = page.rows.iter().map(|person| tile(person, words)).collect();
    global.set_tiles(rows::keep(global.get_tiles(), tiles));
    let (page_now, pages) = pages::pager(page);
    global.set_page(page_now);
    global.set_pages(pages);
    global.set_empty(match page.total {
        0 => words.say("staff-nobody").into(),
        _ => slint::SharedString::new(),
    });
}

fn tile(person: &view::StaffTile, words: &Words) -> StaffTile {
    let name = names::fit(&person.name);
    let role = if person.locked_out {
        words.say("staff-paused")
    } else if name.two_lines {
        // The role gives way to the name.
        String::new()
    } else {
        say::role(person.role, words)
    };
    StaffTile {
        name: name.text.into(),
        small: name.small,
        initial: names::initial(&person.name).into(),
        role: role.into(),
    }
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<StaffChoicePage>();
    let send = touches.clone();
    global.on_chosen(move |place| send(Touch::Row(pages::place(place))));
    global.on_turned(pages::turn(ui, touches, |ui| {
        ui.global::<StaffChoicePage>().get_page()
    }));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
    let send = touches.clone();
    global.on_help(move || send(Touch::Help));
}

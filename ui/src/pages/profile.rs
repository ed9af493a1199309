//! J-5: the office's profile. It is longer than a page; turning its pages changes nothing, so
//! the adapter does that by itself.

use firmware::terminal::screen::Screen;
use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::{ComponentHandle, Model};

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, ProfileLine, ProfilePage, pages, rows};

/// Lines on one page.
const LINES: usize = 4;

/// Fills the page. `again` says that the same page was shown before, so its place is kept.
pub fn show(page: &view::ProfilePage, screen: Screen, again: bool, ui: &Kiosk, words: &Words) {
    let global = ui.global::<ProfilePage>();
    let profile = &page.profile;
    let lines = [
        ("profile-corporation", profile.corporation.clone(), false),
        (
            "profile-office",
            profile.office.to_string(),
            page.office_warning,
        ),
        ("profile-name", profile.name.clone(), false),
        ("profile-short-name", profile.short_name.clone(), false),
        ("profile-address", profile.address.clone(), false),
        ("profile-phone", profile.phone.to_string(), false),
        ("profile-email", profile.email.to_string(), false),
        ("profile-applicant", profile.applicant.to_string(), false),
    ]
    .map(|(key, value, warning)| ProfileLine {
        title: words.say(key).into(),
        value: value.into(),
        warning,
    });
    let pages = lines.len().div_ceil(LINES);
    global.set_all(rows::keep(global.get_all(), lines.to_vec()));
    global.set_pages(i32::try_from(pages).unwrap_or(1));
    global.set_editable(page.editable);
    let setup = screen != Screen::Profile;
    global.set_main(
        words
            .say(if setup { "profile-good" } else { "act-close" })
            .into(),
    );
    turn(ui, if again { global.get_page() } else { 1 });
}

fn turn(ui: &Kiosk, page: i32) {
    let global = ui.global::<ProfilePage>();
    let first = pages::place(page - 1) * LINES;
    let all = global.get_all();
    let lines = (first..first + LINES)
        .filter_map(|place| all.row_data(place))
        .collect();
    global.set_lines(rows::keep(global.get_lines(), lines));
    global.set_page(page);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<ProfilePage>();
    let weak = ui.as_weak();
    let send = touches.clone();
    global.on_field(move |place| {
        let Some(ui) = weak.upgrade() else { return };
        let page = pages::place(ui.global::<ProfilePage>().get_page() - 1);
        send(Touch::Field(page * LINES + pages::place(place)));
    });
    let weak = ui.as_weak();
    let send = touches.clone();
    global.on_turned(move |page| {
        if let Some(ui) = weak.upgrade() {
            turn(&ui, page);
            send(Touch::Awake);
        }
    });
    let send = touches.clone();
    global.on_close(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

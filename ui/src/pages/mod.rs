//! One adapter a page: `show` puts a view's page into the properties of its Slint global,
//! `connect` turns the page's callbacks into touches.

pub mod home;
pub mod strip;

use firmware::terminal::view::{Page, View};

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, PageName};

/// Connects the callbacks of every page.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    home::connect(ui, touches);
}

/// Shows a view: the strip, and the page that it holds.
pub fn show(view: &View, ui: &Kiosk, words: &Words) {
    strip::show(view, ui, words);
    let name = match &view.page {
        Page::Home(page) => {
            home::show(page, view.staff.as_deref(), ui, words);
            PageName::Home
        }
        _ => PageName::Home,
    };
    ui.set_page(name);
}

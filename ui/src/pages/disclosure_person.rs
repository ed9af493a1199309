//! E-2: one person of a request.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::{on, place};
use crate::screen::Touches;
use crate::words::Words;
use crate::{DisclosurePersonPage, Kiosk, names, rows, say};

/// Fields that a touch names, in the order of the page.
const FILED: usize = 4;
const NOT_FILED: usize = 5;
const CONTRACT: usize = 6;

/// Characters of a name that fit on one line of the field.
const NAME_FITS: usize = 13;

/// Fills the page.
pub fn show(page: &view::DisclosurePersonPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<DisclosurePersonPage>();
    global.set_title(
        words
            .say_with("person-title", &[("place", page.place.into())])
            .into(),
    );
    let name = page
        .name
        .as_deref()
        .map(|name| names::fit_within(name, NAME_FITS));
    global.set_name_long(name.as_ref().is_some_and(|name| name.two_lines));
    let date = |day: Option<_>| day.map(|day| say::date(day, words)).unwrap_or_default();
    let facts = [
        name.map(|name| name.text).unwrap_or_default(),
        page.insured.clone().unwrap_or_default(),
        date(page.born_on),
        date(page.certified_on),
    ];
    global.set_facts(rows::texts(global.get_facts(), facts));
    global.set_filed(match page.filed {
        None => 0,
        Some(true) => 1,
        Some(false) => 2,
    });
    global.set_contract(page.contract);
    global.set_complete(page.complete);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<DisclosurePersonPage>();
    let send = touches.clone();
    global.on_fact_chosen(move |fact| send(Touch::Field(place(fact))));
    let send = touches.clone();
    global.on_filed_chosen(move |filed| {
        send(Touch::Field(if filed { FILED } else { NOT_FILED }));
    });
    global.on_attach(on(touches, Touch::Field(CONTRACT)));
    global.on_remove(on(touches, Touch::Second));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
}

//! E-4: check and send.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::{on, pager, turn};
use crate::screen::Touches;
use crate::words::Words;
use crate::{DisclosureReviewPage, Kiosk, names, rows};

/// Characters of a name that fit on one line.
const NAME_FITS: usize = 10;

/// Fills the page.
pub fn show(page: &view::DisclosureReviewPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<DisclosureReviewPage>();
    let people = &page.people;
    let places = people.rows.iter().map(|row| row.place.to_string());
    global.set_places(rows::texts(global.get_places(), places));
    let shown = people
        .rows
        .iter()
        .map(|row| names::fit_within(row.name.as_deref().unwrap_or_default(), NAME_FITS).text);
    global.set_names(rows::texts(global.get_names(), shown));
    global.set_count(
        words
            .say_with("disclosure-count", &[("count", people.total.into())])
            .into(),
    );
    global.set_applicant(page.applicant.as_str().into());
    global.set_office(page.office.as_str().into());
    global.set_office_warning(page.office_warning);
    global.set_scan(page.qualification_scan);
    global.set_receiver(format!("{} {}", page.city, page.desk).trim().into());
    let (now, pages) = pager(people);
    global.set_page(now);
    global.set_pages(pages);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<DisclosureReviewPage>();
    global.on_attach_scan(on(touches, Touch::Second));
    global.on_turn(turn(ui, touches, |ui| {
        ui.global::<DisclosureReviewPage>().get_page()
    }));
    global.on_back(on(touches, Touch::Back));
    global.on_send(on(touches, Touch::Main));
}

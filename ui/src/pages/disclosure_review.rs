//! E-4: check and send.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, Licence, LicenceState};
use slint::ComponentHandle;

use super::{on, pager, qualification, turn};
use crate::screen::Touches;
use crate::words::Words;
use crate::{DisclosureReviewPage, Kiosk, Tone, names, rows, say};

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
    let facts = people.rows.iter().map(|row| {
        let plan = words.say(if row.filed {
            "review-filed"
        } else {
            "review-contract"
        });
        format!("{}　{plan}", row.insured.as_deref().unwrap_or_default())
    });
    global.set_facts(rows::texts(global.get_facts(), facts));
    global.set_count(
        words
            .say_with("disclosure-count", &[("count", people.total.into())])
            .into(),
    );
    global.set_applicant(page.applicant.as_str().into());
    let held = page.held.map(|held| qualification::word(held, words));
    global.set_held(held.unwrap_or_default().into());
    global.set_office(page.office.as_str().into());
    global.set_office_warning(page.office_warning);
    let (licence, tone, icon) = licence(page.licence, words);
    global.set_licence(licence.into());
    global.set_licence_tone(tone);
    global.set_licence_icon(icon.into());
    global.set_receiver(format!("{} {}", page.city, page.desk).trim().into());
    let (now, pages) = pager(people);
    global.set_page(now);
    global.set_pages(pages);
}

/// What the button says about the licence: whether it is there, and its last day.
fn licence(licence: Option<Licence>, words: &Words) -> (String, Tone, &'static str) {
    let Some(licence) = licence else {
        return (words.say("review-scan"), Tone::None, "clip");
    };
    let (key, tone, icon) = match licence.state {
        LicenceState::Good => ("review-scan-there", Tone::Ok, "check"),
        LicenceState::Unjudged => ("review-scan-there", Tone::None, "clock"),
        LicenceState::Soon => ("review-scan-soon", Tone::Attn, "warn"),
        LicenceState::Over => ("review-scan-over", Tone::Danger, "stop"),
    };
    let said = words.say(key);
    let text = match licence.expires_on {
        None => said,
        Some(day) => {
            let until = say::date(day, words);
            let until = words.say_with("review-scan-until", &[("date", until.into())]);
            format!("{said}\n{until}")
        }
    };
    (text, tone, icon)
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<DisclosureReviewPage>();
    global.on_attach_scan(on(touches, Touch::Second));
    global.on_choose_held(on(touches, Touch::Third));
    global.on_turn(turn(ui, touches, |ui| {
        ui.global::<DisclosureReviewPage>().get_page()
    }));
    global.on_back(on(touches, Touch::Back));
    global.on_send(on(touches, Touch::Main));
}

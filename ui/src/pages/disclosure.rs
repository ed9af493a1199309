//! E-1: whose papers? Ten places.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, DisclosureNext, DisclosureRow, Missing};
use slint::ComponentHandle;

use super::{on, pager, place, turn};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{DisclosurePage, Kiosk, PlaceRow, names, rows};

/// A place of the page: filled, lacking something, the next free one, or free.
const FILLED: i32 = 0;
const LACKING: i32 = 1;
const NEXT: i32 = 2;
const FREE: i32 = 3;

/// Characters of a name that fit beside the number of its place.
const NAME_FITS: usize = 10;

/// Fills the page.
pub fn show(page: &view::DisclosurePage, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<DisclosurePage>();
    let people = &page.people;
    // Places are filled from the first on.
    let next_free = people.total + 1;
    let lines = people
        .rows
        .iter()
        .map(|row| line(row, row.place == next_free, words))
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    global.set_count(
        words
            .say_with("disclosure-count", &[("count", people.total.into())])
            .into(),
    );
    global.set_limit(words.say("disclosure-limit").into());
    global.set_offer_second(page.offer_second);
    let (now, pages) = pager(people);
    global.set_page(now);
    global.set_pages(pages);
    let (main, short, icon) = match page.next {
        DisclosureNext::AddPerson => ("disclosure-main-add", "disclosure-main-add-short", "plus"),
        DisclosureNext::AttachContract => (
            "disclosure-main-contract",
            "disclosure-main-contract-short",
            "camera",
        ),
        DisclosureNext::Complete => (
            "disclosure-main-complete",
            "disclosure-main-complete-short",
            "pen",
        ),
        DisclosureNext::Review => (
            "disclosure-main-review",
            "disclosure-main-review-short",
            "check",
        ),
    };
    global.set_main(
        words
            .say(if layout == Layout::Portable {
                short
            } else {
                main
            })
            .into(),
    );
    global.set_main_icon(icon.into());
}

fn line(row: &DisclosureRow, next: bool, words: &Words) -> PlaceRow {
    let fitted = row
        .name
        .as_deref()
        .map(|name| names::fit_within(name, NAME_FITS));
    let state = match (row.missing, row.filed) {
        _ if row.name.is_none() => None,
        (Some(Missing::Facts), _) => Some("disclosure-missing-facts"),
        (Some(Missing::PlanNotice), _) => Some("disclosure-missing-plan"),
        (Some(Missing::Contract), _) => Some("disclosure-missing-contract"),
        (None, true) => Some("disclosure-filed"),
        (None, false) => Some("disclosure-contract-there"),
    };
    PlaceRow {
        place: row.place.to_string().into(),
        small: fitted.as_ref().is_some_and(|name| name.small),
        // Two lines of a name leave no room for the state: its icon and colour stay.
        two_lines: fitted.as_ref().is_some_and(|name| name.two_lines),
        name: fitted.map(|name| name.text).unwrap_or_default().into(),
        state: state.map(|key| words.say(key)).unwrap_or_default().into(),
        kind: match (row.name.is_some(), row.missing.is_some()) {
            (true, false) => FILLED,
            (true, true) => LACKING,
            (false, _) if next => NEXT,
            (false, _) => FREE,
        },
    }
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<DisclosurePage>();
    let send = touches.clone();
    global.on_chosen(move |row| send(Touch::Row(place(row))));
    global.on_turn(turn(ui, touches, |ui| {
        ui.global::<DisclosurePage>().get_page()
    }));
    global.on_back(on(touches, Touch::Back));
    global.on_later(on(touches, Touch::Second));
    global.on_forward(on(touches, Touch::Main));
}

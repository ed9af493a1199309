//! C-2: 照合番号B in three groups. It stands on the card's front, so it is shown in clear.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use super::{digit, on, place};
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, NumberBPage, rows};

/// Digits of the groups: birth date, expiry year, security code.
const PLACES: [usize; 3] = [6, 4, 4];

/// Tries from which on the count is said loudly.
const FEW_TRIES: u8 = 2;

/// Fills the page.
pub fn show(page: &view::NumberBPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<NumberBPage>();
    let group = page.group.min(PLACES.len() - 1);
    global.set_group(i32::try_from(group).unwrap_or(0));
    let done = |place: usize| place != group && page.groups[place].len() == PLACES[place];
    let states = (0..PLACES.len()).map(|place| {
        if done(place) {
            spaced(&page.groups[place])
        } else {
            words.say(if place == group {
                "numberb-typing"
            } else {
                "numberb-later"
            })
        }
    });
    global.set_states(rows::texts(global.get_states(), states));
    global.set_done(rows::keep(
        global.get_done(),
        (0..PLACES.len()).map(done).collect(),
    ));
    let digits = page.groups[group].chars().map(String::from);
    global.set_digits(rows::texts(global.get_digits(), digits));
    global.set_places(i32::try_from(PLACES[group]).unwrap_or(0));
    global.set_where(
        words
            .say(
                [
                    "numberb-where-birth",
                    "numberb-where-year",
                    "numberb-where-code",
                ][group],
            )
            .into(),
    );
    global.set_tries(tries(page, group, words).into());
    global.set_warn(page.impossible || page.tries.is_some_and(|left| left <= FEW_TRIES));
    global.set_complete(page.complete);
}

fn tries(page: &view::NumberBPage, group: usize, words: &Words) -> String {
    let say = |key, left: u8| words.say_with(key, &[("left", left.into())]);
    match page.tries {
        _ if page.impossible && group == 1 => words.say("numberb-impossible-year"),
        _ if page.impossible => words.say("numberb-impossible"),
        Some(left) if left <= FEW_TRIES => say("numberb-tries-few", left),
        Some(left) => say("numberb-tries", left),
        None => words.say("numberb-tries-unknown"),
    }
}

/// 080314 as 08 03 14; other groups as they are.
fn spaced(group: &str) -> String {
    if group.len() != PLACES[0] || !group.is_ascii() {
        return group.to_owned();
    }
    format!("{} {} {}", &group[..2], &group[2..4], &group[4..])
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<NumberBPage>();
    global.on_digit(digit(touches));
    global.on_erase(on(touches, Touch::Backspace));
    global.on_clear(on(touches, Touch::ClearAll));
    let send = touches.clone();
    global.on_group_chosen(move |group| send(Touch::Field(place(group))));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
}

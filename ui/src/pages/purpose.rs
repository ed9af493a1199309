//! D-4: why is it asked?

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use protocol::person::Purpose;
use slint::ComponentHandle;

use super::{on, place, visitor};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, PurposePage, say};

/// In the order of the page.
const PURPOSES: [Purpose; 4] = [
    Purpose::CarePlan,
    Purpose::Coordination,
    Purpose::Renewal,
    Purpose::ClientAsked,
];

/// Fills the page.
pub fn show(page: &view::PurposePage, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<PurposePage>();
    let chosen = PURPOSES
        .iter()
        .position(|purpose| Some(*purpose) == page.chosen);
    global.set_chosen(
        chosen
            .and_then(|place| i32::try_from(place).ok())
            .unwrap_or(-1),
    );
    let born = page
        .born_on
        .map(|day| words.say_with("purpose-born", &[("born", say::date(day, words).into())]));
    let name = page.name.as_deref().map(|name| visitor(name, words));
    let about: Vec<String> = name
        .into_iter()
        .chain(page.insured.clone())
        .chain(born)
        .collect();
    global.set_about(about.join("　").into());
    let applied = page
        .applied_on
        .map(|day| words.say_with("purpose-applied", &[("date", say::date(day, words).into())]));
    let desk = format!("{} {}", page.city, page.desk);
    let to = words.say_with("purpose-to", &[("desk", desk.trim().into())]);
    let what = page.eligibility.then(|| words.say("purpose-eligibility"));
    let sent: Vec<String> = what.into_iter().chain(applied).chain([to]).collect();
    global.set_sent(
        sent.join(if layout == Layout::Portable {
            "\n"
        } else {
            "　"
        })
        .into(),
    );
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<PurposePage>();
    let send = touches.clone();
    global.on_choose(move |chosen| {
        if let Some(purpose) = PURPOSES.get(place(chosen)) {
            send(Touch::Purpose(*purpose));
        }
    });
    global.on_back(on(touches, Touch::Back));
    global.on_ask(on(touches, Touch::Main));
}

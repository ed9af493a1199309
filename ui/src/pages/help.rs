//! H-1 and H-2: help by problem.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, DeskState, Open};
use protocol::help::HelpTopic;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{DeskCard, HelpPage, HelpTopicPage, Kiosk, pages, rows, say};

/// What fits on the last line of a desk's card on the small screens, beside icon and margins.
const LINE_COLUMNS: usize = 26;

/// Desks that fit beside the topics.
const DESKS: usize = 2;

/// Fills H-1.
pub fn show(page: &view::HelpPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<HelpPage>();
    let topics = page.topics.rows.iter().map(|topic| words.say(key(*topic)));
    global.set_topics(rows::texts(global.get_topics(), topics));
    let (now, pages) = pages::pager(&page.topics);
    global.set_page(now);
    global.set_pages(pages);
    let desks = page
        .desks
        .iter()
        .take(DESKS)
        .map(|desk| card(desk, words))
        .collect();
    global.set_desks(rows::keep(global.get_desks(), desks));
}

/// Fills H-2.
pub fn show_topic(page: &view::HelpTopicPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<HelpTopicPage>();
    let key = key(page.topic);
    global.set_title(words.say(key).into());
    let steps = ["one", "two", "three"].map(|step| words.say(&format!("{key}.{step}")));
    global.set_steps(rows::texts(global.get_steps(), steps));
    let desks = page.desk.iter().map(|desk| card(desk, words)).collect();
    global.set_desks(rows::keep(global.get_desks(), desks));
}

/// A desk as a card.
#[must_use]
pub fn card(desk: &DeskState, words: &Words) -> DeskCard {
    let (hours, open) = (
        say::hours(&desk.desk, words),
        say::open_short(desk.open, words),
    );
    DeskCard {
        name: say::desk_name(desk).into(),
        phone: desk.desk.phone.to_string().into(),
        fits: columns(&hours) + columns(&open) <= LINE_COLUMNS,
        hours: hours.into(),
        open: open.into(),
        now: matches!(desk.open, Some(Open::Until(_))),
    }
}

/// Width of a text, a kana or kanji counting as two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// The words of a topic; its three steps are the attributes `one`, `two` and `three`.
fn key(topic: HelpTopic) -> &'static str {
    match topic {
        HelpTopic::Card => "help-card",
        HelpTopic::Reader => "help-reader",
        HelpTopic::Passcode => "help-passcode",
        HelpTopic::Network => "help-network",
        HelpTopic::NoAnswer => "help-no-answer",
        HelpTopic::Held => "help-held",
        HelpTopic::Document => "help-document",
        HelpTopic::Clock => "help-clock",
        HelpTopic::Lost => "help-lost",
    }
}

/// Turns their buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<HelpPage>();
    let send = touches.clone();
    global.on_topic(move |place| send(Touch::Row(pages::place(place))));
    global.on_turned(pages::turn(ui, touches, |ui| {
        ui.global::<HelpPage>().get_page()
    }));
    let send = touches.clone();
    global.on_slip(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));

    let global = ui.global::<HelpTopicPage>();
    let send = touches.clone();
    global.on_slip(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

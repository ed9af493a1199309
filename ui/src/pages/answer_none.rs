//! D-9: nothing to show: not found, too old, or more than one.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, NoneKind};
use slint::ComponentHandle;

use super::{DeskWords, on};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{AnswerNonePage, Kiosk, say};

/// Fills the page.
pub fn show(page: &view::AnswerNonePage, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<AnswerNonePage>();
    let (key, icon) = match page.kind {
        NoneKind::NotFound => ("none-not-found", "search"),
        NoneKind::BeyondRetention { .. } => ("none-old", "calendar"),
        NoneKind::Several => ("none-several", "people"),
        NoneKind::Nobody => ("none-nobody", "search"),
    };
    global.set_title(words.say(key).into());
    global.set_icon(icon.into());
    global.set_text(match page.kind {
        NoneKind::BeyondRetention { months } => words
            .say_with("none-old.text", &[("months", months.into())])
            .into(),
        _ => words.say(&format!("{key}.text")).into(),
    });
    global.set_next(words.say(&format!("{key}.next")).into());
    global.set_age(
        page.age
            .map(|age| say::age(age, words))
            .unwrap_or_default()
            .into(),
    );
    let desk = DeskWords::of(page.desk.as_ref(), layout, words);
    global.set_desk(desk.name.into());
    global.set_phone(desk.phone.into());
    global.set_hours(desk.hours.into());
    global.set_open(desk.open);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<AnswerNonePage>();
    global.on_back(on(touches, Touch::Back));
    global.on_home(on(touches, Touch::Main));
    global.on_ask_again(on(touches, Touch::Second));
}

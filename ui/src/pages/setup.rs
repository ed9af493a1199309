//! S-1, S-3 and S-6: the set-up's beginning, its one wait, and its end.

use firmware::terminal::touch::{Language, Touch};
use firmware::terminal::view;
use slint::ComponentHandle;

use crate::pages::look::language;
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, SetupPage, pages};

/// Fills S-1 and S-6.
pub fn show(ui: &Kiosk, words: &Words) {
    ui.global::<SetupPage>()
        .set_english(words.language() == Language::En);
}

/// Fills S-3.
pub fn show_enrolling(page: &view::EnrollingPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<SetupPage>();
    global.set_type_again(page.type_again());
    global.set_done(i32::try_from(page.done).unwrap_or(0));
    global.set_trouble(
        page.trouble
            .as_ref()
            .map(|code| {
                let facts = pages::trouble::facts(code, 0, words);
                let desk = match &page.desk {
                    Some(desk) => format!("{} {}", desk.desk.name, desk.desk.phone),
                    None => words.say("desk-on-sheet"),
                };
                format!("{}\n{}\n{desk}", facts.happened, facts.next)
            })
            .unwrap_or_default()
            .into(),
    );
}

/// Turns their buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<SetupPage>();
    let send = touches.clone();
    global.on_language(move |english| send(Touch::Language(language(english))));
    let send = touches.clone();
    global.on_start(move || send(Touch::Main));
    let send = touches.clone();
    global.on_again(move || send(Touch::Main));
    let send = touches.clone();
    global.on_help(move || send(Touch::Help));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

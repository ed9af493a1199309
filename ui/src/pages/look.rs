//! J-4 and J-6: how the screen looks and sounds, and how a card is checked.

use firmware::terminal::touch::{Language, TextSize, Touch};
use firmware::terminal::view::Look;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::{CardModePage, Kiosk, LookPage};

/// Fills J-4.
pub fn show(look: Look, ui: &Kiosk) {
    let global = ui.global::<LookPage>();
    global.set_english(look.language == Language::En);
    global.set_text_size(match look.text_size {
        TextSize::Normal => 0,
        TextSize::Large => 1,
        TextSize::Largest => 2,
    });
    global.set_high_contrast(look.high_contrast);
    global.set_sounds(look.sounds);
}

/// Fills J-6.
pub fn show_card_mode(pin_mode: bool, ui: &Kiosk) {
    ui.global::<CardModePage>().set_pin_mode(pin_mode);
}

/// Turns their buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<LookPage>();
    let send = touches.clone();
    global.on_language(move |english| send(Touch::Language(language(english))));
    let send = touches.clone();
    global.on_text_size_chosen(move |size| {
        send(Touch::TextSize(match size {
            2 => TextSize::Largest,
            1 => TextSize::Large,
            _ => TextSize::Normal,
        }));
    });
    let send = touches.clone();
    global.on_contrast(move |on| send(Touch::HighContrast(on)));
    let send = touches.clone();
    global.on_sounds_chosen(move |on| send(Touch::Sounds(on)));
    let send = touches.clone();
    global.on_close(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));

    let global = ui.global::<CardModePage>();
    let send = touches.clone();
    global.on_chosen(move |pin| send(Touch::PinMode(pin)));
    let send = touches.clone();
    global.on_close(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

/// The language behind one of the two buttons.
#[must_use]
pub fn language(english: bool) -> Language {
    if english { Language::En } else { Language::Ja }
}

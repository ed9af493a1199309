//! E-6, S-2, S-4: a text is typed.

use firmware::terminal::touch::{KanaModifier, Touch};
use firmware::terminal::view::{self, Keyboard, TextField};
use slint::ComponentHandle;

use super::{digit, note, on};
use crate::screen::Touches;
use crate::words::Words;
use crate::{KeyboardKind, Kiosk, TextEntryPage};

/// Fills the page.
pub fn show(page: &view::TextEntryPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<TextEntryPage>();
    let key = field_key(page.field);
    global.set_question(words.say(key).into());
    let note = note(page.note.as_ref(), words);
    global.set_wrong(!note.is_empty());
    global.set_hint(if note.is_empty() {
        words.say(&format!("{key}.hint")).into()
    } else {
        note.into()
    });
    global.set_typed(page.typed.as_str().into());
    global.set_keyboard(match page.keyboard {
        Keyboard::Kana => KeyboardKind::Kana,
        Keyboard::Latin => KeyboardKind::Latin,
        Keyboard::Digits => KeyboardKind::Digits,
    });
    global.set_complete(page.complete);
    let (now, total) = page.step.unwrap_or((0, 0));
    global.set_flow_now(i32::try_from(now).unwrap_or(0));
    global.set_flow_total(i32::try_from(total).unwrap_or(0));
}

fn field_key(field: TextField) -> &'static str {
    match field {
        TextField::PersonName => "field-person-name",
        TextField::Token => "field-token",
        TextField::Corporation => "field-corporation",
        TextField::Office => "field-office",
        TextField::OfficeName => "field-office-name",
        TextField::ShortName => "field-short-name",
        TextField::Address => "field-address",
        TextField::Phone => "field-phone",
        TextField::Email => "field-email",
        TextField::Applicant => "field-applicant",
        TextField::StaffName => "field-staff-name",
        TextField::StaffId => "field-staff-id",
        TextField::Qualification => "field-qualification",
    }
}

/// Turns its keys into touches. A digit of the letter keyboard is a digit.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<TextEntryPage>();
    let send = touches.clone();
    global.on_letter(move |key| {
        let mut chars = key.chars();
        let (Some(letter), None) = (chars.next(), chars.next()) else {
            return;
        };
        send(
            match letter
                .to_digit(10)
                .and_then(|digit| u8::try_from(digit).ok())
            {
                Some(digit) => Touch::Digit(digit),
                None => Touch::Letter(letter),
            },
        );
    });
    global.on_digit(digit(touches));
    global.on_voiced(on(touches, Touch::KanaModify(KanaModifier::Voiced)));
    global.on_half_voiced(on(touches, Touch::KanaModify(KanaModifier::SemiVoiced)));
    global.on_small(on(touches, Touch::KanaModify(KanaModifier::Small)));
    global.on_erase(on(touches, Touch::Backspace));
    global.on_clear(on(touches, Touch::ClearAll));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
}

//! the staff passcode, asked or chosen.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, NewPasscodeNote, PasscodeReason};
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::{Value, Words};
use crate::{Kiosk, PasscodePage, Tone, names, pages, rows};

/// Digits of a staff passcode.
const DIGITS: usize = 4;

/// Characters of a question that fit on two lines at the usual size on the smallest screen.
const LONG_NAME: usize = 8;

/// Fills the page for A-3.
pub fn show(page: &view::PasscodePage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<PasscodePage>();
    let key = match page.reason {
        PasscodeReason::Unlock => "pass-ask",
        PasscodeReason::OpenLockout => "pass-ask-open",
        PasscodeReason::AllowLastTry => "pass-ask-last-try",
        PasscodeReason::SecondPerson => "pass-ask-second",
    };
    question(&page.name, key, ui, words);
    let (note, tone) = match page.wrong_left {
        _ if page.checking => (words.say("pass-checking"), Tone::None),
        Some(left) => (
            words.say_with("pass-wrong", &[("left", left.into())]),
            Tone::Attn,
        ),
        None => (words.say("pass-not-pin"), Tone::None),
    };
    global.set_note(note.into());
    global.set_tone(tone);
    fill(page.typed, page.checking, ui);
    global.set_main(words.say("pass-enter").into());
    global.set_back_words(words.say("pass-other-person").into());
}

/// Fills the page for A-5.
pub fn show_new(page: &view::NewPasscodePage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<PasscodePage>();
    question(
        &page.name,
        if page.again {
            "pass-new-again"
        } else {
            "pass-new"
        },
        ui,
        words,
    );
    let (note, tone) = match page.note {
        _ if page.checking => (words.say("pass-checking"), Tone::None),
        Some(NewPasscodeNote::Mismatch) => (words.say("pass-mismatch"), Tone::Attn),
        Some(NewPasscodeNote::TooCommon) => (words.say("pass-common"), Tone::Attn),
        // It is the one that was chosen a moment ago.
        None if page.again => (String::new(), Tone::None),
        None => (words.say("pass-new-not-pin"), Tone::None),
    };
    global.set_note(note.into());
    global.set_tone(tone);
    fill(page.typed, page.checking, ui);
    global.set_main(
        words
            .say(if page.again {
                "pass-decide"
            } else {
                "act-next"
            })
            .into(),
    );
    global.set_back_words(words.say("act-back").into());
}

fn question(name: &str, key: &str, ui: &Kiosk, words: &Words) {
    let global = ui.global::<PasscodePage>();
    let shown = names::fit(name).text;
    global.set_question(words.say_with(key, &[("name", Value::from(shown))]).into());
    global.set_small(name.chars().count() > LONG_NAME);
}

fn fill(typed: usize, checking: bool, ui: &Kiosk) {
    let global = ui.global::<PasscodePage>();
    // The digits themselves never come here: only how many there are.
    global.set_typed(rows::texts(
        global.get_typed(),
        std::iter::repeat_n("●", typed.min(DIGITS)),
    ));
    global.set_checking(checking);
    global.set_complete(typed >= DIGITS && !checking);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<PasscodePage>();
    global.on_digit(pages::digit(touches));
    let send = touches.clone();
    global.on_erase(move || send(Touch::Backspace));
    let send = touches.clone();
    global.on_clear(move || send(Touch::ClearAll));
    let send = touches.clone();
    global.on_enter(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

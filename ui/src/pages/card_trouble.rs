//! C-11 to C-18: a trouble with a card.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, CardTrouble};
use slint::ComponentHandle;

use super::{DeskWords, on};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{CardTroublePage, Kiosk, Tone, say};

/// How a trouble looks and what can be done about it.
struct Face {
    /// Message with `.happened`, `.safe`, `.next`.
    key: &'static str,
    icon: &'static str,
    tone: Tone,
    /// Words of the main action, and its icon.
    main: &'static str,
    main_icon: &'static str,
    /// There is a second way: going on without the card.
    second: bool,
    /// Leaving is called やめる while the card is still wanted, else 戻る.
    cancel: bool,
}

/// Fills the page.
pub fn show(page: &view::CardTroublePage, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<CardTroublePage>();
    let face = face(&page.kind);
    let say = |attribute: &str| words.say(&format!("{}.{attribute}", face.key));
    global.set_title(words.say(face.key).into());
    global.set_icon(face.icon.into());
    global.set_tone(face.tone);
    global.set_happened(
        match &page.kind {
            CardTrouble::Expired { on: Some(day) } => {
                let date = say::date(*day, words);
                words.say_with("card-expired.happened", &[("date", date.into())])
            }
            CardTrouble::Expired { on: None } => say("happened-unknown"),
            CardTrouble::ReaderMissing { service: true } => say("happened-service"),
            CardTrouble::Unreadable { foreign: true } => say("happened-foreign"),
            _ => say("happened"),
        }
        .into(),
    );
    global.set_safe(
        match &page.kind {
            CardTrouble::Torn { tries_known: false } => say("safe-unknown"),
            CardTrouble::WrongNumber { left } => {
                words.say_with("card-wrong-number.safe", &[("left", (*left).into())])
            }
            _ => say("safe"),
        }
        .into(),
    );
    global.set_next(say("next").into());
    // The desk stands below the facts only where calling it is a way out.
    let calls = matches!(
        page.kind,
        CardTrouble::Blocked | CardTrouble::Expired { .. }
    );
    let desk = DeskWords::of(page.desk.as_ref().filter(|_| calls), layout, words);
    global.set_desk(desk.name.into());
    global.set_phone(desk.phone.into());
    global.set_hours(desk.hours.into());
    global.set_open(desk.open);
    global.set_back(
        words
            .say(if face.cancel {
                "act-cancel"
            } else {
                "act-back"
            })
            .into(),
    );
    global.set_second(if face.second {
        let short = layout == Layout::Seven;
        words
            .say(if short {
                "trouble-without-short"
            } else {
                "trouble-without"
            })
            .into()
    } else {
        slint::SharedString::new()
    });
    let main = match (layout, face.main) {
        (Layout::Portable, "trouble-without") => "trouble-without-short",
        (Layout::Portable, "trouble-other-papers") => "trouble-other-papers-short",
        (Layout::Portable, "trouble-number-again") => "trouble-number-again-short",
        (_, main) => main,
    };
    global.set_main(words.say(main).into());
    global.set_main_icon(face.main_icon.into());
    global.set_main_icon_last(face.main_icon == "next");
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<CardTroublePage>();
    global.on_backed(on(touches, Touch::Back));
    global.on_seconded(on(touches, Touch::Second));
    global.on_forward(on(touches, Touch::Main));
}

fn face(kind: &CardTrouble) -> Face {
    let again = Face {
        key: "card-torn",
        icon: "refresh",
        tone: Tone::Attn,
        main: "trouble-again",
        main_icon: "refresh",
        second: false,
        cancel: true,
    };
    let stop = Face {
        key: "card-blocked",
        icon: "stop",
        tone: Tone::Danger,
        main: "trouble-without",
        main_icon: "next",
        second: false,
        cancel: false,
    };
    match kind {
        CardTrouble::Torn { .. } => again,
        CardTrouble::Blocked => stop,
        CardTrouble::Expired { .. } => Face {
            key: "card-expired",
            icon: "stale",
            tone: Tone::Attn,
            main: "trouble-other-papers",
            main_icon: "document",
            ..stop
        },
        CardTrouble::NotGenuine => Face {
            key: "card-not-genuine",
            icon: "shield",
            tone: Tone::Danger,
            second: true,
            ..again
        },
        CardTrouble::WrongNumber { .. } => Face {
            key: "card-wrong-number",
            icon: "warn",
            main: "trouble-number-again",
            main_icon: "pen",
            second: true,
            ..again
        },
        CardTrouble::ReaderMissing { .. } => Face {
            key: "card-reader-missing",
            icon: "tap",
            main: "trouble-retry",
            second: true,
            ..again
        },
        CardTrouble::Unreadable { .. } => Face {
            key: "card-unreadable",
            icon: "card",
            second: true,
            ..again
        },
        CardTrouble::LastTry => Face {
            key: "card-last-try",
            icon: "warn",
            main: "trouble-allow",
            main_icon: "people",
            second: true,
            ..again
        },
    }
}

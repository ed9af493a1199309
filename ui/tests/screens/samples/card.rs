use std::sync::Arc;

use firmware::terminal::screen::Screen;
use firmware::terminal::view::{
    CardPinPage, CardPromptPage, CardTrouble, CardTroublePage, ComparePage, ConfirmedPage,
    DeskState, NumberBPage, Open, Page, ReadingPage,
};
use hal::card::{Bitmap, Photo};
use protocol::facility::Desk;
use protocol::problem::ProblemCode;
use protocol::text::PhoneNumber;

use super::{Sample, day, sample, worst_strip};

/// The longest name the design promises to show.
pub const LONG_NAME: &str = "マリア クリスティーナ フェルナンデス サントス";

pub fn samples() -> Vec<Sample> {
    let prompt = |hint, pin_mode| Page::CardPrompt(CardPromptPage { hint, pin_mode });
    let reading = |done, cancelling| Page::Reading(ReadingPage { done, cancelling });
    let pin = |typed, tries| Page::CardPin(CardPinPage { typed, tries });
    let mut samples = vec![
        sample(Screen::CardPrompt, "card_prompt", prompt(false, false)),
        sample(Screen::CardPrompt, "card_prompt_hint", prompt(true, false)),
        sample(Screen::CardPrompt, "card_prompt_pin", prompt(false, true)),
        sample(Screen::NumberB, "number_b", Page::NumberB(year())),
        sample(
            Screen::NumberB,
            "number_b_impossible",
            Page::NumberB(impossible()),
        ),
        sample(Screen::NumberB, "number_b_code", Page::NumberB(code())),
        sample(Screen::Reading, "reading", reading(2, false)),
        sample(Screen::Reading, "reading_stopping", reading(0, true)),
        sample(Screen::Compare, "photo_compare", Page::Compare(compare())),
        worst_strip(sample(
            Screen::Compare,
            "photo_compare_longname",
            Page::Compare(unknown()),
        )),
        sample(
            Screen::Compare,
            "photo_compare_unwritable",
            Page::Compare(unwritable()),
        ),
        sample(Screen::CardPin, "card_pin", pin(2, Some(3))),
        sample(Screen::CardPin, "card_pin_few", pin(4, Some(2))),
        sample(Screen::CardPin, "card_pin_unknown", pin(0, None)),
        sample(Screen::Confirmed, "confirmed", Page::Confirmed(confirmed())),
        sample(
            Screen::Confirmed,
            "confirmed_longname",
            Page::Confirmed(confirmed_long()),
        ),
        sample(Screen::PinResult, "pin_result", Page::PinResult(by_pin())),
    ];
    samples.extend(troubles());
    samples
}

/// A desk that answers now.
pub fn desk() -> DeskState {
    DeskState {
        desk: Desk {
            name: "介護保険課".to_owned(),
            phone: PhoneNumber::parse("0120-000-110").expect("a sample number is well formed"),
            hours: Vec::new(),
        },
        city: "汐見市".to_owned(),
        open: Some(Open::Until(17 * 60 + 15)),
    }
}

fn year() -> NumberBPage {
    NumberBPage {
        group: 1,
        groups: ["080314".to_owned(), "20".to_owned(), String::new()],
        tries: Some(10),
        impossible: false,
        complete: false,
    }
}

fn impossible() -> NumberBPage {
    NumberBPage {
        group: 0,
        groups: ["081345".to_owned(), String::new(), String::new()],
        impossible: true,
        ..year()
    }
}

fn code() -> NumberBPage {
    NumberBPage {
        group: 2,
        groups: ["080314".to_owned(), "2031".to_owned(), "1234".to_owned()],
        tries: Some(2),
        impossible: false,
        complete: true,
    }
}

fn compare() -> ComparePage {
    let photo = Photo::decode(include_bytes!("../../../../hal/assets/face-1.jp2"));
    let name = Bitmap::decode(include_bytes!("../../../../hal/assets/name-1.png"));
    ComparePage {
        photo: photo.map(Arc::new),
        name_image: name.map(Arc::new),
        name: "青木 ハル".to_owned(),
        address: "汐見市港町二丁目14番3号".to_owned(),
        born_on: day(1933, 3, 14),
        age: Some(93),
        expires_on: Some(day(2031, 3, 14)),
        signed: true,
    }
}

fn unknown() -> ComparePage {
    ComparePage {
        photo: None,
        name: LONG_NAME.to_owned(),
        address: "汐見市浜風台三丁目128番地45 グランドハイツ汐見東館1204号室".to_owned(),
        age: None,
        ..compare()
    }
}

fn unwritable() -> ComparePage {
    ComparePage {
        name: "\u{fffd}田 一郎".to_owned(),
        ..compare()
    }
}

fn by_pin() -> ComparePage {
    ComparePage {
        photo: None,
        name_image: None,
        expires_on: None,
        signed: false,
        ..compare()
    }
}

fn confirmed() -> ConfirmedPage {
    ConfirmedPage {
        name: "青木 ハル".to_owned(),
        born_on: day(1933, 3, 14),
        insured: Some("0000123456".to_owned()),
        draft: false,
    }
}

fn confirmed_long() -> ConfirmedPage {
    ConfirmedPage {
        name: LONG_NAME.to_owned(),
        insured: None,
        draft: true,
        ..confirmed()
    }
}

fn troubles() -> Vec<Sample> {
    let trouble = |screen, name, kind, code, desk| {
        sample(
            screen,
            name,
            Page::CardTrouble(CardTroublePage { kind, code, desk }),
        )
    };
    let torn = |tries_known| CardTrouble::Torn { tries_known };
    let (on, left) = (Some(day(2026, 3, 14)), 7);
    let citizens = || {
        let mut desk = desk();
        desk.desk.name = "市民課".to_owned();
        Some(desk)
    };
    vec![
        trouble(
            Screen::CardTorn,
            "card_torn",
            torn(true),
            ProblemCode::CardTorn,
            None,
        ),
        trouble(
            Screen::CardTorn,
            "card_torn_unknown",
            torn(false),
            ProblemCode::CardTorn,
            None,
        ),
        trouble(
            Screen::CardBlocked,
            "card_blocked",
            CardTrouble::Blocked,
            ProblemCode::CardBlocked,
            citizens(),
        ),
        trouble(
            Screen::CardExpired,
            "card_expired",
            CardTrouble::Expired { on },
            ProblemCode::CardExpired,
            citizens(),
        ),
        trouble(
            Screen::CardNotGenuine,
            "card_not_genuine",
            CardTrouble::NotGenuine,
            ProblemCode::CardNotGenuine,
            None,
        ),
        trouble(
            Screen::CardWrongNumber,
            "card_wrong_number",
            CardTrouble::WrongNumber { left },
            ProblemCode::CardWrongCode,
            None,
        ),
        trouble(
            Screen::ReaderMissing,
            "reader_missing",
            CardTrouble::ReaderMissing { service: false },
            ProblemCode::ReaderNone,
            None,
        ),
        trouble(
            Screen::CardUnreadable,
            "card_unreadable",
            CardTrouble::Unreadable { foreign: true },
            ProblemCode::CardForeign,
            None,
        ),
        trouble(
            Screen::CardLastTry,
            "card_last_try",
            CardTrouble::LastTry,
            ProblemCode::CardLastTry,
            None,
        ),
    ]
}

//! What the pages about the queue share: the names of items and of their states.

use firmware::terminal::view::{ItemKind, ItemState};

use super::visitor;
use crate::names;
use crate::words::Words;

/// Characters of a name that fit on one line behind the kind.
const ONE_LINE: usize = 13;

/// What an item is and about whom: すすみぐあい　青木 ハル 様.
#[must_use]
pub fn title(kind: ItemKind, who: Option<&str>, people: usize, words: &Words) -> String {
    let what = words.say(match kind {
        ItemKind::Progress => "item-progress",
        ItemKind::Eligibility => "item-eligibility",
        ItemKind::Disclosure => "item-disclosure",
        ItemKind::Document => "item-document",
        ItemKind::Staff => "item-staff",
        ItemKind::Profile => "item-profile",
        ItemKind::Pledge => "item-pledge",
        ItemKind::Device => "item-device",
    });
    match who {
        Some(who) if people <= 1 => {
            let name = names::fit_within(who, ONE_LINE).text;
            let who = person(kind, &name, words);
            words.say_with("item-about", &[("what", what.into()), ("who", who.into())])
        }
        _ if kind == ItemKind::Disclosure && people > 0 => words.say_with(
            "item-people",
            &[("what", what.into()), ("count", people.into())],
        ),
        _ => what,
    }
}

/// Whom an item is about, as they are spoken of: 青木 ハル 様, and of the office's own staff
/// 佐藤 美咲 さん.
#[must_use]
pub fn person(kind: ItemKind, name: &str, words: &Words) -> String {
    match kind {
        ItemKind::Staff | ItemKind::Pledge => {
            words.say_with("person-staff", &[("name", name.into())])
        }
        _ => visitor(name, words),
    }
}

/// Key of the short word of a kind, for an upright screen.
#[must_use]
pub fn short(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Progress => "item-progress-short",
        ItemKind::Eligibility => "item-eligibility-short",
        ItemKind::Disclosure => "item-disclosure-short",
        ItemKind::Document => "item-document-short",
        ItemKind::Staff => "item-staff-short",
        ItemKind::Profile => "item-profile-short",
        ItemKind::Pledge => "item-pledge-short",
        ItemKind::Device => "item-device-short",
    }
}

/// Icon of a kind.
#[must_use]
pub fn icon(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Progress => "stages",
        ItemKind::Eligibility => "search",
        ItemKind::Disclosure => "request",
        ItemKind::Document => "inbox",
        ItemKind::Staff => "people",
        ItemKind::Profile => "home",
        ItemKind::Pledge => "pen",
        ItemKind::Device => "shield",
    }
}

/// How many of the four marks are true; none while it is held.
#[must_use]
pub fn reached(state: ItemState) -> i32 {
    match state {
        ItemState::Held => 0,
        ItemState::Saved => 1,
        ItemState::Sent => 2,
        ItemState::Receipted => 3,
        ItemState::Answered => 4,
    }
}

/// The word of a state.
#[must_use]
pub fn state(state: ItemState, words: &Words) -> String {
    words.say(match state {
        ItemState::Held => "mark-held",
        ItemState::Saved => "mark-saved",
        ItemState::Sent => "mark-sent",
        ItemState::Receipted => "mark-receipt",
        ItemState::Answered => "mark-answer",
    })
}

/// The icon of a state.
#[must_use]
pub fn state_icon(state: ItemState) -> &'static str {
    match state {
        ItemState::Held => "hold",
        ItemState::Saved => "saved",
        ItemState::Sent => "sent",
        ItemState::Receipted => "receipt",
        ItemState::Answered => "answer",
    }
}

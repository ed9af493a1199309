//! A hardware keyboard or a scanner at the desk: its keys become the touches of fingers.
//!
//! | Key | Touch |
//! |---|---|
//! | a digit, a letter | the same key of the screen's keypad or keyboard |
//! | Enter | the main action |
//! | Escape | back |
//! | Backspace, Delete | ⌫, 全部消す |
//! | Page Down, Page Up | the pager |
//! | F1 | help |
//! | Tab, arrows | the focus goes on, or back; Enter and Space then press what has it |
//!
//! A scanner is a keyboard that types much faster than a person. What it sends is one value, and
//! is put in as one: half of a number that does not fit would look like a whole number, and a
//! twelve-digit 個人番号 would lose its last two digits instead of being refused.

use std::time::Duration;

use firmware::terminal::touch::Touch;
use slint::platform::Key;
use zeroize::Zeroizing;

/// After this long without a key what was typed is put in. A scanner leaves a few milliseconds
/// between its keys, a person at least 60; the screen still answers within its 100 ms.
pub const PAUSE: Duration = Duration::from_millis(40);

/// So many keys without a pause are a scanner's: nobody has ten fingers on the digits.
pub const SCANNED: usize = 6;

/// Longest scanned value, in characters (the longest field has 254). What is longer is dropped
/// up to the next pause.
pub const MAX_SCAN: usize = 512;

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// A character.
    Character(char),
    /// A key with a meaning of its own on every screen.
    Act(Act),
    /// The focus is to go on (`true`) or back.
    Focus(bool),
}

/// Keys with a meaning on every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Enter.
    Main,
    /// Escape.
    Back,
    /// Backspace.
    Erase,
    /// Delete.
    Clear,
    /// Page Down.
    NextPage,
    /// Page Up.
    PrevPage,
    /// F1.
    Help,
}

impl Act {
    fn touch(self) -> Touch {
        match self {
            Self::Main => Touch::Main,
            Self::Back => Touch::Back,
            Self::Erase => Touch::Backspace,
            Self::Clear => Touch::ClearAll,
            Self::NextPage => Touch::NextPage,
            Self::PrevPage => Touch::PrevPage,
            Self::Help => Touch::Help,
        }
    }

    /// Whether it goes on while the key is held down.
    fn repeats(self) -> bool {
        self == Self::Erase
    }
}

/// The key behind the text of a key event; `None` for keys that mean nothing here (Shift, Caps
/// Lock and the like).
#[must_use]
pub fn stroke(text: &str) -> Option<Stroke> {
    let mut characters = text.chars();
    let (first, None) = (characters.next()?, characters.next()) else {
        return None;
    };
    let known = [
        (Key::Return, Stroke::Act(Act::Main)),
        (Key::Escape, Stroke::Act(Act::Back)),
        (Key::Backspace, Stroke::Act(Act::Erase)),
        (Key::Delete, Stroke::Act(Act::Clear)),
        (Key::PageDown, Stroke::Act(Act::NextPage)),
        (Key::PageUp, Stroke::Act(Act::PrevPage)),
        (Key::F1, Stroke::Act(Act::Help)),
        (Key::Tab, Stroke::Focus(true)),
        (Key::DownArrow, Stroke::Focus(true)),
        (Key::RightArrow, Stroke::Focus(true)),
        (Key::Backtab, Stroke::Focus(false)),
        (Key::UpArrow, Stroke::Focus(false)),
        (Key::LeftArrow, Stroke::Focus(false)),
    ];
    known
        .into_iter()
        .find(|(key, _)| char::from(*key) == first)
        .map(|(_, stroke)| stroke)
        .or_else(|| (!is_special(first)).then_some(Stroke::Character(first)))
}

/// Control characters and the private letters that stand for keys without a character.
fn is_special(character: char) -> bool {
    character.is_control() || ('\u{E000}'..='\u{F8FF}').contains(&character)
}

/// What was typed since the last pause.
#[derive(Default)]
pub struct Typing {
    text: Zeroizing<String>,
    count: usize,
}

impl Typing {
    /// A key. Gives the touches that follow at once; a character waits for the [`PAUSE`].
    pub fn key(&mut self, stroke: Stroke, repeated: bool) -> Vec<Touch> {
        match stroke {
            Stroke::Character(character) => {
                self.count += 1;
                if self.count == 1 {
                    // Room for all of it: growing would leave copies behind.
                    self.text.reserve(MAX_SCAN * char::MAX.len_utf8());
                }
                if self.count <= MAX_SCAN {
                    self.text.push(character);
                }
                Vec::new()
            }
            Stroke::Act(act) if repeated && !act.repeats() => Vec::new(),
            Stroke::Act(act) => {
                let mut touches = self.pause();
                touches.push(act.touch());
                touches
            }
            Stroke::Focus(_) => {
                let mut touches = self.pause();
                touches.push(Touch::Awake);
                touches
            }
        }
    }

    /// No key came for the [`PAUSE`]: what was typed is put in.
    pub fn pause(&mut self) -> Vec<Touch> {
        let (text, count) = (
            std::mem::take(&mut self.text),
            std::mem::take(&mut self.count),
        );
        if count > MAX_SCAN {
            return Vec::new();
        }
        if count >= SCANNED {
            return vec![Touch::Paste(text.to_string())];
        }
        text.chars().map(touch_of).collect()
    }
}

fn touch_of(character: char) -> Touch {
    match character
        .to_digit(10)
        .and_then(|digit| u8::try_from(digit).ok())
    {
        Some(digit) => Touch::Digit(digit),
        None => Touch::Letter(character),
    }
}

/// What was typed may be a passcode.
impl std::fmt::Debug for Typing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typing({} keys)", self.count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn type_all(typing: &mut Typing, text: &str) {
        for character in text.chars() {
            assert!(typing.key(Stroke::Character(character), false).is_empty());
        }
    }

    #[test]
    fn a_persons_keys_are_touches_of_the_keypad() {
        let mut typing = Typing::default();
        type_all(&mut typing, "4");
        assert_eq!(typing.pause(), [Touch::Digit(4)]);
        type_all(&mut typing, "0h");
        assert_eq!(typing.pause(), [Touch::Digit(0), Touch::Letter('h')]);
        assert!(typing.pause().is_empty(), "once");
    }

    #[test]
    fn a_scanned_value_is_put_in_whole_before_its_enter() {
        let mut typing = Typing::default();
        type_all(&mut typing, "0000123456");
        assert_eq!(
            typing.key(Stroke::Act(Act::Main), false),
            [Touch::Paste("0000123456".to_owned()), Touch::Main]
        );
    }

    #[test]
    fn twelve_digits_arrive_as_twelve_digits() {
        let mut typing = Typing::default();
        type_all(&mut typing, "123456789018");
        assert_eq!(typing.pause(), [Touch::Paste("123456789018".to_owned())]);
    }

    #[test]
    fn a_value_without_an_end_is_dropped_and_takes_no_room() {
        let mut typing = Typing::default();
        for _ in 0..MAX_SCAN * 3 {
            type_all(&mut typing, "7");
        }
        assert_eq!(typing.text.len(), MAX_SCAN);
        assert!(typing.pause().is_empty());
        type_all(&mut typing, "7");
        assert_eq!(typing.pause(), [Touch::Digit(7)], "the next one counts");
    }

    #[test]
    fn a_key_held_down_is_one_wish_except_to_erase() {
        let mut typing = Typing::default();
        assert!(typing.key(Stroke::Act(Act::Main), true).is_empty());
        assert!(typing.key(Stroke::Act(Act::Back), true).is_empty());
        assert_eq!(
            typing.key(Stroke::Act(Act::Erase), true),
            [Touch::Backspace]
        );
    }

    #[test]
    fn keys_without_a_meaning_are_nothing() {
        let text = |key: Key| slint::SharedString::from(char::from(key));
        for key in [Key::Shift, Key::CapsLock, Key::F7, Key::Home] {
            assert_eq!(stroke(&text(key)), None, "{key:?}");
        }
        assert_eq!(stroke(""), None);
        assert_eq!(stroke("かん"), None);
        assert_eq!(stroke("7"), Some(Stroke::Character('7')));
        assert_eq!(stroke(&text(Key::Return)), Some(Stroke::Act(Act::Main)));
        assert_eq!(stroke(&text(Key::Backtab)), Some(Stroke::Focus(false)));
    }

    #[test]
    fn what_was_typed_is_not_in_debug_output() {
        let mut typing = Typing::default();
        type_all(&mut typing, "4071");
        assert_eq!(format!("{typing:?}"), "Typing(4 keys)");
    }
}

//! A text from the kana, Latin or digit keyboard.

use protocol::number::looks_like_individual_number;
use protocol::problem::ProblemCode;

use super::kana::modify;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Keyboard, TextEntryPage, TextField};

/// A text that is being typed.
#[derive(Clone)]
pub struct TextEntry {
    field: TextField,
    typed: String,
    note: Option<ProblemCode>,
}

impl TextEntry {
    /// Nothing typed yet.
    #[must_use]
    pub fn new(field: TextField) -> Self {
        Self {
            field,
            typed: String::new(),
            note: None,
        }
    }

    /// Starts with a text that is known already.
    #[must_use]
    pub fn with(field: TextField, text: &str) -> Self {
        let mut entry = Self::new(field);
        entry.replace(text);
        entry
    }

    /// Takes a touch; `false` when it is not one for a text.
    pub fn touch(&mut self, touch: &Touch) -> bool {
        match touch {
            Touch::Letter(letter) => self.push(*letter),
            Touch::LetterH => self.push('H'),
            Touch::Digit(digit) => self.push(char::from(b'0' + digit.min(&9))),
            Touch::Paste(text) => {
                // A scanner or hardware keyboard sends the whole value: it takes the
                // place of what stands there.
                self.replace(text);
            }
            Touch::KanaModify(modifier) => {
                self.note = None;
                if let Some(last) = self.typed.chars().last()
                    && let Some(changed) = modify(last, *modifier)
                {
                    self.typed.pop();
                    self.typed.push(changed);
                }
            }
            Touch::Backspace => {
                self.note = None;
                self.typed.pop();
                self.drop_number();
            }
            Touch::ClearAll => {
                self.note = None;
                self.typed.clear();
            }
            _ => return false,
        }
        true
    }

    /// Which field it is.
    #[must_use]
    pub fn field(&self) -> TextField {
        self.field
    }

    /// What is typed, without space around it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.typed.trim()
    }

    /// Says what is wrong, until the next touch.
    pub fn set_note(&mut self, code: ProblemCode) {
        self.note = Some(code);
    }

    /// What the page shows. `step` is the position in a series, from 1, and its length.
    #[must_use]
    pub fn page(&self, step: Option<(usize, usize)>) -> TextEntryPage {
        TextEntryPage {
            field: self.field,
            typed: self.typed.clone(),
            keyboard: keyboard_for(self.field),
            note: self.note.clone(),
            complete: !self.text().is_empty(),
            step,
        }
    }

    fn push(&mut self, character: char) {
        self.note = None;
        if character.is_control() || self.typed.chars().count() >= max_chars(self.field) {
            return;
        }
        self.typed.push(character);
        self.drop_number();
    }

    /// Takes away from the end what makes an individual number of the text. A longer row of
    /// digits is none, and may become one when it is shortened.
    fn drop_number(&mut self) {
        while looks_like_individual_number(&self.typed) {
            self.typed.pop();
            self.note = Some(ProblemCode::InputIndividualNumber);
        }
    }

    fn replace(&mut self, text: &str) {
        self.note = None;
        if looks_like_individual_number(text) {
            self.note = Some(ProblemCode::InputIndividualNumber);
            return;
        }
        let text = text.trim().chars().filter(|c| !c.is_control());
        self.typed = text.take(max_chars(self.field)).collect();
        // Cut to its length it may have become one.
        if looks_like_individual_number(&self.typed) {
            self.typed.clear();
            self.note = Some(ProblemCode::InputIndividualNumber);
        }
    }
}

/// Names and ids stay out of the log.
impl std::fmt::Debug for TextEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "TextEntry({:?}, {} characters)",
            self.field,
            self.typed.chars().count()
        )
    }
}

/// The keyboard that belongs to a field.
#[must_use]
pub fn keyboard_for(field: TextField) -> Keyboard {
    match field {
        TextField::Phone => Keyboard::Digits,
        TextField::Token | TextField::Email | TextField::StaffId | TextField::Office => {
            Keyboard::Latin
        }
        TextField::PersonName
        | TextField::Corporation
        | TextField::OfficeName
        | TextField::ShortName
        | TextField::Address
        | TextField::Applicant
        | TextField::StaffName
        | TextField::Qualification => Keyboard::Kana,
    }
}

/// Most characters of a field.
#[must_use]
pub fn max_chars(field: TextField) -> usize {
    match field {
        TextField::ShortName => 8,
        TextField::Office => 10,
        TextField::Phone => 13,
        TextField::StaffId => protocol::number::UserId::MAX,
        TextField::Token => 64,
        TextField::Email => 254,
        TextField::Address => 200,
        TextField::PersonName
        | TextField::Corporation
        | TextField::OfficeName
        | TextField::Applicant
        | TextField::StaffName
        | TextField::Qualification => 100,
    }
}

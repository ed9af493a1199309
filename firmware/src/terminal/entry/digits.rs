//! A number on the big keypad.

use protocol::number::looks_like_individual_number;
use protocol::problem::ProblemCode;
use protocol::text::fold_width;

use crate::terminal::touch::Touch;

/// Longest text looked at in one paste, in characters.
const MAX_PASTE: usize = 64;

/// A number of a fixed length; the first character may be `H` where that is allowed.
#[derive(Clone, Default)]
pub struct DigitEntry {
    length: usize,
    letter_h: bool,
    typed: String,
    note: Option<ProblemCode>,
}

impl DigitEntry {
    /// An empty number of `length` digits.
    #[must_use]
    pub fn new(length: usize) -> Self {
        Self {
            length,
            ..Self::default()
        }
    }

    /// Allows `H` in the first place (みなし2号).
    #[must_use]
    pub fn with_letter_h(mut self, allowed: bool) -> Self {
        self.letter_h = allowed;
        self
    }

    /// Starts with these characters, as far as they fit.
    pub fn set(&mut self, text: &str) {
        self.clear();
        self.paste(text);
    }

    /// Takes a touch; `false` when it is not one for a number.
    pub fn touch(&mut self, touch: &Touch) -> bool {
        match touch {
            Touch::Digit(digit) => self.push(char::from(b'0' + digit.min(&9))),
            Touch::LetterH => self.push('H'),
            Touch::Letter(letter) => self.push(letter.to_ascii_uppercase()),
            Touch::Paste(text) => {
                self.clear();
                self.paste(text);
            }
            Touch::Backspace => {
                self.note = None;
                self.typed.pop();
            }
            Touch::ClearAll => self.clear(),
            _ => return false,
        }
        true
    }

    /// What is typed so far.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Every place is filled.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.typed.len() == self.length
    }

    /// What was wrong with the last touch.
    #[must_use]
    pub fn note(&self) -> Option<ProblemCode> {
        self.note.clone()
    }

    /// Says what is wrong, until the next touch.
    pub fn set_note(&mut self, code: ProblemCode) {
        self.note = Some(code);
    }

    /// Nothing typed.
    pub fn clear(&mut self) {
        self.note = None;
        self.typed.clear();
    }

    fn push(&mut self, character: char) {
        self.note = None;
        if self.typed.len() < self.length && self.fits(character) {
            self.typed.push(character);
        }
    }

    fn paste(&mut self, text: &str) {
        let text: String = text.chars().take(MAX_PASTE).collect();
        let text = fold_width(text.trim()).to_ascii_uppercase();
        if looks_like_individual_number(&text) {
            self.note = Some(ProblemCode::InputIndividualNumber);
            return;
        }
        let mut pasted = Self::new(self.length).with_letter_h(self.letter_h);
        for character in text.chars().filter(|c| !matches!(c, ' ' | '-')) {
            if pasted.is_complete() || !pasted.fits(character) {
                // Half a number would look like a whole one: nothing is taken.
                self.note = Some(ProblemCode::InputInsuredNumber);
                return;
            }
            pasted.typed.push(character);
        }
        self.typed = pasted.typed;
    }

    fn fits(&self, character: char) -> bool {
        character.is_ascii_digit() || (character == 'H' && self.letter_h && self.typed.is_empty())
    }
}

impl std::fmt::Debug for DigitEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DigitEntry({} of {})", self.typed.len(), self.length)
    }
}

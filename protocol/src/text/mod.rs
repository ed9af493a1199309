//! Text that people type: names, kana, telephone numbers, addresses.
//!
//! Every type here refuses a 個人番号 (see [`crate::number::looks_like_individual_number`]).

mod contact;
mod name;
mod width;

pub use contact::{EmailAddress, PhoneNumber};
pub use name::{KanaName, PersonName};
pub use width::{fold_width, to_full_width_kana};

use crate::number::looks_like_individual_number;
use crate::problem::ProblemCode;

/// What kind of text was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// A person's name.
    Name,
    /// A name in kana.
    Kana,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// Anything else.
    Free,
    /// The name of a delivered file.
    DocumentName,
}

/// Why a text is not taken. Never contains the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but space.
    #[error("{code}: the text is empty", code = self.code())]
    Empty(TextKind),
    /// More characters than the field has room for.
    #[error("{code}: longer than {limit} characters", code = self.code())]
    TooLong {
        /// What was expected.
        kind: TextKind,
        /// Most characters.
        limit: usize,
    },
    /// A control, formatting or other character that the field cannot have.
    #[error("{code}: a character cannot stand there", code = self.code())]
    Character(TextKind),
    /// The text as a whole does not have the field's shape.
    #[error("{code}: the text does not have the right shape", code = self.code())]
    Shape(TextKind),
    /// The text contains somebody's 個人番号, which may not be kept.
    #[error("{code}: an individual number may not be entered", code = self.code())]
    IndividualNumber,
}

impl TextError {
    /// The code shown on screen, in the log and on the wire.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Empty(kind)
            | Self::TooLong { kind, .. }
            | Self::Character(kind)
            | Self::Shape(kind) => match kind {
                TextKind::Name => ProblemCode::InputName,
                TextKind::Kana => ProblemCode::InputKana,
                TextKind::Phone => ProblemCode::InputPhone,
                TextKind::Email => ProblemCode::InputEmail,
                TextKind::Free => ProblemCode::InputText,
                TextKind::DocumentName => ProblemCode::InputDocumentName,
            },
            Self::IndividualNumber => ProblemCode::InputIndividualNumber,
        }
    }
}

/// Takes free text (an address, a company's name, a file's name): trimmed, not empty, at
/// most `limit` characters, without control characters.
///
/// # Errors
/// See [`TextError`].
pub fn free_text(text: &str, limit: usize) -> Result<String, TextError> {
    let text = text.trim();
    check_free_text(text, limit)?;
    Ok(text.to_owned())
}

/// Checks free text that already came over the wire, without changing it.
///
/// # Errors
/// See [`TextError`].
pub fn check_free_text(text: &str, limit: usize) -> Result<(), TextError> {
    check(text, TextKind::Free, limit)
}

/// The checks that every text shares.
fn check(text: &str, kind: TextKind, limit: usize) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty(kind));
    }
    if text.chars().nth(limit).is_some() {
        return Err(TextError::TooLong { kind, limit });
    }
    if text.chars().any(is_invisible) {
        return Err(TextError::Character(kind));
    }
    if looks_like_individual_number(text) {
        return Err(TextError::IndividualNumber);
    }
    Ok(())
}

/// Control characters, and the formatting characters that turn or hide text on a screen.
/// Variation selectors are not among them: they tell variants of a kanji apart.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn free_text_is_trimmed_and_bounded() {
        assert_eq!(
            free_text(" 汐見市港町1-2-3　", 20).unwrap(),
            "汐見市港町1-2-3"
        );
        assert_eq!(free_text("　", 20), Err(TextError::Empty(TextKind::Free)));
        assert!(free_text(&"あ".repeat(20), 20).is_ok());
        assert_eq!(
            free_text(&"あ".repeat(21), 20),
            Err(TextError::TooLong {
                kind: TextKind::Free,
                limit: 20
            })
        );
        assert_eq!(
            free_text("a\u{202e}b", 20),
            Err(TextError::Character(TextKind::Free))
        );
        assert_eq!(
            free_text("a\nb", 20),
            Err(TextError::Character(TextKind::Free))
        );
    }

    #[test]
    fn an_individual_number_is_refused_in_free_text_and_not_repeated_in_the_error() {
        let error = free_text("マイナンバー 1234 5678 9018", 100).unwrap_err();
        assert_eq!(error, TextError::IndividualNumber);
        assert_eq!(error.code().as_str(), "MDG-INPUT-INDIVIDUAL-NUMBER");
        assert!(!error.to_string().contains("1234"));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,60}") {
            if let Ok(taken) = free_text(&text, 40) {
                prop_assert_eq!(free_text(&taken, 40).unwrap(), taken);
            }
        }
    }
}

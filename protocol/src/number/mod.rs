//! The numbers that offices, insurers and people are known by.
//!
//! Check digits of offices and insurers are computed, but a wrong one is only a warning:
//! the numbers printed as samples in the services' own guides fail it.

mod check_digit;
mod individual;
mod insured;
mod office;
mod user;

pub use individual::looks_like_individual_number;
pub use insured::{ImportedInsuredNumber, InsuredNumber, InsurerNumber};
pub use office::{ClaimUserId, OfficeNumber};
pub use user::UserId;

use crate::problem::ProblemCode;

/// Which kind of number was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// 事業所番号
    Office,
    /// 保険者番号
    Insurer,
    /// 被保険者番号
    Insured,
    /// ユーザID of a staff member
    User,
    /// 電子請求ユーザID
    ClaimUser,
}

/// Why a text is not a number of its kind. Never contains the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Usually a digit too few or too many.
    #[error("{code}: expected {expected} characters, found {found}", code = self.code())]
    Length {
        /// What was expected.
        kind: NumberKind,
        /// Characters wanted (the least, where more are allowed).
        expected: usize,
        /// Characters found.
        found: usize,
    },
    /// Usually a letter where only a digit can stand.
    #[error("{code}: character {position} cannot stand there", code = self.code())]
    Character {
        /// What was expected.
        kind: NumberKind,
        /// Position of the first wrong character, starting at 1.
        position: usize,
    },
    /// The text is somebody's 個人番号, which may not be kept.
    #[error("{code}: an individual number may not be entered", code = self.code())]
    IndividualNumber,
}

impl NumberError {
    /// The code shown on screen, in the log and on the wire.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Length { kind, .. } | Self::Character { kind, .. } => match kind {
                NumberKind::Office => ProblemCode::InputOfficeNumber,
                NumberKind::Insurer => ProblemCode::InputInsurerNumber,
                NumberKind::Insured => ProblemCode::InputInsuredNumber,
                NumberKind::User => ProblemCode::InputUserId,
                NumberKind::ClaimUser => ProblemCode::InputClaimUserId,
            },
            Self::IndividualNumber => ProblemCode::InputIndividualNumber,
        }
    }
}

/// Trims, folds full-width letters and digits to half-width, and makes letters upper-case.
fn tidy(text: &str) -> String {
    crate::text::fold_width(text.trim()).to_ascii_uppercase()
}

/// Reads a text as typed: tidied, of `expected` characters, each of which may stand where it is.
fn shaped(
    text: &str,
    kind: NumberKind,
    expected: usize,
    allowed: impl Fn(usize, u8) -> bool,
) -> Result<String, NumberError> {
    let text = tidy(text);
    let found = text.chars().count();
    if found != expected {
        return Err(NumberError::Length {
            kind,
            expected,
            found,
        });
    }
    for (index, character) in text.chars().enumerate() {
        let fits = u8::try_from(character).is_ok_and(|byte| allowed(index, byte));
        if !fits {
            return Err(NumberError::Character {
                kind,
                position: index + 1,
            });
        }
    }
    Ok(text)
}

/// As [`shaped`] for all but the check digit, which is appended.
fn completed(
    leading: &str,
    kind: NumberKind,
    length: usize,
    allowed: impl Fn(usize, u8) -> bool,
) -> Result<String, NumberError> {
    let leading = shaped(leading, kind, length - 1, allowed)?;
    check_digit::completed(&leading).ok_or(NumberError::Character { kind, position: 1 })
}

/// Where every character is a digit.
fn digits_only(_: usize, byte: u8) -> bool {
    byte.is_ascii_digit()
}

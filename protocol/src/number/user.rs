//! User ids of staff.

use utoipa::ToSchema;

use super::{NumberError, NumberKind, looks_like_individual_number};
use crate::value::{plain_display, text_value};

/// ユーザID: six or more half-width letters and digits, unique over all kinds of user.
/// Letters keep their case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct UserId(String);

impl UserId {
    /// Least characters.
    pub const MIN: usize = 6;
    /// Most characters.
    pub const MAX: usize = 32;

    /// Reads an id as typed or sent; only space around it is dropped.
    ///
    /// # Errors
    /// When it is too short, too long, has other characters, or is an individual number.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let kind = NumberKind::User;
        let text = text.trim();
        let found = text.chars().count();
        if let Some(index) = text.chars().position(|c| !c.is_ascii_alphanumeric()) {
            return Err(NumberError::Character {
                kind,
                position: index + 1,
            });
        }
        let expected = found.clamp(Self::MIN, Self::MAX);
        if found != expected {
            return Err(NumberError::Length {
                kind,
                expected,
                found,
            });
        }
        if looks_like_individual_number(text) {
            return Err(NumberError::IndividualNumber);
        }
        Ok(Self(text.to_owned()))
    }
}

text_value!(
    UserId,
    NumberError,
    "a user id of six or more letters and digits"
);
plain_display!(UserId);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn six_half_width_letters_and_digits_are_enough() {
        assert_eq!(UserId::parse(" sato01 ").unwrap().as_str(), "sato01");
        for wrong in ["sato1", "sato_01", "ｓａｔｏ０１", "佐藤sato01", ""] {
            assert!(UserId::parse(wrong).is_err(), "{wrong}");
        }
        assert!(UserId::parse(&"a".repeat(32)).is_ok());
        assert!(UserId::parse(&"a".repeat(33)).is_err());
    }

    #[test]
    fn an_individual_number_is_no_user_id() {
        assert_eq!(
            UserId::parse("123456789018"),
            Err(NumberError::IndividualNumber)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            if let Ok(id) = UserId::parse(&text) {
                prop_assert_eq!(UserId::parse(id.as_str()).unwrap(), id);
            }
        }
    }
}

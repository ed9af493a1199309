//! 介護保険事業所番号 and the claim user id built on it.

use utoipa::ToSchema;

use super::{NumberError, NumberKind, check_digit, completed, digits_only, shaped};
use crate::value::{plain_display, text_value};

/// 事業所番号: ten characters: prefecture 2, kind 1, county or city 2, serial 4, check
/// digit 1. The kind may be a letter (`A`: 総合事業) other than I, O and Q.
///
/// Prefecture 99 does not exist and is used for invented offices.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct OfficeNumber(String);

impl OfficeNumber {
    /// Characters of a number.
    pub const LENGTH: usize = 10;

    /// Reads a number as typed or sent; full-width characters, lower-case letters and
    /// space around it are taken.
    ///
    /// # Errors
    /// When it is not ten characters of which only the third may be a letter. A wrong
    /// check digit is no error: ask [`Self::check_digit_ok`] and warn.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        shaped(text, NumberKind::Office, Self::LENGTH, may_stand).map(Self)
    }

    /// Makes a number from its nine leading characters.
    ///
    /// # Errors
    /// When they are not the beginning of a number.
    pub fn with_check_digit(nine: &str) -> Result<Self, NumberError> {
        completed(nine, NumberKind::Office, Self::LENGTH, may_stand).map(Self)
    }

    /// `false` is a reason to warn, never to stop: an administrator may go on.
    #[must_use]
    pub fn check_digit_ok(&self) -> bool {
        check_digit::is_right(&self.0)
    }
}

text_value!(OfficeNumber, NumberError, "a ten-character office number");
plain_display!(OfficeNumber);

/// 電子請求ユーザID: `KJ`, the two-digit prefecture of the claim and the office number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct ClaimUserId(String);

impl ClaimUserId {
    /// Characters of an id.
    pub const LENGTH: usize = 14;

    /// Reads an id as typed or sent.
    ///
    /// # Errors
    /// When it is not `KJ`, two digits and ten characters shaped like an office number.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let allowed = |index, byte| match index {
            0 => byte == b'K',
            1 => byte == b'J',
            2 | 3 => digits_only(index, byte),
            _ => may_stand(index - 4, byte),
        };
        shaped(text, NumberKind::ClaimUser, Self::LENGTH, allowed).map(Self)
    }

    /// The office number inside.
    #[must_use]
    pub fn office(&self) -> OfficeNumber {
        OfficeNumber(self.0.chars().skip(4).collect())
    }
}

text_value!(ClaimUserId, NumberError, "KJ and twelve characters");
plain_display!(ClaimUserId);

fn may_stand(index: usize, byte: u8) -> bool {
    byte.is_ascii_digit()
        || (index == 2 && byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O' | b'Q'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_taken_as_people_type_it() {
        for typed in ["09A0000017", " ０９Ａ００００017　", "09a0000017\n"] {
            assert_eq!(OfficeNumber::parse(typed).unwrap().as_str(), "09A0000017");
        }
    }

    #[test]
    fn a_wrong_check_digit_warns_and_does_not_stop() {
        let sample = OfficeNumber::parse("1311111111").unwrap();
        assert!(!sample.check_digit_ok());
        assert!(OfficeNumber::parse("9970000015").unwrap().check_digit_ok());
    }

    #[test]
    fn a_number_of_the_wrong_shape_is_refused_with_the_place() {
        assert_eq!(
            OfficeNumber::parse("997000001"),
            Err(NumberError::Length {
                kind: NumberKind::Office,
                expected: 10,
                found: 9
            })
        );
        assert_eq!(
            OfficeNumber::parse("99700A0015"),
            Err(NumberError::Character {
                kind: NumberKind::Office,
                position: 6
            })
        );
        for letter in ["I", "O", "Q"] {
            assert!(OfficeNumber::parse(&format!("99{letter}0000015")).is_err());
        }
        assert!(OfficeNumber::parse("99-7000015").is_err());
        assert!(OfficeNumber::parse("").is_err());
    }

    #[test]
    fn the_check_digit_completes_nine_characters() {
        assert_eq!(
            OfficeNumber::with_check_digit("997000001")
                .unwrap()
                .as_str(),
            "9970000015"
        );
        assert_eq!(
            OfficeNumber::with_check_digit("27A223260")
                .unwrap()
                .as_str(),
            "27A2232608"
        );
        assert!(OfficeNumber::with_check_digit("9970000015").is_err());
    }

    #[test]
    fn a_claim_user_id_carries_its_office() {
        let id = ClaimUserId::parse("kj999970000015").unwrap();
        assert_eq!(id.as_str(), "KJ999970000015");
        assert_eq!(id.office().as_str(), "9970000015");
        assert!(ClaimUserId::parse("KJ99997000001").is_err());
        assert!(ClaimUserId::parse("KX999970000015").is_err());
    }

    #[test]
    fn a_wrong_number_on_the_wire_is_refused() {
        assert!(serde_json::from_str::<OfficeNumber>("\"997000001\"").is_err());
        assert!(serde_json::from_str::<OfficeNumber>("9970000015").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,24}") {
            let _ = OfficeNumber::parse(&text);
            let _ = ClaimUserId::parse(&text);
        }

        #[test]
        fn a_number_survives_the_wire(nine in "[0-9]{2}[0-9A-HJ-NPR-Z][0-9]{6}") {
            let number = OfficeNumber::with_check_digit(&nine).unwrap();
            prop_assert!(number.check_digit_ok());
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<OfficeNumber>(&json).unwrap(), number);
        }
    }
}

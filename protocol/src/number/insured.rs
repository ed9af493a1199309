//! 保険者番号 and 被保険者番号.

use utoipa::ToSchema;

use super::{NumberError, NumberKind, check_digit, completed, digits_only, shaped, tidy};
use crate::value::{plain_display, redacted_debug, text_value};

/// 保険者番号 of long-term care insurance: prefecture 2, municipality 3, check digit 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct InsurerNumber(String);

impl InsurerNumber {
    /// Digits of a number.
    pub const LENGTH: usize = 6;

    /// Reads a number as typed or sent.
    ///
    /// # Errors
    /// When it is not six digits. A wrong check digit is no error: ask
    /// [`Self::check_digit_ok`] and warn.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        shaped(text, NumberKind::Insurer, Self::LENGTH, digits_only).map(Self)
    }

    /// Makes a number from its five leading digits.
    ///
    /// # Errors
    /// When they are not five digits.
    pub fn with_check_digit(five: &str) -> Result<Self, NumberError> {
        completed(five, NumberKind::Insurer, Self::LENGTH, digits_only).map(Self)
    }

    /// `false` is a reason to warn, never to stop.
    #[must_use]
    pub fn check_digit_ok(&self) -> bool {
        check_digit::is_right(&self.0)
    }
}

text_value!(InsurerNumber, NumberError, "a six-digit insurer number");
plain_display!(InsurerNumber);

/// 被保険者番号: ten characters with their leading zeros; the first may be `H`
/// (みなし2号: 40 to 64 years old and on public assistance).
///
/// There is no national check digit; municipalities differ, so none is computed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct InsuredNumber(String);

impl InsuredNumber {
    /// Characters of a number.
    pub const LENGTH: usize = 10;

    /// Reads a number as typed or sent.
    ///
    /// # Errors
    /// When it is not ten digits, or `H` and nine digits.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        shaped(text, NumberKind::Insured, Self::LENGTH, may_stand).map(Self)
    }

    /// Reads a number from a file of another system. Nine digits are taken as a number
    /// whose leading zero was lost, and the result says so. Anything shorter is refused:
    /// the six digits that some services search by are not a number.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn from_import(text: &str) -> Result<ImportedInsuredNumber, NumberError> {
        let text = tidy(text);
        let padded = text.len() == Self::LENGTH - 1 && text.bytes().all(|b| b.is_ascii_digit());
        let number = if padded {
            Self::parse(&format!("0{text}"))?
        } else {
            Self::parse(&text)?
        };
        Ok(ImportedInsuredNumber { number, padded })
    }

    /// The last six digits, by which some municipalities search (E8).
    #[must_use]
    pub fn last_six(&self) -> &str {
        self.0.get(Self::LENGTH - 6..).unwrap_or_default()
    }

    /// Whether the number starts with `H`.
    #[must_use]
    pub fn is_h_number(&self) -> bool {
        self.0.starts_with('H')
    }
}

text_value!(InsuredNumber, NumberError, "a ten-character insured number");
plain_display!(InsuredNumber);
redacted_debug!(InsuredNumber);

/// A number that came from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedInsuredNumber {
    /// The number.
    pub number: InsuredNumber,
    /// `true` when a leading zero was put back: worth a warning.
    pub padded: bool,
}

fn may_stand(index: usize, byte: u8) -> bool {
    byte.is_ascii_digit() || (index == 0 && byte == b'H')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leading_zeros_and_the_h_are_kept() {
        assert_eq!(
            InsuredNumber::parse("0000087084").unwrap().as_str(),
            "0000087084"
        );
        let h = InsuredNumber::parse("ｈ００００８７０８４").unwrap();
        assert_eq!(h.to_string(), "H000087084");
        assert!(h.is_h_number());
        assert_eq!(h.last_six(), "087084");
    }

    #[test]
    fn nine_digits_from_a_file_are_padded_and_the_import_says_so() {
        let imported = InsuredNumber::from_import("000087084").unwrap();
        assert_eq!(imported.number.as_str(), "0000087084");
        assert!(imported.padded);
        assert!(!InsuredNumber::from_import("0000087084").unwrap().padded);
        assert!(InsuredNumber::parse("000087084").is_err());
    }

    #[test]
    fn six_digits_are_never_padded_into_somebody_elses_number() {
        assert!(InsuredNumber::from_import("087084").is_err());
        assert!(InsuredNumber::from_import("H00087084").is_err());
    }

    #[test]
    fn numbers_of_the_wrong_shape_are_refused() {
        for wrong in [
            "",
            "00000870841",
            "00000A7084",
            "0H00087084",
            "0000-87084",
            "〇000087084",
        ] {
            assert!(InsuredNumber::parse(wrong).is_err(), "{wrong}");
        }
        for wrong in ["43507", "4350730", "43507H"] {
            assert!(InsurerNumber::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn insurer_numbers_have_the_official_check_digit() {
        assert!(InsurerNumber::parse("435073").unwrap().check_digit_ok());
        assert!(!InsurerNumber::parse("435074").unwrap().check_digit_ok());
        assert_eq!(
            InsurerNumber::with_check_digit("09201").unwrap().as_str(),
            "092015"
        );
    }

    #[test]
    fn an_insured_number_does_not_show_in_debug_output() {
        let number = InsuredNumber::parse("0000087084").unwrap();
        assert_eq!(format!("{number:?}"), "InsuredNumber(**********)");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,24}") {
            let _ = InsuredNumber::parse(&text);
            let _ = InsuredNumber::from_import(&text);
            let _ = InsurerNumber::parse(&text);
        }

        #[test]
        fn a_number_survives_the_wire(text in "[0-9H][0-9]{9}") {
            let number = InsuredNumber::parse(&text).unwrap();
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(json, format!("\"{text}\""));
        }
    }
}

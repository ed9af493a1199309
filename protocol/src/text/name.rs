//! Names of people.

use utoipa::ToSchema;

use super::{TextError, TextKind, check, to_full_width_kana};
use crate::value::{plain_display, redacted_debug, text_value};

/// A person's name as the card or the register has it: variant kanji are kept as they
/// are; family name and given names are separated by one half-width space.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct PersonName(String);

impl PersonName {
    /// Most characters.
    pub const MAX: usize = 100;

    /// Reads a name; any space in it (the card has U+3000) becomes one half-width space.
    ///
    /// # Errors
    /// When it is empty, longer than [`Self::MAX`], has control characters, or contains an
    /// individual number.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        // Line breaks and tabs are white space too, but no part of a name.
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return Err(TextError::Character(TextKind::Name));
        }
        let name = one_space(text);
        check(&name, TextKind::Name, Self::MAX)?;
        Ok(Self(name))
    }

    /// What stands before the first space; the whole name when there is none.
    #[must_use]
    pub fn family(&self) -> &str {
        self.0
            .split_once(' ')
            .map_or(self.as_str(), |(family, _)| family)
    }

    /// What stands after the first space.
    #[must_use]
    pub fn given(&self) -> Option<&str> {
        self.0.split_once(' ').map(|(_, given)| given)
    }
}

text_value!(PersonName, TextError, "a person's name");
plain_display!(PersonName);
redacted_debug!(PersonName);

/// A name in full-width katakana (全角カナ).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct KanaName(String);

impl KanaName {
    /// Most characters.
    pub const MAX: usize = 100;

    /// Reads a name; half-width katakana and hiragana become full-width katakana.
    ///
    /// # Errors
    /// When anything but kana, the long-vowel sign, `・` and space is left.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return Err(TextError::Character(TextKind::Kana));
        }
        let name = one_space(&to_full_width_kana(text));
        check(&name, TextKind::Kana, Self::MAX)?;
        if name
            .chars()
            .all(|c| matches!(c, 'ァ'..='ヺ' | '・' | 'ー' | ' '))
        {
            Ok(Self(name))
        } else {
            Err(TextError::Character(TextKind::Kana))
        }
    }
}

text_value!(KanaName, TextError, "a name in kana");
plain_display!(KanaName);
redacted_debug!(KanaName);

fn one_space(text: &str) -> String {
    let parts: Vec<&str> = text.split_whitespace().collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_space_of_the_card_becomes_one_half_width_space() {
        let name = PersonName::parse("　汐見　　花子 ").unwrap();
        assert_eq!(name.to_string(), "汐見 花子");
        assert_eq!((name.family(), name.given()), ("汐見", Some("花子")));
        let single = PersonName::parse("花子").unwrap();
        assert_eq!((single.family(), single.given()), ("花子", None));
    }

    #[test]
    fn variant_kanji_are_kept() {
        for name in ["髙橋 﨑子", "𠮷田 葛\u{e0100}", "渡邉 龍之介"] {
            assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert_eq!(
            PersonName::parse(" 　"),
            Err(TextError::Empty(TextKind::Name))
        );
        for wrong in [
            "汐見\n花子",
            "汐見\u{0}花子",
            "汐見\u{202e}花子",
            "汐見\t花子",
        ] {
            assert_eq!(
                PersonName::parse(wrong),
                Err(TextError::Character(TextKind::Name))
            );
        }
        assert!(PersonName::parse(&"あ".repeat(100)).is_ok());
        assert!(PersonName::parse(&"あ".repeat(101)).is_err());
        assert_eq!(
            PersonName::parse("汐見 123456789018"),
            Err(TextError::IndividualNumber)
        );
    }

    #[test]
    fn kana_are_full_width_katakana_in_the_end() {
        for text in ["ｼｵﾐ ﾊﾅｺﾞ", "しおみ　はなご", "シオミ ハナゴ"] {
            assert_eq!(KanaName::parse(text).unwrap().as_str(), "シオミ ハナゴ");
        }
        for wrong in ["汐見", "Shiomi", "シオミ1", "", "゛"] {
            assert!(KanaName::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_does_not_show_in_debug_output() {
        let name = PersonName::parse("汐見 花子").unwrap();
        assert_eq!(format!("{name:?}"), "PersonName(**********)");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(name.as_str()).unwrap(), name);
            }
            if let Ok(name) = KanaName::parse(&text) {
                prop_assert_eq!(KanaName::parse(name.as_str()).unwrap(), name);
            }
        }
    }
}

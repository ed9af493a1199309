//! The name of a delivered file: 被保険者番号_被保険者氏名_認定年月日.pdf (U18).
//!
//! It is personal data, used for display and export only; on disk a document lies under
//! its random id.

use std::fmt;

use crate::calendar::{Date, parse_japanese};
use crate::number::InsuredNumber;
use crate::text::{PersonName, TextError, TextKind};

/// Longest file name read, in characters.
pub const MAX_DOCUMENT_NAME_CHARS: usize = 160;

/// What a delivered file's name says.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentName {
    /// 被保険者番号.
    pub insured: InsuredNumber,
    /// 被保険者氏名.
    pub name: PersonName,
    /// 認定年月日.
    pub certified_on: Date,
}

/// A name that was read, and whether its number had to be padded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadDocumentName {
    /// The name.
    pub name: DocumentName,
    /// `true` when the number had nine digits, as the municipality's sample has (X7).
    pub padded: bool,
}

impl DocumentName {
    /// Reads a file name. The number may have nine digits; the date may have any form of
    /// [`parse_japanese`].
    ///
    /// # Errors
    /// When it does not have the three parts, or one of them is not what it has to be.
    pub fn parse(file_name: &str) -> Result<ReadDocumentName, TextError> {
        let kind = TextKind::DocumentName;
        if file_name.chars().nth(MAX_DOCUMENT_NAME_CHARS).is_some() {
            return Err(TextError::TooLong {
                kind,
                limit: MAX_DOCUMENT_NAME_CHARS,
            });
        }
        let shape = TextError::Shape(kind);
        let (stem, extension) = file_name.trim().rsplit_once('.').ok_or(shape)?;
        if !extension.eq_ignore_ascii_case("pdf") {
            return Err(shape);
        }
        let (number, rest) = stem.split_once('_').ok_or(shape)?;
        let (name, certified_on) = rest.rsplit_once('_').ok_or(shape)?;
        let imported = InsuredNumber::from_import(number).map_err(|_| shape)?;
        Ok(ReadDocumentName {
            name: Self {
                insured: imported.number,
                name: PersonName::parse(name)?,
                certified_on: parse_japanese(certified_on).map_err(|_| shape)?,
            },
            padded: imported.padded,
        })
    }
}

/// The file name; signs that file systems give a meaning become full-width.
impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name: String = self.name.as_str().chars().map(harmless).collect();
        write!(
            f,
            "{}_{}_{}.pdf",
            self.insured,
            name,
            self.certified_on.japanese()
        )
    }
}

impl fmt::Debug for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentName(**********)")
    }
}

fn harmless(character: char) -> char {
    match character {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => {
            char::from_u32(u32::from(character) + 0xfee0).unwrap_or('＿')
        }
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_municipalitys_form_is_read_and_written() {
        let read = DocumentName::parse("000087084_汐見 花子_令和7年8月28日.pdf").unwrap();
        assert!(read.padded);
        assert_eq!(read.name.certified_on, Date::from_ymd(2025, 8, 28).unwrap());
        assert_eq!(
            read.name.to_string(),
            "0000087084_汐見 花子_令和7年8月28日.pdf"
        );
        let again = DocumentName::parse(&read.name.to_string()).unwrap();
        assert_eq!(
            again,
            ReadDocumentName {
                name: read.name,
                padded: false
            }
        );
    }

    #[test]
    fn other_names_are_refused() {
        for wrong in [
            "",
            "scan.pdf",
            "000087084_汐見 花子_令和7年8月28日",
            "000087084_令和7年8月28日.pdf",
            "000087084_汐見 花子_令和7年8月28日.exe",
            "87084_汐見 花子_令和7年8月28日.pdf",
            "000087084_汐見 花子_令和7年2月30日.pdf",
            "000087084__令和7年8月28日.pdf",
        ] {
            assert!(DocumentName::parse(wrong).is_err(), "{wrong}");
        }
        assert!(DocumentName::parse(&"a".repeat(10_000)).is_err());
    }

    #[test]
    fn a_written_name_is_never_a_path() {
        let name = DocumentName {
            insured: InsuredNumber::parse("0000087084").unwrap(),
            name: PersonName::parse("../../etc\\passwd:*?\"<>|").unwrap(),
            certified_on: Date::from_ymd(2025, 8, 28).unwrap(),
        };
        let written = name.to_string();
        assert!(
            !written.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']),
            "{written}"
        );
        assert!(written.starts_with("0000087084_"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = DocumentName::parse(&text);
        }

        #[test]
        fn any_written_name_is_read_back(
            number in "[0-9H][0-9]{9}", name in "[一-龠々_]{1,8} [ぁ-んァ-ヶ]{1,8}", days in 0i64..50_000,
        ) {
            let name = DocumentName {
                insured: InsuredNumber::parse(&number).unwrap(),
                name: PersonName::parse(&name).unwrap(),
                certified_on: Date::from_ymd(1950, 1, 1).unwrap().add_days(days),
            };
            let read = DocumentName::parse(&name.to_string()).unwrap();
            prop_assert_eq!(read.name, name);
        }
    }
}

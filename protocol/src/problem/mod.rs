//! Problem codes: one code on the screen, in the log and on the wire.
//!
//! Each says what happened, what is safe, and what to do. The words that people see for
//! a code are in the translations; the code itself never changes its meaning.

mod codes;

pub use codes::ProblemCode;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::PartialSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// Longest code in characters.
pub const MAX_CODE_CHARS: usize = 64;

impl ProblemCode {
    /// Reads a code. One that this build does not know (from a newer partner) becomes
    /// [`ProblemCode::Other`].
    ///
    /// # Errors
    /// [`NotACode`] when the text is not shaped like a code.
    pub fn parse(text: &str) -> Result<Self, NotACode> {
        if let Some(known) = Self::known(text) {
            return Ok(known);
        }
        let shaped = text.len() <= MAX_CODE_CHARS
            && text.strip_prefix("MDG-").is_some_and(|rest| {
                rest.split('-').all(|word| {
                    !word.is_empty()
                        && word
                            .bytes()
                            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                })
            });
        if shaped {
            Ok(Self::Other(text.to_owned()))
        } else {
            Err(NotACode)
        }
    }

    /// The code in the form of a translation key: `mdg-card-torn`.
    #[must_use]
    pub fn key(&self) -> String {
        self.as_str().to_ascii_lowercase()
    }
}

/// The text is not shaped like `MDG-SUBJECT-DETAIL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a problem code")]
pub struct NotACode;

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ProblemCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ProblemCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::value::parsed(deserializer, "a problem code", Self::parse)
    }
}

impl PartialSchema for ProblemCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^MDG(-[A-Z0-9]+)+$"))
            .description(Some(
                "Stable problem code. Known codes are listed as examples; more may come.",
            ))
            .examples(Self::ALL.iter().map(|code| code.as_str().to_owned()))
            .into()
    }
}

impl utoipa::ToSchema for ProblemCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ProblemCode")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_code_is_unique_well_shaped_and_read_back() {
        let mut seen = HashSet::new();
        for code in ProblemCode::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} twice");
            assert_eq!(&ProblemCode::parse(text).unwrap(), code);
            assert!(text.len() <= MAX_CODE_CHARS);
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{text}\""));
        }
    }

    #[test]
    fn a_code_of_a_newer_gateway_is_kept_as_it_is() {
        let code: ProblemCode = serde_json::from_str("\"MDG-MOON-FULL\"").unwrap();
        assert_eq!(code, ProblemCode::Other("MDG-MOON-FULL".to_owned()));
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"MDG-MOON-FULL\"");
        assert_eq!(code.key(), "mdg-moon-full");
    }

    #[test]
    fn text_that_is_no_code_is_refused() {
        for text in [
            "",
            "MDG",
            "MDG-",
            "mdg-card-torn",
            "MDG--A",
            "MDG-a",
            "X-CARD",
            "MDG-A B",
        ] {
            assert_eq!(ProblemCode::parse(text), Err(NotACode), "{text}");
        }
        assert!(ProblemCode::parse(&format!("MDG-{}", "A".repeat(100))).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            if let Ok(code) = ProblemCode::parse(&text) {
                prop_assert_eq!(code.as_str(), text);
            }
        }
    }
}

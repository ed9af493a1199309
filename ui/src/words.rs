//! The words that people see: Fluent messages by key, in Japanese and English.
//!
//! One place for the screen, the slip, the command line and, later, speech. The files are built
//! into the program, so a terminal never shows a key because a file is missing.

use std::borrow::Cow;

use firmware::terminal::touch::Language;
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

use crate::phrases;

/// The message files of one language, by subject.
macro_rules! files {
    ($language:literal) => {
        &[
            include_str!(concat!("../lang/", $language, "/common.ftl")),
            include_str!(concat!("../lang/", $language, "/access.ftl")),
            include_str!(concat!("../lang/", $language, "/entry.ftl")),
            include_str!(concat!("../lang/", $language, "/home.ftl")),
            include_str!(concat!("../lang/", $language, "/card.ftl")),
            include_str!(concat!("../lang/", $language, "/lookup.ftl")),
            include_str!(concat!("../lang/", $language, "/request.ftl")),
            include_str!(concat!("../lang/", $language, "/outbox.ftl")),
            include_str!(concat!("../lang/", $language, "/inbox.ftl")),
            include_str!(concat!("../lang/", $language, "/help.ftl")),
            include_str!(concat!("../lang/", $language, "/staff.ftl")),
            include_str!(concat!("../lang/", $language, "/setup.ftl")),
            include_str!(concat!("../lang/", $language, "/selftest.ftl")),
            include_str!(concat!("../lang/", $language, "/doctor.ftl")),
            include_str!(concat!("../lang/", $language, "/problems.ftl")),
        ]
    };
}

/// Japanese, by subject.
pub const JAPANESE: &[&str] = files!("ja");
/// English, by subject.
pub const ENGLISH: &[&str] = files!("en");

/// The words of one language.
pub struct Words {
    language: Language,
    phrases: bool,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// Loads the words of a language.
    ///
    /// # Panics
    /// When a built-in file is not Fluent or has a key twice; a test reads them all.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let (tag, files) = match language {
            Language::Ja => ("ja", JAPANESE),
            Language::En => ("en", ENGLISH),
        };
        let tag = tag.parse().expect("a built-in language tag is well formed");
        let mut bundle = FluentBundle::new(vec![tag]);
        // The screen knows its direction; isolation marks would only show as boxes.
        bundle.set_use_isolating(false);
        for file in files {
            let resource = FluentResource::try_new((*file).to_owned())
                .unwrap_or_else(|(_, errors)| panic!("built-in words: {errors:?}"));
            bundle
                .add_resource(resource)
                .unwrap_or_else(|errors| panic!("built-in words: {errors:?}"));
        }
        Self {
            language,
            phrases: false,
            bundle,
        }
    }

    /// The same for a screen: sentences are broken into lines between phrases only.
    #[must_use]
    pub fn for_screen(language: Language) -> Self {
        Self {
            phrases: language == Language::Ja,
            ..Self::new(language)
        }
    }

    /// Which language this is.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether there are words for `key` (`message` or `message.attribute`).
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        let (name, attribute) = parts(key);
        self.bundle
            .get_message(name)
            .is_some_and(|message| match attribute {
                Some(attribute) => message.get_attribute(attribute).is_some(),
                None => message.value().is_some(),
            })
    }

    /// The words for `key`. A key without words shows itself in brackets: the tests know every
    /// key, so this is seen only by somebody who is writing a page.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// The words for `key`, with the values that stand in it.
    #[must_use]
    pub fn say_with(&self, key: &str, values: &[(&str, Value)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(
                (*name).to_owned(),
                match value {
                    Value::Text(text) => FluentValue::String(Cow::Owned(text.clone())),
                    Value::Count(count) => FluentValue::from(*count),
                },
            );
        }
        self.format(key, Some(&args))
    }

    fn format(&self, key: &str, args: Option<&FluentArgs>) -> String {
        let (name, attribute) = parts(key);
        let message = self.bundle.get_message(name);
        let pattern = message.and_then(|message| match attribute {
            Some(attribute) => message.get_attribute(attribute).map(|found| found.value()),
            None => message.value(),
        });
        let Some(pattern) = pattern else {
            tracing::warn!(key, "no words for this key");
            return format!("[{key}]");
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::warn!(key, count = errors.len(), "words with a value missing");
        }
        if self.phrases {
            phrases::keep(&text)
        } else {
            text.into_owned()
        }
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// Message and attribute of a key: `mdg-card-torn.safe`.
fn parts(key: &str) -> (&str, Option<&str>) {
    match key.split_once('.') {
        Some((name, attribute)) => (name, Some(attribute)),
        None => (key, None),
    }
}

/// A value that stands in a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, as it is.
    Text(String),
    /// A number, which also chooses the plural.
    Count(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<u8> for Value {
    fn from(count: u8) -> Self {
        Self::Count(i64::from(count))
    }
}

impl From<u16> for Value {
    fn from(count: u16) -> Self {
        Self::Count(i64::from(count))
    }
}

impl From<i64> for Value {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

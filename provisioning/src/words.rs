//! What people read: Fluent messages by key, in Japanese and English, built into the program.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

use crate::error::Problem;

/// The message files of one language, by subject.
macro_rules! files {
    ($language:literal) => {
        [
            include_str!(concat!("../lang/", $language, "/tool.ftl")),
            include_str!(concat!("../lang/", $language, "/problems.ftl")),
        ]
    };
}

/// Languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

impl Language {
    /// The language of the environment: Japanese unless it names another.
    #[must_use]
    pub fn of_environment() -> Self {
        let named = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        match named {
            Some(name) if !name.starts_with("ja") => Self::En,
            _ => Self::Ja,
        }
    }

    fn files(self) -> (&'static str, [&'static str; 2]) {
        match self {
            Self::Ja => ("ja", files!("ja")),
            Self::En => ("en", files!("en")),
        }
    }
}

/// The words of one language.
pub struct Words {
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// Loads the words of a language.
    ///
    /// # Panics
    /// When a built-in file is not Fluent or has a key twice; a test reads them all.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let (tag, files) = language.files();
        let tag = tag.parse().expect("a built-in language tag is well formed");
        let mut bundle = FluentBundle::new(vec![tag]);
        // A terminal shows isolation marks as boxes.
        bundle.set_use_isolating(false);
        for file in files {
            let resource = FluentResource::try_new(file.to_owned())
                .unwrap_or_else(|(_, errors)| panic!("built-in words: {errors:?}"));
            bundle
                .add_resource(resource)
                .unwrap_or_else(|errors| panic!("built-in words: {errors:?}"));
        }
        Self { bundle }
    }

    /// The words for `message` or `message.attribute`; the key itself when there are none.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The same with the values that stand in it.
    #[must_use]
    pub fn say_with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, FluentValue::String(Cow::Borrowed(*value)));
        }
        let (name, attribute) = match key.split_once('.') {
            Some((name, attribute)) => (name, Some(attribute)),
            None => (key, None),
        };
        let message = self.bundle.get_message(name);
        let pattern = message.and_then(|message| match attribute {
            Some(attribute) => message.get_attribute(attribute).map(|found| found.value()),
            None => message.value(),
        });
        match pattern {
            Some(pattern) => self
                .bundle
                .format_pattern(pattern, Some(&args), &mut Vec::new())
                .into_owned(),
            None => key.to_owned(),
        }
    }

    /// A problem for people: its code, what happened, what is safe, what to do.
    #[must_use]
    pub fn problem(&self, problem: &Problem) -> String {
        if let Problem::Begun(problem) = problem {
            return self.problem(problem);
        }
        let key = problem.code().to_ascii_lowercase();
        let mut lines = vec![format!("{}: {}", problem.code(), self.say(&key))];
        match problem {
            Problem::DiskRefused { disk, why } => {
                let why = self.say(&format!("why-{}", why.as_str()));
                lines.push(format!("  {disk}: {why}"));
            }
            Problem::BatchRows(rows) => lines.extend(rows.iter().map(|row| {
                let (line, code) = (row.line.to_string(), row.problem.code());
                let why = self.say(&code.to_ascii_lowercase());
                let values = [("line", line.as_str()), ("card", &row.card), ("why", &why)];
                format!("  {} ({code})", self.say_with("batch-row", &values))
            })),
            Problem::CardDiffers { at, cause }
            | Problem::VerifyDiffers { at, cause }
            | Problem::CardRead { at, cause, .. } => {
                let cause = self.say(&format!("cause-{}", cause.as_str()));
                lines.push(format!("  {at}: {cause}"));
            }
            other => lines.push(format!("  ({other})")),
        }
        for part in ["safe", "do"] {
            let words = self.say(&format!("{key}.{part}"));
            lines.push(format!("  {} {words}", self.say(part)));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    fn keys(language: Language) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for file in language.files().1 {
            let mut message = String::new();
            for line in file.lines() {
                if let Some((key, _)) = line.split_once(" = ") {
                    if let Some(attribute) = key.trim().strip_prefix('.') {
                        keys.insert(format!("{message}.{attribute}"));
                    } else {
                        key.clone_into(&mut message);
                        keys.insert(message.clone());
                    }
                }
            }
        }
        keys
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys(Language::Ja), keys(Language::En));
    }

    #[test]
    fn every_problem_says_what_happened_what_is_safe_and_what_to_do() {
        let keys = keys(Language::Ja);
        for code in Problem::CODES {
            let key = code.to_ascii_lowercase();
            for part in ["", ".safe", ".do"] {
                assert!(keys.contains(&format!("{key}{part}")), "{key}{part}");
            }
        }
        let problems = keys
            .iter()
            .filter(|key| key.starts_with("mdg-") && !key.contains('.'));
        assert_eq!(
            problems.count(),
            Problem::CODES.len(),
            "words for a code that is gone"
        );
    }
}

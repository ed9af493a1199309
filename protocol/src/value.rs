//! What every value type that is written as text has in common.

/// Gives a text newtype with `parse(&str) -> Result<Self, $error>` its reading and
/// writing: `as_str`, `FromStr`, `AsRef<str>` and serde through `parse`, so that a wrong
/// value is refused on the wire as it is at the keyboard.
macro_rules! text_value {
    ($name:ident, $error:ty, $expecting:literal) => {
        impl $name {
            /// The value as it is stored and sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::parsed(deserializer, $expecting, Self::parse)
            }
        }
    };
}

/// Shows a text value as it is stored.
macro_rules! plain_display {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

/// `Debug` without the value, for what is told about a person.
macro_rules! redacted_debug {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(**********)"))
            }
        }
    };
}

pub(crate) use {plain_display, redacted_debug, text_value};

/// Deserializes a string through `parse`.
pub(crate) fn parsed<'de, D, T, E>(
    deserializer: D,
    expecting: &'static str,
    parse: fn(&str) -> Result<T, E>,
) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    E: std::fmt::Display,
{
    struct Reader<T, E> {
        expecting: &'static str,
        parse: fn(&str) -> Result<T, E>,
    }

    impl<T, E: std::fmt::Display> serde::de::Visitor<'_> for Reader<T, E> {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.expecting)
        }

        fn visit_str<F: serde::de::Error>(self, text: &str) -> Result<T, F> {
            (self.parse)(text).map_err(F::custom)
        }
    }

    deserializer.deserialize_str(Reader { expecting, parse })
}

/// Stands in `Debug` output where personal data would be.
pub(crate) struct Redacted;

impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("**********")
    }
}

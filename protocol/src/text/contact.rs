//! Telephone numbers and e-mail addresses.

use std::fmt;

use utoipa::ToSchema;

use super::{TextError, TextKind, check, fold_width};
use crate::value::{plain_display, redacted_debug, text_value};

/// A Japanese telephone number: ten or eleven digits, stored without hyphens (C14).
/// `Display` puts the hyphens in.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number with or without hyphens, spaces and parentheses; `+81` is taken for
    /// the leading zero.
    ///
    /// # Errors
    /// When the digits are not those of a number that can be dialled inside Japan.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let folded = fold_width(text.trim());
        let (international, rest) = match folded.strip_prefix("+81") {
            Some(rest) => (true, rest),
            None => (false, folded.as_str()),
        };
        let mut digits = String::with_capacity(11);
        for character in rest.chars() {
            match character {
                '0'..='9' if digits.len() < 12 => digits.push(character),
                '0'..='9' => return Err(TextError::Shape(TextKind::Phone)),
                '-' | '‐' | '‑' | '–' | '—' | '−' | 'ー' | ' ' | '(' | ')' => {}
                _ => return Err(TextError::Character(TextKind::Phone)),
            }
        }
        if digits.is_empty() {
            return Err(TextError::Empty(TextKind::Phone));
        }
        if international && !digits.starts_with('0') {
            digits.insert(0, '0');
        }
        if length_for(&digits) == Some(digits.len()) {
            Ok(Self(digits))
        } else {
            Err(TextError::Shape(TextKind::Phone))
        }
    }
}

text_value!(PhoneNumber, TextError, "a telephone number");
redacted_debug!(PhoneNumber);

/// With hyphens: 046-235-4953, 03-1234-5678, 0120-584-708, 090-1234-5678. Area codes of
/// four and five digits are grouped like those of three.
impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = if has_prefix(&self.0, &["0800", "0120", "0570", "0990"]) {
            (4, 3)
        } else if self.0.len() == 11 {
            (3, 4)
        } else if has_prefix(&self.0, &["03", "06"]) {
            (2, 4)
        } else {
            (3, 3)
        };
        let (area, rest) = self.0.split_at(first);
        let (middle, last) = rest.split_at(second);
        write!(f, "{area}-{middle}-{last}")
    }
}

/// Digits of a number that begins so; `None` when no number does.
fn length_for(digits: &str) -> Option<usize> {
    if !digits.starts_with('0') || has_prefix(digits, &["00"]) {
        None
    } else if has_prefix(digits, &["020", "050", "070", "080", "090"]) {
        Some(11)
    } else {
        Some(10)
    }
}

fn has_prefix(digits: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| digits.starts_with(prefix))
}

/// An e-mail address. Only the shape is checked: whether mail arrives, only mail can tell.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Most characters (RFC 5321, 4.5.3.1.3, without the angle brackets).
    pub const MAX: usize = 254;

    /// Reads an address; the domain becomes lower-case.
    ///
    /// # Errors
    /// When it is not `local@domain` in ASCII with a dot in the domain.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let shape = TextError::Shape(TextKind::Email);
        let text = fold_width(text.trim());
        check(&text, TextKind::Email, Self::MAX)?;
        let (local, domain) = text.rsplit_once('@').ok_or(shape)?;
        // Old Japanese mobile addresses have dots where RFC 5321 does not allow them.
        let local_ok = (1..=64).contains(&local.len())
            && local
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
        let domain_ok = domain.contains('.') && domain.split('.').all(is_domain_label);
        if local_ok && domain_ok {
            Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
        } else {
            Err(shape)
        }
    }
}

text_value!(EmailAddress, TextError, "an e-mail address");
plain_display!(EmailAddress);
redacted_debug!(EmailAddress);

fn is_domain_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_stored_in_digits_and_shown_with_hyphens() {
        for (typed, shown) in [
            ("046-235-4953", "046-235-4953"),
            ("０４６（２３５）４９５３", "046-235-4953"),
            ("0312345678", "03-1234-5678"),
            ("06-6949-5244", "06-6949-5244"),
            ("0120-584-708", "0120-584-708"),
            ("0570059402", "0570-059-402"),
            ("090ー1234ー5678", "090-1234-5678"),
            ("0800 123 4567", "0800-123-4567"),
            ("+81 90 1234 5678", "090-1234-5678"),
            ("+81(0)46 235 4953", "046-235-4953"),
        ] {
            let number = PhoneNumber::parse(typed).unwrap();
            assert_eq!(number.to_string(), shown);
            assert!(number.as_str().bytes().all(|b| b.is_ascii_digit()));
        }
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        for wrong in [
            "",
            "-",
            "119",
            "235-4953",
            "046-235-495",
            "046-235-49533",
            "1462354953",
            "0046-235-4953",
            "090-1234-567",
            "046-235-4953 内線2",
            "046.235.4953x",
            "0123456789012345678901234567890",
        ] {
            assert!(PhoneNumber::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_have_a_local_part_and_a_dotted_domain() {
        assert_eq!(
            EmailAddress::parse(" desk.shiomi@Example.JP ")
                .unwrap()
                .as_str(),
            "desk.shiomi@example.jp"
        );
        assert!(EmailAddress::parse("old..style.@example.ne.jp").is_ok());
        for wrong in [
            "",
            "desk",
            "desk@",
            "@example.jp",
            "desk@example",
            "desk@-example.jp",
            "desk@exa mple.jp",
            "de sk@example.jp",
            "desk@@example.jp",
            "窓口@example.jp",
            "desk@example..jp",
            "123456789018@example.jp",
        ] {
            assert!(EmailAddress::parse(wrong).is_err(), "{wrong}");
        }
        assert!(EmailAddress::parse(&format!("{}@example.jp", "a".repeat(65))).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = EmailAddress::parse(&text);
            let _ = PhoneNumber::parse(&text);
        }

        #[test]
        fn a_number_shown_is_read_back(text in "0[1-9][0-9]{8,9}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                let shown = format!("{number}");
                prop_assert_eq!(PhoneNumber::parse(&shown).unwrap(), number);
            }
        }
    }
}

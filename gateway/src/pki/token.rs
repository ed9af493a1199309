//! One-time tokens: twenty characters without 0, O, 1 and I, written in groups of five.
//!
//! A token carries 100 random bits, so its plain SHA-256 gives nothing away; only that is kept.

use std::time::Duration;

use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::number::OfficeNumber;

use crate::entropy::{ALPHABET, Entropy, code};
use crate::store::TokenIssue;

/// Characters of a token.
const LENGTH: usize = 20;

/// Characters of a group.
const GROUP: usize = 5;

/// How long a token can be used unless said otherwise, in hours.
pub const TOKEN_HOURS: u32 = 24;

/// Longest life of a token, in hours.
pub const MAX_TOKEN_HOURS: u32 = 24;

/// Makes a token as it is printed.
#[must_use]
pub fn make(entropy: &dyn Entropy) -> String {
    let letters = code(entropy, LENGTH);
    let mut printed = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (place, letter) in letters.chars().enumerate() {
        if place > 0 && place % GROUP == 0 {
            printed.push('-');
        }
        printed.push(letter);
    }
    printed
}

/// Draws the operator's token for a unit of an office, and what is kept of it.
#[must_use]
pub fn issue(
    entropy: &dyn Entropy,
    office: &OfficeNumber,
    serial: &str,
    hours: u32,
    replaces: bool,
    now: Timestamp,
) -> (String, TokenIssue) {
    let token = make(entropy);
    let issue = TokenIssue {
        hash: hash(&token).expect("a token that was just made is one"),
        office: office.clone(),
        serial: serial.to_owned(),
        expires_at: now + Duration::from_secs(u64::from(hours) * 3_600),
        station: None,
        replaces,
    };
    (token, issue)
}

/// The hash of a token as it was typed: small letters, spaces and missing hyphens do not
/// matter. `None` when it cannot be a token at all.
#[must_use]
pub fn hash(typed: &str) -> Option<Sha256Digest> {
    if typed.len() > 4 * LENGTH {
        return None;
    }
    let letters: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let fits = letters.len() == LENGTH && letters.bytes().all(|c| ALPHABET.contains(&c));
    fits.then(|| Sha256Digest::of(letters.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_token_is_known_again_however_it_is_typed() {
        let token = make(&SeededEntropy::new(3));
        assert_eq!(token.len(), 23);
        let plain = hash(&token);
        assert!(plain.is_some());
        assert_eq!(plain, hash(&token.to_lowercase()));
        assert_eq!(plain, hash(&token.replace('-', " ")));
        assert_eq!(plain, hash(&format!(" {} ", token.replace('-', ""))));
    }

    #[test]
    fn what_cannot_be_a_token_has_no_hash() {
        for typed in [
            "",
            "ABCDE",
            "OOOOO-IIIII-00000-11111",
            "窓口窓口窓口窓口窓口窓口窓口",
        ] {
            assert_eq!(hash(typed), None, "{typed}");
        }
    }
}

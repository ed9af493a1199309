//! What opens a card: 照合番号B and the card's PIN.
//!
//! Both are secrets. They are wiped when dropped, never printed, and can be read only inside
//! this module's parent.

use std::fmt;

use protocol::calendar::Date;
use zeroize::Zeroizing;

/// Why a credential cannot be built from what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The security code is not four digits.
    #[error("the security code has four digits")]
    SecurityCode,
    /// The expiry year is not one that a card can carry.
    #[error("the expiry year of a card lies between 2016 and 2099")]
    ExpiryYear,
    /// The birth date has no era year of two digits.
    #[error("the birth date lies outside the eras of living people")]
    BirthDate,
    /// The card's PIN is not four digits.
    #[error("the card's PIN has four digits")]
    Pin,
}

/// 照合番号B: fourteen digits, all printed on the front of the card.
///
/// Birth `YYMMDD` in the *Japanese-era* year, expiry year `YYYY`, security code. Ten tries.
///
/// The digits have one place on the heap: moving the value through channels and stacks moves
/// a pointer, and leaves no copies that nobody wipes.
pub struct NumberB(Box<Zeroizing<[u8; 14]>>);

/// Where the groups of [`NumberB`] stand.
const BIRTH: std::ops::Range<usize> = 0..6;
const EXPIRY: std::ops::Range<usize> = 6..10;
const CODE: std::ops::Range<usize> = 10..14;

impl NumberB {
    /// Builds the number from the three things printed on the card.
    ///
    /// # Errors
    /// [`CredentialError`] says which part cannot be right; no try is spent on it.
    pub fn new(born_on: Date, expiry_year: u16, code: &str) -> Result<Self, CredentialError> {
        // The first cards were issued in 2016.
        if !(2016..=2099).contains(&expiry_year) {
            return Err(CredentialError::ExpiryYear);
        }
        if code.len() != CODE.len() || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CredentialError::SecurityCode);
        }
        let era_year = born_on
            .era_two_digit_year()
            .ok_or(CredentialError::BirthDate)?;
        // Written in place and not by the card library, which formats it into a text that it
        // does not wipe.
        let mut digits = Box::new(Zeroizing::new([b'0'; 14]));
        let birth = [era_year, born_on.month(), born_on.day()];
        for (place, part) in digits[BIRTH].chunks_exact_mut(2).zip(birth) {
            write_decimal(place, part.into());
        }
        write_decimal(&mut digits[EXPIRY], expiry_year);
        digits[CODE].copy_from_slice(code.as_bytes());
        Ok(Self(digits))
    }

    /// The year that the card accepts as part of the number.
    #[must_use]
    pub fn expiry_year(&self) -> u16 {
        self.0[EXPIRY]
            .iter()
            .fold(0, |year, digit| year * 10 + u16::from(digit - b'0'))
    }

    pub(super) fn digits(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// Fills `place` with the last digits of `value`.
fn write_decimal(place: &mut [u8], mut value: u16) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).expect("a remainder of ten is below ten");
        value /= 10;
    }
}

impl fmt::Debug for NumberB {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberB(**************)")
    }
}

/// 券面入力補助用暗証番号: the card's four-digit PIN. Three tries. One place on the heap, as
/// [`NumberB`].
pub struct CardPin(Box<Zeroizing<[u8; 4]>>);

impl CardPin {
    /// Takes exactly four ASCII digits.
    ///
    /// # Errors
    /// [`CredentialError::Pin`] for anything else.
    pub fn new(digits: &str) -> Result<Self, CredentialError> {
        if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CredentialError::Pin);
        }
        let mut pin = Box::new(Zeroizing::new([0; 4]));
        pin.copy_from_slice(digits.as_bytes());
        Ok(Self(pin))
    }

    pub(super) fn digits(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl fmt::Debug for CardPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardPin(****)")
    }
}

/// A retry counter. It does not recover with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tries {
    /// Tries left; 0 is blocked.
    pub left: u8,
}

impl Tries {
    /// Whether only a municipal office can help now.
    #[must_use]
    pub fn is_blocked(self) -> bool {
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn date(year: i32, month: u8, day: u8) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    #[test]
    fn number_b_takes_the_era_year_of_birth() {
        let number = NumberB::new(date(1980, 2, 17), 2035, "2285").unwrap();
        assert_eq!(number.digits(), b"55021720352285");
        let number = NumberB::new(date(2019, 5, 1), 2030, "0001").unwrap();
        assert_eq!(number.digits(), b"01050120300001");
        let number = NumberB::new(date(1926, 12, 25), 2030, "0001").unwrap();
        assert_eq!(number.digits(), b"01122520300001");
    }

    #[test]
    fn number_b_is_what_the_card_library_would_present() {
        for (year, month, day) in [(1933, 3, 14), (1989, 1, 7), (1989, 1, 8), (2024, 12, 31)] {
            let number = NumberB::new(date(year.into(), month, day), 2032, "0285").unwrap();
            let birth = myna_card::Date { year, month, day };
            let theirs = myna_card::verification_code_b(birth, 2032, b"0285").unwrap();
            assert_eq!(number.digits(), theirs.as_bytes());
            assert_eq!(number.expiry_year(), 2032);
        }
    }

    #[test]
    fn moving_a_credential_moves_no_digits() {
        let number = NumberB::new(date(1980, 2, 17), 2035, "2285").unwrap();
        let place = number.digits().as_ptr();
        let moved = Some(Box::new(number));
        assert_eq!(moved.as_ref().unwrap().digits().as_ptr(), place);
        assert_eq!(
            std::mem::size_of_val(&**moved.as_ref().unwrap()),
            size_of::<usize>()
        );
    }

    #[test]
    fn parts_that_cannot_be_right_are_named_before_a_try_is_spent() {
        let born = date(1945, 8, 1);
        for code in ["", "123", "12345", "12a4", "１２３４"] {
            assert_eq!(
                NumberB::new(born, 2030, code).unwrap_err(),
                CredentialError::SecurityCode
            );
        }
        assert_eq!(
            NumberB::new(born, 2015, "1234").unwrap_err(),
            CredentialError::ExpiryYear
        );
        assert_eq!(
            NumberB::new(date(1800, 1, 1), 2030, "1234").unwrap_err(),
            CredentialError::BirthDate
        );
        for pin in ["", "123", "12345", "abcd", "１２３４"] {
            assert_eq!(CardPin::new(pin).unwrap_err(), CredentialError::Pin);
        }
    }

    #[test]
    fn credentials_do_not_print_themselves() {
        let number = NumberB::new(date(1980, 2, 17), 2035, "2285").unwrap();
        let pin = CardPin::new("4071").unwrap();
        let shown = format!("{number:?} {pin:?}");
        for secret in ["2285", "2035", "5502", "4071"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

//! What opens a card: 照合番号B and the card's PIN.
//!
//! Both are secrets. They are wiped when dropped, never printed, and can be read only inside
//! this module's parent.

use std::fmt;

use protocol::calendar::Date;
use zeroize::{Zeroize, Zeroizing};

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
pub struct NumberB {
    digits: Zeroizing<[u8; 14]>,
    expiry_year: u16,
}

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
        if code.len() != 4 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CredentialError::SecurityCode);
        }
        let birth = super::calendar::to_card(born_on).ok_or(CredentialError::BirthDate)?;
        let pin = myna_card::verification_code_b(birth, expiry_year, code.as_bytes())
            .map_err(|_| CredentialError::BirthDate)?;
        let mut digits = Zeroizing::new([0; 14]);
        if pin.as_bytes().len() != digits.len() {
            return Err(CredentialError::BirthDate);
        }
        digits.copy_from_slice(pin.as_bytes());
        Ok(Self {
            digits,
            expiry_year,
        })
    }

    /// The year that the card accepts as part of the number.
    #[must_use]
    pub fn expiry_year(&self) -> u16 {
        self.expiry_year
    }

    pub(super) fn digits(&self) -> &[u8] {
        self.digits.as_slice()
    }
}

impl fmt::Debug for NumberB {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberB(**************)")
    }
}

impl Drop for NumberB {
    fn drop(&mut self) {
        // The year is part of the number; the digits wipe themselves.
        self.expiry_year.zeroize();
    }
}

/// 券面入力補助用暗証番号: the card's four-digit PIN. Three tries.
pub struct CardPin(Zeroizing<[u8; 4]>);

impl CardPin {
    /// Takes exactly four ASCII digits.
    ///
    /// # Errors
    /// [`CredentialError::Pin`] for anything else.
    pub fn new(digits: &str) -> Result<Self, CredentialError> {
        let bytes: [u8; 4] = digits
            .as_bytes()
            .try_into()
            .map_err(|_| CredentialError::Pin)?;
        if !bytes.iter().all(u8::is_ascii_digit) {
            return Err(CredentialError::Pin);
        }
        Ok(Self(Zeroizing::new(bytes)))
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

//! Rows about the accounts that terminals have at a service upstream: one each, never shared.

use std::fmt;

use protocol::calendar::Timestamp;
use protocol::exchange::DeviceId;
use protocol::number::{ClaimUserId, UserId, looks_like_individual_number};

use crate::error::GatewayError;

/// Longest note on where a secret is kept, in characters.
pub const MAX_KEPT_AT: usize = 60;

/// A user id at a service upstream: 電子請求ユーザID (`KJ` and twelve characters), or the id of
/// the ユーザ設定情報 that the portal gave for one reading terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamUser(String);

impl UpstreamUser {
    /// Reads an id as typed.
    ///
    /// # Errors
    /// When it is neither a claim user id nor six or more half-width letters and digits.
    pub fn parse(text: &str) -> Result<Self, GatewayError> {
        let text = text.trim();
        let is_claim = text
            .strip_prefix("KJ")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let read = if is_claim {
            ClaimUserId::parse(text).map(|id| id.as_str().to_owned())
        } else {
            UserId::parse(text).map(|id| id.as_str().to_owned())
        };
        read.map(Self)
            .map_err(|error| GatewayError::Input(format!("the user id: {error}")))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where the secret of an account is kept, in the operator's words. Never the secret itself.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAt(String);

impl KeptAt {
    /// Reads a note as typed.
    ///
    /// # Errors
    /// When it is empty, too long, or holds what no note may.
    pub fn parse(text: &str) -> Result<Self, GatewayError> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > MAX_KEPT_AT || text.chars().any(char::is_control) {
            return Err(GatewayError::Input(format!(
                "say in 1 to {MAX_KEPT_AT} characters where the password is kept, never the \
                 password itself"
            )));
        }
        if looks_like_individual_number(text) {
            return Err(GatewayError::Input(
                "an individual number (個人番号) may stand nowhere here".to_owned(),
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The note.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeptAt {
    /// Somebody may have typed a password after all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptAt(**********)")
    }
}

/// The account of one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its user id there.
    pub user: UpstreamUser,
    /// Where its secret is kept.
    pub kept_at: KeptAt,
    /// Since when it stands here.
    pub set_at: Timestamp,
}

/// Accounts of terminals.
pub trait AccountRows {
    /// The account of a terminal.
    ///
    /// # Errors
    /// The database's.
    fn account(&mut self, device: i64) -> Result<Option<Account>, GatewayError>;

    /// The terminal that has an account.
    ///
    /// # Errors
    /// The database's.
    fn account_holder(&mut self, user: &UpstreamUser) -> Result<Option<DeviceId>, GatewayError>;

    /// Gives a terminal an account, in place of the one it had.
    ///
    /// # Errors
    /// The database's; an account of another terminal.
    fn put_account(&mut self, device: i64, account: &Account) -> Result<(), GatewayError>;

    /// Takes a terminal's account from it; `false` when it had none.
    ///
    /// # Errors
    /// The database's.
    fn drop_account(&mut self, device: i64) -> Result<bool, GatewayError>;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_claim_user_and_a_portal_user_are_taken_and_nothing_else_is() {
        for (typed, kept) in [
            (" KJ999970000015 ", "KJ999970000015"),
            ("kaigotarou", "kaigotarou"),
            ("Reader01", "Reader01"),
        ] {
            assert_eq!(UpstreamUser::parse(typed).unwrap().as_str(), kept);
        }
        for wrong in [
            "",
            "abc",
            "KJ99997000001",
            "KJ9999700000155",
            "かいごたろう",
            "a b c d",
        ] {
            assert!(UpstreamUser::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_note_says_where_and_is_never_printed_by_chance() {
        assert_eq!(KeptAt::parse(" 金庫 3 ").unwrap().as_str(), "金庫 3");
        for wrong in ["", " ", "a\nb", "123456789018", &"長".repeat(61)] {
            assert!(KeptAt::parse(wrong).is_err(), "{wrong}");
        }
        let printed = format!("{:?}", KeptAt::parse("hunter2").unwrap());
        assert!(!printed.contains("hunter2"));
    }
}

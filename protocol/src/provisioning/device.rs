//! `device.toml`: what one unit is, on the card's small FAT partition [`PARTITION_LABEL`].
//!
//! The first boot reads it, applies it, keeps what has to stay in the data partition, and
//! takes the enrolment token out of the file. It never holds a private key (keys are made on
//! the unit) and no personal data. The Wi-Fi passphrase and the token are secrets: whoever
//! holds the card before its first boot has them.
//!
//! Names and units are those of the kiosk's own configuration where both have them.

use std::fmt;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use super::{NotAUnitValue, UnitSerial};

pub use super::network::{
    AccessPointPassword, Lte, MAX_ACCESS_POINT_CHARS, MAX_NAME_SERVERS, Network, Passphrase, Wifi,
    Wired,
};
pub use super::screen::{Panel, Place, Rotation, Screen};

use crate::calendar::Timestamp;
use crate::help::{HelpDesk, MAX_HELP_DESKS};
use crate::number::OfficeNumber;
use crate::text::check_free_text;
use crate::value::{Redacted, redacted_debug, text_value};

/// Label of the partition, at most eleven characters as FAT has it.
pub const PARTITION_LABEL: &str = "MDG-CONFIG";

/// Name of the file in its root folder.
pub const FILE_NAME: &str = "device.toml";

/// Version of the format that this build writes and reads.
pub const FORMAT: u32 = 1;

/// Longest name of a site in characters.
pub const MAX_SITE_CHARS: usize = 40;

/// Most roots of the gateway's certificate: current, next, and one to spare.
pub const MAX_ROOTS: usize = 3;

/// Largest root in bytes of PEM.
pub const MAX_ROOT_BYTES: usize = 8 * 1024;

/// What one unit is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceConfig {
    /// [`FORMAT`].
    pub format: u32,
    /// Serial of the unit.
    pub serial: UnitSerial,
    /// 事業所番号 it is enrolled for.
    pub office: OfficeNumber,
    /// Where in the office it stands, such as 「1階受付」. Never a person's name.
    pub site: String,
    /// Language of the first screen.
    pub locale: Locale,
    /// The board it runs on.
    pub board: Board,
    /// Days without the gateway after which it opens for no work until it is in contact again;
    /// by default it works for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline_lock_days: Option<NonZeroU16>,
    /// Its screen.
    pub screen: Screen,
    /// How it reaches the gateway.
    pub network: Network,
    /// The gateway.
    pub gateway: Gateway,
    /// Cards that are believed.
    pub card: Card,
    /// Whom to call about the terminal itself.
    #[serde(default, rename = "desk", skip_serializing_if = "Vec::is_empty")]
    pub desks: Vec<HelpDesk>,
    /// How it becomes known to the gateway; taken out at the first boot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<Enrolment>,
}

/// Language of the first screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

/// Boards an image is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Board {
    /// Raspberry Pi 3.
    Pi3,
    /// Raspberry Pi 4.
    Pi4,
    /// Raspberry Pi 5.
    Pi5,
    /// Raspberry Pi Zero 2 W.
    Zero2w,
    /// QEMU's `virt`, the board of the tests.
    Qemu,
}

impl Board {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pi3, Self::Pi4, Self::Pi5, Self::Zero2w, Self::Qemu];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pi3 => "pi3",
            Self::Pi4 => "pi4",
            Self::Pi5 => "pi5",
            Self::Zero2w => "zero2w",
            Self::Qemu => "qemu",
        }
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Board {
    type Err = NotAUnitValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|board| board.as_str() == text)
            .ok_or(NotAUnitValue("a board (pi3, pi4, pi5, zero2w, qemu)"))
    }
}

/// `[gateway]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// `https://host:port`
    pub endpoint: String,
    /// Roots its certificate may be under, PEM, current and next.
    pub roots: Vec<String>,
}

/// `[card]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Which cards are believed.
    pub trust: Trust,
}

/// Which cards are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Cards issued to people.
    Production,
    /// Test cards; 「試験用」 stands on every screen.
    Test,
}

/// `[enrolment]`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// One-time token, bound to the serial.
    pub token: Token,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment")
            .field("token", &Redacted)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// One-time enrolment token: twenty signs without 0, O, 1 and I, in four groups of five.
/// Never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    const SIGNS: usize = 20;
    const GROUP: usize = 5;
    const ALPHABET: &'static [u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    /// Reads a token as it was typed; small letters, spaces and missing hyphens do not matter.
    ///
    /// # Errors
    /// [`NotAUnitValue`], which does not repeat it.
    pub fn parse(text: &str) -> Result<Self, NotAUnitValue> {
        let signs: Vec<u8> = text
            .bytes()
            .filter(|b| !b.is_ascii_whitespace() && *b != b'-')
            .map(|b| b.to_ascii_uppercase())
            .take(Self::SIGNS + 1)
            .collect();
        if signs.len() != Self::SIGNS || !signs.iter().all(|b| Self::ALPHABET.contains(b)) {
            return Err(NotAUnitValue("a one-time token of four groups of five"));
        }
        let mut printed = String::with_capacity(Self::SIGNS + 3);
        for (place, sign) in signs.into_iter().enumerate() {
            if place > 0 && place % Self::GROUP == 0 {
                printed.push('-');
            }
            printed.push(char::from(sign));
        }
        Ok(Self(printed))
    }
}

text_value!(Token, NotAUnitValue, "a one-time token");
redacted_debug!(Token);

/// What is wrong with a unit's configuration beyond the shapes of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeviceConfigError {
    /// Written by another version.
    #[error("format: this build reads version {FORMAT}")]
    Format,
    /// 事業所番号 with a wrong check digit: on a card nobody is there to be warned.
    #[error("office: the check digit is wrong")]
    Office,
    /// Empty, too long, invisible signs, or a 個人番号 in it.
    #[error("site: 1 to {MAX_SITE_CHARS} visible characters, and no number of a person")]
    Site,
    /// The panel does not belong to the place.
    #[error("screen: the portable unit has the portable panel, the counter has not")]
    Screen,
    /// No way to the gateway, or a value in it that cannot be.
    #[error("network: {0}")]
    Network(&'static str),
    /// The endpoint.
    #[error("endpoint: https://host or https://host:port, nothing after it")]
    Endpoint,
    /// The help desks.
    #[error(
        "desk: at most {MAX_HELP_DESKS}, each with names that can be shown and hours that can be"
    )]
    Desks,
    /// The roots.
    #[error("roots: one to {MAX_ROOTS} certificates in PEM, and nothing else")]
    Roots,
}

impl DeviceConfigError {
    /// The key in the file that is meant, to find its line.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Office => "office",
            Self::Site => "site",
            Self::Screen => "panel",
            Self::Network(_) => "[network",
            Self::Endpoint => "endpoint",
            Self::Roots => "roots",
            Self::Desks => "[[desk]]",
        }
    }
}

impl DeviceConfig {
    /// Checks what the types alone cannot hold.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), DeviceConfigError> {
        use DeviceConfigError as E;
        if self.format != FORMAT {
            return Err(E::Format);
        }
        if !self.office.check_digit_ok() {
            return Err(E::Office);
        }
        check_free_text(&self.site, MAX_SITE_CHARS).map_err(|_| E::Site)?;
        let portable = self.screen.place == Place::Portable;
        if portable != (self.screen.panel == Panel::Portable) {
            return Err(E::Screen);
        }
        self.network.check()?;
        let host = self.gateway.endpoint.strip_prefix("https://").unwrap_or("");
        let odd = |c: char| "/@?#\"\\".contains(c) || !c.is_ascii_graphic();
        if host.is_empty() || host.len() > 255 || host.contains(odd) {
            return Err(E::Endpoint);
        }
        let roots = &self.gateway.roots;
        if !(1..=MAX_ROOTS).contains(&roots.len()) || !roots.iter().all(|root| is_one_root(root)) {
            return Err(E::Roots);
        }
        if self.desks.len() > MAX_HELP_DESKS || !self.desks.iter().all(HelpDesk::is_sound) {
            return Err(E::Desks);
        }
        Ok(())
    }

    /// The same without what is used once: what stays the same when a card is written again.
    #[must_use]
    pub fn without_enrolment(&self) -> Self {
        Self {
            enrolment: None,
            ..self.clone()
        }
    }
}

/// One certificate and nothing beside it: a key in the same file would end up on the card.
#[must_use]
pub fn is_one_root(pem: &str) -> bool {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let pem = pem.trim();
    pem.len() <= MAX_ROOT_BYTES
        && pem
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix(END))
            .is_some_and(|body| {
                !body.trim().is_empty()
                    && body.bytes().all(|b| {
                        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\n' | b'\r')
                    })
            })
}

#[cfg(test)]
mod tests;

//! `[network]` of `device.toml`: cable, Wi-Fi, mobile network.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::NotAUnitValue;
use super::device::DeviceConfigError;
use crate::value::{redacted_debug, text_value};

/// Longest user name and password of an access point, in characters.
pub const MAX_ACCESS_POINT_CHARS: usize = 64;

/// Most name servers.
pub const MAX_NAME_SERVERS: usize = 3;

/// `[network]`: what is there is used, wired before Wi-Fi before LTE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// `[network.wired]`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wired: Option<Wired>,
    /// `[network.wifi]`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wifi: Option<Wifi>,
    /// `[network.lte]`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lte: Option<Lte>,
}

/// Cable. Without an address it is asked for by DHCP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Wired {
    /// Fixed address with its prefix, such as `192.0.2.10/24`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The way out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub router: Option<IpAddr>,
    /// Name servers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<IpAddr>,
}

/// Wi-Fi with a passphrase (WPA2 or WPA3 personal). An open network is not offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wifi {
    /// Name of the network, 1 to 32 bytes.
    pub ssid: String,
    /// Its passphrase.
    pub passphrase: Passphrase,
    /// Country of the radio rules, two letters.
    #[serde(default = "japan")]
    pub country: String,
}

fn japan() -> String {
    "JP".to_owned()
}

/// Mobile network. The SIM asks for no PIN: a wrong one, tried at each start, would lock it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lte {
    /// Access point name.
    pub apn: String,
    /// User name at the access point, where the carrier gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password that belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<AccessPointPassword>,
}

/// Password of an access point: 1 to 64 visible ASCII characters or space. Carriers print it in
/// their manuals, the same for all customers, or give each one their own. Never printed here.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessPointPassword(String);

impl AccessPointPassword {
    /// Reads a password.
    ///
    /// # Errors
    /// [`NotAUnitValue`], which does not repeat it.
    pub fn parse(text: &str) -> Result<Self, NotAUnitValue> {
        let shaped = (1..=MAX_ACCESS_POINT_CHARS).contains(&text.len())
            && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAUnitValue("a password of 1 to 64 characters"))
        }
    }
}

text_value!(AccessPointPassword, NotAUnitValue, "a password");
redacted_debug!(AccessPointPassword);

/// WPA passphrase: 8 to 63 visible ASCII characters or space (IEEE 802.11). Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Reads a passphrase.
    ///
    /// # Errors
    /// [`NotAUnitValue`], which does not repeat it.
    pub fn parse(text: &str) -> Result<Self, NotAUnitValue> {
        let shaped = (8..=63).contains(&text.len())
            && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAUnitValue("a passphrase of 8 to 63 characters"))
        }
    }
}

text_value!(Passphrase, NotAUnitValue, "a passphrase");
redacted_debug!(Passphrase);

impl Network {
    pub(super) fn check(&self) -> Result<(), DeviceConfigError> {
        let wrong = |what| Err(DeviceConfigError::Network(what));
        if self.wired.is_none() && self.wifi.is_none() && self.lte.is_none() {
            return wrong("name one of wired, wifi, lte");
        }
        if let Some(wired) = &self.wired {
            if let Some(address) = &wired.address {
                let whole = address
                    .split_once('/')
                    .and_then(|(ip, prefix)| Some((ip.parse().ok()?, prefix.parse().ok()?)));
                let fits = match whole {
                    Some((IpAddr::V4(_), prefix)) => (1..=32).contains(&prefix),
                    Some((IpAddr::V6(_), prefix)) => (1..=128u8).contains(&prefix),
                    None => false,
                };
                if !fits {
                    return wrong("a fixed address is written with its prefix, 192.0.2.10/24");
                }
            } else if wired.router.is_some() {
                return wrong("a router belongs to a fixed address");
            }
            if wired.name_servers.len() > MAX_NAME_SERVERS {
                return wrong("at most three name servers");
            }
        }
        if let Some(wifi) = &self.wifi {
            let named =
                (1..=32).contains(&wifi.ssid.len()) && !wifi.ssid.chars().any(char::is_control);
            if !named {
                return wrong("the Wi-Fi's name has 1 to 32 bytes");
            }
            if wifi.country.len() != 2 || !wifi.country.bytes().all(|b| b.is_ascii_uppercase()) {
                return wrong("the Wi-Fi's country has two capital letters");
            }
        }
        if let Some(lte) = &self.lte {
            let named = (1..=100).contains(&lte.apn.len())
                && lte
                    .apn
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
            if !named {
                return wrong("the access point has letters, digits, dots and hyphens");
            }
            let user = lte.username.as_deref();
            let shaped = user.is_none_or(|name| {
                (1..=MAX_ACCESS_POINT_CHARS).contains(&name.len())
                    && name.bytes().all(|b| b.is_ascii_graphic())
            });
            if !shaped {
                return wrong("the access point's user name has 1 to 64 visible characters");
            }
            if lte.password.is_some() && user.is_none() {
                return wrong("the access point's password belongs to a user name");
            }
        }
        Ok(())
    }
}

//! The configuration file: TOML, checked whole at start. Secrets never stand in it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use protocol::problem::ProblemCode;
use serde::Deserialize;

use crate::engine::{Durability, Settings};
use crate::error::GatewayError;
use crate::pki::issue::{CERTIFICATE_DAYS, MAX_CERTIFICATE_DAYS};

/// Name of the file in the gateway's folder.
pub const FILE_NAME: &str = "gateway.toml";

/// Largest configuration file, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// What the operator can choose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen, such as `0.0.0.0:8443`.
    pub listen: SocketAddr,
    /// Addresses that terminals are told to try in order, `https://host:port`.
    pub endpoints: Vec<String>,
    /// When a command counts as surviving the loss of the disk.
    #[serde(default = "commit")]
    pub durability: Durability,
    /// Days that an answer may be relied on after its source was read.
    #[serde(default = "week")]
    pub answer_valid_days: u16,
    /// Days that a terminal's certificate lives; at most 90.
    #[serde(default = "certificate_days")]
    pub certificate_days: u16,
    /// Bounds.
    #[serde(default)]
    pub limits: Limits,
}

/// Bounds that depend on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections at once; further ones wait to be accepted.
    pub connections: u32,
    /// Documents that are fetched at once; further ones are told to come back.
    pub downloads: u32,
    /// Bytes of attachments one office may have here.
    pub attachment_bytes: u64,
    /// Bytes of the database; at the bound new work is refused, nothing is lost.
    pub database_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 25_000,
            downloads: 256,
            attachment_bytes: 500_000_000,
            database_bytes: 50_000_000_000,
        }
    }
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// `MDG-CONFIG-…`; the message names the file, the line and what is wrong there.
    pub fn load(file: &Path) -> Result<Self, GatewayError> {
        let missing = |e: std::io::Error| GatewayError::Config {
            code: ProblemCode::ConfigMissing,
            message: format!("{}: {e}", file.display()),
        };
        let length = std::fs::metadata(file).map_err(missing)?.len();
        if length > MAX_BYTES {
            return Err(value(file, "the file is too long to be a configuration"));
        }
        let text = std::fs::read_to_string(file).map_err(missing)?;
        Self::parse(file, &text)
    }

    /// Reads a configuration from its text; `file` is only named in errors.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, GatewayError> {
        let config: Self = toml::from_str(text).map_err(|e| syntax(file, text, &e))?;
        if config.endpoints.is_empty()
            || config.endpoints.iter().any(|e| !e.starts_with("https://"))
        {
            return Err(value(
                file,
                "endpoints: needs addresses that start with https://",
            ));
        }
        if !(1..=MAX_CERTIFICATE_DAYS).contains(&config.certificate_days) {
            return Err(value(file, "certificate_days: must be 1 to 90"));
        }
        if !(1..=90).contains(&config.answer_valid_days) {
            return Err(value(file, "answer_valid_days: must be 1 to 90"));
        }
        if config.limits.connections == 0 {
            return Err(value(file, "limits.connections: must be at least 1"));
        }
        if config.limits.downloads == 0 {
            return Err(value(file, "limits.downloads: must be at least 1"));
        }
        Ok(config)
    }

    /// A configuration to begin with.
    #[must_use]
    pub fn first(listen: SocketAddr, endpoint: &str) -> String {
        format!(
            "# Madoguchi gateway. Checked at start; an unknown key is an error.\n\
             # Secrets never stand here: keys lie in the folder pki.\n\n\
             # Where to listen.\n\
             listen = \"{listen}\"\n\n\
             # Addresses that terminals are told to try, in order.\n\
             endpoints = [\"{endpoint}\"]\n\n\
             # When a terminal may forget a command: at its \"commit\" here (the disk is\n\
             # mirrored), or once it is in a \"backup\" made by `gateway backup`.\n\
             durability = \"commit\"\n\n\
             # Days that an answer may be relied on after its source was read.\n\
             answer_valid_days = 7\n\n\
             # Days that a terminal's certificate lives (at most 90; renewed from half-life).\n\
             certificate_days = {CERTIFICATE_DAYS}\n\n\
             [limits]\n\
             # Connections at once.\n\
             connections = 25000\n\
             # Documents that are fetched at once.\n\
             downloads = 256\n\
             # Bytes of attachments one office may have here.\n\
             attachment_bytes = 500000000\n\
             # Bytes of the database; at the bound new work is refused, nothing is lost.\n\
             database_bytes = 50000000000\n"
        )
    }

    /// What the exchange needs of it.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            durability: self.durability,
            answer_valid: Duration::from_secs(u64::from(self.answer_valid_days) * 86_400),
        }
    }
}

fn commit() -> Durability {
    Durability::Commit
}

fn week() -> u16 {
    7
}

fn certificate_days() -> u16 {
    CERTIFICATE_DAYS
}

fn value(file: &Path, what: &str) -> GatewayError {
    GatewayError::Config {
        code: ProblemCode::ConfigValue,
        message: format!("{}: {what}", file.display()),
    }
}

fn syntax(file: &Path, text: &str, error: &toml::de::Error) -> GatewayError {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map_or(1, |before| before.matches('\n').count() + 1);
    let code = if error.message().starts_with("unknown field") {
        ProblemCode::ConfigUnknownKey
    } else if error.message().starts_with("missing field") {
        ProblemCode::ConfigMissing
    } else {
        ProblemCode::ConfigSyntax
    };
    GatewayError::Config {
        code,
        message: format!("{}, line {line}: {}", file.display(), error.message()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parse(text: &str) -> Result<Config, GatewayError> {
        Config::parse(Path::new("gateway.toml"), text)
    }

    #[test]
    fn the_first_configuration_is_a_good_one() {
        let text = Config::first("127.0.0.1:8443".parse().unwrap(), "https://localhost:8443");
        let config = parse(&text).unwrap();
        assert_eq!(config.certificate_days, 60);
        assert_eq!(config.limits, Limits::default());
    }

    #[test]
    fn an_unknown_key_is_refused_and_its_line_is_named() {
        let error =
            parse("listen = \"127.0.0.1:1\"\nendpoints = [\"https://a\"]\nlisten_adress = 1\n")
                .unwrap_err();
        assert_eq!(error.code(), ProblemCode::ConfigUnknownKey);
        let message = error.to_string();
        assert!(message.contains("line 3"), "{message}");
        assert!(message.contains("listen_adress"), "{message}");
    }

    #[test]
    fn what_is_no_toml_is_refused_and_its_line_is_named() {
        let error =
            parse("listen = \"127.0.0.1:1\"\nendpoints = [\n\"https://a\"\n= 3").unwrap_err();
        assert_eq!(error.code(), ProblemCode::ConfigSyntax);
        assert!(error.to_string().contains("line 4"), "{error}");
    }

    #[test]
    fn values_out_of_bounds_are_refused_by_name() {
        let base = "listen = \"127.0.0.1:1\"\nendpoints = [\"https://a\"]\n";
        for (line, name) in [
            ("certificate_days = 91", "certificate_days"),
            ("certificate_days = 0", "certificate_days"),
            ("answer_valid_days = 0", "answer_valid_days"),
            ("[limits]\nconnections = 0", "connections"),
            ("[limits]\ndownloads = 0", "downloads"),
        ] {
            let error = parse(&format!("{base}{line}\n")).unwrap_err();
            assert_eq!(error.code(), ProblemCode::ConfigValue);
            assert!(error.to_string().contains(name), "{error}");
        }
        assert!(parse("listen = \"127.0.0.1:1\"\nendpoints = [\"http://a\"]\n").is_err());
    }
}

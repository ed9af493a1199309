//! The kiosk's configuration file: TOML, checked whole at the start.
//!
//! It says what this unit *is* (serial, screen, reader) and where things lie. It holds no
//! secret: the enrolment token is typed, keys are made on the device. A key that nobody
//! knows, a value that cannot be, or something that looks like a secret stops the start with
//! the number of the line.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use hal::board::{BoardConfig, BoardKind, Profile};
use hal::card::{Pn532Place, TrustClass};
use protocol::help::{HelpDesk, MAX_HELP_DESKS};
use protocol::problem::ProblemCode;
use serde::Deserialize;

use crate::power::ScreenTimes;
use crate::terminal::touch::Language;

/// Shortest and longest idle time that can be configured.
pub const IDLE_LOCK_SECONDS: std::ops::RangeInclusive<u64> = 10..=300;

/// Longest serial.
pub const MAX_SERIAL_CHARS: usize = 64;

/// Everything that is configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Serial of the hardware, to which an enrolment token is bound.
    pub serial: String,
    /// What the screen is.
    #[serde(default)]
    pub screen: ScreenConfig,
    /// Where things lie.
    pub paths: Paths,
    /// The gateway before enrolment; afterwards it is data in the vault.
    pub gateway: Option<GatewayConfig>,
    /// Where new systems go; a machine without it takes none from the gateway.
    pub update: Option<UpdateConfig>,
    /// The card reader.
    #[serde(default)]
    pub card: CardConfig,
    /// The printer.
    pub printer: Option<PrinterConfig>,
    /// Lamp, buzzer, case, battery, backlight: what the unit is built on.
    #[serde(default)]
    pub board: BoardConfig,
    /// Days without the gateway after which the terminal opens for no work until it is in
    /// contact again. By default it works for ever.
    pub offline_lock_days: Option<u16>,
}

/// `[screen]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct ScreenConfig {
    /// Where the unit stands.
    #[serde(default)]
    pub place: Place,
    /// Seconds without a touch until the desk locks; by default what belongs to the place.
    pub idle_lock_seconds: Option<u64>,
    /// Size of the counter's panel. The portable unit has one size.
    #[serde(default)]
    pub panel: Panel,
    /// Language of the first screen, until somebody chooses another one.
    #[serde(default)]
    pub language: Language,
}

/// Panels of the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Panel {
    /// 7″, 800×480.
    #[default]
    Seven,
    /// 10″, 1280×800.
    Ten,
}

/// Where the unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// On a reception desk: 60 s.
    #[default]
    Counter,
    /// In a bag: 30 s.
    Portable,
}

/// `[paths]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paths {
    /// The encrypted file.
    pub vault: PathBuf,
    /// The device secret, on boards that have no better place for one. Made when absent.
    pub device_secret: PathBuf,
    /// Folder or mount point from which attachments are taken.
    pub attachments: Option<PathBuf>,
    /// Help desks beside the insurers' own.
    pub desks: Option<PathBuf>,
}

/// `[gateway]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayConfig {
    /// `https://host:port`
    pub endpoint: String,
    /// PEM file of the root that the gateway's certificate is under.
    pub root: PathBuf,
}

/// `[update]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateConfig {
    /// Folder from which the machine takes bundles.
    pub staging: PathBuf,
    /// File in which the machine says what became of the last one.
    pub machine: PathBuf,
    /// File in which the machine says what became of the last stick.
    pub stick: Option<PathBuf>,
    /// The image's own description, with its version.
    pub image: PathBuf,
}

/// `[card]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardConfig {
    /// Which cards are believed; `test` shows 「試験用」 on every screen.
    #[serde(default = "production")]
    pub trust: TrustClass,
    /// Card authorities: key id, modulus, exponent.
    pub authorities: Option<PathBuf>,
    /// Name of the reader, where several are plugged in.
    pub reader: Option<String>,
    /// An NFC chip PN532 in place of a reader. **Experimental.**
    pub pn532: Option<Pn532Place>,
}

impl Default for CardConfig {
    fn default() -> Self {
        Self {
            trust: production(),
            authorities: None,
            reader: None,
            pn532: None,
        }
    }
}

/// `[printer]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrinterConfig {
    /// Name of the queue as `lpstat` gives it.
    pub queue: String,
}

impl Config {
    /// Reads and checks a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] names the line, and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = read(text)?;
        config.check(text)?;
        Ok(config)
    }

    /// Time without a touch until the desk locks.
    #[must_use]
    pub fn idle_lock(&self) -> Duration {
        Duration::from_secs(
            self.screen
                .idle_lock_seconds
                .unwrap_or(match self.screen.place {
                    Place::Counter => 60,
                    Place::Portable => 30,
                }),
        )
    }

    /// Which parts the unit has.
    #[must_use]
    pub fn profile(&self) -> Profile {
        match self.screen.place {
            Place::Counter => Profile::Counter,
            Place::Portable => Profile::Portable,
        }
    }

    /// When the screen rests. A simulated light that nobody controls is never off: a developer's
    /// window would only seem to ignore a touch.
    #[must_use]
    pub fn screen_times(&self) -> Option<ScreenTimes> {
        let only_a_window = self.board.kind == BoardKind::Simulated && self.board.control.is_none();
        (!only_a_window).then(|| ScreenTimes::of(self.profile()))
    }

    /// How long the terminal may be without the gateway and still open for work.
    #[must_use]
    pub fn offline_limit(&self) -> Option<Duration> {
        let days = u64::from(self.offline_lock_days?);
        Some(Duration::from_secs(days * 24 * 3600))
    }

    fn check(&self, text: &str) -> Result<(), ConfigError> {
        let wrong = |key: &str, what: &str| Err(ConfigError::value(text, key, what));
        let serial = self.serial.trim();
        if serial.is_empty() || serial.chars().count() > MAX_SERIAL_CHARS {
            return wrong("serial", "a serial has 1 to 64 characters");
        }
        if let Some(seconds) = self.screen.idle_lock_seconds
            && !IDLE_LOCK_SECONDS.contains(&seconds)
        {
            return wrong("idle_lock_seconds", "from 10 to 300 seconds");
        }
        if self.offline_lock_days == Some(0) {
            return wrong("offline_lock_days", "at least one day");
        }
        if let Some(gateway) = &self.gateway {
            let host = gateway.endpoint.strip_prefix("https://").unwrap_or("");
            if host.is_empty() || host.contains(['/', '@', '?', '#', ' ']) {
                return wrong(
                    "endpoint",
                    "https://host or https://host:port, nothing after it",
                );
            }
        }
        Ok(())
    }
}

/// Reads the data file of help desks: a list `[[desk]]`.
///
/// # Errors
/// [`ConfigError`] names the line.
pub fn parse_desks(text: &str) -> Result<Vec<HelpDesk>, ConfigError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        desk: Vec<HelpDesk>,
    }
    let file: File = read(text)?;
    if file.desk.len() > MAX_HELP_DESKS || !file.desk.iter().all(HelpDesk::is_sound) {
        return Err(ConfigError::value(
            text,
            "[[desk]]",
            "at most 32 desks, each with names that can be shown and hours that can be",
        ));
    }
    Ok(file.desk)
}

/// What is wrong with a configuration, and where. Never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Code.
    pub code: ProblemCode,
    /// Line, from 1.
    pub line: usize,
    /// One sentence.
    pub what: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: line {}: {}", self.code, self.line, self.what)
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    /// A value that cannot be; `key` is looked for in the text to name its line.
    fn value(text: &str, key: &str, what: &str) -> Self {
        let line = text
            .lines()
            .position(|line| line.trim_start().starts_with(key));
        Self {
            code: ProblemCode::ConfigValue,
            line: line.map_or(1, |index| index + 1),
            what: format!("{key}: {what}"),
        }
    }
}

/// Words in a key that belong to no configuration file.
const SECRET_WORDS: [&str; 6] = [
    "token",
    "password",
    "passcode",
    "secret_key",
    "private",
    "pepper",
];

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| explain(text, &error))
}

fn explain(text: &str, error: &toml::de::Error) -> ConfigError {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..at]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1;
    let message = error.message();
    let key = text
        .lines()
        .nth(line - 1)
        .and_then(|line| line.split('=').next())
        .unwrap_or("");
    let key = key.trim();
    let (code, what) = if message.starts_with("unknown field") {
        if SECRET_WORDS
            .iter()
            .any(|word| key.to_ascii_lowercase().contains(word))
        {
            (
                ProblemCode::ConfigSecret,
                format!("{key}: secrets do not belong in this file"),
            )
        } else {
            (ProblemCode::ConfigUnknownKey, message.to_owned())
        }
    } else if message.starts_with("missing field") {
        (ProblemCode::ConfigMissing, message.to_owned())
    } else if text.parse::<toml::Table>().is_ok() {
        // The message may quote what stands there.
        (
            ProblemCode::ConfigValue,
            format!("{key}: this value cannot stand here"),
        )
    } else {
        (ProblemCode::ConfigSyntax, "this is not TOML".to_owned())
    };
    ConfigError { code, line, what }
}

fn production() -> TrustClass {
    TrustClass::Production
}

#[cfg(test)]
mod tests;

//! What the technician orders: a TOML file in which everything may be left out that the rows
//! of a batch or the command line say.

use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use protocol::help::HelpDesk;
use protocol::number::OfficeNumber;
use protocol::provisioning::UnitSerial;
use protocol::provisioning::device::{
    Board, Card, DeviceConfig, Enrolment, FORMAT, Gateway, Locale, MAX_ROOTS, Network, Screen,
    is_one_root,
};
use serde::Deserialize;

use crate::error::{Problem, ROOTS_KEY, line_of_key};
use crate::text;

/// A unit as far as it is known.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Serial of the unit.
    pub serial: Option<UnitSerial>,
    /// 事業所番号.
    pub office: Option<OfficeNumber>,
    /// Where in the office it stands.
    pub site: Option<String>,
    /// Language of the first screen; Japanese if not given.
    #[serde(default)]
    pub locale: Locale,
    /// The board.
    pub board: Option<Board>,
    /// Days without the gateway after which it opens for no work.
    pub offline_lock_days: Option<NonZeroU16>,
    /// The screen.
    pub screen: Option<Screen>,
    /// How it reaches the gateway.
    #[serde(default)]
    pub network: Network,
    /// The gateway.
    pub gateway: Option<GatewayOrder>,
    /// Cards that are believed.
    pub card: Option<Card>,
    /// Whom to call about the terminal itself.
    #[serde(default, rename = "desk")]
    pub desks: Vec<HelpDesk>,
    /// Its one-time token, where it does not come from elsewhere.
    pub enrolment: Option<Enrolment>,
    /// What was read, to name lines.
    #[serde(skip)]
    source: String,
}

/// `[gateway]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayOrder {
    /// `https://host:port`
    pub endpoint: String,
    /// PEM files of its roots, beside this file: current and next.
    pub root_files: Vec<PathBuf>,
    /// What is in them.
    #[serde(skip)]
    roots: Vec<String>,
}

impl Order {
    /// Reads a file, and the roots that it names.
    ///
    /// # Errors
    /// Unknown keys and values that cannot be, by line; files that cannot be read.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let text = text::read_text(path)?;
        let mut order = Self::parse(&text)?;
        if let Some(gateway) = &mut order.gateway {
            for file in gateway.root_files.iter().take(MAX_ROOTS + 1) {
                let root = text::read_text(&text::folder_of(path).join(file))?;
                if !is_one_root(&root) {
                    return Err(Problem::ConfigValue {
                        line: line_of_key(&text, ROOTS_KEY),
                        what: format!(
                            "{ROOTS_KEY}: {} has to be one certificate in PEM and nothing else",
                            file.display()
                        ),
                    });
                }
                gateway.roots.push(root);
            }
        }
        Ok(order)
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let mut order: Self = toml::from_str(text).map_err(|error| explain(text, &error))?;
        text.clone_into(&mut order.source);
        Ok(order)
    }

    /// The unit, when everything is known and right.
    ///
    /// # Errors
    /// What is missing, or wrong beyond its shape.
    pub fn complete(&self) -> Result<DeviceConfig, Problem> {
        let missing = Problem::ConfigMissing;
        let gateway = self.gateway.clone().ok_or(missing("[gateway]"))?;
        let config = DeviceConfig {
            format: FORMAT,
            serial: self.serial.clone().ok_or(missing("serial"))?,
            office: self.office.clone().ok_or(missing("office"))?,
            site: self.site.clone().ok_or(missing("site"))?,
            locale: self.locale,
            board: self.board.ok_or(missing("board"))?,
            offline_lock_days: self.offline_lock_days,
            screen: self.screen.ok_or(missing("[screen]"))?,
            network: self.network.clone(),
            gateway: Gateway {
                endpoint: gateway.endpoint,
                roots: gateway.roots,
            },
            card: self.card.ok_or(missing("[card]"))?,
            desks: self.desks.clone(),
            enrolment: self.enrolment.clone(),
        };
        config
            .check()
            .map_err(|error| Problem::config(error, &self.source))?;
        Ok(config)
    }
}

/// The line of a TOML error, from 1.
pub(super) fn line_of(text: &str, error: &toml::de::Error) -> usize {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    text.as_bytes()[..at]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
        + 1
}

/// Says what is wrong, and never what stands there: it may be a passphrase.
fn explain(text: &str, error: &toml::de::Error) -> Problem {
    let line = line_of(text, error);
    let message = error.message();
    let key = text
        .lines()
        .nth(line - 1)
        .and_then(|line| line.split('=').next())
        .unwrap_or("")
        .trim();
    if message.starts_with("unknown field") {
        let what = message.to_owned();
        Problem::ConfigUnknownKey { line, what }
    } else if message.starts_with("missing field") {
        let what = message.to_owned();
        Problem::ConfigValue { line, what }
    } else if text.parse::<toml::Table>().is_ok() {
        let what = format!("{key}: this value cannot stand here");
        Problem::ConfigValue { line, what }
    } else {
        let what = "this is not TOML".to_owned();
        Problem::ConfigSyntax { line, what }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error =
            Order::parse("serial = \"U-1\"\n\n[network.wifi]\nssid = \"a\"\npassword = \"x\"\n");
        let Err(Problem::ConfigUnknownKey { line, what }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(line, 5);
        assert!(what.contains("password"));
    }

    #[test]
    fn a_wrong_passphrase_is_not_repeated() {
        let text = "[network.wifi]\nssid = \"a\"\npassphrase = \"short\"\n";
        let problem = Order::parse(text).unwrap_err();
        assert_eq!(problem.code(), "MDG-PROVISION-CONFIG-VALUE");
        assert!(!problem.to_string().contains("short"));
        assert!(problem.to_string().contains("line 3"), "{problem}");
    }

    #[test]
    fn a_wrong_root_is_named_by_its_file_and_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unit.toml");
        let text = |roots: &str| {
            format!("[gateway]\nendpoint = \"https://gateway.example\"\nroot_files = [{roots}]\n")
        };
        let root = crate::testing::ROOT;
        std::fs::write(folder.path().join("right.pem"), root).unwrap();
        std::fs::write(folder.path().join("two.pem"), root.repeat(2)).unwrap();
        std::fs::write(&file, text("\"right.pem\", \"two.pem\"")).unwrap();
        let problem = Order::read(&file).unwrap_err();
        let Problem::ConfigValue { line, what } = &problem else {
            panic!("{problem}");
        };
        assert_eq!(*line, 3);
        assert!(what.contains("two.pem"), "{what}");

        // None at all is found when the unit is put together.
        let none = Problem::config(
            protocol::provisioning::device::DeviceConfigError::Roots,
            &text(""),
        );
        assert!(none.to_string().starts_with("line 3"), "{none}");
    }

    #[test]
    fn what_is_missing_is_named() {
        let problem = Order::parse("serial = \"U-1\"")
            .unwrap()
            .complete()
            .unwrap_err();
        assert!(
            matches!(problem, Problem::ConfigMissing("[gateway]")),
            "{problem}"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_an_order_or_refused(text in "[a-z\\[\\]=\". \n0-9]{0,120}") {
            if let Err(problem) = Order::parse(&text) {
                prop_assert!(problem.code().starts_with("MDG-PROVISION-CONFIG"));
            }
        }
    }
}

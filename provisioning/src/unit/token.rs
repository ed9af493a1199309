//! Where a one-time token comes from: a file, a program that makes one, such as
//! `gateway --json token new` on the gateway's own machine, or the gateway itself.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use protocol::calendar::Timestamp;
use protocol::provisioning::device::{DeviceConfig, Enrolment, Token};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::Problem;
use crate::gateway;
use crate::station::Station;

/// Most bytes that are read for one token.
const MAX_BYTES: u64 = 4096;

/// Where a token comes from.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// A file; `-` is standard input.
    File(PathBuf),
    /// A program and its arguments, in which `{office}` and `{serial}` stand for the unit's.
    /// It is not run by a shell.
    Command(Vec<String>),
    /// The unit's own gateway, asked by this machine.
    Gateway {
        /// The unit takes the place of one of that serial.
        replace: bool,
    },
}

/// What `gateway --json token new` prints.
#[derive(Deserialize)]
struct Printed {
    token: Token,
    expires_at: Option<Timestamp>,
    office: Option<String>,
    serial: Option<String>,
}

impl TokenSource {
    /// Splits a command line at spaces.
    ///
    /// # Errors
    /// An empty one.
    pub fn command(line: &str) -> Result<Self, Problem> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            return Err(Problem::Token("the command is empty".to_owned()));
        }
        Ok(Self::Command(words))
    }

    /// Fetches a token for a unit and puts it into its configuration; a gateway also says its
    /// present addresses and roots. Gives the office's name where the gateway says it.
    ///
    /// # Errors
    /// Text that is no token, a token of another office or unit, a program that fails, a gateway that
    /// makes none; the unit stays as it was.
    pub fn fetch(
        &self,
        unit: &mut DeviceConfig,
        station: &Station,
    ) -> Result<Option<String>, Problem> {
        let text = match self {
            Self::File(path) if path.as_os_str() == "-" => bounded(std::io::stdin().lock())
                .map_err(|source| Problem::file("read", "standard input", source))?,
            Self::File(path) => std::fs::File::open(path)
                .and_then(bounded)
                .map_err(|source| Problem::file("read", path, source))?,
            Self::Command(words) => run(words, unit)?,
            Self::Gateway { replace } => {
                return gateway::fetch(unit, &station.key()?, *replace).map(Some);
            }
        };
        unit.enrolment = Some(parse(&text, unit)?);
        Ok(None)
    }
}

fn bounded(source: impl std::io::Read) -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    source.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn run(words: &[String], unit: &DeviceConfig) -> Result<Zeroizing<String>, Problem> {
    let mut words = words.iter().map(|word| match word.as_str() {
        "{office}" => unit.office.as_str().to_owned(),
        "{serial}" => unit.serial.as_str().to_owned(),
        _ => word.clone(),
    });
    let program = words.next().unwrap_or_default();
    let failed = |source| Problem::file("run", &program, source);
    let mut child = Command::new(&program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let text = match child.stdout.take() {
        Some(out) => bounded(out).map_err(failed)?,
        None => Zeroizing::default(),
    };
    let status = child.wait().map_err(failed)?;
    if status.success() {
        Ok(text)
    } else {
        Err(Problem::Token(format!("{program} failed: {status}")))
    }
}

/// JSON as the gateway prints it, or the first line of plain text.
fn parse(text: &str, unit: &DeviceConfig) -> Result<Enrolment, Problem> {
    let odd = || Problem::Token("this is no token of four groups of five".to_owned());
    if text.trim_start().starts_with('{') {
        let printed: Printed = serde_json::from_str(text).map_err(|_| odd())?;
        if printed
            .office
            .is_some_and(|office| office != unit.office.as_str())
        {
            return Err(Problem::Token("it was made for another office".to_owned()));
        }
        if printed
            .serial
            .is_some_and(|serial| serial != unit.serial.as_str())
        {
            return Err(Problem::Token("it was made for another unit".to_owned()));
        }
        return Ok(Enrolment {
            token: printed.token,
            expires_at: printed.expires_at,
        });
    }
    let line = text.lines().next().unwrap_or("");
    Ok(Enrolment {
        token: Token::parse(line).map_err(|_| odd())?,
        expires_at: None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_that_was_made_for_another_office_or_unit_is_refused() {
        let unit = crate::testing::unit("UNIT-0001");
        let printed = |more: &str| format!(r#"{{"token":"ABCDE-FGHJK-LMNPQ-RSTUV"{more}}}"#);
        for right in [
            "",
            r#","office":"9970000015""#,
            r#","serial":"UNIT-0001","office":"9970000015""#,
        ] {
            assert!(parse(&printed(right), &unit).is_ok(), "{right}");
        }
        for wrong in [r#","office":"9970000023""#, r#","serial":"UNIT-0002""#] {
            let problem = parse(&printed(wrong), &unit).unwrap_err();
            assert_eq!(problem.code(), "MDG-PROVISION-TOKEN", "{wrong}");
        }
    }
}

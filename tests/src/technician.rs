//! The technician's commands of the kiosk program, run as a technician runs them.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::process::program;

/// What a command printed and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Exit code; -1 for a signal.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error: the log.
    pub log: String,
}

impl Told {
    /// Its standard output as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> io::Result<Value> {
        serde_json::from_str(&self.out)
            .map_err(|error| io::Error::other(format!("{error}: {self:?}")))
    }

    /// The finding of `doctor --json` about a part; its first one when there are several.
    ///
    /// # Errors
    /// When there is none.
    pub fn part(&self, name: &str) -> io::Result<Value> {
        let told = self.json()?;
        let parts = told["parts"].as_array().into_iter().flatten();
        parts
            .clone()
            .find(|part| part["part"] == name)
            .cloned()
            .ok_or_else(|| io::Error::other(format!("nothing about {name}: {}", self.out)))
    }
}

/// Runs `kiosk --config … ARGUMENTS`, with `typed` on its standard input. `service` names
/// another socket of the PC/SC service than the machine's.
///
/// # Errors
/// When the program cannot be run.
pub fn kiosk(
    config: &Path,
    arguments: &[&str],
    typed: &str,
    service: Option<&Path>,
) -> io::Result<Told> {
    let mut command = Command::new(program("kiosk")?);
    command.arg("--config").arg(config).args(arguments);
    if let Some(socket) = service {
        command.env("PCSCLITE_CSOCK_NAME", socket);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // A program that ended without reading has said why on its standard error.
    let _ = stdin.write_all(typed.as_bytes());
    drop(stdin);
    let done = child.wait_with_output()?;
    Ok(Told {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        log: String::from_utf8_lossy(&done.stderr).into_owned(),
    })
}

//! Presses and reads the kiosk's real screens through its player mode.
//!
//! The kiosk reads one order a line on its standard input and answers each with one line:
//! `ok …` or `no …`. Presses are pointer events at the control that carries the label.

use std::io::{self, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::time::Duration;

use crate::process::Running;

/// Longest wait for the answer to one order. Orders that wait have their own limit below it.
const ANSWER_LIMIT: Duration = Duration::from_secs(90);

/// Lines of the kiosk's log that a failed order shows.
const LOG_LINES: usize = 12;

/// A kiosk that is played.
pub struct Player {
    kiosk: Running,
    orders: ChildStdin,
}

impl Player {
    /// Starts `kiosk --config … play`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(kiosk: &Path, config: &Path) -> io::Result<Self> {
        let mut command = Command::new(kiosk);
        command
            .arg("--config")
            .arg(config)
            .arg("play")
            .stdin(Stdio::piped());
        let mut kiosk = Running::start("kiosk", &mut command)?;
        let orders = kiosk.child().stdin.take().expect("stdin is piped");
        let mut player = Self { kiosk, orders };
        player
            .kiosk
            .wait_for(ANSWER_LIMIT, |line| line == "ready")?;
        Ok(player)
    }

    /// Gives one order and returns what follows `ok `.
    ///
    /// # Errors
    /// What follows `no `, or that the kiosk is gone.
    pub fn order(&mut self, order: &str) -> io::Result<String> {
        writeln!(self.orders, "{order}")?;
        self.orders.flush()?;
        let answer = self.kiosk.wait_for(ANSWER_LIMIT, |line| {
            line == "ok" || line == "no" || line.starts_with("ok ") || line.starts_with("no ")
        })?;
        match answer.split_once(' ').unwrap_or((&answer, "")) {
            ("ok", rest) => Ok(rest.to_owned()),
            (_, rest) => {
                let log: Vec<&str> = self
                    .kiosk
                    .lines()
                    .iter()
                    .filter(|line| line.starts_with('{'))
                    .map(String::as_str)
                    .collect();
                let log = log[log.len().saturating_sub(LOG_LINES)..].join("\n");
                Err(io::Error::other(format!("order `{order}`: {rest}\n{log}")))
            }
        }
    }

    /// Presses the control with this label.
    ///
    /// # Errors
    /// When no such control is on the screen.
    pub fn press(&mut self, label: &str) -> io::Result<()> {
        self.order(&format!("press {label}")).map(drop)
    }

    /// Presses one digit key after the other.
    ///
    /// # Errors
    /// When there is no keypad.
    pub fn digits(&mut self, digits: &str) -> io::Result<()> {
        self.order(&format!("digits {digits}")).map(drop)
    }

    /// Waits until the screen with this number shows.
    ///
    /// # Errors
    /// When it does not within the kiosk's limit.
    pub fn wait(&mut self, screen: &str) -> io::Result<()> {
        self.order(&format!("wait {screen}")).map(drop)
    }

    /// Waits until a text that contains `text` is on the screen.
    ///
    /// # Errors
    /// When it does not come within the kiosk's limit; the texts that are there.
    pub fn see(&mut self, text: &str) -> io::Result<()> {
        self.order(&format!("see {text}")).map(drop)
    }

    /// Writes a PNG of the screen.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn shot(&mut self, to: &Path) -> io::Result<()> {
        self.order(&format!("shot {}", to.display())).map(drop)
    }

    /// Everything with words on the screen, in one line.
    ///
    /// # Errors
    /// When the kiosk is gone.
    pub fn texts(&mut self) -> io::Result<String> {
        self.order("texts")
    }

    /// Number of the screen shown now.
    ///
    /// # Errors
    /// When the kiosk is gone.
    pub fn screen(&mut self) -> io::Result<String> {
        self.order("screen")
    }

    /// The process.
    pub fn kiosk(&mut self) -> &mut Running {
        &mut self.kiosk
    }
}

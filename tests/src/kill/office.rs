//! The office of a kill run: one gateway process, one enrolled terminal, one cable.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use firmware::sync::EnrolOrder;
use gateway::gateway::Layout;
use gateway::store::{self, Store};
use protocol::calendar::Timestamp;
use protocol::exchange::CommandId;
use serde_json::Value;

use super::count::{self, Tally};
use crate::line::Line;
use crate::process::{Running, output, program};
use crate::unit::Unit;
use crate::work;

/// Longest wait for the gateway to listen.
const READY: Duration = Duration::from_secs(60);

const SERIAL: &str = "MDG-KILL-0001";

/// The office.
pub struct Office {
    gateway_folder: PathBuf,
    terminal: PathBuf,
    gateway: Option<Running>,
    line: Line,
}

impl Office {
    /// An office in `folder`, with its gateway running and its terminal enrolled.
    ///
    /// # Errors
    /// When a part of it cannot be started.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        let mut office = Self {
            gateway_folder: folder.join("gateway"),
            terminal: folder.join("terminal"),
            gateway: None,
            line: Line::to(nowhere)?,
        };
        fs::create_dir_all(&office.terminal)?;
        office.operate(&["init", "--name", "127.0.0.1", "--name", "localhost"])?;
        office.settle_in()?;
        office.start_gateway()?;
        let number = work::office();
        let token = office.operate(&[
            "token",
            "new",
            "--office",
            number.as_str(),
            "--serial",
            SERIAL,
        ])?;
        let token = token["token"].as_str().unwrap_or_default().to_owned();
        let roots = office
            .layout()
            .pki()
            .server_roots()
            .map_err(io::Error::other)?;
        let endpoint = format!("https://{}", office.line.address());
        let order = EnrolOrder {
            token,
            serial: SERIAL.into(),
        };
        let mut unit = Unit::open(&office.terminal).map_err(io::Error::other)?;
        unit.enrol(&endpoint, &roots, &order)
            .map_err(io::Error::other)?;
        Ok(office)
    }

    /// The terminal's folder.
    #[must_use]
    pub fn terminal(&self) -> &Path {
        &self.terminal
    }

    /// Lets the gateway serve for a time, reading what it logs.
    pub fn wait(&mut self, time: Duration) {
        if let Some(gateway) = &mut self.gateway {
            // No line is awaited: the time is what ends this.
            let _ = gateway.wait_for(time, |_| false);
        }
    }

    /// `kill -9` on the gateway, and a new one on the same files.
    ///
    /// # Errors
    /// When it does not listen again.
    pub fn kill_and_start(&mut self) -> io::Result<()> {
        self.gateway = None;
        self.start_gateway()
    }

    /// Drains the terminal and compares what was acknowledged with what the gateway holds.
    ///
    /// # Errors
    /// When the queue does not drain, or a file is damaged.
    pub fn compare(&self, acknowledged: &HashSet<CommandId>) -> io::Result<Tally> {
        let mut unit = Unit::open(&self.terminal).map_err(io::Error::other)?;
        unit.vault.check().map_err(io::Error::other)?;
        unit.vault
            .read(firmware::audit::verify)
            .map_err(io::Error::other)?;
        unit.drain()?;
        count::compare(&unit, &self.layout().database(), acknowledged).map_err(io::Error::other)
    }

    fn start_gateway(&mut self) -> io::Result<()> {
        let mut command = self.command()?;
        command.args(["serve", "--listen", "127.0.0.1:0", "--endpoint"]);
        command.arg(format!("https://{}", self.line.address()));
        let mut gateway = Running::start("gateway", &mut command)?;
        let listening = gateway.wait_for(READY, |line| line.contains("\"listening\""))?;
        let listening: Value = serde_json::from_str(&listening).map_err(io::Error::other)?;
        let address = listening["listening"]
            .as_str()
            .and_then(|address| address.parse().ok());
        self.line
            .point_to(address.ok_or_else(|| io::Error::other("the gateway told no address"))?);
        self.gateway = Some(gateway);
        Ok(())
    }

    fn operate(&self, arguments: &[&str]) -> io::Result<Value> {
        let printed = output(self.command()?.args(arguments))?;
        serde_json::from_str(&printed).map_err(io::Error::other)
    }

    fn command(&self) -> io::Result<Command> {
        let mut command = Command::new(program("gateway")?);
        command
            .env("RUST_LOG", "warn")
            .arg("--dir")
            .arg(&self.gateway_folder)
            .arg("--json");
        Ok(command)
    }

    fn layout(&self) -> Layout {
        Layout::at(&self.gateway_folder)
    }

    fn settle_in(&self) -> io::Result<()> {
        let store: Arc<dyn Store> = Arc::new(self.layout().open_store().map_err(io::Error::other)?);
        store::write(&*store, |tx| {
            tx.put_insurer(&work::insurer())?;
            let now = Timestamp::from_unix_ms(1_795_132_800_000);
            tx.put_office(&work::office(), "みなと", &[work::insurer().number], now)
        })
        .map_err(io::Error::other)
    }
}

//! A whole municipality and a whole office, on this machine: gateway, cable, reader, cards.
//!
//! Everything lies in one folder and dies with the value. The kiosk is started by the caller,
//! as often as the day needs it.

mod cards;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use protocol::calendar::Date;
use protocol::number::{InsurerNumber, OfficeNumber};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use self::cards::Cards;
use crate::line::Line;
use crate::process::{Running, output, program};

/// Longest wait for a program to be ready. Making RSA keys in a development build takes a while.
const READY: Duration = Duration::from_secs(120);

/// Serial of the terminal in this world.
pub const SERIAL: &str = "MDG-DEMO-0001";

/// A terminal of this world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitOf {
    /// Serial of its hardware.
    pub serial: &'static str,
    /// Its folder within the world's.
    pub folder: &'static str,
}

/// The terminal of most worlds.
pub const FIRST: UnitOf = UnitOf {
    serial: SERIAL,
    folder: "kiosk",
};

/// A second terminal of the same office.
pub const SECOND: UnitOf = UnitOf {
    serial: "MDG-DEMO-0002",
    folder: "second",
};

/// Which screen the kiosk of this world has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 800×480
    Seven,
    /// 1280×800
    Ten,
    /// 480×800
    Portable,
}

/// What is running.
pub struct World {
    folder: PathBuf,
    host: String,
    gateway: Option<Running>,
    line: Line,
    insurer: InsurerNumber,
    office: OfficeNumber,
    roots: Vec<String>,
    cards: Option<Cards>,
}

/// A made-up insured person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insured {
    /// 被保険者番号.
    pub insured: String,
    /// 生年月日.
    pub born_on: Date,
    /// 申請日 of the newest application.
    pub applied_on: Date,
}

impl World {
    /// Builds a world in `folder`: authorities, gateway, municipality with `people` insured
    /// persons imported from both encodings, the authorities of the cards, the cable.
    ///
    /// # Errors
    /// When a program of it cannot be started, with what it said.
    pub fn build(folder: &Path, people: u32) -> io::Result<Self> {
        Self::build_for(folder, people, "127.0.0.1")
    }

    /// As [`World::build`], for a terminal that knows this machine by another address.
    ///
    /// # Errors
    /// As [`World::build`].
    pub fn build_for(folder: &Path, people: u32, host: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        let mut world = Self {
            folder: fs::canonicalize(folder)?,
            host: host.to_owned(),
            gateway: None,
            line: Line::to(nowhere)?,
            insurer: gateway::demo_data::insurer().number,
            office: gateway::demo_data::offices()[0].0.clone(),
            roots: Vec::new(),
            cards: None,
        };
        let mut init = vec!["init", "--name", "127.0.0.1", "--name", "localhost"];
        if host != "127.0.0.1" {
            init.extend(["--name", host]);
        }
        let made = world.ask(&init)?;
        let roots = made["roots"].as_array().into_iter().flatten();
        world.roots = roots.filter_map(Value::as_str).map(str::to_owned).collect();
        world.municipality(people)?;
        output(
            Command::new(program("simcard")?)
                .arg("make-ca")
                .arg(world.folder.join("cards")),
        )?;
        world.start_gateway()?;
        Ok(world)
    }

    /// The folder of everything.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The cable between kiosk and gateway.
    #[must_use]
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// Where the terminal reaches the gateway.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("https://{}:{}", self.host, self.line.address().port())
    }

    /// The gateway's roots (PEM).
    #[must_use]
    pub fn roots(&self) -> &[String] {
        &self.roots
    }

    /// 事業所番号 of the office.
    #[must_use]
    pub fn office(&self) -> &OfficeNumber {
        &self.office
    }

    /// The gateway's folder.
    #[must_use]
    pub fn gateway_folder(&self) -> PathBuf {
        self.folder.join("gateway")
    }

    /// Runs a command of the operator and returns what it printed.
    ///
    /// # Errors
    /// What the command said.
    pub fn operate(&self, arguments: &[&str]) -> io::Result<String> {
        output(
            Command::new(program("gateway")?)
                .arg("--dir")
                .arg(self.gateway_folder())
                .args(arguments),
        )
    }

    /// As [`World::operate`], with `--json`.
    ///
    /// # Errors
    /// What the command said, or that it did not print JSON.
    pub fn ask(&self, arguments: &[&str]) -> io::Result<Value> {
        let printed = self.operate(&[&["--json"], arguments].concat())?;
        serde_json::from_str(&printed).map_err(io::Error::other)
    }

    /// A one-time token for this world's terminal.
    ///
    /// # Errors
    /// What the operator's command said.
    pub fn token(&self) -> io::Result<String> {
        self.token_of(FIRST)
    }

    /// A one-time token for one of this world's terminals.
    ///
    /// # Errors
    /// What the operator's command said.
    pub fn token_of(&self, unit: UnitOf) -> io::Result<String> {
        let answer = self.ask(&[
            "token",
            "new",
            "--office",
            self.office.as_str(),
            "--serial",
            unit.serial,
        ])?;
        answer["token"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| io::Error::other("no token"))
    }

    /// The visitor whose card is `hanako`, as the municipality knows her.
    ///
    /// # Errors
    /// When the list of made-up people cannot be read.
    pub fn visitor(&self) -> io::Result<Insured> {
        self.person("0000087084")
    }

    /// Another person with an application, who never comes to the counter.
    ///
    /// # Errors
    /// When the list of made-up people cannot be read.
    pub fn client(&self) -> io::Result<Insured> {
        self.person("0000087092")
    }

    fn person(&self, insured: &str) -> io::Result<Insured> {
        let list = fs::read(self.folder.join("exports/people.json"))?;
        let people: Vec<Value> = serde_json::from_slice(&list).map_err(io::Error::other)?;
        let date = |value: &Value| value.as_str().and_then(|text| Date::parse(text).ok());
        people
            .iter()
            .find(|person| person["insured"] == insured)
            .and_then(|person| {
                Some(Insured {
                    insured: insured.to_owned(),
                    born_on: date(&person["born_on"])?,
                    applied_on: date(&person["applied_on"][0])?,
                })
            })
            .ok_or_else(|| io::Error::other(format!("{insured} is not among the made-up people")))
    }

    /// Commands that took effect at the gateway, by kind.
    ///
    /// # Errors
    /// When its database cannot be read.
    pub fn delivered(&self) -> io::Result<BTreeMap<String, u32>> {
        let mut kinds = BTreeMap::new();
        for action in self.actions()? {
            let kind = action["kind"].as_str().unwrap_or("?").to_owned();
            *kinds.entry(kind).or_default() += 1;
        }
        Ok(kinds)
    }

    /// What the commands that took effect at the gateway wanted.
    ///
    /// # Errors
    /// When its database cannot be read.
    pub fn actions(&self) -> io::Result<Vec<Value>> {
        let database = self.gateway_folder().join("gateway.sqlite");
        let read = || -> rusqlite::Result<Vec<String>> {
            Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_ONLY)?
                .prepare("SELECT body FROM commands WHERE refusal IS NULL")?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        read()
            .map_err(io::Error::other)?
            .iter()
            .map(|body| {
                let mut body: Value = serde_json::from_str(body).map_err(io::Error::other)?;
                Ok(body["action"].take())
            })
            .collect()
    }

    /// Files that the gateway still holds: documents and attachments.
    ///
    /// # Errors
    /// When its folder cannot be read.
    pub fn files_at_gateway(&self) -> io::Result<usize> {
        Ok(fs::read_dir(self.gateway_folder().join("blobs"))?.count())
    }

    /// Starts the gateway, after [`World::kill_gateway`] again.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn start_gateway(&mut self) -> io::Result<()> {
        let mut command = Command::new(program("gateway")?);
        command.arg("--dir").arg(self.gateway_folder()).args([
            "--json",
            "serve",
            "--listen",
            "127.0.0.1:0",
        ]);
        command.arg("--endpoint").arg(self.endpoint());
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

    /// `kill -9` on the gateway.
    pub fn kill_gateway(&mut self) {
        self.gateway = None;
    }

    /// What the gateway logged so far.
    pub fn gateway_log(&mut self) -> Vec<String> {
        self.gateway
            .as_mut()
            .map_or_else(Vec::new, |gateway| gateway.lines().to_vec())
    }

    /// Writes the kiosk's configuration and returns its path. `reader` names a real reader.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn kiosk_config(&self, screen: Screen, reader: Option<&str>) -> io::Result<PathBuf> {
        self.config_of(FIRST, screen, reader)
    }

    /// The same for one of this world's terminals.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn config_of(
        &self,
        unit: UnitOf,
        screen: Screen,
        reader: Option<&str>,
    ) -> io::Result<PathBuf> {
        let folder = self.folder.join(unit.folder);
        let scans = self.folder.join("usb");
        fs::create_dir_all(&folder)?;
        fs::create_dir_all(&scans)?;
        let (place, panel) = match screen {
            Screen::Seven => ("counter", "seven"),
            Screen::Ten => ("counter", "ten"),
            Screen::Portable => ("portable", "seven"),
        };
        let trust = match reader {
            None => "test",
            Some(_) => "production",
        };
        let authorities = match reader {
            None => format!("authorities = {:?}\n", self.folder.join("cards/trust.toml")),
            Some(_) => String::new(),
        };
        let virtual_reader = self.cards.as_ref().map_or("", |cards| &cards.reader);
        let reader = reader.unwrap_or(virtual_reader);
        let text = format!(
            "serial = {:?}\n\n\
             [screen]\nplace = {place:?}\npanel = {panel:?}\n\n\
             [paths]\nvault = {:?}\ndevice_secret = {:?}\nattachments = {scans:?}\ndesks = {:?}\n\n\
             [gateway]\nendpoint = \"https://{}\"\nroot = {:?}\n\n\
             [card]\ntrust = {trust:?}\n{authorities}reader = {reader:?}\n",
            unit.serial,
            folder.join("vault.db"),
            folder.join("device-secret"),
            self.write_desks(&folder)?,
            self.line.address(),
            self.write_root(&folder)?,
        );
        let path = folder.join("kiosk.toml");
        fs::write(&path, text)?;
        Ok(path)
    }

    fn write_root(&self, folder: &Path) -> io::Result<PathBuf> {
        let path = folder.join("gateway-root.pem");
        fs::write(&path, self.roots.join("\n"))?;
        Ok(path)
    }

    fn write_desks(&self, folder: &Path) -> io::Result<PathBuf> {
        let path = folder.join("desks.toml");
        fs::write(&path, include_str!("../data/desks.toml"))?;
        Ok(path)
    }

    /// The municipality, its offices, `people` people in both encodings, and the holders of the
    /// simulated cards.
    fn municipality(&self, people: u32) -> io::Result<()> {
        let exports = self.folder.join("exports");
        let file = |name: &str| exports.join(name).to_string_lossy().into_owned();
        self.operate(&[
            "demo-data",
            "--people",
            &people.to_string(),
            "--out",
            &file(""),
        ])?;
        self.operate(&["facility", "load", &file("municipality.toml")])?;
        let imports = [
            ("progress", "utf-8", "progress-wide-utf8.csv"),
            ("progress", "ms932", "progress-ms932.csv"),
            ("eligibility", "ms932", "eligibility-ms932.csv"),
        ];
        for (kind, encoding, name) in imports {
            let insurer = self.insurer.as_str();
            let options = [
                "import",
                "--insurer",
                insurer,
                "--kind",
                kind,
                "--encoding",
                encoding,
            ];
            self.operate(&[&options[..], &[&file(name)]].concat())?;
        }
        Ok(())
    }
}

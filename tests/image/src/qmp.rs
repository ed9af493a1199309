//! The emulator's control socket (QMP): pictures of its screen, fingers on its touch panel.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longest wait for one answer; the emulator is slow when the machine is busy.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// The virtual touch panel's axes go from 0 to this.
const AXIS: u32 = 0x7fff;

/// A connection to the emulator.
pub struct Qmp {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
}

impl Qmp {
    /// Connects, waiting until the emulator listens.
    ///
    /// # Errors
    /// When it does not within the limit.
    pub fn connect(socket: &Path) -> io::Result<Self> {
        let deadline = Instant::now() + ANSWER_LIMIT;
        let stream = loop {
            match UnixStream::connect(socket) {
                Ok(stream) => break stream,
                Err(why) if Instant::now() >= deadline => return Err(why),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        let mut qmp = Self {
            reader: BufReader::new(stream.try_clone()?),
            writer: stream,
        };
        qmp.line()?;
        qmp.ask("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// Writes a picture of the screen.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn screenshot(&mut self, to: &Path) -> io::Result<()> {
        self.ask("screendump", json!({ "filename": to, "format": "png" }))
            .map(drop)
    }

    /// A finger comes down at a place, given as parts of the screen's width and height, and
    /// lifts again.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn tap(&mut self, x: f64, y: f64) -> io::Result<()> {
        // A finger that lifts has no identity any more (Linux, multi-touch protocol B).
        let touch = |kind: &str, finger: i32| json!({ "type": "mtt", "data": { "type": kind, "slot": 0, "tracking-id": finger, "axis": "x", "value": 0 } });
        let at = |axis: &str, part: f64| {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a part of the screen lies between 0 and 1"
            )]
            let value = (part * f64::from(AXIS)) as u32;
            json!({ "type": "mtt", "data": { "type": "data", "slot": 0, "tracking-id": 1, "axis": axis, "value": value } })
        };
        let button =
            |down: bool| json!({ "type": "btn", "data": { "button": "touch", "down": down } });
        self.events(&[touch("begin", 1), button(true), at("x", x), at("y", y)])?;
        std::thread::sleep(Duration::from_millis(120));
        self.events(&[touch("end", -1), button(false)])
    }

    /// The cable of a network card is in, or out.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn set_link(&mut self, name: &str, up: bool) -> io::Result<()> {
        self.ask("set_link", json!({ "name": name, "up": up }))
            .map(drop)
    }

    /// Puts in a USB stick whose content was named at the start.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn plug_stick(&mut self, drive: &str) -> io::Result<()> {
        let stick =
            json!({ "driver": "usb-storage", "id": drive, "drive": drive, "removable": true });
        self.ask("device_add", stick).map(drop)
    }

    /// Pulls a device out.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn pull(&mut self, device: &str) -> io::Result<()> {
        self.ask("device_del", json!({ "id": device })).map(drop)
    }

    fn events(&mut self, events: &[Value]) -> io::Result<()> {
        self.ask("input-send-event", json!({ "events": events }))
            .map(drop)
    }

    fn ask(&mut self, command: &str, arguments: Value) -> io::Result<Value> {
        let mut line = json!({ "execute": command, "arguments": arguments }).to_string();
        line.push('\n');
        self.writer.write_all(line.as_bytes())?;
        loop {
            let answer = self.line()?;
            if let Some(error) = answer.get("error") {
                return Err(io::Error::other(format!("{command}: {error}")));
            }
            if let Some(value) = answer.get("return") {
                return Ok(value.clone());
            }
        }
    }

    fn line(&mut self) -> io::Result<Value> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(io::Error::other("the emulator is gone"));
        }
        serde_json::from_str(&line).map_err(io::Error::other)
    }
}

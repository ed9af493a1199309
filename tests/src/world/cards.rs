//! The reader of the world: simulated cards behind a virtual one, and the PC/SC daemon.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::{READY, World};
use crate::machine;
use crate::process::{Running, program, wait_until};

const DAEMON: &str = "/usr/sbin/pcscd";
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// Our own daemon's virtual reader; the driver makes two readers of each entry.
const OWN_READER: &str = "Madoguchi virtual reader";

/// The virtual reader that the driver's package adds to the system's daemon, and its port.
const SYSTEM_READER: (&str, u16) = ("Virtual PCD", 0x8C7B);

/// Longest wait for the virtual reader of the system's daemon, which may just have been woken.
const SYSTEM_DAEMON: Duration = Duration::from_secs(10);

/// Simulated cards behind a virtual reader.
pub(super) struct Cards {
    control: PathBuf,
    /// The name of their reader.
    pub(super) reader: String,
    _serving: Running,
    /// `None` when the system's daemon is used.
    _daemon: Option<Running>,
    _machine: machine::Held,
}

impl World {
    /// Starts the simulated cards behind a virtual reader: of a PC/SC daemon of our own, or of
    /// the system's where one runs already.
    ///
    /// # Errors
    /// When the packages are missing, or there is no daemon and this user cannot start one.
    pub fn start_cards(&mut self) -> io::Result<()> {
        for (file, package) in [(DAEMON, "pcscd"), (DRIVER, "vsmartcard-vpcd")] {
            if !Path::new(file).exists() {
                return Err(io::Error::other(format!("install the package {package}")));
            }
        }
        let machine = machine::hold()?;
        let (reader, port, daemon) = if machine.daemon_runs {
            let (name, port) = SYSTEM_READER;
            wait_until("the virtual reader", SYSTEM_DAEMON, || {
                machine::listens(port)
            })
            .map_err(|_| {
                io::Error::other(
                    "a PC/SC daemon runs, without the virtual reader of vsmartcard-vpcd; stop it \
                     first: `systemctl stop pcscd.socket pcscd.service`",
                )
            })?;
            (name, port, None)
        } else {
            let (port, daemon) = self.start_daemon()?;
            (OWN_READER, port, Some(daemon))
        };

        let control = self.folder.join("cards.sock");
        let mut serve = Command::new(program("simcard")?);
        serve
            .arg("serve")
            .arg("--control")
            .arg(&control)
            .arg("--dir")
            .arg(self.folder.join("cards"));
        serve.args(["--port", &port.to_string()]);
        let serving = Running::start("simcard", &mut serve)?;
        // The path is there a moment before somebody listens on it.
        wait_until("the simulated cards", READY, || {
            hal::sim::control::tell(&control, "list").is_ok()
        })?;
        self.cards = Some(Cards {
            control,
            reader: format!("{reader} 00 00"),
            _serving: serving,
            _daemon: daemon,
            _machine: machine,
        });
        Ok(())
    }

    /// A PC/SC daemon with one virtual reader, and that reader's port.
    fn start_daemon(&self) -> io::Result<(u16, Running)> {
        let port = free_port_pair()?;
        let readers = self.folder.join("readers");
        fs::create_dir_all(&readers)?;
        let entry = format!(
            "FRIENDLYNAME \"{OWN_READER}\"\nDEVICENAME /dev/null:0x{port:X}\nLIBPATH {DRIVER}\nCHANNELID 0x{port:X}\n"
        );
        fs::write(readers.join("reader.conf"), entry)?;
        let mut daemon = Command::new(DAEMON);
        daemon.arg("--foreground").arg("--config").arg(&readers);
        let mut daemon = Running::start("pcscd", &mut daemon)?;
        // The driver opens its port a little later than the daemon its socket.
        wait_until("the PC/SC daemon", READY, || {
            machine::listens(port) || !daemon.is_running()
        })?;
        if !daemon.is_running() {
            return Err(io::Error::other(format!(
                "the PC/SC daemon did not start: run as root, or start the system's with \
                 `sudo systemctl start pcscd.socket`\n{}",
                daemon.tail()
            )));
        }
        Ok((port, daemon))
    }

    /// Tells the cards something, such as `in hanako` or `out`; see `hal::sim::control`.
    ///
    /// # Errors
    /// What they answered, if not `ok`.
    pub fn card(&self, words: &str) -> io::Result<String> {
        let cards = self
            .cards
            .as_ref()
            .ok_or_else(|| io::Error::other("no simulated cards"))?;
        let answer = hal::sim::control::tell(&cards.control, words)?;
        match answer.strip_prefix("ok") {
            Some(rest) => Ok(rest.trim().to_owned()),
            None => Err(io::Error::other(format!("card {words}: {answer}"))),
        }
    }
}

/// A free port whose successor is free, too: the driver takes both.
fn free_port_pair() -> io::Result<u16> {
    for _ in 0..100 {
        let first = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        let port = first.local_addr()?.port();
        if port < u16::MAX && TcpListener::bind((Ipv4Addr::UNSPECIFIED, port + 1)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::other("no two ports in a row are free"))
}

//! QEMU's `virt` board, and its Raspberry Pi 3, started from the image like a terminal from its card.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use protocol::provisioning::device::Rotation;

use crate::card::Card;
use crate::picture::Picture;
use crate::qmp::Qmp;
use crate::tools;
use crate::turn;

/// Between two looks at the screen.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Lines of the serial console that a failure shows.
const TAIL_LINES: usize = 25;

/// What is plugged into a terminal, and how it is found when it is switched on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rig<'a> {
    /// A stick with an update.
    pub stick: Option<&'a Path>,
    /// A stick with scans, which lies beside the terminal until it is plugged in.
    pub scans: Option<&'a Path>,
    /// What its real-time clock says, as QEMU's `-rtc base=` takes it; by default the time.
    pub clock: Option<&'a str>,
    /// Width and height of the display's panel; by default that of the counter's 10″.
    pub panel: Option<(u32, u32)>,
    /// How the panel is mounted.
    pub rotation: Rotation,
    /// The card cannot be written any more.
    pub read_only: bool,
    /// A port of this machine from which QEMU goes on to a port of the terminal.
    pub forward: Option<(u16, u16)>,
    /// The network cable is out.
    pub unplugged: bool,
    /// A USB device is where the reader should be that no card reader's driver knows.
    pub foreign_reader: bool,
    /// The board.
    pub board: Board<'a>,
}

/// Which board is emulated.
#[derive(Debug, Clone, Copy, Default)]
pub enum Board<'a> {
    /// QEMU's own, with U-Boot.
    #[default]
    Virt,
    /// QEMU's own, which stands for one that starts what its firmware has loaded. A restart is an
    /// end: the firmware chooses again.
    Loaded(&'a Loaded),
    /// A Raspberry Pi 3, whose firmware has loaded U-Boot and a device tree. It has no display, no
    /// touch panel and no network that a kernel of ours knows.
    Pi3 {
        /// U-Boot.
        loader: &'a Path,
        /// The device tree.
        tree: &'a Path,
    },
}

/// What a board's firmware hands over to.
#[derive(Debug)]
pub struct Loaded {
    /// The kernel.
    pub kernel: PathBuf,
    /// The initrd.
    pub initrd: PathBuf,
    /// The device tree.
    pub tree: PathBuf,
    /// The kernel's arguments.
    pub arguments: String,
}

/// What every board starts with.
const EMULATOR: &[&str] = &["qemu-system-aarch64", "-display", "none", "-no-user-config"];

/// QEMU's own board.
const VIRT: &[&str] = &["-cpu", "cortex-a72", "-smp", "2", "-m", "1024"];

/// Its kind.
const MACHINE: &str = "virt,gic-version=3";

/// Writes the device tree of the emulated board.
///
/// # Errors
/// What the emulator says.
pub fn write_tree(to: &Path) -> io::Result<()> {
    let machine = format!("{MACHINE},dumpdtb={}", to.display());
    let mut command = tools::in_build_root()?;
    tools::run(command.args(EMULATOR).args(VIRT).args(["-M", &machine]))
}

impl<'a> Rig<'a> {
    /// With this stick, if any.
    #[must_use]
    pub fn with(stick: Option<&'a Path>) -> Self {
        Self {
            stick,
            ..Self::default()
        }
    }
}

/// The network card's name, for QEMU.
const CABLE: &str = "lan";

/// The name of the stick with scans, for QEMU.
const SCANS: &str = "scans";

/// A running terminal. Dropping it cuts the power.
pub struct Emulator {
    child: Child,
    qmp: Qmp,
    folder: PathBuf,
    started: Instant,
    rotation: Rotation,
}

impl Emulator {
    /// Switches the terminal on. `folder` takes its console, its socket and its pictures.
    ///
    /// # Errors
    /// When the emulator does not start.
    pub fn start(card: &Card, rig: Rig<'_>, folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let socket = folder.join("qmp");
        let _ = fs::remove_file(&socket);
        let console = folder.join("console.txt");
        let mut command = tools::in_build_root()?;
        command
            .args(EMULATOR)
            .args(["-qmp", &format!("unix:{},server,nowait", socket.display())]);
        let drive = format!(
            "format=raw,cache=writeback,readonly={},file={}",
            if rig.read_only { "on" } else { "off" },
            card.path().display()
        );
        let serial = format!("file:{}", console.display());
        match rig.board {
            Board::Virt => virt(&mut command, &rig, &drive, &serial)
                .args(["-bios", "/usr/lib/u-boot/qemu_arm64/u-boot.bin"]),
            Board::Loaded(loaded) => virt(&mut command, &rig, &drive, &serial)
                .arg("-no-reboot")
                .arg("-kernel")
                .arg(&loaded.kernel)
                .arg("-initrd")
                .arg(&loaded.initrd)
                .arg("-dtb")
                .arg(&loaded.tree)
                .args(["-append", &loaded.arguments]),
            // The console is the second serial line.
            Board::Pi3 { loader, tree } => command
                .args(["-M", "raspi3b", "-serial", "null", "-serial", &serial])
                .args(["-drive", &format!("if=sd,{drive}")])
                .arg("-kernel")
                .arg(loader)
                .arg("-dtb")
                .arg(tree),
        };
        if let Some(clock) = rig.clock {
            command.args(["-rtc", &format!("base={clock}")]);
        }
        if rig.foreign_reader {
            command
                .args(["-chardev", "null,id=foreign"])
                .args(["-device", "usb-serial,chardev=foreign"]);
        }
        let mut drive = |id: &str, stick: &Path| {
            let file = stick.display();
            let drive = format!("if=none,id={id},format=raw,readonly=on,file={file}");
            command.args(["-drive", &drive]);
        };
        if let Some(scans) = rig.scans {
            drive(SCANS, scans);
        }
        if let Some(stick) = rig.stick {
            drive("stick", stick);
            command.args(["-device", "usb-storage,drive=stick,removable=on"]);
        }
        let log = File::create(folder.join("emulator.txt"))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let started = Instant::now();
        let mut terminal = Self {
            qmp: Qmp::connect(&socket)?,
            child,
            folder: folder.to_owned(),
            started,
            rotation: rig.rotation,
        };
        if rig.unplugged {
            terminal.plug(false)?;
        }
        Ok(terminal)
    }

    /// Time since it was switched on.
    #[must_use]
    pub fn up(&self) -> Duration {
        self.started.elapsed()
    }

    /// Waits until the screen shows the page of a reference picture.
    ///
    /// # Errors
    /// When it does not within the limit; the last lines of the console.
    pub fn wait_for_page(&mut self, page: &Picture, limit: Duration) -> io::Result<Duration> {
        self.wait_for_picture(limit, |now| (now.shows(page), now.differs_from(page)))
    }

    /// Waits until the middle of the screen shows a picture.
    ///
    /// # Errors
    /// As [`Self::wait_for_page`].
    pub fn wait_for_middle(&mut self, page: &Picture, limit: Duration) -> io::Result<Duration> {
        self.wait_for_picture(limit, |now| {
            let differing = now.middle(page).difference(page);
            (differing < 0.01, differing)
        })
    }

    /// Waits until less than a part of the screen differs from another screen's.
    ///
    /// # Errors
    /// As [`Self::wait_for_page`].
    pub fn wait_for_screen(
        &mut self,
        wanted: &Picture,
        differing: f64,
        limit: Duration,
    ) -> io::Result<Duration> {
        self.wait_for_picture(limit, |now| {
            let found = now.differs_from_twin(wanted);
            (found < differing, found)
        })
    }

    /// Waits until less than a part of the row of buttons below differs from another screen's.
    ///
    /// # Errors
    /// As [`Self::wait_for_page`].
    pub fn wait_for_foot(
        &mut self,
        wanted: &Picture,
        differing: f64,
        limit: Duration,
    ) -> io::Result<Duration> {
        self.wait_for_picture(limit, |now| {
            let found = now.foot().difference(&wanted.foot());
            (found < differing, found)
        })
    }

    fn wait_for_picture(
        &mut self,
        limit: Duration,
        compare: impl Fn(&Picture) -> (bool, f64),
    ) -> io::Result<Duration> {
        let deadline = Instant::now() + limit;
        let mut last = 1.0;
        while Instant::now() < deadline {
            if let Ok(now) = self.look() {
                let (same, differing) = compare(&now);
                last = differing;
                if same {
                    return Ok(self.up());
                }
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Err(self.fault(&format!(
            "the page did not come within {limit:?}; {:.1} % of the last picture differ",
            last * 100.0
        )))
    }

    /// Waits for a text on the serial console.
    ///
    /// # Errors
    /// When it does not come within the limit; the last lines of the console.
    pub fn wait_for_text(&mut self, text: &str, limit: Duration) -> io::Result<Duration> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if self.console().contains(text) {
                return Ok(self.up());
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        Err(self.fault(&format!("{text:?} did not come within {limit:?}")))
    }

    /// Waits until something about the card holds.
    ///
    /// # Errors
    /// When it does not within the limit; the last lines of the console.
    pub fn wait_until(
        &mut self,
        what: &str,
        limit: Duration,
        mut holds: impl FnMut() -> bool,
    ) -> io::Result<Duration> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if holds() {
                return Ok(self.up());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        Err(self.fault(&format!("{what}: not within {limit:?}")))
    }

    /// Waits until it switched itself off.
    ///
    /// # Errors
    /// When it does not within the limit; the last lines of the console.
    pub fn wait_until_off(&mut self, limit: Duration) -> io::Result<Duration> {
        let deadline = Instant::now() + limit;
        while self.is_on() {
            if Instant::now() >= deadline {
                return Err(self.fault(&format!("it was not off within {limit:?}")));
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        Ok(self.up())
    }

    /// A picture of the screen, upright; kept as `screen.png` as it is on the panel.
    ///
    /// # Errors
    /// When there is no screen yet.
    pub fn look(&mut self) -> io::Result<Picture> {
        let path = self.folder.join("screen.png");
        self.qmp.screenshot(&path)?;
        Picture::read(&path).map(|picture| picture.upright(self.rotation))
    }

    /// A finger at a place, in parts of the upright screen's width and height.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn tap(&mut self, x: f64, y: f64) -> io::Result<()> {
        let (x, y) = turn::on_panel(self.rotation, (x, y));
        self.qmp.tap(x, y)
    }

    /// Puts the network cable in, or pulls it.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn plug(&mut self, into: bool) -> io::Result<()> {
        self.qmp.set_link(CABLE, into)
    }

    /// Puts the stick with scans in, or pulls it.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn plug_scans(&mut self, into: bool) -> io::Result<()> {
        if into {
            self.qmp.plug_stick(SCANS)
        } else {
            self.qmp.pull(SCANS)
        }
    }

    /// What the serial console said so far.
    #[must_use]
    pub fn console(&self) -> String {
        fs::read(self.folder.join("console.txt"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Cuts the power after a while, whatever is going on then.
    pub fn cut_after(&self, time: Duration) {
        let process = self.child.id().to_string();
        std::thread::spawn(move || {
            std::thread::sleep(time);
            let _ = Command::new("kill").args(["-9", &process]).status();
        });
    }

    /// Whether it is on.
    pub fn is_on(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Cuts the power: `kill -9` of the emulator.
    pub fn cut(mut self) {
        self.kill();
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn fault(&self, why: &str) -> io::Error {
        let console = self.console();
        let lines: Vec<_> = console.lines().collect();
        let tail = lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n");
        io::Error::other(format!("{why}\n{tail}"))
    }
}

/// What is plugged into QEMU's own board.
fn virt<'a>(command: &'a mut Command, rig: &Rig<'_>, drive: &str, serial: &str) -> &'a mut Command {
    command
        .args(VIRT)
        .args(["-M", MACHINE])
        .args(["-device", &display(rig.panel)])
        .args(["-device", "virtio-multitouch-pci"])
        .args(["-device", "virtio-rng-pci", "-device", "i6300esb"])
        .args(["-device", "qemu-xhci"])
        .args(["-netdev", &cable(rig.forward)])
        .args([
            "-device",
            &format!("virtio-net-pci,netdev={CABLE},romfile="),
        ])
        .args(["-drive", &format!("if=none,id=card,{drive}")])
        .args(["-device", "virtio-blk-pci,drive=card"])
        .args(["-serial", serial])
}

/// The network, as QEMU names it.
fn cable(forward: Option<(u16, u16)>) -> String {
    let cable = format!("user,id={CABLE}");
    match forward {
        Some((here, there)) => format!("{cable},hostfwd=tcp:127.0.0.1:{here}-:{there}"),
        None => cable,
    }
}

/// The display, as QEMU names it.
fn display(panel: Option<(u32, u32)>) -> String {
    let display = "virtio-gpu-pci".to_owned();
    match panel {
        Some((width, height)) => format!("{display},xres={width},yres={height}"),
        None => display,
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.kill();
    }
}

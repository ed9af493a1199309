//! The proofs themselves.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use appliance::slots::state::{Slot, TRIES_NEW, Tries};

use crate::card::{self, Card};
use crate::desk::{Desk, Shape};
use crate::emulator::{Emulator, Rig};
use crate::picture::Picture;
use crate::tools;

/// Longest wait for a screen. An emulated start takes half a minute on an idle machine.
pub(crate) const SCREEN_LIMIT: Duration = Duration::from_secs(1800);

/// Longest wait for an installation.
pub(crate) const INSTALL_LIMIT: Duration = Duration::from_secs(3600);

/// Where S-1 has its buttons, in parts of the screen's width and height.
const ENGLISH: (f64, f64) = (0.735, 0.411);
const BEGIN: (f64, f64) = (0.828, 0.925);

/// Makes the system tell its journal on the serial console.
pub(crate) const TALKATIVE: &str =
    "systemd.journald.forward_to_console=1 systemd.journald.max_level_console=info";

/// The desk of an update's proof is idle after so many seconds, instead of ten minutes.
pub(crate) const IDLE_SECONDS: u32 = 20;

/// An image and what is needed to try it.
pub struct Bench {
    image: PathBuf,
    bundles: PathBuf,
    to: PathBuf,
    pub(crate) welcome: Picture,
    english: Picture,
    screens: PathBuf,
}

impl Bench {
    /// Finds the image of a version.
    ///
    /// # Errors
    /// When it was not built.
    pub fn new(version: &str, to: &Path) -> io::Result<Self> {
        let made = tools::cache().join("image").join(version);
        let image = image(&made, "qemu", "make image")?;
        let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/tests/pictures");
        fs::create_dir_all(to)?;
        Ok(Self {
            image,
            bundles: tools::cache().join("image"),
            to: to.to_owned(),
            welcome: Picture::read(&pictures.join("S-1_welcome_1280x800.png"))?,
            english: Picture::read(&pictures.join("S-1_welcome_en_1280x800.png"))?,
            screens: made.join("screens"),
        })
    }

    /// The image for another board.
    ///
    /// # Errors
    /// When it was not built.
    pub fn image_for(&self, board: &str) -> io::Result<PathBuf> {
        let made = self.image.parent().unwrap_or(Path::new(""));
        image(made, board, &format!("make image-{board}"))
    }

    /// Where pictures, consoles and disks of the runs lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.to
    }

    /// The screen that comes up with a code when the desk cannot.
    #[must_use]
    pub fn recovery_screen(&self, code: &str) -> PathBuf {
        self.screens.join(format!("{code}.png"))
    }

    /// A desk on the counter with a gateway on this machine, and its twin.
    ///
    /// # Errors
    /// As [`Desk::build`].
    pub fn desk(&self, name: &str) -> io::Result<Desk> {
        self.desk_of(name, Shape::COUNTER)
    }

    /// As [`Self::desk`], of another shape.
    ///
    /// # Errors
    /// As [`Desk::build`].
    pub fn desk_of(&self, name: &str, shape: Shape) -> io::Result<Desk> {
        let desk = Desk::build(&self.image, &self.to.join(name), shape)?;
        self.settings(desk.card(), TALKATIVE)?;
        Ok(desk)
    }

    /// Boots to the first screen, which is the one of the pictures, and answers to a finger.
    ///
    /// # Errors
    /// What did not hold.
    pub fn boot(&self) -> io::Result<()> {
        let card = self.card("boot", "")?;
        let folder = self.to.join("boot");
        let mut terminal = Emulator::start(&card, Rig::default(), &folder)?;
        let first = terminal.wait_for_page(&self.welcome, SCREEN_LIMIT)?;
        keep(&folder, "1-welcome.png")?;
        println!("boot: first screen after {:.1} s", first.as_secs_f64());
        terminal.tap(ENGLISH.0, ENGLISH.1)?;
        let turned = terminal.wait_for_page(&self.english, SCREEN_LIMIT)?;
        keep(&folder, "2-english.png")?;
        println!(
            "boot: a finger changed the language after {:.1} s",
            turned.as_secs_f64()
        );
        terminal.tap(BEGIN.0, BEGIN.1)?;
        std::thread::sleep(Duration::from_secs(5));
        terminal.look()?;
        keep(&folder, "3-token.png")?;
        kept(&mut terminal, &card, Slot::A)?;
        println!(
            "boot: slot A is kept after {:.1} s",
            terminal.up().as_secs_f64()
        );
        terminal.cut();
        expect(
            !card.text("config", "device.toml")?.contains("[enrolment]"),
            "the token is gone from the card",
        )
    }

    /// An update goes A→B and is kept; a broken one comes back to B.
    ///
    /// # Errors
    /// What did not hold.
    pub fn updates(&self) -> io::Result<()> {
        let card = self.card("updates", &format!("{TALKATIVE} mdg.idle={IDLE_SECONDS}"))?;
        let folder = self.to.join("updates");
        let mut terminal = Emulator::start(&card, Rig::default(), &folder)?;
        kept(&mut terminal, &card, Slot::A)?;
        terminal.cut();

        let stick = self.stick("updates", "0.2.0")?;
        let mut terminal = self.install(&card, &stick, &folder, Slot::B)?;
        terminal.wait_for_text("Madoguchi: slot B", INSTALL_LIMIT)?;
        println!("updates: nobody touched the desk; it restarted into B by itself");
        kept(&mut terminal, &card, Slot::B)?;
        terminal.wait_for_text(&refusal("MDG-UPDATE-SAME"), INSTALL_LIMIT)?;
        expect(card.slots()?.first == Slot::B, "B stays")?;
        terminal.cut();
        println!("updates: A→B is kept, and the stick that was left in writes nothing again");

        let stick = self.stick("updates", "0.3.0")?;
        self.install(&card, &stick, &folder, Slot::A)?.cut();
        // It restarts by itself until its starts are spent.
        let mut terminal = Emulator::start(&card, Rig::with(Some(&stick)), &folder)?;
        terminal.wait_for_page(&self.welcome, SCREEN_LIMIT)?;
        kept(&mut terminal, &card, Slot::B)?;
        terminal.wait_for_text(&refusal("MDG-UPDATE-CAME-BACK"), INSTALL_LIMIT)?;
        let slots = card.slots()?;
        expect(slots.a.left == 0, "the broken slot is spent")?;
        expect(slots.first == Slot::B, "the old system comes first again")?;
        let starts = terminal.console().matches("Madoguchi: slot A").count();
        expect(starts == usize::from(TRIES_NEW), "it was given its starts")?;
        println!(
            "updates: a broken update came back after {starts} starts, and is not tried again"
        );
        Ok(())
    }

    /// Bundles that are tampered with, cut, signed by another authority or older are refused,
    /// each by its code; so is a stick without one.
    ///
    /// # Errors
    /// What did not hold.
    pub fn bundles(&self) -> io::Result<()> {
        let card = self.card("bundles", TALKATIVE)?;
        let folder = self.to.join("bundles");
        let mut terminal = Emulator::start(&card, Rig::default(), &folder)?;
        kept(&mut terminal, &card, Slot::A)?;
        terminal.cut();

        let good = self.bundle("0.2.0");
        let tampered = self.stick("tampered", "0.2.0")?;
        let middle = fs::metadata(&tampered)?.len() / 2;
        let file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(&tampered)?;
        std::os::unix::fs::FileExt::write_all_at(&file, &[0x5a; 64], middle)?;
        let cut = self.to.join("cut.raucb");
        fs::copy(&good, &cut)?;
        fs::OpenOptions::new()
            .write(true)
            .open(&cut)?
            .set_len(fs::metadata(&good)?.len() / 2)?;
        let sticks = [
            ("tampered", tampered, "MDG-UPDATE-REFUSED"),
            ("cut", self.stick_of("cut", &cut)?, "MDG-UPDATE-REFUSED"),
            (
                "of another authority",
                self.stick("foreign", "0.4.0")?,
                "MDG-UPDATE-REFUSED",
            ),
            ("older", self.stick("older", "0.0.1")?, "MDG-UPDATE-OLDER"),
            (
                "not there",
                self.stick_named("empty", &cut, "another.raucb")?,
                "MDG-RELEASE-FILE",
            ),
        ];
        for (name, stick, code) in sticks {
            let mut terminal = Emulator::start(&card, Rig::with(Some(&stick)), &folder)?;
            terminal.wait_for_text(&refusal(code), INSTALL_LIMIT)?;
            terminal.cut();
            expect(
                card.slots()?.first == Slot::A,
                "the running system still comes first",
            )?;
            expect(
                card.slots()?.b.left == 0,
                "nothing is started from the other slot",
            )?;
            println!("bundles: one that is {name} is refused: {code}");
        }
        Ok(())
    }

    /// A tampered root does not run, and the recovery screen says so.
    ///
    /// # Errors
    /// What did not hold.
    pub fn root(&self) -> io::Result<()> {
        let card = self.card("root", "")?;
        let folder = self.to.join("root");
        let mut terminal = Emulator::start(&card, Rig::default(), &folder)?;
        kept(&mut terminal, &card, Slot::A)?;
        terminal.cut();

        // Where programs lie.
        card.damage("root-a", 64 * 1024 * 1024, 64 * 1024 * 1024)?;
        let mut slots = card.slots()?;
        slots.set(Slot::A, Tries::NEW);
        card.set_slots(&slots)?;
        let mut terminal = Emulator::start(&card, Rig::default(), &folder)?;
        terminal.wait_for_text("Madoguchi: slot none", SCREEN_LIMIT)?;
        let screen = Picture::read(&self.recovery_screen("MDG-SLOTS-BAD"))?;
        terminal.wait_for_middle(&screen, SCREEN_LIMIT)?;
        keep(&folder, "recovery.png")?;
        println!("root: a tampered root does not run; the recovery screen stands");
        let starts = |console: &str| console.matches("Madoguchi: slot A").count();
        let before = starts(&terminal.console());
        terminal.tap(0.5, 0.5)?;
        terminal.wait_until("a touch asks for another start", SCREEN_LIMIT, || {
            fs::read_to_string(folder.join("console.txt"))
                .is_ok_and(|console| starts(&console) > before)
        })?;
        println!("root: a touch there asks for one more start");
        terminal.cut();
        Ok(())
    }

    fn install(
        &self,
        card: &Card,
        stick: &Path,
        folder: &Path,
        into: Slot,
    ) -> io::Result<Emulator> {
        let mut terminal = Emulator::start(card, Rig::with(Some(stick)), folder)?;
        let took = terminal.wait_until("the update is written", INSTALL_LIMIT, || {
            card.slots().is_ok_and(|slots| slots.first == into)
        })?;
        println!(
            "updates: written into {} {:.1} s after the start",
            into.letter(),
            took.as_secs_f64()
        );
        Ok(terminal)
    }

    /// A copy of the image with the configuration of a made-up unit.
    pub(crate) fn card(&self, name: &str, extra: &str) -> io::Result<Card> {
        let card = Card::copy(&self.image, &self.to.join(format!("{name}.img")))?;
        let unit = self.to.join("device.toml");
        fs::write(&unit, include_str!("../data/device.toml"))?;
        card.put("config", &unit)?;
        if !extra.is_empty() {
            self.settings(&card, extra)?;
        }
        Ok(card)
    }

    /// A copy of another board's image, with the configuration of a made-up unit on such a board.
    pub(crate) fn card_for(&self, image: &str, board: &str, folder: &Path) -> io::Result<Card> {
        let card = Card::copy(&self.image_for(image)?, &folder.join("card.img"))?;
        let unit = folder.join("device.toml");
        let text = include_str!("../data/device.toml");
        fs::write(&unit, text.replace("\"qemu\"", &format!("{board:?}")))?;
        card.put("config", &unit)?;
        Ok(card)
    }

    /// More arguments for the kernel.
    pub(crate) fn settings(&self, card: &Card, extra: &str) -> io::Result<()> {
        let old = card.text("firmware", "board.env")?;
        let mut text: String = old
            .lines()
            .filter(|line| !line.starts_with("mdg_extra="))
            .flat_map(|line| [line, "\n"])
            .collect();
        text.push_str(&format!("mdg_extra={extra}\n"));
        let file = self.to.join("board.env");
        fs::write(&file, text)?;
        card.put("firmware", &file)
    }

    /// The update of a version.
    pub(crate) fn bundle(&self, version: &str) -> PathBuf {
        self.bundles.join(version).join("update.raucb")
    }

    /// A stick with the update of a version.
    pub(crate) fn stick(&self, name: &str, version: &str) -> io::Result<PathBuf> {
        self.stick_of(name, &self.bundle(version))
    }

    /// A stick with a file in the place of an update.
    fn stick_of(&self, name: &str, bundle: &Path) -> io::Result<PathBuf> {
        self.stick_named(name, bundle, "update.raucb")
    }

    fn stick_named(&self, name: &str, bundle: &Path, file: &str) -> io::Result<PathBuf> {
        let stick = self.to.join(format!("{name}-stick.img"));
        card::stick("MDG-UPDATE", bundle, file, &stick)?;
        Ok(stick)
    }
}

/// The image of a board, which a command makes.
fn image(made: &Path, board: &str, command: &str) -> io::Result<PathBuf> {
    let image = made.join(format!("madoguchi-{board}.img"));
    if image.is_file() {
        Ok(image)
    } else {
        let image = image.display();
        let why = format!("{image} is not there: run `{command}` first");
        Err(io::Error::other(why))
    }
}

/// What the journal says about a stick that was refused.
fn refusal(code: &str) -> String {
    format!("appliance: the update on the stick is refused: {code}")
}

/// Waits until the running system was found healthy.
pub(crate) fn kept(terminal: &mut Emulator, card: &Card, slot: Slot) -> io::Result<()> {
    terminal
        .wait_until("the system is kept", SCREEN_LIMIT, || {
            card.slots()
                .is_ok_and(|slots| slots.first == slot && slots.tries(slot) == Tries::PROVEN)
        })
        .map(drop)
}

pub(crate) fn keep(folder: &Path, name: &str) -> io::Result<()> {
    fs::copy(folder.join("screen.png"), folder.join(name)).map(drop)
}

pub(crate) fn expect(holds: bool, what: &str) -> io::Result<()> {
    if holds {
        Ok(())
    } else {
        Err(io::Error::other(format!("does not hold: {what}")))
    }
}

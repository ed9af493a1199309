//! A desk in the emulator: the terminal, the gateway on this machine that it talks to, and the
//! twin that is played beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use appliance::slots::state::{Slot, Tries};
use protocol::provisioning::device::Rotation;
use system_tests::world::{SERIAL, Screen, World};

use crate::card::Card;
use crate::emulator::{Emulator, Rig};
use crate::keys;
use crate::proofs::kept;
use crate::turn;
use crate::twin::{Twin, pixels};

/// Made-up insured people on either side.
const PEOPLE: u32 = 60;

/// The help desks that the card names; the twin has the same.
const DESKS: &str = include_str!("../../data/desks.toml");

/// This machine, as a terminal in the emulator sees it.
const HOST: &str = "10.0.2.2";

/// Longest wait for a start. On a busy machine an emulated one takes minutes.
pub const START_LIMIT: Duration = Duration::from_secs(1200);

/// Longest wait for a page after a touch. Passcodes and keys take long when emulated.
const PAGE_LIMIT: Duration = Duration::from_secs(180);

/// How long the terminal may take to follow a touch before the next one. What is checked is
/// checked afterwards; this only keeps the pace.
const FOLLOW_LIMIT: Duration = Duration::from_secs(8);

/// Between two looks at both screens.
const LOOK_AGAIN: Duration = Duration::from_millis(400);

/// Both screens show the same when fewer than this part of their pixels differ: a key that
/// was not taken is more. What may differ: the number of a slip, and a blinking caret.
const SAME: f64 = 0.0012;

/// On S-2 each has a token of its own.
const SAME_BUT_TEXT: f64 = 0.012;

/// What a turned panel may differ by besides: its letters are drawn on their side, and smoothed
/// another way.
const TURNED: f64 = 0.02;

/// The first picture after a start may have another time of day on it.
const ALIKE: f64 = 0.03;

/// What a unit's screen is, and how it is mounted.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The screen, upright.
    pub screen: Screen,
    /// How its panel is mounted.
    pub rotation: Rotation,
}

impl Shape {
    /// On the counter, 10″.
    pub const COUNTER: Self = Self {
        screen: Screen::Ten,
        rotation: Rotation::None,
    };
}

/// A terminal, its gateway and its twin.
pub struct Desk {
    world: World,
    twin: Twin,
    card: Card,
    shape: Shape,
    terminal: Option<Emulator>,
    folder: PathBuf,
    pictures: usize,
}

impl Desk {
    /// Builds both worlds and prepares a card for the terminal, with a token for it.
    ///
    /// # Errors
    /// What the gateways say; what writing the card says.
    pub fn build(image: &Path, folder: &Path, shape: Shape) -> io::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let world = World::build_for(&folder.join("office"), PEOPLE, HOST)?;
        let twin = Twin::build(&folder.join("twin"), PEOPLE, shape.screen)?;
        let card = Card::copy(image, &folder.join("card.img"))?;
        let unit = folder.join("device.toml");
        fs::write(&unit, device(&world, shape)?)?;
        card.put("config", &unit)?;
        fs::remove_file(&unit)?;
        Ok(Self {
            world,
            twin,
            card,
            shape,
            terminal: None,
            folder: folder.to_owned(),
            pictures: 0,
        })
    }

    /// The gateway of the terminal.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The twin.
    pub fn twin(&mut self) -> &mut Twin {
        &mut self.twin
    }

    /// The terminal's card.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The terminal.
    ///
    /// # Errors
    /// When it is off.
    pub fn terminal(&mut self) -> io::Result<&mut Emulator> {
        self.terminal.as_mut().ok_or_else(off)
    }

    /// Switches both on without waiting.
    ///
    /// # Errors
    /// When the emulator does not start.
    pub fn switch_on(&mut self, rig: Rig<'_>) -> io::Result<()> {
        let Shape { screen, rotation } = self.shape;
        let rig = Rig {
            panel: Some(turn::panel(rotation, pixels(screen))),
            rotation,
            ..rig
        };
        self.terminal = None;
        self.terminal = Some(Emulator::start(
            &self.card,
            rig,
            &self.folder.join("terminal"),
        )?);
        Ok(())
    }

    /// Waits until the terminal shows what the twin shows at its start. The twin is started
    /// again then, so that neither screen has rested.
    ///
    /// # Errors
    /// When it does not within the limit.
    pub fn come_up(&mut self, limit: Duration) -> io::Result<Duration> {
        self.twin.restart()?;
        let wanted = self.twin.look()?;
        let up = self.terminal()?.wait_for_screen(&wanted, ALIKE, limit)?;
        self.twin.restart()?;
        Ok(up)
    }

    /// Waits until the system of a slot was found healthy.
    ///
    /// # Errors
    /// When it is off, or not kept within the limit.
    pub fn kept(&mut self, slot: Slot) -> io::Result<()> {
        let Self { terminal, card, .. } = self;
        let terminal = terminal.as_mut().ok_or_else(off)?;
        kept(terminal, card, slot)
    }

    /// Waits until the system that runs, whichever it is, was found healthy.
    ///
    /// # Errors
    /// When it is off, or none is kept within the limit.
    pub fn kept_whichever(&mut self) -> io::Result<()> {
        let Self { terminal, card, .. } = self;
        let terminal = terminal.as_mut().ok_or_else(off)?;
        terminal
            .wait_until("a system is kept", START_LIMIT, || {
                card.slots()
                    .is_ok_and(|slots| slots.tries(slots.first) == Tries::PROVEN)
            })
            .map(drop)
    }

    /// Cuts the terminal's power; returns how long it had been on.
    pub fn cut_power(&mut self) -> Option<Duration> {
        self.terminal.take().map(|terminal| {
            let up = terminal.up();
            terminal.cut();
            up
        })
    }

    /// Pulls both network cables, or puts them in.
    ///
    /// # Errors
    /// What the emulator says.
    pub fn plug(&mut self, into: bool) -> io::Result<()> {
        if into {
            self.twin.world().line().join()?;
        } else {
            self.twin.world().line().cut();
        }
        match self.terminal.as_mut() {
            Some(terminal) => terminal.plug(into),
            None => Ok(()),
        }
    }

    /// Touches the control with these words on both, and gives the terminal a while to follow,
    /// before and after: a touch that comes before its page is a touch on another page, and one
    /// that comes before the last key is taken finds a button that cannot be pressed yet.
    ///
    /// # Errors
    /// When the twin has no such control.
    pub fn press(&mut self, label: &str) -> io::Result<()> {
        let (x, y) = self.twin.place(label)?;
        self.follow()?;
        self.twin.player()?.press(label)?;
        self.terminal()?.tap(x, y)?;
        self.follow()
    }

    /// As [`Self::press`]: the first of these labels that there is. A narrow screen says less.
    ///
    /// # Errors
    /// When the twin has none of them.
    pub fn press_one_of(&mut self, labels: &[&str]) -> io::Result<()> {
        let there = labels
            .iter()
            .find(|label| self.twin.place(label).is_ok())
            .or(labels.last());
        match there {
            Some(label) => self.press(label),
            None => Ok(()),
        }
    }

    fn follow(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + FOLLOW_LIMIT;
        while self.differing()? >= self.allowed(SAME) && Instant::now() < deadline {
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    fn differing(&mut self) -> io::Result<f64> {
        let twin = self.twin.look()?;
        Ok(self.terminal()?.look()?.differs_from_twin(&twin))
    }

    /// Touches one digit key after the other.
    ///
    /// # Errors
    /// As [`Self::press`].
    pub fn digits(&mut self, digits: &str) -> io::Result<()> {
        digits
            .chars()
            .try_for_each(|digit| self.key(&digit.to_string()))
    }

    /// A key that may be touched again at once, unlike an action.
    fn key(&mut self, key: &str) -> io::Result<()> {
        let (x, y) = self.twin.place(key)?;
        self.twin.player()?.order(&format!("type {key}"))?;
        self.terminal()?.tap(x, y)
    }

    /// Types a word on the kana keyboard.
    ///
    /// # Errors
    /// As [`Self::press`]; a sound that has no key.
    pub fn kana(&mut self, text: &str) -> io::Result<()> {
        self.keys(keys::kana(text))
    }

    /// Types a text on the Latin keyboard.
    ///
    /// # Errors
    /// As [`Self::press`]; a character that has no key.
    pub fn latin(&mut self, text: &str) -> io::Result<()> {
        self.keys(keys::latin(text))
    }

    fn keys(&mut self, keys: Result<Vec<String>, char>) -> io::Result<()> {
        let keys = keys.map_err(|key| io::Error::other(format!("no key {key:?}")))?;
        keys.iter().try_for_each(|key| match key.chars().count() {
            1 => self.key(key),
            _ => self.press(key),
        })
    }

    /// Waits until both show the page with this number and the same on it; keeps a picture
    /// and tells the step.
    ///
    /// # Errors
    /// When they do not within the limit; both pictures are kept then.
    pub fn on(&mut self, number: &str, what: &str) -> io::Result<()> {
        self.wait(number, SAME)?;
        self.tell(number, what)
    }

    /// As [`Self::on`], where a line of text is each one's own.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn on_alike(&mut self, number: &str, what: &str) -> io::Result<()> {
        self.wait(number, SAME_BUT_TEXT)?;
        self.tell(number, what)
    }

    /// As [`Self::on`], where what stands between title and buttons is each one's own: the two
    /// machines have not the same parts.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn on_by_its_foot(&mut self, number: &str, what: &str) -> io::Result<()> {
        self.twin.player()?.wait(number)?;
        let wanted = self.twin.look()?;
        let same = self.allowed(SAME_BUT_TEXT);
        self.terminal()?.wait_for_foot(&wanted, same, PAGE_LIMIT)?;
        self.tell(number, what)
    }

    /// As [`Self::on`], without a picture.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn reach(&mut self, number: &str) -> io::Result<()> {
        self.wait(number, SAME)
    }

    /// As [`Self::on_alike`], without a picture.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn reach_alike(&mut self, number: &str) -> io::Result<()> {
        self.wait(number, SAME_BUT_TEXT)
    }

    /// What may differ on this panel.
    fn allowed(&self, same: f64) -> f64 {
        match self.shape.rotation {
            Rotation::None => same,
            _ => same + TURNED,
        }
    }

    fn wait(&mut self, number: &str, same: f64) -> io::Result<()> {
        let same = self.allowed(same);
        self.twin.player()?.wait(number)?;
        let deadline = Instant::now() + PAGE_LIMIT;
        let mut last = 1.0;
        loop {
            // Where nothing is touched both desks lock, and would be the same again.
            let still = self.twin.player()?.screen()? == number;
            let differing = self.differing()?;
            if still && differing < same {
                return Ok(());
            }
            if !still || Instant::now() >= deadline {
                return Err(io::Error::other(format!(
                    "{number}: {:.3} % of the screen differ from the twin's; see terminal.png and twin.png in {}",
                    last * 100.0,
                    self.folder.display()
                )));
            }
            last = differing;
            fs::copy(
                self.folder.join("terminal/screen.png"),
                self.folder.join("terminal.png"),
            )?;
            self.twin.keep(&self.folder.join("twin.png"))?;
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Keeps the terminal's last picture and tells the step.
    ///
    /// # Errors
    /// When the picture cannot be kept.
    #[allow(clippy::print_stdout, reason = "a program that tells what it does")]
    pub fn tell(&mut self, number: &str, what: &str) -> io::Result<()> {
        self.pictures += 1;
        let name = format!("{:02}_{number}.png", self.pictures);
        fs::copy(
            self.folder.join("terminal/screen.png"),
            self.folder.join(name),
        )?;
        println!("{number:<5} {what}");
        Ok(())
    }
}

fn off() -> io::Error {
    io::Error::other("the terminal is off")
}

/// The card's configuration, for the gateway of this world.
fn device(world: &World, shape: Shape) -> io::Result<String> {
    let template: &str = include_str!("../data/device.toml");
    let (before, _) = template
        .split_once("[gateway]")
        .ok_or_else(|| io::Error::other("the template has no [gateway]"))?;
    let roots: Vec<String> = world
        .roots()
        .iter()
        .map(|root| format!("\"\"\"\n{}\n\"\"\"", root.trim()))
        .collect();
    let (place, panel) = match shape.screen {
        Screen::Seven => ("counter", "seven"),
        Screen::Ten => ("counter", "ten"),
        Screen::Portable => ("portable", "portable"),
    };
    let rotation = u16::from(shape.rotation);
    let before: String = before
        .lines()
        .map(|line| match line.split(' ').next() {
            Some("serial") => format!("serial = {SERIAL:?}\n"),
            Some("office") => format!("office = {:?}\n", world.office().as_str()),
            Some("place") => format!("place = {place:?}\n"),
            Some("panel") => format!("panel = {panel:?}\nrotation = {rotation}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    Ok(format!(
        "{before}[gateway]\nendpoint = {:?}\nroots = [{}]\n\n[card]\ntrust = \"test\"\n\n[enrolment]\ntoken = {:?}\n\n{DESKS}",
        world.endpoint(),
        roots.join(", "),
        world.token()?,
    ))
}

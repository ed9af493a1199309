//! A day at the desk, through the real screens: what `make demo` plays and the day's test checks.

mod answers;
mod counter;
mod people;
mod request;
mod set_up;
mod sheet;

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::paper;
use crate::player::Player;
use crate::process::program;
use crate::world::{FIRST, Screen, UnitOf, World};

pub use answers::answer_oldest;
pub use people::{CORPORATION, KENICHI, MISAKI, Member, SAKURA};
pub use sheet::contact_sheet;

/// What a day left behind.
pub struct Outcome {
    /// Steps that were played.
    pub steps: usize,
    /// Pictures, in the order they were taken.
    pub pictures: Vec<PathBuf>,
    /// What stood on each of these screens: its number, and everything with words.
    pub screens: Vec<String>,
    /// What the kiosk logged, before and after it was killed.
    pub log: Vec<String>,
}

/// The day, as it goes on.
pub struct Day<'a> {
    world: &'a World,
    unit: UnitOf,
    kiosk: PathBuf,
    config: PathBuf,
    player: Player,
    screen: Screen,
    pictures: PathBuf,
    taken: Vec<PathBuf>,
    screens: Vec<String>,
    steps: usize,
    log: Vec<String>,
    /// Bytes from the gateway before its answer.
    forwarded_before: u64,
    tell: &'a mut dyn FnMut(&str),
    locked: &'a mut dyn FnMut(u32) -> io::Result<()>,
}

/// A desk that is ready for work.
pub struct Desk {
    /// The kiosk program.
    pub kiosk: PathBuf,
    /// Its configuration.
    pub config: PathBuf,
}

/// Plays only the set-up, up to the locked desk, and ends the kiosk.
///
/// # Errors
/// The first step that did not go as it must, with the screen it happened on.
pub fn set_up(world: &World, screen: Screen) -> io::Result<Desk> {
    set_up_unit(world, FIRST, screen, &[MISAKI, KENICHI])
}

/// The same for one of the world's terminals, with these members of staff. Only the first terminal
/// of an office is told its profile; at a second one it is looked at.
///
/// # Errors
/// As [`set_up`].
pub fn set_up_unit(
    world: &World,
    unit: UnitOf,
    screen: Screen,
    staff: &[Member],
) -> io::Result<Desk> {
    let (mut tell, mut locked) = (|_: &str| {}, |_: u32| Ok(()));
    let mut day = Day::begin(world, unit, screen, &mut tell, &mut locked)?;
    day.set_up(staff)?;
    Ok(Desk {
        kiosk: day.kiosk,
        config: day.config,
    })
}

/// Plays the whole day and tells each step. `locked` gets the kiosk's process while it is locked
/// after the first half of the day: nothing about visitors may be left in it.
///
/// # Errors
/// The first step that did not go as it must, with the screen it happened on.
pub fn play(
    world: &World,
    screen: Screen,
    tell: &mut dyn FnMut(&str),
    locked: &mut dyn FnMut(u32) -> io::Result<()>,
) -> io::Result<Outcome> {
    let mut day = Day::begin(world, FIRST, screen, tell, locked)?;
    day.set_up(&[MISAKI, KENICHI])?;
    day.unlock(MISAKI)?;
    day.first_pledge()?;
    day.check_card()?;
    day.cut()?;
    day.look_up_visitor()?;
    day.look_up_by_dates()?;
    day.request()?;
    day.change_over()?;
    day.kill()?;
    day.join()?;
    day.answers_arrived()?;
    day.operator_answers()?;
    day.read_document()?;
    day.deadline()?;
    day.keep_log();
    Ok(Outcome {
        steps: day.steps,
        pictures: day.taken,
        screens: day.screens,
        log: day.log,
    })
}

impl<'a> Day<'a> {
    fn begin(
        world: &'a World,
        unit: UnitOf,
        screen: Screen,
        tell: &'a mut dyn FnMut(&str),
        locked: &'a mut dyn FnMut(u32) -> io::Result<()>,
    ) -> io::Result<Self> {
        let config = world.config_of(unit, screen, None)?;
        let kiosk = program("kiosk")?;
        let pictures = world.folder().join("pictures");
        fs::create_dir_all(&pictures)?;
        for (file, title) in [("契約書.pdf", "Contract"), ("専門員証.pdf", "Licence")] {
            fs::write(world.folder().join("usb").join(file), paper::page(title, 1))?;
        }
        let player = Player::start(&kiosk, &config)?;
        Ok(Self {
            world,
            unit,
            kiosk,
            config,
            player,
            screen,
            pictures,
            taken: Vec::new(),
            screens: Vec::new(),
            steps: 0,
            log: Vec::new(),
            forwarded_before: 0,
            tell,
            locked,
        })
    }
}

impl Day<'_> {
    fn cut(&mut self) -> io::Result<()> {
        self.world.line().cut();
        self.say("the network is unplugged");
        Ok(())
    }

    fn kill(&mut self) -> io::Result<()> {
        self.keep_log();
        self.player.kiosk().kill();
        self.say("the kiosk is killed (-9) and started again");
        self.player = Player::start(&self.kiosk, &self.config)?;
        self.on("A-1", "it comes back locked")?;
        self.unlock(MISAKI)?;
        self.on("B-1", "and nothing is lost")
    }

    /// Waits for a screen, takes its picture and tells the step.
    fn on(&mut self, number: &str, what: &str) -> io::Result<()> {
        self.player.wait(number)?;
        let picture = self
            .pictures
            .join(format!("{:02}_{number}.png", self.taken.len() + 1));
        self.player.shot(&picture)?;
        self.taken.push(picture);
        let words = self.player.texts()?;
        self.screens.push(format!("{number} {words}"));
        self.steps += 1;
        (self.tell)(&format!("{number:<5} {what}"));
        Ok(())
    }

    fn say(&mut self, what: &str) {
        self.steps += 1;
        (self.tell)(&format!("      {what}"));
    }

    /// The words of a button that is called something shorter on the narrow screen.
    fn or_short(&self, words: &'static str, short: &'static str) -> &'static str {
        match self.screen {
            Screen::Portable => short,
            Screen::Seven | Screen::Ten => words,
        }
    }

    fn press(&mut self, label: &str) -> io::Result<()> {
        self.player.press(label)
    }

    fn keep_log(&mut self) {
        let lines = self.player.kiosk().lines();
        self.log
            .extend(lines.iter().filter(|line| line.starts_with('{')).cloned());
    }
}

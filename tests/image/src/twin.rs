//! The twin: the same kiosk on this machine, on the same screen, with a gateway of its own.
//!
//! It says where on the screen a control is and what the screen looks like afterwards, so that
//! the terminal in the emulator needs nothing that only a test would use, and a proof needs no
//! numbers of pixels.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use system_tests::player::Player;
use system_tests::process::program;
use system_tests::world::{Screen, World};

use crate::picture::Picture;

/// The twin has no card reader, whatever this machine has.
const NO_READER: &str = "PCSCLITE_CSOCK_NAME=/nonexistent";

/// The kiosk of a world, played without a display.
pub struct Twin {
    world: World,
    screen: Screen,
    kiosk: PathBuf,
    config: PathBuf,
    player: Option<Player>,
    picture: PathBuf,
}

impl Twin {
    /// Builds its world in a folder; the kiosk is not started yet.
    ///
    /// # Errors
    /// As [`World::build`].
    pub fn build(folder: &Path, people: u32, screen: Screen) -> io::Result<Self> {
        let world = World::build(folder, people)?;
        let config = world.kiosk_config(screen, None)?;
        // There are no cards.
        let text: String = fs::read_to_string(&config)?
            .lines()
            .filter(|line| !line.starts_with("authorities = "))
            .flat_map(|line| [line, "\n"])
            // Nor has the emulator's board lamps and buzzers that would be asked about.
            .chain(["\n[board]\nkind = \"qemu\"\n"])
            .collect();
        fs::write(&config, text)?;
        let kiosk = world.folder().join("kiosk.sh");
        let program = program("kiosk")?;
        let script = format!("#!/bin/sh\n{NO_READER} exec {program:?} \"$@\"\n");
        fs::write(&kiosk, script)?;
        fs::set_permissions(&kiosk, fs::Permissions::from_mode(0o755))?;
        Ok(Self {
            picture: world.folder().join("twin.png"),
            world,
            screen,
            kiosk,
            config,
            player: None,
        })
    }

    /// Switches it on, or off and on again.
    ///
    /// # Errors
    /// When the kiosk does not start.
    pub fn restart(&mut self) -> io::Result<()> {
        self.player = None;
        self.player = Some(Player::start(&self.kiosk, &self.config)?);
        Ok(())
    }

    /// Its gateway and its cable.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The kiosk that is on.
    ///
    /// # Errors
    /// When it is off.
    pub fn player(&mut self) -> io::Result<&mut Player> {
        self.player
            .as_mut()
            .ok_or_else(|| io::Error::other("the twin is off"))
    }

    /// Where the control with these words is, in parts of the screen's width and height.
    ///
    /// # Errors
    /// When there is no such control on its screen.
    pub fn place(&mut self, label: &str) -> io::Result<(f64, f64)> {
        let told = self.player()?.order(&format!("where {label}"))?;
        let mut numbers = told.split(' ').map(str::parse::<f64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(x)), Some(Ok(y))) => {
                let (width, height) = pixels(self.screen);
                Ok((x / f64::from(width), y / f64::from(height)))
            }
            _ => Err(io::Error::other(format!("no place: {told}"))),
        }
    }

    /// What its screen looks like now.
    ///
    /// # Errors
    /// When the kiosk is gone.
    pub fn look(&mut self) -> io::Result<Picture> {
        let to = self.picture.clone();
        self.player()?.shot(&to)?;
        Picture::read(&to)
    }

    /// Keeps its last picture beside a failure.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn keep(&self, to: &Path) -> io::Result<()> {
        fs::copy(&self.picture, to).map(drop)
    }
}

/// Width and height of a screen in pixels.
#[must_use]
pub fn pixels(screen: Screen) -> (u32, u32) {
    match screen {
        Screen::Seven => (800, 480),
        Screen::Ten => (1280, 800),
        Screen::Portable => (480, 800),
    }
}

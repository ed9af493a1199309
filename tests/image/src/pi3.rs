//! The card of a Raspberry Pi 3, 4 or Zero 2 W, on an emulated Raspberry Pi 3: its U-Boot with our
//! environment, its kernel with the board's own device tree, its card reader. The emulated board has
//! no display, and its watchdog bites at once; both stay out.

use std::fs;
use std::io;
use std::time::Duration;

use appliance::slots::state::Slot;

use crate::emulator::{Board, Emulator, Rig};
use crate::proofs::{Bench, SCREEN_LIMIT, TALKATIVE, expect};

/// Emulated, U-Boot reads a megabyte a second from the card.
const LOADER_LIMIT: Duration = Duration::from_secs(900);

/// Size of a card: the emulator takes powers of two only.
const CARD_BYTES: u64 = 8 << 30;

/// The kernel says what its modules miss, and leaves the watchdog alone.
const EXTRA: &str = "loglevel=7 modprobe.blacklist=bcm2835_wdt";

impl Bench {
    /// U-Boot starts the card without waiting for a key and spends a start; the system finds the
    /// card, makes its data, and takes the configuration as one for its board.
    ///
    /// # Errors
    /// What did not hold.
    pub fn pi3(&self) -> io::Result<()> {
        let folder = self.folder().join("pi3");
        fs::create_dir_all(&folder)?;
        let card = self.card_for("pi", "pi3", &folder)?;
        fs::OpenOptions::new()
            .write(true)
            .open(card.path())?
            .set_len(CARD_BYTES)?;
        self.settings(&card, &format!("{TALKATIVE} {EXTRA}"))?;
        let (loader, tree) = (folder.join("u-boot.bin"), folder.join("pi3.dtb"));
        card.take("firmware", "u-boot.bin", &loader)?;
        card.take("firmware", "bcm2837-rpi-3-b.dtb", &tree)?;
        let rig = Rig {
            board: Board::Pi3 {
                loader: &loader,
                tree: &tree,
            },
            ..Rig::default()
        };
        let before = card.slots()?;

        let mut terminal = Emulator::start(&card, rig, &folder)?;
        terminal.wait_for_text("Madoguchi: slot A", LOADER_LIMIT)?;
        let told = terminal.console();
        expect(
            told.contains("Loading Environment from FAT... OK"),
            "U-Boot reads the card's own environment",
        )?;
        expect(!told.contains("Hit any key"), "no key stops it")?;
        let spent = terminal.wait_until("a start is spent", SCREEN_LIMIT, || {
            let now = card.slots().map(|slots| slots.tries(Slot::A).left);
            now.is_ok_and(|left| left + 1 == before.tries(Slot::A).left)
        })?;
        let spent = spent.as_secs_f64();
        println!("pi3: U-Boot starts the card by itself, {spent:.1} s after the start");

        for unit in ["appliance-apply", "appliance-firewall"] {
            terminal.wait_for_text(&format!("Finished {unit}.service"), SCREEN_LIMIT)?;
        }
        let told = terminal.console();
        expect(
            !told.contains("Unknown symbol"),
            "every module finds what it needs",
        )?;
        terminal.cut();
        println!("pi3: the system is up, with its data and the configuration of its board");
        Ok(())
    }
}

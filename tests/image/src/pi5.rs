//! The card of a Raspberry Pi 5. The emulator has no such board: this file stands for its
//! firmware, which chooses by `autoboot.txt`, loads what `config.txt` names, and says in the device
//! tree from which partition. Kernel, initrd and everything behind them are the card's own.
//!
//! Source: Raspberry Pi documentation, "autoboot.txt" and "Device trees: chosen".

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use appliance::slots::state::{Slot, Tries};

use crate::card::Card;
use crate::emulator::{self, Board, Emulator, Loaded, Rig};
use crate::picture::Picture;
use crate::proofs::{Bench, IDLE_SECONDS, INSTALL_LIMIT, SCREEN_LIMIT, TALKATIVE, expect, kept};
use crate::tools;

/// What the kernel says at every restart.
const RESTARTS: &str = "reboot: Restarting system";

/// What the kernel says at a restart that asks the firmware for the other slot, once.
const ASKS_FOR_TRYBOOT: &str = "Restarting system with command '0 tryboot'";

/// Longest wait for a restart after its cause.
const RESTART_LIMIT: Duration = Duration::from_secs(600);

/// The board's names, as its device tree says them, and the emulator's own.
const NAMES: [&str; 3] = ["raspberrypi,5-model-b", "brcm,bcm2712", "linux,dummy-virt"];

/// What the board has and the emulator has by another name: card and serial line.
const RENAMED: [(&str, &str); 2] = [("mmcblk0", "vda"), ("ttyAMA10,115200", "ttyAMA0")];

/// The firmware of the board, with a card in it.
struct Firmware<'a> {
    card: &'a Card,
    folder: PathBuf,
    /// A restart asked for the other slot.
    tryboot: bool,
}

impl Firmware<'_> {
    /// Switches on, or goes on after a restart: what is loaded, and from which slot.
    fn load(&mut self) -> io::Result<(Slot, Loaded)> {
        let choice = self.card.text("firmware", "autoboot.txt")?;
        let number = boot_partition(&choice, self.tryboot)
            .ok_or_else(|| io::Error::other("autoboot.txt names no partition"))?;
        self.tryboot = false;
        let (slot, partition) = match number {
            2 => (Slot::A, "boot-a"),
            3 => (Slot::B, "boot-b"),
            other => return Err(io::Error::other(format!("no slot: partition {other}"))),
        };
        let config = self.card.text(partition, "config.txt")?;
        let take = |name: &str| {
            let to = self.folder.join(name);
            self.card.take(partition, name, &to).map(|()| to)
        };
        let named = |key: &str| {
            let found = config.lines().find_map(|line| line.strip_prefix(key));
            let name = found.and_then(|rest| rest.split_whitespace().next());
            name.ok_or_else(|| io::Error::other(format!("config.txt names no {key}")))
        };
        let (kernel, initrd) = (take(named("kernel=")?)?, take(named("initramfs ")?)?);
        let mut arguments = self.card.text(partition, "cmdline.txt")?.trim().to_owned();
        for (board, emulator) in RENAMED {
            arguments = arguments.replace(board, emulator);
        }
        arguments.push_str(&format!(" {TALKATIVE} mdg.idle={IDLE_SECONDS}"));
        let tree = self.tree(number)?;
        let loaded = Loaded {
            kernel,
            initrd,
            tree,
            arguments,
        };
        Ok((slot, loaded))
    }

    /// The emulator's device tree, in the words of the board's firmware.
    fn tree(&self, partition: u8) -> io::Result<PathBuf> {
        let tree = self.folder.join("tree.dtb");
        emulator::write_tree(&tree)?;
        let put = |kind: &str, node: &str, name: &str, values: &[&str]| {
            tools::run(
                tools::in_build_root()?
                    .args(["fdtput", "-p", "-t", kind])
                    .arg(&tree)
                    .args([node, name])
                    .args(values),
            )
        };
        put("s", "/", "compatible", &NAMES)?;
        let partition = partition.to_string();
        put("i", "/chosen/bootloader", "partition", &[&partition])?;
        Ok(tree)
    }

    /// Starts what the firmware chooses, which must be this slot.
    fn start(&mut self, expected: Slot, stick: Option<&Path>) -> io::Result<Emulator> {
        let (slot, loaded) = self.load()?;
        expect(slot == expected, "the firmware takes the slot that it must")?;
        let rig = Rig {
            board: Board::Loaded(&loaded),
            ..Rig::with(stick)
        };
        Emulator::start(self.card, rig, &self.folder)
    }

    /// Waits for a restart, and keeps what it asks of the firmware.
    fn restarted(&mut self, mut terminal: Emulator) -> io::Result<()> {
        terminal.wait_until_off(RESTART_LIMIT)?;
        expect(terminal.console().contains(RESTARTS), "it restarts")?;
        self.tryboot = terminal.console().contains(ASKS_FOR_TRYBOOT);
        Ok(())
    }
}

/// The partition that `autoboot.txt` names: a value under `[tryboot]` counts only at a start that
/// was asked for so.
fn boot_partition(text: &str, tryboot: bool) -> Option<u8> {
    let (mut counts, mut found) = (true, None);
    for line in text.lines().map(str::trim) {
        if let Some(filter) = line.strip_prefix('[') {
            counts = match filter.trim_end_matches(']') {
                "tryboot" => tryboot,
                filter => filter == "all",
            };
        } else if let Some(value) = line.strip_prefix("boot_partition=")
            && counts
        {
            found = value.parse().ok();
        }
    }
    found
}

impl Bench {
    /// The card of a Raspberry Pi 5: comes up, takes an update by a start that is tried once, keeps
    /// it, falls back when its starts are spent, and shows the recovery screen when none is left.
    ///
    /// # Errors
    /// What did not hold.
    pub fn pi5(&self) -> io::Result<()> {
        let folder = self.folder().join("pi5");
        fs::create_dir_all(&folder)?;
        let card = self.card_for("pi5", "pi5", &folder)?;
        let mut board = Firmware {
            card: &card,
            folder: folder.clone(),
            tryboot: false,
        };

        let mut terminal = board.start(Slot::A, None)?;
        let first = terminal.wait_for_page(&self.welcome, SCREEN_LIMIT)?;
        let first = first.as_secs_f64();
        println!("pi5: first screen after {first:.1} s");
        kept(&mut terminal, &card, Slot::A)?;
        terminal.cut();

        let stick = self.stick("pi5", "0.2.0")?;
        let mut terminal = board.start(Slot::A, Some(&stick))?;
        terminal.wait_until("the update is written", INSTALL_LIMIT, || {
            card.slots().is_ok_and(|slots| slots.first == Slot::B)
        })?;
        board.restarted(terminal)?;
        expect(board.tryboot, "the restart asks for the other slot once")?;
        expect(self.committed(&card)? == 2, "A is still the committed slot")?;
        println!("pi5: an update is written, and the restart asks to try it once");

        let mut terminal = board.start(Slot::B, None)?;
        terminal.wait_for_page(&self.welcome, SCREEN_LIMIT)?;
        kept(&mut terminal, &card, Slot::B)?;
        terminal.wait_until("B is the committed slot", SCREEN_LIMIT, || {
            self.committed(&card).is_ok_and(|number| number == 3)
        })?;
        terminal.cut();
        println!("pi5: B is kept, and committed in autoboot.txt");

        let mut slots = card.slots()?;
        slots.set(Slot::B, Tries::BAD);
        card.set_slots(&slots)?;
        let terminal = board.start(Slot::B, None)?;
        board.restarted(terminal)?;
        expect(!board.tryboot, "that restart asks for nothing")?;
        let mut terminal = board.start(Slot::A, None)?;
        terminal.wait_for_page(&self.welcome, SCREEN_LIMIT)?;
        terminal.cut();
        println!("pi5: a slot whose starts are spent gives way to the other one for good");

        let mut slots = card.slots()?;
        for slot in Slot::ALL {
            slots.set(slot, Tries::BAD);
        }
        card.set_slots(&slots)?;
        let mut terminal = board.start(Slot::A, None)?;
        let screen = Picture::read(&self.recovery_screen("MDG-SLOTS-BAD"))?;
        terminal.wait_for_middle(&screen, SCREEN_LIMIT)?;
        terminal.cut();
        println!("pi5: without a start the recovery screen comes");
        Ok(())
    }

    fn committed(&self, card: &Card) -> io::Result<u8> {
        let text = card.text("firmware", "autoboot.txt")?;
        boot_partition(&text, false).ok_or_else(|| io::Error::other("autoboot.txt names nothing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_reads_what_the_terminal_writes() {
        for slot in Slot::ALL {
            let text = appliance::slots::autoboot::write(slot);
            let text = String::from_utf8_lossy(&text);
            let (committed, tried) = match slot {
                Slot::A => (2, 3),
                Slot::B => (3, 2),
            };
            assert_eq!(boot_partition(&text, false), Some(committed));
            assert_eq!(boot_partition(&text, true), Some(tried));
        }
        assert_eq!(boot_partition("[pi4]\nboot_partition=2\n", false), None);
    }
}

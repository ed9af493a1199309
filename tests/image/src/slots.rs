//! The boot loader and the record of the slots: whole, torn, lost, and on a card that cannot be
//! written any more.

use std::io;
use std::time::Duration;

use appliance::slots::state::{Slot, SlotState, Tries};
use appliance::slots::store::COPY_OFFSETS;

use crate::card::Card;
use crate::emulator::{Emulator, Rig};
use crate::picture::Picture;
use crate::proofs::{Bench, SCREEN_LIMIT, expect};

/// Longest wait for the boot loader's word; it comes after a few seconds.
const LOADER_LIMIT: Duration = Duration::from_secs(300);

/// The older copy of the record has A first, the younger one B.
const OLDER: SlotState = SlotState {
    sequence: 40,
    first: Slot::A,
    a: Tries::PROVEN,
    b: Tries::NEW,
};
const YOUNGER: SlotState = SlotState {
    sequence: 41,
    first: Slot::B,
    a: Tries::PROVEN,
    b: Tries::NEW,
};

impl Bench {
    /// U-Boot takes the younger whole copy of the record, spends a start of its slot, makes a
    /// record where none can be read, and starts nothing that it cannot count.
    ///
    /// # Errors
    /// What did not hold.
    pub fn slots(&self) -> io::Result<()> {
        let card = self.record("slots")?;
        self.loader_says(&card, "Madoguchi: slot B")?;
        expect(
            card.slots()?.b.left == Tries::NEW.left - 1,
            "the start of B is spent",
        )?;
        println!("slots: the younger copy counts, and its start is spent");

        let card = self.record("slots")?;
        card.damage("slots", COPY_OFFSETS[1] + 8, 16)?;
        self.loader_says(&card, "Madoguchi: slot A")?;
        let state = card.slots()?;
        expect(
            state.a.left == Tries::PROVEN.left - 1 && state.sequence == OLDER.sequence + 1,
            "the older copy counts when the younger is torn, and the new one lies over the torn",
        )?;
        println!("slots: a torn copy gives way to the older one");

        let card = self.record("slots")?;
        for copy in COPY_OFFSETS {
            card.damage("slots", copy + 8, 16)?;
        }
        let told = self.loader_says(&card, "Madoguchi: slot A")?;
        expect(
            told.contains("MDG-SLOTS-UNREADABLE"),
            "the loader says that it reads no record",
        )?;
        self.loader_says(&card, "Madoguchi: slot B")?;
        self.loader_says(&card, "Madoguchi: slot none")?;
        println!("slots: without a copy each slot is given one start, and then nothing");

        let card = self.card("slots", "")?;
        let folder = self.folder().join("slots");
        let rig = Rig {
            read_only: true,
            ..Rig::default()
        };
        let before = card.slots()?;
        let mut terminal = Emulator::start(&card, rig, &folder)?;
        terminal.wait_for_text("Madoguchi: slot none", LOADER_LIMIT)?;
        let screen = Picture::read(&self.recovery_screen("MDG-DISK-READONLY"))?;
        terminal.wait_for_middle(&screen, SCREEN_LIMIT)?;
        terminal.cut();
        expect(card.slots()? == before, "nothing was counted")?;
        println!("slots: a card that cannot be written is said, and not started without end");
        Ok(())
    }

    /// A card with both copies of the record; only A has a system.
    fn record(&self, name: &str) -> io::Result<Card> {
        let card = self.card(name, "")?;
        card.put_slots(0, &OLDER)?;
        card.put_slots(1, &YOUNGER)?;
        Ok(card)
    }

    /// Starts, waits for the boot loader's word, and cuts the power; returns all that it said.
    fn loader_says(&self, card: &Card, word: &str) -> io::Result<String> {
        let folder = self.folder().join("slots");
        let mut terminal = Emulator::start(card, Rig::default(), &folder)?;
        terminal.wait_for_text(word, LOADER_LIMIT)?;
        let told = terminal.console();
        terminal.cut();
        Ok(told)
    }
}

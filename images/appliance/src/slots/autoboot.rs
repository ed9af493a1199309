//! Raspberry Pi 5: its own firmware chooses by `autoboot.txt` on the first partition.
//!
//! `boot_partition` under `[all]` is the committed slot; a restart with the argument
//! `0 tryboot` takes the one under `[tryboot]`, once. The firmware spends no starts, so the
//! initrd does ([`Tryboot::start`]). The file is one sector, written in place with the same
//! length: a cut leaves the old sector or the new one.
//! Source: Raspberry Pi documentation, "config.txt: autoboot.txt, tryboot".

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::backend::Selector;
use super::state::{Slot, SlotState, Tries};
use super::store::{self, Medium};
use crate::Fault;

/// Bytes of `autoboot.txt`: one sector, padded with spaces.
pub const AUTOBOOT_BYTES: usize = 512;

/// What the firmware wants to hear at a restart to take the slot under `[tryboot]`.
pub const TRYBOOT: &str = "0 tryboot";

/// The slot's boot partition in the table of the disk.
fn partition(slot: Slot) -> u8 {
    match slot {
        Slot::A => 2,
        Slot::B => 3,
    }
}

/// `autoboot.txt` with `slot` committed.
#[must_use]
pub fn write(slot: Slot) -> [u8; AUTOBOOT_BYTES] {
    let text = format!(
        "[all]\ntryboot_a_b=1\nboot_partition={}\n[tryboot]\nboot_partition={}\n",
        partition(slot),
        partition(slot.other()),
    );
    let mut sector = [b' '; AUTOBOOT_BYTES];
    sector[..text.len()].copy_from_slice(text.as_bytes());
    sector[AUTOBOOT_BYTES - 1] = b'\n';
    sector
}

/// The committed slot of an `autoboot.txt` of ours.
///
/// # Errors
/// [`Fault::SlotsAutoboot`] for any other text.
pub fn read(text: &[u8]) -> Result<Slot, Fault> {
    Slot::ALL
        .into_iter()
        .find(|slot| write(*slot) == text)
        .ok_or(Fault::SlotsAutoboot)
}

/// Where `autoboot.txt` lies.
pub trait Autoboot {
    /// Its bytes.
    ///
    /// # Errors
    /// [`Fault::Io`].
    fn load(&mut self) -> Result<Vec<u8>, Fault>;

    /// Overwrites it in place.
    ///
    /// # Errors
    /// [`Fault::Io`].
    fn store(&mut self, sector: &[u8; AUTOBOOT_BYTES]) -> Result<(), Fault>;
}

/// The file on the mounted first partition.
pub struct AutobootFile(pub PathBuf);

impl Autoboot for AutobootFile {
    fn load(&mut self) -> Result<Vec<u8>, Fault> {
        std::fs::read(&self.0).map_err(Fault::at(&self.0))
    }

    fn store(&mut self, sector: &[u8; AUTOBOOT_BYTES]) -> Result<(), Fault> {
        let path: &Path = &self.0;
        let file = OpenOptions::new()
            .write(true)
            .open(path)
            .map_err(Fault::at(path))?;
        file.write_all_at(sector, 0)
            .and_then(|()| file.sync_all())
            .map_err(Fault::at(path))
    }
}

/// What the initrd does after the firmware has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Go on with this slot.
    Go,
    /// Restart: the other slot is committed now.
    Other,
    /// Neither slot has a start left: the recovery screen.
    Recovery,
}

/// The selector of the Raspberry Pi 5.
pub struct Tryboot<M, F> {
    /// The record of the slots.
    pub medium: M,
    /// `autoboot.txt`.
    pub autoboot: F,
}

impl<M: Medium, F: Autoboot> Tryboot<M, F> {
    /// The initrd of slot `booted` begins: spends one of its starts, or says where to go.
    ///
    /// A slot without a start gives way to the other one for good: `autoboot.txt` names that
    /// one from now on, so that a plain restart, which is all that an initrd has, takes it.
    ///
    /// # Errors
    /// As [`Selector::state`], and [`Fault::SlotsAutoboot`].
    pub fn start(&mut self, booted: Slot) -> Result<Course, Fault> {
        let state = self.state()?;
        if state.tries(booted).left == 0 {
            if state.tries(booted.other()).left == 0 {
                return Ok(Course::Recovery);
            }
            if read(&self.autoboot.load()?)? == booted {
                self.autoboot.store(&write(booted.other()))?;
            }
            return Ok(Course::Other);
        }
        store::change(&mut self.medium, |state| {
            let tries = state.tries(booted);
            state.set(
                booted,
                Tries {
                    left: tries.left - 1,
                    ..tries
                },
            );
        })?;
        Ok(Course::Go)
    }
}

impl<M: Medium, F: Autoboot> Selector for Tryboot<M, F> {
    fn state(&mut self) -> Result<SlotState, Fault> {
        store::load(&mut self.medium).map(|(_, state)| state)
    }

    fn set_primary(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.medium, |state| state.prefer(slot)).map(drop)
    }

    /// Commits: the record first. Cut between the two, the firmware still starts the old
    /// slot, whose health check says the same again.
    fn set_good(&mut self, slot: Slot) -> Result<(), Fault> {
        let committed = read(&self.autoboot.load()?)?;
        let state = store::change(&mut self.medium, |state| state.set(slot, Tries::PROVEN))?;
        if committed != slot && state.first == slot {
            self.autoboot.store(&write(slot))?;
        }
        Ok(())
    }

    fn set_bad(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.medium, |state| state.set(slot, Tries::BAD)).map(drop)
    }

    fn give_back(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.medium, |state| state.give_back(slot)).map(drop)
    }

    fn give_one_back(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.medium, |state| state.give_one_back(slot)).map(drop)
    }

    fn retry(&mut self) -> Result<(), Fault> {
        store::retry(&mut self.medium)
    }

    fn restart_argument(&mut self) -> Result<Option<&'static str>, Fault> {
        let next = self.state()?.next();
        let committed = read(&self.autoboot.load()?)?;
        Ok(next
            .is_some_and(|next| next != committed)
            .then_some(TRYBOOT))
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::{Successor, TRIES_NEW};
    use super::super::store::tests::Torn;
    use super::*;
    use crate::disk::BootFacts;

    struct Memory(Vec<u8>);

    impl Autoboot for Memory {
        fn load(&mut self) -> Result<Vec<u8>, Fault> {
            Ok(self.0.clone())
        }

        fn store(&mut self, sector: &[u8; AUTOBOOT_BYTES]) -> Result<(), Fault> {
            self.0 = sector.to_vec();
            Ok(())
        }
    }

    fn board() -> Tryboot<Torn, Memory> {
        let mut board = Tryboot {
            medium: Torn::flashed(),
            autoboot: Memory(write(Slot::A).to_vec()),
        };
        board.set_good(Slot::A).expect("whole");
        board
    }

    #[test]
    fn an_update_is_tried_once_a_restart_and_committed_when_it_is_healthy() {
        let mut board = board();
        board.set_bad(Slot::B).expect("whole");
        board.set_primary(Slot::B).expect("whole");
        assert_eq!(board.restart_argument().expect("readable"), Some(TRYBOOT));
        assert_eq!(read(&board.autoboot.0).expect("ours"), Slot::A);
        assert_eq!(board.start(Slot::B).expect("whole"), Course::Go);
        board.set_good(Slot::B).expect("whole");
        assert_eq!(read(&board.autoboot.0).expect("ours"), Slot::B);
        assert_eq!(board.restart_argument().expect("readable"), None);
    }

    #[test]
    fn a_committed_slot_without_a_start_gives_way_by_a_plain_restart() {
        let mut board = board();
        board.set_primary(Slot::B).expect("whole");
        board.set_bad(Slot::A).expect("whole");
        assert_eq!(board.start(Slot::A).expect("whole"), Course::Other);
        assert_eq!(read(&board.autoboot.0).expect("ours"), Slot::B);
        for _ in 0..TRIES_NEW {
            assert_eq!(board.start(Slot::B).expect("whole"), Course::Go);
        }
        // Both are spent: the recovery screen, and no loop.
        assert_eq!(board.start(Slot::B).expect("whole"), Course::Recovery);
        assert_eq!(board.start(Slot::A).expect("whole"), Course::Recovery);
    }

    #[test]
    fn an_update_that_was_not_tried_yet_waits_over_a_plain_restart_for_its_trial() {
        let mut board = board();
        board.set_primary(Slot::B).expect("whole");
        // Somebody pulled the plug: the committed slot starts.
        assert_eq!(board.start(Slot::A).expect("whole"), Course::Go);
        let state = board.state().expect("whole");
        assert_eq!(state.successor(Slot::A), Successor::Waits);
        board.set_good(Slot::A).expect("whole");
        assert_eq!(board.restart_argument().expect("readable"), Some(TRYBOOT));
        assert_eq!(read(&board.autoboot.0).expect("ours"), Slot::A);
        for _ in 0..TRIES_NEW {
            assert_eq!(board.start(Slot::B).expect("whole"), Course::Go);
        }
        let state = board.state().expect("whole");
        assert_eq!(state.successor(Slot::A), Successor::GaveWay);
    }

    #[test]
    fn a_trial_that_fails_leaves_the_committed_slot() {
        let mut board = board();
        board.set_primary(Slot::B).expect("whole");
        for _ in 0..TRIES_NEW {
            assert_eq!(board.start(Slot::B).expect("whole"), Course::Go);
        }
        assert_eq!(board.start(Slot::B).expect("whole"), Course::Other);
        assert_eq!(read(&board.autoboot.0).expect("ours"), Slot::A);
        assert_eq!(board.restart_argument().expect("readable"), None);
    }

    #[test]
    fn two_bad_slots_end_at_the_recovery_screen() {
        let mut board = board();
        board.set_bad(Slot::A).expect("whole");
        assert_eq!(board.start(Slot::A).expect("whole"), Course::Recovery);
        assert_eq!(board.start(Slot::B).expect("whole"), Course::Recovery);
    }

    #[test]
    fn a_foreign_autoboot_file_is_left_as_it_is() {
        let mut board = board();
        board.autoboot.0 = b"[all]\nboot_partition=7\n".to_vec();
        assert!(matches!(board.set_good(Slot::B), Err(Fault::SlotsAutoboot)));
        assert_eq!(board.autoboot.0, b"[all]\nboot_partition=7\n");
    }

    #[test]
    fn both_slots_of_the_card_say_the_same_and_leave_the_slot_to_the_firmware() {
        let facts = BootFacts::parse(include_str!("../../../boot/cmdline.pi5.txt"));
        assert_eq!((facts.slot, facts.tryboot), (None, true));
        assert!(facts.partition("slots").is_ok(), "the disk is named");
        let config = include_str!("../../../boot/config.pi5.txt");
        assert!(!config.contains('['), "the same for every partition");
        assert!(!config.contains("cmdline="), "the one that is always read");
    }

    #[test]
    fn the_file_is_overwritten_in_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("autoboot.txt");
        std::fs::write(&path, write(Slot::A)).expect("a file");
        let mut file = AutobootFile(path);
        file.store(&write(Slot::B)).expect("writable");
        assert_eq!(
            read(&file.load().expect("readable")).expect("ours"),
            Slot::B
        );
    }
}

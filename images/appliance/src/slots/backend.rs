//! One way to choose a slot, two kinds of board.
//!
//! RAUC asks and tells through the words of its custom boot loader backend (`get-primary`,
//! `set-primary`, `get-state`, `set-state`, `get-current`); [`answer`] speaks them for either
//! board.

use super::state::{Slot, SlotState, Tries};
use super::store::{self, Medium};
use crate::Fault;

/// Says which slot boots next.
pub trait Selector {
    /// The record as it stands.
    ///
    /// # Errors
    /// [`Fault::SlotsUnreadable`], [`Fault::Io`].
    fn state(&mut self) -> Result<SlotState, Fault>;

    /// The next start takes this slot; one that was bad gets the starts of a new one.
    ///
    /// # Errors
    /// As [`Self::state`].
    fn set_primary(&mut self, slot: Slot) -> Result<(), Fault>;

    /// The slot showed that it is healthy.
    ///
    /// # Errors
    /// As [`Self::state`].
    fn set_good(&mut self, slot: Slot) -> Result<(), Fault>;

    /// The slot has all its starts again, without having shown that it is healthy.
    ///
    /// # Errors
    /// As [`Self::state`].
    fn give_back(&mut self, slot: Slot) -> Result<(), Fault>;

    /// The start that was spent on the slot was none that failed.
    ///
    /// # Errors
    /// As [`Self::state`].
    fn give_one_back(&mut self, slot: Slot) -> Result<(), Fault>;

    /// The slot is not to be started: it is being written, or failed.
    ///
    /// # Errors
    /// As [`Self::state`].
    fn set_bad(&mut self, slot: Slot) -> Result<(), Fault>;

    /// A person at the recovery screen asks for another try; a record that cannot be read is
    /// made anew.
    ///
    /// # Errors
    /// [`Fault::Io`].
    fn retry(&mut self) -> Result<(), Fault>;

    /// What a restart has to tell the firmware so that the slot that comes next is taken;
    /// nothing where the boot loader reads the record itself.
    ///
    /// # Errors
    /// As [`Self::state`].
    fn restart_argument(&mut self) -> Result<Option<&'static str>, Fault> {
        Ok(None)
    }
}

/// QEMU, Raspberry Pi 3, 4 and Zero 2 W: U-Boot reads the record itself and spends the
/// starts (`images/boot/boot.cmd`).
pub struct UBoot<M>(pub M);

impl<M: Medium> Selector for UBoot<M> {
    fn state(&mut self) -> Result<SlotState, Fault> {
        store::load(&mut self.0).map(|(_, state)| state)
    }

    fn set_primary(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.0, |state| state.prefer(slot)).map(drop)
    }

    fn set_good(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.0, |state| state.set(slot, Tries::PROVEN)).map(drop)
    }

    fn give_back(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.0, |state| state.give_back(slot)).map(drop)
    }

    fn give_one_back(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.0, |state| state.give_one_back(slot)).map(drop)
    }

    fn set_bad(&mut self, slot: Slot) -> Result<(), Fault> {
        store::change(&mut self.0, |state| state.set(slot, Tries::BAD)).map(drop)
    }

    fn retry(&mut self) -> Result<(), Fault> {
        store::retry(&mut self.0)
    }
}

/// Speaks RAUC's words: `words` are the arguments, `booted` the slot that runs.
///
/// # Errors
/// [`Fault::SlotsWord`] for words that are not RAUC's; otherwise as the [`Selector`].
pub fn answer(
    selector: &mut dyn Selector,
    booted: Option<Slot>,
    words: &[&str],
) -> Result<String, Fault> {
    match words {
        ["get-primary"] => {
            let state = selector.state()?;
            Ok(state.next().unwrap_or(state.first).letter().to_owned())
        }
        ["set-primary", slot] => selector
            .set_primary(Slot::parse(slot)?)
            .map(|()| String::new()),
        ["get-state", slot] => {
            let good = selector.state()?.tries(Slot::parse(slot)?).left > 0;
            Ok(if good { "good" } else { "bad" }.to_owned())
        }
        ["set-state", slot, "good"] => selector
            .set_good(Slot::parse(slot)?)
            .map(|()| String::new()),
        ["set-state", slot, "bad"] => selector.set_bad(Slot::parse(slot)?).map(|()| String::new()),
        ["get-current"] => Ok(booted.ok_or(Fault::SlotsUnbooted)?.letter().to_owned()),
        _ => Err(Fault::SlotsWord(words.join(" "))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::Torn;
    use super::*;

    fn ask(selector: &mut impl Selector, words: &str) -> String {
        let words: Vec<_> = words.split(' ').collect();
        answer(selector, Some(Slot::A), &words).expect("an answer")
    }

    #[test]
    fn an_installation_as_rauc_tells_it_starts_the_new_system_next() {
        let mut board = UBoot(Torn::flashed());
        assert_eq!(ask(&mut board, "get-current"), "A");
        ask(&mut board, "set-state A good");
        ask(&mut board, "set-state B bad");
        assert_eq!(ask(&mut board, "get-primary"), "A");
        ask(&mut board, "set-primary B");
        assert_eq!(ask(&mut board, "get-primary"), "B");
        assert_eq!(ask(&mut board, "get-state B"), "good");
        assert_eq!(board.state().expect("whole").b, Tries::NEW);
    }

    #[test]
    fn a_proven_slot_keeps_its_starts_when_it_comes_first_again() {
        let mut board = UBoot(Torn::flashed());
        ask(&mut board, "set-state A good");
        ask(&mut board, "set-primary B");
        ask(&mut board, "set-primary A");
        assert_eq!(board.state().expect("whole").a, Tries::PROVEN);
    }

    #[test]
    fn a_record_that_cannot_be_read_is_made_anew_when_a_person_asks() {
        let mut board = UBoot(Torn::flashed());
        for copy in &mut board.0.copies {
            copy[0] ^= 0xff;
        }
        assert!(matches!(board.state(), Err(Fault::SlotsUnreadable)));
        board.retry().expect("made anew");
        let state = board.state().expect("whole");
        assert_eq!((state.a.left, state.b.left), (1, 1));
        assert!(!state.a.proven && !state.b.proven);
    }

    #[test]
    fn starts_that_are_given_back_prove_nothing() {
        let mut board = UBoot(Torn::flashed());
        ask(&mut board, "set-state A bad");
        board.give_back(Slot::A).expect("whole");
        let a = board.state().expect("whole").a;
        assert_eq!((a.left, a.proven), (Tries::PROVEN.left, false));
    }

    #[test]
    fn a_start_that_is_given_back_makes_no_slot_better_than_it_was() {
        let mut board = UBoot(Torn::flashed());
        ask(&mut board, "set-state A good");
        board.give_one_back(Slot::A).expect("whole");
        assert_eq!(board.state().expect("whole").a, Tries::PROVEN);
        ask(&mut board, "set-primary B");
        let (spent, slot) = board.state().expect("whole").start();
        assert_eq!(slot, Some(Slot::B));
        store::change(&mut board.0, |state| *state = spent).expect("whole");
        for _ in 0..2 {
            board.give_one_back(Slot::B).expect("whole");
        }
        assert_eq!(board.state().expect("whole").b, Tries::NEW);
    }

    #[test]
    fn a_foreign_word_changes_nothing_and_is_named() {
        let mut board = UBoot(Torn::flashed());
        for words in [&["set-primary", "C"][..], &["set-state", "A", "fine"], &[]] {
            let refused = answer(&mut board, Some(Slot::A), words);
            assert!(matches!(refused, Err(Fault::SlotsWord(_))));
        }
        assert_eq!(board.state().expect("whole"), SlotState::flashed());
    }
}

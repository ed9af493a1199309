//! Cues: what the lamp and the buzzer say beside the words on the screen.
//!
//! The screen decides *which* cue; a board decides how its own parts show it.

/// Something that happened and that a person should see or hear without reading.
///
/// Colours and sounds are those of the design guide's table of motion, sound and light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cue {
    /// Nothing to tell: lamp off, no sound.
    Quiet,
    /// Waiting for a card: blue, steady.
    AwaitingCard,
    /// A card touched the reader: blue, brighter, at once; one short tone of 1.2 kHz, 60 ms.
    CardSeen,
    /// The card is being read: blue, slow pulse.
    Reading,
    /// Read well: green for 2 s; two rising tones of 80 ms.
    ReadWell,
    /// The card left too early: red, two flashes; one low tone of 400 Hz, 150 ms.
    Torn,
    /// Blocked, expired or not genuine: red, steady for 3 s; two low tones.
    Refused,
}

/// The parts of the case that can show a [`Cue`].
pub trait Board: Send {
    /// Shows `cue` and returns at once; a later cue replaces an earlier one.
    fn cue(&mut self, cue: Cue);
}

/// A board without parts: it keeps the latest cues for a test or the demo to read.
#[derive(Debug, Default)]
pub struct SimBoard {
    shown: Vec<Cue>,
}

impl SimBoard {
    /// Most cues kept; the oldest goes first.
    pub const KEPT: usize = 256;

    /// The cues shown, oldest first.
    #[must_use]
    pub fn shown(&self) -> &[Cue] {
        &self.shown
    }
}

impl Board for SimBoard {
    fn cue(&mut self, cue: Cue) {
        if self.shown.len() == Self::KEPT {
            self.shown.remove(0);
        }
        self.shown.push(cue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_board_remembers_cues_in_order_and_forgets_the_oldest() {
        let mut board = SimBoard::default();
        board.cue(Cue::AwaitingCard);
        for _ in 0..SimBoard::KEPT - 1 {
            board.cue(Cue::Reading);
        }
        board.cue(Cue::ReadWell);
        assert_eq!(board.shown().len(), SimBoard::KEPT);
        assert_eq!(board.shown()[0], Cue::Reading);
        assert_eq!(board.shown().last(), Some(&Cue::ReadWell));
    }
}

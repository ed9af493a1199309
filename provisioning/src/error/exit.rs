//! What the program's exit tells a script.

use super::Problem;

/// Exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done = 0,
    /// 1: refused before the card was touched, or nothing to do with a card.
    Refused = 1,
    // 2 is the command line's own.
    /// 3: a batch in which some cards failed.
    Partly = 3,
    /// 4: a card was touched, and it is not good or not recorded; one that was begun and is not
    /// whole is marked and does not start.
    Card = 4,
    /// 130: stopped by Ctrl-C; a card that was begun is marked and does not start.
    Interrupted = 130,
}

impl Problem {
    /// The same problem after a card was begun: no script may take it for one that has touched
    /// nothing.
    #[must_use]
    pub fn begun(self) -> Self {
        match self.exit() {
            Exit::Refused => Self::Begun(Box::new(self)),
            _ => self,
        }
    }

    /// What could not be kept about a card that is good.
    #[must_use]
    pub fn unrecorded(self) -> Self {
        Self::Unrecorded(Box::new(self))
    }

    /// What the program's exit tells a script; see [`Exit`].
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::CardCapacity { .. }
            | Self::CardGone { .. }
            | Self::CardWrite { .. }
            | Self::CardRead { .. }
            | Self::CardDiffers { .. }
            | Self::CardUnmarked
            | Self::CardSlow { .. }
            | Self::CardUnfinished
            | Self::VerifyDiffers { .. }
            | Self::VerifyRead { .. }
            | Self::Unrecorded(_)
            | Self::Begun(_) => Exit::Card,
            Self::Interrupted | Self::Stopped => Exit::Interrupted,
            _ => Exit::Refused,
        }
    }
}

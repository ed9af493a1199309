//! S-7 … S-10 and J-7: the self-test.

use protocol::self_test::{Corner, Found, TestedPart};

use super::Paged;

/// S-7: one corner at a time, over the whole screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfTestTouchPage {
    /// The corner that is to be pressed.
    pub corner: Corner,
    /// It has not answered for so long that it may be marked as silent.
    pub may_fail: bool,
}

/// S-8: a colour over the whole screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestColour {
    /// Red.
    Red,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// White.
    White,
    /// Black.
    Black,
}

impl TestColour {
    /// Every colour, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Red, Self::Green, Self::Blue, Self::White, Self::Black];
}

/// S-9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfTestPartPage {
    /// What is looked at.
    pub kind: SelfTestKind,
    /// What is found of it now, for the reader.
    pub found: Option<Found>,
}

/// What S-9 is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfTestKind {
    /// Were all colours right?
    Colours,
    /// Did the lamp light?
    Lamp,
    /// Was the buzzer heard?
    Sound,
    /// The reader, with a test card or empty.
    Reader,
    /// Network and disk are looked at; nothing to do but wait.
    Looking,
}

/// S-10 and J-7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfTestResultPage {
    /// The parts.
    pub rows: Paged<SelfTestRow>,
    /// What the main action does.
    pub stage: SelfTestStage,
    /// Parts that are not all right.
    pub faults: usize,
}

/// What the main action of S-10 and J-7 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfTestStage {
    /// In set-up: it goes on, and the result is told.
    SetUp,
    /// In set-up: the unit cannot work like this; the disk is looked at again.
    Stopped,
    /// J-7 as it opens: a test begins.
    Ready,
    /// After a test by somebody who asked for it: the result is told.
    Tested,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfTestRow {
    /// Which.
    pub part: TestedPart,
    /// What was found; `None`: not looked at yet.
    pub found: Option<Found>,
    /// Corners that did not answer, for [`TestedPart::Touch`].
    pub corners: Vec<Corner>,
    /// A touch looks at it once more.
    pub again: bool,
}

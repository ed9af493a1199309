//! The board around the screen: so far, the lamp and the buzzer.

mod cue;

pub use cue::{Board, Cue, SimBoard};

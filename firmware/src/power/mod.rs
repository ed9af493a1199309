//! Power: when the battery is told of, when the unit switches itself off, when the screen rests.
//!
//! | File | What it decides |
//! |---|---|
//! | `battery` | [`BatteryWatch`]: 20 % warns, 5 % switches off, the mains take it back |
//! | `screen` | [`ScreenWatch`]: dim, dark, and bright again at a touch or a card |
//! | `report` | what the log and the gateway are told of it, and of an opened case |
//!
//! Readings and time come in, notices go out: no pins, no clock, no files.

mod battery;
mod report;
mod screen;

pub use battery::{
    BatteryWatch, EMPTY_PERCENT, EMPTY_READINGS, GRACE, LOW_PERCENT, MAINS_FALL, MAINS_HELD,
    MAINS_RISE, Notice, RECOVERED_PERCENT,
};
pub use report::{Job, Reply, run};
pub use screen::{ScreenTimes, ScreenWatch};

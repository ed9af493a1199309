//! What is typed on the screen: digits, dates in their era, and text.
//!
//! An entry takes touches, never fails and never holds an individual number: a touch that
//! would complete one is not taken, and the note says why.

mod date;
mod digits;
mod kana;
mod text;

pub use date::{DateEntry, DateRule};
pub use digits::DigitEntry;
pub use kana::modify;
pub use text::{TextEntry, keyboard_for, max_chars};

#[cfg(test)]
mod tests;

//! The terminal's hardware: the link to a card, the board, and simulators of both.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`card`] | one verification of a My Number Card: link, allow-list, session, report |
//! | [`board`] | lamp, buzzer, case switch, battery, mains, backlight, clock: seam and drivers |
//! | [`sim`] | simulated cards and board, their own trust hierarchy, the bridge to a virtual reader |
//!
//! Nothing here knows about screens, databases or the network.

pub mod board;
pub mod card;
pub mod sim;

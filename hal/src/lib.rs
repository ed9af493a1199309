//! The terminal's hardware: the link to a card, the board, and simulators of both.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`card`] | one verification of a My Number Card: link, allow-list, session, report |
//! | [`board`] | what the lamp and the buzzer are asked to do |
//! | [`sim`] | simulated cards, their own trust hierarchy, the bridge to a virtual reader |
//!
//! Nothing here knows about screens, databases or the network.

pub mod board;
pub mod card;
pub mod sim;

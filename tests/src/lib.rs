//! The whole system on real parts: real processes, real TLS, a real PC/SC daemon.
//!
//! | Module | What it does |
//! |---|---|
//! | [`process`] | children that die with the test, and their output line by line |
//! | [`line`] | the network cable: a forwarder that can be cut and joined |
//! | [`player`] | presses and reads the kiosk's real screens through its player mode |

pub mod line;
pub mod player;
pub mod process;

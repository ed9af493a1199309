//! A new system that the gateway offers: fetched in pieces beside everything else, handed over
//! to the machine, and its fate told.
//!
//! | Step | Who |
//! |---|---|
//! | [`offer`], [`withdraw`]: the gateway's feed | the exchange |
//! | [`step`]: one piece over its own connection, resumed by `Range` | a thread of its own |
//! | [`Staging`]: the bundle, and the note that hands it over | the same |
//! | [`look`]: what the machine says, told to the gateway once | the same |
//!
//! The kiosk cannot install anything. It leaves a whole bundle in a folder; the machine copies
//! it, verifies its signature and its version, and decides.

mod fetch;
mod outcome;
mod staging;
mod store;

pub use fetch::{PIECE, Step, step};
pub use outcome::{look, look_at_stick, running};
pub use staging::{RESERVE, Staging};
pub use store::{MAX_DAMAGED, MIGRATIONS, Stage, Status, offer, pending, status, withdraw};

#[cfg(test)]
mod tests;

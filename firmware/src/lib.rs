//! What the terminal does: a state machine without I/O, an encrypted file, a durable queue.
//!
//! | Module | What it owns |
//! |---|---|
//! | [`terminal`] | the state machine: `handle(Input, now) -> Effects`, `view() -> View` |
//! | [`store`] | the jobs that the state machine asks of the vault |
//! | [`vault`] | the encrypted SQLite file: key, migrations, transactions, wipe |
//! | [`access`] | staff, roles, passcodes, lockout |
//! | [`presence`] | what a check of a card means, and its record |
//! | [`runtime`] | carries out what the state machine asks for |
//! | [`setup`] | enrolment, the office's profile, settings, the configuration file |
//! | [`lookup`] | questions, kept answers, the office's own list |
//! | [`request`] | the disclosure request: ten people, scans |
//! | [`inbox`] | documents that end, notices |
//! | [`sent`] | the queue as staff see it, with 控え番号 ([`slip`]) |
//! | [`feed`] | hands what the gateway's feed brings to its owners |
//! | [`sealed`] | files in the vault, each under a key of its own |
//! | [`expiry`] | deadlines that no clock trick moves; [`upkeep`] enforces them |
//! | [`outbox`] | the durable log of commands |
//! | [`sync`] | one exchange with the gateway, enrolment, renewal |
//! | [`update`] | a new system: offered, fetched, handed over to the machine, told |
//! | [`audit`] | the hash-chained log |
//! | [`power`] | battery, screen light, what the unit reports of itself |
//! | [`clock`] | trusted time |
//! | [`entropy`] | randomness as a seam |
//! | [`error`] | the one error type |

pub mod access;
pub mod audit;
pub mod clock;
pub mod entropy;
pub mod error;
pub mod expiry;
pub mod feed;
pub mod inbox;
pub mod lookup;
pub mod outbox;
pub mod power;
pub mod presence;
pub mod request;
pub mod runtime;
pub mod sealed;
pub mod sent;
pub mod setup;
pub mod slip;
pub mod store;
pub mod sync;
pub mod terminal;
pub mod update;
pub mod upkeep;
pub mod vault;

#[cfg(test)]
mod testing;

//! What the terminal does: a state machine without I/O, an encrypted file, a durable queue.
//!
//! | Module | What it owns |
//! |---|---|
//! | [`terminal`] | the state machine: `handle(Input, now) -> Effects`, `view() -> View` |
//! | [`store`] | the jobs that the state machine asks of the vault |
//! | [`vault`] | the encrypted SQLite file: key, migrations, transactions, wipe |
//! | [`access`] | staff, roles, passcodes, lockout |
//! | [`presence`] | what a check of a card means, and its record |
//! | [`setup`] | enrolment, the office's profile, settings, the configuration file |
//! | [`outbox`] | the durable log of commands |
//! | [`sync`] | one exchange with the gateway, enrolment, renewal |
//! | [`audit`] | the hash-chained log |
//! | [`clock`] | trusted time |
//! | [`entropy`] | randomness as a seam |
//! | [`error`] | the one error type |

pub mod access;
pub mod audit;
pub mod clock;
pub mod entropy;
pub mod error;
pub mod outbox;
pub mod presence;
pub mod setup;
pub mod store;
pub mod sync;
pub mod terminal;
pub mod vault;

//! The gateway: answers the terminals, issues their certificates, and gives the
//! municipality's operator a command line.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`device_api`] | TLS, routes, what a terminal may call |
//! | [`engine`] | one exchange as a plain function over a store; what each command does |
//! | [`pki`] | authorities, tokens, enrolment, renewal, verification |
//! | [`store`] | the `Store` trait, SQLite behind it, the conformance suite |
//! | [`blob`] | files at rest, encrypted, one key each |
//! | [`sources`] | the municipality's exports (CSV) |
//! | [`operator`] | what the operator does: deliver, decline, revoke, back up |
//! | [`cli`] | the command line over it |
//! | [`config`] | the configuration file |
//! | [`demo_data`] | made-up people, offices and exports |
//! | [`harness`] | a gateway inside a test |

pub mod blob;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo_data;
pub mod device_api;
pub mod engine;
pub mod entropy;
pub mod error;
pub mod gateway;
pub mod harness;
pub mod operator;
pub mod pki;
mod private;
pub mod sources;
pub mod store;

pub use error::GatewayError;
pub use gateway::Gateway;

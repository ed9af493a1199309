//! The technician's tool: picks a card, writes an image to it so that it either is whole or
//! does not start, tells it which unit it is, and keeps a record.
//!
//! | Module | What it does |
//! |---|---|
//! | [`disk`] | which disks this machine has, and which may be written |
//! | [`target`] | a card in a reader, or a file that stands for one with its faults |
//! | [`image`] | a disk image: description, signature, bytes |
//! | [`flash`] | writing a card |
//! | [`unit`](mod@unit) | what a unit is: from TOML, CSV and the gateway's token to the card's partition |
//! | [`gateway`] | asks the gateway for a unit's token |
//! | [`station`] | what this machine keeps: its key, journals, records, the hash-chained log |
//! | [`print`](mod@print) | labels and enrolment sheets |
//! | [`words`] | what people read, in Japanese and English |
//! | [`cli`] | the commands |

pub mod cli;
pub mod disk;
pub mod error;
pub mod flash;
pub mod gateway;
pub mod image;
pub mod print;
pub mod produce;
pub mod progress;
pub mod seal;
pub mod station;
pub mod target;
pub mod testing;
pub mod text;
pub mod unit;
pub mod verify;
pub mod words;

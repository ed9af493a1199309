//! The NFC chip PN532 over SPI or UART, without a heap.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`frame`] | the host link's frames: a writer, and a [`frame::Parser`] without I/O |
//! | [`transport`] | the [`transport::Transport`] seam with [`transport::Spi`] and [`transport::Uart`] |
//! | [`link`] | one command and its answer: acknowledgement, repetition, time-outs |
//! | [`chip`] | [`chip::Pn532`]: the commands |
//! | [`status`] | what the chip says about a target: [`status::Status`] |
//!
//! Written after NXP's user manual UM0701-02 ("PN532 User Manual", rev. 02) and data sheet
//! PN532/C1. It has not been tried on a chip.
//!
//! What goes through here can be a code that a person has typed: no type of this crate writes
//! its bytes into a log or a message, and buffers are overwritten after use.
#![no_std]

pub mod chip;
pub mod frame;
pub mod link;
pub mod status;
pub mod transport;

#![allow(clippy::unwrap_used)]

mod enrolment;
mod exchange;
mod files;
mod simulation;
mod sockets;
mod tampering;

//! The terminal as a machine: what happens around the kiosk on the disk image.
//!
//! Which of the two systems boots ([`slots`]), the secret of the board and the keys made of it
//! ([`key`]), what the card's configuration becomes ([`apply`]), what may pass the network
//! ([`firewall`]), whether a new system is good enough to keep ([`health`]) and new enough to
//! install ([`version`], [`installs`]), when it may restart into it ([`idle`]), what became of a system that the
//! gateway offered ([`offer`]), and the screen that comes up when nothing else does ([`recovery`]).
//! The program `appliance` puts them in
//! front of the boot scripts, systemd and RAUC.

pub mod apply;
pub mod disk;
pub mod error;
pub mod files;
pub mod firewall;
pub mod health;
pub mod idle;
pub mod installs;
pub mod key;
pub mod offer;
pub mod recovery;
pub mod slots;
pub mod version;

pub use error::Fault;

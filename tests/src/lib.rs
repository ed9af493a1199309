//! The whole system on real parts: real processes, real TLS, a real PC/SC daemon.
//!
//! | Module | What it does |
//! |---|---|
//! | [`process`] | children that die with the test, and their output line by line |
//! | [`liar`] | somebody else who answers at the gateway's address |
//! | [`line`](mod@line) | the network cable: a forwarder that can be cut and joined |
//! | [`player`] | presses and reads the kiosk's real screens through its player mode |
//! | [`day`] | a day at the desk through the real screens |
//! | [`paper`] | made-up papers |
//! | [`dice`] | chance that replays from a seed |
//! | [`work`] | a stream of made-up commands |
//! | [`machine`] | the one PC/SC daemon a machine can have |
//! | [`unit`](mod@unit) | a terminal without a screen |
//! | [`boot`](mod@boot) | the disk image's initrd in an emulator of this machine's own kind |
//! | [`bench`](mod@bench) | figures of the whole beside the bare thing |
//! | [`full_disk`] | a disk that is really full |
//! | [`faulty_disk`] | a disk that fails at every n-th write |
//! | [`kill`] | `kill -9` at random instants |
//! | [`world`] | a municipality and an office as processes on this machine |
//! | [`technician`] | the technician's commands, as they are typed |
//! | [`secrets`] | looks for what must not be there, in files and in memory |
//! | [`traces`] | what a day must not leave behind, and where to look |
//! | [`simulation`] | terminals, gateway and a hostile world in one thread |

pub mod bench;
pub mod boot;
pub mod day;
pub mod dice;
pub mod faulty_disk;
pub mod full_disk;
pub mod kill;
pub mod liar;
pub mod line;
pub mod machine;
pub mod paper;
pub mod player;
pub mod process;
pub mod secrets;
pub mod simulation;
pub mod technician;
pub mod traces;
pub mod unit;
pub mod work;
pub mod world;

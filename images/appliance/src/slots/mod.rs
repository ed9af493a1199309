//! Which of the two systems on the disk boots.
//!
//! Two slots, A and B, each a boot partition (kernel, initrd) and a root partition. A small
//! record says which comes first and how many starts each has left ([`state`]); it lies twice
//! on the disk, so that a power cut while one copy is written leaves the other
//! ([`store`]). The boot loader spends a start before it hands over; the running system gives
//! them back when it is healthy. How a board is told is behind [`Selector`].

pub mod autoboot;
pub mod backend;
pub mod state;
pub mod store;

pub use autoboot::Tryboot;
pub use backend::{Selector, UBoot};
pub use state::{Slot, SlotState, Successor};

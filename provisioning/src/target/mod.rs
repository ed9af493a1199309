//! What is written: a card in a reader, or a file that stands for one.

mod block;
mod sim;

use std::io;
use std::time::Duration;

pub use block::BlockCard;
pub use sim::{Fault, SimCard, SimSpec};

/// A card.
pub trait Target: Send {
    /// What it says its size is, in bytes.
    fn bytes(&self) -> u64;

    /// Reads what the card itself holds, never what the machine remembers of it.
    ///
    /// # Errors
    /// The operating system's.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Writes some of the bytes, and says how many.
    ///
    /// # Errors
    /// The operating system's.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<usize>;

    /// Waits until everything written is on the card.
    ///
    /// # Errors
    /// The operating system's.
    fn sync(&mut self) -> io::Result<()>;

    /// Time that a simulated card claims to have taken beside the real one.
    fn lag(&self) -> Duration {
        Duration::ZERO
    }
}

/// Writes all bytes, in as many pieces as the card takes.
///
/// # Errors
/// The operating system's; [`io::ErrorKind::WriteZero`] when it takes nothing more.
pub fn write_all(card: &mut dyn Target, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match card.write_at(offset + done as u64, &bytes[done..]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

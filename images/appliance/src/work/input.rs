//! Fingers and keys, as the kernel tells them.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use appliance::Fault;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Bytes of `struct input_event` on a 64-bit kernel: time, kind, code, value.
const EVENT_BYTES: usize = 24;

/// `EV_KEY` of the kernel: keys, buttons, and a finger that comes down.
const EV_KEY: u16 = 1;

/// Every touch panel, keyboard and button that is there.
pub struct Inputs(Vec<File>);

impl Inputs {
    /// Opens what is there. Nothing there is nothing that ever happens.
    pub fn open() -> Self {
        Self(
            fs::read_dir("/dev/input")
                .into_iter()
                .flatten()
                .flatten()
                .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"event"))
                .filter_map(|entry| File::open(entry.path()).ok())
                .collect(),
        )
    }

    /// Waits for a press; false when the time is over, which without a limit it never is.
    pub fn wait_for_press(&mut self, limit: Option<Duration>) -> Result<bool, Fault> {
        let begun = Instant::now();
        loop {
            let left = match limit {
                None => None,
                Some(limit) => match limit.checked_sub(begun.elapsed()) {
                    None => return Ok(false),
                    Some(left) => Some(Timespec::try_from(left).expect("minutes fit")),
                },
            };
            let mut waiting: Vec<_> = self
                .0
                .iter()
                .map(|device| PollFd::new(device, PollFlags::IN))
                .collect();
            poll(&mut waiting, left.as_ref())
                .map_err(|why| Fault::at(Path::new("/dev/input"))(why.into()))?;
            let told: Vec<_> = waiting.iter().map(PollFd::revents).collect();
            let mut gone = Vec::new();
            for (at, told) in told.into_iter().enumerate() {
                let mut event = [0; EVENT_BYTES];
                if !told.contains(PollFlags::IN) {
                    if !told.is_empty() {
                        gone.push(at);
                    }
                } else if self.0[at].read_exact(&mut event).is_err() {
                    gone.push(at);
                } else if is_press(&event) {
                    return Ok(true);
                }
            }
            // Unplugged.
            for at in gone.into_iter().rev() {
                self.0.remove(at);
            }
        }
    }
}

fn is_press(event: &[u8; EVENT_BYTES]) -> bool {
    let kind = u16::from_ne_bytes([event[16], event[17]]);
    let value = i32::from_ne_bytes([event[20], event[21], event[22], event[23]]);
    kind == EV_KEY && value == 1
}

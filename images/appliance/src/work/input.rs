//! Fingers and keys, as the kernel tells them.

use std::ffi::OsString;
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

/// Where they are.
const FOLDER: &str = "/dev/input";

/// Between two looks for devices that came: a bus takes seconds to find what is on it, and
/// somebody may plug something in.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Every touch panel, keyboard and button that is there, or comes.
pub struct Inputs(Vec<(OsString, File)>);

impl Inputs {
    /// Opens what is there. Nothing there is nothing that happens yet.
    pub fn open() -> Self {
        let mut inputs = Self(Vec::new());
        inputs.look();
        inputs
    }

    /// Opens what came since the last look.
    fn look(&mut self) {
        let there = fs::read_dir(FOLDER).into_iter().flatten().flatten();
        for entry in there {
            let name = entry.file_name();
            let new = name.as_encoded_bytes().starts_with(b"event")
                && self.0.iter().all(|(known, _)| *known != name);
            if new && let Ok(device) = File::open(entry.path()) {
                self.0.push((name, device));
            }
        }
    }

    /// Waits for a press; false when the time is over, which without a limit it never is.
    pub fn wait_for_press(&mut self, limit: Option<Duration>) -> Result<bool, Fault> {
        let begun = Instant::now();
        loop {
            let left = match limit {
                None => LOOK_AGAIN,
                Some(limit) => match limit.checked_sub(begun.elapsed()) {
                    None => return Ok(false),
                    Some(left) => left.min(LOOK_AGAIN),
                },
            };
            if self.pressed_within(left)? {
                return Ok(true);
            }
            self.look();
        }
    }

    /// Waits for something to happen, and says whether it was a press.
    fn pressed_within(&mut self, limit: Duration) -> Result<bool, Fault> {
        let limit = Timespec::try_from(limit).expect("a second fits");
        let mut waiting: Vec<_> = self
            .0
            .iter()
            .map(|(_, device)| PollFd::new(device, PollFlags::IN))
            .collect();
        poll(&mut waiting, Some(&limit)).map_err(|why| Fault::at(Path::new(FOLDER))(why.into()))?;
        let told: Vec<_> = waiting.iter().map(PollFd::revents).collect();
        let mut pressed = false;
        let mut told = told.into_iter();
        // What cannot be read any more was unplugged.
        self.0.retain_mut(|(_, device)| {
            let told = told.next().expect("one answer a device");
            let mut event = [0; EVENT_BYTES];
            if !told.contains(PollFlags::IN) {
                return told.is_empty();
            }
            let read = device.read_exact(&mut event).is_ok();
            pressed |= read && is_press(&event);
            read
        });
        Ok(pressed)
    }
}

fn is_press(event: &[u8; EVENT_BYTES]) -> bool {
    let kind = u16::from_ne_bytes([event[16], event[17]]);
    let value = i32::from_ne_bytes([event[20], event[21], event[22], event[23]]);
    kind == EV_KEY && value == 1
}

//! What is mounted and swapped: `/proc/self/mountinfo` and `/proc/swaps` (proc(5)).

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::Use;
use crate::error::Problem;

/// Places of the running system.
const SYSTEM_PLACES: [&str; 6] = ["/", "/boot", "/boot/efi", "/boot/firmware", "/usr", "/var"];

/// What the kernel uses, by device number and by name.
#[derive(Debug, Default)]
pub struct Uses {
    by_number: HashMap<(u32, u32), Vec<Use>>,
    by_name: HashMap<String, Vec<Use>>,
}

impl Uses {
    /// Reads both lists.
    ///
    /// # Errors
    /// A list that cannot be read: then nothing may be written.
    pub fn read(root: &Path) -> Result<Self, Problem> {
        let mut uses = Self::default();
        let list = |place: &str| {
            let path = root.join(place);
            fs::read_to_string(&path).map_err(|source| Problem::file("read", &path, source))
        };
        for line in list("proc/self/mountinfo")?.lines() {
            uses.take_mount(root, line);
        }
        // The first line is a heading.
        for line in list("proc/swaps")?.lines().skip(1) {
            if let Some(source) = line.split_whitespace().next() {
                uses.take_name(root, source, Use::Swap);
            }
        }
        Ok(uses)
    }

    /// What uses a block device.
    pub fn of(&self, number: Option<(u32, u32)>, name: &str) -> Vec<Use> {
        let by_number = number.and_then(|number| self.by_number.get(&number));
        let by_name = self.by_name.get(name);
        by_number
            .into_iter()
            .chain(by_name)
            .flatten()
            .copied()
            .collect()
    }

    /// `36 35 98:0 / /mnt rw shared:1 - ext4 /dev/sda1 rw`
    fn take_mount(&mut self, root: &Path, line: &str) {
        let mut words = line.split_whitespace();
        let (number, place) = (words.nth(2), words.nth(1));
        let what = match place {
            Some(place) if SYSTEM_PLACES.contains(&place) => Use::System,
            _ => Use::Mounted,
        };
        if let Some(number) = number.and_then(device_number) {
            self.by_number.entry(number).or_default().push(what);
        }
        // File systems over several disks have a number of their own; the source names one.
        if let Some((_, rest)) = line.split_once(" - ")
            && let Some(source) = rest.split_whitespace().nth(1)
        {
            self.take_name(root, source, what);
        }
    }

    fn take_name(&mut self, root: &Path, source: &str, what: Use) {
        let Some(device) = source.strip_prefix("/dev/") else {
            return;
        };
        let plain = device.rsplit('/').next().unwrap_or(device).to_owned();
        self.by_name.entry(plain).or_default().push(what);
        // A link such as /dev/disk/by-uuid/… leads to the kernel's name.
        if let Ok(real) = fs::canonicalize(root.join("dev").join(device))
            && let Some(name) = real.file_name().and_then(|name| name.to_str())
        {
            self.by_name.entry(name.to_owned()).or_default().push(what);
        }
    }
}

/// `8:16`
pub fn device_number(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once(':')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

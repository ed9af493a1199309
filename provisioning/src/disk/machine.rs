//! Reading the kernel's description of the disks (sysfs).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::uses::{Uses, device_number};
use super::{Disk, Use};
use crate::error::Problem;

/// Sysfs counts in sectors of this many bytes, whatever the disk does.
const SYSFS_SECTOR: u64 = 512;

/// Most disks that are looked at.
const MAX_DISKS: usize = 256;

/// Most folders above a disk in which its serial is looked for.
const MAX_ANCESTORS: usize = 16;

/// Kernel's names that are never a card: loops, memory, mappings, discs.
const VIRTUAL: [&str; 9] = [
    "loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd", "mtdblock",
];

/// A machine, by the root of its trees.
#[derive(Debug, Clone)]
pub struct Machine {
    root: PathBuf,
}

impl Default for Machine {
    fn default() -> Self {
        Self::at(Path::new("/"))
    }
}

impl Machine {
    /// The machine whose `/sys`, `/proc` and `/dev` lie below `root`.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// All its disks, by name; also those that may not be written.
    ///
    /// # Errors
    /// When the lists of disks, mounts or swaps cannot be read.
    pub fn disks(&self) -> Result<Vec<Disk>, Problem> {
        let uses = Uses::read(&self.root)?;
        let ids = self.stable_ids();
        let folder = self.root.join("sys/block");
        let failed = |source| Problem::file("read", &folder, source);
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)?.take(MAX_DISKS) {
            let name = entry.map_err(failed)?.file_name();
            if let Some(name) = name.to_str()
                && !VIRTUAL.iter().any(|kind| name.starts_with(kind))
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names
            .iter()
            .filter_map(|name| self.disk(name, &uses, &ids))
            .collect())
    }

    fn disk(&self, name: &str, uses: &Uses, ids: &BTreeMap<String, String>) -> Option<Disk> {
        let folder = self.root.join("sys/block").join(name);
        let device = device_number(&line(&folder.join("dev"))?)?;
        let sectors: u64 = line(&folder.join("size"))?.parse().ok()?;
        let mut found = uses.of(Some(device), name);
        found.extend(holders(&folder));
        for part in fs::read_dir(&folder).ok()?.flatten() {
            let part = part.path();
            if !part.join("partition").exists() {
                continue;
            }
            let name = part
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or("");
            let number = line(&part.join("dev")).and_then(|text| device_number(&text));
            found.extend(uses.of(number, name));
            found.extend(holders(&part));
        }
        found.sort();
        found.dedup();
        let model = [
            line(&folder.join("device/vendor")),
            line(&folder.join("device/model")),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
        let model = match model.is_empty() {
            true => line(&folder.join("device/name")).unwrap_or_default(),
            false => model,
        };
        Some(Disk {
            name: name.to_owned(),
            path: self.root.join("dev").join(name),
            device,
            bytes: sectors.saturating_mul(SYSFS_SECTOR),
            model,
            serial: self.serial(&folder),
            stable_id: ids.get(name).cloned(),
            removable: line(&folder.join("removable")).as_deref() == Some("1")
                || line(&folder.join("device/type")).as_deref() == Some("SD"),
            // What cannot be read counts against the disk.
            read_only: line(&folder.join("ro")).as_deref() != Some("0"),
            uses: found,
        })
    }

    /// The card's own serial, or that of the USB reader above it.
    fn serial(&self, folder: &Path) -> Option<String> {
        let own = [folder.join("serial"), folder.join("device/serial")];
        if let Some(serial) = own.iter().find_map(|path| serial_in(path)) {
            return Some(serial);
        }
        let real = fs::canonicalize(folder).ok()?;
        real.ancestors()
            .take(MAX_ANCESTORS)
            .take_while(|above| above.starts_with(&self.root))
            .filter(|above| above.join("idVendor").exists())
            .find_map(|above| serial_in(&above.join("serial")))
    }

    /// Kernel's name → name that stays, the shortest that is not a world-wide number.
    fn stable_ids(&self) -> BTreeMap<String, String> {
        let mut ids: BTreeMap<String, String> = BTreeMap::new();
        let Ok(entries) = fs::read_dir(self.root.join("dev/disk/by-id")) else {
            return ids;
        };
        for entry in entries.flatten() {
            let id = entry.file_name().to_string_lossy().into_owned();
            let Ok(target) = fs::read_link(entry.path()) else {
                continue;
            };
            let Some(name) = target.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if id.starts_with("wwn-") {
                continue;
            }
            let better = |held: &String| (id.len(), &id) < (held.len(), held);
            if ids.get(name).is_none_or(better) {
                ids.insert(name.to_owned(), id);
            }
        }
        ids
    }
}

/// LUKS, LVM and RAID name themselves as holders of what they lie on.
fn holders(folder: &Path) -> Option<Use> {
    fs::read_dir(folder.join("holders"))
        .ok()?
        .next()
        .map(|_| Use::Held)
}

/// The first line of a small file, without space around it; `None` when there is none.
fn line(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// A serial that a person can read and type.
fn serial_in(path: &Path) -> Option<String> {
    let serial = line(path)?;
    let typed = (super::CONFIRM_SIGNS..=64).contains(&serial.len())
        && serial.bytes().all(|b| b.is_ascii_graphic())
        // Cheap readers all tell the same row of zeros: it confirms nothing.
        && serial.bytes().any(|b| b != b'0');
    typed.then_some(serial)
}

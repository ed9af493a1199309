//! The partitions of the disk, and what the boot loader says about this start.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Fault;
use crate::slots::Slot;

/// What a partition is for, and its number in the table. `images/disk.table` has the same.
pub const PARTITIONS: [(&str, u8); 9] = [
    ("firmware", 1),
    ("boot-a", 2),
    ("boot-b", 3),
    ("root-a", 5),
    ("root-b", 6),
    ("config", 7),
    ("slots", 8),
    ("key", 9),
    ("data", 10),
];

/// Where the firmware of a Raspberry Pi says from which partition it started: a number of four
/// bytes, the greatest first. Source: Raspberry Pi documentation, "Device trees: chosen".
const STARTED_FROM: &str = "device-tree/chosen/bootloader/partition";

/// What the boot loader says, from the kernel's command line and the device tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BootFacts {
    /// The kernel's name of the disk, such as `mmcblk0`.
    pub disk: Option<String>,
    /// The slot that runs.
    pub slot: Option<Slot>,
    /// The Raspberry Pi 5's own firmware chooses the slot.
    pub tryboot: bool,
    /// How long nobody has to touch the desk before it restarts into an update, where the
    /// board's settings say another time than [`crate::idle::IDLE`].
    pub idle: Option<Duration>,
}

impl BootFacts {
    /// Reads what the boot loader said, in the kernel's `/proc`.
    ///
    /// # Errors
    /// [`Fault::Io`] without a command line.
    pub fn read(proc: &Path) -> Result<Self, Fault> {
        let line = proc.join("cmdline");
        let facts = fs::read_to_string(&line)
            .map(|line| Self::parse(&line))
            .map_err(Fault::at(&line))?;
        Ok(Self {
            slot: facts.slot.or_else(|| slot_started_from(proc)),
            ..facts
        })
    }

    /// Reads the kernel's command line.
    #[must_use]
    pub fn parse(command_line: &str) -> Self {
        let value = |name: &str| {
            command_line
                .split_whitespace()
                .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
        };
        Self {
            disk: value("mdg.disk")
                .filter(|disk| disk.bytes().all(|byte| byte.is_ascii_alphanumeric()))
                .map(str::to_owned),
            slot: value("mdg.slot").and_then(|slot| Slot::parse(slot).ok()),
            tryboot: value("mdg.board") == Some("pi5"),
            idle: value("mdg.idle")
                .and_then(|seconds| seconds.parse().ok())
                .map(Duration::from_secs),
        }
    }

    /// The device of a partition.
    ///
    /// # Errors
    /// [`Fault::SlotsUnbooted`] when the boot loader named no disk, or there is no such
    /// partition.
    pub fn partition(&self, purpose: &str) -> Result<PathBuf, Fault> {
        let disk = self.disk.as_deref().ok_or(Fault::SlotsUnbooted)?;
        PARTITIONS
            .iter()
            .find(|(name, _)| *name == purpose)
            .map(|(_, number)| PathBuf::from("/dev").join(partition_name(disk, *number)))
            .ok_or(Fault::SlotsUnbooted)
    }

    /// What the partition that the kernel calls `name` is for.
    #[must_use]
    pub fn purpose(&self, name: &str) -> Option<&'static str> {
        let disk = self.disk.as_deref()?;
        PARTITIONS
            .iter()
            .find(|(_, number)| partition_name(disk, *number) == name)
            .map(|(purpose, _)| *purpose)
    }
}

/// The slot of the boot partition that the firmware started from, where it says so.
fn slot_started_from(proc: &Path) -> Option<Slot> {
    let told = fs::read(proc.join(STARTED_FROM)).ok()?;
    let told = u32::from_be_bytes(told.try_into().ok()?);
    let (purpose, _) = PARTITIONS
        .iter()
        .find(|(_, number)| u32::from(*number) == told)?;
    match *purpose {
        "boot-a" => Some(Slot::A),
        "boot-b" => Some(Slot::B),
        _ => None,
    }
}

/// The kernel puts a `p` between a digit and the number.
fn partition_name(disk: &str, number: u8) -> String {
    if disk.ends_with(|last: char| last.is_ascii_digit()) {
        format!("{disk}p{number}")
    } else {
        format!("{disk}{number}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boot_loaders_words_are_read() {
        let facts = BootFacts::parse("console=tty0 mdg.disk=mmcblk0 mdg.slot=B quiet\n");
        assert_eq!(facts.slot, Some(Slot::B));
        assert_eq!(facts.idle, None);
        let soon = BootFacts::parse("mdg.idle=20 mdg.slot=A");
        assert_eq!(soon.idle, Some(Duration::from_secs(20)));
        assert_eq!(
            facts.partition("data").expect("named"),
            PathBuf::from("/dev/mmcblk0p10")
        );
        assert_eq!(facts.purpose("mmcblk0p6"), Some("root-b"));
        assert_eq!(facts.purpose("mmcblk1p6"), None);
    }

    /// A `/proc` whose firmware started from a partition, if it says so.
    fn proc(line: &str, partition: Option<&[u8]>) -> tempfile::TempDir {
        let proc = tempfile::tempdir().expect("a folder");
        fs::write(proc.path().join("cmdline"), line).expect("a file");
        if let Some(partition) = partition {
            let told = proc.path().join(STARTED_FROM);
            fs::create_dir_all(told.parent().expect("inside")).expect("a folder");
            fs::write(told, partition).expect("a file");
        }
        proc
    }

    #[test]
    fn a_firmware_that_chose_the_partition_tells_the_slot() {
        for (partition, slot) in [(2, Slot::A), (3, Slot::B)] {
            let proc = proc(
                "mdg.board=pi5 mdg.disk=mmcblk0",
                Some(&[0, 0, 0, partition]),
            );
            let facts = BootFacts::read(proc.path()).expect("a command line");
            assert_eq!(facts.slot, Some(slot));
        }
    }

    #[test]
    fn no_slot_is_made_up_from_another_partition_or_from_nonsense() {
        let nonsense: [Option<&[u8]>; 6] = [
            None,
            Some(&[]),
            Some(&[0, 0, 0, 1]),
            Some(&[0, 0, 0, 5]),
            Some(&[2, 0, 0, 0]),
            Some(&[0, 0, 0, 2, 0]),
        ];
        for partition in nonsense {
            let proc = proc("mdg.board=pi5 mdg.disk=mmcblk0", partition);
            let facts = BootFacts::read(proc.path()).expect("a command line");
            assert_eq!(facts.slot, None, "{partition:?}");
        }
    }

    #[test]
    fn the_boot_loaders_own_word_for_the_slot_comes_first() {
        let proc = proc("mdg.disk=mmcblk0 mdg.slot=B", Some(&[0, 0, 0, 2]));
        let facts = BootFacts::read(proc.path()).expect("a command line");
        assert_eq!(facts.slot, Some(Slot::B));
    }

    #[test]
    fn a_start_from_elsewhere_has_no_partitions() {
        let facts = BootFacts::parse("root=/dev/sda1 mdg.slot=C mdg.disk=../sda");
        assert_eq!(facts, BootFacts::default());
        assert!(matches!(facts.partition("data"), Err(Fault::SlotsUnbooted)));
    }
}

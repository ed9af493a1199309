//! The partitions of the disk, and what the boot loader says about this start.

use std::path::PathBuf;
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

/// What the boot loader says, from the kernel's command line.
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

    #[test]
    fn a_start_from_elsewhere_has_no_partitions() {
        let facts = BootFacts::parse("root=/dev/sda1 mdg.slot=C mdg.disk=../sda");
        assert_eq!(facts, BootFacts::default());
        assert!(matches!(facts.partition("data"), Err(Fault::SlotsUnbooted)));
    }
}

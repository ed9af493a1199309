//! What the root that stands for the real one found, as it tells it on the console
//! (`tests/data/boot/systemd`).

use std::io;

/// In front of each of its lines.
pub const MARK: &str = "stand-in: ";

/// The list of everything that is kept, as the image has it.
const STATE_LIST: &str = include_str!("../../../images/state.list");

/// Something that the image promises to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Permissions, octal as `stat` prints them.
    pub mode: String,
    /// Its account.
    pub owner: String,
    /// Where it is seen.
    pub path: String,
}

/// Reads `images/state.list`.
#[must_use]
pub fn promises() -> Vec<Promise> {
    STATE_LIST
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split_ascii_whitespace().skip(1);
            Some(Promise {
                mode: columns.next()?.trim_start_matches('0').to_owned(),
                owner: columns.next()?.to_owned(),
                path: columns.next()?.to_owned(),
            })
        })
        .collect()
}

/// A line of `/proc/self/mountinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The folder of its file system that is seen.
    pub root: String,
    /// Where it is seen.
    pub point: String,
    /// Options of this place.
    pub options: Vec<String>,
    /// Kind of file system.
    pub kind: String,
    /// Device.
    pub source: String,
    /// Options of the whole file system.
    pub shared_options: Vec<String>,
}

/// A device that the kernel puts in front of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// Its name.
    pub name: String,
    /// Says what made it, and the identity of what is behind it.
    pub identity: String,
    /// Cannot be written.
    pub read_only: bool,
    /// What it stands in front of.
    pub device: String,
}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it looks like now.
    pub promise: Promise,
    /// The words that earlier starts wrote into it.
    pub words: Vec<String>,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Found {
    /// Everything that is mounted.
    pub mounts: Vec<Mount>,
    /// Every mapped device.
    pub mapped: Vec<Mapped>,
    /// A write to the root was refused.
    pub root_refuses: bool,
    /// Everything that is kept.
    pub kept: Vec<Kept>,
    /// Words in a place that is not kept.
    pub memory: Vec<String>,
}

impl Found {
    /// Reads the console of a start that came to its end.
    ///
    /// # Errors
    /// When the stand-in did not come to its end, or tells something that is not understood.
    pub fn read(console: &[String]) -> io::Result<Self> {
        let mut found = Self::default();
        let mut ended = false;
        for line in console {
            let Some((_, told)) = line.split_once(MARK) else {
                continue;
            };
            let (subject, rest) = told.split_once(' ').unwrap_or((told, ""));
            let understood = match subject {
                "begin" => Some(()),
                "mount" => Mount::parse(rest).map(|mount| found.mounts.push(mount)),
                "mapped" => Mapped::parse(rest).map(|mapped| found.mapped.push(mapped)),
                "root" => {
                    found.root_refuses = rest == "refused";
                    Some(())
                }
                "kept" => Kept::parse(rest).map(|kept| found.kept.push(kept)),
                "memory" => {
                    found.memory = words(rest.split_ascii_whitespace());
                    Some(())
                }
                "end" => {
                    ended = true;
                    Some(())
                }
                _ => None,
            };
            understood.ok_or_else(|| io::Error::other(format!("not understood: {line}")))?;
        }
        if ended {
            Ok(found)
        } else {
            Err(io::Error::other(format!(
                "the root was not handed over to, or did not come to its end:\n{}",
                console.join("\n")
            )))
        }
    }

    /// What is mounted at a place, if anything; the last mount hides the others.
    #[must_use]
    pub fn mount(&self, point: &str) -> Option<&Mount> {
        self.mounts.iter().rev().find(|mount| mount.point == point)
    }

    /// A mapped device.
    #[must_use]
    pub fn mapped(&self, name: &str) -> Option<&Mapped> {
        self.mapped.iter().find(|mapped| mapped.name == name)
    }
}

impl Mount {
    fn parse(line: &str) -> Option<Self> {
        let (place, system) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let mut system = system.split(' ');
        let list = |text: &str| words(text.split(','));
        Some(Self {
            root: place.next()?.to_owned(),
            point: place.next()?.to_owned(),
            options: list(place.next()?),
            kind: system.next()?.to_owned(),
            source: system.next()?.to_owned(),
            shared_options: list(system.next()?),
        })
    }
}

impl Mapped {
    fn parse(line: &str) -> Option<Self> {
        let mut columns = line.split(' ');
        Some(Self {
            name: columns.next()?.to_owned(),
            identity: columns.next()?.to_owned(),
            read_only: columns.next()? == "1",
            device: columns.next()?.to_owned(),
        })
    }
}

impl Kept {
    fn parse(line: &str) -> Option<Self> {
        let mut columns = line.split_ascii_whitespace();
        let path = columns.next()?.to_owned();
        Some(Self {
            promise: Promise {
                mode: columns.next()?.to_owned(),
                owner: columns.next()?.to_owned(),
                path,
            },
            words: words(columns),
        })
    }
}

fn words<'a>(of: impl Iterator<Item = &'a str>) -> Vec<String> {
    of.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[&str]) -> Vec<String> {
        words(text.iter().copied())
    }

    #[test]
    fn what_the_stand_in_tells_is_read_between_the_kernels_lines() {
        let found = Found::read(&lines(&[
            "[    2.0] device-mapper: something",
            "[    3.0] stand-in: begin",
            "[    3.1] stand-in: mount 26 1 253:0 /state/a /a ro,noatime shared:1 - ext4 /dev/x rw,resuid=800",
            "[    3.2] stand-in: mapped mdg-root CRYPT-VERITY-00-mdg-root 1 vda5",
            "[    3.3] stand-in: root refused",
            "[    3.4] stand-in: kept /a 2755 kiosk one two",
            "[    3.5] stand-in: memory",
            "[    3.6] stand-in: end",
        ]))
        .expect("whole");
        let mount = found.mount("/a").expect("mounted");
        assert_eq!(
            (mount.root.as_str(), mount.kind.as_str()),
            ("/state/a", "ext4")
        );
        assert_eq!(mount.shared_options, ["rw", "resuid=800"]);
        assert!(found.mapped("mdg-root").expect("mapped").read_only);
        assert!(found.root_refuses && found.memory.is_empty());
        assert_eq!(found.kept[0].words, ["one", "two"]);
        assert_eq!(found.kept[0].promise.mode, "2755");
    }

    #[test]
    fn a_start_that_breaks_off_or_says_nonsense_is_an_error() {
        assert!(Found::read(&lines(&["[ 3.0] stand-in: begin"])).is_err());
        assert!(Found::read(&lines(&["stand-in: mount nonsense", "stand-in: end"])).is_err());
        assert!(Found::read(&lines(&["stand-in: whatever", "stand-in: end"])).is_err());
    }
}

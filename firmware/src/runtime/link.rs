//! Whether a cable is plugged or a radio is joined, as the kernel sees it.

use std::fs;
use std::path::PathBuf;

/// Most interfaces that are looked at.
const MAX_INTERFACES: usize = 32;

/// Follows the links of this machine.
pub struct LinkWatch {
    folder: PathBuf,
    up: Option<bool>,
}

impl LinkWatch {
    /// The kernel's list of interfaces.
    #[must_use]
    pub fn system() -> Self {
        Self::of("/sys/class/net".into())
    }

    /// A list in another place, for tests.
    #[must_use]
    pub fn of(folder: PathBuf) -> Self {
        Self { folder, up: None }
    }

    /// Whether the machine came on the net or left it since the last call. A machine with no
    /// interface but the loopback says nothing: there the gateway's answers tell.
    pub fn changed(&mut self) -> Option<bool> {
        let up = self.look()?;
        let before = self.up.replace(up);
        (before.is_some_and(|before| before != up)).then_some(up)
    }

    /// Whether any interface but the loopback is up now; `None` where there is none.
    #[must_use]
    pub fn look(&self) -> Option<bool> {
        let states: Vec<String> = fs::read_dir(&self.folder)
            .ok()?
            .take(MAX_INTERFACES)
            .flatten()
            .filter(|entry| entry.file_name() != "lo")
            .filter_map(|entry| fs::read_to_string(entry.path().join("operstate")).ok())
            .collect();
        (!states.is_empty()).then(|| states.iter().any(|state| state.trim() == "up"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_link_that_comes_up_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let state = |name: &str, state: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join("operstate"), state).unwrap();
        };
        let mut watch = LinkWatch::of(folder.path().into());
        state("lo", "unknown\n");
        assert_eq!(watch.changed(), None);
        state("eth0", "down\n");
        assert_eq!(watch.changed(), None);
        state("eth0", "up\n");
        assert_eq!((watch.changed(), watch.changed()), (Some(true), None));
        state("eth0", "down\n");
        assert_eq!(watch.changed(), Some(false));
    }
}

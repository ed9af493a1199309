//! Whether a cable is plugged or a radio is joined, as the kernel sees it.

use std::fs;
use std::path::{Path, PathBuf};

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
        let links: Vec<bool> = fs::read_dir(&self.folder)
            .ok()?
            .take(MAX_INTERFACES)
            .flatten()
            .filter(|entry| entry.file_name() != "lo")
            .filter_map(|entry| is_up(&entry.path()))
            .collect();
        (!links.is_empty()).then(|| links.contains(&true))
    }
}

/// Whether an interface is up; `None` for one that does not say. A modem that hands over bare IP
/// packets (`wwan0`) never says more than `unknown`; whether it has a carrier tells.
fn is_up(interface: &Path) -> Option<bool> {
    let word = |name| fs::read_to_string(interface.join(name)).ok();
    Some(match word("operstate")?.trim() {
        "up" => true,
        "unknown" => word("carrier").is_some_and(|carrier| carrier.trim() == "1"),
        _ => false,
    })
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

    #[test]
    fn a_modem_that_says_unknown_is_up_while_it_has_a_carrier() {
        let folder = tempfile::tempdir().unwrap();
        let modem = folder.path().join("wwan0");
        fs::create_dir_all(&modem).unwrap();
        fs::write(modem.join("operstate"), "unknown\n").unwrap();
        let watch = LinkWatch::of(folder.path().into());
        // An interface that is switched off refuses to say whether it has one.
        assert_eq!(watch.look(), Some(false));
        fs::write(modem.join("carrier"), "1\n").unwrap();
        assert_eq!(watch.look(), Some(true));
        fs::write(modem.join("carrier"), "0\n").unwrap();
        assert_eq!(watch.look(), Some(false));
        // Of a wired link the state is believed, whatever the carrier says.
        fs::write(modem.join("operstate"), "down\n").unwrap();
        fs::write(modem.join("carrier"), "1\n").unwrap();
        assert_eq!(watch.look(), Some(false));
    }
}

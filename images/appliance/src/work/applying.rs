//! The card's configuration becomes the system's files.

use std::fs::{self, OpenOptions};
use std::net::{IpAddr, ToSocketAddrs as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use appliance::Fault;
use appliance::apply::{self, Made, RUN, Reader, Unfit};
use appliance::disk::BootFacts;
use appliance::files::{remove, write, write_for};
use appliance::firewall::{self, Endpoint};
use appliance::key::Purpose;
use appliance::offer::{self, Places};
use appliance::recovery;
use protocol::provisioning::device::{Board, FILE_NAME};
use protocol::provisioning::{DeviceConfig, Version};

use super::starting::device_key;
use super::{KIOSK, mount, program};

/// Where each version of the system keeps the configuration that it applied last, without its
/// token. Each its own: a system that an update gave way to reads no newer one's.
const KEPT: &str = "/var/lib/appliance/configuration";

/// How many versions' configurations are kept; the oldest goes first.
const MAX_KEPT: usize = 4;

/// The configuration that was applied at this start.
const APPLIED: &str = "/run/appliance/device.toml";

/// Why no configuration was applied at this start.
const TROUBLE: &str = "/run/appliance/trouble";

/// What this system says about itself.
const IMAGE: &str = "/usr/share/madoguchi/image.toml";

/// Where iwd looks for networks.
const WIFI: &str = "/var/lib/iwd";

/// What an image says about itself.
#[derive(serde::Deserialize)]
pub struct Image {
    /// Its version.
    pub version: Version,
    /// The lowest version that may follow it.
    pub minimum: Version,
}

/// Reads [`IMAGE`].
pub fn image() -> Result<Image, Fault> {
    let path = Path::new(IMAGE);
    let text = fs::read_to_string(path).map_err(Fault::at(path))?;
    toml::from_str(&text).map_err(|_| Fault::UpdateVersion)
}

/// Where the card's small partition is mounted while it is read.
const CARD: &str = "/run/madoguchi/card";

/// Applies the card's configuration; a card that has none any more keeps what it had.
pub fn apply(facts: &BootFacts) -> Result<(), Fault> {
    let done = apply_and_keep(facts);
    if let Err(fault) = &done {
        write(Path::new(TROUBLE), fault.code().as_str().as_bytes(), 0o644)?;
    }
    done
}

/// The code of what kept the configuration from being applied at this start.
pub fn refused() -> Option<String> {
    let code = fs::read_to_string(TROUBLE).ok()?;
    Some(code.trim().to_owned())
}

/// Shows why the configuration was not applied.
pub fn trouble() -> Result<(), Fault> {
    let code = refused().unwrap_or_else(|| Fault::ConfigCard.code().to_string());
    recovery::show(&code)
}

fn apply_and_keep(facts: &BootFacts) -> Result<(), Fault> {
    let board = this_board()?;
    let version = image()?.version;
    let (text, config) = match from_card(facts, board) {
        Ok(found) => found,
        Err(fault) => {
            let found = kept(Path::new(KEPT), &version)
                .into_iter()
                .find_map(|text| apply::read(&text, board).ok().map(|config| (text, config)));
            let Some(found) = found else {
                return Err(fault);
            };
            eprintln!("appliance: {fault}; what was applied before stays");
            found
        }
    };
    let text = apply::without_token(&text).map_err(refusal)?;
    keep(Path::new(KEPT), &version, text.trim_end())?;
    write(Path::new(APPLIED), text.as_bytes(), 0o600)?;
    let made = apply::files(&config).map_err(refusal)?;
    forget_networks(Path::new(WIFI), &made)?;
    for made in &made {
        place(made)?;
    }
    if let Err(fault) = offer::publish(&Places::of_the_image()) {
        // The desk starts without knowing what became of an update.
        eprintln!("appliance: {fault}");
    }
    let (key, _) = device_key(facts)?;
    let secret = Path::new(RUN).join("device.secret");
    write_for(&secret, &*key.derive(Purpose::Kiosk), 0o600, Some(KIOSK))
}

/// Configurations that were kept: this version's own first, then the younger before the older.
fn kept(folder: &Path, version: &Version) -> Vec<String> {
    let own = folder.join(file_of(version));
    let mut others = kept_files(folder);
    others.retain(|path| *path != own);
    others.reverse();
    std::iter::once(own)
        .chain(others)
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect()
}

/// Keeps a configuration for this version, and no more of them than [`MAX_KEPT`].
fn keep(folder: &Path, version: &Version, text: &str) -> Result<(), Fault> {
    let own = folder.join(file_of(version));
    if fs::read_to_string(&own).is_ok_and(|before| before == text) {
        return Ok(());
    }
    write(&own, text.as_bytes(), 0o600)?;
    let files = kept_files(folder);
    let over = files.len().saturating_sub(MAX_KEPT);
    files[..over].iter().try_for_each(|path| remove(path))
}

fn file_of(version: &Version) -> String {
    format!("{version}.toml")
}

/// The oldest first.
fn kept_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .filter(|(_, path)| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    files.into_iter().map(|(_, path)| path).collect()
}

/// Takes away the Wi-Fi networks of an earlier configuration: a unit that was given another
/// one, or only a cable, joins none of them.
fn forget_networks(folder: &Path, made: &[Made]) -> Result<(), Fault> {
    let known = |path: &Path| made.iter().any(|made| made.path == path);
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "psk") && !known(path))
        .try_for_each(|path| remove(&path))
}

fn place(made: &Made) -> Result<(), Fault> {
    let (mode, owner) = match made.reader {
        Reader::All => (0o644, None),
        Reader::System => (0o600, None),
        Reader::Kiosk => (0o600, Some(KIOSK)),
    };
    write_for(&made.path, made.content.as_bytes(), mode, owner)
}

fn from_card(facts: &BootFacts, board: Option<Board>) -> Result<(String, DeviceConfig), Fault> {
    let folder = Path::new(CARD);
    let done = mount(&facts.partition("config")?, folder)
        .and_then(|()| take(&folder.join(FILE_NAME), board))
        .map_err(|fault| match fault {
            // Whoever stands before the screen has to mend the card, whatever is wrong with it.
            Fault::Io { .. } | Fault::Program(_) => {
                eprintln!("appliance: {fault}");
                Fault::ConfigCard
            }
            fault => fault,
        });
    let _ = program("umount", std::process::Command::new("umount").arg(folder));
    done
}

/// Reads the card's file. A token in it is kept first and then overwritten on the card, so
/// that a cut between the two loses nothing.
fn take(path: &Path, board: Option<Board>) -> Result<(String, DeviceConfig), Fault> {
    let text = fs::read_to_string(path).map_err(Fault::at(path))?;
    let config = apply::read(&text, board).map_err(refusal)?;
    if config.enrolment.is_some() {
        let blotted = apply::without_token(&text).map_err(refusal)?;
        let token = apply::files(&config)
            .map_err(refusal)?
            .into_iter()
            .find(|made| made.reader == Reader::Kiosk);
        if let Some(made) = token {
            place(&made)?;
        }
        let file = OpenOptions::new()
            .write(true)
            .open(path)
            .map_err(Fault::at(path))?;
        file.write_all_at(blotted.as_bytes(), 0)
            .and_then(|()| file.sync_all())
            .map_err(Fault::at(path))?;
    }
    Ok((text, config))
}

fn this_board() -> Result<Option<Board>, Fault> {
    let path = Path::new("/proc/device-tree/compatible");
    let names = fs::read_to_string(path).map_err(Fault::at(path))?;
    Ok(apply::board(&names))
}

fn refusal(unfit: Unfit) -> Fault {
    match unfit {
        Unfit::Board => Fault::ConfigBoard,
        Unfit::Value => Fault::ConfigCard,
    }
}

/// Asks for the gateway's addresses and lets them through. Fails while there is no answer: the
/// service manager asks again in a few seconds.
pub fn names() -> Result<(), Fault> {
    let applied = Path::new(APPLIED);
    let text = fs::read_to_string(applied).map_err(Fault::at(applied))?;
    let config = apply::read(&text, this_board()?).map_err(refusal)?;
    let Some(gateway) = Endpoint::parse(&config.gateway.endpoint) else {
        return Err(Fault::ConfigCard);
    };
    if gateway.address().is_some() {
        return Ok(());
    }
    let known: Vec<IpAddr> = (gateway.host.as_str(), gateway.port)
        .to_socket_addrs()
        .map_err(|_| Fault::NoAddress)?
        .map(|address| address.ip())
        .collect();
    let script = Path::new(RUN).join("addresses.nft");
    write(&script, firewall::addresses(&known).as_bytes(), 0o600)?;
    program(
        "nft",
        std::process::Command::new("nft").arg("--file").arg(&script),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("a version")
    }

    #[test]
    fn each_version_finds_its_own_configuration_first_and_the_youngest_of_the_others_then() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("configuration");
        let (old, new) = (version("0.1.0"), version("0.2.0"));
        assert!(kept(&at, &old).is_empty());
        keep(&at, &old, "old").expect("kept");
        keep(&at, &new, "new").expect("kept");
        assert_eq!(kept(&at, &old), ["old", "new"]);
        assert_eq!(kept(&at, &new), ["new", "old"]);
        assert_eq!(kept(&at, &version("0.3.0")).len(), 2);
    }

    #[test]
    fn no_more_configurations_are_kept_than_the_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..=MAX_KEPT {
            keep(folder.path(), &version(&format!("1.0.{number}")), "text").expect("kept");
        }
        assert_eq!(kept_files(folder.path()).len(), MAX_KEPT);
        let last = version(&format!("1.0.{MAX_KEPT}"));
        assert!(folder.path().join(file_of(&last)).exists());
    }

    #[test]
    fn a_network_that_is_not_named_any_more_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["=6f6c64.psk", "=6e6577.psk", ".known_network.freq"] {
            fs::write(at(name), "").expect("written");
        }
        let named = Made {
            path: at("=6e6577.psk"),
            reader: Reader::System,
            content: String::new(),
        };
        forget_networks(folder.path(), &[named]).expect("forgotten");
        assert!(!at("=6f6c64.psk").exists());
        assert!(at("=6e6577.psk").exists() && at(".known_network.freq").exists());
        forget_networks(&at("nowhere"), &[]).expect("nothing to forget");
    }
}

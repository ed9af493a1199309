//! The card's configuration becomes the system's files.

use std::fs::{self, OpenOptions};
use std::net::{IpAddr, ToSocketAddrs as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use appliance::Fault;
use appliance::apply::{self, Made, RUN, Reader, Unfit};
use appliance::disk::BootFacts;
use appliance::firewall::{self, Endpoint};
use appliance::key::Purpose;
use appliance::offer::{self, Places};
use protocol::provisioning::DeviceConfig;
use protocol::provisioning::device::{Board, FILE_NAME};

use super::starting::device_key;
use super::{KIOSK, mount, program, write};

/// The configuration that was applied last, without its token.
const KEPT: &str = "/var/lib/appliance/device.toml";

/// Where the card's small partition is mounted while it is read.
const CARD: &str = "/run/madoguchi/card";

/// Applies the card's configuration; a card that has none any more keeps what it had.
pub fn apply(facts: &BootFacts) -> Result<(), Fault> {
    let board = this_board()?;
    let config = match from_card(facts, board) {
        Ok(config) => config,
        Err(fault) => match fs::read_to_string(KEPT) {
            Ok(text) => {
                eprintln!("appliance: {fault}; what was applied before stays");
                apply::read(&text, board).map_err(refusal)?
            }
            Err(_) => return Err(fault),
        },
    };
    for made in apply::files(&config).map_err(refusal)? {
        place(&made)?;
    }
    if let Err(fault) = offer::publish(&Places::of_the_image()) {
        // The desk starts without knowing what became of an update.
        eprintln!("appliance: {fault}");
    }
    let (key, _) = device_key(facts)?;
    let secret = Path::new(RUN).join("device.secret");
    write(&secret, &*key.derive(Purpose::Kiosk), 0o600, KIOSK)
}

fn place(made: &Made) -> Result<(), Fault> {
    let (mode, owner) = match made.reader {
        Reader::All => (0o644, 0),
        Reader::System => (0o600, 0),
        Reader::Kiosk => (0o600, KIOSK),
    };
    write(&made.path, made.content.as_bytes(), mode, owner)
}

fn from_card(facts: &BootFacts, board: Option<Board>) -> Result<DeviceConfig, Fault> {
    let folder = Path::new(CARD);
    mount(&facts.partition("config")?, folder)?;
    let done = take(&folder.join(FILE_NAME), board);
    let _ = program("umount", std::process::Command::new("umount").arg(folder));
    done
}

/// Reads the card's file. A token in it is kept first and then overwritten on the card, so
/// that a cut between the two loses nothing.
fn take(path: &Path, board: Option<Board>) -> Result<DeviceConfig, Fault> {
    let text = fs::read_to_string(path).map_err(Fault::at(path))?;
    let config = apply::read(&text, board).map_err(refusal)?;
    let kept = apply::without_token(&text).map_err(refusal)?;
    write(Path::new(KEPT), kept.trim_end().as_bytes(), 0o600, 0)?;
    if config.enrolment.is_some() {
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
        file.write_all_at(kept.as_bytes(), 0)
            .and_then(|()| file.sync_all())
            .map_err(Fault::at(path))?;
    }
    Ok(config)
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

/// Asks for the gateway's addresses and lets them through.
pub fn names() -> Result<(), Fault> {
    let kept = Path::new(KEPT);
    let text = fs::read_to_string(kept).map_err(Fault::at(kept))?;
    let config = apply::read(&text, this_board()?).map_err(refusal)?;
    let Some(gateway) = Endpoint::parse(&config.gateway.endpoint) else {
        return Err(Fault::ConfigCard);
    };
    if gateway.address().is_some() {
        return Ok(());
    }
    let known: Vec<IpAddr> = (gateway.host.as_str(), gateway.port)
        .to_socket_addrs()
        .map(|found| found.map(|address| address.ip()).collect())
        .unwrap_or_default();
    let script = Path::new(RUN).join("addresses.nft");
    write(&script, firewall::addresses(&known).as_bytes(), 0o600, 0)?;
    program(
        "nft",
        std::process::Command::new("nft").arg("--file").arg(&script),
    )
}

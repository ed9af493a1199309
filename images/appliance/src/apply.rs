//! What the card's configuration becomes on this machine.
//!
//! `device.toml` is the only source; every file made of it lies in memory and is made again
//! at each start, so an update may change its form. Only the configuration itself, and the
//! enrolment token until it is used, are kept.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use protocol::help::HelpDesk;
use protocol::provisioning::DeviceConfig;
use protocol::provisioning::device::{
    Board, Locale, Network, Panel, Place, Rotation, Trust, Wifi, Wired,
};
use serde::Serialize;

use crate::firewall::{self, Endpoint};

mod keyfile;
mod mobile;

/// Where the kiosk's files lie that are made at each start.
pub const RUN: &str = "/run/madoguchi";

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Everybody: it holds no secret.
    All,
    /// Only the system.
    System,
    /// Only the kiosk.
    Kiosk,
}

/// One file.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    /// Its place.
    pub path: PathBuf,
    /// Who may read it.
    pub reader: Reader,
    /// What is in it.
    pub content: String,
}

/// Why a configuration is not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It was written for another board.
    Board,
    /// A value cannot be.
    Value,
}

/// The board, from the device tree's `compatible` (strings ended by NUL).
#[must_use]
pub fn board(compatible: &str) -> Option<Board> {
    compatible.split('\0').find_map(|name| {
        Some(match name {
            "linux,dummy-virt" => Board::Qemu,
            "raspberrypi,3-model-b"
            | "raspberrypi,3-model-b-plus"
            | "raspberrypi,3-model-a-plus" => Board::Pi3,
            "raspberrypi,4-model-b" | "raspberrypi,400" | "raspberrypi,4-compute-module" => {
                Board::Pi4
            }
            "raspberrypi,5-model-b" | "raspberrypi,5-compute-module" => Board::Pi5,
            "raspberrypi,model-zero-2-w" | "raspberrypi,model-zero-2" => Board::Zero2w,
            _ => return None,
        })
    })
}

/// Reads the text of `device.toml` and checks it for this board.
///
/// # Errors
/// [`Unfit`]; nothing was applied.
pub fn read(text: &str, board: Option<Board>) -> Result<DeviceConfig, Unfit> {
    let config: DeviceConfig = toml::from_str(text).map_err(|_| Unfit::Value)?;
    config.check().map_err(|_| Unfit::Value)?;
    if board != Some(config.board) {
        return Err(Unfit::Board);
    }
    Ok(config)
}

/// The text with the token blotted out, exactly as long as before, so that it overwrites what
/// lay on the card.
///
/// # Errors
/// [`Unfit::Value`] when the text is not a configuration.
pub fn without_token(text: &str) -> Result<String, Unfit> {
    let config: DeviceConfig = toml::from_str(text).map_err(|_| Unfit::Value)?;
    let mut rest = toml::to_string(&config.without_enrolment()).map_err(|_| Unfit::Value)?;
    for _ in rest.len()..text.len() {
        rest.push('\n');
    }
    Ok(rest)
}

/// Everything that is made of a checked configuration.
///
/// # Errors
/// [`Unfit::Value`] when the gateway's address cannot be read.
pub fn files(config: &DeviceConfig) -> Result<Vec<Made>, Unfit> {
    let gateway = Endpoint::parse(&config.gateway.endpoint).ok_or(Unfit::Value)?;
    let servers = name_servers(&config.network);
    let run = |name: &str, reader, content: String| Made {
        path: PathBuf::from(RUN).join(name),
        reader,
        content,
    };
    let mut made = vec![
        run("kiosk.toml", Reader::All, kiosk(config)),
        run(
            "gateway-roots.pem",
            Reader::All,
            config.gateway.roots.join("\n"),
        ),
        run("kiosk.env", Reader::All, environment(config)),
        run(
            "firewall.nft",
            Reader::System,
            firewall::rules(&gateway, servers),
        ),
        Made {
            path: "/run/systemd/timesyncd.conf.d/madoguchi.conf".into(),
            reader: Reader::All,
            content: format!("[Time]\nNTP={}\nFallbackNTP=\n", gateway.host),
        },
    ];
    if !config.desks.is_empty() {
        made.push(run("desks.toml", Reader::All, desks(config)?));
    }
    made.extend(touch(config.screen.rotation).map(|content| Made {
        path: TOUCH.into(),
        reader: Reader::All,
        content,
    }));
    if let Some(wired) = &config.network.wired {
        made.extend(fixed_address(wired).map(|content| Made {
            path: "/run/systemd/network/10-wired.network".into(),
            reader: Reader::All,
            content,
        }));
    }
    if let Some(wifi) = &config.network.wifi {
        made.push(Made {
            path: PathBuf::from("/var/lib/iwd").join(format!("={}.psk", hex(wifi.ssid.as_bytes()))),
            reader: Reader::System,
            content: passphrase(wifi),
        });
        made.push(Made {
            path: "/run/systemd/network/15-wireless.network".into(),
            reader: Reader::All,
            content: WIRELESS.to_owned(),
        });
    }
    if let Some(lte) = &config.network.lte {
        made.push(Made {
            path: mobile::CONNECTION.into(),
            reader: Reader::System,
            content: mobile::connection(lte),
        });
    }
    if let Some(enrolment) = &config.enrolment {
        made.push(Made {
            path: "/var/lib/madoguchi/enrolment-token".into(),
            reader: Reader::Kiosk,
            content: enrolment.token.as_str().to_owned(),
        });
    }
    Ok(made)
}

/// Of two ways out the one with the lower metric is taken: the cable (here and in
/// `20-wired.network`), then Wi-Fi, then the mobile network.
const CABLE_METRIC: u16 = 100;

const WIRELESS: &str = "[Match]
Type=wlan

[Network]
DHCP=yes
LLMNR=no
MulticastDNS=no

[DHCPv4]
UseNTP=no
UseDomains=no
SendHostname=no
RouteMetric=600

[IPv6AcceptRA]
RouteMetric=600
";

/// The only name servers that may be asked; none, where the network announces its own. An
/// access point and a carrier do, and the servers of the cable may not be reached through them.
fn name_servers(network: &Network) -> &[IpAddr] {
    match network {
        Network {
            wired: Some(wired),
            wifi: None,
            lte: None,
        } => &wired.name_servers,
        _ => &[],
    }
}

/// The kiosk's own configuration.
fn kiosk(config: &DeviceConfig) -> String {
    let place = match config.screen.place {
        Place::Counter => "counter",
        Place::Portable => "portable",
    };
    let panel = match config.screen.panel {
        Panel::Seven | Panel::Portable => "seven",
        Panel::Ten => "ten",
    };
    let trust = match config.card.trust {
        Trust::Production => "production",
        Trust::Test => "test",
    };
    let language = match config.locale {
        Locale::Ja => "ja",
        Locale::En => "en",
    };
    let offline_lock = config
        .offline_lock_days
        .map(|days| format!("offline_lock_days = {days}\n"))
        .unwrap_or_default();
    let desks = if config.desks.is_empty() {
        String::new()
    } else {
        format!("desks = \"{RUN}/desks.toml\"\n")
    };
    format!(
        "serial = \"{serial}\"
{offline_lock}
[screen]
place = \"{place}\"
panel = \"{panel}\"
language = \"{language}\"

[paths]
vault = \"/var/lib/madoguchi/vault.db\"
device_secret = \"{RUN}/device.secret\"
attachments = \"/run/madoguchi/stick\"
{desks}
[update]
staging = \"/var/lib/madoguchi/update\"
machine = \"{RUN}/update.json\"
stick = \"{RUN}/stick.json\"
image = \"/usr/share/madoguchi/image.toml\"

[gateway]
endpoint = \"{endpoint}\"
root = \"{RUN}/gateway-roots.pem\"

[card]
trust = \"{trust}\"

[board]
kind = \"{board}\"
",
        serial = config.serial,
        endpoint = config.gateway.endpoint,
        board = config.board,
    )
}

/// Whom to call about the terminal itself, as the kiosk reads it.
fn desks(config: &DeviceConfig) -> Result<String, Unfit> {
    #[derive(Serialize)]
    struct File<'a> {
        desk: &'a [HelpDesk],
    }
    toml::to_string(&File {
        desk: &config.desks,
    })
    .map_err(|_| Unfit::Value)
}

/// The rule of a turned touch panel.
const TOUCH: &str = "/run/udev/rules.d/92-madoguchi-touch.rules";

/// Where a finger is on what is drawn, of where it is on the panel. The picture is turned
/// clockwise by the display's backend and the touches are not; libinput turns them back. The
/// matrix is that of `LIBINPUT_CALIBRATION_MATRIX`, in parts of the panel's width and height.
fn touch(rotation: Rotation) -> Option<String> {
    let matrix = match rotation {
        Rotation::None => return None,
        Rotation::Right => "0 1 0 -1 0 1",
        Rotation::UpsideDown => "-1 0 1 0 -1 1",
        Rotation::Left => "0 -1 1 1 0 0",
    };
    Some(format!(
        "ENV{{ID_INPUT_TOUCHSCREEN}}==\"1\", ENV{{LIBINPUT_CALIBRATION_MATRIX}}=\"{matrix}\"\n"
    ))
}

fn environment(config: &DeviceConfig) -> String {
    format!("SLINT_KMS_ROTATION={}\n", u16::from(config.screen.rotation))
}

fn fixed_address(wired: &Wired) -> Option<String> {
    if wired.address.is_none() && wired.name_servers.is_empty() {
        return None;
    }
    let mut text = String::from("[Match]\nType=ether\n\n[Network]\nLLMNR=no\nMulticastDNS=no\n");
    match &wired.address {
        Some(address) => {
            let _ = writeln!(text, "DHCP=no\nAddress={address}");
        }
        None => text.push_str("DHCP=yes\n"),
    }
    for server in &wired.name_servers {
        let _ = writeln!(text, "DNS={server}");
    }
    match (&wired.address, wired.router) {
        (Some(_), Some(router)) => {
            let _ = writeln!(text, "\n[Route]\nGateway={router}\nMetric={CABLE_METRIC}");
        }
        (Some(_), None) => {}
        (None, _) => {
            let _ = write!(
                text,
                "\n[DHCPv4]\nUseDNS=no\nUseNTP=no\nUseDomains=no\nSendHostname=no\n\
                 RouteMetric={CABLE_METRIC}\n\n[IPv6AcceptRA]\nRouteMetric={CABLE_METRIC}\n"
            );
        }
    }
    Some(text)
}

fn passphrase(wifi: &Wifi) -> String {
    let passphrase = keyfile::escaped(wifi.passphrase.as_str());
    format!("[Security]\nPassphrase={passphrase}\n")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;

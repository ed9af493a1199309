//! What the self-test looks at beside the terminal's thread: the way to the gateway, and the
//! disk. Both say in one word what is wrong; nothing about the gateway's answer is judged here,
//! that is what enrolment and the exchanges do.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use protocol::self_test::Found;
use rustix::fs::{Advice, fadvise, statvfs};

use super::link::LinkWatch;
use crate::vault::Vault;

/// Most endpoints, and most addresses of each, that are tried.
const MOST_PLACES: usize = 2;

/// How long an address may take to answer.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// How long a name may take to be found.
const RESOLVE_LIMIT: Duration = Duration::from_secs(5);

/// An address of a documentation network (RFC 5737): nothing is sent there. Whether there is a
/// way to it tells whether there is a way out at all.
const ANYWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 443);

/// Below this much free room the desk is told to look; a day's scans and documents fit.
const LOW_BYTES: u64 = 256 * 1024 * 1024;

/// Below this much, set-up does not go on: the vault alone may need it.
const FULL_BYTES: u64 = 16 * 1024 * 1024;

/// How much is written and read back.
const SAMPLE_BYTES: usize = 1024 * 1024;

/// A vault of up to this size is checked from end to end: it takes less than a second. Of a larger
/// one only the head is read; J-1 checks all of it.
const WHOLE_VAULT_BYTES: u64 = 16 * 1024 * 1024;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probed {
    /// The way to the gateway.
    pub network: Found,
    /// Disk and vault.
    pub disk: Found,
}

/// Whether one of these endpoints (`https://host:port`) can be reached, else what is missing.
#[must_use]
pub fn network(endpoints: &[String], links: &LinkWatch) -> Found {
    let places: Vec<(String, u16)> = endpoints.iter().filter_map(|it| place(it)).collect();
    if places.is_empty() {
        return Found::NoGateway;
    }
    let mut known: Option<SocketAddr> = None;
    for (host, port) in places.iter().take(MOST_PLACES) {
        for address in resolve(host, *port, RESOLVE_LIMIT, addresses_of) {
            if TcpStream::connect_timeout(&address, CONNECT_LIMIT).is_ok() {
                return Found::Works;
            }
            known = Some(address);
        }
    }
    if links.look() == Some(false) {
        return Found::NoLink;
    }
    match known {
        Some(address) if has_way_to(address) => Found::GatewaySilent,
        None if has_way_to(ANYWHERE.into()) => Found::NoName,
        _ => Found::NoAddress,
    }
}

fn addresses_of(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.take(MOST_PLACES).collect())
}

/// The addresses of a name, as far as they are known within `limit`. The system's own look-up
/// has no limit that can be set: a late one ends by itself, and nobody waits for it.
fn resolve(
    host: &str,
    port: u16,
    limit: Duration,
    look_up: impl FnOnce(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + 'static,
) -> Vec<SocketAddr> {
    let (answer, answered) = sync_channel(1);
    let host = host.to_owned();
    let begun = thread::Builder::new()
        .name("name".into())
        .spawn(move || answer.try_send(look_up(&host, port).unwrap_or_default()));
    match begun {
        Ok(_) => answered.recv_timeout(limit).unwrap_or_default(),
        // No thread, no name: told as any other name that is not found.
        Err(_) => Vec::new(),
    }
}

/// Host and port of an endpoint.
fn place(endpoint: &str) -> Option<(String, u16)> {
    let uri: ureq::http::Uri = endpoint.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']).to_owned();
    Some((host, uri.port_u16().unwrap_or(443)))
}

/// Whether the kernel knows a way there, and an address of ours to go from. Connecting a
/// datagram socket asks exactly that and sends nothing.
fn has_way_to(address: SocketAddr) -> bool {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (std::net::Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    UdpSocket::bind(any)
        .and_then(|socket| socket.connect(address))
        .is_ok()
}

/// Free room, a sample written and read back beside the vault, and whether the vault can be read.
#[must_use]
pub fn disk(vault: &Vault) -> Found {
    let place = match vault.path().and_then(Path::parent) {
        Some(folder) => folder_of_vault(folder),
        // A vault in memory has no disk.
        None => Found::Works,
    };
    match place {
        Found::Works | Found::DiskLow if !is_readable(vault) => Found::VaultFailed,
        found => found,
    }
}

fn is_readable(vault: &Vault) -> bool {
    if vault.bytes_on_disk() <= WHOLE_VAULT_BYTES {
        vault.check().is_ok()
    } else {
        vault.read(crate::clock::floor).is_ok()
    }
}

fn folder_of_vault(folder: &Path) -> Found {
    // A path of one word has an empty parent.
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let Ok(system) = statvfs(folder) else {
        return Found::DiskFailed;
    };
    let room = enough(system.f_bavail.saturating_mul(system.f_frsize));
    if room == Found::DiskFull {
        return room;
    }
    let sample = folder.join(".self-test");
    let read_back = write_and_read(&sample);
    // It is empty of meaning; one that stays is overwritten by the next test.
    let _ = std::fs::remove_file(&sample);
    match read_back {
        Ok(true) => room,
        Err(error) if error.kind() == ErrorKind::StorageFull => Found::DiskFull,
        Ok(false) | Err(_) => Found::DiskFailed,
    }
}

fn enough(free: u64) -> Found {
    match free {
        ..FULL_BYTES => Found::DiskFull,
        FULL_BYTES..LOW_BYTES => Found::DiskLow,
        _ => Found::Works,
    }
}

/// Whether what was written is what is read back, from the disk and not from memory where the
/// kernel can be told so.
fn write_and_read(path: &Path) -> io::Result<bool> {
    let sample: Vec<u8> = (0..SAMPLE_BYTES).map(|place| (place % 251) as u8).collect();
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    file.write_all(&sample)?;
    file.sync_all()?;
    // Some file systems cannot; then it is read from memory.
    let _ = fadvise(&file, 0, None, Advice::DontNeed);
    drop(file);
    let mut back = Vec::with_capacity(SAMPLE_BYTES);
    File::open(path)?
        .take(SAMPLE_BYTES as u64 + 1)
        .read_to_end(&mut back)?;
    Ok(back == sample)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::TcpListener;

    use super::*;

    fn links(state: &str) -> (tempfile::TempDir, LinkWatch) {
        let folder = tempfile::tempdir().unwrap();
        let wire = folder.path().join("eth0");
        std::fs::create_dir_all(&wire).unwrap();
        std::fs::write(wire.join("operstate"), state).unwrap();
        let watch = LinkWatch::of(folder.path().into());
        (folder, watch)
    }

    fn endpoint(address: SocketAddr) -> Vec<String> {
        vec![format!("https://{address}")]
    }

    #[test]
    fn a_gateway_that_listens_is_reached_whatever_the_links_say() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (_folder, watch) = links("down\n");
        let found = network(&endpoint(listener.local_addr().unwrap()), &watch);
        assert_eq!(found, Found::Works);
    }

    #[test]
    fn what_is_missing_on_the_way_is_named() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let silent = endpoint(listener.local_addr().unwrap());
        drop(listener);
        let (_down, down) = links("down\n");
        assert_eq!(network(&silent, &down), Found::NoLink);
        let (_up, up) = links("up\n");
        assert_eq!(network(&silent, &up), Found::GatewaySilent);
        assert_eq!(network(&[], &up), Found::NoGateway);
        assert_eq!(
            network(&["not an address".to_owned()], &up),
            Found::NoGateway
        );
        let nameless = ["https://gateway.invalid:8443".to_owned()];
        assert!(matches!(
            network(&nameless, &up),
            Found::NoName | Found::NoAddress
        ));
    }

    #[test]
    fn a_name_that_is_not_found_in_time_is_not_waited_for() {
        let known: SocketAddr = (Ipv4Addr::LOCALHOST, 443).into();
        let limit = Duration::from_secs(60);
        let found = resolve("gateway.invalid", 443, limit, move |_, _| Ok(vec![known]));
        assert_eq!(found, [known]);
        // This look-up ends only when the test does.
        let (end, ended) = sync_channel::<()>(1);
        let found = resolve("gateway.invalid", 443, Duration::ZERO, move |_, _| {
            let _ = ended.recv();
            Ok(vec![known])
        });
        assert_eq!(found, []);
        drop(end);
    }

    #[test]
    fn the_room_decides_between_good_low_and_full() {
        assert_eq!(enough(0), Found::DiskFull);
        assert_eq!(enough(FULL_BYTES), Found::DiskLow);
        assert_eq!(enough(LOW_BYTES), Found::Works);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_a_failed_disk_and_a_good_one_is_left_clean() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            folder_of_vault(&folder.path().join("gone")),
            Found::DiskFailed
        );
        std::fs::create_dir(folder.path().join(".self-test")).unwrap();
        assert_eq!(folder_of_vault(folder.path()), Found::DiskFailed);
        std::fs::remove_dir(folder.path().join(".self-test")).unwrap();
        assert!(matches!(
            folder_of_vault(folder.path()),
            Found::Works | Found::DiskLow
        ));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

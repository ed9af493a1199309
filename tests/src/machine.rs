//! There is one PC/SC daemon a machine: whoever starts one holds this lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use crate::process::wait_until;

/// Shared with every other program on the machine that starts a PC/SC daemon for a test.
const LOCK: &str = "/tmp/vpcd.lock";

/// Where a daemon listens.
const SOCKET: &str = "/run/pcscd/pcscd.comm";

/// Left behind by a daemon that was killed.
const STALE: [&str; 2] = [SOCKET, "/run/pcscd/pcscd.pid"];

/// Longest text about a holder that is read.
const MAX_HOLDER: u64 = 256;

/// Waits until no other test has a PC/SC daemon, saying on standard error who has one, and
/// holds the machine until the value is dropped.
///
/// # Errors
/// When a daemon runs that is not a test's, with its process; when the lock cannot be taken.
pub fn hold() -> io::Result<File> {
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(LOCK)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            (&lock).take(MAX_HOLDER).read_to_string(&mut holder)?;
            let holder = if holder.is_empty() {
                "another program"
            } else {
                holder.trim()
            };
            eprintln!("waiting for the PC/SC daemon of {holder} ({LOCK})");
            lock.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    if UnixStream::connect(SOCKET).is_ok() {
        return Err(io::Error::other(format!(
            "a PC/SC daemon runs already ({}); stop it first, for example with \
             `systemctl stop pcscd.socket pcscd.service`",
            daemon().map_or("process unknown".into(), |id| format!("process {id}"))
        )));
    }
    for stale in STALE {
        match fs::remove_file(stale) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    lock.seek(SeekFrom::Start(0))?;
    lock.set_len(0)?;
    let program = std::env::current_exe()?;
    let name = program
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    write!(lock, "{name}, process {}", std::process::id())?;
    Ok(lock)
}

/// Where a daemon that is ready listens.
#[must_use]
pub fn socket() -> &'static Path {
    Path::new(SOCKET)
}

/// Waits until somebody listens on a TCP port of this machine, without connecting: to a
/// virtual reader a connection is a card.
///
/// # Errors
/// When the time is over.
pub fn wait_for_port(port: u16, limit: Duration) -> io::Result<()> {
    wait_until(&format!("port {port}"), limit, || listens(port))
}

/// Looks into the kernel's table (proc(5)): local address with the port in hexadecimal
/// digits, and state 0A for listening.
fn listens(port: u16) -> bool {
    let end = format!(":{port:04X}");
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .any(|table| {
            table.lines().any(|line| {
                let mut columns = line.split_ascii_whitespace();
                let local = columns.nth(1).is_some_and(|local| local.ends_with(&end));
                local && columns.nth(1) == Some("0A")
            })
        })
}

fn daemon() -> Option<u32> {
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let name = fs::read_to_string(entry.path().join("comm")).ok()?;
        (name.trim() == "pcscd").then(|| entry.file_name().to_str()?.parse().ok())?
    })
}

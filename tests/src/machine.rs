//! There is one PC/SC daemon a machine: whoever starts one, or plays cards to the one that is
//! there, holds this lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::net::UnixStream;

/// Shared with every other program on the machine that starts a PC/SC daemon for a test.
const LOCK: &str = "/tmp/vpcd.lock";

/// Where a daemon listens.
const SOCKET: &str = "/run/pcscd/pcscd.comm";

/// Left behind by a daemon that was killed.
const STALE: [&str; 2] = [SOCKET, "/run/pcscd/pcscd.pid"];

/// Longest text about a holder that is read.
const MAX_HOLDER: u64 = 256;

/// This machine's card readers, for as long as the value lives.
pub struct Held {
    /// A daemon of the system answers, so none can be started beside it.
    pub daemon_runs: bool,
    _lock: File,
}

/// Waits until no other test plays cards, saying on standard error who does, and holds the
/// machine until the value is dropped. Asking wakes a daemon that systemd starts on demand.
///
/// # Errors
/// When the lock cannot be taken.
pub fn hold() -> io::Result<Held> {
    let mut lock = open_lock()?;
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
    note_holder(&mut lock);
    let daemon_runs = UnixStream::connect(SOCKET).is_ok();
    if !daemon_runs {
        for stale in STALE {
            // Who may not remove it cannot start a daemon either, and hears so there.
            let _ = fs::remove_file(stale);
        }
    }
    Ok(Held {
        daemon_runs,
        _lock: lock,
    })
}

/// The lock may have been made by another user; it can be held without writing to it.
fn open_lock() -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(LOCK)
        .or_else(|_| File::open(LOCK))
}

/// Says in the lock who has it. Only people who wait read it, so that failing does not matter.
fn note_holder(lock: &mut File) {
    let program = std::env::current_exe().unwrap_or_default();
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let _ = lock
        .seek(SeekFrom::Start(0))
        .and_then(|_| lock.set_len(0))
        .and_then(|()| write!(lock, "{name}, process {}", std::process::id()));
}

/// Whether somebody listens on a TCP port of this machine, without connecting: to a virtual
/// reader a connection is a card.
///
/// Looks into the kernel's table (proc(5)): local address with the port in hexadecimal
/// digits, and state 0A for listening.
#[must_use]
pub fn listens(port: u16) -> bool {
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

//! A disk that is really full: a small memory file system in a mount namespace of its own.
//!
//! The namespace ends with the process, so nothing has to be cleaned up, and nobody else
//! sees it. The program `full_disk` runs [`kiosk`] or [`gateway()`] inside.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use firmware::error::Problem;
use firmware::outbox;
use gateway::GatewayError;
use gateway::engine::Settings;
use gateway::harness::{Bench, OFFICE};
use protocol::exchange::{CommandId, Envelope, ExchangeRequest, WIRE_VERSION};
use serde_json::value::RawValue;

use crate::process::{output, program};
use crate::unit::Unit;
use crate::work::{Made, Work};

/// Size of the file system in KiB.
const SIZE_KIB: u32 = 3 * 1024;

/// What is deleted when room has to be made, in bytes.
const BALLAST: usize = 768 * 1024;

/// Commands after which even a large disk would be full.
const MAX_COMMANDS: u32 = 100_000;

/// Tries while the disk stays full.
const TRIES_WHILE_FULL: u32 = 40;

/// Runs `side` (`kiosk` or `gateway`) on a full disk and returns what it found.
///
/// # Errors
/// What went wrong inside; that no namespace can be made here.
pub fn run(side: &str) -> io::Result<String> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new("unshare");
    command.arg("--mount");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    let script = "mount -t tmpfs -o size=$1k,mode=700 full \"$2\" && exec \"$3\" \"$4\" \"$2\"";
    command.args(["sh", "-c", script, "sh", &SIZE_KIB.to_string()]);
    command
        .arg(folder.path())
        .arg(program("full_disk")?)
        .arg(side);
    output(&mut command)
}

/// The terminal's vault: what was acknowledged stays, what does not fit is refused by its
/// name, and with room everything goes on.
///
/// # Errors
/// A promise that was broken.
pub fn kiosk(folder: &Path) -> io::Result<String> {
    let ballast = ballast(folder)?;
    let mut unit = Unit::open(folder).map_err(io::Error::other)?;
    let mut work = Work::new(1, "minato01", 0);
    let mut kept = HashSet::new();
    let mut save = |unit: &mut Unit| match unit.save(&mut work) {
        Ok(made) => {
            kept.insert(made.id);
            Ok(true)
        }
        Err(Problem::VaultFull) => Ok(false),
        Err(other) => Err(io::Error::other(format!("a full disk is called: {other}"))),
    };
    let full = (0..MAX_COMMANDS)
        .map(|_| save(&mut unit))
        .find(|saved| !matches!(saved, Ok(true)));
    full.ok_or_else(|| io::Error::other("the disk did not fill"))??;
    let mut refused = 1;
    for _ in 0..TRIES_WHILE_FULL {
        refused += u32::from(!save(&mut unit)?);
    }
    fs::remove_file(&ballast)?;
    for _ in 0..10 {
        if !save(&mut unit)? {
            return Err(io::Error::other(
                "with room on the disk it is still called full",
            ));
        }
    }
    drop(unit);
    let unit = Unit::open(folder).map_err(io::Error::other)?;
    unit.vault.check().map_err(io::Error::other)?;
    let rows = rows(&unit)?;
    let pending = unit
        .vault
        .read(outbox::pending_count)
        .map_err(io::Error::other)?;
    if rows != kept || pending != kept.len() as u64 {
        let (there, saved) = (rows.len(), kept.len());
        return Err(io::Error::other(format!(
            "{saved} were acknowledged, {there} are there"
        )));
    }
    Ok(format!(
        "{} acknowledged and there, {refused} refused while full",
        kept.len()
    ))
}

/// The gateway's store: what it signed for stays, the rest is refused whole, and with room
/// everything goes on.
///
/// # Errors
/// A promise that was broken.
pub fn gateway(folder: &Path) -> io::Result<String> {
    let ballast = ballast(folder)?;
    let clock = firmware::clock::Clock::system(None);
    let now = clock.now();
    let bench = Bench::open(folder, Settings::default(), now.wall).map_err(io::Error::other)?;
    let device = bench
        .add_device(OFFICE, [4; 12], now.wall)
        .map_err(io::Error::other)?;
    let mut work = Work::new(2, "minato01", 0);
    let mut signed = 0_u64;
    let mut send = |work: &mut Work| -> io::Result<bool> {
        let request = request(&work.next(&now))?;
        match bench.engine.exchange(&device, &request, now.wall) {
            Ok(_) => {
                signed += 1;
                Ok(true)
            }
            Err(GatewayError::Full) => Ok(false),
            Err(other) => Err(io::Error::other(format!("a full disk is called: {other}"))),
        }
    };
    let full = (0..MAX_COMMANDS)
        .map(|_| send(&mut work))
        .find(|sent| !matches!(sent, Ok(true)));
    full.ok_or_else(|| io::Error::other("the disk did not fill"))??;
    let mut refused = 1;
    for _ in 0..TRIES_WHILE_FULL {
        refused += u32::from(!send(&mut work)?);
    }
    fs::remove_file(&ballast)?;
    for _ in 0..10 {
        if !send(&mut work)? {
            return Err(io::Error::other(
                "with room on the disk it is still called full",
            ));
        }
    }
    drop(bench);
    let bench = Bench::open(folder, Settings::default(), now.wall).map_err(io::Error::other)?;
    let held = gateway::store::read(bench.store(), move |tx| {
        let device = tx.device(&device)?;
        device.map_or(Ok(0), |device| tx.count_commands(device.key))
    })
    .map_err(io::Error::other)?;
    if held != signed {
        return Err(io::Error::other(format!(
            "{signed} were signed for, {held} are there"
        )));
    }
    Ok(format!(
        "{signed} signed for and there, {refused} refused while full"
    ))
}

fn ballast(folder: &Path) -> io::Result<std::path::PathBuf> {
    let path = folder.join("ballast");
    File::create(&path)?.write_all(&vec![1; BALLAST])?;
    Ok(path)
}

fn request(made: &Made) -> io::Result<Vec<u8>> {
    let body = serde_json::to_string(&made.command)?;
    Ok(serde_json::to_vec(&ExchangeRequest {
        wire: WIRE_VERSION,
        cursor: 0,
        commands: vec![Envelope {
            id: made.id,
            body: RawValue::from_string(body)?,
        }],
        audit: None,
        waiting: 0,
        receipted_up_to: 0,
    })?)
}

fn rows(unit: &Unit) -> io::Result<HashSet<CommandId>> {
    unit.vault
        .read(|c| {
            let ids = c
                .prepare("SELECT id FROM outbox")?
                .query_map([], |row| Ok(CommandId(uuid::Uuid::from_bytes(row.get(0)?))))?
                .collect::<Result<_, _>>()?;
            Ok(ids)
        })
        .map_err(io::Error::other)
}

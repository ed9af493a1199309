//! Figures of the whole, beside the bare thing in the same run on the same file system.
//!
//! Runs are taken in turns, so that a slow moment of the machine hits all of them alike.
//! `cargo run --release -p system-tests --bin bench` prints them as Markdown tables.

mod append;
mod drain;
mod kiosk;
mod look_up;

use std::io;
use std::path::Path;
use std::time::Duration;

pub use drain::COMMANDS;

/// One line of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The figure.
    pub figure: String,
    /// Beside the bare thing.
    pub ratio: String,
}

/// `outbox.append` beside bare durable commits.
///
/// # Errors
/// Those of the disk.
pub fn append(folder: &Path) -> io::Result<Vec<Row>> {
    append::run(folder).map_err(io::Error::other)
}

/// A drain over mutual TLS, durable on both sides, beside a bare echo of the same bytes.
///
/// # Errors
/// Those of the disk and of the loopback network.
pub fn drain(folder: &Path) -> io::Result<Vec<Row>> {
    drain::run(folder)
}

/// A kept answer beside a bare query.
///
/// # Errors
/// Those of the disk.
pub fn look_up(folder: &Path) -> io::Result<Vec<Row>> {
    look_up::run(folder).map_err(io::Error::other)
}

/// The kiosk program beside its limits: first frame, memory, idleness.
///
/// # Errors
/// When a program of the world cannot be started.
pub fn kiosk(folder: &Path) -> io::Result<Vec<Row>> {
    kiosk::run(folder)
}

/// Half and 99 % of the times are not longer.
fn percentiles(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

fn ms(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1_000.0)
}

fn percent(of: Duration, is: Duration) -> String {
    format!("{:.0} %", 100.0 * of.as_secs_f64() / is.as_secs_f64())
}

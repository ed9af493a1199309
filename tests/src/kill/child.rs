//! The kiosk's side: what it does, and the handle of the test that kills it.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use protocol::exchange::CommandId;

use crate::dice::Dice;
use crate::process::program;
use crate::unit::Unit;
use crate::work::Work;

/// Before the id of a command that has been committed.
const SAVED: &str = "saved ";

/// What the program `queue_child` does until it is killed: saves some commands, says each id
/// after its commit, exchanges, and begins again.
///
/// # Errors
/// Those of the vault. The network may fail as it likes.
pub fn run(folder: &Path, seed: u64) -> io::Result<()> {
    let mut unit = Unit::open(folder).map_err(io::Error::other)?;
    let identity = unit.identity().map_err(io::Error::other)?;
    let mut way = unit.way().map_err(io::Error::other)?;
    let mut dice = Dice::new(seed);
    let mut work = Work::new(seed ^ 0x5eed, "minato01", 0);
    let mut out = io::stdout().lock();
    loop {
        for _ in 0..dice.between(1, 12) {
            let made = unit.save(&mut work).map_err(io::Error::other)?;
            writeln!(out, "{SAVED}{}", made.id)?;
            out.flush()?;
        }
        let rows = usize::try_from(dice.between(1, 60)).unwrap_or(1);
        if let Err(problem) = unit.round(&mut way, &identity, rows) {
            writeln!(out, "exchange: {problem}")?;
        }
    }
}

/// A running `queue_child`.
pub struct QueueChild {
    child: Child,
    lines: Receiver<()>,
    reader: JoinHandle<Vec<String>>,
}

impl QueueChild {
    /// Starts one on the terminal in `folder`.
    ///
    /// # Errors
    /// When the program is not built or cannot be started.
    pub fn start(folder: &Path, seed: u64) -> io::Result<Self> {
        let mut child = Command::new(program("queue_child")?)
            .arg(folder)
            .arg(seed.to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut out = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (tell, lines) = channel();
        let reader = std::thread::spawn(move || {
            let mut said = Vec::new();
            let mut line = String::new();
            // A line without its end was not said.
            while matches!(out.read_line(&mut line), Ok(length) if length > 0 && line.ends_with('\n'))
            {
                said.push(line.trim_end().to_owned());
                line.clear();
                // The child may have been forgotten already.
                let _ = tell.send(());
            }
            said
        });
        Ok(Self {
            child,
            lines,
            reader,
        })
    }

    /// Lets it live for a time.
    pub fn live_for(&mut self, time: Duration) {
        self.live_until(u64::MAX, time);
    }

    /// Lets it live until it has said so many lines, but no longer than `limit`.
    pub fn live_until(&mut self, mut lines: u64, limit: Duration) {
        let end = Instant::now() + limit;
        while lines > 0 {
            match self
                .lines
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(()) => lines -= 1,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// `kill -9`; returns the ids it has acknowledged.
    ///
    /// # Errors
    /// When it had ended by itself: it never should.
    pub fn kill(mut self) -> io::Result<Vec<CommandId>> {
        let ended = self.child.try_wait()?;
        self.child.kill()?;
        self.child.wait()?;
        let said = self
            .reader
            .join()
            .map_err(|_| io::Error::other("the reader panicked"))?;
        if let Some(status) = ended {
            let tail = said.last().map_or("", String::as_str);
            return Err(io::Error::other(format!(
                "queue_child ended by itself: {status} {tail}"
            )));
        }
        said.iter()
            .filter_map(|line| line.strip_prefix(SAVED))
            .map(|id| {
                uuid::Uuid::parse_str(id)
                    .map(CommandId)
                    .map_err(io::Error::other)
            })
            .collect()
    }
}

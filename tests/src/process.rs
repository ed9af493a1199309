//! Children that die with the test, and their output line by line.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Most lines kept of a child that nobody reads.
const MAX_LINES: usize = 100_000;

/// A running program; killed when dropped.
pub struct Running {
    name: String,
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    /// Starts `command`; its standard output and error are read line by line.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(name: &str, command: &mut Command) -> io::Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (send, lines) = channel();
        let stdout = child.stdout.take().expect("stdout is piped");
        let stderr = child.stderr.take().expect("stderr is piped");
        let other = send.clone();
        std::thread::spawn(move || forward(BufReader::new(stdout), &send));
        std::thread::spawn(move || forward(BufReader::new(stderr), &other));
        Ok(Self {
            name: name.to_owned(),
            child,
            lines,
            seen: Vec::new(),
        })
    }

    /// The process, for its standard input.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for a line for which `wanted` holds, and returns it.
    ///
    /// # Errors
    /// The output so far, when the time is over or the program has ended.
    pub fn wait_for(
        &mut self,
        limit: Duration,
        mut wanted: impl FnMut(&str) -> bool,
    ) -> io::Result<String> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    if self.seen.len() < MAX_LINES {
                        self.seen.push(line.clone());
                    }
                    if wanted(&line) {
                        return Ok(line);
                    }
                }
                Err(ended) => {
                    let why = match ended {
                        RecvTimeoutError::Timeout => {
                            format!("the awaited line did not come within {limit:?}")
                        }
                        RecvTimeoutError::Disconnected => "it ended".to_owned(),
                    };
                    let (name, tail) = (self.name.clone(), self.tail());
                    return Err(io::Error::other(format!(
                        "{name}: {why}; last lines:\n{tail}"
                    )));
                }
            }
        }
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// The output so far, when the time is over.
    pub fn wait_for_end(&mut self, limit: Duration) -> io::Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if self.seen.len() < MAX_LINES => self.seen.push(line),
                Ok(_) => {}
                // Nobody writes any more.
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().map(drop),
                Err(RecvTimeoutError::Timeout) => {
                    let (name, tail) = (self.name.clone(), self.tail());
                    return Err(io::Error::other(format!(
                        "{name} did not end within {limit:?}; last lines:\n{tail}"
                    )));
                }
            }
        }
    }

    /// All lines so far.
    pub fn lines(&mut self) -> &[String] {
        while let Ok(line) = self.lines.try_recv() {
            if self.seen.len() < MAX_LINES {
                self.seen.push(line);
            }
        }
        &self.seen
    }

    /// The last lines so far, for a failure message.
    pub fn tail(&mut self) -> String {
        let lines = self.lines();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn forward(reader: impl BufRead, to: &std::sync::mpsc::Sender<String>) {
    for line in reader.lines() {
        let Ok(line) = line else { return };
        if to.send(line).is_err() {
            return;
        }
    }
}

/// A program of this workspace, built beside the running one.
///
/// # Errors
/// When it has not been built.
pub fn program(name: &str) -> io::Result<PathBuf> {
    let mut folder = std::env::current_exe()?;
    folder.pop();
    if folder.file_name() == Some(OsStr::new("deps")) {
        folder.pop();
    }
    let path = folder.join(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(io::Error::other(format!(
            "{} is not built: run `cargo build --workspace --bins` first",
            path.display()
        )))
    }
}

/// Runs a program to its end and returns its standard output.
///
/// # Errors
/// When it cannot be started or does not end well, with what it printed.
pub fn output(command: &mut Command) -> io::Result<String> {
    let done = command.output()?;
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    if done.status.success() {
        Ok(out)
    } else {
        Err(io::Error::other(format!(
            "{:?} ended with {}:\n{out}{}",
            command.get_program(),
            done.status,
            String::from_utf8_lossy(&done.stderr)
        )))
    }
}

/// Waits until `ready` says so.
///
/// # Errors
/// When the time is over, with what was waited for.
pub fn wait_until(what: &str, limit: Duration, mut ready: impl FnMut() -> bool) -> io::Result<()> {
    let end = Instant::now() + limit;
    while !ready() {
        if Instant::now() > end {
            return Err(io::Error::other(format!(
                "{what}: not ready within {limit:?}"
            )));
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    Ok(())
}

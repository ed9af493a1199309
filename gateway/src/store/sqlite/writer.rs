//! The one thread that writes: jobs that wait together share one commit, because the
//! disk's flush is what a commit costs.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::checkpoint::Checkpoints;
use super::contained;
use super::reopen::Files;
use crate::error::GatewayError;
use crate::store::{Done, Job};

/// Jobs that may wait; more are told [`GatewayError::Busy`].
const QUEUE: usize = 8_192;

/// Most jobs in one commit: a bound on what one flush makes the last of them wait.
const GROUP: usize = 256;

/// The writing thread's handle.
pub struct Writer {
    queue: Option<SyncSender<(Job, Done)>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(files: Files) -> Result<Self, GatewayError> {
        let open = Open::all(&files)?;
        let (queue, jobs) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&files, Some(open), &jobs))
            .map_err(|e| GatewayError::io("start", "store-writer", e))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Queues a job.
    pub fn submit(&self, job: Job, done: Done) {
        let queue = self.queue.as_ref().expect("open until dropped");
        match queue.try_send((job, done)) {
            Ok(()) => {}
            Err(TrySendError::Full((_, done)) | TrySendError::Disconnected((_, done))) => {
                done(Err(GatewayError::Busy));
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // A panic in the thread was reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// What the thread works with.
struct Open {
    conn: Connection,
    checkpoints: Checkpoints,
}

impl Open {
    fn all(files: &Files) -> Result<Self, GatewayError> {
        Ok(Self {
            conn: files.open()?,
            checkpoints: Checkpoints::start(files.open()?)?,
        })
    }
}

/// After an error of the disk nothing of what was open is used again: what the kernel could not
/// write it may have forgotten, and a file may be another one by now. The next group opens the
/// file anew; until that works everybody is told why it does not.
fn run(files: &Files, mut open: Option<Open>, jobs: &Receiver<(Job, Done)>) {
    let mut group = Vec::with_capacity(GROUP);
    while let Ok(first) = jobs.recv() {
        group.push(first);
        while group.len() < GROUP {
            match jobs.try_recv() {
                Ok(next) => group.push(next),
                Err(_) => break,
            }
        }
        let ready = match open.take() {
            Some(ready) => Ok(ready),
            None => files.renew().and_then(|()| Open::all(files)),
        };
        match ready {
            Ok(mut ready) => {
                if commit(&ready.conn, &mut group).is_err() {
                    tracing::error!("the disk failed; the store is opened anew");
                    continue;
                }
                ready.checkpoints.between_commits(&ready.conn);
                open = Some(ready);
            }
            Err(problem) => {
                tracing::error!(%problem, "the store cannot be opened");
                for (_, done) in group.drain(..) {
                    done(Err(problem.again()));
                }
            }
        }
    }
}

/// The disk failed under a commit.
struct DiskFailed;

/// Commits a group: each job in its own savepoint, so that one that fails takes back only
/// what it did itself. Everybody has been told when this returns.
fn commit(conn: &Connection, group: &mut Vec<(Job, Done)>) -> Result<(), DiskFailed> {
    if let Err(e) = execute(conn, "BEGIN IMMEDIATE") {
        let problem = GatewayError::from(e);
        for (_, done) in group.drain(..) {
            done(Err(problem.again()));
        }
        return judge([&problem]);
    }
    let mut outcomes = Vec::with_capacity(group.len());
    let mut lost = None;
    for (job, done) in group.drain(..) {
        let outcome = match &lost {
            None => run_one(conn, job),
            Some(_) => Err(GatewayError::Busy),
        };
        // A full disk can make SQLite take back the whole transaction by itself.
        if lost.is_none() && conn.is_autocommit() {
            lost = Some(
                outcome
                    .as_ref()
                    .err()
                    .map_or(GatewayError::Busy, GatewayError::again),
            );
        }
        outcomes.push((outcome, done));
    }
    // A commit over pages that a failed read or write left behind is worth nothing.
    let failed = outcomes
        .iter()
        .filter_map(|(outcome, _)| outcome.as_ref().err())
        .find(|problem| problem.is_of_the_disk());
    if lost.is_none() {
        lost = failed.map(GatewayError::again);
    }
    let committed = match lost {
        Some(problem) => Err(problem),
        None => execute(conn, "COMMIT").map_err(GatewayError::from),
    };
    let mut judged = judge(committed.as_ref().err());
    if committed.is_err()
        && !conn.is_autocommit()
        && let Err(error) = execute(conn, "ROLLBACK")
    {
        // The commit's own error is what everybody is told.
        tracing::error!(%error, "a transaction could not be taken back");
        judged = Err(DiskFailed);
    }
    for (outcome, done) in outcomes {
        done(match (&committed, outcome) {
            (_, Err(own)) => Err(own),
            (Ok(()), Ok(())) => Ok(()),
            (Err(problem), Ok(())) => Err(problem.again()),
        });
    }
    judged
}

fn judge<'a>(problems: impl IntoIterator<Item = &'a GatewayError>) -> Result<(), DiskFailed> {
    if problems.into_iter().any(GatewayError::is_of_the_disk) {
        return Err(DiskFailed);
    }
    Ok(())
}

fn run_one(conn: &Connection, job: Job) -> Result<(), GatewayError> {
    execute(conn, "SAVEPOINT one")?;
    let outcome = contained(conn, job);
    if outcome.is_err() && !conn.is_autocommit() {
        execute(conn, "ROLLBACK TO one")?;
    }
    if !conn.is_autocommit() {
        execute(conn, "RELEASE one")?;
    }
    outcome
}

fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([]).map(|_| ())
}

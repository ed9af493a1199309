//! The one thread that writes: jobs that wait together share one commit, because the
//! disk's flush is what a commit costs.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::checkpoint::Checkpoints;
use super::contained;
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
    pub fn start(conn: Connection, checkpoints: Checkpoints) -> Result<Self, GatewayError> {
        let (queue, jobs) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&conn, checkpoints, &jobs))
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

fn run(conn: &Connection, mut checkpoints: Checkpoints, jobs: &Receiver<(Job, Done)>) {
    let mut group = Vec::with_capacity(GROUP);
    while let Ok(first) = jobs.recv() {
        group.push(first);
        while group.len() < GROUP {
            match jobs.try_recv() {
                Ok(next) => group.push(next),
                Err(_) => break,
            }
        }
        commit(conn, &mut group);
        checkpoints.between_commits(conn);
    }
}

/// Commits a group: each job in its own savepoint, so that one that fails takes back only
/// what it did itself.
fn commit(conn: &Connection, group: &mut Vec<(Job, Done)>) {
    if let Err(e) = execute(conn, "BEGIN IMMEDIATE") {
        let problem = GatewayError::from(e);
        for (_, done) in group.drain(..) {
            done(Err(problem.again()));
        }
        return;
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
    let committed = match lost {
        Some(problem) => Err(problem),
        None => execute(conn, "COMMIT").map_err(GatewayError::from),
    };
    if committed.is_err() && !conn.is_autocommit() {
        // The commit's own error is what everybody is told.
        let _ = execute(conn, "ROLLBACK");
    }
    for (outcome, done) in outcomes {
        done(match (&committed, outcome) {
            (_, Err(own)) => Err(own),
            (Ok(()), Ok(())) => Ok(()),
            (Err(problem), Ok(())) => Err(problem.again()),
        });
    }
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

//! Folding the write-ahead log into the file beside the writer, not in its way.
//!
//! A checkpoint inside a commit makes everybody in that commit wait for tens of
//! milliseconds. So a thread with a connection of its own copies pages while the writer goes
//! on, and the writer only copies the few that are left, now and then, so that the log
//! can begin again from its start.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use crate::error::GatewayError;

/// Rows changed between two rounds.
const ROWS_BETWEEN: u64 = 4_000;

/// Pages of the log (4 KiB each) from which on it is to begin again from its start.
const RESTART_PAGES: i64 = 4_000;

/// The writer's side.
pub struct Checkpoints {
    wake: Option<SyncSender<()>>,
    restart: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    rows_then: u64,
}

impl Checkpoints {
    /// Starts the thread with a connection of its own.
    pub fn start(conn: Connection) -> Result<Self, GatewayError> {
        let (wake, woken) = sync_channel(1);
        let restart = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&restart);
        let thread = std::thread::Builder::new()
            .name("store-keeper".to_owned())
            .spawn(move || run(&conn, &woken, &flag))
            .map_err(|e| GatewayError::io("start", "store-keeper", e))?;
        Ok(Self {
            wake: Some(wake),
            restart,
            thread: Some(thread),
            rows_then: 0,
        })
    }

    /// Called by the writer between two commits.
    pub fn between_commits(&mut self, conn: &Connection) {
        let rows = conn.total_changes();
        if rows.saturating_sub(self.rows_then) >= ROWS_BETWEEN
            && let Some(wake) = &self.wake
        {
            self.rows_then = rows;
            // Full: it is at work already, and looks at everything there is.
            let _ = wake.try_send(());
        }
        if self.restart.swap(false, Ordering::AcqRel) {
            pages_of_the_log(conn);
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            // A panic in the thread was reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

fn run(conn: &Connection, woken: &Receiver<()>, restart: &AtomicBool) {
    while woken.recv().is_ok() {
        if pages_of_the_log(conn) >= RESTART_PAGES {
            restart.store(true, Ordering::Release);
        }
    }
}

/// Copies what can be copied without making anybody wait; says how long the log is. A
/// failure loses nothing: the log stays, and the next round tries again.
fn pages_of_the_log(conn: &Connection) -> i64 {
    let checkpoint = conn
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
        .and_then(|mut statement| statement.query_row([], |row| row.get("log")));
    checkpoint.unwrap_or_else(|error| {
        tracing::warn!(%error, "the log was not folded in");
        0
    })
}

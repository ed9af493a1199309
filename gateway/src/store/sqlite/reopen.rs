//! Opening the store anew after the disk failed.
//!
//! A flush that failed may have made the kernel forget what it was to write, and SQLite's own
//! pages may be ahead of the file. So everything that was open is dropped, and the file counts
//! again when what is in its log was written into it, flushed, and read.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::{GROUPED_CHECKPOINT_PAGES, open_for_writing};
use crate::error::GatewayError;

/// Connections that only look, kept for the next look.
pub(super) type Readers = Arc<Mutex<Vec<Connection>>>;

/// Where the store lies, and how it is opened for a thread that commits in groups.
pub(super) struct Files {
    /// The file.
    pub(super) file: PathBuf,
    /// Most bytes of it.
    pub(super) bound: u64,
    /// What is open beside the writer.
    pub(super) readers: Readers,
}

impl Files {
    /// One connection for writing.
    pub(super) fn open(&self) -> Result<Connection, GatewayError> {
        let conn = open_for_writing(&self.file)?;
        let page: i64 = conn.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        let pages = self.bound / u64::try_from(page).unwrap_or(u64::MAX).max(1);
        // SQLite's own bound is 2^32 - 2 pages.
        let pages = u32::try_from(pages).unwrap_or(u32::MAX - 1).max(1);
        conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        conn.pragma_update(None, "wal_autocheckpoint", GROUPED_CHECKPOINT_PAGES)?;
        Ok(conn)
    }

    /// Makes the file whole again: nothing that was open stays open, the log is folded in and
    /// flushed, and the tables can be read.
    ///
    /// # Errors
    /// The disk's, while it still fails; [`GatewayError::Busy`] while somebody still looks at
    /// the old log; [`GatewayError::Damaged`] for a file that is not whole, which is left as it
    /// is.
    pub(super) fn renew(&self) -> Result<(), GatewayError> {
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        settle(&self.open()?)
    }
}

/// Folds the log in, flushes it, and looks whether the tables are there.
pub(super) fn settle(conn: &Connection) -> Result<(), GatewayError> {
    let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy != 0 {
        return Err(GatewayError::Busy);
    }
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let names: Vec<String> = conn
        .prepare(tables)?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        // The first row of each; a whole check of a large file would keep everybody waiting.
        conn.prepare(&format!("SELECT * FROM \"{name}\" LIMIT 1"))?
            .query([])?
            .next()?;
    }
    Ok(())
}

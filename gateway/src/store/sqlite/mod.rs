//! The built-in store: one SQLite file, no server.
//!
//! WAL with `synchronous=FULL`: a commit that returned is on the disk. The command line
//! opens the same file while the gateway serves. Two ways to write: [`SqliteStore::grouped`]
//! for serving (one thread, many jobs share one commit) and [`SqliteStore::direct`] for the
//! command line and for simulations (the caller's thread, one commit a job).

mod accounts;
mod cases;
mod checkpoint;
mod commands;
mod devices;
mod feed;
mod files;
mod offices;
mod provisioning;
mod releases;
mod reopen;
mod requests;
mod schema;
mod value;
mod whole;
mod writer;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::GatewayError;
use crate::private;
use crate::store::{Done, Job, Store};

/// How long a process waits for another one's write.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Prepared statements kept for each connection.
const STATEMENTS: usize = 128;

/// Connections kept open for looking.
const READERS: usize = 4;

/// Pages of the write-ahead log (4 KiB each) after which a commit folds it into the file.
const CHECKPOINT_PAGES: u32 = 4_000;

/// The same for the grouped store, where [`checkpoint`] does it beside the commits: a bound
/// for when that cannot keep up.
const GROUPED_CHECKPOINT_PAGES: u32 = 50_000;

/// Memory for pages, in KiB.
const CACHE_KIB: i32 = 65_536;

/// The rows of one transaction.
struct SqliteTx<'c> {
    conn: &'c Connection,
}

/// A store in one SQLite file.
pub struct SqliteStore {
    file: PathBuf,
    writing: Writing,
    readers: reopen::Readers,
}

enum Writing {
    /// Nothing is open after the disk failed, until the next job.
    Direct(Mutex<Option<Connection>>),
    Grouped(writer::Writer),
}

impl SqliteStore {
    /// Opens the file, making it if needed; every job is committed on the caller's thread.
    ///
    /// # Errors
    /// A foreign or damaged file, or one that cannot be opened.
    pub fn direct(file: &Path) -> Result<Self, GatewayError> {
        let conn = open_for_writing(file)?;
        let writing = Writing::Direct(Mutex::new(Some(conn)));
        Ok(Self::new(file, writing, Arc::default()))
    }

    /// Opens the file, making it if needed, and starts the thread that commits jobs in groups.
    ///
    /// # Errors
    /// As [`SqliteStore::direct`].
    pub fn grouped(file: &Path) -> Result<Self, GatewayError> {
        Self::grouped_within(file, u64::MAX)
    }

    /// As [`SqliteStore::grouped`], with a bound on the file's size: at the bound a change
    /// is refused with [`GatewayError::Full`], and what was committed stays.
    ///
    /// # Errors
    /// As [`SqliteStore::direct`].
    pub fn grouped_within(file: &Path, bytes: u64) -> Result<Self, GatewayError> {
        let readers = reopen::Readers::default();
        let writer = writer::Writer::start(reopen::Files {
            file: file.to_owned(),
            bound: bytes,
            readers: Arc::clone(&readers),
        })?;
        Ok(Self::new(file, Writing::Grouped(writer), readers))
    }

    /// Looks through the whole file, which may take minutes and changes nothing.
    ///
    /// # Errors
    /// [`GatewayError::Damaged`] for a file that is not whole, not ours, or empty.
    pub fn look_through(file: &Path) -> Result<(), GatewayError> {
        whole::look_through(file)
    }

    fn new(file: &Path, writing: Writing, readers: reopen::Readers) -> Self {
        Self {
            file: file.to_owned(),
            writing,
            readers,
        }
    }

    fn kept_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> Result<Connection, GatewayError> {
        if let Some(conn) = self.kept_readers().pop() {
            return Ok(conn);
        }
        let conn = Connection::open_with_flags(
            &self.file,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        conn.busy_timeout(BUSY_WAIT)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(conn)
    }
}

impl SqliteStore {
    fn commit_directly(&self, open: &mut Option<Connection>, job: Job) -> Result<(), GatewayError> {
        let conn = match open.take() {
            Some(conn) => conn,
            None => {
                self.kept_readers().clear();
                let conn = open_for_writing(&self.file)?;
                reopen::settle(&conn)?;
                conn
            }
        };
        let outcome = commit_one(&conn, job);
        let failed = outcome.as_ref().is_err_and(GatewayError::is_of_the_disk);
        if !failed && conn.is_autocommit() {
            *open = Some(conn);
        }
        outcome
    }
}

impl Store for SqliteStore {
    fn submit(&self, job: Job, done: Done) {
        match &self.writing {
            Writing::Grouped(writer) => writer.submit(job, done),
            Writing::Direct(conn) => {
                let mut conn = conn.lock().unwrap_or_else(PoisonError::into_inner);
                done(self.commit_directly(&mut conn, job));
            }
        }
    }

    fn look(&self, job: Job) -> Result<(), GatewayError> {
        let conn = self.reader()?;
        conn.execute_batch("BEGIN")?;
        let outcome = job(&mut SqliteTx { conn: &conn });
        conn.execute_batch("ROLLBACK")?;
        if outcome.as_ref().is_err_and(GatewayError::is_of_the_disk) {
            // Not looked through again.
            return outcome;
        }
        let mut readers = self.kept_readers();
        if readers.len() < READERS {
            readers.push(conn);
        }
        outcome
    }

    fn copy_to(&self, file: &Path) -> Result<(), GatewayError> {
        if file.exists() {
            return Err(GatewayError::Input(format!(
                "{} exists already; a backup never overwrites",
                file.display()
            )));
        }
        let from = self.reader()?;
        private::own_file(file)?;
        let mut to = Connection::open(file)?;
        {
            let backup = rusqlite::backup::Backup::new(&from, &mut to)?;
            // All pages in one step: a copy in several starts again at every write beside it.
            match backup.step(-1)? {
                rusqlite::backup::StepResult::Done => {}
                _ => return Err(GatewayError::Busy),
            }
        }
        // The copy carries the WAL mark; one file is what the operator carries away.
        to.pragma_update(None, "journal_mode", "DELETE")?;
        to.close().map_err(|(_, e)| e)?;
        // Terminals forget what is in a backup: a damaged one must not count as one.
        if let Err(error) = whole::look_through(file) {
            std::fs::remove_file(file).map_err(|e| GatewayError::io("remove", file, e))?;
            return Err(error);
        }
        std::fs::File::open(file)
            .and_then(|copy| copy.sync_all())
            .map_err(|e| GatewayError::io("sync", file, e))
    }
}

/// Opens the file for writing and brings it to this build's tables.
fn open_for_writing(file: &Path) -> Result<Connection, GatewayError> {
    // SQLite gives the files beside it the same mode when it makes them.
    private::own_file(file)?;
    for ending in ["-wal", "-shm"] {
        let mut beside = file.as_os_str().to_owned();
        beside.push(ending);
        private::close_file(Path::new(&beside))?;
    }
    let mut conn = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            // One thread at a time has it anyway.
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    conn.busy_timeout(BUSY_WAIT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // Savepoints of large jobs would otherwise spill into files.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    schema::migrate(&mut conn)?;
    Ok(conn)
}

/// Runs a job so that a panic in it ends that job alone. Nothing of it survives that could be
/// half done: the caller takes back its transaction, and the rest of a job is its own.
fn contained(conn: &Connection, job: Job) -> Result<(), GatewayError> {
    let run = AssertUnwindSafe(|| job(&mut SqliteTx { conn }));
    std::panic::catch_unwind(run).unwrap_or(Err(GatewayError::Defect))
}

fn commit_one(conn: &Connection, job: Job) -> Result<(), GatewayError> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let outcome = contained(conn, job).and_then(|()| Ok(conn.execute_batch("COMMIT")?));
    if outcome.is_err() && !conn.is_autocommit() {
        // Nothing to add: the job's own error is what the caller must hear.
        let _ = conn.execute_batch("ROLLBACK");
    }
    outcome
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use super::*;
    use crate::store::{conformance, read, write};

    #[test]
    fn the_direct_store_keeps_every_promise_of_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::direct(&folder.path().join("a.sqlite")).unwrap();
        conformance::check(&store, &folder.path().join("copy.sqlite"));
    }

    #[test]
    fn the_grouped_store_keeps_every_promise_of_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::grouped(&folder.path().join("a.sqlite")).unwrap();
        conformance::check(&store, &folder.path().join("copy.sqlite"));
    }

    #[test]
    fn a_foreign_database_is_refused_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("foreign.sqlite");
        let conn = Connection::open(&file).unwrap();
        conn.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
            .unwrap();
        drop(conn);
        assert!(SqliteStore::direct(&file).is_err());
        let conn = Connection::open(&file).unwrap();
        let kept: i64 = conn
            .query_row("SELECT count(*) FROM theirs", [], |row| row.get(0))
            .unwrap();
        assert_eq!(kept, 1);
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("letter.txt");
        let text = "これはデータベースではない。".repeat(100);
        std::fs::write(&file, &text).unwrap();
        assert!(SqliteStore::direct(&file).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }

    #[test]
    fn at_its_bound_the_store_refuses_and_keeps_exactly_what_it_said_it_has() {
        const BOUND: u64 = 400 * 1024;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.sqlite");
        let store = SqliteStore::grouped_within(&file, BOUND).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        for n in 0..20_u64 {
            write(&store, move |tx| tx.add_command(1, &receipt(n), "x")).unwrap();
            told.lock().unwrap().push((n, true));
        }
        for n in 20..600_u64 {
            let told = Arc::clone(&told);
            let body = "x".repeat(4_000);
            store.submit(
                Box::new(move |tx| tx.add_command(1, &receipt(n), &body)),
                Box::new(move |outcome| told.lock().unwrap().push((n, outcome.is_ok()))),
            );
        }
        drop(store);
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 600);
        assert!(told.iter().any(|(_, kept)| *kept), "nothing went in");
        assert!(
            told.iter().any(|(_, kept)| !*kept),
            "the bound did not hold"
        );

        // With room again, what was refused goes in beside what was kept.
        let store = SqliteStore::direct(&file).unwrap();
        for (n, kept) in told.iter().copied() {
            let id = receipt(n).id;
            let held = read(&store, move |tx| tx.receipt(1, &id)).unwrap();
            assert_eq!(held.is_some(), kept, "{n}");
        }
        write(&store, |tx| tx.add_command(1, &receipt(9_999), "")).unwrap();
    }

    fn receipt(n: u64) -> protocol::exchange::Receipt {
        protocol::exchange::Receipt {
            id: protocol::exchange::CommandId(uuid::Uuid::from_u64_pair(7, n)),
            body: protocol::exchange::Sha256Digest::of(b""),
            seq: n,
            received_at: protocol::calendar::Timestamp::from_unix_ms(1),
            outcome: protocol::exchange::Outcome::Accepted,
        }
    }

    #[test]
    fn a_writer_that_stops_has_finished_everything_it_was_given() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.sqlite");
        let store = SqliteStore::grouped(&file).unwrap();
        let told = Arc::new(Mutex::new(0));
        for n in 0..200 {
            let told = Arc::clone(&told);
            store.submit(
                Box::new(move |tx| {
                    let number = protocol::number::OfficeNumber::parse("9970000015").unwrap();
                    let now = protocol::calendar::Timestamp::from_unix_ms(n);
                    tx.put_office(&number, &n.to_string(), &[], now)
                }),
                Box::new(move |outcome| {
                    outcome.unwrap();
                    *told.lock().unwrap() += 1;
                }),
            );
        }
        drop(store);
        assert_eq!(*told.lock().unwrap(), 200);
    }
}

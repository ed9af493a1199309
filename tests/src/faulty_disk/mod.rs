//! A disk that fails now and then: every n-th write, flush or truncation of a database.
//!
//! [`install`] puts a layer under every SQLite file that this process opens from then on. It is
//! for a test program of its own, because the layer stays until the process ends.

mod flushes;
mod vfs;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi;

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `ENOSPC`: half of the bytes are written.
    NoSpace,
    /// `EIO`: half of the bytes are written, or nothing is flushed.
    Broken,
    /// `EIO` at flushes only.
    Unflushed,
}

/// The layer. One test holds it at a time.
pub struct FaultyDisk(#[allow(dead_code, reason = "held, never read")] MutexGuard<'static, ()>);

/// Every how many calls one fails; 0 is never.
static EVERY: AtomicU64 = AtomicU64::new(0);
/// Calls since the plan began.
static CALLS: AtomicU64 = AtomicU64::new(0);
/// Calls that failed since the plan began.
static FAILED: AtomicU64 = AtomicU64::new(0);
/// SQLite's code for a failed write; a failed flush has its own.
static CODE: AtomicI32 = AtomicI32::new(0);

/// Puts the layer in place, once, and takes it for the caller.
#[must_use]
pub fn install() -> FaultyDisk {
    static LAYER: OnceLock<()> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    LAYER.get_or_init(vfs::register);
    FaultyDisk(turn)
}

impl FaultyDisk {
    /// From now on every `every`-th call fails.
    pub fn fail(&self, every: u64, fault: Fault) {
        let code = match fault {
            Fault::NoSpace => ffi::SQLITE_FULL,
            Fault::Broken => ffi::SQLITE_IOERR_WRITE,
            Fault::Unflushed => ffi::SQLITE_OK,
        };
        CODE.store(code, Ordering::SeqCst);
        CALLS.store(0, Ordering::SeqCst);
        FAILED.store(0, Ordering::SeqCst);
        EVERY.store(every, Ordering::SeqCst);
    }

    /// From now on notes what the disk really holds, for [`FaultyDisk::power_cut`]: what was
    /// written before a failed flush is not on it.
    pub fn record(&self) {
        flushes::record(true);
    }

    /// Copies the files in `folder` to `to` as a power cut would leave them now. Returns how many
    /// writes are missing there.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn power_cut(&self, folder: &Path, to: &Path) -> io::Result<usize> {
        flushes::power_cut(folder, to)
    }

    /// Does `work` on a disk that is well; the plan goes on afterwards where it was.
    pub fn without_faults<T>(&self, work: impl FnOnce() -> T) -> T {
        let every = EVERY.swap(0, Ordering::SeqCst);
        let done = work();
        EVERY.store(every, Ordering::SeqCst);
        done
    }

    /// From now on the disk is well. Returns how many calls have failed.
    pub fn mend(&self) -> u64 {
        EVERY.store(0, Ordering::SeqCst);
        FAILED.load(Ordering::SeqCst)
    }
}

impl Drop for FaultyDisk {
    fn drop(&mut self) {
        self.mend();
        flushes::record(false);
    }
}

/// Whether this call is one that fails, and with which code for a write.
fn due(is_flush: bool) -> Option<i32> {
    let every = EVERY.load(Ordering::SeqCst);
    let flushes_only = CODE.load(Ordering::SeqCst) == ffi::SQLITE_OK;
    if every == 0 || (flushes_only && !is_flush) {
        return None;
    }
    let call = CALLS.fetch_add(1, Ordering::SeqCst) + 1;
    call.is_multiple_of(every).then(|| {
        FAILED.fetch_add(1, Ordering::SeqCst);
        CODE.load(Ordering::SeqCst)
    })
}

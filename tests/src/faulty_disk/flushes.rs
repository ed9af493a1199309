//! What a disk really holds when flushes fail: a kernel that could not write a page may forget
//! that it is dirty. It reads well until the power goes, and no later flush writes it.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that were overwritten.
struct Piece {
    at: u64,
    old: Vec<u8>,
}

#[derive(Default)]
struct Writes {
    /// Since the last flush that was tried.
    waiting: Vec<Piece>,
    /// Before a flush that failed.
    forgotten: Vec<Piece>,
}

/// By file; `None` while nobody records.
static FILES: Mutex<Option<HashMap<PathBuf, Writes>>> = Mutex::new(None);

fn files() -> MutexGuard<'static, Option<HashMap<PathBuf, Writes>>> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn record(on: bool) {
    *files() = on.then(HashMap::new);
}

pub(super) fn is_recording() -> bool {
    files().is_some()
}

/// `old` is overwritten at `at`.
pub(super) fn written(file: &Path, at: u64, old: Vec<u8>) {
    of(file, |writes| {
        let end = at + old.len() as u64;
        // Written anew is dirty anew.
        writes
            .forgotten
            .retain(|piece| piece.at < at || piece.at + piece.old.len() as u64 > end);
        writes.waiting.push(Piece { at, old });
    });
}

pub(super) fn flushed(file: &Path, well: bool) {
    of(file, |writes| {
        let waiting = std::mem::take(&mut writes.waiting);
        if !well {
            writes.forgotten.extend(waiting);
        }
    });
}

pub(super) fn truncated(file: &Path, size: u64) {
    of(file, |writes| {
        writes.waiting.retain(|piece| piece.at < size);
        writes.forgotten.retain(|piece| piece.at < size);
    });
}

/// Copies what the disk holds of the files in `folder` to `to`. Returns how many writes are
/// missing there.
pub(super) fn power_cut(folder: &Path, to: &Path) -> io::Result<usize> {
    let files = files();
    let mut missing = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        // The shared memory of the log is memory.
        if !path.is_file() || name.to_string_lossy().ends_with("-shm") {
            continue;
        }
        let mut bytes = fs::read(&path)?;
        if let Some(writes) = files.as_ref().and_then(|files| files.get(&path)) {
            let lost = writes.waiting.iter().rev();
            for piece in lost.chain(writes.forgotten.iter().rev()) {
                missing += 1;
                let start = usize::try_from(piece.at).unwrap_or(usize::MAX);
                for (byte, old) in bytes.iter_mut().skip(start).zip(&piece.old) {
                    *byte = *old;
                }
            }
        }
        fs::write(to.join(name), bytes)?;
    }
    // A copy that others can read is refused.
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if copy.exists() {
            fs::set_permissions(copy, entry.metadata()?.permissions())?;
        }
    }
    Ok(missing)
}

fn of(file: &Path, change: impl FnOnce(&mut Writes)) {
    if let Some(files) = files().as_mut() {
        change(files.entry(file.to_owned()).or_default());
    }
}

//! Files as they are read and written here: bounded, and whole or not at all.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::error::Problem;

/// Largest text file that a person writes for this tool, in bytes.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// A file that cannot be read or is larger.
pub fn read_bounded(path: &Path, limit: usize) -> Result<Vec<u8>, Problem> {
    let failed = |source| Problem::file("read", path, source);
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(failed)?
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > limit {
        let source = std::io::Error::from(std::io::ErrorKind::FileTooLarge);
        return Err(failed(source));
    }
    Ok(bytes)
}

/// Reads a text file of at most [`MAX_TEXT_BYTES`].
///
/// # Errors
/// A file that cannot be read, is larger, or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Problem> {
    let bytes = read_bounded(path, MAX_TEXT_BYTES)?;
    String::from_utf8(bytes).map_err(|_| Problem::ConfigSyntax {
        line: 1,
        what: format!("{} is not UTF-8", path.display()),
    })
}

/// Writes a file so that after a power cut either the old or the new one is there. Only its
/// owner can read it.
///
/// # Errors
/// Those of the file system.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    write(path, bytes, 0o600)
}

/// Tries whether [`write_whole`] could write that file, without touching one that is there.
///
/// # Errors
/// Those of the file system.
pub fn try_whole(path: &Path) -> Result<(), Problem> {
    let failed = |source| Problem::file("write", path, source);
    if path.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    let beside = beside(path);
    fs::write(&beside, b"")
        .and_then(|()| fs::remove_file(&beside))
        .map_err(failed)
}

/// The same as [`write_whole`] for what is handed on, such as the description of an image.
///
/// # Errors
/// Those of the file system.
pub fn write_public(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    write(path, bytes, 0o644)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Problem> {
    let failed = |source| Problem::file("write", path, source);
    let beside = beside(path);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&beside)
        .map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path))
        .and_then(|()| File::open(folder_of(path))?.sync_all())
        .map_err(failed)
}

/// Writes a new file that only its owner can read: it is there whole or not at all, and one that
/// is there already stays.
///
/// # Errors
/// [`std::io::ErrorKind::AlreadyExists`]; those of the file system.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    // Two threads or programs may make the same file at once.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}-{count}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let mut options = fs::OpenOptions::new();
    let made = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            put_in_place(&beside, path)?;
            File::open(folder_of(path))?.sync_all()
        });
    made.map_err(|source| {
        // What was tried is the one to tell.
        let _ = fs::remove_file(&beside);
        Problem::file("write", path, source)
    })
}

/// Gives a file its name unless another one has it.
fn put_in_place(from: &Path, to: &Path) -> std::io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // File systems on a network have no such call, and know links; a stick has no links.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        done => done.map_err(std::io::Error::from),
    }
}

/// Where a file is written before it takes its place.
fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    PathBuf::from(beside)
}

/// The folder a file lies in.
#[must_use]
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Size of a file in bytes.
///
/// # Errors
/// A file that is not there.
pub fn file_bytes(path: &Path) -> Result<u64, Problem> {
    fs::metadata(path)
        .map(|metadata| metadata.len())
        .map_err(|source| Problem::file("read", path, source))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn of_many_that_make_the_same_new_file_one_does_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new");
        let made = std::thread::scope(|scope| {
            let (file, tries) = (&file, 0..8_u8);
            let tries: Vec<_> = tries
                .map(|n| scope.spawn(move || write_new(file, &[n; 4096]).is_ok().then_some(n)))
                .collect();
            let made = tries.into_iter().filter_map(|t| t.join().unwrap());
            made.collect::<Vec<_>>()
        });
        assert_eq!(made.len(), 1);
        assert_eq!(fs::read(&file).unwrap(), [made[0]; 4096]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

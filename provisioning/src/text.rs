//! Files as they are read and written here: bounded, and whole or not at all.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

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
    let failed = |source| Problem::file("write", path, source);
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path))
        .and_then(|()| File::open(folder_of(path))?.sync_all())
        .map_err(failed)
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

//! Files and folders that only the gateway's own user can read: what lies in them is personal
//! data, or the key to it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::error::GatewayError;

/// Mode of a folder.
const FOLDER: u32 = 0o700;

/// Mode of a file.
const FILE: u32 = 0o600;

/// Makes a folder, and those above it that are missing. One that is there stays as it is: it may
/// be somebody's home.
pub fn make_folder(folder: &Path) -> Result<(), GatewayError> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER)
        .create(folder)
        .map_err(|e| GatewayError::io("make", folder, e))
}

/// Makes a folder that is wholly ours, and closes one that is open to others.
pub fn own_folder(folder: &Path) -> Result<(), GatewayError> {
    make_folder(folder)?;
    close(folder, FOLDER).map_err(|e| GatewayError::io("close to others", folder, e))
}

/// Makes an empty file unless it is there, and closes one that is open to others.
pub fn own_file(file: &Path) -> Result<(), GatewayError> {
    options()
        .open(file)
        .and_then(|_| close(file, FILE))
        .map_err(|e| GatewayError::io("make", file, e))
}

/// Closes a file that is open to others, if it is there.
pub fn close_file(file: &Path) -> Result<(), GatewayError> {
    match close(file, FILE) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            Err(GatewayError::io("close to others", file, e))
        }
        _ => Ok(()),
    }
}

/// Opens a file for reading and writing, making it if needed.
pub fn open(file: &Path) -> io::Result<File> {
    options().read(true).open(file)
}

/// Writes a file, replacing what was in it.
pub fn write(file: &Path, content: &[u8]) -> Result<(), GatewayError> {
    let fail = |e| GatewayError::io("write", file, e);
    let mut open = options().truncate(true).open(file).map_err(fail)?;
    close(file, FILE).map_err(fail)?;
    open.write_all(content).map_err(fail)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(FILE);
    options
}

fn close(path: &Path, mode: u32) -> io::Result<()> {
    let found = std::fs::metadata(path)?.permissions().mode();
    if found & 0o077 == 0 {
        return Ok(());
    }
    std::fs::set_permissions(path, Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_closed_to_others_and_what_was_open_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let ours = folder.path().join("a/b");
        make_folder(&ours).unwrap();
        assert_eq!(mode(&ours), FOLDER);
        let file = ours.join("kept");
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        std::fs::set_permissions(&ours, Permissions::from_mode(0o755)).unwrap();
        make_folder(&ours).unwrap();
        assert_eq!(mode(&ours), 0o755, "somebody else's folder");
        own_folder(&ours).unwrap();
        own_file(&file).unwrap();
        assert_eq!((mode(&ours), mode(&file)), (FOLDER, FILE));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
        write(&file, b"new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        write(&ours.join("another"), b"new").unwrap();
        assert_eq!(mode(&ours.join("another")), FILE);
        close_file(&ours.join("nowhere")).unwrap();
    }
}

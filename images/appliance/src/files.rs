//! Files that are written whole or not at all, through to the disk.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::Fault;

/// Writes a file of the system's; its folder is made when it is not there.
///
/// # Errors
/// [`Fault::Io`]; the file is then what it was.
pub fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), Fault> {
    write_for(path, content, mode, None)
}

/// As [`write()`], for an account and its group of this number; it is theirs before it can be
/// seen under its name.
///
/// # Errors
/// As [`write()`].
pub fn write_for(path: &Path, content: &[u8], mode: u32, owner: Option<u32>) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let new = path.with_extension("new");
    (|| {
        fs::create_dir_all(folder)?;
        let _ = fs::remove_file(&new);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&new)?;
        if owner.is_some() {
            std::os::unix::fs::fchown(&file, owner, owner)?;
        }
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(folder)?.sync_all()
    })()
    .map_err(Fault::at(path))
}

/// Takes a file away for good. One that is not there is gone already.
///
/// # Errors
/// [`Fault::Io`].
pub fn remove(path: &Path) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    match fs::remove_file(path) {
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(why),
        Ok(()) => File::open(folder).and_then(|folder| folder.sync_all()),
    }
    .map_err(Fault::at(path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_has_its_mode_also_over_what_a_cut_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/record.json");
        write(&path, b"old", 0o644).expect("written");
        fs::write(path.with_extension("new"), b"half of").expect("written");
        write(&path, b"new", 0o600).expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!path.with_extension("new").exists());
        remove(&path).expect("gone");
        remove(&path).expect("gone already");
        assert!(!path.exists());
    }
}

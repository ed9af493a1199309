//! Backups: one database file, and beside it the encrypted files it needs.

use std::path::{Path, PathBuf};

use crate::blob::Blobs;
use crate::error::GatewayError;
use crate::private;
use crate::store::sqlite::SqliteStore;
use crate::store::{self, Store};

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackedUp {
    /// Terminals whose commands are in it.
    pub devices: u64,
    /// Files beside it.
    pub files: u64,
}

/// Writes a backup and, once it is durable, lets the terminals forget what is in it
/// (`durable_up_to`). Beside `FILE` a folder `FILE.blobs` receives the encrypted files; those
/// already there from an earlier backup are not copied again. Only their owner can read them.
///
/// To restore: put the file in the gateway's folder as `gateway.sqlite` and the folder as
/// `blobs`. The terminals notice that numbers went back, and send the gap again.
///
/// # Errors
/// A file that exists, or a disk that fails; nothing is called durable then.
pub fn backup(store: &dyn Store, blobs: &Blobs, file: &Path) -> Result<BackedUp, GatewayError> {
    store.copy_to(file)?;
    let copy = SqliteStore::direct(file)?;
    let (marks, needed) = store::read(&copy, |tx| {
        let devices = tx.devices(None)?;
        let marks: Vec<_> = devices.iter().map(|d| (d.id.clone(), d.seq)).collect();
        Ok((marks, tx.blobs()?))
    })?;
    drop(copy);
    let folder = blob_folder(file);
    private::own_folder(&folder)?;
    for blob in &needed {
        blobs.copy_to(blob.name, &folder)?;
    }
    sync_folder(&folder)?;
    sync_folder(
        file.parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new(".")),
    )?;
    let backed_up = BackedUp {
        devices: marks.len() as u64,
        files: needed.len() as u64,
    };
    store::write(store, move |tx| {
        for (id, seq) in &marks {
            if let Some(device) = tx.device(id)? {
                tx.set_backed_up(device.key, *seq)?;
            }
        }
        Ok(())
    })?;
    Ok(backed_up)
}

fn blob_folder(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".blobs");
    PathBuf::from(name)
}

fn sync_folder(folder: &Path) -> Result<(), GatewayError> {
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|e| GatewayError::io("sync", folder, e))
}

//! The configuration partition: a small FAT file system with one file, changed in memory.

use std::io::{Cursor, Read as _, Write as _};

use fatfs::{FileSystem, FsOptions};
use protocol::provisioning::device::{DeviceConfig, FILE_NAME};
use zeroize::Zeroizing;

use crate::error::Problem;

/// Largest file that is read from a card, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// First lines of the file, for whoever opens it on another machine.
const HEADING: &str = "# Which unit this card is for. Read, and the token taken out, at the first boot.\n\
     # この端末の設定です。初回起動時に読み込まれ、トークンは消去されます。\n\n";

/// Puts a unit's configuration into the partition, in place of any that is there. The same
/// unit gives the same bytes.
///
/// # Errors
/// A partition that is no FAT file system, or too small.
pub fn write(partition: &mut [u8], unit: &DeviceConfig) -> Result<(), Problem> {
    let text = toml::to_string(unit)
        .map(Zeroizing::new)
        .map_err(|_| Problem::ImagePartition("the configuration cannot be written as TOML"))?;
    let failed = |_| Problem::ImagePartition("it is no FAT file system, or too small");
    let disk = FileSystem::new(Cursor::new(partition), FsOptions::new()).map_err(failed)?;
    {
        let mut file = disk.root_dir().create_file(FILE_NAME).map_err(failed)?;
        file.truncate().map_err(failed)?;
        file.write_all(HEADING.as_bytes()).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.flush().map_err(failed)?;
    }
    disk.unmount().map_err(failed)
}

/// Reads a unit's configuration from the partition; `None` when there is none.
///
/// # Errors
/// A partition that is no FAT file system, or a file that is no configuration.
pub fn read(partition: &mut [u8]) -> Result<Option<DeviceConfig>, Problem> {
    let failed = |_| Problem::ImagePartition("it is no FAT file system");
    let options = FsOptions::new().update_accessed_date(false);
    let disk = FileSystem::new(Cursor::new(partition), options).map_err(failed)?;
    let Ok(file) = disk.root_dir().open_file(FILE_NAME) else {
        return Ok(None);
    };
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE_BYTES)
        .read_to_string(&mut text)
        .map_err(failed)?;
    let unit: DeviceConfig = toml::from_str(&text)
        .map_err(|_| Problem::ImagePartition("device.toml is not one of this version"))?;
    unit.check()
        .map_err(|_| Problem::ImagePartition("device.toml holds a value that cannot be"))?;
    Ok(Some(unit))
}

//! The initrd of the disk image, started in an emulator of this machine's own kind.
//!
//! Kernel, busybox and tools are this machine's Debian; the initrd's script, the program
//! `appliance`, the table of partitions, `state.list`, and the way a root is packed and sealed
//! are the image's own. A small root stands for the real one: its `systemd` tells what it finds
//! ([`found`]) and switches off.

pub mod disk;
pub mod emulator;
pub mod found;
pub mod key;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{output, program};

/// What a start needs, made by `tests/bin/boot-parts`.
pub struct Parts {
    folder: PathBuf,
    _lock: File,
}

impl Parts {
    /// Makes everything in a folder, which keeps the unpacked packages for the next time.
    /// Whoever else wants the same folder waits.
    ///
    /// # Errors
    /// When `appliance` is not built; what is missing on this machine, and how to get it.
    pub fn make(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.lock()?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bin/boot-parts");
        output(Command::new(script).arg(program("appliance")?).arg(folder))?;
        Ok(Self {
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    /// Where they lie; runs put their disks there, too.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A disk that was never started, with the root in slot A.
    #[must_use]
    pub fn flashed(&self) -> PathBuf {
        self.folder.join("disk.img")
    }

    /// The root alone, with its tree of hashes.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.join("root.img")
    }
}

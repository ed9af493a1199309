//! What this machine keeps, in one folder that only its owner can read.
//!
//! ```text
//! STATE/station.key    signs records; made at the first use
//! STATE/log.jsonl      every run, hash-chained
//! STATE/journals/      what unfinished runs have written
//! STATE/records/       signed records, one file a card
//! ```

pub mod log;
mod record;

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use protocol::calendar::Timestamp;

pub use log::{Entry, Event, Log};

use crate::error::Problem;
use crate::seal::SigningKey;

/// The folder of one machine.
#[derive(Debug, Clone)]
pub struct Station {
    folder: PathBuf,
}

impl Station {
    /// Opens the folder, and makes what is missing in it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        for folder in [
            folder.to_owned(),
            folder.join("journals"),
            folder.join("records"),
        ] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .map_err(|source| Problem::file("make", &folder, source))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Where journals lie.
    #[must_use]
    pub fn journals(&self) -> PathBuf {
        self.folder.join("journals")
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> Log {
        Log::at(&self.folder.join("log.jsonl"))
    }

    /// The key that signs records.
    ///
    /// # Errors
    /// A key that cannot be read or made.
    pub fn key(&self) -> Result<SigningKey, Problem> {
        let file = self.folder.join("station.key");
        if file.exists() {
            return SigningKey::load(&file);
        }
        match SigningKey::create(&file) {
            // Another run of the same batch made it in between.
            Err(_) if file.exists() => SigningKey::load(&file),
            made => made,
        }
    }
}

/// The machine's time.
#[must_use]
pub fn now() -> Timestamp {
    let ms = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        });
    Timestamp::from_unix_ms(ms)
}

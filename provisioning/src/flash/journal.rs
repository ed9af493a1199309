//! What an unfinished run has written, so that the next one need not write it again.
//!
//! One file a card: its first line says which card and image, each further line the
//! beginnings of pieces that were synced. It is a hint only: every piece it names is read from
//! the card and compared before it is believed, so a torn last line or another card that
//! tells the same serial costs time and nothing else.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use protocol::exchange::Sha256Digest;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::seal::sha256;
use crate::text;

/// Largest journal that is read, in bytes: the largest image has 16,384 pieces.
const MAX_BYTES: usize = 4 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    image: Sha256Digest,
    card: String,
    bytes: u64,
}

/// The journal of one card.
pub struct Journal {
    path: PathBuf,
    file: File,
    written: Vec<u64>,
    resumed: bool,
}

impl Journal {
    /// Begins a journal, or with `resume` takes up the one that is there.
    ///
    /// # Errors
    /// [`Problem::ResumeUnknown`] when there is none for this card and image.
    pub fn open(
        folder: &Path,
        image: Sha256Digest,
        card: &str,
        bytes: u64,
        resume: bool,
    ) -> Result<Self, Problem> {
        let head = Head {
            image,
            card: card.to_owned(),
            bytes,
        };
        let name = sha256(format!("{card}\n{bytes}").as_bytes()).to_string();
        let path = folder.join(format!("{}.jsonl", &name[..16]));
        let failed = |source| Problem::file("write", &path, source);
        let written = match resume {
            true => read(&path, &head)?,
            false => Vec::new(),
        };
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed)?;
        if !resume {
            file.set_len(0).map_err(failed)?;
            let line = serde_json::to_string(&head).expect("a head is plain JSON");
            writeln!(file, "{line}")
                .and_then(|()| file.sync_all())
                .map_err(failed)?;
        }
        Ok(Self {
            path,
            file,
            written,
            resumed: resume,
        })
    }

    /// Whether an earlier run is gone on with.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Whether an earlier run wrote the piece that begins there.
    #[must_use]
    pub fn was_written(&self, offset: u64) -> bool {
        self.written.contains(&offset)
    }

    /// Remembers pieces that are on the card.
    ///
    /// # Errors
    /// Those of the file.
    pub fn written(&mut self, offsets: &[u64]) -> Result<(), Problem> {
        let line = serde_json::to_string(offsets).expect("numbers are plain JSON");
        writeln!(self.file, "{line}")
            .and_then(|()| self.file.sync_data())
            .map_err(|source| Problem::file("write", &self.path, source))
    }

    /// Forgets the card: it is finished.
    ///
    /// # Errors
    /// Those of the file.
    pub fn close(self) -> Result<(), Problem> {
        fs::remove_file(&self.path).map_err(|source| Problem::file("remove", &self.path, source))
    }
}

fn read(path: &Path, expected: &Head) -> Result<Vec<u64>, Problem> {
    let Ok(bytes) = text::read_bounded(path, MAX_BYTES) else {
        return Err(Problem::ResumeUnknown);
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let head = lines
        .next()
        .and_then(|line| serde_json::from_str::<Head>(line).ok());
    if head.as_ref() != Some(expected) {
        return Err(Problem::ResumeUnknown);
    }
    Ok(lines
        .filter_map(|line| serde_json::from_str::<Vec<u64>>(line).ok())
        .flatten()
        .collect())
}

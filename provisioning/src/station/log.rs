//! The hash-chained log: each line carries the digest of the one before, so that an edit, a
//! gap or another order is found. What is cut off at the end is found by whoever has noted
//! the last digest, which `provision log verify` prints.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;
use protocol::provisioning::{UnitSerial, Version};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::Problem;
use crate::seal::sha256;

/// Largest log in bytes: some 100,000 cards.
pub const MAX_LOG_BYTES: u64 = 64 * 1024 * 1024;

/// What happened. No token (only its digest, of 100 random bits), no passphrase, no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A card is about to be written.
    Began {
        /// Serial of the unit.
        serial: UnitSerial,
        /// 事業所番号.
        office: OfficeNumber,
        /// Serial of the card.
        card: String,
        /// The image.
        image: Sha256Digest,
        /// Digest of the one-time token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Sha256Digest>,
    },
    /// A card was written and read back.
    Flashed {
        /// Serial of the unit.
        serial: UnitSerial,
        /// Serial of the card.
        card: String,
        /// The image.
        image: Sha256Digest,
        /// Its version.
        version: Version,
        /// How long it took, in ms.
        took_ms: u64,
    },
    /// A card was not finished.
    Failed {
        /// Serial of the unit.
        serial: UnitSerial,
        /// Serial of the card.
        card: String,
        /// Why.
        code: ProblemCode,
    },
    /// A finished card is about to get a new configuration of the same unit.
    Renewing {
        /// Serial of the unit.
        serial: UnitSerial,
        /// Serial of the card.
        card: String,
        /// Digest of the one-time token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Sha256Digest>,
    },
    /// A card was compared with an image.
    Verified {
        /// Serial of the card.
        card: String,
        /// The image.
        image: Sha256Digest,
        /// Why it is not good; nothing when it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<ProblemCode>,
    },
    /// It has got it.
    Renewed {
        /// Serial of the unit.
        serial: UnitSerial,
        /// Serial of the card.
        card: String,
    },
    /// A label or an enrolment sheet was printed.
    Printed {
        /// Serial of the unit.
        serial: UnitSerial,
        /// `label` or `sheet`.
        kind: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    entry: Box<RawValue>,
    hash: Sha256Digest,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Number, from 1.
    pub n: u64,
    /// When.
    pub at: Timestamp,
    /// Digest of the entry before; zeros for the first.
    pub previous: Sha256Digest,
    /// What happened.
    pub event: Event,
}

/// The end of a whole log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Entries.
    pub entries: u64,
    /// Digest of the last one; zeros when there is none.
    pub hash: Sha256Digest,
}

impl Head {
    /// Of a log without entries.
    const EMPTY: Self = Self {
        entries: 0,
        hash: Sha256Digest([0; 32]),
    };
}

/// The log.
#[derive(Debug, Clone)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    /// The log in that file.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Adds an entry, on the disk when this returns, and gives its number. Several programs
    /// may do so at once.
    ///
    /// # Errors
    /// A log whose end is not whole, or the file system's.
    pub fn append(&self, at: Timestamp, event: Event) -> Result<u64, Problem> {
        let mut file = self.open_alone()?;
        let text = self.heal(&mut file)?;
        let head = match text.lines().last() {
            None => Head::EMPTY,
            Some(last) => {
                let (entry, hash) = parse(last, text.lines().count())?;
                Head {
                    entries: entry.n,
                    hash,
                }
            }
        };
        self.add(&mut file, head, at, event)
    }

    /// Adds an entry unless what stands in the log already speaks against it: nobody else adds
    /// one in between.
    ///
    /// # Errors
    /// The objection; as [`Self::append`] and [`Self::verify`].
    pub fn append_unless(
        &self,
        at: Timestamp,
        event: Event,
        objection: impl FnOnce(&[(Entry, Sha256Digest)]) -> Result<(), Problem>,
    ) -> Result<u64, Problem> {
        let mut file = self.open_alone()?;
        let entries = chained(&self.heal(&mut file)?)?;
        objection(&entries)?;
        self.add(&mut file, head(&entries), at, event)
    }

    /// Opens the file for this program alone, until it is closed.
    fn open_alone(&self) -> Result<File, Problem> {
        let failed = |source| Problem::file("write", &self.path, source);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(failed)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|e| failed(e.into()))?;
        Ok(file)
    }

    /// Takes away a last line that was cut, and gives the rest.
    fn heal(&self, file: &mut File) -> Result<String, Problem> {
        let (text, cut) = self.read(file)?;
        if cut {
            file.set_len(text.len() as u64)
                .map_err(|source| Problem::file("write", &self.path, source))?;
        }
        Ok(text)
    }

    fn add(
        &self,
        file: &mut File,
        head: Head,
        at: Timestamp,
        event: Event,
    ) -> Result<u64, Problem> {
        let entry = Entry {
            n: head.entries + 1,
            at,
            previous: head.hash,
            event,
        };
        let entry_text = serde_json::to_string(&entry).expect("an entry is plain JSON");
        let hash = sha256(entry_text.as_bytes());
        let line = format!("{{\"entry\":{entry_text},\"hash\":\"{hash}\"}}\n");
        file.write_all(line.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(|source| Problem::file("write", &self.path, source))?;
        Ok(entry.n)
    }

    /// Checks the whole log.
    ///
    /// # Errors
    /// [`Problem::LogBroken`] names the first line that does not follow.
    pub fn verify(&self) -> Result<Head, Problem> {
        Ok(head(&self.entries()?))
    }

    /// All entries, each checked against the one before. A last line that was cut, or is being
    /// written, is none yet: the next entry takes its place.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub fn entries(&self) -> Result<Vec<(Entry, Sha256Digest)>, Problem> {
        let failed = |source| Problem::file("read", &self.path, source);
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        flock(&file, FlockOperation::LockShared).map_err(|e| failed(e.into()))?;
        let (text, _) = self.read(&mut file)?;
        chained(&text)
    }

    /// All whole lines, and whether something stands behind them: what was cut by a power cut
    /// was never acknowledged.
    fn read(&self, file: &mut File) -> Result<(String, bool), Problem> {
        let failed = |source| Problem::file("read", &self.path, source);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let read = file.take(MAX_LOG_BYTES).read_to_end(&mut bytes);
        if read.map_err(failed)? as u64 == MAX_LOG_BYTES {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |end| end + 1);
        let cut = whole < bytes.len();
        bytes.truncate(whole);
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            Problem::LogBroken {
                line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
                what: "it is no text",
            }
        })?;
        Ok((text, cut))
    }
}

/// The end of a log with those entries.
fn head(entries: &[(Entry, Sha256Digest)]) -> Head {
    entries.last().map_or(Head::EMPTY, |(entry, hash)| Head {
        entries: entry.n,
        hash: *hash,
    })
}

/// The entries of a text, each checked against the one before.
fn chained(text: &str) -> Result<Vec<(Entry, Sha256Digest)>, Problem> {
    let mut entries: Vec<(Entry, Sha256Digest)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let (entry, hash) = parse(line, index + 1)?;
        let broken = |what| {
            Err(Problem::LogBroken {
                line: index + 1,
                what,
            })
        };
        if entry.n != index as u64 + 1 {
            return broken("an entry is missing, or the order is another");
        }
        if entry.previous != head(&entries).hash {
            return broken("it does not follow the entry before");
        }
        entries.push((entry, hash));
    }
    Ok(entries)
}

fn parse(line: &str, number: usize) -> Result<(Entry, Sha256Digest), Problem> {
    let broken = |what| Problem::LogBroken { line: number, what };
    let line: Line = serde_json::from_str(line).map_err(|_| broken("it is no entry"))?;
    if sha256(line.entry.get().as_bytes()) != line.hash {
        return Err(broken("it was changed"));
    }
    let entry = serde_json::from_str(line.entry.get()).map_err(|_| broken("it is no entry"))?;
    Ok((entry, line.hash))
}

#[cfg(test)]
mod tests;

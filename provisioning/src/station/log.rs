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
        let failed = |source| Problem::file("write", &self.path, source);
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(failed)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|e| failed(e.into()))?;
        let mut text = self.read(&mut file)?;
        // A line that was cut by a power cut was never acknowledged.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed)?;
            text.truncate(whole);
        }
        let head = match text.lines().last() {
            None => Head {
                entries: 0,
                hash: Sha256Digest([0; 32]),
            },
            Some(last) => {
                let line = text.lines().count();
                let (entry, hash) = parse(last, line)?;
                Head {
                    entries: entry.n,
                    hash,
                }
            }
        };
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
            .map_err(failed)?;
        Ok(entry.n)
    }

    /// Checks the whole log.
    ///
    /// # Errors
    /// [`Problem::LogBroken`] names the first line that does not follow.
    pub fn verify(&self) -> Result<Head, Problem> {
        let mut head = Head {
            entries: 0,
            hash: Sha256Digest([0; 32]),
        };
        for (entry, hash) in self.entries()? {
            head = Head {
                entries: entry.n,
                hash,
            };
        }
        Ok(head)
    }

    /// All entries, each checked against the one before.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub fn entries(&self) -> Result<Vec<(Entry, Sha256Digest)>, Problem> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Problem::file("read", &self.path, error)),
        };
        let text = self.read(&mut file)?;
        let mut previous = Sha256Digest([0; 32]);
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
            if entry.previous != previous {
                return broken("it does not follow the entry before");
            }
            previous = hash;
            entries.push((entry, hash));
        }
        if !text.is_empty() && !text.ends_with('\n') {
            return Err(Problem::LogBroken {
                line: entries.len(),
                what: "the last line is cut",
            });
        }
        Ok(entries)
    }

    fn read(&self, file: &mut File) -> Result<String, Problem> {
        let failed = |source| Problem::file("read", &self.path, source);
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let read = file.take(MAX_LOG_BYTES).read_to_string(&mut text);
        if read.map_err(failed)? as u64 == MAX_LOG_BYTES {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        Ok(text)
    }
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn three(folder: &Path) -> (Log, Vec<String>) {
        let log = Log::at(&folder.join("log.jsonl"));
        for n in 1..=3 {
            let event = Event::Printed {
                serial: UnitSerial::parse(&format!("U-{n}")).unwrap(),
                kind: "label".to_owned(),
            };
            assert_eq!(
                log.append(Timestamp::from_unix_ms(n), event).unwrap(),
                n as u64
            );
        }
        let text = fs::read_to_string(folder.join("log.jsonl")).unwrap();
        (log, text.lines().map(str::to_owned).collect())
    }

    fn broken_at(folder: &Path, log: &Log, lines: &[&str]) -> usize {
        fs::write(folder.join("log.jsonl"), lines.join("\n") + "\n").unwrap();
        match log.verify().unwrap_err() {
            Problem::LogBroken { line, .. } => line,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn an_edit_a_gap_and_another_order_are_found_at_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let (log, lines) = three(folder.path());
        assert_eq!(log.verify().unwrap().entries, 3);
        let [a, b, c] = [&lines[0], &lines[1], &lines[2]].map(String::as_str);
        let edited = b.replace("U-2", "U-9");
        let at = folder.path();
        assert_eq!(broken_at(at, &log, &[a, &edited, c]), 2);
        assert_eq!(broken_at(at, &log, &[a, c]), 2);
        assert_eq!(broken_at(at, &log, &[b, c]), 1);
        assert_eq!(broken_at(at, &log, &[a, c, b]), 2);
    }

    #[test]
    fn a_line_that_was_cut_by_a_power_cut_does_not_stop_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let (log, lines) = three(folder.path());
        let cut = format!("{}\n{}\n{}", lines[0], lines[1], &lines[2][..20]);
        fs::write(folder.path().join("log.jsonl"), cut).unwrap();
        assert!(log.verify().is_err());
        let event = Event::Printed {
            serial: UnitSerial::parse("U-4").unwrap(),
            kind: "sheet".to_owned(),
        };
        assert_eq!(log.append(Timestamp::from_unix_ms(4), event).unwrap(), 3);
        assert_eq!(log.verify().unwrap().entries, 3);
    }
}

//! The chain: canonical bytes, hash, verification.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use protocol::calendar::Timestamp;
use protocol::exchange::{AuditHead, Sha256Digest};
use rusqlite::{Connection, OptionalExtension as _, Row};
use sha2::{Digest as _, Sha256};

use super::{AuditEntry, head, unsigned};
use crate::error::Problem;

/// First byte of the canonical form.
const FORM: u8 = 1;

/// The log verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Entries that were checked.
    pub entries: u64,
    /// First of them.
    pub first: u64,
    /// Last of them.
    pub last: u64,
    /// Counter-signatures that were compared with their entries.
    pub seals: u64,
}

/// The first place at which the log does not verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Number of the entry.
    pub entry: u64,
    /// What is wrong there.
    pub kind: BreakKind,
}

/// What is wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakKind {
    /// The entry is missing.
    Gap,
    /// The entry was changed.
    Edited,
    /// The entry stands at another entry's place.
    Reordered,
    /// The gateway counter-signed another entry under this number.
    SealDiffers,
    /// The log ends before its head.
    CutShort,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            BreakKind::Gap => "is missing",
            BreakKind::Edited => "was changed",
            BreakKind::Reordered => "stands at another entry's place",
            BreakKind::SealDiffers => "is not the one the gateway counter-signed",
            BreakKind::CutShort => "is the last, though the log's head is further on",
        };
        write!(f, "entry {} {what}", self.entry)
    }
}

/// Checks the whole log and names the first gap, edit or reorder.
///
/// # Errors
/// [`Problem::AuditBroken`], or those of the vault.
pub fn verify(connection: &Connection) -> Result<Verified, Problem> {
    let anchor = anchor(connection)?;
    let (mut number, mut hash_before) =
        anchor.map_or((0, [0; 32]), |anchor| (anchor.entry, anchor.hash.0));
    let first = number + 1;
    let mut statement = connection.prepare(
        "SELECT entry, at_ms, trusted, boot_id, boot_ms, staff, event, hash
         FROM audit ORDER BY entry",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let found = entry(row)?;
        number += 1;
        if found.entry != number {
            return broken(number, BreakKind::Gap);
        }
        if found.hash != hash(hash_before, &found) {
            return broken(number, why(connection, hash_before, &found)?);
        }
        hash_before = found.hash;
    }
    drop(rows);
    let seals = seals(connection, first, number)?;
    match head(connection)? {
        Some(head) if head.entry > number => broken(number, BreakKind::CutShort),
        Some(head) if head.entry != number || head.hash.0 != hash_before => {
            broken(number, BreakKind::Edited)
        }
        None if number > 0 => broken(number, BreakKind::Edited),
        _ => Ok(Verified {
            entries: number + 1 - first,
            first,
            last: number,
            seals,
        }),
    }
}

/// SHA-256 over the hash before and the entry's canonical bytes: each field with its
/// length in front, so that no two entries have the same bytes.
pub(super) fn hash(before: [u8; 32], entry: &AuditEntry) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update([FORM]);
    sha.update(before);
    sha.update(entry.entry.to_be_bytes());
    sha.update(entry.at.unix_ms().to_be_bytes());
    sha.update([u8::from(entry.trusted)]);
    sha.update(entry.boot_id);
    sha.update(
        u64::try_from(entry.boot.as_millis())
            .unwrap_or(u64::MAX)
            .to_be_bytes(),
    );
    sha.update([u8::from(entry.staff.is_some())]);
    for text in [entry.staff.as_deref().unwrap_or(""), &entry.event] {
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    }
    sha.finalize().into()
}

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    Ok(AuditEntry {
        entry: unsigned(row.get(0)?),
        at: Timestamp::from_unix_ms(row.get(1)?),
        trusted: row.get(2)?,
        boot_id: row.get(3)?,
        boot: Duration::from_millis(unsigned(row.get(4)?)),
        staff: row.get(5)?,
        event: row.get(6)?,
        hash: row.get(7)?,
    })
}

fn anchor(connection: &Connection) -> Result<Option<AuditHead>, Problem> {
    Ok(connection
        .query_row("SELECT entry, hash FROM audit_anchor", [], |row| {
            Ok(AuditHead {
                entry: unsigned(row.get(0)?),
                hash: Sha256Digest(row.get(1)?),
            })
        })
        .optional()?)
}

/// An entry whose hash is wrong was moved if its own hash belongs to its content at
/// another number, and edited otherwise.
fn why(
    connection: &Connection,
    before: [u8; 32],
    found: &AuditEntry,
) -> Result<BreakKind, Problem> {
    let mut hashes: BTreeMap<u64, [u8; 32]> = connection
        .prepare("SELECT entry, hash FROM audit")?
        .query_map([], |row| Ok((unsigned(row.get(0)?), row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if let Some(anchor) = anchor(connection)? {
        hashes.insert(anchor.entry, anchor.hash.0);
    } else {
        hashes.insert(0, [0; 32]);
    }
    let mut elsewhere = found.clone();
    for number in hashes.keys().copied() {
        elsewhere.entry = number;
        // The entry before it, or where that one is after neighbours changed places.
        let near = hashes.range(number.saturating_sub(1)..=number + 1);
        for candidate in near.map(|(_, hash)| hash).chain([&before]) {
            if hash(*candidate, &elsewhere) == found.hash {
                return Ok(BreakKind::Reordered);
            }
        }
    }
    Ok(BreakKind::Edited)
}

/// Compares each counter-signature with its entry.
fn seals(connection: &Connection, first: u64, last: u64) -> Result<u64, Problem> {
    let mut statement = connection.prepare(
        "SELECT s.entry, s.hash = a.hash FROM audit_seal s
         LEFT JOIN audit a ON a.entry = s.entry ORDER BY s.entry",
    )?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let number = unsigned(row.get(0)?);
        if number < first {
            continue;
        }
        match row.get::<_, Option<bool>>(1)? {
            Some(true) => count += 1,
            Some(false) => return broken(number, BreakKind::SealDiffers),
            None => return broken(last + 1, BreakKind::Gap),
        }
    }
    Ok(count)
}

fn broken<T>(entry: u64, kind: BreakKind) -> Result<T, Problem> {
    Err(Problem::AuditBroken(Break { entry, kind }))
}

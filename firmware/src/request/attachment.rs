//! Scans: contracts and the 介護支援専門員証, by hash, each under a key of its own.

use std::collections::HashSet;
use std::time::Duration;

use protocol::calendar::Date;
use protocol::exchange::{MAX_FILE_BYTES, Sha256Digest};
use protocol::number::UserId;
use protocol::person::Attachment;
use protocol::problem::ProblemCode;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::media;
use crate::clock::Now;
use crate::entropy::Entropy;
use crate::error::Problem;
use crate::expiry::{Deadline, reading};
use crate::outbox::Bound;
use crate::sealed::{self, FileId};
use crate::sync::AttachmentSource;
use crate::vault::Vault;

/// Most bytes of all files in the vault together.
pub const MAX_TOTAL_BYTES: u64 = 500_000_000;

/// How long a scan that no draft, no waiting command and no licence needs is kept: as long as
/// a refused request can still be corrected with it.
pub const KEPT: Duration = Duration::from_secs(60 * 24 * 3600);

/// Takes a file into the vault, encrypted; the same content again changes nothing.
///
/// # Errors
/// [`ProblemCode::AttachmentTooLarge`] above 10 MB, [`ProblemCode::AttachmentType`] when the
/// content is not a whole PNG, JPEG or PDF, [`Problem::OutboxQuota`] when the vault's place for
/// files is full, and those of the vault.
pub fn take(
    vault: &mut Vault,
    now: &Now,
    entropy: &mut dyn Entropy,
    bytes: &[u8],
) -> Result<Attachment, Problem> {
    let size = bytes.len() as u64;
    if size > MAX_FILE_BYTES {
        return Err(Problem::Refused(ProblemCode::AttachmentTooLarge));
    }
    let media = media::of(bytes).ok_or(Problem::Refused(ProblemCode::AttachmentType))?;
    let attachment = Attachment {
        sha256: Sha256Digest::of(bytes),
        size,
        media,
    };
    vault.write(|tx| {
        let end = Deadline::new(now.wall + KEPT, now.wall, now, reading(tx, now)?);
        if is_here(tx, attachment.sha256)? {
            tx.execute(
                "UPDATE attachment SET delete_wall_ms = ?2, delete_lived_ms = ?3 WHERE sha256 = ?1",
                params![attachment.sha256.0, end.wall_ms, end.lived_ms],
            )?;
            return Ok(());
        }
        if sealed::total_bytes(tx)? + size > MAX_TOTAL_BYTES {
            return Err(Problem::OutboxQuota(Bound::Bytes));
        }
        let mut file: FileId = [0; 16];
        entropy.fill(&mut file);
        sealed::start(tx, file, entropy)?;
        sealed::append(tx, file, 0, bytes)?;
        tx.execute(
            "INSERT INTO attachment(sha256, file, body, delete_wall_ms, delete_lived_ms)
             VALUES(?1, ?2, ?3, ?4, ?5)",
            params![
                attachment.sha256.0,
                file,
                serde_json::to_string(&attachment)
                    .map_err(|_| Problem::VaultStatement("an attachment".into()))?,
                end.wall_ms,
                end.lived_ms
            ],
        )?;
        Ok(())
    })?;
    Ok(attachment)
}

/// Whether the content is here.
///
/// # Errors
/// Those of the vault.
pub fn is_here(connection: &Connection, sha256: Sha256Digest) -> Result<bool, Problem> {
    Ok(file_of(connection, sha256)?.is_some())
}

/// The bytes of attachments, for their upload.
#[derive(Debug, Default, Clone, Copy)]
pub struct Attachments;

impl AttachmentSource for Attachments {
    fn size(
        &mut self,
        connection: &Connection,
        sha256: Sha256Digest,
    ) -> Result<Option<u64>, Problem> {
        match file_of(connection, sha256)? {
            Some(file) => sealed::length(connection, file),
            None => Ok(None),
        }
    }

    fn read(
        &mut self,
        connection: &Connection,
        sha256: Sha256Digest,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<u8>, Problem> {
        let file =
            file_of(connection, sha256)?.ok_or(Problem::Refused(ProblemCode::AttachmentMissing))?;
        sealed::read(connection, file, offset, limit).map(|bytes| bytes.to_vec())
    }
}

/// Keeps the scan of a member's 介護支援専門員証, in place of an earlier one.
pub(super) fn set_qualification(
    tx: &Transaction<'_>,
    staff: &UserId,
    scan: &Attachment,
    expires_on: Option<Date>,
) -> Result<(), Problem> {
    if !is_here(tx, scan.sha256)? {
        return Err(Problem::Refused(ProblemCode::AttachmentMissing));
    }
    tx.execute(
        "INSERT INTO qualification(staff, body, expires_on) VALUES(?1, ?2, ?3)
         ON CONFLICT(staff) DO UPDATE SET body = excluded.body, expires_on = excluded.expires_on",
        params![
            staff.as_str(),
            serde_json::to_string(scan)
                .map_err(|_| Problem::VaultStatement("an attachment".into()))?,
            expires_on.map(|date| date.to_string())
        ],
    )?;
    Ok(())
}

/// The scan of a member's 介護支援専門員証 and its last day, if they are here.
pub(super) fn qualification(
    connection: &Connection,
    staff: &UserId,
) -> Result<(Option<Attachment>, Option<Date>), Problem> {
    let kept: Option<(String, Option<String>)> = connection
        .prepare_cached("SELECT body, expires_on FROM qualification WHERE staff = ?1")?
        .query_row(params![staff.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((body, expires_on)) = kept else {
        return Ok((None, None));
    };
    let scan: Option<Attachment> = serde_json::from_str(&body).ok();
    let here = match &scan {
        Some(scan) => is_here(connection, scan.sha256)?,
        None => false,
    };
    Ok((
        scan.filter(|_| here),
        expires_on.and_then(|date| Date::parse(&date).ok()),
    ))
}

/// Destroys scans past their time that nothing needs any more. Returns how many.
///
/// # Errors
/// Those of the vault.
pub fn sweep(tx: &Transaction<'_>, now: &Now) -> Result<u32, Problem> {
    let reading = reading(tx, now)?;
    let due: Vec<([u8; 32], FileId)> = tx
        .prepare_cached(
            "SELECT sha256, file FROM attachment
             WHERE delete_wall_ms <= ?1 OR delete_lived_ms <= ?2",
        )?
        .query_map(params![reading.wall_ms, reading.lived_ms], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    if due.is_empty() {
        return Ok(0);
    }
    let needed = needed(tx)?;
    let mut gone = 0;
    for (sha256, file) in due {
        if needed.contains(&Sha256Digest(sha256)) {
            continue;
        }
        sealed::destroy(tx, file)?;
        tx.execute("DELETE FROM attachment WHERE sha256 = ?1", params![sha256])?;
        gone += 1;
    }
    Ok(gone)
}

/// What drafts, licences and commands that may be sent again need.
fn needed(tx: &Transaction<'_>) -> Result<HashSet<Sha256Digest>, Problem> {
    let mut needed = crate::outbox::needed_attachments(tx)?;
    for slot in [super::Slot::New, super::Slot::Correction] {
        let people = super::draft::subjects(tx, slot)?;
        needed.extend(
            people
                .iter()
                .filter_map(|one| one.contract.as_ref())
                .map(|c| c.sha256),
        );
    }
    let bodies: Vec<String> = tx
        .prepare("SELECT body FROM qualification")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    needed.extend(
        bodies
            .iter()
            .filter_map(|body| serde_json::from_str::<Attachment>(body).ok())
            .map(|scan| scan.sha256),
    );
    Ok(needed)
}

fn file_of(connection: &Connection, sha256: Sha256Digest) -> Result<Option<FileId>, Problem> {
    Ok(connection
        .prepare_cached("SELECT file FROM attachment WHERE sha256 = ?1")?
        .query_row(params![sha256.0], |row| row.get(0))
        .optional()?)
}

use protocol::answer::DocumentOffer;
use protocol::calendar::Timestamp;
use protocol::exchange::{DocumentId, Sha256Digest};
use protocol::number::OfficeNumber;
use rusqlite::{OptionalExtension, Row, params};

use super::SqliteTx;
use super::value::{
    from_json, get_blob, get_document_id, get_hash, get_time, get_time_or_none, get_u64, number,
    office, to_json,
};
use crate::blob::BlobRef;
use crate::error::GatewayError;
use crate::store::{Attachment, Document, DocumentTime, FileRows};

impl FileRows for SqliteTx<'_> {
    fn attachment(
        &mut self,
        office: &OfficeNumber,
        sha256: &Sha256Digest,
    ) -> Result<Option<Attachment>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM attachments WHERE office = ?1 AND hash = ?2")?
            .query_row(params![office.as_str(), sha256.0], |row| {
                Ok(attachment(row))
            })
            .optional()?
            .transpose()
    }

    fn put_attachment(&mut self, attachment: &Attachment) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO attachments
                     (office, hash, size, held, media, blob, blob_key, touched_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                attachment.office.as_str(),
                attachment.sha256.0,
                number(attachment.size),
                number(attachment.held),
                attachment.media.as_ref().map(to_json).transpose()?,
                attachment.blob.name.as_bytes(),
                attachment.blob.key,
                attachment.touched_at.unix_ms(),
            ])?;
        Ok(())
    }

    fn touch_attachment(
        &mut self,
        office: &OfficeNumber,
        sha256: &Sha256Digest,
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "UPDATE attachments SET touched_at = max(touched_at, ?3)
                 WHERE office = ?1 AND hash = ?2",
            )?
            .execute(params![office.as_str(), sha256.0, now.unix_ms()])?;
        Ok(())
    }

    fn drop_attachment(
        &mut self,
        office: &OfficeNumber,
        sha256: &Sha256Digest,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("DELETE FROM attachments WHERE office = ?1 AND hash = ?2")?
            .execute(params![office.as_str(), sha256.0])?;
        Ok(())
    }

    fn attachment_bytes(&mut self, office: &OfficeNumber) -> Result<u64, GatewayError> {
        let bytes: i64 = self
            .conn
            .prepare_cached("SELECT coalesce(sum(size), 0) FROM attachments WHERE office = ?1")?
            .query_row([office.as_str()], |row| row.get(0))?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    }

    fn stale_attachments(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Attachment>, GatewayError> {
        // A request names an attachment by its hash in hexadecimal digits. Few are stale and few
        // requests open, so the bodies of these are simply searched.
        self.conn
            .prepare_cached(
                "SELECT * FROM attachments WHERE touched_at < ?1 AND NOT EXISTS
                     (SELECT 1 FROM requests WHERE open AND requests.office = attachments.office
                          AND instr(requests.body, lower(hex(attachments.hash))) > 0)
                 ORDER BY touched_at LIMIT ?2",
            )?
            .query_map(params![before.unix_ms(), limit], |row| Ok(attachment(row)))?
            .map(|row| row?)
            .collect()
    }

    fn add_document(&mut self, document: &Document) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO documents
                     (id, office, subject, offer, delivered_at, deadline, blob, blob_key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                document.offer.document.0.as_bytes(),
                document.office.as_str(),
                document.subject,
                to_json(&document.offer)?,
                document.offer.delivered_at.unix_ms(),
                document.offer.deadline.unix_ms(),
                document.blob.as_ref().map(|blob| *blob.name.as_bytes()),
                document.blob.as_ref().map(|blob| blob.key),
            ])?;
        Ok(())
    }

    fn document(&mut self, id: &DocumentId) -> Result<Option<Document>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM documents WHERE id = ?1")?
            .query_row([id.0.as_bytes()], |row| Ok(document(row)))
            .optional()?
            .transpose()
    }

    fn documents(&mut self, limit: u32) -> Result<Vec<Document>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM documents ORDER BY delivered_at DESC LIMIT ?1")?
            .query_map([limit], |row| Ok(document(row)))?
            .map(|row| row?)
            .collect()
    }

    fn mark_document(
        &mut self,
        id: &DocumentId,
        which: DocumentTime,
        at: Timestamp,
    ) -> Result<(), GatewayError> {
        let sql = match which {
            DocumentTime::Received => {
                "UPDATE documents SET received_at = coalesce(received_at, ?2) WHERE id = ?1"
            }
            DocumentTime::Opened => {
                "UPDATE documents SET opened_at = coalesce(opened_at, ?2) WHERE id = ?1"
            }
            DocumentTime::Destroyed => {
                "UPDATE documents SET destroyed_at = coalesce(destroyed_at, ?2) WHERE id = ?1"
            }
        };
        self.conn
            .prepare_cached(sql)?
            .execute(params![id.0.as_bytes(), at.unix_ms()])?;
        Ok(())
    }

    fn due_documents(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Document>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT * FROM documents WHERE deadline <= ?1 AND blob IS NOT NULL
                 ORDER BY deadline LIMIT ?2",
            )?
            .query_map(params![now.unix_ms(), limit], |row| Ok(document(row)))?
            .map(|row| row?)
            .collect()
    }

    fn living_documents(
        &mut self,
        office: &OfficeNumber,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Document>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT * FROM documents WHERE office = ?1 AND deadline > ?2 AND blob IS NOT NULL
                 ORDER BY deadline LIMIT ?3",
            )?
            .query_map(params![office.as_str(), now.unix_ms(), limit], |row| {
                Ok(document(row))
            })?
            .map(|row| row?)
            .collect()
    }

    fn forget_document(&mut self, id: &DocumentId, now: Timestamp) -> Result<(), GatewayError> {
        let Some(mut held) = self.document(id)? else {
            return Ok(());
        };
        // The name shown to staff is number and name of the person: it goes with the bytes.
        held.offer.display_name.clear();
        self.conn
            .prepare_cached(
                "UPDATE documents SET offer = ?2, blob = NULL, blob_key = NULL,
                     gone_at = coalesce(gone_at, ?3) WHERE id = ?1",
            )?
            .execute(params![
                id.0.as_bytes(),
                to_json(&held.offer)?,
                now.unix_ms()
            ])?;
        Ok(())
    }

    fn blobs(&mut self) -> Result<Vec<BlobRef>, GatewayError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT blob, blob_key FROM attachments
                 UNION ALL SELECT blob, blob_key FROM documents WHERE blob IS NOT NULL",
            )?
            .query_map([], get_blob)?
            .collect::<rusqlite::Result<_>>()?)
    }
}

fn attachment(row: &Row<'_>) -> Result<Attachment, GatewayError> {
    Ok(Attachment {
        office: office(row.get_ref("office")?.as_str().unwrap_or_default())?,
        sha256: get_hash(row, "hash")?,
        size: get_u64(row, "size")?,
        held: get_u64(row, "held")?,
        media: row
            .get::<_, Option<String>>("media")?
            .map(|word| from_json(&word))
            .transpose()?,
        blob: get_blob(row)?,
        touched_at: get_time(row, "touched_at")?,
    })
}

fn document(row: &Row<'_>) -> Result<Document, GatewayError> {
    let offer: DocumentOffer = from_json(row.get_ref("offer")?.as_str().unwrap_or_default())?;
    debug_assert_eq!(get_document_id(row, "id").ok(), Some(offer.document));
    let has_blob = row.get::<_, Option<[u8; 16]>>("blob")?.is_some();
    Ok(Document {
        offer,
        office: office(row.get_ref("office")?.as_str().unwrap_or_default())?,
        subject: row.get("subject")?,
        blob: if has_blob { Some(get_blob(row)?) } else { None },
        received_at: get_time_or_none(row, "received_at")?,
        opened_at: get_time_or_none(row, "opened_at")?,
        destroyed_at: get_time_or_none(row, "destroyed_at")?,
        gone_at: get_time_or_none(row, "gone_at")?,
    })
}

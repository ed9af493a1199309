//! Rows about attachments on their way in and documents on their way out. The bytes lie
//! encrypted in the blob folder; the key of each lies here, so that deleting the row is
//! deleting the file.

use protocol::answer::DocumentOffer;
use protocol::calendar::Timestamp;
use protocol::exchange::{DocumentId, Sha256Digest};
use protocol::number::OfficeNumber;
use protocol::person::AttachmentMedia;

use crate::blob::BlobRef;
use crate::error::GatewayError;

/// An attachment, complete or on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Whose it is.
    pub office: OfficeNumber,
    /// Of its content, as announced; verified once `media` is known.
    pub sha256: Sha256Digest,
    /// Bytes announced.
    pub size: u64,
    /// Bytes that are here durably.
    pub held: u64,
    /// What its content is, once all of it is here and has the announced hash.
    pub media: Option<AttachmentMedia>,
    /// Where its bytes are.
    pub blob: BlobRef,
    /// Last change.
    pub touched_at: Timestamp,
}

/// A document that was, is or will be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What the terminals are told.
    pub offer: DocumentOffer,
    /// Whose it is.
    pub office: OfficeNumber,
    /// Which person of the request it is about, counted from 1.
    pub subject: Option<u16>,
    /// Where its bytes are; `None` once they are gone.
    pub blob: Option<BlobRef>,
    /// 受領: it arrived whole on a terminal.
    pub received_at: Option<Timestamp>,
    /// 開封: a person opened it.
    pub opened_at: Option<Timestamp>,
    /// The terminal destroyed its copy.
    pub destroyed_at: Option<Timestamp>,
    /// The gateway destroyed its copy.
    pub gone_at: Option<Timestamp>,
}

/// Which time of a document is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentTime {
    /// 受領.
    Received,
    /// 開封.
    Opened,
    /// Destroyed on the terminal.
    Destroyed,
}

/// Attachments and documents.
pub trait FileRows {
    /// One attachment of an office.
    ///
    /// # Errors
    /// The database's.
    fn attachment(
        &mut self,
        office: &OfficeNumber,
        sha256: &Sha256Digest,
    ) -> Result<Option<Attachment>, GatewayError>;

    /// Adds or replaces an attachment.
    ///
    /// # Errors
    /// The database's.
    fn put_attachment(&mut self, attachment: &Attachment) -> Result<(), GatewayError>;

    /// Records that an attachment was of use.
    ///
    /// # Errors
    /// The database's.
    fn touch_attachment(
        &mut self,
        office: &OfficeNumber,
        sha256: &Sha256Digest,
        now: Timestamp,
    ) -> Result<(), GatewayError>;

    /// Forgets an attachment and its key.
    ///
    /// # Errors
    /// The database's.
    fn drop_attachment(
        &mut self,
        office: &OfficeNumber,
        sha256: &Sha256Digest,
    ) -> Result<(), GatewayError>;

    /// Bytes announced by all attachments of an office.
    ///
    /// # Errors
    /// The database's.
    fn attachment_bytes(&mut self, office: &OfficeNumber) -> Result<u64, GatewayError>;

    /// Attachments last touched before `before` that no open request names, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    fn stale_attachments(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Attachment>, GatewayError>;

    /// Adds a document.
    ///
    /// # Errors
    /// The database's.
    fn add_document(&mut self, document: &Document) -> Result<(), GatewayError>;

    /// One document.
    ///
    /// # Errors
    /// The database's.
    fn document(&mut self, id: &DocumentId) -> Result<Option<Document>, GatewayError>;

    /// All documents, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    fn documents(&mut self, limit: u32) -> Result<Vec<Document>, GatewayError>;

    /// Records a time of a document, the first time only.
    ///
    /// # Errors
    /// The database's.
    fn mark_document(
        &mut self,
        id: &DocumentId,
        which: DocumentTime,
        at: Timestamp,
    ) -> Result<(), GatewayError>;

    /// Documents with bytes whose deadline has come, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    fn due_documents(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Document>, GatewayError>;

    /// Documents of an office that can be fetched still, those that end first before the others,
    /// at most `limit`.
    ///
    /// # Errors
    /// The database's.
    fn living_documents(
        &mut self,
        office: &OfficeNumber,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Document>, GatewayError>;

    /// Forgets where a document's bytes are and the key to them, and the name it was shown under.
    ///
    /// # Errors
    /// The database's.
    fn forget_document(&mut self, id: &DocumentId, now: Timestamp) -> Result<(), GatewayError>;

    /// Every blob that some row needs.
    ///
    /// # Errors
    /// The database's.
    fn blobs(&mut self) -> Result<Vec<BlobRef>, GatewayError>;
}

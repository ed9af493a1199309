//! Answers to disclosure requests: papers, or no.

use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::answer::{
    Answer, DisclosureAnswer, DocumentOffer, FeedEntry, FeedItem, SubjectDecision,
};
use protocol::calendar::Timestamp;
use protocol::document_name::DocumentName;
use protocol::exchange::{CommandId, DocumentId, MAX_FILE_BYTES, Sha256Digest};
use protocol::person::AttachmentMedia;
use protocol::problem::ProblemCode;

use crate::blob::{BlobRef, Blobs};
use crate::engine::RECEIPT_DAYS;
use crate::entropy::Entropy;
use crate::error::GatewayError;
use crate::private;
use crate::sources::media::kind;
use crate::store::{self, Document, RequestRow, Store, Tx};

/// Longest time a document waits, in days.
const MAX_DAYS: u64 = 30;

/// What is delivered, to whom, for how long.
pub struct Delivery<'a> {
    /// The request it answers.
    pub request: CommandId,
    /// Which person of the request, counted from 1.
    pub subject: u16,
    /// The PDF.
    pub content: &'a [u8],
    /// How long it waits, and how long the terminal keeps it.
    pub keep: Duration,
}

/// Puts a document for one person of a request where the office's terminals fetch it.
///
/// # Errors
/// A content that is not a PDF or is too large, a request or person that is not there or
/// is decided already, or the disk's.
pub fn deliver(
    store: &dyn Store,
    blobs: &Blobs,
    entropy: &dyn Entropy,
    delivery: &Delivery<'_>,
    now: Timestamp,
) -> Result<DocumentOffer, GatewayError> {
    let input = |text: &str| Err(GatewayError::Input(text.to_owned()));
    if kind(delivery.content) != Some(AttachmentMedia::Pdf) {
        return input("the content is not a PDF, whatever the file's name says");
    }
    let size = delivery.content.len() as u64;
    if size > MAX_FILE_BYTES {
        return input("the file is larger than 10 MB");
    }
    if delivery.keep.is_zero() || delivery.keep > Duration::from_secs(MAX_DAYS * 86_400) {
        return input("a document waits at most 30 days");
    }
    let id = delivery.request;
    let subject = delivery.subject;
    // Looked at before the file is written, and once more in the transaction that names it.
    store::read(store, move |tx| undecided(tx, &id, subject))?;
    let blob = BlobRef::new(entropy);
    let mut random = [0; 16];
    entropy.fill(&mut random);
    let document = DocumentId(uuid::Builder::from_random_bytes(random).into_uuid());
    let sha256 = Sha256Digest::of(delivery.content);
    let deadline = now + delivery.keep;
    blobs.append(&blob, 0, delivery.content, entropy)?;
    let name = blob.name;
    let outcome = store::write(store, move |tx| {
        let mut request = undecided(tx, &id, subject)?;
        let about = &request.body.subjects[usize::from(subject) - 1];
        let display_name = DocumentName {
            insured: about.insured.clone(),
            name: about.name.clone(),
            certified_on: about.certified_on,
        };
        let offer = DocumentOffer {
            document,
            request: Some(id),
            display_name: display_name.to_string(),
            size,
            sha256,
            request_received_on: Some(request.received_at.japan_date()),
            delivered_at: now,
            deadline,
        };
        tx.add_document(&Document {
            offer: offer.clone(),
            office: request.office.clone(),
            subject: Some(subject),
            blob: Some(blob),
            received_at: None,
            opened_at: None,
            destroyed_at: None,
            gone_at: None,
        })?;
        let item = FeedItem::DocumentOffered(offer.clone());
        tx.broadcast(Some(&request.office), None, &item, now, Some(deadline))?;
        decide(tx, &mut request, subject, SubjectDecision::Granted, now)?;
        Ok(offer)
    });
    if outcome.is_err() {
        blobs.remove(name)?;
    }
    outcome
}

/// Declines one person of a request.
///
/// # Errors
/// A request or person that is not there or is decided already, or the database's.
pub fn decline(
    store: &dyn Store,
    request: CommandId,
    subject: u16,
    now: Timestamp,
) -> Result<(), GatewayError> {
    store::write(store, move |tx| {
        let mut request = undecided(tx, &request, subject)?;
        let declined = SubjectDecision::Declined {
            code: ProblemCode::RequestDeclined,
        };
        decide(tx, &mut request, subject, declined, now)
    })
}

/// What became of a request's attachments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedAttachments {
    /// The files that were written.
    pub written: Vec<PathBuf>,
    /// Those that are not here (any more); the office has to send them again.
    pub missing: Vec<Sha256Digest>,
}

/// Writes the attachments of a request into a folder, for the operator to look at. Files
/// are named by their hash and kind, never by a person, and only their owner can read them.
///
/// # Errors
/// A request that is not there, or the disk's.
pub fn save_attachments(
    store: &dyn Store,
    blobs: &Blobs,
    request: CommandId,
    folder: &Path,
) -> Result<SavedAttachments, GatewayError> {
    let attachments = store::read(store, move |tx| {
        let request = known(tx, &request)?;
        let contracts = request.body.subjects.iter().filter_map(|s| s.contract());
        let scan = request.body.applicant.qualification_scan.iter();
        scan.chain(contracts)
            .map(|named| Ok((named.sha256, tx.attachment(&request.office, &named.sha256)?)))
            .collect::<Result<Vec<_>, GatewayError>>()
    })?;
    private::make_folder(folder)?;
    let mut saved = SavedAttachments {
        written: Vec::new(),
        missing: Vec::new(),
    };
    for (sha256, attachment) in &attachments {
        let whole = attachment.as_ref().and_then(|a| Some((a, a.media?)));
        let Some((attachment, media)) = whole else {
            saved.missing.push(*sha256);
            continue;
        };
        let ending = match media {
            AttachmentMedia::Png => "png",
            AttachmentMedia::Jpeg => "jpg",
            AttachmentMedia::Pdf => "pdf",
        };
        let path = folder.join(format!("{sha256}.{ending}"));
        let content = blobs.read_all(&attachment.blob, attachment.size)?;
        private::write(&path, &content)?;
        saved.written.push(path);
    }
    Ok(saved)
}

fn known(tx: &mut dyn Tx, id: &CommandId) -> Result<RequestRow, GatewayError> {
    tx.request(id)?
        .ok_or_else(|| GatewayError::Input("no such request".to_owned()))
}

fn undecided(tx: &mut dyn Tx, id: &CommandId, subject: u16) -> Result<RequestRow, GatewayError> {
    let request = known(tx, id)?;
    let place = usize::from(subject).checked_sub(1);
    match place.and_then(|place| request.decisions.get(place)) {
        None => Err(GatewayError::Input(format!(
            "the request has people 1 to {}",
            request.decisions.len()
        ))),
        Some(SubjectDecision::Pending) => Ok(request),
        Some(_) => Err(GatewayError::Input(
            "this person is decided already".to_owned(),
        )),
    }
}

/// Records a decision and tells the terminal that asked. Each decision is told at once, with
/// the others still pending; the last telling has none pending.
fn decide(
    tx: &mut dyn Tx,
    request: &mut RequestRow,
    subject: u16,
    decision: SubjectDecision,
    now: Timestamp,
) -> Result<(), GatewayError> {
    request.decisions[usize::from(subject) - 1] = decision;
    tx.save_decisions(request)?;
    let answer = Answer::Disclosure(DisclosureAnswer {
        decided_at: now,
        subjects: request.decisions.clone(),
    });
    let key = request.device;
    let Some(mut device) = tx
        .devices(Some(&request.office))?
        .into_iter()
        .find(|d| d.key == key)
    else {
        return Ok(());
    };
    let entry = FeedEntry {
        seq: device.next_in_feed()?,
        item: FeedItem::Answer {
            command: request.id,
            answer,
        },
    };
    let delete_after = now + Duration::from_secs(RECEIPT_DAYS * 86_400);
    tx.push_feed(device.key, &entry, now, Some(delete_after))?;
    tx.save_marks(&device)
}

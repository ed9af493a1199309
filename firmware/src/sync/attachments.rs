//! Uploading an attachment, resumably, before the command that names it is sent.

use protocol::exchange::Sha256Digest;
use protocol::problem::ProblemCode;
use rusqlite::Connection;

use super::{HttpAnswer, HttpRequest, Method, NetError, Transport};
use crate::clock::Clock;
use crate::error::Problem;
use crate::outbox;
use crate::vault::Vault;

/// Bytes sent at once.
pub const UPLOAD_CHUNK: u64 = 256 * 1024;

/// Largest answer that is read.
const ANSWER_BYTES: u64 = 64 * 1024;

/// How often an upload may lose its place before it is left for a later round.
const MAX_RESYNCS: u32 = 3;

/// Where an attachment's bytes come from. Implemented by the owner of attachments.
pub trait AttachmentSource {
    /// Size in bytes; `None` when it is not here.
    ///
    /// # Errors
    /// Those of the vault.
    fn size(
        &mut self,
        connection: &Connection,
        sha256: Sha256Digest,
    ) -> Result<Option<u64>, Problem>;

    /// At most `limit` bytes from `offset` on.
    ///
    /// # Errors
    /// Those of the vault.
    fn read(
        &mut self,
        connection: &Connection,
        sha256: Sha256Digest,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<u8>, Problem>;
}

/// Uploads what waiting commands name and the gateway does not have; returns how many
/// arrived whole. One that the gateway refuses for good, or that is no longer here, holds
/// the commands that name it, and does not block the others. One that the gateway has no room for
/// stays wanted.
///
/// # Errors
/// [`Problem::Net`] for what concerns the connection, and those of the vault.
pub fn upload(
    vault: &mut Vault,
    transport: &mut dyn Transport,
    clock: &Clock,
    source: &mut dyn AttachmentSource,
) -> Result<u64, Problem> {
    let mut arrived = 0;
    for sha256 in vault.read(outbox::wanted_attachments)? {
        let result = match vault.read(|c| source.size(c, sha256))? {
            Some(size) => one(vault, transport, source, sha256, size),
            None => Err(Problem::Refused(ProblemCode::AttachmentMissing)),
        };
        match result {
            Ok(()) => {
                vault.write(|tx| outbox::attachment_arrived(tx, sha256))?;
                arrived += 1;
            }
            Err(Problem::Net(NetError::Refused(code)) | Problem::Refused(code)) => {
                let now = clock.now();
                vault.write(|tx| outbox::hold_for_attachment(tx, &now, sha256, &code))?;
            }
            Err(Problem::Net(NetError::RequestTooLarge)) => {
                let now = clock.now();
                let code = ProblemCode::AttachmentTooLarge;
                vault.write(|tx| outbox::hold_for_attachment(tx, &now, sha256, &code))?;
            }
            // Nothing is wrong with it: it waits for room, and nobody else waits for it.
            Err(Problem::Net(NetError::Busy {
                code: Some(ProblemCode::AttachmentQuota),
                ..
            })) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(arrived)
}

fn one(
    vault: &mut Vault,
    transport: &mut dyn Transport,
    source: &mut dyn AttachmentSource,
    sha256: Sha256Digest,
    size: u64,
) -> Result<(), Problem> {
    let path = format!("/v1/attachments/{sha256}");
    let mut resyncs = 0;
    let mut place = ask_place(transport, &path)?;
    while !place.complete {
        // Nothing is left to send when only the gateway's check was cut off; an empty piece
        // asks for it again.
        let bytes = vault.read(|c| source.read(c, sha256, place.offset, UPLOAD_CHUNK))?;
        if bytes.is_empty() && place.offset < size {
            return Err(Problem::Refused(ProblemCode::AttachmentMissing));
        }
        let answer = transport.send(&HttpRequest {
            method: Method::Put,
            path: &path,
            media: "application/octet-stream",
            headers: &[
                ("upload-offset", place.offset.to_string()),
                ("upload-length", size.to_string()),
            ],
            body: &bytes,
            answer_limit: ANSWER_BYTES,
        })?;
        let end = place.offset + bytes.len() as u64;
        place = match taken(&answer) {
            Ok(next) if next.complete || (next.offset == end && !bytes.is_empty()) => next,
            // The place was lost: an answer went missing, or the gateway threw away what
            // did not have the hash.
            Err(error) if !may_resync(&error) => return Err(error.into()),
            _ if resyncs == MAX_RESYNCS => {
                return Err(Problem::Refused(ProblemCode::AttachmentDigest));
            }
            _ => {
                resyncs += 1;
                ask_place(transport, &path)?
            }
        };
    }
    Ok(())
}

/// How much of an attachment the gateway has.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u64,
    /// All of it, with the right hash.
    complete: bool,
}

fn may_resync(error: &NetError) -> bool {
    matches!(
        error,
        NetError::Refused(ProblemCode::AttachmentRange | ProblemCode::AttachmentDigest)
    )
}

fn ask_place(transport: &mut dyn Transport, path: &str) -> Result<Place, Problem> {
    let answer = transport.send(&HttpRequest {
        method: Method::Head,
        path,
        media: "",
        headers: &[],
        body: &[],
        answer_limit: ANSWER_BYTES,
    })?;
    match answer.status {
        200..=299 => Ok(place(&answer)?),
        _ => Err(head_failure(&answer).into()),
    }
}

fn place(answer: &HttpAnswer) -> Result<Place, NetError> {
    let offset = answer.upload_offset.ok_or(NetError::Portal("no offset"))?;
    Ok(Place {
        offset,
        complete: answer.upload_complete,
    })
}

/// What a refused HEAD means; its problem cannot be in a body.
fn head_failure(answer: &HttpAnswer) -> NetError {
    match answer.status {
        300..=399 => NetError::Redirect,
        401 | 403 => NetError::Barred(ProblemCode::NetRefused),
        408 | 425 | 429 | 500..=599 => NetError::Busy {
            retry_after: answer.retry_after,
            code: None,
        },
        _ => NetError::Portal("a refusal that is not typed"),
    }
}

/// How much the gateway has after a piece.
fn taken(answer: &HttpAnswer) -> Result<Place, NetError> {
    match answer.status {
        200..=299 => place(answer),
        _ => Err(answer
            .judge("")
            .err()
            .unwrap_or(NetError::Portal("no offset"))),
    }
}

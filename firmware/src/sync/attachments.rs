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
/// the commands that name it, and does not block the others.
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
    let mut offset = ask_offset(transport, &path)?;
    while offset < size {
        let bytes = vault.read(|c| source.read(c, sha256, offset, UPLOAD_CHUNK))?;
        if bytes.is_empty() {
            return Err(Problem::Refused(ProblemCode::AttachmentMissing));
        }
        let answer = transport.send(&HttpRequest {
            method: Method::Put,
            path: &path,
            media: "application/octet-stream",
            headers: &[
                ("upload-offset", offset.to_string()),
                ("upload-length", size.to_string()),
            ],
            body: &bytes,
            answer_limit: ANSWER_BYTES,
        })?;
        let end = offset + bytes.len() as u64;
        match taken(&answer) {
            Ok(next) if next == end => offset = next,
            // The place was lost (an answer went missing): ask where it is.
            Ok(_) | Err(NetError::Refused(ProblemCode::AttachmentRange)) => {
                resyncs += 1;
                if resyncs > MAX_RESYNCS {
                    return Err(NetError::Answer("an upload that does not move").into());
                }
                offset = ask_offset(transport, &path)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// How much the gateway has.
fn ask_offset(transport: &mut dyn Transport, path: &str) -> Result<u64, Problem> {
    let answer = transport.send(&HttpRequest {
        method: Method::Head,
        path,
        media: "",
        headers: &[],
        body: &[],
        answer_limit: ANSWER_BYTES,
    })?;
    match answer.status {
        200..=299 => Ok(answer.upload_offset.ok_or(NetError::Portal("no offset"))?),
        // A HEAD has no body that could say more.
        404 => Ok(0),
        _ => Err(head_failure(&answer).into()),
    }
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

/// How much the gateway has after a chunk.
fn taken(answer: &HttpAnswer) -> Result<u64, NetError> {
    match answer.status {
        200..=299 => answer.upload_offset.ok_or(NetError::Portal("no offset")),
        _ => answer.judge("").map(|_| 0),
    }
}

//! `HEAD` and `PUT /v1/attachments/{sha256}`: resumable, verified by hash at the end.
//!
//! An upload says where it goes on (`Upload-Offset`) and how long the whole is
//! (`Upload-Length`). What arrived before a cut is kept, and `HEAD` says how much that is.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, MAX_FILE_BYTES, MEDIA_TYPE, Refusal, Sha256Digest};
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;
use sha2::{Digest, Sha256};

use super::body::BODY_TIME;
use super::turns::Turn;
use super::{ApiError, Shared};
use crate::blob::{BlobRef, RECORD_BYTES};
use crate::engine::admit;
use crate::error::GatewayError;
use crate::gateway::Gateway;
use crate::pki::peer::{Admission, Peer};
use crate::sources::media::{ENOUGH, kind};
use crate::store::{self, Attachment};

/// How much is held, and where an upload goes on.
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// Length of the whole attachment.
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// `?1` once all of it is held and verified (RFC 8941 boolean).
const UPLOAD_COMPLETE: HeaderName = HeaderName::from_static("upload-complete");

/// Content gathered before it is written durably, in bytes.
const PIECE_BYTES: usize = 4 * RECORD_BYTES;

/// How much of an attachment is held.
#[utoipa::path(
    head,
    path = "/v1/attachments/{sha256}",
    params(("sha256" = String, Path, description = "SHA-256 of the content, 64 hexadecimal digits")),
    responses(
        (status = 200, description = "`Upload-Offset` says how much is held (0 if nothing), `Upload-Complete: ?1` that all of it is held and verified."),
        (status = "4XX", description = "Refused."),
    )
)]
pub(super) async fn held(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Arc<Peer>>,
    Path(sha256): Path<String>,
) -> Result<Response, ApiError> {
    let now = shared.gateway.clock.now();
    let device = peer.admit(Admission::Valid, now)?.clone();
    let sha256 = digest(&sha256)?;
    let (_, attachment) = find(&shared.gateway, device, sha256)?;
    let (held, complete) =
        attachment.map_or((0, false), |known| (known.held, known.media.is_some()));
    Ok(progress(held, complete))
}

/// Takes a piece of an attachment, and verifies the whole with the last one.
#[utoipa::path(
    put,
    path = "/v1/attachments/{sha256}",
    params(
        ("sha256" = String, Path, description = "SHA-256 of the whole content, 64 hexadecimal digits"),
        ("upload-offset" = u64, Header, description = "Where this piece begins: what HEAD said"),
        ("upload-length" = u64, Header, description = "Length of the whole content, at most 10,000,000"),
    ),
    request_body(content_type = "application/octet-stream", description = "The content from `Upload-Offset` on"),
    responses(
        (status = 200, description = "Held durably up to `Upload-Offset`; `Upload-Complete: ?1` when all of it is held and verified."),
        (status = 409, description = "The piece does not continue what is held; ask with HEAD.", body = Refusal, content_type = "application/problem+json"),
        (status = 413, description = "Larger than an attachment may be.", body = Refusal, content_type = "application/problem+json"),
        (status = 415, description = "Neither PNG nor JPEG nor PDF. It was thrown away.", body = Refusal, content_type = "application/problem+json"),
        (status = 422, description = "Another hash than announced. It was thrown away.", body = Refusal, content_type = "application/problem+json"),
        (status = 507, description = "The office has too much here; try again after Retry-After.", body = Refusal, content_type = "application/problem+json"),
        (status = "4XX", description = "Refused.", body = Refusal, content_type = "application/problem+json"),
    )
)]
pub(super) async fn upload(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Arc<Peer>>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let gateway = &shared.gateway;
    let now = gateway.clock.now();
    let device = peer.admit(Admission::Valid, now)?.clone();
    let sha256 = digest(&sha256)?;
    let (Some(offset), Some(size)) = (
        number(&headers, &UPLOAD_OFFSET),
        number(&headers, &UPLOAD_LENGTH),
    ) else {
        return refuse(
            ProblemCode::AttachmentRange,
            "Upload-Offset and Upload-Length are needed",
        );
    };
    if size == 0 || size > MAX_FILE_BYTES {
        return refuse(
            ProblemCode::AttachmentTooLarge,
            "the attachment is too large",
        );
    }
    let (office, _) = find(gateway, device.clone(), sha256)?;
    let turn = shared.uploads.begin(&office, sha256);
    let attachment = {
        // Read again once an older upload of the same attachment can write no more.
        let _guard = turn.hold().await.ok_or_else(overtaken)?;
        let (_, known) = find(gateway, device, sha256)?;
        match known {
            Some(known) if known.media.is_some() => return Ok(progress(known.size, true)),
            Some(known) if known.size == size && known.held == offset => known,
            None if offset == 0 => begin(gateway, office, sha256, size, now).await?,
            _ => {
                return refuse(
                    ProblemCode::AttachmentRange,
                    "the piece does not continue what is held",
                );
            }
        }
    };
    // A task of its own: when the connection breaks, this call is dropped where it stands, and
    // what has arrived by then is to be kept.
    let inner = Arc::clone(gateway);
    let task = tokio::spawn(async move {
        let attachment = receive(&inner, &turn, attachment, body).await?;
        if attachment.held < size {
            return Ok(progress(attachment.held, false));
        }
        let _guard = turn.hold().await.ok_or_else(overtaken)?;
        verify(&inner, attachment).await
    });
    task.await.unwrap_or(Err(GatewayError::Busy.into()))
}

fn overtaken() -> GatewayError {
    GatewayError::refuse(
        ProblemCode::AttachmentRange,
        "a newer upload of the same attachment took over",
    )
}

/// Begins an attachment, if the office may have one more here.
async fn begin(
    gateway: &Arc<Gateway>,
    office: OfficeNumber,
    sha256: Sha256Digest,
    size: u64,
    now: Timestamp,
) -> Result<Attachment, ApiError> {
    let quota = gateway.config.limits.attachment_bytes;
    let blob = BlobRef::new(&*gateway.entropy);
    let attachment = Attachment {
        office,
        sha256,
        size,
        held: 0,
        media: None,
        blob,
        touched_at: now,
    };
    Ok(store::write_async(&**gateway.engine.store(), move |tx| {
        if tx.attachment_bytes(&attachment.office)? + attachment.size > quota {
            return Err(GatewayError::refuse(
                ProblemCode::AttachmentQuota,
                "the office has too many attachments here",
            ));
        }
        tx.put_attachment(&attachment)?;
        Ok(attachment)
    })
    .await?)
}

/// Takes content until the body ends or breaks; what was taken is durable either way.
async fn receive(
    gateway: &Arc<Gateway>,
    turn: &Turn,
    mut attachment: Attachment,
    mut body: Body,
) -> Result<Attachment, ApiError> {
    let mut gathered = Vec::new();
    loop {
        let frame = tokio::time::timeout(BODY_TIME, body.frame()).await;
        let ended = match frame {
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    gathered.extend_from_slice(&data);
                }
                false
            }
            Ok(None | Some(Err(_))) | Err(_) => true,
        };
        if attachment.held + gathered.len() as u64 > attachment.size {
            return refuse(
                ProblemCode::AttachmentRange,
                "more content than was announced",
            );
        }
        if gathered.len() >= PIECE_BYTES || (ended && !gathered.is_empty()) {
            let _guard = turn.hold().await.ok_or_else(overtaken)?;
            attachment = keep(gateway, attachment, std::mem::take(&mut gathered)).await?;
        }
        if ended {
            return Ok(attachment);
        }
    }
}

/// Writes content durably, then says so in the row.
async fn keep(
    gateway: &Arc<Gateway>,
    attachment: Attachment,
    content: Vec<u8>,
) -> Result<Attachment, GatewayError> {
    let inner = Arc::clone(gateway);
    blocking(move || {
        inner
            .blobs
            .append(&attachment.blob, attachment.held, &content, &*inner.entropy)?;
        let next = Attachment {
            held: attachment.held + content.len() as u64,
            touched_at: inner.clock.now(),
            ..attachment
        };
        store::write(&**inner.engine.store(), move |tx| {
            tx.put_attachment(&next)?;
            Ok(next)
        })
    })
    .await
}

/// Checks hash and kind of a whole attachment; throws it away if either is wrong.
async fn verify(gateway: &Arc<Gateway>, attachment: Attachment) -> Result<Response, ApiError> {
    let inner = Arc::clone(gateway);
    let outcome = blocking(move || {
        let mut hash = Sha256::new();
        let mut start = Vec::new();
        let mut reader = inner.blobs.reader(&attachment.blob, 0)?;
        while let Some(piece) = reader.next_piece()? {
            let wanted = ENOUGH.saturating_sub(start.len());
            start.extend_from_slice(&piece[..piece.len().min(wanted)]);
            hash.update(&piece);
        }
        let fits = attachment.sha256 == Sha256Digest(hash.finalize().into());
        let media = kind(&start);
        let name = attachment.blob.name;
        let size = attachment.size;
        let verdict = match (fits, media) {
            (false, _) => Err(ProblemCode::AttachmentDigest),
            (true, None) => Err(ProblemCode::AttachmentType),
            (true, Some(media)) => Ok(media),
        };
        let kept = verdict.clone();
        store::write(&**inner.engine.store(), move |tx| match kept {
            Ok(media) => tx.put_attachment(&Attachment {
                media: Some(media),
                ..attachment
            }),
            Err(_) => tx.drop_attachment(&attachment.office, &attachment.sha256),
        })?;
        if verdict.is_err() {
            inner.blobs.remove(name)?;
        }
        Ok((verdict, size))
    })
    .await?;
    match outcome {
        (Ok(_), size) => Ok(progress(size, true)),
        (Err(code), _) => refuse(code, "the attachment is not what was announced"),
    }
}

fn find(
    gateway: &Gateway,
    device: DeviceId,
    sha256: Sha256Digest,
) -> Result<(OfficeNumber, Option<Attachment>), GatewayError> {
    store::read(&**gateway.engine.store(), move |tx| {
        let office = admit(tx, &device)?.office;
        let attachment = tx.attachment(&office, &sha256)?;
        Ok((office, attachment))
    })
}

fn progress(held: u64, complete: bool) -> Response {
    let mut response = ().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(held));
    let complete = if complete { "?1" } else { "?0" };
    headers.insert(UPLOAD_COMPLETE, HeaderValue::from_static(complete));
    response
}

fn digest(text: &str) -> Result<Sha256Digest, GatewayError> {
    Sha256Digest::parse(text)
        .map_err(|_| GatewayError::refuse(ProblemCode::AttachmentDigest, "not a SHA-256"))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn refuse<T>(code: ProblemCode, title: &'static str) -> Result<T, ApiError> {
    Err(GatewayError::refuse(code, title).into())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, GatewayError> + Send + 'static,
) -> Result<T, GatewayError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(GatewayError::Busy))
}

//! `GET /v1/documents/{id}`: whole, or from where a cut download stopped.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::exchange::{DocumentId, Refusal};
use protocol::problem::ProblemCode;

use super::pieces::{PIECE_TIME, stream};
use super::ranges::{Asked, asked_range, outside, response};
use super::serve::Cut;
use super::{ApiError, Shared};
use crate::engine::admit;
use crate::error::GatewayError;
use crate::pki::peer::{Admission, Peer};
use crate::store;

/// A document of the terminal's own office, until its deadline.
#[utoipa::path(
    get,
    path = "/v1/documents/{id}",
    params(
        ("id" = String, Path, description = "Document id"),
        ("range" = Option<String>, Header, description = "One range, `bytes=N-` or `bytes=N-M`"),
        ("if-range" = Option<String>, Header, description = "The ETag of the part that is kept"),
    ),
    responses(
        (status = 200, description = "All of it. ETag is the content's SHA-256.", content_type = "application/pdf"),
        (status = 206, description = "The range asked for.", content_type = "application/pdf"),
        (status = 404, description = "No such document for this office.", body = Refusal, content_type = "application/problem+json"),
        (status = 410, description = "Its deadline has passed; the bytes are destroyed.", body = Refusal, content_type = "application/problem+json"),
        (status = 503, description = "As many documents are being fetched as may be; try again after Retry-After.", body = Refusal, content_type = "application/problem+json"),
        (status = 416, description = "The range is not inside it.", body = Refusal, content_type = "application/problem+json"),
        (status = "4XX", description = "Refused.", body = Refusal, content_type = "application/problem+json"),
    )
)]
pub(super) async fn document(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Arc<Peer>>,
    Path(id): Path<String>,
    Extension(cut): Extension<Cut>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let now = shared.gateway.clock.now();
    let device = peer.admit(Admission::Valid, now)?.clone();
    let unknown = || GatewayError::refuse(ProblemCode::DocumentUnknown, "no such document");
    let id = id.parse().map(DocumentId).map_err(|_| unknown())?;
    let document = store::read(&**shared.gateway.engine.store(), move |tx| {
        let device = admit(tx, &device)?;
        let document = tx.document(&id)?.ok_or_else(unknown)?;
        if document.office != device.office {
            return Err(unknown());
        }
        Ok(document)
    })?;
    let gone = || GatewayError::refuse(ProblemCode::DocumentGone, "the deadline has passed");
    if now >= document.offer.deadline {
        return Err(gone().into());
    }
    let blob = document.blob.as_ref().ok_or_else(gone)?;
    let size = document.offer.size;
    let etag = format!("\"{}\"", document.offer.sha256);
    let range = match asked_range(&headers, &etag, size) {
        Asked::Whole => None,
        Asked::Range(from, to) => Some((from, to)),
        Asked::Outside => return Ok(outside(size)),
    };
    let (from, to) = range.unwrap_or((0, size));
    let slot = Arc::clone(&shared.downloads).try_acquire_owned();
    let slot = slot.map_err(|_| GatewayError::Busy)?;
    let reader = shared.gateway.blobs.reader(blob, from)?;
    let pieces = stream(reader, to - from, PIECE_TIME, slot, cut);
    let body = Body::new(pieces);
    Ok(response(body, "application/pdf", &etag, range, size))
}

//! `GET /v1/releases/{sha256}`: a new system that is offered to this terminal, whole or in ranges.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::exchange::{Refusal, Sha256Digest};
use protocol::problem::ProblemCode;
use protocol::release::BUNDLE_MEDIA_TYPE;

use super::pieces::{PIECE_TIME, Source, stream};
use super::ranges::{Asked, asked_range, outside, response};
use super::serve::Cut;
use super::{ApiError, Shared};
use crate::engine::admit;
use crate::engine::releases::fetchable;
use crate::error::GatewayError;
use crate::pki::peer::{Admission, Peer};
use crate::store;

/// Bytes read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Bundles that are fetched at once. Terminals take them in small pieces and come back, so a few
/// places serve many; documents and commands have their own.
pub(super) const AT_ONCE: usize = 32;

/// A bundle that was offered to this terminal.
#[utoipa::path(
    get,
    path = "/v1/releases/{sha256}",
    params(
        ("sha256" = String, Path, description = "SHA-256 of the bundle, as it was offered"),
        ("range" = Option<String>, Header, description = "One range, `bytes=N-` or `bytes=N-M`"),
        ("if-range" = Option<String>, Header, description = "The ETag of the part that is kept"),
    ),
    responses(
        (status = 200, description = "All of it. ETag is the content's SHA-256.", content_type = "application/vnd.rauc.bundle"),
        (status = 206, description = "The range asked for.", content_type = "application/vnd.rauc.bundle"),
        (status = 404, description = "No such release, or not offered to this terminal.", body = Refusal, content_type = "application/problem+json"),
        (status = 410, description = "It was taken back.", body = Refusal, content_type = "application/problem+json"),
        (status = 416, description = "The range is not inside it.", body = Refusal, content_type = "application/problem+json"),
        (status = 503, description = "As many bundles are being fetched as may be; try again after Retry-After.", body = Refusal, content_type = "application/problem+json"),
        (status = "4XX", description = "Refused.", body = Refusal, content_type = "application/problem+json"),
    )
)]
pub(super) async fn release(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Arc<Peer>>,
    Path(sha256): Path<String>,
    Extension(cut): Extension<Cut>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let now = shared.gateway.clock.now();
    let id = peer.admit(Admission::Valid, now)?.clone();
    let sha256: Sha256Digest = sha256
        .parse()
        .map_err(|_| GatewayError::refuse(ProblemCode::ReleaseUnknown, "no such release"))?;
    let release = store::read(&**shared.gateway.engine.store(), move |tx| {
        let device = admit(tx, &id)?;
        fetchable(tx, &device, &sha256)
    })?;
    let etag = format!("\"{}\"", release.sha256);
    let range = match asked_range(&headers, &etag, release.size) {
        Asked::Whole => None,
        Asked::Range(from, to) => Some((from, to)),
        Asked::Outside => return Ok(outside(release.size)),
    };
    let (from, to) = range.unwrap_or((0, release.size));
    let slot = Arc::clone(&shared.releases).try_acquire_owned();
    let slot = slot.map_err(|_| GatewayError::Busy)?;
    let bundle = Bundle::open(&shared.gateway.bundles.file(&release.sha256), from)?;
    let body = Body::new(stream(bundle, to - from, PIECE_TIME, slot, cut));
    Ok(response(
        body,
        BUNDLE_MEDIA_TYPE,
        &etag,
        range,
        release.size,
    ))
}

/// A file from some byte on.
struct Bundle(File);

impl Bundle {
    fn open(file: &std::path::Path, from: u64) -> Result<Self, GatewayError> {
        let failed = |e| GatewayError::io("read", file, e);
        let mut open = File::open(file).map_err(failed)?;
        open.seek(SeekFrom::Start(from)).map_err(failed)?;
        Ok(Self(open))
    }
}

impl Source for Bundle {
    fn next_piece(&mut self) -> Result<Option<Vec<u8>>, GatewayError> {
        let mut piece = vec![0; PIECE_BYTES];
        let got = self
            .0
            .read(&mut piece)
            .map_err(|e| GatewayError::io("read", "a bundle", e))?;
        piece.truncate(got);
        Ok((got > 0).then_some(piece))
    }
}

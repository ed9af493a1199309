//! `GET /v1/documents/{id}`: whole, or from where a cut download stopped.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};
use protocol::exchange::{DocumentId, Refusal};
use protocol::problem::ProblemCode;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

use super::serve::Cut;
use super::{ApiError, Shared};
use crate::blob::BlobReader;
use crate::engine::admit;
use crate::error::GatewayError;
use crate::pki::peer::{Admission, Peer};
use crate::store;

/// Pieces read ahead of the network.
const READ_AHEAD: u32 = 4;

/// A download whose other side takes longer for one piece of 64 KiB is cut: it is slower than any
/// line a terminal has, or it has stalled.
const PIECE_TIME: Duration = Duration::from_secs(30);

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
    let mut response = Body::new(pieces).into_response();
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/pdf"),
    );
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        out.insert(header::ETAG, etag);
    }
    if let Some((from, to)) = range {
        if let Ok(value) = HeaderValue::from_str(&format!("bytes {from}-{}/{size}", to - 1)) {
            out.insert(header::CONTENT_RANGE, value);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    /// First byte, and the byte after the last.
    Range(u64, u64),
    Outside,
}

/// Reads `Range` and `If-Range` (RFC 9110 14.2, 13.1.5). What cannot be read counts as not
/// asked, as the RFC says.
fn asked_range(headers: &HeaderMap, etag: &str, size: u64) -> Asked {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    if text(&header::IF_RANGE).is_some_and(|kept| kept != etag) {
        return Asked::Whole;
    }
    let Some((first, last)) = text(&header::RANGE)
        .and_then(|range| range.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
    else {
        return Asked::Whole;
    };
    let Ok(from) = first.parse::<u64>() else {
        return Asked::Whole;
    };
    let to = match last {
        "" => size,
        last => match last.parse::<u64>() {
            Ok(last) if last >= from => last.saturating_add(1).min(size),
            _ => return Asked::Whole,
        },
    };
    if from < size {
        Asked::Range(from, to)
    } else {
        Asked::Outside
    }
}

fn outside(size: u64) -> Response {
    let refusal = GatewayError::refuse(
        ProblemCode::DocumentRange,
        "the range is not inside the document",
    );
    let mut response = ApiError::from(refusal).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// Reads a few pieces ahead of the network, and holds no thread while it waits for it. The slot is
/// given back when the last piece has left, or when the other side takes none for too long.
fn stream(
    reader: BlobReader,
    length: u64,
    patience: Duration,
    slot: OwnedSemaphorePermit,
    cut: Cut,
) -> Pieces {
    let (tell, pieces) = mpsc::channel(READ_AHEAD as usize);
    tokio::spawn(async move {
        let fed = feed(reader, length, patience, &tell).await;
        // What was read ahead is still on its way; the body closes with the last of it.
        if !fed || timeout(patience * READ_AHEAD, tell.closed()).await.is_err() {
            cut.now();
        }
        drop(slot);
    });
    Pieces {
        pieces,
        left: length,
    }
}

/// Hands over all pieces; says whether somebody took each of them in time.
async fn feed(
    mut reader: BlobReader,
    length: u64,
    patience: Duration,
    tell: &mpsc::Sender<io::Result<Bytes>>,
) -> bool {
    let mut left = length;
    while left > 0 {
        let read = tokio::task::spawn_blocking(move || {
            let piece = reader.next_piece();
            (reader, piece)
        });
        let piece = match read.await {
            Err(_) => Err(io::ErrorKind::Other.into()),
            Ok((_, Ok(None))) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok((_, Err(error))) => {
                tracing::error!(code = %error.code(), %error, "a document could not be read");
                Err(io::ErrorKind::InvalidData.into())
            }
            Ok((next, Ok(Some(mut piece)))) => {
                reader = next;
                piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                left -= piece.len() as u64;
                match timeout(patience, tell.send(Ok(Bytes::from(piece)))).await {
                    Ok(Ok(())) => continue,
                    // Nobody listens when the download was cut.
                    Ok(Err(_)) => return true,
                    Err(_) => return false,
                }
            }
        };
        return timeout(patience, tell.send(piece)).await.is_ok();
    }
    true
}

struct Pieces {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let piece = self.pieces.poll_recv(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &piece {
            self.left -= bytes.len() as u64;
            if self.left == 0 {
                // Nothing is waited for any more, by either end.
                self.pieces.close();
            }
        }
        piece.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use http_body_util::BodyExt;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::blob::{BlobRef, Blobs, RECORD_BYTES};
    use crate::entropy::SystemEntropy;

    fn asked(range: &str, kept: Option<&str>) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
        if let Some(kept) = kept {
            headers.insert(header::IF_RANGE, HeaderValue::from_str(kept).unwrap());
        }
        asked_range(&headers, "\"abc\"", 100)
    }

    #[test]
    fn a_cut_download_goes_on_only_if_the_document_is_still_the_same() {
        assert_eq!(asked("bytes=40-", Some("\"abc\"")), Asked::Range(40, 100));
        assert_eq!(asked("bytes=40-", Some("\"other\"")), Asked::Whole);
    }

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        assert_eq!(asked("bytes=0-", None), Asked::Range(0, 100));
        assert_eq!(asked("bytes=10-19", None), Asked::Range(10, 20));
        assert_eq!(asked("bytes=10-500", None), Asked::Range(10, 100));
        assert_eq!(asked("bytes=100-", None), Asked::Outside);
        for unreadable in [
            "bytes=-5",
            "bytes=5-4",
            "lines=1-2",
            "bytes=a-b",
            "bytes=1-2,4-5",
        ] {
            assert_eq!(asked(unreadable, None), Asked::Whole, "{unreadable}");
        }
    }

    #[tokio::test]
    async fn a_download_that_nobody_takes_is_cut_and_gives_its_slot_back() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let entropy = SystemEntropy::default();
        let blob = BlobRef::new(&entropy);
        let content = vec![7; 3 * RECORD_BYTES * READ_AHEAD as usize];
        blobs.append(&blob, 0, &content, &entropy).unwrap();
        let slots = Arc::new(Semaphore::new(1));
        for length in [content.len() as u64, RECORD_BYTES as u64] {
            let slot = Arc::clone(&slots).acquire_owned().await.unwrap();
            let cut = Cut::default();
            let reader = blobs.reader(&blob, 0).unwrap();
            let patience = Duration::from_millis(20);
            let _stalled = stream(reader, length, patience, slot, cut.clone());
            cut.wanted().await;
            let _free = slots.acquire().await.unwrap();
        }

        // One that is taken is not.
        let slot = Arc::clone(&slots).acquire_owned().await.unwrap();
        let cut = Cut::default();
        let reader = blobs.reader(&blob, 0).unwrap();
        let length = content.len() as u64;
        let taken = stream(reader, length, Duration::from_secs(60), slot, cut.clone());
        let taken = taken.collect().await.unwrap().to_bytes();
        assert_eq!(taken, content);
        let _free = slots.acquire().await.unwrap();
        assert!(timeout(Duration::ZERO, cut.wanted()).await.is_err());
    }
}

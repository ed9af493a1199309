//! Sending a file piece by piece, with bounds on memory and on patience.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

use super::serve::Cut;
use crate::blob::BlobReader;
use crate::error::GatewayError;

/// Pieces read ahead of the network.
const READ_AHEAD: u32 = 4;

/// A download whose other side takes longer for one piece of 64 KiB is cut: it is slower than any
/// line a terminal has, or it has stalled.
pub(super) const PIECE_TIME: Duration = Duration::from_secs(30);

/// Something that is read in pieces of at most 64 KiB.
pub(super) trait Source: Send + 'static {
    /// The next piece; `None` at the end.
    fn next_piece(&mut self) -> Result<Option<Vec<u8>>, GatewayError>;
}

impl Source for BlobReader {
    fn next_piece(&mut self) -> Result<Option<Vec<u8>>, GatewayError> {
        Self::next_piece(self)
    }
}

/// Reads a few pieces ahead of the network, and holds no thread while it waits for it. The slot is
/// given back when the last piece has left, or when the other side takes none for too long.
pub(super) fn stream(
    reader: impl Source,
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
    mut reader: impl Source,
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
                tracing::error!(code = %error.code(), %error, "a file could not be read");
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

/// The pieces as a body.
pub(super) struct Pieces {
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

    use std::sync::Arc;

    use http_body_util::BodyExt;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::blob::{BlobRef, Blobs, RECORD_BYTES};
    use crate::entropy::SystemEntropy;

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

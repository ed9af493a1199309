//! The rest of a body that a route did not read.
//!
//! A refusal is often known before the body is read. If the connection were closed then,
//! the sender would see a reset in place of the refusal and its code; so the rest is read
//! and thrown away, within bounds.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use protocol::exchange::MAX_FILE_BYTES;

/// Most that is thrown away, in bytes; a sender of more sees the connection closed.
const REST_BYTES: u64 = MAX_FILE_BYTES;

/// Longest time spent on it.
const REST_TIME: Duration = Duration::from_secs(5);

/// A body that comes back when the route is done with it.
#[derive(Debug)]
pub struct Lent {
    body: Option<Incoming>,
    back: Arc<Mutex<Option<Incoming>>>,
}

/// Where a lent body comes back to.
#[derive(Debug)]
pub struct Rest(Arc<Mutex<Option<Incoming>>>);

/// Lends a body to a route.
pub fn lend(body: Incoming) -> (Lent, Rest) {
    let back = Arc::new(Mutex::new(None));
    let lent = Lent {
        body: Some(body),
        back: Arc::clone(&back),
    };
    (lent, Rest(back))
}

impl Rest {
    /// Reads what the route left, within bounds.
    pub async fn throw_away(self) {
        let rest = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut body) = rest.filter(|body| !body.is_end_stream()) else {
            return;
        };
        let read = async {
            let mut left = REST_BYTES;
            while let Some(Ok(frame)) = body.frame().await {
                let length = frame.data_ref().map_or(0, Bytes::len) as u64;
                let Some(less) = left.checked_sub(length) else {
                    return;
                };
                left = less;
            }
        };
        if tokio::time::timeout(REST_TIME, read).await.is_err() {
            tracing::debug!("the rest of a body came too slowly");
        }
    }
}

impl Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        *self.back.lock().unwrap_or_else(PoisonError::into_inner) = self.body.take();
    }
}

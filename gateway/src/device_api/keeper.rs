//! The thread that deletes what has ended. It is one of its own: neither stalled downloads nor a
//! crowd of uploads keeps a deadline waiting.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::engine::{Purged, end_documents, tidy};
use crate::error::GatewayError;
use crate::gateway::Gateway;

/// How often documents are destroyed whose deadline came.
const DOCUMENTS_EVERY: Duration = Duration::from_secs(10);

/// After how many of these rounds everything else that has ended is deleted: ten minutes.
const TIDY_EVERY: u32 = 60;

/// The thread's handle.
pub struct Keeper {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Keeper {
    /// Starts the thread; its first round is at once.
    pub fn start(gateway: Arc<Gateway>) -> Result<Self, GatewayError> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("keeper".to_owned())
            .spawn(move || run(&gateway, &stopped))
            .map_err(|e| GatewayError::io("start", "keeper", e))?;
        Ok(Self { stop, thread })
    }

    /// Lets a round under way end, and waits for it.
    pub fn stop(self) {
        drop(self.stop);
        // Rounds contain their own panics.
        let _ = self.thread.join();
    }
}

fn run(gateway: &Gateway, stopped: &Receiver<()>) {
    for round in (0..TIDY_EVERY).cycle() {
        // A defect that one round meets must not keep every later document alive.
        match catch_unwind(AssertUnwindSafe(|| one(gateway, round == 0))) {
            Ok(Ok(purged)) => tracing::debug!(?purged, "ended rows were deleted"),
            Ok(Err(error)) => tracing::warn!(code = %error.code(), %error, "tidying failed"),
            Err(_) => tracing::error!("tidying stopped by a defect"),
        }
        match stopped.recv_timeout(DOCUMENTS_EVERY) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn one(gateway: &Gateway, whole: bool) -> Result<Purged, GatewayError> {
    let (store, blobs) = (&**gateway.engine.store(), &gateway.blobs);
    let now = gateway.clock.now();
    let documents = end_documents(store, blobs, now)?;
    let rest = if whole {
        tidy(store, blobs, now)?
    } else {
        Purged::default()
    };
    Ok(Purged { documents, ..rest })
}

//! Where the gateway keeps everything: one trait, so that another database can stand in.
//!
//! All changes go through [`Store::submit`]: a job either happens whole or not at all, and
//! its `done` is called only after the change is durable. The rows are grouped by
//! subject, one trait a file; [`Tx`] is all of them together.

pub mod accounts;
pub mod cases;
pub mod commands;
pub mod conformance;
mod conformance_devices;
mod conformance_releases;
pub mod devices;
pub mod feed;
pub mod files;
pub mod offices;
pub mod provisioning;
pub mod releases;
pub mod requests;
pub mod sqlite;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

pub use accounts::{Account, AccountRows, KeptAt, UpstreamUser};
pub use cases::{CaseRow, CaseRows, PersonRow, Upsert};
pub use commands::CommandRows;
pub use devices::{
    Alarm, AlarmKind, Cancelled, Device, DeviceRows, DeviceState, KeptSelfTest, Token, TokenIssue,
};
pub use feed::FeedRows;
pub use files::{Attachment, Document, DocumentTime, FileRows};
pub use offices::{OfficeRows, Pledge, ProfileRow, StaffRow};
pub use provisioning::{KnownImage, MadeToken, ProvisioningRows, Station, StationRight};
pub use releases::{Audience, Release, ReleaseRows, Standing, Target};
pub use requests::{RequestRow, RequestRows, SubjectState};

use crate::error::GatewayError;

/// Everything a job may do with the rows.
pub trait Tx:
    OfficeRows
    + DeviceRows
    + AccountRows
    + CommandRows
    + FeedRows
    + CaseRows
    + RequestRows
    + FileRows
    + ProvisioningRows
    + ReleaseRows
{
}

impl<T> Tx for T where
    T: OfficeRows
        + DeviceRows
        + AccountRows
        + CommandRows
        + FeedRows
        + CaseRows
        + RequestRows
        + FileRows
        + ProvisioningRows
        + ReleaseRows
{
}

/// A change, made within one transaction; an error undoes all of it.
pub type Job = Box<dyn FnOnce(&mut dyn Tx) -> Result<(), GatewayError> + Send>;

/// Told when a job's change is durable, or why it did not happen.
pub type Done = Box<dyn FnOnce(Result<(), GatewayError>) + Send>;

/// A durable store. Implementations pass [`conformance::check`].
pub trait Store: Send + Sync {
    /// Queues a change. `done` is called exactly once, after the commit reached the disk. A job
    /// that panics is taken back and told [`GatewayError::Defect`]; others go on.
    /// A full queue answers [`GatewayError::Busy`] at once.
    fn submit(&self, job: Job, done: Done);

    /// Runs a job that only looks; attempts to change something fail.
    ///
    /// # Errors
    /// The job's own, or the database's.
    fn look(&self, job: Job) -> Result<(), GatewayError>;

    /// Writes a consistent copy to a new file, durably.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    fn copy_to(&self, file: &Path) -> Result<(), GatewayError>;
}

/// Makes a change and waits for it to be durable.
///
/// # Errors
/// The job's own, or the database's; nothing has changed then.
pub fn write<T, F>(store: &dyn Store, job: F) -> Result<T, GatewayError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Tx) -> Result<T, GatewayError> + Send + 'static,
{
    let (tell, hear) = mpsc::sync_channel(1);
    let (job, slot) = with_slot(job);
    store.submit(
        job,
        Box::new(move |outcome| {
            // The caller waits below, so the channel is open.
            let _ = tell.send(outcome);
        }),
    );
    hear.recv().map_err(|_| GatewayError::Busy)??;
    take(&slot)
}

/// Makes a change and waits for it without holding a thread.
///
/// # Errors
/// As [`write()`].
pub async fn write_async<T, F>(store: &dyn Store, job: F) -> Result<T, GatewayError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Tx) -> Result<T, GatewayError> + Send + 'static,
{
    let (tell, hear) = tokio::sync::oneshot::channel();
    let (job, slot) = with_slot(job);
    store.submit(
        job,
        Box::new(move |outcome| {
            // A caller that went away loses only the news; the change stands.
            let _ = tell.send(outcome);
        }),
    );
    hear.await.map_err(|_| GatewayError::Busy)??;
    take(&slot)
}

/// Looks something up.
///
/// # Errors
/// The job's own, or the database's.
pub fn read<T, F>(store: &dyn Store, job: F) -> Result<T, GatewayError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Tx) -> Result<T, GatewayError> + Send + 'static,
{
    let (job, slot) = with_slot(job);
    store.look(job)?;
    take(&slot)
}

type Slot<T> = Arc<Mutex<Option<T>>>;

fn with_slot<T, F>(job: F) -> (Job, Slot<T>)
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Tx) -> Result<T, GatewayError> + Send + 'static,
{
    let slot: Slot<T> = Arc::new(Mutex::new(None));
    let inner = Arc::clone(&slot);
    let boxed: Job = Box::new(move |tx| {
        let value = job(tx)?;
        *inner.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        Ok(())
    });
    (boxed, slot)
}

fn take<T>(slot: &Slot<T>) -> Result<T, GatewayError> {
    slot.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()
        .ok_or(GatewayError::Busy)
}

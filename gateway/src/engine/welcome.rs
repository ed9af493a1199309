//! What a terminal is told that was enrolled after the others.

use std::cmp::Reverse;

use protocol::answer::{FeedEntry, FeedItem};
use protocol::calendar::Timestamp;

use super::releases::welcome_release;
use crate::error::GatewayError;
use crate::store::{Device, Tx};

/// Most staff records: as many as a terminal holds.
const STAFF: usize = 500;

/// Most documents, those that end first.
const DOCUMENTS: u32 = 500;

/// Most notices, the newest.
const NOTICES: u32 = 50;

/// Begins a new terminal's feed with what its office knows already: staff (leavers too, so that
/// nobody is added again under their id), documents that can still be fetched, notices, a new system that is offered.
///
/// # Errors
/// The database's.
pub fn welcome(tx: &mut dyn Tx, device: &mut Device, now: Timestamp) -> Result<(), GatewayError> {
    let mut staff = tx.staff(&device.office)?;
    staff.sort_by_key(|record| Reverse(record.active));
    staff.truncate(STAFF);
    let staff = staff
        .into_iter()
        .map(|record| (FeedItem::Staff(record), None));
    let documents = tx.living_documents(&device.office, now, DOCUMENTS)?;
    let documents = documents.into_iter().map(|document| {
        let deadline = document.offer.deadline;
        (FeedItem::DocumentOffered(document.offer), Some(deadline))
    });
    let notices = tx.notices(&device.office, NOTICES)?;
    let notices = notices
        .into_iter()
        .map(|notice| (FeedItem::Notice(notice), None));
    for (item, delete_after) in staff.chain(documents).chain(notices) {
        let seq = device.next_in_feed()?;
        tx.push_feed(device.key, &FeedEntry { seq, item }, now, delete_after)?;
    }
    tx.save_marks(device)?;
    welcome_release(tx, device, now)
}

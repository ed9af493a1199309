//! What is deleted when its time is over.

use std::time::Duration;

use protocol::answer::FeedItem;
use protocol::calendar::Timestamp;

use crate::blob::Blobs;
use crate::error::GatewayError;
use crate::sources::retention_start;
use crate::store::{self, Store};

/// Commands with their receipts are kept this long, in days: five years, because they are
/// also the record of who asked about whom (安全管理ガイドライン 6.0, システム運用編 17). What
/// terminals are promised is 400 days.
pub const RECEIPT_DAYS: u64 = 1_830;

/// Feed entries a terminal says it keeps stay this long, for a terminal that is restored.
const ACKNOWLEDGED: Duration = Duration::from_secs(30 * 86_400);

/// Ended tokens stay this long, so that a late second use is told from an unknown token.
const TOKENS: Duration = Duration::from_secs(30 * 86_400);

/// Attachments that no open request names are deleted this long after their last use.
const ATTACHMENTS: Duration = Duration::from_secs(90 * 86_400);

/// Notices are shown to terminals that are enrolled within this time.
const NOTICES: Duration = Duration::from_secs(90 * 86_400);

/// Most rows of a kind that one transaction deletes: others wait for it to end.
const ROWS_AT_ONCE: u32 = 500;

/// Most transactions in a row for one kind; the next run does the rest.
const TRANSACTIONS: u32 = 200;

/// How many rows were deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    /// Documents whose deadline came.
    pub documents: u64,
    /// Applications beyond their insurer's retention.
    pub cases: u64,
    /// Feed entries.
    pub feed: u64,
    /// Commands with their receipts.
    pub commands: u64,
    /// Attachments.
    pub attachments: u64,
}

/// Lets the numbers of every feed go on from the present time (in microseconds), at each
/// start. A gateway that was restored from a backup, even twice from the same one, then gives
/// no number that the lost one may have given, and no terminal takes a new entry for one
/// that it has.
///
/// # Errors
/// The database's.
pub fn continue_feeds(store: &dyn Store, now: Timestamp) -> Result<(), GatewayError> {
    let first = first_number(now);
    store::write(store, move |tx| {
        for mut device in tx.devices(None)? {
            if device.feed_seq < first {
                device.feed_seq = first;
                tx.save_marks(&device)?;
            }
        }
        Ok(())
    })
}

/// The number a feed goes on from when the gateway starts at `now`: microseconds, because a
/// terminal that comes back after a month takes more than a thousand entries in a second, and a
/// gateway that is restored right after must begin beyond them.
pub(super) fn first_number(now: Timestamp) -> u64 {
    u64::try_from(now.unix_ms())
        .unwrap_or(0)
        .saturating_mul(1_000)
}

/// Deletes everything whose time is over: [`end_documents`], then [`tidy`].
///
/// # Errors
/// The database's or the disk's. What was done stays done; the next run does the rest.
pub fn maintain(store: &dyn Store, blobs: &Blobs, now: Timestamp) -> Result<Purged, GatewayError> {
    let documents = end_documents(store, blobs, now)?;
    Ok(Purged {
        documents,
        ..tidy(store, blobs, now)?
    })
}

/// Destroys documents whose deadline came, and tells their office; says how many. Called every
/// few seconds; a route that meets an ended document refuses it whether or not this has run.
///
/// # Errors
/// As [`maintain`].
pub fn end_documents(
    store: &dyn Store,
    blobs: &Blobs,
    now: Timestamp,
) -> Result<u64, GatewayError> {
    in_pieces(|| {
        let ended = store::write(store, move |tx| {
            let due = tx.due_documents(now, ROWS_AT_ONCE)?;
            for document in &due {
                tx.forget_document(&document.offer.document, now)?;
                let item = FeedItem::DocumentWithdrawn {
                    document: document.offer.document,
                };
                tx.broadcast(Some(&document.office), None, &item, now, None)?;
            }
            Ok(due)
        })?;
        // The keys are gone with the commit above; the files that are left are noise.
        for document in &ended {
            if let Some(blob) = &document.blob {
                blobs.remove(blob.name)?;
            }
        }
        Ok(ended.len() as u64)
    })
}

/// Deletes everything else whose time is over. Nobody waits for it: every few minutes is enough.
///
/// # Errors
/// As [`maintain`].
pub fn tidy(store: &dyn Store, blobs: &Blobs, now: Timestamp) -> Result<Purged, GatewayError> {
    let long_ago = |age: Duration| {
        let ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_unix_ms(now.unix_ms().saturating_sub(ms))
    };
    let stale = long_ago(ATTACHMENTS);
    let attachments = in_pieces(|| {
        let dropped = store::write(store, move |tx| {
            let dropped = tx.stale_attachments(stale, ROWS_AT_ONCE)?;
            for attachment in &dropped {
                tx.drop_attachment(&attachment.office, &attachment.sha256)?;
            }
            Ok(dropped)
        })?;
        for attachment in &dropped {
            blobs.remove(attachment.blob.name)?;
        }
        Ok(dropped.len() as u64)
    })?;
    let receipts_end = long_ago(Duration::from_secs(RECEIPT_DAYS * 86_400));
    let (acknowledged, tokens) = (long_ago(ACKNOWLEDGED), long_ago(TOKENS));
    let notices = long_ago(NOTICES);
    let cases = store::write(store, move |tx| {
        let mut cases = 0;
        for insurer in tx.insurers()? {
            cases += tx.purge_cases(&insurer.number, retention_start(&insurer, now))?;
        }
        tx.purge_tokens(tokens)?;
        tx.purge_notices(notices)?;
        tx.purge_requests(receipts_end)?;
        Ok(cases)
    })?;
    let feed = in_pieces(|| {
        store::write(store, move |tx| {
            tx.purge_feed(now, acknowledged, ROWS_AT_ONCE)
        })
    })?;
    let commands = in_pieces(|| {
        store::write(store, move |tx| {
            tx.purge_commands(receipts_end, ROWS_AT_ONCE)
        })
    })?;
    Ok(Purged {
        documents: 0,
        cases,
        feed,
        commands,
        attachments,
    })
}

/// Repeats a step that deletes at most [`ROWS_AT_ONCE`] rows until it finds fewer.
fn in_pieces(mut step: impl FnMut() -> Result<u64, GatewayError>) -> Result<u64, GatewayError> {
    let mut gone = 0;
    for _ in 0..TRANSACTIONS {
        let piece = step()?;
        gone += piece;
        if piece < u64::from(ROWS_AT_ONCE) {
            break;
        }
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_restored_in_the_middle_of_the_fastest_drain_gives_no_number_twice() {
        /// More than one terminal can take: see the figures of a drain.
        const ENTRIES_A_SECOND: u64 = 100_000;
        let started = Timestamp::from_unix_ms(1_790_000_000_000);
        let restored = Timestamp::from_unix_ms(started.unix_ms() + 1_000);
        assert!(first_number(started) + ENTRIES_A_SECOND < first_number(restored));
    }
}

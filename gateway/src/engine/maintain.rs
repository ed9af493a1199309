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

/// Attachments nobody touches are deleted after this long; a request is decided by then.
const ATTACHMENTS: Duration = Duration::from_secs(90 * 86_400);

/// Commands deleted in one transaction.
const COMMANDS_AT_ONCE: u32 = 1_000;

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

/// Lets the numbers of every feed go on from the present time (in milliseconds), at each
/// start. A gateway that was restored from a backup, even twice from the same one, then gives
/// no number that the lost one may have given, and no terminal takes a new entry for one
/// that it has.
///
/// # Errors
/// The database's.
pub fn continue_feeds(store: &dyn Store, now: Timestamp) -> Result<(), GatewayError> {
    let first = u64::try_from(now.unix_ms()).unwrap_or(0);
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

/// Deletes everything whose time is over. Called at the start and every few minutes; a
/// route that meets something ended refuses it whether or not this has run.
///
/// # Errors
/// The database's or the disk's. What was done stays done; the next run does the rest.
pub fn maintain(store: &dyn Store, blobs: &Blobs, now: Timestamp) -> Result<Purged, GatewayError> {
    let long_ago = |age: Duration| {
        let ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_unix_ms(now.unix_ms().saturating_sub(ms))
    };
    let mut purged = Purged::default();

    let ended = store::write(store, move |tx| {
        let due = tx.due_documents(now)?;
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
    purged.documents = ended.len() as u64;

    let stale = long_ago(ATTACHMENTS);
    let dropped = store::write(store, move |tx| {
        let dropped = tx.stale_attachments(stale)?;
        for attachment in &dropped {
            tx.drop_attachment(&attachment.office, &attachment.sha256)?;
        }
        Ok(dropped)
    })?;
    for attachment in &dropped {
        blobs.remove(attachment.blob.name)?;
    }
    purged.attachments = dropped.len() as u64;

    let receipts_end = long_ago(Duration::from_secs(RECEIPT_DAYS * 86_400));
    let (acknowledged, tokens) = (long_ago(ACKNOWLEDGED), long_ago(TOKENS));
    let (cases, feed, commands) = store::write(store, move |tx| {
        let mut cases = 0;
        for insurer in tx.insurers()? {
            cases += tx.purge_cases(&insurer.number, retention_start(&insurer, now))?;
        }
        tx.purge_tokens(tokens)?;
        tx.purge_requests(receipts_end)?;
        let feed = tx.purge_feed(now, acknowledged)?;
        let commands = tx.purge_commands(receipts_end, COMMANDS_AT_ONCE)?;
        Ok((cases, feed, commands))
    })?;
    purged.cases = cases;
    purged.feed = feed;
    purged.commands = commands;
    Ok(purged)
}

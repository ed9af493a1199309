//! Rows about what each terminal is told.

use protocol::answer::{FeedEntry, FeedItem};
use protocol::calendar::Timestamp;

use crate::error::GatewayError;

/// A feed for each terminal.
pub trait FeedRows {
    /// Adds an entry. `delete_after` is when nobody may have it any more.
    ///
    /// # Errors
    /// The database's; the sequence being taken.
    fn push_feed(
        &mut self,
        device: i64,
        entry: &FeedEntry,
        now: Timestamp,
        delete_after: Option<Timestamp>,
    ) -> Result<(), GatewayError>;

    /// Entries after `cursor`, in order, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    fn feed_after(
        &mut self,
        device: i64,
        cursor: u64,
        limit: u32,
    ) -> Result<Vec<FeedEntry>, GatewayError>;

    /// Tells every active terminal of an office (or of all offices) something, except
    /// `except`.
    ///
    /// # Errors
    /// The database's.
    fn broadcast(
        &mut self,
        office: Option<&protocol::number::OfficeNumber>,
        except: Option<i64>,
        item: &FeedItem,
        now: Timestamp,
        delete_after: Option<Timestamp>,
    ) -> Result<u64, GatewayError>;

    /// Deletes entries whose `delete_after` has passed, and entries older than
    /// `acknowledged_before` that their terminal has said it keeps.
    ///
    /// # Errors
    /// The database's.
    fn purge_feed(
        &mut self,
        now: Timestamp,
        acknowledged_before: Timestamp,
    ) -> Result<u64, GatewayError>;
}

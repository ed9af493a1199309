//! Rows about what each terminal is told.

use protocol::answer::{FeedEntry, FeedItem, Notice};
use protocol::calendar::Timestamp;
use protocol::number::OfficeNumber;

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
        office: Option<&OfficeNumber>,
        except: Option<i64>,
        item: &FeedItem,
        now: Timestamp,
        delete_after: Option<Timestamp>,
    ) -> Result<u64, GatewayError>;

    /// Deletes entries whose `delete_after` has passed, and entries older than
    /// `acknowledged_before` that their terminal has said it keeps; at most `limit` of either.
    ///
    /// # Errors
    /// The database's.
    fn purge_feed(
        &mut self,
        now: Timestamp,
        acknowledged_before: Timestamp,
        limit: u32,
    ) -> Result<u64, GatewayError>;

    /// Keeps a notice to one office, or to all, for terminals that are enrolled later.
    ///
    /// # Errors
    /// The database's.
    fn keep_notice(
        &mut self,
        office: Option<&OfficeNumber>,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<(), GatewayError>;

    /// The newest notices that concern an office, oldest of them first, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    fn notices(&mut self, office: &OfficeNumber, limit: u32) -> Result<Vec<Notice>, GatewayError>;

    /// Deletes notices kept before `before`.
    ///
    /// # Errors
    /// The database's.
    fn purge_notices(&mut self, before: Timestamp) -> Result<u64, GatewayError>;
}

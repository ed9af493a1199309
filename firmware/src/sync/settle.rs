//! Taking over a verified answer, in one transaction.

use protocol::answer::FeedEntry;
use protocol::calendar::Timestamp;
use protocol::exchange::CommandId;
use protocol::problem::ProblemCode;
use rusqlite::Transaction;

use crate::clock::Now;
use crate::error::Problem;

/// Keeps what the gateway's feed brings: answers, documents, notices, staff, the office's
/// facts. Trust, the cursor and the command's state are kept by this module itself.
///
/// An entry can come twice (after a restored backup the feed is read from its start, and
/// numbers are given again): keeping it twice must change nothing.
pub trait FeedSink {
    /// Keeps one entry.
    ///
    /// # Errors
    /// A problem of the disk ends the exchange, which is done again later. Any other problem
    /// passes this entry over and writes that to the audit log, so that one bad entry never
    /// blocks the others.
    fn keep(&mut self, tx: &Transaction<'_>, now: &Now, entry: &FeedEntry) -> Result<(), Problem>;
}

/// What an exchange brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settlement {
    /// Commands that were sent.
    pub sent: u64,
    /// Commands the gateway signed for.
    pub receipted: u64,
    /// Commands the gateway refused for good.
    pub held: Vec<(CommandId, ProblemCode)>,
    /// Commands that are sent again because the gateway was restored from a backup.
    pub again: u64,
    /// Feed entries that were kept.
    pub kept: u64,
    /// Feed entries that could not be kept.
    pub passed_over: u64,
    /// The gateway has more for this terminal.
    pub more: bool,
    /// Commands that still wait.
    pub waiting: u64,
    /// Roots, receipt keys or endpoints were replaced: the transport is to be made anew.
    pub trust_changed: bool,
    /// The unit is lost: the vault's key is to be destroyed now.
    pub wipe: bool,
    /// The gateway's time.
    pub gateway_time: Option<Timestamp>,
}

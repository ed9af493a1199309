//! The durable log of commands: saved → sent → receipted → answered, or held with a reason.
//!
//! - A command gets its id at the touch and is in this table before anything is sent.
//! - Only a signed receipt that names the id and the body's hash moves it on ([`settle`]).
//! - A refusal that is final holds it: a person corrects it ([`edit_and_resend`]) or gives
//!   it up ([`discard`]). Nothing is dropped after some number of tries.
//! - A receipted command stays until the gateway calls it durable; a gateway restored from
//!   a backup gets the gap again.
//!
//! What was asked lies in `outbox` and never changes; how far it is lies in the narrow
//! table `outbox_state`, so that settling five hundred commands touches few pages. Triggers
//! keep `outbox_count` in step, so that the number on the screen costs nothing to read and
//! cannot differ from the rows.

mod append;
mod pages;
mod person;
mod queue;
mod schema;
mod settle;

use std::fmt;
use std::time::Duration;

use protocol::calendar::Timestamp;
use protocol::exchange::{CommandId, Sha256Digest};
use protocol::problem::ProblemCode;

pub use append::{PROFILE_CHANGED, Saved, append};
pub use pages::{Filter, Page, counts, item, page, pending_count, quota, waits};
pub use person::{discard, edit_and_resend};
pub use queue::{
    Outgoing, attachment_arrived, mark_answered, mark_sent, needed_attachments, next_batch, prune,
    want_attachments_again, wanted_attachments,
};
pub use schema::MIGRATIONS;
pub use settle::{Settled, hold, hold_for_attachment, received_up_to, settle, start_anew};

/// Most commands that wait for a receipt.
pub const MAX_ROWS: u64 = 150_000;

/// Most bytes of bodies that wait for a receipt.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Longest time a command may wait for a receipt before new work is refused.
pub const MAX_AGE: Duration = Duration::from_secs(60 * 24 * 3600);

/// From this part of a limit on, staff are warned.
pub const WARN_PERCENT: u64 = 80;

/// How long a durable, answered command stays for the history.
pub const HISTORY: Duration = Duration::from_secs(90 * 24 * 3600);

/// Commands deleted by one call of [`prune`].
pub const PRUNE_LIMIT: u32 = 1_000;

/// Largest page of [`page`].
pub const MAX_PAGE: u32 = 100;

/// How far a command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// On this terminal, safe from a power cut.
    Saved,
    /// Sent at least once; whether it arrived is not known.
    Sent,
    /// The gateway signed for it.
    Receipted,
    /// Its answer is here.
    Answered,
    /// Refused for good; waits for a person.
    Held,
    /// Given up by a person.
    Discarded,
    /// Corrected by a person; another command took its place.
    Replaced,
}

impl State {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Saved,
        Self::Sent,
        Self::Receipted,
        Self::Answered,
        Self::Held,
        Self::Discarded,
        Self::Replaced,
    ];

    /// Waits for a receipt.
    #[must_use]
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Saved | Self::Sent)
    }

    /// As kept in the vault.
    pub(crate) const fn code(self) -> i64 {
        match self {
            Self::Saved => 0,
            Self::Sent => 1,
            Self::Receipted => 2,
            Self::Answered => 3,
            Self::Held => 4,
            Self::Discarded => 5,
            Self::Replaced => 6,
        }
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A limit of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// [`MAX_ROWS`].
    Rows,
    /// [`MAX_BYTES`].
    Bytes,
    /// [`MAX_AGE`].
    Age,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rows => "rows",
            Self::Bytes => "bytes",
            Self::Age => "age",
        })
    }
}

/// How full the queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// Below [`WARN_PERCENT`] of each limit.
    Roomy,
    /// At or above [`WARN_PERCENT`] of a limit.
    Warn {
        /// Which.
        bound: Bound,
        /// How much of it is used.
        percent: u64,
    },
    /// A limit is reached; [`append`] refuses.
    Full {
        /// Which.
        bound: Bound,
    },
}

/// Rows in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    rows: [u64; 7],
    /// Bytes of the bodies that wait for a receipt.
    pub pending_bytes: u64,
}

impl Counts {
    /// Rows in one state.
    #[must_use]
    pub fn of(&self, state: State) -> u64 {
        self.rows[usize::try_from(state.code()).unwrap_or(0)]
    }

    /// Rows that staff see: all but those given up or replaced.
    #[must_use]
    pub fn live(&self) -> u64 {
        State::ALL
            .iter()
            .filter(|state| !matches!(state, State::Discarded | State::Replaced))
            .map(|state| self.of(*state))
            .sum()
    }

    /// Rows that wait for a receipt: the number on the status strip.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.of(State::Saved) + self.of(State::Sent)
    }
}

/// One command of the queue.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Position in the queue; later commands have higher numbers.
    pub seq: u64,
    /// Its id.
    pub id: CommandId,
    /// The tag of its action, such as `progress_query`.
    pub kind: String,
    /// User id of who touched.
    pub staff: String,
    /// JSON text as stored, hashed and sent.
    pub body: String,
    /// SHA-256 of `body`.
    pub sha256: Sha256Digest,
    /// How far it is.
    pub state: State,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// When it was first sent.
    pub sent_at: Option<Timestamp>,
    /// When the gateway first had it, by the gateway's clock.
    pub receipted_at: Option<Timestamp>,
    /// When its answer arrived.
    pub answered_at: Option<Timestamp>,
    /// When it was held, discarded or replaced.
    pub closed_at: Option<Timestamp>,
    /// Number on the receipt.
    pub receipt_seq: Option<u64>,
    /// Why it is held.
    pub reason: Option<ProblemCode>,
    /// The held command it took the place of.
    pub replaces: Option<CommandId>,
    /// The command that took its place.
    pub replaced_by: Option<CommandId>,
}

impl Item {
    /// When it came to its present state.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        let at = match self.state {
            State::Saved => Some(self.saved_at),
            State::Sent => self.sent_at,
            State::Receipted => self.receipted_at,
            State::Answered => self.answered_at,
            State::Held | State::Discarded | State::Replaced => self.closed_at,
        };
        at.unwrap_or(self.saved_at)
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body is about a person.
        f.debug_struct("Item")
            .field("seq", &self.seq)
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;

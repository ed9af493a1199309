//! Documents that end, declined requests, and notices.
//!
//! - A document lies in the vault under its random id and a key of its own ([`crate::sealed`]);
//!   its name, which is personal data, only beside it (U18).
//! - It ends at its deadline, counted by the wall clock and by time lived, whichever ends
//!   first: turning the clock back gains nothing. The key goes first, then the bytes.
//! - That it arrived, was opened and was destroyed is told to the gateway by commands saved in
//!   the same transaction as the change (U16).
//! - There is no reply (U15).

mod decline;
mod document;
mod notice;
mod pages;

use std::time::Duration;

use protocol::answer::Notice;
use protocol::exchange::{CommandId, DocumentId};
use protocol::number::{InsurerNumber, UserId};

use crate::clock::Now;
use crate::error::Problem;
use crate::terminal::touch::InboxFilter;
use crate::terminal::view::InboxId;
use crate::vault::{Migration, Vault};

pub use decline::{MAX_DECLINES, forget_declines, keep_declines};
pub use document::{
    Documents, MAX_DAMAGED, bytes, forget, not_fetched, offer, sweep, sweep_due, to_fetch, withdraw,
};
pub use notice::{MAX_NOTICES, Window, keep_notice, maintenance};
pub use pages::{InboxEntry, Listing, newest_unopened, unopened};

/// Most documents at a time, offered or here.
pub const MAX_DOCUMENTS: u32 = 2_000;

/// User id in commands that nobody touched: what the terminal does by itself.
pub const TERMINAL: &str = "terminal";

/// Tables of this module.
///
/// States of a document: 0 offered, 1 here, 2 destroyed (only its id is left, so that it
/// cannot come back).
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        layout: 1,
        name: "inbox-1",
        sql: "CREATE TABLE document(
            id BLOB PRIMARY KEY CHECK(length(id) = 16),
            state INTEGER NOT NULL CHECK(state IN (0, 1, 2)),
            offer TEXT NOT NULL,
            title TEXT NOT NULL,
            size INTEGER NOT NULL,
            opened INTEGER NOT NULL,
            damaged INTEGER NOT NULL DEFAULT 0,
            arrived_ms INTEGER NOT NULL,
            deadline_wall_ms INTEGER NOT NULL,
            deadline_lived_ms INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX document_state ON document(state);
          CREATE TABLE notice(
            id BLOB PRIMARY KEY CHECK(length(id) = 16),
            body TEXT NOT NULL,
            title TEXT NOT NULL,
            important INTEGER NOT NULL,
            opened INTEGER NOT NULL,
            shown_from_ms INTEGER NOT NULL,
            maintenance_from_ms INTEGER,
            maintenance_to_ms INTEGER
          ) STRICT, WITHOUT ROWID;",
    },
    Migration {
        layout: 1,
        name: "inbox-2",
        sql: "CREATE TABLE decline(
            command BLOB PRIMARY KEY CHECK(length(command) = 16),
            who TEXT NOT NULL,
            people INTEGER NOT NULL,
            title TEXT NOT NULL,
            opened INTEGER NOT NULL,
            at_ms INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;",
    },
];

/// What the state machine asks of this module.
#[derive(Debug)]
pub enum Job {
    /// A page of the list.
    Page {
        /// Which entries.
        filter: InboxFilter,
        /// From 0.
        page: usize,
        /// Rows of a page.
        rows: usize,
    },
    /// The newest entry not opened yet.
    NewestUnopened,
    /// Opens a document.
    Open {
        /// Which.
        document: DocumentId,
        /// Who touched.
        staff: UserId,
    },
    /// Opens a notice.
    OpenNotice(DocumentId),
    /// It was read what the municipality decided about a request.
    ReadDecision(CommandId),
    /// A document was printed.
    Printed {
        /// Which.
        document: DocumentId,
        /// Who touched.
        staff: UserId,
    },
}

/// What comes back.
#[derive(Debug)]
pub enum Reply {
    /// To [`Job::Page`].
    Page(Listing),
    /// To [`Job::NewestUnopened`].
    Newest(Option<InboxId>),
    /// To [`Job::Open`].
    Opened(Opened),
    /// To [`Job::Open`], for a document that arrived damaged [`MAX_DAMAGED`] times.
    Undelivered {
        /// Whom its request asked, if it answers one.
        insurer: Option<InsurerNumber>,
    },
    /// To [`Job::OpenNotice`].
    Notice(Box<Notice>),
    /// To [`Job::ReadDecision`] and [`Job::Printed`].
    Noted,
}

/// An opened document.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// 被保険者番号_被保険者氏名_認定年月日.pdf, for display.
    pub display_name: String,
    /// Time left at this instant.
    pub left: Duration,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// Does a job.
///
/// # Errors
/// [`protocol::problem::ProblemCode::DocumentGone`] past the deadline,
/// [`protocol::problem::ProblemCode::DocumentUnknown`], those of the queue and of the vault.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    match job {
        Job::Page { filter, page, rows } => vault
            .read(|c| pages::list(c, now, filter, page, rows))
            .map(Reply::Page),
        Job::NewestUnopened => vault.read(|c| newest_unopened(c, now)).map(Reply::Newest),
        Job::Open { document, staff } => {
            vault.write(|tx| document::open(tx, now, document, &staff))
        }
        Job::OpenNotice(id) => vault
            .write(|tx| notice::open(tx, id))
            .map(|notice| Reply::Notice(Box::new(notice))),
        Job::ReadDecision(command) => vault
            .write(|tx| decline::read(tx, command))
            .map(|()| Reply::Noted),
        Job::Printed { document, staff } => vault.write(|tx| {
            let event = crate::audit::AuditEvent::Printed {
                document: Some(document),
            };
            crate::audit::append(tx, now, Some(&staff), &event).map(|_| Reply::Noted)
        }),
    }
}

#[cfg(test)]
mod tests;

//! Questions about people, the answers kept here, and the office's own list (台帳).
//!
//! - A question is one transaction: the command in the queue, the audit entry, and what it
//!   takes to recognise its answer.
//! - Two things can be asked: how far a certification is (進捗), and what the 被保険者証 says
//!   (資格). An answer is kept by insurer and [`Key`], with its source, age and validity. After the insurer's retention it is deleted, at every start,
//!   at every exchange and daily ([`sweep`]); past it, it is not shown even before that.
//! - Only insurers in the office's scope are asked (E5), only with a purpose (E4), and the
//!   result is never a list (E11).

mod bench;
mod clients;
mod keep;
mod key;
mod period;
mod question;
mod stages;

use protocol::answer::Answer;
use protocol::calendar::Date;
use protocol::exchange::CommandId;
use protocol::number::{InsuredNumber, InsurerNumber, UserId};
use protocol::person::Purpose;

use crate::clock::Now;
use crate::error::Problem;
use crate::outbox::State;
use crate::vault::{Migration, Vault};

pub use bench::fill;
pub use clients::{Client, ClientsPage, KEPT_UNUSED, MAX_CLIENTS, forget, has_clients};
pub use keep::{KeptAnswer, MAX_KEPT, cut, find, keep_answer, sweep, sweep_due};
pub use key::Key;
pub use period::{Period, period};
pub use question::{ask, person_of};
pub use stages::{stages, thirtieth_day};

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        layout: 1,
        name: "lookup-1",
        sql: "CREATE TABLE kept_answer(
            insurer TEXT NOT NULL,
            key TEXT NOT NULL,
            command BLOB NOT NULL CHECK(length(command) = 16),
            who TEXT,
            body TEXT NOT NULL,
            as_of_ms INTEGER NOT NULL,
            retrieved_ms INTEGER NOT NULL,
            valid_until_ms INTEGER NOT NULL,
            delete_wall_ms INTEGER NOT NULL,
            delete_lived_ms INTEGER NOT NULL,
            PRIMARY KEY(insurer, key)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX kept_answer_wall ON kept_answer(delete_wall_ms);
          CREATE INDEX kept_answer_lived ON kept_answer(delete_lived_ms);
          CREATE TABLE question(
            command BLOB PRIMARY KEY CHECK(length(command) = 16),
            insurer TEXT NOT NULL,
            key TEXT NOT NULL,
            purpose TEXT NOT NULL,
            staff TEXT NOT NULL,
            who TEXT,
            delete_wall_ms INTEGER NOT NULL,
            delete_lived_ms INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX question_key ON question(insurer, key);
          CREATE INDEX question_wall ON question(delete_wall_ms);
          CREATE INDEX question_lived ON question(delete_lived_ms);
          CREATE TABLE client(
            id INTEGER PRIMARY KEY,
            insurer TEXT NOT NULL,
            insured TEXT NOT NULL,
            name TEXT NOT NULL,
            born_on TEXT NOT NULL,
            used_ms INTEGER NOT NULL,
            UNIQUE(insurer, insured)
          ) STRICT;
          CREATE INDEX client_used ON client(used_ms);
          CREATE INDEX client_person ON client(born_on, name);",
    },
    Migration {
        layout: 1,
        name: "lookup-2",
        sql: "ALTER TABLE client ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;",
    },
];

/// How a person is found at an insurer.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    /// Which municipality.
    pub insurer: InsurerNumber,
    /// What is asked, and by what the person is found.
    pub key: Key,
}

/// A question about one person's certification or insurance.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// About whom.
    pub subject: Subject,
    /// Why (required, E4).
    pub purpose: Purpose,
    /// The person's name, if a card or the list told it.
    pub who: Option<String>,
    /// 生年月日, if known beside the key; kept in the office's list, not sent with a number.
    pub born_on: Option<Date>,
}

/// Who the answer is about stays out of the log.
impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject")
            .field("insurer", &self.insurer)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Question")
            .field("insurer", &self.subject.insurer)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// What the state machine asks of this module.
pub enum Job {
    /// The kept answer, if there is one.
    Kept(Subject),
    /// Save a question.
    Ask {
        /// Made at the touch.
        id: CommandId,
        /// Who touched.
        staff: UserId,
        /// Insurers the office may ask.
        scope: Vec<InsurerNumber>,
        /// The question.
        question: Question,
        /// The held command that this one corrects.
        replaces: Option<CommandId>,
    },
    /// How far a question is, and its answer.
    Follow(CommandId),
    /// Note that a kept answer was shown to somebody.
    Shown {
        /// The command it answers.
        command: CommandId,
        /// To whom.
        staff: UserId,
    },
    /// A page of the office's list, last used first.
    Clients {
        /// From 0.
        page: usize,
        /// Rows of a page.
        rows: usize,
    },
    /// Takes a person out of the office's list, by somebody's wish.
    RemoveClient {
        /// Which municipality.
        insurer: InsurerNumber,
        /// 被保険者番号.
        insured: InsuredNumber,
        /// Who wished it.
        staff: UserId,
    },
    /// The person of a confirmed card in the office's list.
    FindPerson {
        /// Name as on the card.
        name: String,
        /// 生年月日.
        born_on: Date,
    },
    /// The person with this number in the office's list.
    FindNumber {
        /// Which municipality.
        insurer: InsurerNumber,
        /// 被保険者番号.
        insured: InsuredNumber,
    },
}

/// Names and numbers stay out of the log here too.
impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Kept(_) => "Kept",
            Self::Ask { .. } => "Ask",
            Self::Follow(_) => "Follow",
            Self::Shown { .. } => "Shown",
            Self::Clients { .. } => "Clients",
            Self::RemoveClient { .. } => "RemoveClient",
            Self::FindPerson { .. } => "FindPerson",
            Self::FindNumber { .. } => "FindNumber",
        })
    }
}

impl std::fmt::Debug for Followed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Followed")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What comes back.
#[derive(Debug)]
pub enum Reply {
    /// To [`Job::Kept`].
    Kept(Option<Box<KeptAnswer>>),
    /// To [`Job::Ask`].
    Asked(Asked),
    /// To [`Job::Follow`].
    Followed(Option<Followed>),
    /// To [`Job::Shown`].
    Noted,
    /// To [`Job::Clients`].
    Clients(ClientsPage),
    /// To [`Job::RemoveClient`].
    Removed,
    /// To [`Job::FindPerson`] and [`Job::FindNumber`].
    Client(Option<Client>),
}

/// A question is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its command; that of the same question still on its way, if there is one.
    pub command: CommandId,
    /// 控え番号.
    pub slip_number: String,
}

/// How far a question is.
#[derive(Clone, PartialEq)]
pub struct Followed {
    /// State of its command.
    pub state: State,
    /// Its subject, for asking again.
    pub subject: Subject,
    /// Why it was asked.
    pub purpose: Purpose,
    /// The person's name, if known.
    pub who: Option<String>,
    /// The kept answer to the same subject, this command's or a newer one.
    pub answer: Option<Box<KeptAnswer>>,
}

/// Does a job.
///
/// # Errors
/// Those of the vault; [`Problem::Refused`] for an insurer outside the scope.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    match job {
        Job::Kept(subject) => vault
            .read(|connection| find(connection, now, &subject))
            .map(|kept| Reply::Kept(kept.map(Box::new))),
        Job::Ask {
            id,
            staff,
            scope,
            question,
            replaces,
        } => vault
            .write(|tx| ask(tx, now, id, &staff, &scope, &question, replaces))
            .map(Reply::Asked),
        Job::Follow(command) => vault
            .read(|connection| question::follow(connection, now, command))
            .map(Reply::Followed),
        Job::Shown { command, staff } => vault.write(|tx| {
            let event = crate::audit::AuditEvent::KeptAnswerShown { command };
            crate::audit::append(tx, now, Some(&staff), &event).map(|_| Reply::Noted)
        }),
        Job::Clients { page, rows } => vault
            .read(|connection| clients::page(connection, now, page, rows))
            .map(Reply::Clients),
        Job::RemoveClient {
            insurer,
            insured,
            staff,
        } => vault
            .write(|tx| clients::remove(tx, now, &insurer, &insured, &staff))
            .map(|()| Reply::Removed),
        Job::FindPerson { name, born_on } => vault
            .read(|connection| clients::find_person(connection, &name, born_on))
            .map(Reply::Client),
        Job::FindNumber { insurer, insured } => vault
            .read(|connection| clients::find_number(connection, &insurer, &insured))
            .map(Reply::Client),
    }
}

/// Source, age and validity of an answer that is kept.
fn provenance(answer: &Answer) -> Option<&protocol::answer::Provenance> {
    match answer {
        Answer::Progress(answer) => Some(&answer.provenance),
        Answer::Eligibility(answer) => Some(&answer.provenance),
        Answer::Disclosure(_) => None,
    }
}

#[cfg(test)]
mod tests;

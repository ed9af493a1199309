//! 情報提供申出: up to ten people, their contracts, and the applicant's qualification.
//!
//! - One draft an office, kept in the vault at every change: it survives lock, kill and power
//!   cut, and another member of staff can go on with it.
//! - Ten places and no more (U8): the table has no eleventh.
//! - Who has no 居宅サービス計画作成依頼届 on file needs a scan of the contract before the
//!   request can be saved (U7, U9).
//! - Saving is one transaction: command, audit entry, draft cleared.

pub mod attachment;
mod decision;
mod draft;
pub mod files;
pub(crate) mod media;
mod qualification;
mod submit;

use protocol::calendar::Date;
use protocol::command::DisclosureRequest;
use protocol::exchange::CommandId;
use protocol::facility::FacilityProfile;
use protocol::number::{InsurerNumber, UserId};
use protocol::person::Attachment;

use crate::clock::Now;
use crate::error::Problem;
use crate::vault::{Migration, Vault};

pub use attachment::Attachments;
pub use decision::{Decisions, decisions, keep_decisions, sweep_decisions};
pub use draft::{Draft, DraftSubject, has_draft};
pub use protocol::command::MAX_SUBJECTS;
pub use qualification::Qualification;
pub use submit::Submitted;

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        layout: 1,
        name: "request-1",
        sql: "CREATE TABLE request_subject(
            slot INTEGER NOT NULL CHECK(slot IN (0, 1)),
            place INTEGER NOT NULL CHECK(place BETWEEN 1 AND 10),
            body TEXT NOT NULL,
            PRIMARY KEY(slot, place)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE request_correction(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            command BLOB NOT NULL CHECK(length(command) = 16)
          ) STRICT;
          CREATE TABLE qualification(
            staff TEXT PRIMARY KEY,
            body TEXT NOT NULL,
            expires_on TEXT
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE attachment(
            sha256 BLOB PRIMARY KEY CHECK(length(sha256) = 32),
            file BLOB NOT NULL CHECK(length(file) = 16),
            body TEXT NOT NULL,
            delete_wall_ms INTEGER NOT NULL,
            delete_lived_ms INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;",
    },
    Migration {
        layout: 1,
        name: "request-2",
        sql: "CREATE TABLE request_decision(
            command BLOB PRIMARY KEY CHECK(length(command) = 16),
            decided_ms INTEGER NOT NULL,
            body TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE request_insurer(
            slot INTEGER PRIMARY KEY CHECK(slot IN (0, 1)),
            insurer TEXT NOT NULL
          ) STRICT;",
    },
    Migration {
        layout: 1,
        name: "request-3",
        sql: "CREATE TABLE request_qualification(
            staff TEXT PRIMARY KEY,
            held TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;",
    },
];

/// Which draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A new request.
    New,
    /// A request on hold that is being corrected. Beside the new one, so that neither is lost.
    Correction,
}

impl Slot {
    fn number(self) -> i64 {
        match self {
            Self::New => 0,
            Self::Correction => 1,
        }
    }
}

/// What the state machine asks of this module.
#[derive(Debug)]
pub enum Job {
    /// The draft.
    Load {
        /// Which.
        slot: Slot,
        /// Who is at the desk, for the qualification.
        staff: UserId,
    },
    /// Puts a person into a place, or into the first free one.
    Put {
        /// Which draft.
        slot: Slot,
        /// From 1; `None`: the first free place, or the person's own if they are in already.
        place: Option<usize>,
        /// The person.
        subject: Box<DraftSubject>,
        /// Whose number the person has, where that is known. A draft for another municipality
        /// takes the person without it.
        insured_by: Option<InsurerNumber>,
        /// Who is at the desk.
        staff: UserId,
    },
    /// Takes a person out; those behind move up.
    Remove {
        /// Which draft.
        slot: Slot,
        /// From 1.
        place: usize,
        /// Who is at the desk.
        staff: UserId,
    },
    /// Says which insurer is asked.
    SetInsurer {
        /// Which draft.
        slot: Slot,
        /// The insurer.
        insurer: InsurerNumber,
        /// Who is at the desk.
        staff: UserId,
    },
    /// Loads a request on hold, to be corrected.
    Correct {
        /// The command on hold.
        held: CommandId,
        /// Who was asked.
        insurer: Option<InsurerNumber>,
        /// What it asked.
        request: Box<DisclosureRequest>,
        /// Who is at the desk.
        staff: UserId,
    },
    /// Keeps the scan of a member's 介護支援専門員証.
    SetQualification {
        /// Whose.
        staff: UserId,
        /// The scan.
        scan: Attachment,
        /// Last day of the licence, if told.
        expires_on: Option<Date>,
        /// Which draft is shown.
        slot: Slot,
    },
    /// Keeps what a member says about their 保有資格.
    SayQualification {
        /// Who.
        staff: UserId,
        /// What they are.
        held: Qualification,
        /// Which draft is shown.
        slot: Slot,
    },
    /// Saves the request.
    Submit(Box<Submit>),
}

/// What is needed to save a request.
pub struct Submit {
    /// Made at the touch.
    pub id: CommandId,
    /// Which draft.
    pub slot: Slot,
    /// Who touched.
    pub staff: UserId,
    /// Their name, for 申出者氏名.
    pub staff_name: String,
    /// The office.
    pub profile: FacilityProfile,
    /// Who is asked.
    pub insurer: InsurerNumber,
    /// Insurers the office may ask.
    pub scope: Vec<InsurerNumber>,
    /// The eleventh person, who begins the next request.
    pub next: Option<Box<DraftSubject>>,
}

impl std::fmt::Debug for Submit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Submit")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What comes back.
#[derive(Debug)]
pub enum Reply {
    /// The draft as it is now.
    Draft(Box<Draft>),
    /// To [`Job::Submit`].
    Submitted(Submitted),
}

/// Does a job.
///
/// # Errors
/// [`Problem::Refused`] for an eleventh person, for a request with something missing, for an
/// insurer outside the scope; those of the queue and of the vault.
pub fn run(job: Job, vault: &mut Vault, now: &Now) -> Result<Reply, Problem> {
    match job {
        Job::Load { slot, staff } => vault.read(|c| draft::load(c, slot, &staff)),
        Job::Put {
            slot,
            place,
            mut subject,
            insured_by,
            staff,
        } => vault.write(|tx| {
            if let Some(insurer) = insured_by
                && !draft::takes_numbers_of(tx, slot, &insurer)?
            {
                subject.insured = None;
            }
            let place = draft::put(tx, slot, place, &subject)?;
            draft::load(tx, slot, &staff).map(|draft| Draft {
                changed: Some(place),
                ..draft
            })
        }),
        Job::Remove { slot, place, staff } => vault.write(|tx| {
            draft::remove(tx, slot, place)?;
            draft::load(tx, slot, &staff)
        }),
        Job::SetInsurer {
            slot,
            insurer,
            staff,
        } => vault.write(|tx| {
            draft::set_insurer(tx, slot, &insurer)?;
            draft::load(tx, slot, &staff)
        }),
        Job::Correct {
            held,
            insurer,
            request,
            staff,
        } => vault.write(|tx| {
            draft::begin_correction(tx, held, insurer.as_ref(), &request)?;
            draft::load(tx, Slot::Correction, &staff)
        }),
        Job::SetQualification {
            staff,
            scan,
            expires_on,
            slot,
        } => vault.write(|tx| {
            attachment::set_qualification(tx, &staff, &scan, expires_on)?;
            draft::load(tx, slot, &staff)
        }),
        Job::SayQualification { staff, held, slot } => vault.write(|tx| {
            qualification::say(tx, &staff, held)?;
            draft::load(tx, slot, &staff)
        }),
        Job::Submit(submit) => {
            return vault
                .write(|tx| submit::submit(tx, now, &submit))
                .map(Reply::Submitted);
        }
    }
    .map(|draft| Reply::Draft(Box::new(draft)))
}

#[cfg(test)]
mod tests;

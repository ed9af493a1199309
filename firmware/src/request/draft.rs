//! The draft: ten places, kept at every change.

use protocol::calendar::Date;
use protocol::command::{DisclosureRequest, MAX_SUBJECTS};
use protocol::exchange::CommandId;
use protocol::number::{InsuredNumber, InsurerNumber, UserId};
use protocol::person::{Attachment, PlanNotice, RequestSubject};
use protocol::problem::ProblemCode;
use protocol::text::PersonName;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::qualification::{self, Qualification};
use super::{Slot, attachment};
use crate::error::Problem;
use crate::terminal::view::Missing;

/// One person of a draft; what is not known yet is `None`.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftSubject {
    /// 被保険者氏名.
    pub name: Option<PersonName>,
    /// 被保険者番号.
    pub insured: Option<InsuredNumber>,
    /// 生年月日.
    pub born_on: Option<Date>,
    /// 認定年月日.
    pub certified_on: Option<Date>,
    /// 届出: filed, not filed, or not said yet.
    pub filed: Option<bool>,
    /// The contract, for a person whose plan is not filed.
    pub contract: Option<Attachment>,
}

impl std::fmt::Debug for DraftSubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DraftSubject(missing {:?})", self.missing())
    }
}

impl DraftSubject {
    /// The first thing that is missing.
    #[must_use]
    pub fn missing(&self) -> Option<Missing> {
        let facts = self.name.is_some()
            && self.insured.is_some()
            && self.born_on.is_some()
            && self.certified_on.is_some();
        if !facts {
            return Some(Missing::Facts);
        }
        match (self.filed, &self.contract) {
            (None, _) => Some(Missing::PlanNotice),
            (Some(false), None) => Some(Missing::Contract),
            _ => None,
        }
    }

    /// The person as the form wants them; `None` while something is missing.
    #[must_use]
    pub fn complete(&self) -> Option<RequestSubject> {
        let plan = match (self.filed?, &self.contract) {
            (true, _) => PlanNotice::Filed,
            (false, Some(scan)) => PlanNotice::Contract { scan: scan.clone() },
            (false, None) => return None,
        };
        Some(RequestSubject {
            insured: self.insured.clone()?,
            name: self.name.clone()?,
            born_on: self.born_on?,
            certified_on: self.certified_on?,
            plan,
        })
    }

    fn from_request(subject: &RequestSubject) -> Self {
        let (filed, contract) = match &subject.plan {
            PlanNotice::Filed => (true, None),
            PlanNotice::Contract { scan } => (false, Some(scan.clone())),
        };
        Self {
            name: Some(subject.name.clone()),
            insured: Some(subject.insured.clone()),
            born_on: Some(subject.born_on),
            certified_on: Some(subject.certified_on),
            filed: Some(filed),
            contract,
        }
    }

    /// Whether it is the same person: by number, or by name and birth date without numbers.
    fn is_same(&self, other: &Self) -> bool {
        match (&self.insured, &other.insured) {
            (Some(one), Some(two)) => one == two,
            _ => {
                self.name.is_some()
                    && self.born_on.is_some()
                    && self.name == other.name
                    && self.born_on == other.born_on
            }
        }
    }
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// People, in the order of their places from 1; at most [`MAX_SUBJECTS`].
    pub subjects: Vec<DraftSubject>,
    /// Who is asked, once that was said.
    pub insurer: Option<InsurerNumber>,
    /// The held command that it corrects.
    pub replaces: Option<CommandId>,
    /// 保有資格 of who is at the desk, once they said it.
    pub held: Option<Qualification>,
    /// Scan of the 介護支援専門員証 of who is at the desk.
    pub qualification: Option<Attachment>,
    /// Last day of that licence, if told.
    pub qualification_expires: Option<Date>,
    /// The place that was just filled, from 1.
    pub changed: Option<usize>,
}

impl Draft {
    /// Nothing is missing, and there is somebody.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.subjects.is_empty() && self.subjects.iter().all(|one| one.missing().is_none())
    }

    /// Every place is taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.subjects.len() >= MAX_SUBJECTS
    }
}

/// Whether a new request was begun.
///
/// # Errors
/// Those of the vault.
pub fn has_draft(connection: &Connection) -> Result<bool, Problem> {
    Ok(connection
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM request_subject WHERE slot = 0)")?
        .query_row([], |row| row.get(0))?)
}

pub(super) fn load(connection: &Connection, slot: Slot, staff: &UserId) -> Result<Draft, Problem> {
    let (scan, qualification_expires) = attachment::qualification(connection, staff)?;
    Ok(Draft {
        subjects: subjects(connection, slot)?,
        insurer: insurer(connection, slot)?,
        replaces: match slot {
            Slot::New => None,
            Slot::Correction => connection
                .query_row("SELECT command FROM request_correction", [], |row| {
                    row.get::<_, [u8; 16]>(0)
                })
                .optional()?
                .map(|bytes| CommandId(Uuid::from_bytes(bytes))),
        },
        held: qualification::of(connection, staff)?,
        qualification: scan,
        qualification_expires,
        changed: None,
    })
}

/// Puts a person into a place and returns it.
pub(super) fn put(
    tx: &Transaction<'_>,
    slot: Slot,
    place: Option<usize>,
    subject: &DraftSubject,
) -> Result<usize, Problem> {
    let people = subjects(tx, slot)?;
    let own = people
        .iter()
        .position(|one| one.is_same(subject))
        .map(|index| index + 1);
    let place = match (place, own) {
        // Added a second time: nothing that was entered before is lost.
        (None, Some(own)) => return Ok(own),
        (None, None) => people.len() + 1,
        (Some(place), Some(own)) if own != place => {
            return Err(Problem::Refused(ProblemCode::CommandSubject));
        }
        (Some(place), _) => place,
    };
    if place > MAX_SUBJECTS {
        return Err(Problem::Refused(ProblemCode::CommandTooManySubjects));
    }
    if place == 0 || place > people.len() + 1 {
        return Err(Problem::Refused(ProblemCode::CommandSubject));
    }
    write(tx, slot, place, subject)?;
    Ok(place)
}

pub(super) fn remove(tx: &Transaction<'_>, slot: Slot, place: usize) -> Result<(), Problem> {
    let mut people = subjects(tx, slot)?;
    if place == 0 || place > people.len() {
        return Ok(());
    }
    people.remove(place - 1);
    clear_people(tx, slot)?;
    for (index, subject) in people.iter().enumerate() {
        write(tx, slot, index + 1, subject)?;
    }
    Ok(())
}

/// Ends a draft: nobody is in it, and nobody is asked.
pub(super) fn clear(tx: &Transaction<'_>, slot: Slot) -> Result<(), Problem> {
    clear_people(tx, slot)?;
    tx.execute(
        "DELETE FROM request_insurer WHERE slot = ?1",
        params![slot.number()],
    )?;
    Ok(())
}

fn clear_people(tx: &Transaction<'_>, slot: Slot) -> Result<(), Problem> {
    tx.execute(
        "DELETE FROM request_subject WHERE slot = ?1",
        params![slot.number()],
    )?;
    Ok(())
}

/// Says which insurer the draft is for.
pub(super) fn set_insurer(
    tx: &Transaction<'_>,
    slot: Slot,
    insurer: &InsurerNumber,
) -> Result<(), Problem> {
    tx.prepare_cached(
        "INSERT INTO request_insurer(slot, insurer) VALUES(?1, ?2)
         ON CONFLICT(slot) DO UPDATE SET insurer = excluded.insurer",
    )?
    .execute(params![slot.number(), insurer.as_str()])?;
    Ok(())
}

/// Whether somebody with a number of `insured_by` can be in the draft with it. Who is first in a
/// draft decides whom it asks.
pub(super) fn takes_numbers_of(
    tx: &Transaction<'_>,
    slot: Slot,
    insured_by: &InsurerNumber,
) -> Result<bool, Problem> {
    if subjects(tx, slot)?.is_empty() {
        set_insurer(tx, slot, insured_by)?;
        return Ok(true);
    }
    Ok(insurer(tx, slot)?.is_none_or(|asked| asked == *insured_by))
}

fn insurer(connection: &Connection, slot: Slot) -> Result<Option<InsurerNumber>, Problem> {
    let found: Option<String> = connection
        .prepare_cached("SELECT insurer FROM request_insurer WHERE slot = ?1")?
        .query_row(params![slot.number()], |row| row.get(0))
        .optional()?;
    Ok(found.and_then(|number| InsurerNumber::parse(&number).ok()))
}

/// Loads a request on hold. The same one again keeps what was corrected already.
pub(super) fn begin_correction(
    tx: &Transaction<'_>,
    held: CommandId,
    insurer: Option<&InsurerNumber>,
    request: &DisclosureRequest,
) -> Result<(), Problem> {
    let begun: Option<[u8; 16]> = tx
        .query_row("SELECT command FROM request_correction", [], |row| {
            row.get(0)
        })
        .optional()?;
    if begun == Some(*held.0.as_bytes()) {
        return Ok(());
    }
    clear(tx, Slot::Correction)?;
    tx.execute(
        "INSERT INTO request_correction(only, command) VALUES(1, ?1)
         ON CONFLICT(only) DO UPDATE SET command = excluded.command",
        params![held.0.as_bytes()],
    )?;
    if let Some(insurer) = insurer {
        set_insurer(tx, Slot::Correction, insurer)?;
    }
    for (index, subject) in request.subjects.iter().take(MAX_SUBJECTS).enumerate() {
        write(
            tx,
            Slot::Correction,
            index + 1,
            &DraftSubject::from_request(subject),
        )?;
    }
    Ok(())
}

pub(super) fn end_correction(tx: &Transaction<'_>) -> Result<(), Problem> {
    tx.execute("DELETE FROM request_correction", [])?;
    clear(tx, Slot::Correction)
}

pub(super) fn subjects(connection: &Connection, slot: Slot) -> Result<Vec<DraftSubject>, Problem> {
    let bodies: Vec<String> = connection
        .prepare_cached("SELECT body FROM request_subject WHERE slot = ?1 ORDER BY place")?
        .query_map(params![slot.number()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    // What another version of the program wrote differently is entered again.
    Ok(bodies
        .iter()
        .map(|body| serde_json::from_str(body).unwrap_or_default())
        .collect())
}

fn write(
    tx: &Transaction<'_>,
    slot: Slot,
    place: usize,
    subject: &DraftSubject,
) -> Result<(), Problem> {
    let body = serde_json::to_string(subject)
        .map_err(|_| Problem::VaultStatement("a draft does not serialise".into()))?;
    tx.prepare_cached(
        "INSERT INTO request_subject(slot, place, body) VALUES(?1, ?2, ?3)
         ON CONFLICT(slot, place) DO UPDATE SET body = excluded.body",
    )?
    .execute(params![
        slot.number(),
        i64::try_from(place).unwrap_or(i64::MAX),
        body
    ])?;
    Ok(())
}

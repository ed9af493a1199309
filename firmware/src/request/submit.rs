//! Saving a request: command, audit entry and the cleared draft in one transaction.

use protocol::command::{Action, Command, DisclosureRequest, MAX_SUBJECTS};
use protocol::exchange::CommandId;
use protocol::person::{Applicant, RequestSubject};
use protocol::problem::ProblemCode;
use protocol::text::PersonName;
use rusqlite::Transaction;

use super::{Qualification, Slot, Submit, attachment, draft};
use crate::audit::{self, AuditEvent};
use crate::clock::Now;
use crate::error::Problem;
use crate::outbox;
use crate::slip;

/// A request is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Its command.
    pub command: CommandId,
    /// 控え番号.
    pub slip_number: String,
    /// How many people it is about.
    pub people: usize,
}

pub(super) fn submit(
    tx: &Transaction<'_>,
    now: &Now,
    submit: &Submit,
) -> Result<Submitted, Problem> {
    if !submit.scope.contains(&submit.insurer) {
        return Err(Problem::Refused(ProblemCode::CommandScope));
    }
    let draft = draft::load(tx, submit.slot, &submit.staff)?;
    if draft.subjects.len() > MAX_SUBJECTS {
        return Err(Problem::Refused(ProblemCode::CommandTooManySubjects));
    }
    let subjects: Option<Vec<RequestSubject>> = draft
        .subjects
        .iter()
        .map(draft::DraftSubject::complete)
        .collect();
    let subjects = subjects
        .filter(|subjects| !subjects.is_empty())
        .ok_or(Problem::Refused(ProblemCode::InputMissing))?;
    for scan in draft
        .subjects
        .iter()
        .filter_map(|one| one.contract.as_ref())
    {
        if !attachment::is_here(tx, scan.sha256)? {
            return Err(Problem::Refused(ProblemCode::AttachmentMissing));
        }
    }
    let held = draft
        .held
        .ok_or(Problem::Refused(ProblemCode::InputMissing))?;
    let people = subjects.len();
    // One that has run out proves nothing.
    let over = draft
        .qualification_expires
        .is_some_and(|day| day < now.wall.japan_date());
    let licence = draft.qualification.filter(|_| !(over && now.is_trusted()));
    let command = Command {
        made_at: now.wall,
        clock_trusted: now.is_trusted(),
        staff: submit.staff.clone(),
        insurer: Some(submit.insurer.clone()),
        action: Action::DisclosureRequest(DisclosureRequest {
            applicant: applicant(submit, held, licence),
            subjects,
        }),
    };
    match (submit.slot, draft.replaces) {
        (Slot::Correction, Some(held)) => {
            outbox::edit_and_resend(tx, now, &submit.staff, held, submit.id, &command)?;
            draft::end_correction(tx)?;
        }
        _ => {
            outbox::append(tx, now, submit.id, &command)?;
            draft::clear(tx, submit.slot)?;
        }
    }
    let event = AuditEvent::RequestSaved {
        command: submit.id,
        people: u8::try_from(people).unwrap_or(u8::MAX),
    };
    audit::append(tx, now, Some(&submit.staff), &event)?;
    if let Some(next) = &submit.next {
        draft::put(tx, Slot::New, None, next)?;
        draft::set_insurer(tx, Slot::New, &submit.insurer)?;
    }
    Ok(Submitted {
        command: submit.id,
        slip_number: slip::assign(tx, now, submit.id)?,
        people,
    })
}

fn applicant(
    submit: &Submit,
    held: Qualification,
    qualification_scan: Option<protocol::person::Attachment>,
) -> Applicant {
    let profile = &submit.profile;
    Applicant {
        office: profile.office.clone(),
        office_name: profile.name.clone(),
        name: PersonName::parse(&submit.staff_name).unwrap_or_else(|_| profile.applicant.clone()),
        phone: profile.phone.clone(),
        qualification: held.on_the_form().to_owned(),
        qualification_scan,
    }
}

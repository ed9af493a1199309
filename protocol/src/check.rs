//! What a command has to hold beyond its types, and which people it is about.

use std::collections::HashSet;

use crate::calendar::Date;
use crate::command::{Action, Command, DisclosureRequest, MAX_SUBJECTS, ProgressKey, StaffRecord};
use crate::exchange::MAX_FILE_BYTES;
use crate::facility::FacilityProfile;
use crate::number::InsuredNumber;
use crate::person::{Applicant, Attachment, PlanNotice, RequestSubject};
use crate::problem::ProblemCode;
use crate::text::{TextError, check_free_text};

/// Most characters of a name of a company, an office or a qualification.
pub const MAX_TITLE_CHARS: usize = 100;

/// Most characters of an address.
pub const MAX_ADDRESS_CHARS: usize = 200;

/// Most characters of the office's name in the status strip.
pub const MAX_SHORT_NAME_CHARS: usize = 8;

/// Most サービス種類 of one staff member.
pub const MAX_SERVICES: usize = 30;

impl Command {
    /// Checks what the types alone cannot hold: both sides do, the terminal before it
    /// saves and the gateway before it keeps.
    ///
    /// # Errors
    /// The code of the first thing that is wrong.
    pub fn check(&self) -> Result<(), ProblemCode> {
        if self.action.asks_an_insurer() && self.insurer.is_none() {
            return Err(ProblemCode::CommandInsurer);
        }
        match &self.action {
            Action::ProgressQuery(query) => match &query.key {
                ProgressKey::Insured { .. } => Ok(()),
                ProgressKey::Dates {
                    applied_on,
                    born_on,
                } => in_order(*born_on, *applied_on).and_then(|()| self.not_to_come(*applied_on)),
            },
            Action::EligibilityQuery(query) => self.not_to_come(query.born_on),
            Action::DisclosureRequest(request) => check_request(request),
            Action::StaffChanged(staff) => check_staff(staff),
            Action::ProfileChanged(profile) => check_profile(profile),
            Action::SelfTested(test) => test.check(),
            Action::DocumentReceived(_)
            | Action::DocumentOpened(_)
            | Action::DocumentDestroyed(_)
            | Action::PledgeSigned(_)
            | Action::DeviceReport(_)
            | Action::UpdateReport(_) => Ok(()),
        }
    }

    /// One key for each thing whose commands have to arrive in the order they were made:
    /// the insured persons (within their insurer), the document, the staff member, the
    /// profile. Commands without a common key may overtake one another.
    ///
    /// The keys hold numbers of people: they stay in encrypted storage and out of logs.
    #[must_use]
    pub fn subject_keys(&self) -> Vec<String> {
        match &self.action {
            Action::ProgressQuery(query) => match &query.key {
                ProgressKey::Insured { insured } => vec![self.person_key(insured)],
                ProgressKey::Dates { .. } => Vec::new(),
            },
            Action::EligibilityQuery(query) => vec![self.person_key(&query.insured)],
            Action::DisclosureRequest(request) => {
                let people = request.subjects.iter();
                people
                    .map(|subject| self.person_key(&subject.insured))
                    .collect()
            }
            Action::DocumentReceived(mark)
            | Action::DocumentOpened(mark)
            | Action::DocumentDestroyed(mark) => vec![format!("document/{}", mark.document)],
            Action::StaffChanged(staff) => vec![format!("staff/{}", staff.id)],
            Action::ProfileChanged(_) => vec!["profile".to_owned()],
            Action::PledgeSigned(_) => vec![format!("staff/{}", self.staff)],
            Action::DeviceReport(_) | Action::SelfTested(_) => vec!["device".to_owned()],
            Action::UpdateReport(_) => vec!["update".to_owned()],
        }
    }

    /// The first of [`Self::subject_keys`]. A request about several people has several:
    /// whoever orders commands by person has to look at all of them.
    #[must_use]
    pub fn subject_key(&self) -> Option<String> {
        self.subject_keys().into_iter().next()
    }

    /// Every attachment that the command names.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        let request = match &self.action {
            Action::DisclosureRequest(request) => Some(request),
            _ => None,
        };
        request.into_iter().flat_map(|request| {
            let contracts = request.subjects.iter().filter_map(RequestSubject::contract);
            request.applicant.qualification_scan.iter().chain(contracts)
        })
    }

    fn person_key(&self, insured: &InsuredNumber) -> String {
        let insurer = self.insurer.as_ref().map_or("", |insurer| insurer.as_str());
        format!("person/{insurer}/{insured}")
    }

    /// Dates are compared with the touch only when the terminal trusted its clock.
    fn not_to_come(&self, date: Date) -> Result<(), ProblemCode> {
        if self.clock_trusted && date > self.made_at.japan_date() {
            return Err(ProblemCode::CommandDate);
        }
        Ok(())
    }
}

impl Action {
    /// Whether the action is meant for a municipality.
    #[must_use]
    pub fn asks_an_insurer(&self) -> bool {
        matches!(
            self,
            Self::ProgressQuery(_) | Self::EligibilityQuery(_) | Self::DisclosureRequest(_)
        )
    }
}

impl RequestSubject {
    /// The scan of the contract, where the notice was not filed.
    #[must_use]
    pub fn contract(&self) -> Option<&Attachment> {
        match &self.plan {
            PlanNotice::Filed => None,
            PlanNotice::Contract { scan } => Some(scan),
        }
    }
}

fn check_request(request: &DisclosureRequest) -> Result<(), ProblemCode> {
    check_applicant(&request.applicant)?;
    if request.subjects.is_empty() {
        return Err(ProblemCode::CommandSubject);
    }
    if request.subjects.len() > MAX_SUBJECTS {
        return Err(ProblemCode::CommandTooManySubjects);
    }
    let mut seen = HashSet::with_capacity(MAX_SUBJECTS);
    for subject in &request.subjects {
        if !seen.insert((&subject.insured, subject.certified_on)) {
            return Err(ProblemCode::CommandSubject);
        }
        in_order(subject.born_on, subject.certified_on)?;
        subject.contract().map_or(Ok(()), check_attachment)?;
    }
    Ok(())
}

fn check_applicant(applicant: &Applicant) -> Result<(), ProblemCode> {
    field(&applicant.office_name, MAX_TITLE_CHARS)?;
    field(&applicant.qualification, MAX_TITLE_CHARS)?;
    applicant
        .qualification_scan
        .as_ref()
        .map_or(Ok(()), check_attachment)
}

fn check_attachment(attachment: &Attachment) -> Result<(), ProblemCode> {
    match attachment.size {
        0 => Err(ProblemCode::AttachmentMissing),
        1..=MAX_FILE_BYTES => Ok(()),
        _ => Err(ProblemCode::AttachmentTooLarge),
    }
}

fn check_staff(staff: &StaffRecord) -> Result<(), ProblemCode> {
    let is_code = |service: &String| {
        service.len() == 2
            && service
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    };
    if staff.services.len() > MAX_SERVICES || !staff.services.iter().all(is_code) {
        return Err(ProblemCode::CommandField);
    }
    let occupation = staff.occupation.as_deref();
    occupation.map_or(Ok(()), |text| field(text, MAX_TITLE_CHARS))
}

fn check_profile(profile: &FacilityProfile) -> Result<(), ProblemCode> {
    field(&profile.corporation, MAX_TITLE_CHARS)?;
    field(&profile.name, MAX_TITLE_CHARS)?;
    field(&profile.short_name, MAX_SHORT_NAME_CHARS)?;
    field(&profile.address, MAX_ADDRESS_CHARS)
}

fn field(text: &str, limit: usize) -> Result<(), ProblemCode> {
    check_free_text(text, limit).map_err(|error| match error {
        TextError::IndividualNumber => ProblemCode::InputIndividualNumber,
        _ => ProblemCode::CommandField,
    })
}

fn in_order(earlier: Date, later: Date) -> Result<(), ProblemCode> {
    if earlier <= later {
        Ok(())
    } else {
        Err(ProblemCode::CommandDate)
    }
}

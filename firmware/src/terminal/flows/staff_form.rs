//! The form of one member of staff, which J-3 shares with set-up (S-5).

use protocol::command::StaffRecord;
use protocol::number::UserId;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::text::PersonName;

use crate::access::Member;
use crate::terminal::entry::TextEntry;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, StaffEditPage, StaffState, TextField};

/// Name, id and role of one person, as they are filled in.
pub struct StaffForm {
    /// Id, once typed.
    pub id: Option<UserId>,
    /// Name, once typed.
    pub name: Option<PersonName>,
    /// Role.
    pub role: StaffRole,
    /// The member as known before.
    pub known: Option<Member>,
    entering: Option<TextEntry>,
    note: Option<ProblemCode>,
}

impl StaffForm {
    /// An empty form.
    #[must_use]
    pub fn new(role: StaffRole) -> Self {
        Self {
            id: None,
            name: None,
            role,
            known: None,
            entering: None,
            note: None,
        }
    }

    /// The form of somebody who is known.
    #[must_use]
    pub fn of(member: Member) -> Self {
        Self {
            id: Some(member.record.id.clone()),
            name: Some(member.record.name.clone()),
            role: member.record.role,
            known: Some(member),
            entering: None,
            note: None,
        }
    }

    /// Takes a touch of the form or its keyboard; `false` when it is for the flow.
    pub fn touch(&mut self, touch: &Touch, roles: &[StaffRole]) -> bool {
        if self.entering.is_some() {
            return self.keyboard(touch);
        }
        match touch {
            Touch::Field(0) => {
                let name = self.name.as_ref().map_or("", PersonName::as_str);
                self.entering = Some(TextEntry::with(TextField::StaffName, name));
            }
            Touch::Field(1) if self.known.is_none() => {
                let id = self.id.as_ref().map_or("", UserId::as_str);
                self.entering = Some(TextEntry::with(TextField::StaffId, id));
            }
            Touch::Role(role) if roles.contains(role) => self.role = *role,
            _ => return false,
        }
        self.note = None;
        true
    }

    fn keyboard(&mut self, touch: &Touch) -> bool {
        let Some(entry) = &mut self.entering else {
            return false;
        };
        match touch {
            Touch::Back => self.entering = None,
            Touch::Main => {
                let read = match entry.field() {
                    TextField::StaffId => UserId::parse(entry.text())
                        .map(|id| self.id = Some(id))
                        .map_err(|error| error.code()),
                    _ => PersonName::parse(entry.text())
                        .map(|name| self.name = Some(name))
                        .map_err(|error| error.code()),
                };
                match read {
                    Ok(()) => self.entering = None,
                    Err(code) => entry.set_note(code),
                }
            }
            touch => {
                entry.touch(touch);
            }
        }
        true
    }

    /// Says what is wrong with the form.
    pub fn set_note(&mut self, code: ProblemCode) {
        self.note = Some(code);
    }

    /// The record, once everything is there.
    #[must_use]
    pub fn record(&self, active: bool) -> Option<StaffRecord> {
        let known = self.known.as_ref().map(|member| &member.record);
        Some(StaffRecord {
            id: self.id.clone()?,
            name: self.name.clone()?,
            role: self.role,
            services: known
                .map(|record| record.services.clone())
                .unwrap_or_default(),
            occupation: known.and_then(|record| record.occupation.clone()),
            active,
        })
    }

    /// The keyboard, or the form.
    #[must_use]
    pub fn page(
        &self,
        roles: &[StaffRole],
        confirm_stop: bool,
        passcode: bool,
        entered: usize,
    ) -> Page {
        if let Some(entry) = &self.entering {
            return Page::TextEntry(entry.page(None));
        }
        Page::StaffEdit(StaffEditPage {
            id: self.id.as_ref().map(|id| id.as_str().to_owned()),
            name: self.name.as_ref().map(|name| name.as_str().to_owned()),
            role: self.role,
            roles: roles.to_vec(),
            existing: self.known.is_some(),
            state: self.known.as_ref().map(state),
            confirm_stop,
            passcode,
            complete: self.record(true).is_some(),
            entered,
            note: self.note.clone(),
        })
    }
}

/// The state of a member for the list and the form.
#[must_use]
pub fn state(member: &Member) -> StaffState {
    if !member.record.active {
        StaffState::Stopped
    } else if member.paused {
        StaffState::LockedOut
    } else if !member.has_passcode {
        StaffState::PasscodeDue
    } else if member.pledge_due {
        StaffState::PledgeDue
    } else {
        StaffState::Active
    }
}

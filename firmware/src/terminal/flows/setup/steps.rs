//! What a touch does at each step of set-up.

use protocol::problem::ProblemCode;

use super::{ROLES, SetupFlow, Step};
use crate::access::{self, Change};
use crate::setup::{self, LEAST_STAFF, PROFILE_FIELDS};
use crate::terminal::desk::Desk;
use crate::terminal::effect::Effect;
use crate::terminal::flow::Next;
use crate::terminal::flows::new_passcode::NewPasscodeFlow;
use crate::terminal::flows::profile::{build, check};
use crate::terminal::touch::Touch;

impl SetupFlow {
    pub(super) fn enrol(&mut self, token: String, desk: &mut Desk) -> Next {
        desk.effect(Effect::Enrol {
            token: token.clone(),
        });
        self.step = Step::Enrolling {
            token,
            done: 0,
            trouble: None,
        };
        Next::Stay
    }

    pub(super) fn token(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        let Step::Token(entry) = &mut self.step else {
            return Next::Stay;
        };
        match touch {
            Touch::Back => self.step = Step::Welcome,
            Touch::Main if !entry.text().is_empty() => {
                let token = protocol::text::fold_width(entry.text());
                return self.enrol(token, desk);
            }
            touch => {
                entry.touch(touch);
            }
        }
        Next::Stay
    }

    pub(super) fn typing(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        let Step::Profile { index, entry } = &mut self.step else {
            return Next::Stay;
        };
        let index = *index;
        match touch {
            Touch::Back if index > 0 => self.step = self.field(index - 1),
            Touch::Back => {}
            Touch::Main => match check(entry.field(), entry.text()) {
                Ok(text) => {
                    self.draft.texts[index] = text;
                    let ticket = desk.store(setup::Job::KeepDraft(self.draft.clone()));
                    self.drafting.start(ticket);
                    self.step = match build(&self.draft.texts) {
                        Ok(profile) => Step::Summary(Box::new(profile)),
                        Err((next, _)) if next <= index => self.field(next),
                        Err(_) => self.field(index + 1),
                    };
                }
                Err(code) => entry.set_note(code),
            },
            touch => {
                entry.touch(touch);
            }
        }
        Next::Stay
    }

    pub(super) fn summary(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        let Step::Summary(profile) = &self.step else {
            return Next::Stay;
        };
        match touch {
            Touch::Back => self.step = self.field(PROFILE_FIELDS.len() - 1),
            Touch::Field(index) if *index < PROFILE_FIELDS.len() => self.step = self.field(*index),
            Touch::Main if !self.profile.is_waiting() => {
                let profile = profile.clone();
                let command = desk.command_id();
                let job = setup::Job::KeepProfile {
                    by: None,
                    profile,
                    shown: self.draft.shown.clone(),
                    command,
                };
                let ticket = desk.store(job);
                self.profile.start(ticket);
            }
            _ => {}
        }
        Next::Stay
    }

    pub(super) fn staff(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        let Step::Staff(form) = &mut self.step else {
            return Next::Stay;
        };
        if form.touch(touch, &ROLES) {
            return Next::Stay;
        }
        match touch {
            Touch::Main if !self.saving.is_waiting() => {
                let Some(record) = form.record(true) else {
                    return Next::Stay;
                };
                let command = desk.command_id();
                let change = Change {
                    by: None,
                    second: None,
                    record,
                    new: false,
                    command,
                };
                let ticket = desk.store(access::Job::Save(change));
                self.saving.start(ticket);
            }
            Touch::Second if !self.finishing.is_waiting() => {
                if self.able < LEAST_STAFF {
                    form.set_note(ProblemCode::InputMissing);
                } else if !self.administrator {
                    form.set_note(ProblemCode::AccessLastAdministrator);
                } else {
                    let command = desk.command_id();
                    let ticket = desk.store(setup::Job::Finish { command });
                    self.finishing.start(ticket);
                }
            }
            _ => {}
        }
        Next::Stay
    }

    pub(super) fn choose_passcode(&self) -> Next {
        let Step::Staff(form) = &self.step else {
            return Next::Stay;
        };
        match (&form.id, &form.name) {
            (Some(id), Some(name)) => Next::Open(Box::new(NewPasscodeFlow::opened(
                id.clone(),
                name.as_str().to_owned(),
                None,
            ))),
            _ => Next::Stay,
        }
    }
}

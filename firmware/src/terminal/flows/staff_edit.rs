//! J-3: one member of staff, new or known.

use protocol::number::UserId;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;

use super::new_passcode::NewPasscodeFlow;
use super::staff::StaffFlow;
use super::staff_form::StaffForm;
use crate::access::{self, Change, Member, Stop, rights};
use crate::error::Problem;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, PasscodeReason};

/// What is waiting for a second person, or for the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Save the form; the member may work.
    Save,
    /// Stop the member.
    Stop,
    /// Choose a new passcode, which was forgotten.
    Passcode,
}

/// J-3.
pub struct StaffEditFlow {
    form: StaffForm,
    confirm_stop: bool,
    asked: Option<Wish>,
    doing: Option<Wish>,
    done: Waiting,
}

impl StaffEditFlow {
    /// Adds somebody.
    #[must_use]
    pub fn add() -> Self {
        Self::new(StaffForm::new(StaffRole::General))
    }

    /// Changes somebody.
    #[must_use]
    pub fn change(member: Member) -> Self {
        Self::new(StaffForm::of(member))
    }

    fn new(form: StaffForm) -> Self {
        Self {
            form,
            confirm_stop: false,
            asked: None,
            doing: None,
            done: Waiting::default(),
        }
    }

    /// Does what was wished, or asks a second person first.
    fn wish(&mut self, wish: Wish, second: Option<UserId>, desk: &mut Desk) -> Next {
        let Some(session) = desk.session.clone() else {
            return Next::Lock;
        };
        if self.done.is_waiting() {
            return Next::Stay;
        }
        let before = self.form.known.as_ref().map(|member| member.record.role);
        // A new passcode changes nobody's role, whatever the form says by now.
        let after = (wish != Wish::Passcode).then_some(self.form.role);
        let touched = before.into_iter().chain(after);
        let needed = touched
            .into_iter()
            .any(|role| rights::needs_second_person(session.role, role));
        if needed && second.is_none() {
            self.asked = Some(wish);
            return Next::Open(Box::new(StaffFlow::to_approve(
                PasscodeReason::SecondPerson,
                Some(session.staff),
            )));
        }
        let by = session.staff;
        let job = match wish {
            Wish::Passcode => return self.passcode(by, second),
            Wish::Save => {
                let Some(record) = self.form.record(true) else {
                    return Next::Stay;
                };
                let new = self.form.known.is_none();
                let command = desk.command_id();
                access::Job::Save(Change {
                    by: Some(by),
                    second,
                    record,
                    new,
                    command,
                })
            }
            Wish::Stop => {
                let Some(who) = self.form.id.clone() else {
                    return Next::Stay;
                };
                let command = desk.command_id();
                access::Job::Stop(Stop {
                    by,
                    second,
                    who,
                    command,
                })
            }
        };
        self.doing = Some(wish);
        let ticket = desk.store(job);
        self.done.start(ticket);
        Next::Stay
    }

    fn passcode(&self, by: UserId, second: Option<UserId>) -> Next {
        let Some(member) = &self.form.known else {
            return Next::Stay;
        };
        Next::Replace(Box::new(NewPasscodeFlow::forgotten(
            member.record.id.clone(),
            member.record.name.as_str().to_owned(),
            by,
            second,
        )))
    }

    /// Whether who is at the desk may give this member a new passcode: somebody else's, who
    /// works here, with rights they have or may give. The vault judges once more.
    fn may_give_passcode(&self, desk: &Desk) -> bool {
        let (Some(session), Some(member)) = (&desk.session, &self.form.known) else {
            return false;
        };
        member.record.active
            && member.record.id != session.staff
            && rights::may_replace_passcode(session.role, member.record.role)
    }

    fn finished(&mut self, result: Result<(), Problem>, desk: &mut Desk) -> Next {
        let wish = self.doing.take();
        match result {
            Ok(()) => {
                desk.effect(Effect::WakeSync);
                let new = self.form.known.is_none();
                let by = desk.session.as_ref().map(|session| session.staff.clone());
                match (wish, new, &self.form.id, &self.form.name) {
                    // Who is added stands here: they choose their passcode now, or by Back
                    // at their first login, with somebody beside them.
                    (Some(Wish::Save), true, Some(id), Some(name)) => Next::Replace(Box::new(
                        NewPasscodeFlow::opened(id.clone(), name.as_str().to_owned(), by),
                    )),
                    _ => Next::Back,
                }
            }
            Err(Problem::Refused(
                code @ (ProblemCode::AccessTaken
                | ProblemCode::AccessLastAdministrator
                | ProblemCode::AccessDenied
                | ProblemCode::AccessTooMany),
            )) => {
                self.form.set_note(code);
                Next::Stay
            }
            Err(problem) => Next::Trouble(problem),
        }
    }

    fn is_stopped(&self) -> bool {
        self.form
            .known
            .as_ref()
            .is_some_and(|member| !member.record.active)
    }
}

fn roles(desk: &Desk) -> &'static [StaffRole] {
    desk.session
        .as_ref()
        .map_or(&[], |session| rights::manages(session.role))
}

impl Flow for StaffEditFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::StaffEdit
    }

    fn page(&self, desk: &Desk) -> Page {
        let passcode = self.may_give_passcode(desk);
        self.form.page(roles(desk), self.confirm_stop, passcode, 0)
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        let Some(wish) = self.asked.take() else {
            return Next::Stay;
        };
        match desk.take_approval(PasscodeReason::SecondPerson) {
            Some(approval) => self.wish(wish, Some(approval.by), desk),
            None => Next::Stay,
        }
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if self.form.touch(&touch, roles(desk)) {
            self.confirm_stop = false;
            return Next::Stay;
        }
        let confirmed = std::mem::take(&mut self.confirm_stop);
        match touch {
            Touch::Back if confirmed => Next::Stay,
            Touch::Back => Next::Back,
            Touch::Main if self.is_stopped() => Next::Stay,
            Touch::Main => self.wish(Wish::Save, None, desk),
            Touch::Second if self.form.known.is_none() => Next::Stay,
            Touch::Second if self.is_stopped() => self.wish(Wish::Save, None, desk),
            Touch::Second if confirmed => self.wish(Wish::Stop, None, desk),
            Touch::Second => {
                self.confirm_stop = true;
                Next::Stay
            }
            Touch::Third if self.may_give_passcode(desk) => self.wish(Wish::Passcode, None, desk),
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Stored(ticket, result) if self.done.take(*ticket) => {
                let result = match result {
                    Ok(_) => Ok(()),
                    Err(problem) => Err(problem.clone()),
                };
                self.finished(result, desk)
            }
            _ => Next::Stay,
        }
    }
}

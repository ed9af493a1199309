//! who are you? To unlock, or to confirm something as a second person.

use protocol::number::UserId;

use super::passcode::PasscodeFlow;
use crate::access::{self, Member, rights};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::pager::Pager;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, PasscodeReason, StaffTile};

/// The choice of a member of staff.
pub struct StaffFlow {
    reason: PasscodeReason,
    /// Nobody confirms their own wish.
    except: Option<UserId>,
    staff: Vec<Member>,
    pager: Pager,
    list: Waiting,
}

impl StaffFlow {
    /// Somebody wants to work.
    #[must_use]
    pub fn to_unlock() -> Self {
        Self::new(PasscodeReason::Unlock, None)
    }

    /// Somebody who may manage staff confirms something, and it is not `except`. The word is
    /// left in [`Desk::approval`].
    #[must_use]
    pub fn to_approve(reason: PasscodeReason, except: Option<UserId>) -> Self {
        Self::new(reason, except)
    }

    fn new(reason: PasscodeReason, except: Option<UserId>) -> Self {
        Self {
            reason,
            except,
            staff: Vec::new(),
            pager: Pager::default(),
            list: Waiting::default(),
        }
    }

    fn offered(&self, member: &Member) -> bool {
        let record = &member.record;
        let approves = self.reason == PasscodeReason::Unlock
            || (member.has_passcode && rights::may(record.role, rights::Right::Staff));
        record.active && approves && self.except.as_ref() != Some(&record.id)
    }

    fn choose(&self, id: &UserId) -> Next {
        let Some(member) = self.staff.iter().find(|member| member.record.id == *id) else {
            return Next::Stay;
        };
        let flow = Box::new(PasscodeFlow::new(
            member.record.id.clone(),
            member.record.name.as_str().to_owned(),
            self.reason,
        ));
        match self.reason {
            PasscodeReason::Unlock => Next::Open(flow),
            _ => Next::Replace(flow),
        }
    }
}

impl Flow for StaffFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::StaffChoice
    }

    fn page(&self, desk: &Desk) -> Page {
        let size = desk.config.staff_per_page;
        Page::StaffChoice(
            self.pager
                .paged(&self.staff, size, |(_, member)| StaffTile {
                    id: member.record.id.clone(),
                    name: member.record.name.as_str().to_owned(),
                    role: member.record.role,
                    locked_out: member.paused,
                }),
        )
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        let ticket = desk.store(access::Job::List);
        self.list.start(ticket);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let (count, size) = (self.staff.len(), desk.config.staff_per_page);
        if let Some(index) = self.pager.index(&touch, count, size) {
            return self.choose(&self.staff[index].record.id);
        }
        self.pager.turn(&touch, count, size);
        match touch {
            Touch::Back => Next::Back,
            Touch::Staff(id) => self.choose(&id),
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, _desk: &mut Desk) -> Next {
        let Input::Stored(ticket, result) = input else {
            return Next::Stay;
        };
        if !self.list.take(*ticket) {
            return Next::Stay;
        }
        match result {
            Ok(StoreReply::Access(access::Reply::Staff(staff))) => {
                let mut staff = std::mem::take(staff);
                staff.retain(|member| self.offered(member));
                self.staff = staff;
                Next::Stay
            }
            Err(problem) => Next::Trouble(problem.clone()),
            Ok(_) => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

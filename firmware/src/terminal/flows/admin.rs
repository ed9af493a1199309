//! J-2: staff, for those who manage them.

use protocol::number::UserId;

use super::staff_edit::StaffEditFlow;
use super::staff_form::state;
use crate::access::{self, Member};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::pager::Pager;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, StaffAdminPage, StaffRow};

/// The list of staff.
#[derive(Default)]
pub struct StaffAdminFlow {
    staff: Vec<Member>,
    pager: Pager,
    list: Waiting,
}

impl StaffAdminFlow {
    fn choose(&self, id: &UserId) -> Next {
        match self.staff.iter().find(|member| member.record.id == *id) {
            Some(member) => Next::Open(Box::new(StaffEditFlow::change(member.clone()))),
            None => Next::Stay,
        }
    }
}

impl Flow for StaffAdminFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::StaffAdmin
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::StaffAdmin(StaffAdminPage {
            staff: self
                .pager
                .paged(&self.staff, desk.config.rows_per_page, |(_, member)| {
                    StaffRow {
                        id: member.record.id.clone(),
                        name: member.record.name.as_str().to_owned(),
                        role: member.record.role,
                        services: member.record.services.clone(),
                        last_seen: member.last_seen,
                        state: state(member),
                    }
                }),
            active: self
                .staff
                .iter()
                .filter(|member| member.record.active)
                .count(),
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        let ticket = desk.store(access::Job::List);
        self.list.start(ticket);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let (count, size) = (self.staff.len(), desk.config.rows_per_page);
        if let Some(index) = self.pager.index(&touch, count, size) {
            return self.choose(&self.staff[index].record.id);
        }
        self.pager.turn(&touch, count, size);
        match touch {
            Touch::Back => Next::Back,
            Touch::Main => Next::Open(Box::new(StaffEditFlow::add())),
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
                self.staff = std::mem::take(staff);
                Next::Stay
            }
            Err(problem) => Next::Trouble(problem.clone()),
            Ok(_) => Next::Stay,
        }
    }
}

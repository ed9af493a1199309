//! B-1: what would you like to do?

use super::card::CardFlow;
use super::doors;
use super::settings::SettingsFlow;
use crate::access::rights::{self, Right};
use crate::outbox::State;
use crate::terminal::desk::Desk;
use crate::terminal::flow::{Flow, Next};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{HomePage, Page};
use protocol::person::StaffRole;

/// The home screen.
#[derive(Debug, Default)]
pub struct HomeFlow;

impl HomeFlow {
    fn role(desk: &Desk) -> StaffRole {
        // Without a session this flow does not show; the technician has the fewest rights.
        desk.session
            .as_ref()
            .map_or(StaffRole::Technician, |session| session.role)
    }
}

impl Flow for HomeFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Home
    }

    fn page(&self, desk: &Desk) -> Page {
        let counts = &desk.counts;
        Page::Home(HomePage {
            saved: counts.of(State::Saved),
            sent: counts.of(State::Sent),
            receipted: counts.of(State::Receipted),
            answered: counts.of(State::Answered),
            held: counts.of(State::Held),
            unopened: desk.unopened,
            role: Self::role(desk),
            draft: desk.draft,
            nearly_full: desk.nearly_full,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        // Whoever comes home has finished with the person before.
        desk.in_hand = None;
        desk.approval = None;
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let role = Self::role(desk);
        let may = |right| rights::may(role, right);
        match touch {
            Touch::Main if may(Right::CheckCard) => Next::Open(Box::new(CardFlow::new())),
            Touch::Row(0) if may(Right::LookUp) => doors::look_up(desk),
            Touch::Row(1) if may(Right::Request) => doors::request(desk),
            Touch::Row(2) if may(Right::Inbox) => doors::inbox(desk),
            Touch::Row(3) if may(Right::Outbox) => doors::outbox(desk),
            Touch::Second => Next::Open(Box::new(SettingsFlow)),
            _ => Next::Stay,
        }
    }
}

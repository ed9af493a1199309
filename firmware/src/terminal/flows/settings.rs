//! B-2: settings, as far as this person may see them.

use super::admin::StaffAdminFlow;
use super::card_mode::CardModeFlow;
use super::diagnostics::DiagnosticsFlow;
use super::look::LookFlow;
use super::profile::ProfileFlow;
use super::selftest::SelfTestFlow;
use crate::access::rights;
use crate::terminal::desk::Desk;
use crate::terminal::flow::{Flow, Next};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, SettingsPage};

/// Everything there is, in the order of the page.
const ALL: [Screen; 6] = [
    Screen::Look,
    Screen::StaffAdmin,
    Screen::Profile,
    Screen::CardMode,
    Screen::Diagnostics,
    Screen::Parts,
];

/// The list of settings.
#[derive(Debug)]
pub struct SettingsFlow;

fn rows(desk: &Desk) -> Vec<Screen> {
    let Some(session) = &desk.session else {
        return Vec::new();
    };
    ALL.into_iter()
        .filter(|screen| rights::may_see(session.role, *screen))
        .collect()
}

impl Flow for SettingsFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Settings
    }

    fn page(&self, desk: &Desk) -> Page {
        Page::Settings(SettingsPage { rows: rows(desk) })
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let row = match touch {
            Touch::Back => return Next::Back,
            Touch::Row(row) => row,
            _ => return Next::Stay,
        };
        match rows(desk).get(row) {
            Some(Screen::Look) => Next::Open(Box::new(LookFlow::default())),
            Some(Screen::StaffAdmin) => Next::Open(Box::new(StaffAdminFlow::default())),
            Some(Screen::Profile) => Next::Open(Box::new(ProfileFlow::default())),
            Some(Screen::CardMode) => Next::Open(Box::new(CardModeFlow::default())),
            Some(Screen::Diagnostics) => Next::Open(Box::new(DiagnosticsFlow::default())),
            Some(Screen::Parts) => Next::Open(Box::new(SelfTestFlow::asked())),
            _ => Next::Stay,
        }
    }
}

//! the shutter. Also what shows before the state is loaded, and after the key is gone.

use super::staff::StaffFlow;
use super::trouble::wiped_page;
use crate::terminal::desk::Desk;
use crate::terminal::flow::{Flow, Next};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, WayOut};

/// The shutter.
#[derive(Debug)]
pub struct LockFlow;

impl Flow for LockFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Lock
    }

    fn page(&self, _desk: &Desk) -> Page {
        Page::Lock
    }

    fn touch(&mut self, touch: Touch, _desk: &mut Desk) -> Next {
        match touch {
            Touch::Main => Next::Open(Box::new(StaffFlow::to_unlock())),
            _ => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

/// The shutter before the vault has said what this terminal is.
#[derive(Debug)]
pub struct StartingFlow;

impl Flow for StartingFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Lock
    }

    fn page(&self, _desk: &Desk) -> Page {
        Page::Lock
    }

    fn touch(&mut self, _touch: Touch, _desk: &mut Desk) -> Next {
        Next::Stay
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

/// The unit was reported lost; nothing is left in it.
#[derive(Debug)]
pub struct WipedFlow;

impl Flow for WipedFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Trouble
    }

    fn page(&self, desk: &Desk) -> Page {
        wiped_page(WayOut::Home, desk)
    }

    fn touch(&mut self, _touch: Touch, _desk: &mut Desk) -> Next {
        Next::Stay
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

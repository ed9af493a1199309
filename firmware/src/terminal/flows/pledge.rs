//! the yearly pledge, before the first work of the year.

use crate::access;
use crate::terminal::desk::{Desk, Session};
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::Page;

/// The pledge of the person who has just typed their passcode.
#[derive(Debug, Default)]
pub struct PledgeFlow {
    signed: Waiting,
}

/// Somebody has unlocked: the pledge comes first when it is due.
pub fn unlocked(session: &Session, pledge_due: bool, desk: &mut Desk) -> Next {
    desk.session = Some(session.clone());
    if pledge_due {
        Next::Replace(Box::new(PledgeFlow::default()))
    } else {
        Next::Unlocked
    }
}

impl Flow for PledgeFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Pledge
    }

    fn page(&self, _desk: &Desk) -> Page {
        Page::Pledge
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => Next::Lock,
            Touch::Main if !self.signed.is_waiting() => {
                let Some(session) = desk.session.clone() else {
                    return Next::Lock;
                };
                let command = desk.command_id();
                let job = access::Job::SignPledge {
                    who: session.staff,
                    command,
                };
                let ticket = desk.store(job);
                self.signed.start(ticket);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Stored(ticket, result) if self.signed.take(*ticket) => match result {
                Ok(_) => {
                    desk.effect(Effect::WakeSync);
                    Next::Unlocked
                }
                Err(problem) => Next::Trouble(problem.clone()),
            },
            _ => Next::Stay,
        }
    }
}

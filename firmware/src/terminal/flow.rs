//! A flow: one question and its screens. The terminal keeps a stack of them.

use super::desk::Desk;
use super::effect::{Input, Ticket};
use super::screen::Screen;
use super::touch::Touch;
use super::view::Page;
use crate::error::Problem;
use crate::store::StoreReply;

/// One question, or a few that belong together.
pub trait Flow: Send {
    /// Number of the screen shown now.
    fn screen(&self, desk: &Desk) -> Screen;

    /// What it shows now.
    fn page(&self, desk: &Desk) -> Page;

    /// A touch. [`Touch::Home`], [`Touch::LockNow`], [`Touch::Help`] and [`Touch::ShowSlip`] are
    /// handled above the flows and do not arrive here.
    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next;

    /// Called once when the flow comes on top, new or uncovered again.
    fn shown(&mut self, desk: &mut Desk) -> Next {
        let _ = desk;
        Next::Stay
    }

    /// An answer or event that is not a touch: `Stored`, `Card`, `Reader`, `Hashed`, `Synced`,
    /// `FilesListed`, `FileTaken`, `PageDrawn`, `Tick` … Compare the ticket with the one kept.
    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        let _ = (input, desk);
        Next::Stay
    }

    /// Whether the desk must stay open although nobody touches it (a card is being read).
    fn busy(&self) -> bool {
        false
    }

    /// Whether it shows while the desk is locked (lock screen, staff, passcode, help, set-up).
    fn before_unlock(&self) -> bool {
        false
    }
}

/// What happens next.
pub enum Next {
    /// The same flow goes on.
    Stay,
    /// The flow is done or left; the one below shows again.
    Back,
    /// All flows above the home screen are dropped.
    Home,
    /// The desk locks; nothing about visitors is left.
    Lock,
    /// Another flow opens on top.
    Open(Box<dyn Flow>),
    /// Another flow takes this one's place.
    Replace(Box<dyn Flow>),
    /// The desk unlocks for the session that was just put into the desk: home screen.
    Unlocked,
    /// Something happened that a person must know: K-1.
    Trouble(Problem),
}

/// An answer that a flow waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting(Option<Ticket>);

impl Waiting {
    /// Waits for this ticket, and for no other any more.
    pub fn start(&mut self, ticket: Ticket) {
        self.0 = Some(ticket);
    }

    /// Whether `ticket` is the one; if so the wait is over.
    pub fn take(&mut self, ticket: Ticket) -> bool {
        let mine = self.0 == Some(ticket);
        if mine {
            self.0 = None;
        }
        mine
    }

    /// The store's reply in `input`, if it is the one awaited.
    pub fn stored(&mut self, input: &mut Input) -> Option<Result<StoreReply, Problem>> {
        match input {
            Input::Stored(ticket, result) if self.take(*ticket) => {
                // Nobody else waits for this ticket: what is left behind is not looked at.
                Some(std::mem::replace(result, Err(Problem::VaultBusy)))
            }
            _ => None,
        }
    }

    /// Whether `ticket` is the one; the wait goes on.
    #[must_use]
    pub fn is(&self, ticket: Ticket) -> bool {
        self.0 == Some(ticket)
    }

    /// Whether an answer is awaited.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.0.is_some()
    }
}

//! A card on a PC/SC reader.
//!
//! What PC/SC says when things go wrong was measured, not read: a card that leaves during a
//! command gives *success with no bytes*, the next command `NotTransacted`, and every further one
//! `RemovedCard`, even after the card is back.

use std::ffi::CString;
use std::time::Duration;

use pcsc::{Context, Disposition, MAX_BUFFER_SIZE_EXTENDED, ReaderState, State};
use zeroize::{Zeroize, Zeroizing};

use super::link::{CardLink, LinkFault};

/// How long the service may take to notice that a card is gone. It looks every 400 ms.
const NOTICE: Duration = Duration::from_millis(600);

/// One exclusive connection. Dropping it takes the power from the card.
pub(super) struct PcscLink {
    card: Option<pcsc::Card>,
    context: Context,
    reader: CString,
    torn: bool,
    buffer: Zeroizing<Vec<u8>>,
}

impl PcscLink {
    pub(super) fn new(card: pcsc::Card, context: Context, reader: CString) -> Self {
        Self {
            card: Some(card),
            context,
            reader,
            torn: false,
            buffer: Zeroizing::new(vec![0; MAX_BUFFER_SIZE_EXTENDED]),
        }
    }

    fn disconnect(&mut self) {
        let Some(card) = self.card.take() else {
            return;
        };
        // Taking the power from a card that is just gone makes pcscd call the reader empty; if
        // the card is back before pcscd's next look, it stays "empty" for as long as it lies
        // there. So a torn link is let go only when the service has seen what happened.
        let disposition = if self.torn && self.seen_leaving() {
            Disposition::LeaveCard
        } else {
            // pcsc's own drop would only reset the card, which leaves an opened application open.
            Disposition::UnpowerCard
        };
        if let Err((card, error)) = card.disconnect(disposition) {
            tracing::debug!(%error, "disconnect");
            drop(card);
        }
    }

    /// Waits for the service to notice the empty reader; `false` when a card lies there after all.
    fn seen_leaving(&self) -> bool {
        let mut state = ReaderState::new(self.reader.clone(), State::PRESENT);
        let states = std::slice::from_mut(&mut state);
        // Other changes than the wanted one end a wait early; a handful of turns covers them.
        for _ in 0..4 {
            match self.context.get_status_change(NOTICE, states) {
                Ok(()) if !states[0].event_state().contains(State::PRESENT) => return true,
                Ok(()) => states[0].sync_current_state(),
                Err(pcsc::Error::Timeout) => return false,
                // No service or no reader: nothing to take the power from.
                Err(_) => return true,
            }
        }
        false
    }
}

impl CardLink for PcscLink {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
        let card = self.card.as_ref().ok_or(LinkFault::NoCard)?;
        let answer = match card.transmit(command, &mut self.buffer) {
            Ok([]) => Err(LinkFault::CardLeft),
            Ok(answer) => Ok(Zeroizing::new(answer.to_vec())),
            Err(error) => Err(fault(error)),
        };
        let used = answer.as_ref().map_or(0, |answer| answer.len());
        self.buffer[..used].zeroize();
        self.torn |= answer.is_err();
        answer
    }

    fn unpower(mut self: Box<Self>) {
        self.disconnect();
    }
}

impl Drop for PcscLink {
    fn drop(&mut self) {
        self.disconnect();
    }
}

/// What an error of PC/SC means for a session.
pub(super) fn fault(error: pcsc::Error) -> LinkFault {
    use pcsc::Error;
    match error {
        Error::NoService
        | Error::ServiceStopped
        | Error::InvalidHandle
        | Error::CommError
        | Error::InternalError
        | Error::Shutdown => LinkFault::ServiceDown,
        Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => {
            LinkFault::NoReader
        }
        Error::SharingViolation => LinkFault::Busy,
        Error::NotTransacted => LinkFault::CardLeft,
        // RemovedCard, ResetCard, UnpoweredCard, UnresponsiveCard, NoSmartcard and whatever else
        // a reader comes up with: this connection is over, another may work.
        _ => LinkFault::NoCard,
    }
}

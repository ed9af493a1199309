//! A card on a PC/SC reader.
//!
//! What PC/SC says when things go wrong was measured, not read: a card that leaves during a
//! command gives *success with no bytes*, the next command `NotTransacted`, and every further one
//! `RemovedCard`, even after the card is back.

use pcsc::{Disposition, MAX_BUFFER_SIZE_EXTENDED};
use zeroize::{Zeroize, Zeroizing};

use super::link::{CardLink, LinkFault};

/// One exclusive connection. Dropping it takes the power from the card.
pub(super) struct PcscLink {
    card: Option<pcsc::Card>,
    buffer: Zeroizing<Vec<u8>>,
}

impl PcscLink {
    pub(super) fn new(card: pcsc::Card) -> Self {
        Self {
            card: Some(card),
            buffer: Zeroizing::new(vec![0; MAX_BUFFER_SIZE_EXTENDED]),
        }
    }

    fn disconnect(&mut self) {
        if let Some(card) = self.card.take() {
            // pcsc's own drop would only reset the card, which leaves an opened application open.
            if let Err((card, error)) = card.disconnect(Disposition::UnpowerCard) {
                tracing::debug!(%error, "disconnect");
                drop(card);
            }
        }
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

//! The chip's commands (UM0701-02, 7).

use crate::frame::MAX_BODY;
use crate::link::{Command, Error, Link};
use crate::status::Status;
use crate::transport::Transport;

/// How long a command that does not touch the field may take.
pub const COMMAND_MILLISECONDS: u32 = 200;

/// How long listing targets may take: three activations, the slowest ATTRIB included.
pub const LIST_MILLISECONDS: u32 = 1_000;

/// How long a target may take over one piece of a command. A card may ask the chip for more
/// time by itself; signing takes some hundred milliseconds.
pub const EXCHANGE_MILLISECONDS: u32 = 5_000;

/// Most bytes of one APDU in one frame; longer ones go in pieces.
pub const MAX_PIECE: usize = MAX_BODY - 3;

/// Most pieces of one answer: 64 KiB and some.
pub const MAX_PIECES: usize = 256;

/// Attempts of the chip to wake a target before it says that there is none
/// (RFConfiguration, item 5: this value plus one).
const PASSIVE_RETRIES: u8 = 2;

/// Longest time the chip waits for a byte of a target: 3.28 s (RFConfiguration, item 2).
const RF_TIMEOUT: u8 = 0x10;

/// Flag of a target number: this piece is not the last one.
const MORE: u8 = 0x40;

/// Which chip it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirmwareVersion {
    /// 0x32 for a PN532.
    pub ic: u8,
    /// Version.
    pub version: u8,
    /// Revision.
    pub revision: u8,
    /// Bit 0: ISO 14443 type A, bit 1: type B, bit 2: ISO 18092.
    pub support: u8,
}

impl FirmwareVersion {
    /// Whether it is a PN532 that can talk to ISO 14443 type B.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.ic == 0x32 && self.support & 0x02 != 0
    }
}

/// How a target is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ISO 14443 type B at 106 kbit/s, any application family. The My Number Card is one.
    TypeB,
    /// ISO 14443 type A at 106 kbit/s.
    TypeA,
}

/// A target that was found and activated. Its identifier is not kept: it is of no use here, and
/// with some cards it tells one person from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// What it was found as.
    pub kind: Kind,
    /// Its number for the chip.
    number: u8,
    /// Whether it speaks ISO 14443-4, which APDUs need.
    pub takes_apdus: bool,
}

/// A chip behind a transport.
pub struct Pn532<T> {
    link: Link<T>,
}

impl<T: Transport> Pn532<T> {
    /// A chip that has not been spoken to. Begin with [`Self::start`].
    pub const fn new(transport: T) -> Self {
        Self {
            link: Link::new(transport),
        }
    }

    /// Gives the transport back.
    pub fn release(self) -> T {
        self.link.release()
    }

    /// Wakes the chip, looks who it is, and sets it up for cards: no secure module, field off,
    /// three attempts to find a target, long time-outs.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Nonsense`] for another chip.
    pub fn start(&mut self) -> Result<FirmwareVersion, Error<T::Error>> {
        let bus = |error| Error::Bus(Command::SamConfiguration, error);
        self.link.wake().map_err(bus)?;
        // Normal mode; the second byte is a time-out for another mode; no use of the IRQ line.
        let sam = Command::SamConfiguration;
        // The chip may still be waking up: the first command is the one that may get lost.
        self.link
            .call(sam, &[&[0x01, 0x00, 0x00]], COMMAND_MILLISECONDS)?;
        let version = self.firmware_version()?;
        if !version.is_usable() {
            return Err(Error::Nonsense(Command::GetFirmwareVersion));
        }
        self.configure(&[0x05, 0xFF, 0x01, PASSIVE_RETRIES])?;
        self.configure(&[0x02, 0x00, 0x0B, RF_TIMEOUT])?;
        self.field_off()?;
        Ok(version)
    }

    /// Which chip it is.
    ///
    /// # Errors
    /// [`Error`].
    pub fn firmware_version(&mut self) -> Result<FirmwareVersion, Error<T::Error>> {
        let command = Command::GetFirmwareVersion;
        match *self.link.call(command, &[], COMMAND_MILLISECONDS)? {
            [ic, version, revision, support] => Ok(FirmwareVersion {
                ic,
                version,
                revision,
                support,
            }),
            _ => Err(Error::Nonsense(command)),
        }
    }

    /// Switches the field off: every card loses its power and forgets what was opened.
    ///
    /// # Errors
    /// [`Error`].
    pub fn field_off(&mut self) -> Result<(), Error<T::Error>> {
        self.configure(&[0x01, 0x00])
    }

    /// Switches the field on and activates one target, if one of this kind lies there.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list(&mut self, kind: Kind) -> Result<Option<Target>, Error<T::Error>> {
        let command = Command::InListPassiveTarget;
        let asked: &[u8] = match kind {
            Kind::TypeB => &[0x01, 0x03, 0x00],
            Kind::TypeA => &[0x01, 0x00],
        };
        let answer = self.link.call(command, &[asked], LIST_MILLISECONDS)?;
        match answer {
            [0] => Ok(None),
            [1, number, data @ ..] => match takes_apdus(kind, data) {
                Some(takes_apdus) => Ok(Some(Target {
                    kind,
                    number: *number,
                    takes_apdus,
                })),
                None => Err(Error::Nonsense(command)),
            },
            _ => Err(Error::Nonsense(command)),
        }
    }

    /// Lets the target go; it keeps its power.
    ///
    /// # Errors
    /// [`Error`].
    pub fn let_go(&mut self, target: Target) -> Result<(), Error<T::Error>> {
        let command = Command::InRelease;
        match *self
            .link
            .call(command, &[&[target.number]], COMMAND_MILLISECONDS)?
        {
            [status] => Status::read(status).map(drop).map_err(Error::Target),
            _ => Err(Error::Nonsense(command)),
        }
    }

    /// Sends an APDU of any length and writes the whole answer, status word included, into
    /// `answer`; gives its length.
    ///
    /// # Errors
    /// [`Error`]. After [`Error::Target`] the target is lost until it is listed again.
    pub fn exchange(
        &mut self,
        target: Target,
        apdu: &[u8],
        answer: &mut [u8],
    ) -> Result<usize, Error<T::Error>> {
        let last = apdu.len().saturating_sub(1) / MAX_PIECE;
        let mut received = 0;
        let mut more = false;
        let pieces = apdu.chunks(MAX_PIECE).enumerate();
        for (index, piece) in pieces {
            let flag = if index < last { MORE } else { 0 };
            let (data, follows) = self.piece(target.number | flag, piece)?;
            if index == last {
                received = keep(data, answer, 0).ok_or(Error::AnswerTooLong)?;
                more = follows;
            }
        }
        for _ in 0..MAX_PIECES {
            if !more {
                return Ok(received);
            }
            let (data, follows) = self.piece(target.number, &[])?;
            received = keep(data, answer, received).ok_or(Error::AnswerTooLong)?;
            more = follows;
        }
        Err(Error::AnswerTooLong)
    }

    /// One InDataExchange; what came, and whether more follows.
    fn piece(&mut self, target: u8, data: &[u8]) -> Result<(&[u8], bool), Error<T::Error>> {
        let command = Command::InDataExchange;
        match self
            .link
            .call(command, &[&[target], data], EXCHANGE_MILLISECONDS)?
        {
            [status, data @ ..] => {
                let more = Status::read(*status)?;
                Ok((data, more))
            }
            [] => Err(Error::Nonsense(command)),
        }
    }

    fn configure(&mut self, item: &[u8]) -> Result<(), Error<T::Error>> {
        let command = Command::RfConfiguration;
        match self.link.call(command, &[item], COMMAND_MILLISECONDS)? {
            [] => Ok(()),
            _ => Err(Error::Nonsense(command)),
        }
    }
}

/// Appends a piece; the new length, if there is room.
fn keep(piece: &[u8], answer: &mut [u8], length: usize) -> Option<usize> {
    let end = length.checked_add(piece.len())?;
    answer.get_mut(length..end)?.copy_from_slice(piece);
    Some(end)
}

/// Whether the target data of InListPassiveTarget (UM0701-02, 7.3.5) is that of an ISO 14443-4
/// target; `None` for data of an impossible shape.
fn takes_apdus(kind: Kind, data: &[u8]) -> Option<bool> {
    match kind {
        // ATQB (12 bytes, 50 first), length and bytes of the answer to ATTRIB. The second byte
        // of its protocol info says whether it takes ISO 14443-4.
        Kind::TypeB => match data {
            [0x50, atqb @ ..] if atqb.len() >= 12 => {
                let attrib = usize::from(atqb[11]);
                (atqb.len() == 12 + attrib).then_some(atqb[9] & 0x01 != 0)
            }
            _ => None,
        },
        // SENS_RES, SEL_RES, length and bytes of the identifier, then the ATS.
        Kind::TypeA => match data {
            [_, _, select, identifier, rest @ ..] if rest.len() >= usize::from(*identifier) => {
                Some(select & 0x20 != 0)
            }
            _ => None,
        },
    }
}

#[cfg(test)]
#[path = "chip_tests.rs"]
mod tests;

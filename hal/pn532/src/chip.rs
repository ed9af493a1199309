//! The chip's commands (UM0701-02, 7).

use zeroize::Zeroize;

use crate::frame::{
    self, ACK, BodyLength, FROM_CHIP, FROM_HOST, FrameBytes, FrameError, MAX_BODY, MAX_FRAME, NACK,
    Parser, SYNTAX_ERROR, Seen,
};
use crate::status::Status;
use crate::transport::{Patience, Transport};

/// How long the chip may take to acknowledge a command. The manual says 15 ms; a Linux host may
/// be away for longer than that.
pub const ACK_MILLISECONDS: u32 = 60;

/// How long a command that does not touch the field may take.
pub const COMMAND_MILLISECONDS: u32 = 200;

/// How long listing targets may take: three activations, the slowest ATTRIB included.
pub const LIST_MILLISECONDS: u32 = 1_000;

/// How long a target may take over one piece of a command. A card may ask the chip for more
/// time by itself; signing takes some hundred milliseconds.
pub const EXCHANGE_MILLISECONDS: u32 = 5_000;

/// How often a frame is sent, or asked for, before the line is given up.
pub const MAX_TRIES: usize = 3;

/// Most bytes of one APDU in one frame; longer ones go in pieces.
pub const MAX_PIECE: usize = MAX_BODY - 3;

/// Most pieces of one answer: 64 KiB and some.
pub const MAX_PIECES: usize = 256;

/// Most frames left over from an earlier command that are passed over before an acknowledgement.
const MAX_STALE: usize = 4;

/// Attempts of the chip to wake a target before it says that there is none
/// (RFConfiguration, item 5: this value plus one).
const PASSIVE_RETRIES: u8 = 2;

/// Longest time the chip waits for a byte of a target: 3.28 s (RFConfiguration, item 2).
const RF_TIMEOUT: u8 = 0x10;

/// Flag of a target number: this piece is not the last one.
const MORE: u8 = 0x40;

/// Why a command did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error<E> {
    /// The bus itself failed during the named command.
    #[error("the bus failed during {0:?}")]
    Bus(Command, E),
    /// No chip, or it hangs: the command was sent [`MAX_TRIES`] times and not acknowledged.
    #[error("the chip does not acknowledge {0:?}")]
    NoAck(Command),
    /// The chip acknowledged and then said nothing in time. It was told to stop.
    #[error("the chip does not answer {0:?} in time")]
    TimeOut(Command),
    /// Its answer was damaged [`MAX_TRIES`] times.
    #[error("the answer to {0:?} is damaged: {1}")]
    Damaged(Command, FrameError),
    /// The chip does not understand the command.
    #[error("the chip does not understand {0:?}")]
    NotUnderstood(Command),
    /// The answer belongs to something else, or has an impossible shape.
    #[error("the answer to {0:?} makes no sense")]
    Nonsense(Command),
    /// The target, or the field.
    #[error("{0}")]
    Target(#[from] Status),
    /// The answer is longer than the room for it, or than [`MAX_PIECES`] pieces.
    #[error("the answer is too long")]
    AnswerTooLong,
}

/// The commands that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Command {
    /// Which chip is it?
    GetFirmwareVersion = 0x02,
    /// Normal mode, without a secure module.
    SamConfiguration = 0x14,
    /// Field, retries, time-outs.
    RfConfiguration = 0x32,
    /// Sends to a target and receives from it.
    InDataExchange = 0x40,
    /// Finds targets.
    InListPassiveTarget = 0x4A,
    /// Lets targets go.
    InRelease = 0x52,
}

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
    transport: T,
    parser: Parser,
    /// Bytes that came after the end of the last frame.
    rest: heapless::Vec<u8, MAX_FRAME>,
}

impl<T: Transport> Pn532<T> {
    /// A chip that has not been spoken to. Begin with [`Self::start`].
    pub const fn new(transport: T) -> Self {
        Self {
            transport,
            parser: Parser::new(),
            rest: heapless::Vec::new(),
        }
    }

    /// Gives the transport back.
    pub fn release(self) -> T {
        self.transport
    }

    /// Wakes the chip, looks who it is, and sets it up for cards: no secure module, field off,
    /// three attempts to find a target, long time-outs.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Nonsense`] for another chip.
    pub fn start(&mut self) -> Result<FirmwareVersion, Error<T::Error>> {
        let bus = |error| Error::Bus(Command::SamConfiguration, error);
        self.transport.wake().map_err(bus)?;
        // Normal mode; the second byte is a time-out for another mode; no use of the IRQ line.
        let sam = Command::SamConfiguration;
        // The chip may still be waking up: the first command is the one that may get lost.
        self.call(sam, &[&[0x01, 0x00, 0x00]], COMMAND_MILLISECONDS)?;
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
        match *self.call(command, &[], COMMAND_MILLISECONDS)? {
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
        let answer = self.call(command, &[asked], LIST_MILLISECONDS)?;
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
        match *self.call(command, &[&[target.number]], COMMAND_MILLISECONDS)? {
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
        match self.call(command, &[&[target], data], EXCHANGE_MILLISECONDS)? {
            [status, data @ ..] => {
                let more = Status::read(*status)?;
                Ok((data, more))
            }
            [] => Err(Error::Nonsense(command)),
        }
    }

    fn configure(&mut self, item: &[u8]) -> Result<(), Error<T::Error>> {
        let command = Command::RfConfiguration;
        match self.call(command, &[item], COMMAND_MILLISECONDS)? {
            [] => Ok(()),
            _ => Err(Error::Nonsense(command)),
        }
    }

    /// One command and the data of its answer.
    fn call(
        &mut self,
        command: Command,
        data: &[&[u8]],
        milliseconds: u32,
    ) -> Result<&[u8], Error<T::Error>> {
        let mut frame = framed(command, data).map_err(|_| Error::Nonsense(command))?;
        let acknowledged = self.acknowledged(command, &frame);
        frame.as_mut_slice().zeroize();
        acknowledged?;
        self.answer(command, milliseconds)?;
        match self.parser.body() {
            [FROM_CHIP, answered, data @ ..] if *answered == command as u8 + 1 => Ok(data),
            [SYNTAX_ERROR] => Err(Error::NotUnderstood(command)),
            _ => Err(Error::Nonsense(command)),
        }
    }

    /// Sends a frame until the chip says that it has it.
    fn acknowledged(&mut self, command: Command, frame: &[u8]) -> Result<(), Error<T::Error>> {
        for _ in 0..MAX_TRIES {
            self.rest.clear();
            self.send(command, frame)?;
            let mut patience = Patience::milliseconds(ACK_MILLISECONDS);
            // An answer that nobody waited for any more may still be on the line.
            for _ in 0..MAX_STALE {
                match self.next(command, ACK.len(), &mut patience)? {
                    Some(Ok(Seen::Ack)) => return Ok(()),
                    Some(Ok(Seen::Body)) => {}
                    Some(Ok(Seen::Nack) | Err(_)) | None => break,
                }
            }
        }
        Err(Error::NoAck(command))
    }

    /// Waits for a frame with a body; asks for it again when it is damaged.
    fn answer(&mut self, command: Command, milliseconds: u32) -> Result<(), Error<T::Error>> {
        let mut patience = Patience::milliseconds(milliseconds);
        let mut damage = None;
        let mut tries = 0;
        while tries < MAX_TRIES {
            match self.next(command, MAX_FRAME, &mut patience)? {
                Some(Ok(Seen::Body)) => return Ok(()),
                Some(Ok(Seen::Ack | Seen::Nack)) => tries += 1,
                Some(Err(error)) => {
                    damage = Some(error);
                    tries += 1;
                    self.rest.clear();
                    self.send(command, &NACK)?;
                }
                None => {
                    // Whatever it is doing, it is to stop: the next command begins anew.
                    self.send(command, &ACK)?;
                    return Err(Error::TimeOut(command));
                }
            }
        }
        match damage {
            Some(error) => Err(Error::Damaged(command, error)),
            None => Err(Error::Nonsense(command)),
        }
    }

    fn send(&mut self, command: Command, frame: &[u8]) -> Result<(), Error<T::Error>> {
        self.transport
            .send(frame)
            .map_err(|error| Error::Bus(command, error))
    }

    /// The next frame on the line; `None` when patience ended first. `expected` bytes are asked
    /// for at a time.
    fn next(
        &mut self,
        command: Command,
        expected: usize,
        patience: &mut Patience,
    ) -> Result<Option<Result<Seen, FrameError>>, Error<T::Error>> {
        // Each turn takes bytes or patience; noise is bounded like anything else.
        for _ in 0..MAX_NOISE {
            if let Some(found) = self.parse_rest() {
                return Ok(Some(found));
            }
            let mut buffer = [0; MAX_FRAME];
            let read = self
                .transport
                .receive(&mut buffer[..expected], patience)
                .map_err(|error| Error::Bus(command, error))?;
            if read == 0 {
                return Ok(None);
            }
            self.rest = buffer[..read.min(expected)].iter().copied().collect();
            buffer.zeroize();
        }
        Ok(None)
    }

    /// Parses what has come, up to the end of a frame.
    fn parse_rest(&mut self) -> Option<Result<Seen, FrameError>> {
        for index in 0..self.rest.len() {
            let found = match self.parser.push(self.rest[index]) {
                Ok(None) => continue,
                Ok(Some(seen)) => Ok(seen),
                Err(error) => Err(error),
            };
            let left = self.rest.len() - index - 1;
            self.rest.copy_within(index + 1.., 0);
            self.rest[left..].zeroize();
            self.rest.truncate(left);
            return Some(found);
        }
        self.rest.as_mut_slice().zeroize();
        self.rest.clear();
        None
    }
}

/// Most pieces that one frame may come in; a UART may give single bytes.
const MAX_NOISE: usize = 4 * MAX_FRAME;

fn framed(command: Command, data: &[&[u8]]) -> Result<FrameBytes, BodyLength> {
    let head = [FROM_HOST, command as u8];
    match data {
        [] => frame::write(&[&head]),
        [one] => frame::write(&[&head, one]),
        [one, two] => frame::write(&[&head, one, two]),
        _ => Err(BodyLength(usize::MAX)),
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

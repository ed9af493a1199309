//! One command and its answer: acknowledgement, repetition, time-outs (UM0701-02, 6.2.1).

use zeroize::Zeroize;

use crate::frame::{
    self, ACK, BodyLength, FROM_CHIP, FROM_HOST, FrameBytes, FrameError, MAX_FRAME, NACK, Parser,
    SYNTAX_ERROR, Seen,
};
use crate::status::Status;
use crate::transport::{Patience, Transport};

/// How long the chip may take to acknowledge a command. The manual says 15 ms; a Linux host may
/// be away for longer than that.
pub const ACK_MILLISECONDS: u32 = 60;

/// How often a frame is sent, or asked for, before the line is given up.
pub const MAX_TRIES: usize = 3;

/// Most frames left over from an earlier command that are passed over before an acknowledgement.
const MAX_STALE: usize = 4;

/// Most pieces that one frame may come in; a UART may give single bytes.
const MAX_NOISE: usize = 4 * MAX_FRAME;

/// Why a command did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error<E> {
    /// The bus itself failed during the named command.
    #[error("the bus failed during {0:?}")]
    Bus(Command, E),
    /// No chip, or it hangs: the command was sent [`MAX_TRIES`] times, one for the card once, and
    /// not acknowledged.
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
    /// The answer is longer than the room for it, or than [`crate::chip::MAX_PIECES`] pieces.
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

impl Command {
    /// Whether it carries something to the card, which must not happen twice.
    const fn is_for_the_card(self) -> bool {
        matches!(self, Self::InDataExchange)
    }
}

/// The way to the chip.
pub(crate) struct Link<T> {
    pub(crate) transport: T,
    parser: Parser,
    /// Bytes that came after the end of the last frame.
    rest: heapless::Vec<u8, MAX_FRAME>,
}

impl<T> Link<T> {
    pub(crate) const fn new(transport: T) -> Self {
        Self {
            transport,
            parser: Parser::new(),
            rest: heapless::Vec::new(),
        }
    }

    pub(crate) fn release(self) -> T {
        self.transport
    }
}

impl<T: Transport> Link<T> {
    pub(crate) fn wake(&mut self) -> Result<(), T::Error> {
        self.transport.wake()
    }

    /// One command and the data of its answer.
    pub(crate) fn call(
        &mut self,
        command: Command,
        data: &[&[u8]],
        milliseconds: u32,
    ) -> Result<&[u8], Error<T::Error>> {
        let mut frame = framed(command, data).map_err(|_| Error::Nonsense(command))?;
        let acknowledged = self.acknowledged(command, &frame);
        frame.as_mut_slice().zeroize();
        let sure = acknowledged?;
        self.answer(command, milliseconds, sure)?;
        match self.parser.body() {
            [FROM_CHIP, answered, data @ ..] if *answered == command as u8 + 1 => Ok(data),
            [SYNTAX_ERROR] => Err(Error::NotUnderstood(command)),
            _ => Err(Error::Nonsense(command)),
        }
    }

    /// Sends a frame until the chip says that it has it. What goes to the card is sent once: a
    /// chip whose acknowledgement was lost has it, and a card that hears a command twice may count
    /// a try twice. False: something was said where the acknowledgement belongs, and it was damaged.
    fn acknowledged(&mut self, command: Command, frame: &[u8]) -> Result<bool, Error<T::Error>> {
        let tries = if command.is_for_the_card() {
            1
        } else {
            MAX_TRIES
        };
        for _ in 0..tries {
            self.rest.clear();
            self.send(command, frame)?;
            let mut patience = Patience::milliseconds(ACK_MILLISECONDS);
            // An answer that nobody waited for any more may still be on the line.
            for _ in 0..MAX_STALE {
                match self.next(command, ACK.len(), &mut patience)? {
                    Some(Ok(Seen::Ack)) => return Ok(true),
                    Some(Ok(Seen::Body)) => {}
                    // If the chip has the command, its answer follows.
                    Some(Ok(Seen::Nack) | Err(_)) if command.is_for_the_card() => return Ok(false),
                    Some(Ok(Seen::Nack) | Err(_)) | None => break,
                }
            }
        }
        if command.is_for_the_card() {
            // It may be at work on it all the same: it is to stop.
            self.send(command, &ACK)?;
        }
        Err(Error::NoAck(command))
    }

    /// Waits for a frame with a body; asks for it again when it is damaged. Only of a chip that is
    /// `sure` to have the command: any other would repeat its answer to an earlier one.
    fn answer(
        &mut self,
        command: Command,
        milliseconds: u32,
        sure: bool,
    ) -> Result<(), Error<T::Error>> {
        let mut patience = Patience::milliseconds(milliseconds);
        let mut damage = None;
        let mut tries = 0;
        while tries < MAX_TRIES {
            match self.next(command, MAX_FRAME, &mut patience)? {
                Some(Ok(Seen::Body)) => return Ok(()),
                Some(Ok(Seen::Ack | Seen::Nack)) => tries += 1,
                Some(Err(_)) if !sure => {
                    self.send(command, &ACK)?;
                    return Err(Error::NoAck(command));
                }
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

fn framed(command: Command, data: &[&[u8]]) -> Result<FrameBytes, BodyLength> {
    let head = [FROM_HOST, command as u8];
    match data {
        [] => frame::write(&[&head]),
        [one] => frame::write(&[&head, one]),
        [one, two] => frame::write(&[&head, one, two]),
        _ => Err(BodyLength(usize::MAX)),
    }
}

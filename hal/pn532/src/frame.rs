//! Frames of the host link (UM0701-02, 6.2.1).
//!
//! ```text
//! normal    00 00 FF LEN LCS  TFI data… DCS 00            LEN ≤ 255
//! extended  00 00 FF FF FF LENM LENL LCS  TFI data… DCS 00
//! ACK       00 00 FF 00 FF 00
//! NACK      00 00 FF FF 00 00
//! error     00 00 FF 01 FF 7F 81 00                       the command was not understood
//! ```
//!
//! The bytes of length plus LCS, and of TFI and data plus DCS, add up to zero modulo 256.

use heapless::Vec;
use zeroize::Zeroize;

/// Most bytes of TFI and data in one frame (UM0701-02, 6.2.1.2).
pub const MAX_BODY: usize = 265;

/// Most bytes of a whole frame: preamble, start, extended length, body, checksum, postamble.
pub const MAX_FRAME: usize = 3 + 5 + MAX_BODY + 2;

/// Longest body of a normal frame.
const MAX_NORMAL: usize = 255;

/// TFI of what the host says.
pub const FROM_HOST: u8 = 0xD4;

/// TFI of what the chip says.
pub const FROM_CHIP: u8 = 0xD5;

/// The only byte of an error frame's body.
pub const SYNTAX_ERROR: u8 = 0x7F;

/// "Received", either way; from the host also "stop what you are doing".
pub const ACK: [u8; 6] = [0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00];

/// "Say that again."
pub const NACK: [u8; 6] = [0x00, 0x00, 0xFF, 0xFF, 0x00, 0x00];

/// One frame as bytes.
pub type FrameBytes = Vec<u8, MAX_FRAME>;

/// A body that no frame can carry: none, or more than [`MAX_BODY`] bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a frame carries 1 to 265 bytes, not {0}")]
pub struct BodyLength(pub usize);

/// Writes a frame around the pieces of one body (TFI first), extended where it has to be.
///
/// # Errors
/// [`BodyLength`].
pub fn write(pieces: &[&[u8]]) -> Result<FrameBytes, BodyLength> {
    let length = pieces.iter().map(|piece| piece.len()).sum();
    if length == 0 || length > MAX_BODY {
        return Err(BodyLength(length));
    }
    let mut frame = FrameBytes::new();
    let mut put = |bytes: &[u8]| {
        frame
            .extend_from_slice(bytes)
            .expect("MAX_FRAME holds the longest body and all that stands around it");
    };
    // The length fits: it is at most MAX_BODY.
    let [high, low] = (length as u16).to_be_bytes();
    put(&[0x00, 0x00, 0xFF]);
    if length <= MAX_NORMAL {
        put(&[low, low.wrapping_neg()]);
    } else {
        put(&[0xFF, 0xFF, high, low, sum(&[high, low]).wrapping_neg()]);
    }
    let mut check = 0u8;
    for piece in pieces {
        put(piece);
        check = check.wrapping_add(sum(piece));
    }
    put(&[check.wrapping_neg(), 0x00]);
    Ok(frame)
}

fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// What a byte has completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// [`ACK`].
    Ack,
    /// [`NACK`].
    Nack,
    /// A frame with a body: [`Parser::body`].
    Body,
}

/// Why a frame was dropped. The parser looks for the next one by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length and its checksum disagree: noise on the line.
    #[error("a frame's length and its checksum disagree")]
    LengthCheck,
    /// A body of no byte, or of more than [`MAX_BODY`].
    #[error("a frame has an impossible length")]
    Length,
    /// The body and its checksum disagree: noise on the line.
    #[error("a frame's body and its checksum disagree")]
    BodyCheck,
}

/// Finds frames in a stream of bytes. It takes any bytes, holds one frame, and never waits.
pub struct Parser {
    state: State,
    body: Vec<u8, MAX_BODY>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// Looking for `00 FF`.
    #[default]
    Hunt,
    /// The last byte was 00.
    Zero,
    /// LEN, or the first byte of ACK, NACK or an extended length.
    Length,
    /// LCS, or what tells those four apart.
    LengthCheck(u8),
    /// LENM.
    High,
    /// LENL.
    Low(u8),
    /// LCS of an extended frame.
    ExtendedCheck(u8, u8),
    /// TFI and data; bytes that are missing.
    Body(usize),
    /// DCS.
    Check,
}

impl Parser {
    /// A parser that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: State::Hunt,
            body: Vec::new(),
        }
    }

    /// Takes one byte; says what it has completed, if anything.
    ///
    /// # Errors
    /// [`FrameError`]; the next byte is looked at as the beginning of something new.
    pub fn push(&mut self, byte: u8) -> Result<Option<Seen>, FrameError> {
        let state = core::mem::take(&mut self.state);
        self.state = match (state, byte) {
            (State::Hunt | State::Zero, 0x00) => State::Zero,
            (State::Zero, 0xFF) => State::Length,
            (State::Hunt | State::Zero, _) => State::Hunt,
            (State::Length, first) => State::LengthCheck(first),
            (State::LengthCheck(0x00), 0xFF) => return Ok(Some(Seen::Ack)),
            (State::LengthCheck(0xFF), 0x00) => return Ok(Some(Seen::Nack)),
            (State::LengthCheck(0xFF), 0xFF) => State::High,
            (State::LengthCheck(length), check) => {
                self.begin(&[length, check], usize::from(length))?
            }
            (State::High, high) => State::Low(high),
            (State::Low(high), low) => State::ExtendedCheck(high, low),
            (State::ExtendedCheck(high, low), check) => self.begin(
                &[high, low, check],
                usize::from(u16::from_be_bytes([high, low])),
            )?,
            (State::Body(missing), byte) => {
                self.body
                    .push(byte)
                    .expect("a body is begun only when its length fits");
                match missing - 1 {
                    0 => State::Check,
                    missing => State::Body(missing),
                }
            }
            (State::Check, check) if sum(&self.body).wrapping_add(check) == 0 => {
                return Ok(Some(Seen::Body));
            }
            (State::Check, _) => {
                self.forget();
                return Err(FrameError::BodyCheck);
            }
        };
        Ok(None)
    }

    /// TFI and data of the frame that was completed last; empty once the next has begun.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        match self.state {
            State::Body(_) | State::Check => &[],
            _ => &self.body,
        }
    }

    /// Overwrites what is held and looks for a new frame.
    pub fn forget(&mut self) {
        self.state = State::Hunt;
        self.body.as_mut_slice().zeroize();
        self.body.clear();
    }

    fn begin(&mut self, checked: &[u8], length: usize) -> Result<State, FrameError> {
        if sum(checked) != 0 {
            return Err(FrameError::LengthCheck);
        }
        if length == 0 || length > MAX_BODY {
            return Err(FrameError::Length);
        }
        self.forget();
        Ok(State::Body(length))
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

/// Overwritten: an answer of a card is personal data.
impl Drop for Parser {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;

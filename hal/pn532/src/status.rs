//! What the chip says about a target (UM0701-02, 7.1).

/// A status byte without its flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Status {
    /// 01: the target did not answer in time.
    #[error("the target did not answer in time")]
    TimeOut,
    /// 02, 03, 04, 05, 06: what came from the target was damaged on its way.
    #[error("the target's answer was damaged ({0:#04x})")]
    Damaged(u8),
    /// 0A, 0B, 0D: the field or the protocol was not kept.
    #[error("the field or the protocol was not kept ({0:#04x})")]
    Field(u8),
    /// 07, 09: the answer does not fit into the chip's own buffer.
    #[error("the chip's buffer is too small")]
    Overflow,
    /// 27: the command does not belong here; after the field was off, or nothing is listed.
    #[error("no target is selected")]
    NoTarget,
    /// 13, 14, 26, 2B: the target is gone, or another lies there.
    #[error("the target is gone ({0:#04x})")]
    Gone(u8),
    /// 0E: the chip is too hot and has switched its field off.
    #[error("the chip is too hot")]
    Hot,
    /// Any other.
    #[error("the chip refused with status {0:#04x}")]
    Other(u8),
}

/// Bits of a status byte that hold the error.
const ERROR_BITS: u8 = 0x3F;

/// More follows (MI).
const MORE: u8 = 0x40;

impl Status {
    /// Reads a status byte: whether more follows.
    ///
    /// # Errors
    /// The status, if it is not "good".
    pub fn read(byte: u8) -> Result<bool, Self> {
        match byte & ERROR_BITS {
            0x00 => Ok(byte & MORE != 0),
            0x01 => Err(Self::TimeOut),
            error @ 0x02..=0x06 => Err(Self::Damaged(error)),
            0x07 | 0x09 => Err(Self::Overflow),
            error @ (0x0A | 0x0B | 0x0D) => Err(Self::Field(error)),
            0x0E => Err(Self::Hot),
            error @ (0x13 | 0x14 | 0x26 | 0x2B) => Err(Self::Gone(error)),
            0x27 => Err(Self::NoTarget),
            error => Err(Self::Other(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_byte_has_a_meaning_and_only_good_ones_carry_on() {
        for byte in 0..=u8::MAX {
            match Status::read(byte) {
                Ok(more) => {
                    assert_eq!(byte & ERROR_BITS, 0);
                    assert_eq!(more, byte & MORE != 0);
                }
                Err(_) => assert_ne!(byte & ERROR_BITS, 0),
            }
        }
        assert_eq!(Status::read(0x2B), Err(Status::Gone(0x2B)));
        assert_eq!(Status::read(0x01), Err(Status::TimeOut));
    }
}

//! The two ways to the chip: SPI and UART (HSU).
//!
//! I²C is left out: the chip stretches the clock for longer than the Raspberry Pi's controller
//! bears.

use embedded_hal::delay::DelayNs;
use embedded_hal::spi::SpiDevice;
use embedded_io::{ErrorType, Read, ReadReady, Write};
use zeroize::Zeroize;

use crate::frame::MAX_FRAME;

/// How long a wait may still take. Each look at the line takes one millisecond of it, so that
/// no clock is needed and no line can make a wait longer by talking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    milliseconds: u32,
}

impl Patience {
    /// So long.
    #[must_use]
    pub const fn milliseconds(milliseconds: u32) -> Self {
        Self { milliseconds }
    }

    /// Spends a millisecond; `false` when none is left.
    pub fn spend(&mut self, delay: &mut impl DelayNs) -> bool {
        if self.milliseconds == 0 {
            return false;
        }
        self.milliseconds -= 1;
        delay.delay_ms(1);
        true
    }
}

/// Carries whole frames to the chip, and bytes back.
pub trait Transport {
    /// What the bus says when it fails.
    type Error: core::fmt::Debug;

    /// Wakes a chip that sleeps. Harmless for one that does not.
    ///
    /// # Errors
    /// Those of the bus.
    fn wake(&mut self) -> Result<(), Self::Error>;

    /// Sends one frame.
    ///
    /// # Errors
    /// Those of the bus.
    fn send(&mut self, frame: &[u8]) -> Result<(), Self::Error>;

    /// Waits for bytes and fills `buffer` with some of them; 0 when patience ended first.
    /// Bytes that come in one call belong together: over SPI the chip gives a frame only once,
    /// and `buffer` must have room for all of it.
    ///
    /// # Errors
    /// Those of the bus.
    fn receive(&mut self, buffer: &mut [u8], patience: &mut Patience)
    -> Result<usize, Self::Error>;
}

/// SPI, mode 0, at most 5 MHz (PN532/C1, 8.3.5). The chip sends the lowest bit first; most
/// controllers, the Raspberry Pi's among them, cannot, so bytes are turned around here.
///
/// Each exchange is one transfer with a buffer for each direction: implementations exist that
/// let go of the select line between operations, or send nothing in a transfer "in place".
pub struct Spi<S, D> {
    device: S,
    delay: D,
    /// What goes out in one transfer: the direction byte and the longest frame.
    out: [u8; WIRE],
    /// What comes back at the same time.
    back: [u8; WIRE],
}

/// Bytes of the longest transfer.
const WIRE: usize = 1 + MAX_FRAME;

/// First byte of a transfer.
const DATA_WRITE: u8 = 0x01;
const STATUS_READ: u8 = 0x02;
const DATA_READ: u8 = 0x03;

/// Bit of the status byte: the chip has something to say.
const READY: u8 = 0x01;

/// How long the chip takes to wake up after its select line went low (PN532/C1, t_osc_start).
const WAKE_MILLISECONDS: u32 = 2;

impl<S, D> Spi<S, D> {
    /// A chip on this bus.
    pub const fn new(device: S, delay: D) -> Self {
        Self {
            device,
            delay,
            out: [0; WIRE],
            back: [0; WIRE],
        }
    }

    /// Gives the bus back.
    pub fn release(self) -> (S, D) {
        (self.device, self.delay)
    }
}

impl<S: SpiDevice, D: DelayNs> Spi<S, D> {
    /// One transfer of a direction byte and `length` bytes: those of `out` to the chip, zeros
    /// while it speaks.
    fn transfer(&mut self, direction: u8, length: usize) -> Result<&[u8], S::Error> {
        let out = &mut self.out[..=length];
        if direction != DATA_WRITE {
            out.fill(0);
        }
        out[0] = direction;
        for byte in out.iter_mut() {
            *byte = byte.reverse_bits();
        }
        let back = &mut self.back[..=length];
        self.device.transfer(back, out)?;
        for byte in back.iter_mut() {
            *byte = byte.reverse_bits();
        }
        Ok(&back[1..])
    }

    fn forget(&mut self) {
        self.out.zeroize();
        self.back.zeroize();
    }
}

impl<S: SpiDevice, D: DelayNs> Transport for Spi<S, D> {
    type Error = S::Error;

    fn wake(&mut self) -> Result<(), Self::Error> {
        // The select line alone wakes it; what is sent meanwhile is not heard.
        self.transfer(STATUS_READ, 1)?;
        self.delay.delay_ms(WAKE_MILLISECONDS);
        Ok(())
    }

    fn send(&mut self, frame: &[u8]) -> Result<(), Self::Error> {
        let length = frame.len().min(MAX_FRAME);
        self.out[1..=length].copy_from_slice(&frame[..length]);
        let sent = self.transfer(DATA_WRITE, length).map(drop);
        self.forget();
        sent
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: &mut Patience,
    ) -> Result<usize, Self::Error> {
        loop {
            if self.transfer(STATUS_READ, 1)?[0] & READY != 0 {
                break;
            }
            if !patience.spend(&mut self.delay) {
                return Ok(0);
            }
        }
        let length = buffer.len().min(MAX_FRAME);
        let read = self.transfer(DATA_READ, length);
        let read = read.map(|bytes| buffer[..length].copy_from_slice(bytes));
        self.forget();
        read.map(|()| length)
    }
}

/// UART (HSU), 115,200 baud, 8N1.
pub struct Uart<U, D> {
    port: U,
    delay: D,
}

/// What wakes the chip: any falling edge, and time. The zeros are that time: 16 bytes take
/// 1.4 ms at 115,200 baud, and 5.5 of those bytes are over before the chip listens.
const UART_WAKE: [u8; 16] = [0x55, 0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

impl<U, D> Uart<U, D> {
    /// A chip on this port.
    pub const fn new(port: U, delay: D) -> Self {
        Self { port, delay }
    }

    /// Gives the port back.
    pub fn release(self) -> (U, D) {
        (self.port, self.delay)
    }
}

impl<U: Read + ReadReady + Write, D: DelayNs> Transport for Uart<U, D> {
    type Error = <U as ErrorType>::Error;

    fn wake(&mut self) -> Result<(), Self::Error> {
        self.port.write_all(&UART_WAKE)?;
        self.port.flush()?;
        self.delay.delay_ms(WAKE_MILLISECONDS);
        Ok(())
    }

    fn send(&mut self, frame: &[u8]) -> Result<(), Self::Error> {
        self.port.write_all(frame)?;
        self.port.flush()
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: &mut Patience,
    ) -> Result<usize, Self::Error> {
        // `read` of a port that has nothing would wait for ever.
        while !self.port.read_ready()? {
            if !patience.spend(&mut self.delay) {
                return Ok(0);
            }
        }
        self.port.read(buffer)
    }
}

#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;

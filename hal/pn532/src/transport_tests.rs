#![allow(clippy::unwrap_used)]
extern crate std;

use embedded_hal_mock::eh1::delay::NoopDelay;
use embedded_hal_mock::eh1::spi::{Mock as SpiMock, Transaction};
use std::collections::VecDeque;
use std::vec::Vec;

use super::*;
use crate::frame;

fn reversed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte.reverse_bits()).collect()
}

/// One transaction with one transfer: what goes out, what comes back.
fn transfer(out: &[u8], back: &[u8]) -> [Transaction<u8>; 3] {
    [
        Transaction::transaction_start(),
        Transaction::transfer(reversed(out), reversed(back)),
        Transaction::transaction_end(),
    ]
}

#[test]
fn over_spi_bytes_go_lowest_bit_first_behind_their_direction() {
    let mut bus = SpiMock::new(&transfer(
        &[0x01, 0x00, 0x00, 0xFF, 0x02, 0xFE, 0xD4, 0x02, 0x2A, 0x00],
        &[0; 10],
    ));
    let mut spi = Spi::new(bus.clone(), NoopDelay);
    let frame = frame::write(&[&[0xD4, 0x02]]).unwrap();
    spi.send(&frame).unwrap();
    assert!(spi.out.iter().all(|byte| *byte == 0), "nothing stays");
    bus.done();
}

#[test]
fn over_spi_a_frame_is_read_in_one_go_once_the_chip_is_ready() {
    let mut script = Vec::new();
    script.extend(transfer(&[0x02, 0], &[0, 0x00]));
    script.extend(transfer(&[0x02, 0], &[0, 0x01]));
    let mut back = [0u8; 7];
    back[1..].copy_from_slice(&frame::ACK);
    script.extend(transfer(&[0x03, 0, 0, 0, 0, 0, 0], &back));
    let mut bus = SpiMock::new(&script);
    let mut spi = Spi::new(bus.clone(), NoopDelay);
    let mut buffer = [0; 6];
    let mut patience = Patience::milliseconds(5);
    assert_eq!(spi.receive(&mut buffer, &mut patience), Ok(6));
    assert_eq!(buffer, frame::ACK);
    assert_eq!(patience, Patience::milliseconds(4));
    bus.done();
}

#[test]
fn over_spi_a_chip_that_is_never_ready_ends_patience() {
    let never: Vec<_> = (0..4).flat_map(|_| transfer(&[0x02, 0], &[0, 0])).collect();
    let mut bus = SpiMock::new(&never);
    let mut spi = Spi::new(bus.clone(), NoopDelay);
    let mut patience = Patience::milliseconds(3);
    assert_eq!(spi.receive(&mut [0; 6], &mut patience), Ok(0));
    bus.done();
}

#[test]
fn over_spi_the_select_line_alone_wakes_the_chip() {
    let mut bus = SpiMock::new(&transfer(&[0x02, 0], &[0, 0]));
    let mut spi = Spi::new(bus.clone(), NoopDelay);
    spi.wake().unwrap();
    bus.done();
}

/// A port that has these bytes, one piece a read.
#[derive(Default)]
struct Port {
    written: Vec<u8>,
    pieces: VecDeque<Vec<u8>>,
}

impl ErrorType for Port {
    type Error = core::convert::Infallible;
}

impl ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        Ok(!self.pieces.is_empty())
    }
}

impl Read for Port {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        let piece = self.pieces.pop_front().expect("read only when ready");
        buffer[..piece.len()].copy_from_slice(&piece);
        Ok(piece.len())
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.written.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

#[test]
fn over_uart_a_long_preamble_wakes_the_chip_and_frames_go_as_they_are() {
    let mut uart = Uart::new(Port::default(), NoopDelay);
    uart.wake().unwrap();
    uart.send(&frame::ACK).unwrap();
    let (port, _) = uart.release();
    assert_eq!(&port.written[..2], [0x55, 0x55]);
    assert!(port.written.ends_with(&frame::ACK));
}

#[test]
fn over_uart_a_silent_line_ends_patience_instead_of_hanging() {
    let mut uart = Uart::new(Port::default(), NoopDelay);
    let mut patience = Patience::milliseconds(20);
    assert_eq!(uart.receive(&mut [0; 6], &mut patience), Ok(0));
    assert_eq!(patience, Patience::milliseconds(0));
}

/// A bus on which this many transactions work, and the chip is always ready.
struct Failing(usize);

impl embedded_hal::spi::ErrorType for Failing {
    type Error = embedded_hal::spi::ErrorKind;
}

impl SpiDevice for Failing {
    fn transaction(
        &mut self,
        operations: &mut [embedded_hal::spi::Operation<'_, u8>],
    ) -> Result<(), Self::Error> {
        for operation in operations {
            if let embedded_hal::spi::Operation::Transfer(back, _) = operation {
                back.fill(0xFF);
            }
        }
        let left = self.0.checked_sub(1);
        self.0 = left.ok_or(embedded_hal::spi::ErrorKind::Other)?;
        Ok(())
    }
}

#[test]
fn over_spi_a_bus_that_fails_is_told_and_keeps_no_bytes() {
    let failed = embedded_hal::spi::ErrorKind::Other;
    let mut spi = Spi::new(Failing(0), NoopDelay);
    assert_eq!(spi.wake(), Err(failed));
    assert_eq!(spi.send(&frame::ACK), Err(failed));
    assert!(spi.out.iter().all(|byte| *byte == 0), "nothing stays");
    // While it is asked whether it has something to say, and while it says it.
    for works in [0, 1] {
        let mut spi = Spi::new(Failing(works), NoopDelay);
        let mut patience = Patience::milliseconds(5);
        assert_eq!(spi.receive(&mut [0; 6], &mut patience), Err(failed));
        let kept = spi.back.iter().filter(|byte| **byte != 0).count();
        assert!(works == 0 || kept == 0, "nothing stays of what was said");
    }
    let mut spi = Spi::new(Failing(2), NoopDelay);
    let mut patience = Patience::milliseconds(5);
    assert_eq!(spi.receive(&mut [0; 6], &mut patience), Ok(6));
}

/// A port that is unplugged before this step.
struct Unplugged(&'static str);

impl Unplugged {
    fn reach(&self, step: &str) -> Result<(), embedded_io::ErrorKind> {
        if self.0 == step {
            Err(embedded_io::ErrorKind::NotConnected)
        } else {
            Ok(())
        }
    }
}

impl ErrorType for Unplugged {
    type Error = embedded_io::ErrorKind;
}

impl ReadReady for Unplugged {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        self.reach("ready").map(|()| true)
    }
}

impl Read for Unplugged {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.reach("read").map(|()| buffer.len())
    }
}

impl Write for Unplugged {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.reach("write").map(|()| bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.reach("flush")
    }
}

#[test]
fn over_uart_a_port_that_fails_is_told_at_each_step() {
    let gone = embedded_io::ErrorKind::NotConnected;
    for step in ["write", "flush"] {
        let mut uart = Uart::new(Unplugged(step), NoopDelay);
        assert_eq!(uart.wake(), Err(gone), "{step}");
        assert_eq!(uart.send(&frame::ACK), Err(gone), "{step}");
    }
    for step in ["ready", "read"] {
        let mut uart = Uart::new(Unplugged(step), NoopDelay);
        let mut patience = Patience::milliseconds(5);
        assert_eq!(
            uart.receive(&mut [0; 6], &mut patience),
            Err(gone),
            "{step}"
        );
    }
}

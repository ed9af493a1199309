//! A chip that says anything: every command ends, and writes no further than its buffer.
//!
//! The first byte says in pieces of how many bytes the line gives them. Without a second byte
//! of zero, each command is acknowledged first, which gets further.
#![no_main]

use core::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use pn532::chip::{Kind, Pn532};
use pn532::frame::ACK;
use pn532::transport::{Patience, Transport};

struct Line<'a> {
    piece: usize,
    polite: bool,
    acknowledgement: usize,
    bytes: &'a [u8],
}

impl Transport for Line<'_> {
    type Error = Infallible;

    fn wake(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn send(&mut self, _frame: &[u8]) -> Result<(), Infallible> {
        if self.polite {
            self.acknowledgement = 0;
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], _: &mut Patience) -> Result<usize, Infallible> {
        if self.acknowledgement < ACK.len() {
            buffer[0] = ACK[self.acknowledgement];
            self.acknowledgement += 1;
            return Ok(1);
        }
        let length = buffer.len().min(self.piece).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.bytes = later;
        Ok(length)
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [piece, polite, bytes @ ..] = bytes else {
        return;
    };
    let mut chip = Pn532::new(Line {
        piece: usize::from(*piece) + 1,
        polite: *polite != 0,
        acknowledgement: ACK.len(),
        bytes,
    });
    let _ = chip.start();
    if let Ok(Some(target)) = chip.list(Kind::TypeB) {
        let mut answer = [0; 600];
        if let Ok(length) = chip.exchange(target, &[0; 300], &mut answer) {
            assert!(length <= answer.len());
        }
    }
    let _ = chip.list(Kind::TypeA);
    let _ = chip.field_off();
});

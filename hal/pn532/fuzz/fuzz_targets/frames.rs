//! Any bytes go through the parser; what it calls a frame must be one that the writer writes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pn532::frame::{self, Parser, Seen};

fuzz_target!(|bytes: &[u8]| {
    let mut parser = Parser::new();
    for (index, byte) in bytes.iter().enumerate() {
        if parser.push(*byte) == Ok(Some(Seen::Body)) {
            let body = parser.body();
            let written = frame::write(&[body]).expect("the parser's bodies fit into a frame");
            // From the start code to the checksum; a body of 255 bytes or less may have come
            // in an extended frame, which the writer does not write.
            let tail = &written[written.len() - 2 - body.len()..written.len() - 1];
            assert!(bytes[..=index].ends_with(tail));
        }
    }
});

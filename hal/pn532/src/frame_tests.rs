#![allow(clippy::unwrap_used)]
extern crate std;

use proptest::prelude::*;
use std::vec::Vec as Heap;

use super::*;

/// Everything the parser finds in these bytes.
fn read(bytes: &[u8]) -> Heap<Result<(Seen, Heap<u8>), FrameError>> {
    let mut parser = Parser::new();
    let mut found = Heap::new();
    for byte in bytes {
        match parser.push(*byte) {
            Ok(None) => {}
            Ok(Some(seen)) => found.push(Ok((seen, parser.body().to_vec()))),
            Err(error) => found.push(Err(error)),
        }
    }
    found
}

#[test]
fn frames_are_written_as_the_manual_shows_them() {
    // UM0701-02: GetFirmwareVersion, and its answer by a PN532 v1.6.
    assert_eq!(
        write(&[&[0xD4, 0x02]]).unwrap(),
        [0x00, 0x00, 0xFF, 0x02, 0xFE, 0xD4, 0x02, 0x2A, 0x00]
    );
    let answer = [
        0x00, 0x00, 0xFF, 0x06, 0xFA, 0xD5, 0x03, 0x32, 0x01, 0x06, 0x07, 0xE8, 0x00,
    ];
    assert_eq!(write(&[&[0xD5, 0x03], &[0x32, 1, 6, 7]]).unwrap(), answer);
    let body = [0xD5, 0x03, 0x32, 0x01, 0x06, 0x07].to_vec();
    assert_eq!(read(&answer), [Ok((Seen::Body, body))]);
}

#[test]
fn ack_nack_and_the_error_frame_are_told_apart() {
    assert_eq!(read(&ACK), [Ok((Seen::Ack, Heap::new()))]);
    assert_eq!(read(&NACK), [Ok((Seen::Nack, Heap::new()))]);
    let error = [0x00, 0x00, 0xFF, 0x01, 0xFF, 0x7F, 0x81, 0x00];
    assert_eq!(read(&error), [Ok((Seen::Body, [SYNTAX_ERROR].to_vec()))]);
}

#[test]
fn a_body_of_255_bytes_is_normal_and_one_of_256_is_extended() {
    for (length, head) in [
        (255, &[0x00, 0x00, 0xFF, 0xFF, 0x01][..]),
        (256, &[0x00, 0x00, 0xFF, 0xFF, 0xFF, 0x01, 0x00, 0xFF]),
        (265, &[0x00, 0x00, 0xFF, 0xFF, 0xFF, 0x01, 0x09, 0xF6]),
    ] {
        let body = std::vec![0xD4; length];
        let frame = write(&[&body]).unwrap();
        assert!(frame.starts_with(head), "{length}");
        assert_eq!(read(&frame), [Ok((Seen::Body, body))]);
    }
}

#[test]
fn no_frame_is_written_without_a_body_or_with_one_too_long() {
    assert_eq!(write(&[]).unwrap_err(), BodyLength(0));
    assert_eq!(write(&[&[0; 200], &[0; 66]]).unwrap_err(), BodyLength(266));
}

#[test]
fn a_frame_too_long_for_the_buffer_is_refused_before_its_body() {
    let [high, low] = 266u16.to_be_bytes();
    let check = high.wrapping_add(low).wrapping_neg();
    let head = [0x00, 0xFF, 0xFF, 0xFF, high, low, check];
    assert_eq!(read(&head), [Err(FrameError::Length)]);
    assert_eq!(
        read(&[0x00, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00]),
        [Err(FrameError::Length)]
    );
}

#[test]
fn noise_in_front_of_a_frame_is_passed_over_and_noise_inside_is_named() {
    let frame = write(&[&[0xD5, 0x15]]).unwrap();
    let noisy = [&[0x80, 0x00, 0x00, 0x00, 0x00][..], &frame].concat();
    assert_eq!(read(&noisy).len(), 1);
    let mut flipped = frame.clone();
    flipped[3] ^= 0x04;
    assert_eq!(read(&flipped), [Err(FrameError::LengthCheck)]);
    let mut flipped = frame.clone();
    flipped[6] ^= 0x04;
    assert_eq!(read(&flipped), [Err(FrameError::BodyCheck)]);
    // And the next frame is found again.
    let twice = [flipped.as_slice(), frame.as_slice()].concat();
    assert_eq!(read(&twice)[1], Ok((Seen::Body, [0xD5, 0x15].to_vec())));
}

#[test]
fn a_body_is_not_shown_while_the_next_one_is_on_its_way() {
    let mut parser = Parser::new();
    let first = write(&[&[0xD5, 0x15]]).unwrap();
    let second = write(&[&[0xD5, 0x03, 0x32]]).unwrap();
    for byte in first.iter().chain(&second[..7]) {
        parser.push(*byte).unwrap();
    }
    assert!(parser.body().is_empty());
}

proptest! {
    #[test]
    fn any_body_comes_back_as_it_was_written(body in proptest::collection::vec(any::<u8>(), 1..=MAX_BODY)) {
        let frame = write(&[&body]).unwrap();
        prop_assert!(frame.len() <= MAX_FRAME);
        prop_assert_eq!(read(&frame), [Ok((Seen::Body, body))]);
    }

    #[test]
    fn one_changed_bit_never_gives_another_body(
        body in proptest::collection::vec(any::<u8>(), 1..=MAX_BODY),
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let mut frame = write(&[&body]).unwrap();
        let at = at.index(frame.len());
        frame[at] ^= 1 << bit;
        for found in read(&frame).into_iter().flatten() {
            // Changes of the preamble and the postamble do not matter.
            prop_assert!(found.0 != Seen::Body || found.1 == body);
        }
    }

    #[test]
    fn any_bytes_at_all_are_taken_and_a_frame_after_them_is_found(
        noise in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let mut parser = Parser::new();
        for byte in noise {
            let _ = parser.push(byte);
            prop_assert!(parser.body().len() <= MAX_BODY);
        }
        // Enough zeros end whatever the noise had begun.
        for _ in 0..MAX_FRAME {
            let _ = parser.push(0);
        }
        let frame = write(&[&[0xD5, 0x15]]).unwrap();
        let mut last = None;
        for byte in &frame[..frame.len() - 1] {
            last = parser.push(*byte).unwrap();
        }
        prop_assert_eq!(last, Some(Seen::Body));
        prop_assert_eq!(parser.body(), &[0xD5, 0x15][..]);
    }
}

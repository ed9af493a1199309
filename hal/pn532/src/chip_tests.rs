#![allow(clippy::unwrap_used)]
extern crate std;

use std::collections::VecDeque;
use std::vec::Vec;

use super::*;
use crate::frame::{ACK, FrameError, MAX_FRAME, NACK, Parser, SYNTAX_ERROR, Seen, write};
use crate::link::MAX_TRIES;
use crate::transport::Patience;

/// What a chip does when it gets a frame.
#[derive(Clone)]
enum Does {
    /// Acknowledges and answers with this body.
    Says(Vec<u8>),
    /// Sends these bytes, whatever they are.
    Bytes(Vec<u8>),
    /// Nothing.
    Silent,
}

/// A chip that follows a script, on a line that gives at most `piece` bytes at a time.
struct Script {
    does: VecDeque<Does>,
    heard: Vec<Vec<u8>>,
    line: VecDeque<u8>,
    piece: usize,
    broken: bool,
}

fn chip(does: impl IntoIterator<Item = Does>) -> Pn532<Script> {
    Pn532::new(Script {
        does: does.into_iter().collect(),
        heard: Vec::new(),
        line: VecDeque::new(),
        piece: MAX_FRAME,
        broken: false,
    })
}

fn says(body: &[u8]) -> Does {
    Does::Says(body.to_vec())
}

fn heard(chip: &Pn532<Script>) -> &[Vec<u8>] {
    &chip.link.transport.heard
}

impl Transport for Script {
    type Error = &'static str;

    fn wake(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn send(&mut self, frame: &[u8]) -> Result<(), Self::Error> {
        if self.broken {
            return Err("unplugged");
        }
        self.heard.push(frame.to_vec());
        if frame == ACK {
            self.line.clear();
            return Ok(());
        }
        match self.does.pop_front().unwrap_or(Does::Silent) {
            Does::Says(body) => {
                if frame != NACK {
                    self.line.extend(ACK);
                }
                self.line.extend(&write(&[&body]).unwrap());
            }
            Does::Bytes(bytes) => self.line.extend(bytes),
            Does::Silent => {}
        }
        Ok(())
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: &mut Patience,
    ) -> Result<usize, Self::Error> {
        if self.line.is_empty() {
            *patience = Patience::milliseconds(0);
            return Ok(0);
        }
        let length = buffer.len().min(self.piece).min(self.line.len());
        for (byte, from) in buffer.iter_mut().zip(self.line.drain(..length)) {
            *byte = from;
        }
        Ok(length)
    }
}

fn body_of(frame: &[u8]) -> Vec<u8> {
    let mut parser = Parser::new();
    for byte in frame {
        if parser.push(*byte).unwrap() == Some(Seen::Body) {
            return parser.body().to_vec();
        }
    }
    Vec::new()
}

const VERSION: [u8; 6] = [0xD5, 0x03, 0x32, 0x01, 0x06, 0x07];

/// A card as InListPassiveTarget tells it: ATQB and an answer to ATTRIB of one byte.
const LISTED_B: [u8; 18] = [
    0xD5, 0x4B, 0x01, 0x01, 0x50, 1, 2, 3, 4, 0, 0, 0, 0, 0x00, 0x81, 0x71, 0x01, 0x00,
];

fn listed(mut chip: Pn532<Script>) -> (Pn532<Script>, Target) {
    chip.link.transport.does.push_front(says(&LISTED_B));
    let target = chip.list(Kind::TypeB).unwrap().unwrap();
    chip.link.transport.heard.clear();
    (chip, target)
}

#[test]
fn starting_wakes_identifies_and_configures_the_chip_with_its_field_off() {
    let mut chip = chip([
        says(&[0xD5, 0x15]),
        says(&VERSION),
        says(&[0xD5, 0x33]),
        says(&[0xD5, 0x33]),
        says(&[0xD5, 0x33]),
    ]);
    let version = chip.start().unwrap();
    assert!(version.is_usable());
    let said: Vec<_> = heard(&chip).iter().map(|frame| body_of(frame)).collect();
    assert_eq!(said[0], [0xD4, 0x14, 0x01, 0x00, 0x00]);
    assert_eq!(said[1], [0xD4, 0x02]);
    assert_eq!(said[2], [0xD4, 0x32, 0x05, 0xFF, 0x01, PASSIVE_RETRIES]);
    assert_eq!(said[4], [0xD4, 0x32, 0x01, 0x00]);
}

#[test]
fn another_chip_at_this_place_is_refused() {
    let mut chip = chip([
        says(&[0xD5, 0x15]),
        says(&[0xD5, 0x03, 0x33, 0x01, 0x06, 0x07]),
    ]);
    let refused = Err(Error::Nonsense(Command::GetFirmwareVersion));
    assert_eq!(chip.start(), refused);
}

#[test]
fn a_lost_command_is_sent_again_and_a_dead_chip_is_named() {
    let mut chip = chip([Does::Silent, Does::Silent, says(&VERSION)]);
    assert!(chip.firmware_version().is_ok());
    assert_eq!(heard(&chip).len(), MAX_TRIES);
    let dead = Err(Error::NoAck(Command::GetFirmwareVersion));
    assert_eq!(chip.firmware_version(), dead);
}

#[test]
fn a_chip_that_acknowledges_and_falls_silent_is_told_to_stop() {
    let mut chip = chip([Does::Bytes(ACK.to_vec())]);
    let silent = Err(Error::TimeOut(Command::GetFirmwareVersion));
    assert_eq!(chip.firmware_version(), silent);
    assert_eq!(heard(&chip).last().unwrap(), &ACK);
}

#[test]
fn a_damaged_answer_is_asked_for_again_and_at_last_given_up() {
    let mut torn = ACK.to_vec();
    torn.extend(&write(&[&VERSION]).unwrap());
    torn[12] ^= 1;
    let mut good = chip([Does::Bytes(torn.clone()), says(&VERSION)]);
    assert!(good.firmware_version().is_ok());
    assert_eq!(heard(&good)[1], NACK);
    let again = Does::Bytes(torn[6..].to_vec());
    let mut bad = chip([Does::Bytes(torn), again.clone(), again.clone(), again]);
    assert_eq!(
        bad.firmware_version(),
        Err(Error::Damaged(
            Command::GetFirmwareVersion,
            FrameError::BodyCheck
        ))
    );
}

#[test]
fn an_error_frame_a_foreign_answer_and_a_wrong_length_are_told_apart() {
    let version = Command::GetFirmwareVersion;
    assert_eq!(
        chip([says(&[SYNTAX_ERROR])]).firmware_version(),
        Err(Error::NotUnderstood(version))
    );
    for nonsense in [
        &[0xD5, 0x15][..],
        &[0xD4, 0x03, 0x32, 1, 6, 7],
        &[0xD5, 0x03, 0x32],
    ] {
        assert_eq!(
            chip([says(nonsense)]).firmware_version(),
            Err(Error::Nonsense(version))
        );
    }
}

#[test]
fn an_answer_that_nobody_waited_for_is_passed_over() {
    let mut late = write(&[&[0xD5, 0x41, 0x00]]).unwrap().to_vec();
    late.extend(ACK);
    late.extend(&write(&[&VERSION]).unwrap());
    assert!(chip([Does::Bytes(late)]).firmware_version().is_ok());
}

#[test]
fn a_bus_that_fails_is_named_with_the_command() {
    let mut chip = chip([]);
    chip.link.transport.broken = true;
    assert_eq!(
        chip.field_off(),
        Err(Error::Bus(Command::RfConfiguration, "unplugged"))
    );
}

#[test]
fn cards_of_both_types_are_found_and_their_identifiers_not_kept() {
    let (_, target) = listed(chip([]));
    assert!(target.takes_apdus);
    let type_a = [
        0xD5, 0x4B, 1, 1, 0x00, 0x04, 0x20, 4, 9, 8, 7, 6, 5, 0x75, 0x77, 0x81, 0x02,
    ];
    let mut chip = chip([says(&type_a), says(&[0xD5, 0x4B, 0x00])]);
    let found = chip.list(Kind::TypeA).unwrap().unwrap();
    assert!(found.takes_apdus);
    assert_eq!(chip.list(Kind::TypeB), Ok(None));
    assert_eq!(body_of(&heard(&chip)[1]), [0xD4, 0x4A, 0x01, 0x03, 0x00]);
}

#[test]
fn target_data_that_promise_more_than_they_hold_are_nonsense() {
    for end in 4..LISTED_B.len() {
        let mut chip = chip([says(&LISTED_B[..end])]);
        assert_eq!(
            chip.list(Kind::TypeB),
            Err(Error::Nonsense(Command::InListPassiveTarget)),
            "{end}"
        );
    }
    let mut chip = chip([says(&[0xD5, 0x4B, 1, 1, 0, 4, 0x20, 200, 1, 2])]);
    assert!(chip.list(Kind::TypeA).is_err());
}

#[test]
fn a_command_longer_than_a_frame_goes_in_pieces_and_a_long_answer_is_put_together() {
    let first = [[0xD5, 0x41, 0x40].as_slice(), &[7; 262]].concat();
    let second = [[0xD5, 0x41, 0x00].as_slice(), &[8; 100], &[0x90, 0x00]].concat();
    let (mut chip, target) = listed(chip([
        says(&[0xD5, 0x41, 0x00]),
        says(&[0xD5, 0x41, 0x00]),
        says(&first),
        says(&second),
    ]));
    let apdu = [5; 600];
    let mut answer = [0; 1000];
    let length = chip.exchange(target, &apdu, &mut answer).unwrap();
    assert_eq!(length, 262 + 102);
    assert_eq!(&answer[360..length], [8, 8, 0x90, 0x00]);
    let said: Vec<_> = heard(&chip).iter().map(|frame| body_of(frame)).collect();
    let sizes: Vec<_> = said.iter().map(|body| (body[2], body.len() - 3)).collect();
    assert_eq!(sizes, [(0x41, 262), (0x41, 262), (0x01, 76), (0x01, 0)]);
}

#[test]
fn an_answer_without_end_or_without_room_is_given_up() {
    let endless = says(&[0xD5, 0x41, 0x40, 1]);
    let (mut chip, target) = listed(chip(std::vec![endless; MAX_PIECES + 9]));
    let mut room = [0; 4096];
    assert_eq!(
        chip.exchange(target, &[0; 5], &mut room),
        Err(Error::AnswerTooLong)
    );
    let (mut chip, target) = listed(self::chip([says(&[0xD5, 0x41, 0, 1, 2, 3])]));
    assert_eq!(
        chip.exchange(target, &[0; 5], &mut room[..2]),
        Err(Error::AnswerTooLong)
    );
}

#[test]
fn a_card_that_is_gone_is_a_status_and_not_an_answer() {
    let (mut chip, target) = listed(chip([says(&[0xD5, 0x41, 0x2B])]));
    assert_eq!(
        chip.exchange(target, &[0; 5], &mut [0; 9]),
        Err(Error::Target(Status::Gone(0x2B)))
    );
}

#[test]
fn a_command_for_the_card_is_sent_once_whatever_becomes_of_its_acknowledgement() {
    // Damaged: the answer that follows is taken.
    let mut bytes = ACK.to_vec();
    bytes[3] ^= 0x10;
    bytes.extend(&write(&[&[0xD5, 0x41, 0x00, 0x90, 0x00]]).unwrap());
    let (mut chip, target) = listed(chip([Does::Bytes(bytes)]));
    let mut answer = [0; 2];
    assert_eq!(chip.exchange(target, &[0; 5], &mut answer), Ok(2));
    assert_eq!(answer, [0x90, 0x00]);
    assert_eq!(heard(&chip).len(), 1);
    // Lost: an answer without one may be that of an earlier command. The chip is told to stop.
    let stale = write(&[&[0xD5, 0x41, 0x00, 0x90, 0x00]]).unwrap().to_vec();
    for lost in [Does::Silent, Does::Bytes(stale)] {
        let (mut chip, target) = listed(self::chip([lost]));
        let result = chip.exchange(target, &[0; 5], &mut answer);
        assert_eq!(result, Err(Error::NoAck(Command::InDataExchange)));
        assert_eq!(heard(&chip).len(), 2);
        assert_eq!(heard(&chip)[1], ACK);
    }
}

#[test]
fn a_line_that_gives_single_bytes_is_as_good_as_one_that_gives_frames() {
    let (mut chip, target) = listed(chip([says(&[0xD5, 0x41, 0x00, 0x90, 0x00])]));
    chip.link.transport.piece = 1;
    let mut answer = [0; 2];
    assert_eq!(chip.exchange(target, &[0; 5], &mut answer), Ok(2));
    assert_eq!(answer, [0x90, 0x00]);
}

proptest::proptest! {
    #[test]
    fn whatever_the_line_says_a_command_ends_in_a_name(
        lines in proptest::collection::vec(proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), 0..8),
        piece in 1usize..300,
        acknowledged in proptest::prelude::any::<bool>(),
    ) {
        let does = lines.into_iter().map(|bytes| {
            Does::Bytes(if acknowledged { [&ACK[..], &bytes].concat() } else { bytes })
        });
        let mut chip = chip(does);
        chip.link.transport.piece = piece;
        let _ = chip.list(Kind::TypeB);
        let _ = chip.firmware_version();
        proptest::prop_assert!(heard(&chip).len() <= 4 * MAX_TRIES + 4);
    }
}

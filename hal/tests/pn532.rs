//! The experimental link: whole checks through a simulated PN532 with a simulated card in its
//! field.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::Duration;

use common::{card, face, face_job, failed, hanako, pin, pin_job, run, with};
use hal::card::{CardDesk, CardJob, CardOutcome, CardPin, CardProblem, ReaderEvent, TrustClass};
use hal::sim::pn532::{ChipFaults, SimChip, desk};
use hal::sim::{Faults, Make, SimClock};

const MOMENT: Duration = Duration::from_millis(300);

fn reader() -> (impl CardDesk, SimChip) {
    desk(common::ca().trust_store().unwrap(), SimClock::still())
}

#[test]
fn a_full_check_by_eye_goes_through_the_chip_and_leaves_the_card_without_power() {
    let (mut desk, chip) = reader();
    let hanako = hanako();
    chip.insert(card(&hanako));
    let report = face(run(&mut desk, face_job(&hanako)));
    assert!(report.verdicts.authentic && report.verdicts.present);
    assert!(report.photo.is_some());
    assert_eq!(report.trust, TrustClass::Test);
    assert!(!chip.has_field(), "the card has no power any more");
    let (open, touched) = chip
        .with_card(|card| (card.is_open(), card.touched_forbidden().len()))
        .unwrap();
    assert!(!open);
    assert_eq!(touched, 0);
    assert!(desk.take_refusals().is_empty());
}

#[test]
fn a_check_by_pin_goes_through_the_chip() {
    let (mut desk, chip) = reader();
    let hanako = hanako();
    chip.insert(card(&hanako));
    let report = pin(run(&mut desk, pin_job(&hanako)));
    assert!(report.verdicts.present);
}

#[test]
fn reader_and_card_are_told_as_they_come_and_go() {
    let (mut desk, chip) = reader();
    let Some(ReaderEvent::Ready { reader }) = desk.next_event(MOMENT) else {
        panic!()
    };
    assert!(reader.contains("experimental"));
    chip.insert(card(&hanako()));
    assert_eq!(desk.next_event(MOMENT), Some(ReaderEvent::CardArrived));
    assert_eq!(desk.next_event(MOMENT), None);
    assert!(!chip.has_field(), "no power between two looks");
    drop(chip.remove());
    assert_eq!(desk.next_event(MOMENT), Some(ReaderEvent::CardLeft));
    chip.set_faults(ChipFaults {
        dead: true,
        ..ChipFaults::default()
    });
    assert_eq!(desk.next_event(MOMENT), Some(ReaderEvent::NoReader));
    chip.set_faults(ChipFaults::default());
    let later = Duration::from_secs(3);
    assert!(matches!(
        desk.next_event(later),
        Some(ReaderEvent::Ready { .. })
    ));
}

#[test]
fn a_noisy_line_slows_a_check_and_does_not_change_it() {
    for faults in [
        ChipFaults {
            damage_every: 5,
            ..ChipFaults::default()
        },
        ChipFaults {
            damage_acks_every: 3,
            ..ChipFaults::default()
        },
    ] {
        let (mut desk, chip) = reader();
        let hanako = hanako();
        chip.insert(card(&hanako));
        chip.set_faults(faults);
        let report = face(run(&mut desk, face_job(&hanako)));
        assert!(report.verdicts.authentic, "{faults:?}");
    }
}

#[test]
fn a_lost_acknowledgement_never_gives_the_card_a_command_twice() {
    let hanako = hanako();
    let wrong = || CardJob::CheckPin {
        pin: CardPin::new("9999").unwrap(),
        allow_last_try: false,
    };
    let mut lost = 0;
    for at in 1..60 {
        for faults in [
            ChipFaults {
                damage_acks_every: at,
                ..ChipFaults::default()
            },
            ChipFaults {
                lose_acks_every: at,
                ..ChipFaults::default()
            },
            ChipFaults {
                deaf_every: at,
                ..ChipFaults::default()
            },
        ] {
            let (mut desk, chip) = reader();
            chip.insert(card(&hanako));
            chip.set_faults(faults);
            let outcome = run(&mut desk, wrong());
            let left = chip.with_card(|card| card.tries()[2]).unwrap();
            match failed(outcome) {
                CardProblem::WrongPin { left: told } => {
                    assert_eq!((left, told.left), (2, 2), "{faults:?}");
                }
                CardProblem::Torn { tries } => {
                    lost += 1;
                    assert!((2..=3).contains(&left), "{faults:?}");
                    assert!(tries.is_none_or(|told| told.left == left), "{faults:?}");
                }
                // So few frames come through that no chip is found.
                CardProblem::NoReader => assert_eq!(left, 3, "{faults:?}"),
                other => panic!("{faults:?}: {other:?}"),
            }
        }
    }
    assert!(lost > 0);
}

#[test]
fn a_chip_that_does_not_hear_everything_finishes_or_ends_in_a_clear_word() {
    let mut finished = 0;
    for deaf_every in 3..60 {
        let (mut desk, chip) = reader();
        let hanako = hanako();
        chip.insert(card(&hanako));
        chip.set_faults(ChipFaults {
            deaf_every,
            ..ChipFaults::default()
        });
        match run(&mut desk, face_job(&hanako)) {
            CardOutcome::Face(report) => {
                assert!(report.verdicts.authentic);
                finished += 1;
            }
            CardOutcome::Failed(CardProblem::Torn { .. }) => {}
            other => panic!("{deaf_every}: {other:?}"),
        }
        let tries = chip.with_card(|card| card.tries()).unwrap();
        assert_eq!(tries, [10, 10, 3], "{deaf_every}");
    }
    assert!(finished > 0);
}

#[test]
fn a_card_that_moves_finishes_or_ends_in_a_clear_word() {
    let mut finished = 0;
    for seed in 0..20 {
        let faults = Faults {
            torn_rate: 0.05,
            seed,
            ..Faults::default()
        };
        let person = with(Make::Genuine, faults);
        let (mut desk, chip) = reader();
        chip.insert(card(&person));
        match run(&mut desk, face_job(&person)) {
            CardOutcome::Face(_) => finished += 1,
            CardOutcome::Failed(CardProblem::Torn { .. }) => {}
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(finished >= 15, "{finished} of 20");
}

#[test]
fn no_card_another_card_and_no_chip_are_told_apart() {
    let (mut desk, chip) = reader();
    assert_eq!(failed(run(&mut desk, CardJob::Peek)), CardProblem::NoCard);
    chip.insert_plain();
    assert_eq!(failed(run(&mut desk, CardJob::Peek)), CardProblem::Foreign);
    for faults in [
        ChipFaults {
            dead: true,
            ..ChipFaults::default()
        },
        ChipFaults {
            foreign: true,
            ..ChipFaults::default()
        },
    ] {
        let (mut desk, chip) = reader();
        chip.set_faults(faults);
        assert_eq!(failed(run(&mut desk, CardJob::Peek)), CardProblem::NoReader);
    }
}

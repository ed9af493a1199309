//! Bad links and slow cards: every session ends verified or with the right name.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::*;
use hal::card::{CardDesk, CardJob, CardOutcome, CardProblem, MAX_APDUS, NumberB, Step, Tries};
use hal::sim::{Answer, DirectDesk, Faults, Make, SimCard, SimClock, Tear};
use proptest::prelude::*;
use protocol::problem::ProblemCode;

fn faulty(faults: Faults) -> hal::sim::Person {
    with(Make::Genuine, faults)
}

fn tear(at: u32, done: bool, back: bool) -> Faults {
    Faults {
        tear: Some(Tear { at, done, back }),
        ..Faults::default()
    }
}

/// Commands that carried digits to a key: VERIFY is sent twice a key, once empty.
fn commands(card: &SimCard, ins: u8) -> usize {
    card.heard()
        .iter()
        .filter(|header| header[1] == ins)
        .count()
}

/// Commands of an undisturbed face session.
fn whole_session() -> u32 {
    let person = hanako();
    let (mut desk, _reader) = desk(&person);
    face(run(&mut desk, face_job(&person))).apdus
}

#[test]
fn twenty_of_twenty_sessions_are_verified_when_one_command_in_twenty_tears() {
    for seed in 0..20 {
        let person = faulty(Faults::torn(0.05, seed));
        let (mut desk, reader) = desk(&person);
        let report = face(run(&mut desk, face_job(&person)));
        assert_eq!(report.attributes.name, person.name, "seed {seed}");
        reader
            .with_card(|card| {
                assert!(card.touched_forbidden().is_empty());
                assert!(!card.is_open());
                assert_eq!(card.tries(), [10, 10, 3], "a tear costs no try");
            })
            .unwrap();
    }
}

#[test]
fn twenty_of_twenty_sessions_are_verified_without_extended_reads_too() {
    for seed in 100..120 {
        let person = faulty(Faults {
            extended: false,
            ..Faults::torn(0.05, seed)
        });
        let (mut desk, _reader) = desk(&person);
        face(run(&mut desk, face_job(&person)));
    }
}

#[test]
fn a_pin_session_that_tears_ends_verified_or_asks_for_the_card_and_never_spends_a_second_try() {
    for seed in 0..20 {
        let person = faulty(Faults::torn(0.05, seed));
        let (mut desk, reader) = desk(&person);
        match run(&mut desk, pin_job(&person)) {
            CardOutcome::Pin(_) => {}
            CardOutcome::Failed(CardProblem::Torn { .. }) => {
                let presented = reader.with_card(|card| card.tries()[2]).unwrap();
                assert_eq!(presented, 3);
            }
            other => unreachable!("seed {seed}: {other:?}"),
        }
    }
}

#[test]
fn a_tear_at_any_command_is_survived_when_the_card_slips() {
    for at in 1..=whole_session() {
        for done in [false, true] {
            let person = faulty(tear(at, done, true));
            let (mut desk, reader) = desk(&person);
            let report = face(run(&mut desk, face_job(&person)));
            assert_eq!(
                report.attributes.name, person.name,
                "tear at {at}, done {done}"
            );
            assert_eq!(reader.with_card(|card| card.tries()), Some([10, 10, 3]));
        }
    }
}

#[test]
fn a_card_taken_at_any_command_is_torn_and_good_again_at_the_next_tap() {
    // The last command only leaves the application: by then everything is known.
    for at in 1..whole_session() {
        let person = faulty(tear(at, false, false));
        let (mut desk, reader) = desk(&person);
        let problem = failed(run(&mut desk, face_job(&person)));
        assert_eq!(problem, CardProblem::Torn { tries: None }, "taken at {at}");
        assert_eq!(problem.code(), ProblemCode::CardTorn);
        reader.tap_again();
        face(run(&mut desk, face_job(&person)));
    }
}

#[test]
fn a_card_exchanged_in_mid_session_is_neither_mixed_with_the_first_nor_accused() {
    for step in [Step::ReadingFace, Step::Checking, Step::ReadingText] {
        let first = hanako();
        let second = person("ichiro");
        let (mut desk, reader) = desk(&first);
        let hand = reader.clone();
        let mut other = Some(card(&second));
        let outcome = run_seeing(&mut desk, face_job(&first), &mut |at| {
            if at == step
                && let Some(card) = other.take()
            {
                drop(hand.remove());
                hand.insert(card);
            }
        });
        match (step, failed(outcome)) {
            // The face was not known yet: the second card was asked like a first one.
            (Step::ReadingFace, CardProblem::WrongCode { .. }) => {}
            (Step::Checking | Step::ReadingText, CardProblem::Torn { .. }) => {
                assert_eq!(reader.with_card(|card| card.tries()), Some([10, 10, 3]));
            }
            other => unreachable!("{other:?}"),
        }
    }
}

#[test]
fn a_wrong_number_whose_refusal_was_lost_is_not_presented_again() {
    // SELECT application, certificate, SELECT key, counter, VERIFY: the fifth carries the digits.
    let person = faulty(tear(5, true, true));
    let (mut desk, reader) = desk(&person);
    let wrong = NumberB::new(person.born_on, 2032, "0000").unwrap();
    let problem = failed(run(&mut desk, CardJob::CheckFace { code: wrong }));
    let left = Tries { left: 9 };
    assert_eq!(problem, CardProblem::WrongCode { left });
    assert_eq!(reader.with_card(|card| card.tries()[0]), Some(9));
}

#[test]
fn a_pin_whose_answer_was_lost_ends_with_the_counter_and_is_not_presented_again() {
    for (done, left) in [(false, 3), (true, 2)] {
        let person = faulty(tear(5, done, true));
        let (mut desk, reader) = desk(&person);
        let wrong = hal::card::CardPin::new("0001").unwrap();
        let job = CardJob::CheckPin {
            pin: wrong,
            allow_last_try: false,
        };
        let problem = failed(run(&mut desk, job));
        let tries = Some(Tries { left });
        assert_eq!(problem, CardProblem::Torn { tries });
        assert_eq!(problem.code(), ProblemCode::CardUncertain);
        reader
            .with_card(|card| {
                assert_eq!(card.tries()[2], left);
                // Counter, digits, counter again.
                assert_eq!(commands(card, 0x20), 3);
            })
            .unwrap();
    }
}

#[test]
fn a_false_end_of_file_is_read_again_before_the_card_is_blamed() {
    for (false_ends, verified) in [(1, true), (2, true), (1000, false)] {
        let person = faulty(Faults {
            false_ends,
            ..Faults::default()
        });
        let (mut desk, _reader) = desk(&person);
        let outcome = run(&mut desk, face_job(&person));
        if verified {
            face(outcome);
        } else {
            assert_eq!(failed(outcome), CardProblem::Garbage);
        }
    }
}

#[test]
fn one_wrong_bit_is_read_again_and_a_second_blames_the_card() {
    for seed in 0..10 {
        let person = faulty(Faults {
            flipped_bits: 1,
            seed,
            ..Faults::default()
        });
        let (mut desk, _reader) = desk(&person);
        face(run(&mut desk, face_job(&person)));
        let person = faulty(Faults {
            flipped_bits: 1000,
            seed,
            ..Faults::default()
        });
        let (mut desk, _reader) = common::desk(&person);
        let problem = failed(run(&mut desk, face_job(&person)));
        assert!(
            matches!(problem, CardProblem::NotGenuine(_) | CardProblem::Garbage),
            "{problem:?}"
        );
    }
}

#[test]
fn an_answer_of_one_byte_is_never_taken_apart() {
    for at in 1..=whole_session() {
        let person = faulty(Faults {
            one_byte_at: Some(at),
            ..Faults::default()
        });
        let (mut desk, reader) = desk(&person);
        match run(&mut desk, face_job(&person)) {
            CardOutcome::Face(_) | CardOutcome::Failed(CardProblem::Garbage) => {}
            other => unreachable!("one byte at {at}: {other:?}"),
        }
        assert_eq!(reader.with_card(|card| card.tries()), Some([10, 10, 3]));
        assert_eq!(reader.with_card(|card| card.is_open()), Some(false));
    }
}

#[test]
fn a_card_whose_first_answer_after_power_up_is_6f00_is_a_good_card() {
    let person = faulty(Faults {
        shy: true,
        ..Faults::default()
    });
    let (mut desk, _reader) = desk(&person);
    face(run(&mut desk, face_job(&person)));
    pin(run(&mut desk, pin_job(&person)));
}

#[test]
fn every_form_of_reading_a_card_may_lack_is_done_without() {
    for (extended, short_names) in [(true, false), (false, true), (false, false)] {
        let person = faulty(Faults {
            extended,
            short_names,
            ..Faults::default()
        });
        let (mut desk, _reader) = desk(&person);
        let report = face(run(&mut desk, face_job(&person)));
        assert!(report.apdus <= 45, "{} commands", report.apdus);
    }
}

#[test]
fn a_reader_that_does_not_carry_long_reads_is_read_in_short_ones() {
    let person = faulty(Faults {
        extended_tears: true,
        ..Faults::default()
    });
    let (mut desk, reader) = desk(&person);
    let report = face(run(&mut desk, face_job(&person)));
    assert!(report.apdus <= 45, "{} commands", report.apdus);
    assert_eq!(reader.with_card(|card| card.tries()), Some([10, 10, 3]));
    pin(run(&mut desk, pin_job(&person)));
}

#[test]
fn a_slow_card_is_let_go_after_twenty_seconds() {
    let person = faulty(Faults {
        slow_ms: 2500,
        ..Faults::default()
    });
    let (mut desk, reader) = desk(&person);
    let problem = failed(run(&mut desk, face_job(&person)));
    assert_eq!(problem, CardProblem::TooSlow);
    reader
        .with_card(|card| {
            assert!(card.commands() < 12, "{} commands", card.commands());
            assert!(!card.is_open());
        })
        .unwrap();
    // Half a second a command is slow and good enough.
    let person = faulty(Faults {
        slow_ms: 500,
        ..Faults::default()
    });
    let (mut desk, _reader) = common::desk(&person);
    let report = face(run(&mut desk, face_job(&person)));
    assert!(report.time_in_card.as_millis() >= 500 * u128::from(report.apdus - 1));
}

#[test]
fn a_link_that_tears_for_ever_ends_within_its_limits() {
    let person = faulty(Faults::torn(0.9, 5));
    let (mut desk, reader) = desk(&person);
    let problem = failed(run(&mut desk, face_job(&person)));
    assert_eq!(problem, CardProblem::Torn { tries: None });
    let commands = reader.with_card(|card| card.commands()).unwrap();
    assert!(commands <= MAX_APDUS, "{commands}");
}

#[test]
fn every_session_ends_by_leaving_the_application_and_without_power() {
    for make in [
        Make::Genuine,
        Make::Clone,
        Make::Tampered,
        Make::RogueIssuer,
    ] {
        let person = with(make, Faults::default());
        let (mut desk, reader) = desk(&person);
        let _ = run(&mut desk, face_job(&person));
        reader
            .with_card(|card| {
                let last = card.heard().last().unwrap();
                assert_eq!(last[..], [0x00, 0xA4, 0x04, 0x0C], "{make:?}");
                assert_eq!(card.transmit(&[0; 4]), Answer::Gone { back: false });
            })
            .unwrap();
    }
}

#[test]
fn a_key_left_open_by_another_program_is_closed_before_it_is_used() {
    // Another program verified and only reset the card: the counter then answers 9000.
    let person = hanako();
    let (mut desk, reader) = DirectDesk::new(ca().trust_store().unwrap(), SimClock::still());
    let mut card = card(&person);
    card.answers_open_counters_with_success(true);
    reader.insert(card);
    face(run(&mut desk, face_job(&person)));
    assert!(desk.take_refusals().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn no_combination_of_faults_panics_or_costs_a_try(
        seed in any::<u64>(),
        torn_rate in 0.0..0.3f64,
        one_byte_at in proptest::option::of(1u32..20),
        false_ends in 0u32..3,
        flipped_bits in 0u32..3,
        extended in any::<bool>(),
        short_names in any::<bool>(),
        shy in any::<bool>(),
    ) {
        let person = faulty(Faults {
            torn_rate, seed, one_byte_at, false_ends, flipped_bits, extended, short_names, shy,
            ..Faults::default()
        });
        let (mut desk, reader) = desk(&person);
        match run(&mut desk, face_job(&person)) {
            // The text is not signed: a wrong bit there is for the staff's eyes to see.
            CardOutcome::Face(report) if flipped_bits == 0 => {
                prop_assert_eq!(&report.attributes.name, &person.name);
            }
            CardOutcome::Face(_) => {}
            CardOutcome::Failed(_) => {}
            other => prop_assert!(false, "{:?}", other),
        }
        let (tries, open, touched) = reader
            .with_card(|card| (card.tries(), card.is_open(), card.touched_forbidden().len()))
            .unwrap();
        prop_assert_eq!(tries, [10, 10, 3]);
        prop_assert!(!open);
        prop_assert_eq!(touched, 0);
    }
}

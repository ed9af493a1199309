//! One verification end to end on simulated cards: what a good card gives, and which name each
//! bad one gets.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use common::*;
use hal::card::{
    CardDesk, CardJob, CardOutcome, CardPin, CardProblem, NotGenuine, NumberB, Sex, Step, Tries,
    TrustClass, TrustStore,
};
use hal::sim::{DirectDesk, Faults, Make, Person, SimCard, SimClock};
use protocol::calendar::Date;
use protocol::problem::ProblemCode;

fn ends_as(make: Make) -> CardProblem {
    let person = with(make, Faults::default());
    let (mut desk, reader) = desk(&person);
    let problem = failed(run(&mut desk, face_job(&person)));
    assert!(!reader.with_card(|card| card.is_open()).unwrap());
    problem
}

#[test]
fn a_genuine_card_is_verified_and_gives_face_and_attributes() {
    let person = hanako();
    let (mut desk, reader) = desk(&person);
    let report = face(run(&mut desk, face_job(&person)));
    assert!(report.verdicts.authentic && report.verdicts.present && report.verdicts.code_accepted);
    assert_eq!(report.attributes.name, "汐見　花子");
    assert_eq!(report.attributes.address, person.address);
    assert_eq!(report.attributes.born_on, person.born_on);
    assert_eq!(report.attributes.sex, Sex::Female);
    assert_eq!(report.expiry_year, 2032);
    assert_eq!(report.expires_on, Date::from_ymd(2032, 8, 28));
    assert!(report.expiry_bound);
    assert_eq!(report.trust, TrustClass::Test);
    let photo = report.photo.as_ref().unwrap();
    assert_eq!((photo.width(), photo.height()), (378, 472));
    assert_eq!(report.name_image.as_ref().unwrap().height(), 12);
    assert_eq!(report.address_image.as_ref().unwrap().width(), 288);
    assert!(report.refused.is_empty());
    assert!(desk.take_refusals().is_empty());
    reader
        .with_card(|card| {
            assert!(card.touched_forbidden().is_empty());
            assert!(!card.is_open(), "nothing stays open in the card");
            assert_eq!(card.tries(), [10, 10, 3]);
        })
        .unwrap();
}

#[test]
fn a_genuine_card_is_verified_by_its_pin() {
    let person = person("midori");
    let (mut desk, reader) = desk(&person);
    let report = pin(run(&mut desk, pin_job(&person)));
    assert!(report.verdicts.authentic && report.verdicts.present && report.verdicts.code_accepted);
    assert_eq!(report.attributes.name, "髙﨑　みどり");
    assert_eq!(report.tries_before, Tries { left: 3 });
    reader
        .with_card(|card| {
            assert!(card.touched_forbidden().is_empty());
            assert!(!card.is_open());
        })
        .unwrap();
}

#[test]
fn counters_are_read_without_spending_a_try() {
    let person = with(
        Make::Genuine,
        Faults {
            number_b_tries: 7,
            pin_tries: 1,
            ..Faults::default()
        },
    );
    let (mut desk, reader) = desk(&person);
    for _ in 0..5 {
        let CardOutcome::Peeked(peek) = run(&mut desk, CardJob::Peek) else {
            unreachable!()
        };
        assert_eq!(peek.number_b, Tries { left: 7 });
        assert_eq!(peek.pin, Tries { left: 1 });
    }
    assert_eq!(reader.with_card(|card| card.tries()), Some([7, 7, 1]));
}

#[test]
fn a_copy_of_the_files_is_a_clone() {
    let problem = ends_as(Make::Clone);
    assert_eq!(problem, CardProblem::NotGenuine(NotGenuine::Clone));
    assert_eq!(problem.code(), ProblemCode::CardClone);
}

#[test]
fn an_exchanged_photo_is_tampering() {
    let problem = ends_as(Make::Tampered);
    assert_eq!(problem, CardProblem::NotGenuine(NotGenuine::Tampered));
    assert_eq!(problem.code(), ProblemCode::CardNotGenuine);
}

#[test]
fn an_issuer_that_no_trusted_authority_certified_is_rogue() {
    let problem = ends_as(Make::RogueIssuer);
    assert_eq!(problem, CardProblem::NotGenuine(NotGenuine::RogueIssuer));
}

#[test]
fn a_test_card_is_rogue_for_a_device_that_trusts_production_only() {
    let person = hanako();
    let (mut desk, reader) = DirectDesk::new(TrustStore::production(), SimClock::still());
    reader.insert(card(&person));
    let problem = failed(run(&mut desk, face_job(&person)));
    assert_eq!(problem, CardProblem::NotGenuine(NotGenuine::RogueIssuer));
    let problem = failed(run(&mut desk, pin_job(&person)));
    assert_eq!(problem, CardProblem::NotGenuine(NotGenuine::RogueIssuer));
    // Nothing was presented to it.
    let verifies = |card: &mut SimCard| card.heard().iter().any(|header| header[1] == 0x20);
    assert_eq!(reader.with_card(verifies), Some(false));
}

#[test]
fn two_applications_of_two_people_disagree() {
    let problem = ends_as(Make::ApplicationsDisagree);
    assert_eq!(
        problem,
        CardProblem::NotGenuine(NotGenuine::ApplicationsDisagree)
    );
    assert_eq!(problem.code(), ProblemCode::CardMismatch);
}

#[test]
fn a_foreign_card_and_a_card_of_noise_have_their_own_names() {
    assert_eq!(ends_as(Make::Foreign), CardProblem::Foreign);
    assert_eq!(ends_as(Make::Garbage), CardProblem::Garbage);
}

#[test]
fn a_forged_expiry_passes_every_signature_and_is_still_not_believed() {
    let person = with(Make::ForgedExpiry, Faults::default());
    let (mut desk, _reader) = desk(&person);
    let report = face(run(&mut desk, face_job(&person)));
    assert!(report.verdicts.authentic);
    assert_eq!(report.expires_on, Date::from_ymd(2042, 8, 28));
    assert_eq!(report.expiry_year, 2032);
    assert!(!report.expiry_bound);
}

#[test]
fn an_expired_card_says_so_with_an_expiry_that_is_bound() {
    let person = person("masao");
    let (mut desk, _reader) = desk(&person);
    let report = face(run(&mut desk, face_job(&person)));
    assert_eq!(report.expires_on, Date::from_ymd(2026, 1, 15));
    assert!(report.expiry_bound);
}

#[test]
fn a_photo_that_will_not_decode_is_no_photo_and_no_doubt() {
    let person = with(Make::BadPhoto, Faults::default());
    let (mut desk, _reader) = desk(&person);
    let report = face(run(&mut desk, face_job(&person)));
    assert!(report.photo.is_none());
    assert!(report.verdicts.authentic);
    assert!(report.name_image.is_some());
}

#[test]
fn a_wrong_number_costs_one_try_and_says_how_many_are_left() {
    let person = hanako();
    let (mut desk, reader) = desk(&person);
    let wrong = NumberB::new(person.born_on, 2032, "0000").unwrap();
    let problem = failed(run(&mut desk, CardJob::CheckFace { code: wrong }));
    let left = Tries { left: 9 };
    assert_eq!(problem, CardProblem::WrongCode { left });
    // Only one application was asked.
    assert_eq!(reader.with_card(|card| card.tries()), Some([9, 10, 3]));
    face(run(&mut desk, face_job(&person)));
    assert_eq!(reader.with_card(|card| card.tries()), Some([10, 10, 3]));
}

#[test]
fn a_blocked_number_is_named_before_anything_is_presented() {
    let faults = Faults {
        number_b_tries: 0,
        ..Faults::default()
    };
    let person = with(Make::Genuine, faults);
    let (mut desk, reader) = desk(&person);
    let problem = failed(run(&mut desk, face_job(&person)));
    assert_eq!(problem, CardProblem::Blocked);
    assert_eq!(problem.code(), ProblemCode::CardBlocked);
    let presented = |card: &mut SimCard| {
        let verifies = card.heard().iter().filter(|header| header[1] == 0x20);
        verifies.count()
    };
    assert_eq!(reader.with_card(presented), Some(1), "the counter only");
}

#[test]
fn the_last_try_of_a_pin_needs_an_administrator() {
    let faults = Faults {
        pin_tries: 1,
        ..Faults::default()
    };
    let person = with(Make::Genuine, faults);
    let (mut desk, reader) = desk(&person);
    let problem = failed(run(&mut desk, pin_job(&person)));
    let left = Tries { left: 1 };
    assert_eq!(problem, CardProblem::LastTry { left });
    assert_eq!(reader.with_card(|card| card.tries()[2]), Some(1));
    let confirmed = CardJob::CheckPin {
        pin: person.card_pin().unwrap(),
        allow_last_try: true,
    };
    pin(run(&mut desk, confirmed));
    assert_eq!(reader.with_card(|card| card.tries()[2]), Some(3));
}

#[test]
fn a_wrong_pin_is_presented_once_and_never_again_by_itself() {
    let person = hanako();
    let (mut desk, reader) = desk(&person);
    for left in [2, 1] {
        let wrong = CardJob::CheckPin {
            pin: CardPin::new("0001").unwrap(),
            allow_last_try: false,
        };
        let left = Tries { left };
        assert_eq!(
            failed(run(&mut desk, wrong)),
            CardProblem::WrongPin { left }
        );
    }
    assert_eq!(reader.with_card(|card| card.tries()[2]), Some(1));
}

#[test]
fn no_card_no_reader_and_no_service_are_three_different_things() {
    let person = hanako();
    let (mut desk, reader) = desk(&person);
    drop(reader.remove());
    assert_eq!(failed(run(&mut desk, CardJob::Peek)), CardProblem::NoCard);
    reader.plug(false);
    assert_eq!(failed(run(&mut desk, CardJob::Peek)), CardProblem::NoReader);
    reader.service(false);
    let problem = failed(run(&mut desk, CardJob::Peek));
    assert_eq!(problem, CardProblem::ServiceDown);
    reader.service(true);
    reader.plug(true);
    reader.insert(card(&person));
    face(run(&mut desk, face_job(&person)));
}

#[test]
fn cancelling_ends_a_job_before_its_next_command_and_leaves_nothing_open() {
    let person = hanako();
    let (mut desk, reader) = desk(&person);
    let cancel = AtomicBool::new(false);
    let mut steps = Vec::new();
    let mut progress = |step| {
        steps.push(step);
        if step == Step::ReadingFace {
            cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let outcome = desk.run(face_job(&person), &mut entropy(), &mut progress, &cancel);
    assert_eq!(failed(outcome), CardProblem::Cancelled);
    assert_eq!(steps.last(), Some(&Step::ReadingFace));
    assert_eq!(reader.with_card(|card| card.is_open()), Some(false));
}

#[test]
fn progress_goes_forward_only() {
    let mut person = hanako();
    person.faults = Faults::torn(0.05, 3);
    let (mut desk, _reader) = desk(&person);
    let mut steps = Vec::new();
    face(run_seeing(&mut desk, face_job(&person), &mut |step| {
        steps.push(step);
    }));
    assert!(steps.is_sorted(), "{steps:?}");
    assert_eq!(steps.first(), Some(&Step::Connecting));
    assert_eq!(steps.last(), Some(&Step::Finishing));
}

/// A large face as the specification's figures mean it.
const FACE_BYTES: usize = 3_000;

#[test]
fn a_verification_needs_at_most_25_commands_with_extended_reads_and_45_without() {
    for (extended, short_names, most) in [
        (true, true, 25),
        (true, false, 25),
        (false, true, 45),
        (false, false, 45),
    ] {
        let faults = Faults {
            extended,
            short_names,
            ..Faults::default()
        };
        let mut person = with(Make::Genuine, faults);
        person.photo = hal::sim::padded_photo(&person.photo, FACE_BYTES);
        let (mut desk, reader) = desk(&person);
        let report = face(run(&mut desk, face_job(&person)));
        assert_eq!(person.photo.len(), FACE_BYTES);
        assert_eq!(reader.with_card(|card| card.commands()), Some(report.apdus));
        assert!(report.apdus <= most, "{} commands", report.apdus);
    }
}

#[test]
fn the_evidence_names_one_card_and_not_another() {
    let evidence = |person: &Person| {
        let (mut desk, _reader) = desk(person);
        face(run(&mut desk, face_job(person))).evidence
    };
    let hanako = hanako();
    assert_eq!(evidence(&hanako), evidence(&hanako));
    assert_ne!(evidence(&hanako), evidence(&person("ichiro")));
}

#[test]
fn no_log_line_carries_a_code_a_number_or_a_name() {
    let written = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .without_time()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(written.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        for seed in 0..5 {
            let person = with(Make::Genuine, Faults::torn(0.05, seed));
            let (mut desk, _reader) = desk(&person);
            let _ = run(&mut desk, face_job(&person));
            let _ = run(&mut desk, pin_job(&person));
            let wrong = NumberB::new(person.born_on, 2032, "0417").unwrap();
            let _ = run(&mut desk, CardJob::CheckFace { code: wrong });
        }
    });
    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("connecting again"), "the log was heard: {log}");
    let hanako = hanako();
    let number = hanako.individual_number();
    // 照合番号B is 13082820322285; its bytes in hex and as a list are looked for too.
    for secret in [
        "2285",
        "0417",
        "4071",
        "130828",
        "汐見",
        &number,
        "31333038",
        "49, 51, 48",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn nothing_personal_is_printed_by_a_report() {
    let person = hanako();
    let (mut desk, _reader) = desk(&person);
    let outcome = run(&mut desk, face_job(&person));
    let shown = format!("{outcome:?}");
    for secret in ["汐見", "花子", "1938", "2285", "4071"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

//! What the tests of simulated cards share.
#![allow(dead_code, clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use hal::card::{CardDesk, CardJob, CardOutcome, CardProblem, FaceReport, PinReport, Step};
use hal::sim::{DirectDesk, Faults, Make, People, Person, SimCa, SimCard, SimClock, SimReader};

/// One hierarchy for all tests of this build folder: RSA keys are slow to make.
pub fn ca() -> &'static SimCa {
    static CA: OnceLock<SimCa> = OnceLock::new();
    CA.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sim-ca");
        SimCa::load_or_make(dir).unwrap()
    })
}

pub fn person(id: &str) -> Person {
    People::built_in().get(id).unwrap().clone()
}

pub fn hanako() -> Person {
    person("hanako")
}

pub fn with(make: Make, faults: Faults) -> Person {
    Person {
        make,
        faults,
        ..hanako()
    }
}

pub fn card(person: &Person) -> SimCard {
    SimCard::new(person, ca()).unwrap()
}

/// A desk that trusts the simulated hierarchy, with this person's card on the reader.
pub fn desk(person: &Person) -> (DirectDesk, SimReader) {
    let (desk, reader) = DirectDesk::new(ca().trust_store().unwrap(), SimClock::still());
    reader.insert(card(person));
    (desk, reader)
}

/// Challenges that differ, and repeat from run to run.
pub fn entropy() -> impl FnMut(&mut [u8]) {
    let mut next = 0u8;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(31).wrapping_add(17);
            *byte = next;
        }
    }
}

pub fn run(desk: &mut dyn CardDesk, job: CardJob) -> CardOutcome {
    run_seeing(desk, job, &mut |_| {})
}

pub fn run_seeing(
    desk: &mut dyn CardDesk,
    job: CardJob,
    progress: &mut dyn FnMut(Step),
) -> CardOutcome {
    desk.run(job, &mut entropy(), progress, &AtomicBool::new(false))
}

pub fn face_job(person: &Person) -> CardJob {
    CardJob::CheckFace {
        code: person.number_b().unwrap(),
    }
}

pub fn pin_job(person: &Person) -> CardJob {
    CardJob::CheckPin {
        pin: person.card_pin().unwrap(),
        allow_last_try: false,
    }
}

pub fn face(outcome: CardOutcome) -> Box<FaceReport> {
    match outcome {
        CardOutcome::Face(report) => report,
        other => unreachable!("not a face: {other:?}"),
    }
}

pub fn pin(outcome: CardOutcome) -> Box<PinReport> {
    match outcome {
        CardOutcome::Pin(report) => report,
        other => unreachable!("not a PIN report: {other:?}"),
    }
}

pub fn failed(outcome: CardOutcome) -> CardProblem {
    match outcome {
        CardOutcome::Failed(problem) => problem,
        other => unreachable!("not a failure: {other:?}"),
    }
}

//! What is found of a part: from what a person answered, from the board, the reader, the clock
//! and the probe. No time, no effects.

use hal::board::{BoardFault, Part};
use hal::card::ReaderEvent;
use protocol::problem::ProblemCode;
use protocol::self_test::{Found, PartFound, SelfTest, TestVerdict, TestedPart};

use crate::runtime::probe::Probed;
use crate::setup::SelfTestState;
use crate::terminal::desk::Desk;

/// The finding of one part as things stand; `None`: nobody has looked yet.
pub fn found(
    part: TestedPart,
    state: &SelfTestState,
    probed: Option<Probed>,
    desk: &Desk,
) -> Option<Found> {
    let answer = state.answers.get(&part).copied();
    match part {
        TestedPart::Touch => answer,
        TestedPart::Screen => worse(fault(Part::Backlight, desk), answer),
        TestedPart::Lamp => signal(Part::Lamp, answer, desk),
        TestedPart::Sound => signal(Part::Buzzer, answer, desk),
        TestedPart::Reader => match reader(desk) {
            // A card that was laid down once says more than that the reader is empty now; what was
            // wrong with the reader and is not any more says nothing.
            Found::ReaderEmpty => answer.map(|answer| match answer {
                Found::Works | Found::CardUnread => answer,
                _ => Found::ReaderEmpty,
            }),
            trouble => answer.map(|_| trouble),
        },
        TestedPart::Clock => Some(clock(desk)),
        TestedPart::Network => probed.map(|probed| probed.network).or(answer),
        TestedPart::Disk => probed.map(|probed| probed.disk).or(answer),
        TestedPart::Case => Some(case(desk)),
        TestedPart::Battery => Some(battery(desk)),
        TestedPart::Enrolment => Some(match desk.device {
            Some(_) => Found::Works,
            None => Found::Pending,
        }),
    }
}

/// Whether a person has to be asked about a part: one that is not there or does not answer
/// says so itself.
pub fn must_ask(part: TestedPart, desk: &Desk) -> bool {
    match part {
        TestedPart::Touch | TestedPart::Screen | TestedPart::Reader => true,
        TestedPart::Lamp => works(Part::Lamp, desk),
        TestedPart::Sound => works(Part::Buzzer, desk),
        _ => false,
    }
}

/// The report. Parts that nobody has looked at are left out.
pub fn report(state: &SelfTestState, probed: Option<Probed>, desk: &Desk) -> SelfTest {
    let parts = TestedPart::ALL.into_iter().filter_map(|part| {
        let found = found(part, state, probed, desk)?;
        Some(PartFound { part, found })
    });
    SelfTest {
        program: desk.config.version.clone(),
        parts: parts.collect(),
        silent_corners: state.silent_corners.clone(),
    }
}

/// What the reader says now.
pub fn reader(desk: &Desk) -> Found {
    match &desk.reader {
        None => Found::ReaderSilent,
        Some(ReaderEvent::Ready { .. } | ReaderEvent::CardArrived | ReaderEvent::CardLeft) => {
            Found::ReaderEmpty
        }
        Some(ReaderEvent::NoReader) => Found::ReaderMissing,
        Some(ReaderEvent::WrongReader) => Found::ReaderNotSupported,
        Some(ReaderEvent::ServiceDown) => Found::ReaderService,
    }
}

fn works(part: Part, desk: &Desk) -> bool {
    desk.fitted.contains(&part) && !desk.faulty.contains_key(&part)
}

fn signal(part: Part, answer: Option<Found>, desk: &Desk) -> Option<Found> {
    if !desk.fitted.contains(&part) {
        return Some(Found::NotFitted);
    }
    fault(part, desk).or(answer)
}

/// Place of a finding among the others: the worst comes first, and what nobody has looked at
/// before what works.
#[must_use]
pub fn rank(found: Option<Found>) -> u8 {
    match found.map(Found::verdict) {
        Some(TestVerdict::Bad) => 0,
        Some(TestVerdict::Watch) => 1,
        None => 2,
        Some(TestVerdict::Good) => 3,
        Some(TestVerdict::None) => 4,
    }
}

/// What the board says of a part and what a person saw: the worse of the two. A light that cannot
/// be dimmed must not hide a dead row of pixels.
fn worse(fault: Option<Found>, answer: Option<Found>) -> Option<Found> {
    match (fault, answer) {
        (Some(fault), Some(answer)) if rank(Some(answer)) < rank(Some(fault)) => Some(answer),
        _ => fault.or(answer),
    }
}

fn fault(part: Part, desk: &Desk) -> Option<Found> {
    desk.faulty.get(&part).map(word)
}

fn word(fault: &BoardFault) -> Found {
    match fault.code() {
        ProblemCode::BoardClock => Found::ClockLost,
        ProblemCode::BoardAbsent => Found::PartAbsent,
        ProblemCode::BoardSetup => Found::PartSetup,
        _ => Found::PartFailed,
    }
}

fn clock(desk: &Desk) -> Found {
    fault(Part::Clock, desk).unwrap_or(match desk.now.is_trusted() {
        true => Found::Works,
        false => Found::ClockUntrusted,
    })
}

fn case(desk: &Desk) -> Found {
    if !desk.fitted.contains(&Part::Case) {
        return Found::NotFitted;
    }
    fault(Part::Case, desk).unwrap_or(match desk.case_open {
        Some(true) => Found::CaseOpen,
        _ => Found::Works,
    })
}

fn battery(desk: &Desk) -> Found {
    let faults = || {
        [Part::Gauge, Part::Mains]
            .into_iter()
            .find_map(|part| fault(part, desk))
    };
    if !desk.fitted.contains(&Part::Gauge) {
        return faults().unwrap_or(Found::NotFitted);
    }
    faults().unwrap_or(match desk.battery.is_low() {
        true => Found::BatteryLow,
        false => Found::Works,
    })
}

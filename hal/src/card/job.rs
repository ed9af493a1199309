//! A job from the tap to its outcome: connections, limits, and the one name for what went wrong.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::allow_list::Mode;
use super::guard::{Fault, Guard, Meter};
use super::link::{Clock, Connector, LinkFault};
use super::session::{self, FaceFound, PinFound, Work};
use super::wire::{Stop, Wire};
use super::{
    Bitmap, CardJob, CardOutcome, CardProblem, FaceReport, Photo, PinReport, Refusal, Step,
    TrustStore, Verdicts, calendar,
};

/// Most connections in one job. Each is begun only because the link broke.
const MAX_CONNECTIONS: u32 = 16;

/// How long a card may be away before the job gives up and asks for it.
const REJOIN: Duration = Duration::from_millis(1500);

/// Runs one job and says which commands were refused on the way.
pub(crate) fn run(
    connector: &mut dyn Connector,
    clock: Arc<dyn Clock>,
    trust: &TrustStore,
    job: CardJob,
    seams: Seams<'_>,
) -> (CardOutcome, Vec<Refusal>) {
    let mut meter = Meter::new(clock);
    let mut work = Work::new(trust, seams.entropy, seams.progress);
    let outcome = {
        let mut rounds = Rounds {
            connector,
            meter: &mut meter,
            cancel: seams.cancel,
        };
        match &job {
            CardJob::Peek => rounds
                .run(Mode::Peek, &mut work, session::peek)
                .map(CardOutcome::Peeked),
            CardJob::CheckFace { code } => rounds
                .run(Mode::Face, &mut work, |wire, work| {
                    session::check_face(wire, work, code)
                })
                .and_then(|found| face_report(found, work, rounds.meter, code.expiry_year())),
            CardJob::CheckPin {
                pin,
                allow_last_try,
            } => rounds
                .run(Mode::Pin, &mut work, |wire, work| {
                    session::check_pin(wire, work, pin, *allow_last_try)
                })
                .map(|found| pin_report(found, rounds.meter)),
        }
    };
    let outcome = outcome.unwrap_or_else(CardOutcome::Failed);
    (outcome, meter.refused)
}

/// What a job takes from outside.
pub(crate) struct Seams<'a> {
    pub(crate) entropy: &'a mut dyn FnMut(&mut [u8]),
    pub(crate) progress: &'a mut dyn FnMut(Step),
    pub(crate) cancel: &'a AtomicBool,
}

/// The connections of one job.
struct Rounds<'a> {
    connector: &'a mut dyn Connector,
    meter: &'a mut Meter,
    cancel: &'a AtomicBool,
}

impl Rounds<'_> {
    /// Connects and runs `steps`; connects again after a tear while there is hope.
    fn run<T>(
        &mut self,
        mode: Mode,
        work: &mut Work<'_>,
        mut steps: impl FnMut(&mut Wire<'_>, &mut Work<'_>) -> Result<T, Stop>,
    ) -> Result<T, CardProblem> {
        work.progress.at(Step::Connecting);
        let mut grace = Duration::ZERO;
        for round in 1..=MAX_CONNECTIONS {
            let connector = &mut *self.connector;
            let link = self.meter.waiting(|| connector.connect(grace));
            let link = match link {
                Ok(link) => link,
                Err(LinkFault::NoCard | LinkFault::CardLeft) if round > 1 => {
                    return Err(CardProblem::Torn { tries: None });
                }
                Err(fault) => return Err(of_link(fault)),
            };
            let mut wire = Wire::new(Guard::new(link, mode, self.meter, self.cancel));
            let result = steps(&mut wire, work);
            wire.finish();
            match result {
                Ok(found) => return Ok(found),
                Err(stop) if self.may_resume(stop, mode, work) => {
                    tracing::info!(round, "card link broke; connecting again");
                    grace = REJOIN.min(self.meter.rest());
                }
                Err(stop) => return Err(problem(stop)),
            }
        }
        Err(CardProblem::Torn { tries: None })
    }

    fn may_resume(&self, stop: Stop, mode: Mode, work: &Work<'_>) -> bool {
        let lost_verify = work.unknown.is_some() && stop.is_doubtful();
        if !(stop.is_tear() || lost_verify) || self.meter.rest().is_zero() {
            return false;
        }
        // A PIN is presented once. After a tear the card is asked for its counter only when the
        // answer to the PIN was lost; otherwise the visitor is asked again.
        mode != Mode::Pin || !work.pin_spent || work.unknown.is_some()
    }
}

/// The one name for why a connection's work stopped.
fn problem(stop: Stop) -> CardProblem {
    match stop {
        Stop::Final(problem) => problem,
        Stop::NotGenuine(reason) => CardProblem::NotGenuine(reason),
        Stop::Status | Stop::Truncated | Stop::Malformed | Stop::Fault(Fault::Odd) => {
            CardProblem::Garbage
        }
        Stop::Fault(Fault::Limit) => CardProblem::TooSlow,
        Stop::Fault(Fault::Forbidden) => CardProblem::Forbidden,
        Stop::Fault(Fault::Cancelled) => CardProblem::Cancelled,
        Stop::Fault(Fault::Link(fault)) if fault.is_tear() => CardProblem::Torn { tries: None },
        Stop::Fault(Fault::Link(fault)) => of_link(fault),
    }
}

fn of_link(fault: LinkFault) -> CardProblem {
    match fault {
        LinkFault::CardLeft | LinkFault::NoCard => CardProblem::NoCard,
        LinkFault::NoReader => CardProblem::NoReader,
        LinkFault::ServiceDown => CardProblem::ServiceDown,
        LinkFault::Busy => CardProblem::Busy,
    }
}

fn face_report(
    found: FaceFound,
    mut work: Work<'_>,
    meter: &mut Meter,
    expiry_year: u16,
) -> Result<CardOutcome, CardProblem> {
    work.progress.at(Step::Finishing);
    let face = work.face.take().ok_or(CardProblem::Garbage)?;
    let record = &face.record;
    let report = FaceReport {
        verdicts: PROVEN,
        attributes: found.attributes,
        photo: Photo::decode(&record.photo.data),
        name_image: Bitmap::decode(&record.name_image.data),
        address_image: Bitmap::decode(&record.address_image.data),
        expiry_year,
        expires_on: calendar::from_card(record.expiry),
        expiry_bound: record.expiry.year == expiry_year,
        applications_agree: true,
        evidence: found.evidence,
        apdus: meter.apdus,
        time_in_card: meter.in_card,
        time_in_code: meter.elapsed().saturating_sub(meter.in_card),
        trust: found.trust,
        refused: meter.refused.clone(),
    };
    Ok(CardOutcome::Face(Box::new(report)))
}

fn pin_report(found: PinFound, meter: &Meter) -> CardOutcome {
    CardOutcome::Pin(Box::new(PinReport {
        verdicts: PROVEN,
        attributes: found.attributes,
        tries_before: found.tries_before,
        evidence: found.evidence,
        apdus: meter.apdus,
        time_in_card: meter.in_card,
        time_in_code: meter.elapsed().saturating_sub(meter.in_card),
        trust: found.trust,
        refused: meter.refused.clone(),
    }))
}

/// A report exists only when every check has passed.
const PROVEN: Verdicts = Verdicts {
    authentic: true,
    present: true,
    code_accepted: true,
};

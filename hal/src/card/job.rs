//! A job from the tap to its outcome: connections, limits, and the one name for what went wrong.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::allow_list::Mode;
use super::guard::{Fault, Guard, Meter};
use super::link::{Clock, Connector, LinkFault};
use super::picture::PendingPhoto;
use super::session::{self, FaceFound, PinFound, Work};
use super::wire::{Stop, Wire};
use super::{
    Bitmap, CardJob, CardOutcome, CardProblem, FaceReport, PinReport, Refusal, Step, TrustStore,
    Verdicts, calendar,
};

/// Most connections in one job. Each is begun only because the link broke.
const MAX_CONNECTIONS: u32 = 16;

/// How long a card that was just laid down may take until it answers its reader.
const SETTLE: Duration = Duration::from_millis(500);

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
        let mut grace = SETTLE;
        for round in 1..=MAX_CONNECTIONS {
            work.round = round;
            let connector = &mut *self.connector;
            let link = self.meter.waiting(|| connector.connect(grace));
            let link = match link {
                Ok(link) => link,
                Err(LinkFault::NoCard | LinkFault::CardLeft) if round > 1 => {
                    return Err(CardProblem::Torn { tries: None });
                }
                Err(fault) => return Err(of_link(fault)),
            };
            let mut wire = Wire::new(
                Guard::new(link, mode, self.meter, self.cancel),
                work.long_reads,
            );
            let result = steps(&mut wire, work);
            work.long_reads &= !wire.broke_in_long_read();
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
        photo: work.photo.take().and_then(PendingPhoto::finish),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::cell::Cell;

    use proptest::prelude::*;
    use protocol::calendar::Date;
    use zeroize::Zeroizing;

    use super::*;
    use crate::card::link::CardLink;
    use crate::card::{CardPin, MAX_APDUS, MAX_SESSION, NumberB};

    /// A card that gives these answers one after the other, round and round.
    #[derive(Clone)]
    struct Nonsense(Vec<Vec<u8>>, usize);

    impl Connector for Nonsense {
        fn connect(&mut self, _: Duration) -> Result<Box<dyn CardLink>, LinkFault> {
            Ok(Box::new(self.clone()))
        }
    }

    impl CardLink for Nonsense {
        fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, LinkFault> {
            self.1 += 1;
            let answer = self.0[self.1 % self.0.len()].clone();
            match answer.as_slice() {
                [] => Err(LinkFault::CardLeft),
                _ => Ok(Zeroizing::new(answer)),
            }
        }

        fn unpower(self: Box<Self>) {}
    }

    /// A clock that every look at it moves on by this many milliseconds.
    struct Ticking(std::sync::atomic::AtomicU64, u64);

    impl Clock for Ticking {
        fn now(&self) -> Duration {
            let before = self
                .0
                .fetch_add(self.1, std::sync::atomic::Ordering::Relaxed);
            Duration::from_millis(before)
        }
    }

    fn answer() -> impl Strategy<Value = Vec<u8>> {
        let status = prop_oneof![
            6 => Just(vec![0x90, 0x00]),
            1 => Just(vec![0x62, 0x82]),
            1 => Just(vec![0x63, 0xC3]),
            1 => Just(vec![0x6C, 0x10]),
            1 => Just(vec![0x61, 0x10]),
            1 => proptest::collection::vec(any::<u8>(), 0..3),
        ];
        let data = prop_oneof![
            Just(Vec::new()),
            proptest::collection::vec(any::<u8>(), 0..300),
            // Beginnings of real files with lengths that promise anything.
            (any::<u16>(), proptest::collection::vec(any::<u8>(), 0..64)).prop_map(|(n, rest)| {
                let [high, low] = n.to_be_bytes();
                [&[0xFF, 0x20, 0x82, high, low], rest.as_slice()].concat()
            }),
            Just(vec![0x7F, 0x21, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]),
        ];
        (data, status).prop_map(|(data, status)| [data, status].concat())
    }

    proptest! {
        #[test]
        fn a_card_that_answers_nonsense_ends_in_a_name_within_the_limits(
            answers in proptest::collection::vec(answer(), 1..40),
            which in 0..3,
            tick in 0u64..200,
        ) {
            let job = match which {
                0 => CardJob::Peek,
                1 => CardJob::CheckFace {
                    code: NumberB::new(Date::from_ymd(1938, 8, 28).unwrap(), 2032, "2285").unwrap(),
                },
                _ => CardJob::CheckPin {
                    pin: CardPin::new("4071").unwrap(),
                    allow_last_try: true,
                },
            };
            let is_peek = which == 0;
            let steps = Cell::new(0);
            let clock = Arc::new(Ticking(0.into(), tick));
            let (outcome, refused) = run(
                &mut Nonsense(answers, 0),
                clock.clone(),
                &TrustStore::production(),
                job,
                Seams {
                    entropy: &mut |bytes| bytes.fill(7),
                    progress: &mut |_| steps.set(steps.get() + 1),
                    cancel: &AtomicBool::new(false),
                },
            );
            let ended = matches!(outcome, CardOutcome::Failed(_))
                || (is_peek && matches!(outcome, CardOutcome::Peeked(_)));
            prop_assert!(ended, "{:?}", outcome);
            prop_assert!(refused.is_empty(), "{:?}", refused);
            prop_assert!(steps.get() <= 7);
            // Looks at the clock: a few a command, so the limit of commands bounds them too.
            let looks = clock.now().as_millis() / u128::from(tick.max(1));
            prop_assert!(tick == 0 || looks <= u128::from(MAX_APDUS) * 8 + 200);
            prop_assert!(clock.now() <= MAX_SESSION * 2 + Duration::from_millis(tick * 300));
        }
    }
}

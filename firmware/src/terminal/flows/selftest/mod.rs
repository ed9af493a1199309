//! S-7 … S-10: the unit tests itself, with a person's eyes, ears and finger. J-7 shows the same
//! parts at any later time and begins the test once more.
//!
//! What comes next is what nobody has answered yet, so a restart goes on where it stopped and a
//! single part is looked at again by forgetting its answer. Nothing that is found stops set-up,
//! except a disk on which nothing can be kept.

mod judge;
mod steps;

pub use judge::rank;

use std::time::Duration;

use hal::card::{CardJob, CardOutcome, ReaderEvent};
use protocol::self_test::{Corner, Found, TestVerdict, TestedPart};

use crate::runtime::probe::Probed;
use crate::setup::{self, SelfTestState};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::pager::Pager;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{
    Page, SelfTestKind, SelfTestPartPage, SelfTestResultPage, SelfTestRow, SelfTestStage,
    SelfTestTouchPage, TestColour,
};

/// A corner that has not answered for so long may be marked as silent: nobody presses a wrong
/// place for ten seconds without meaning it.
pub const CORNER_WAIT: Duration = Duration::from_secs(10);

/// Most rows of a page of the result: each has a line that says what to do.
const MOST_ROWS: usize = 4;

/// Parts that a person is asked about, in this order.
const ASKED: [TestedPart; 5] = [
    TestedPart::Touch,
    TestedPart::Screen,
    TestedPart::Lamp,
    TestedPart::Sound,
    TestedPart::Reader,
];

/// Rows of a page of the result.
fn rows(desk: &Desk) -> usize {
    desk.config.rows_per_page.min(MOST_ROWS)
}

/// Why the test runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// First start.
    SetUp,
    /// Somebody opened J-7.
    Asked,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Corner { place: usize, since: Duration },
    Colour { place: usize },
    Ask(SelfTestKind),
    Looking,
    Result,
}

/// The self-test.
#[derive(Debug)]
pub struct SelfTestFlow {
    reason: Reason,
    step: Step,
    state: SelfTestState,
    probed: Option<Probed>,
    /// A test was gone through since J-7 opened.
    tested: bool,
    pager: Pager,
    loading: Waiting,
    keeping: Waiting,
    probing: Waiting,
    peek: Waiting,
    finishing: Waiting,
}

impl SelfTestFlow {
    /// In set-up, going on where it stopped.
    #[must_use]
    pub fn in_set_up(state: SelfTestState) -> Self {
        Self::new(Reason::SetUp, state)
    }

    /// J-7.
    #[must_use]
    pub fn asked() -> Self {
        Self::new(Reason::Asked, SelfTestState::default())
    }

    fn new(reason: Reason, state: SelfTestState) -> Self {
        Self {
            reason,
            step: Step::Result,
            state,
            probed: None,
            tested: false,
            pager: Pager::default(),
            loading: Waiting::default(),
            keeping: Waiting::default(),
            probing: Waiting::default(),
            peek: Waiting::default(),
            finishing: Waiting::default(),
        }
    }

    fn found(&self, part: TestedPart, desk: &Desk) -> Option<Found> {
        judge::found(part, &self.state, self.probed, desk)
    }

    fn stage(&self, desk: &Desk) -> SelfTestStage {
        let stops = self.found(TestedPart::Disk, desk).is_some_and(Found::stops);
        match self.reason {
            Reason::SetUp if stops => SelfTestStage::Stopped,
            Reason::SetUp => SelfTestStage::SetUp,
            Reason::Asked if self.tested => SelfTestStage::Tested,
            Reason::Asked => SelfTestStage::Ready,
        }
    }

    /// Every part in the order in which they are shown: what is to be done stands first, so that
    /// nobody turns pages for it.
    fn worst_first(&self, desk: &Desk) -> Vec<TestedPart> {
        let mut parts = TestedPart::ALL.to_vec();
        parts.sort_by_key(|part| rank(self.found(*part, desk)));
        parts
    }

    fn result(&self, desk: &Desk) -> SelfTestResultPage {
        let faults = TestedPart::ALL
            .into_iter()
            .filter_map(|part| self.found(part, desk))
            .filter(|found| matches!(found.verdict(), TestVerdict::Watch | TestVerdict::Bad));
        SelfTestResultPage {
            rows: self
                .pager
                .paged(&self.worst_first(desk), rows(desk), |(_, part)| {
                    SelfTestRow {
                        again: self.may_repeat(*part, desk),
                        part: *part,
                        found: self.found(*part, desk),
                        corners: match part {
                            TestedPart::Touch => self.state.silent_corners.clone(),
                            _ => Vec::new(),
                        },
                    }
                }),
            stage: self.stage(desk),
            faults: faults.count(),
        }
    }

    /// Whether a touch on its row looks at a part once more: not before a test was begun, and
    /// not where the part says by itself how it is.
    fn may_repeat(&self, part: TestedPart, desk: &Desk) -> bool {
        let probed = matches!(part, TestedPart::Network | TestedPart::Disk);
        self.stage(desk) != SelfTestStage::Ready && (probed || judge::must_ask(part, desk))
    }

    fn stored(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        let Input::Stored(ticket, result) = input else {
            return Next::Stay;
        };
        if self.finishing.take(*ticket) {
            return match result {
                Ok(_) => {
                    desk.effect(Effect::WakeSync);
                    Next::Back
                }
                Err(problem) => Next::Trouble(problem.clone()),
            };
        }
        if self.loading.take(*ticket) {
            if let Ok(StoreReply::Setup(setup::Reply::Loaded(loaded))) = result
                && !self.tested
            {
                self.state = loaded.self_test.clone();
            }
            return Next::Stay;
        }
        match result {
            // What was answered is still here; only a restart would ask again.
            Err(problem) if self.keeping.take(*ticket) => Next::Trouble(problem.clone()),
            _ => Next::Stay,
        }
    }

    fn card(&mut self, outcome: &CardOutcome, desk: &mut Desk) -> Next {
        if self.step != Step::Ask(SelfTestKind::Reader) {
            return Next::Stay;
        }
        let found = match outcome {
            CardOutcome::Failed(_) => Found::CardUnread,
            CardOutcome::Peeked(_) | CardOutcome::Face(_) | CardOutcome::Pin(_) => Found::Works,
        };
        self.state.answers.insert(TestedPart::Reader, found);
        self.keep(desk);
        Next::Stay
    }
}

impl Flow for SelfTestFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        match (self.step, self.reason) {
            (Step::Corner { .. }, _) => Screen::SelfTestTouch,
            (Step::Colour { .. }, _) => Screen::SelfTestColours,
            (Step::Ask(_) | Step::Looking, _) => Screen::SelfTestPart,
            (Step::Result, Reason::SetUp) => Screen::SelfTestResult,
            (Step::Result, Reason::Asked) => Screen::Parts,
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        match self.step {
            Step::Corner { place, since } => Page::SelfTestTouch(SelfTestTouchPage {
                corner: Corner::ALL[place],
                may_fail: desk.now.boot.saturating_sub(since) >= CORNER_WAIT,
            }),
            Step::Colour { place } => Page::SelfTestColour(TestColour::ALL[place]),
            Step::Ask(kind) => Page::SelfTestPart(SelfTestPartPage {
                kind,
                found: (kind == SelfTestKind::Reader).then(|| match judge::reader(desk) {
                    Found::ReaderEmpty => self
                        .state
                        .answers
                        .get(&TestedPart::Reader)
                        .copied()
                        .unwrap_or(Found::ReaderEmpty),
                    trouble => trouble,
                }),
            }),
            Step::Looking => Page::SelfTestPart(SelfTestPartPage {
                kind: SelfTestKind::Looking,
                found: None,
            }),
            Step::Result => Page::SelfTestResult(self.result(desk)),
        }
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        match self.reason {
            // Uncovered again: a test that goes on is not begun anew.
            Reason::SetUp if self.step == Step::Result && self.probed.is_none() => {
                self.go_on(desk);
            }
            Reason::Asked if self.step == Step::Result && self.probed.is_none() => {
                let ticket = desk.store(setup::Job::Load);
                self.loading.start(ticket);
                self.probe(desk);
            }
            _ => {}
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match self.step {
            Step::Corner { place, since } => self.corner(&touch, place, since, desk),
            Step::Colour { place } => self.colour(&touch, place, desk),
            Step::Ask(kind) => self.asked_about(&touch, kind, desk),
            Step::Looking => match touch {
                Touch::Back => self.leave(desk),
                _ => Next::Stay,
            },
            Step::Result => self.on_result(&touch, desk),
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::Probed(ticket, probed) if self.probing.take(*ticket) => {
                self.probed = Some(*probed);
                if self.step == Step::Looking {
                    self.step = Step::Result;
                }
                Next::Stay
            }
            Input::Reader(ReaderEvent::CardArrived)
                if self.step == Step::Ask(SelfTestKind::Reader) && !self.peek.is_waiting() =>
            {
                self.look_at_card(desk);
                Next::Stay
            }
            Input::Card(ticket, outcome) if self.peek.take(*ticket) => self.card(outcome, desk),
            Input::Stored(..) => self.stored(input, desk),
            _ => Next::Stay,
        }
    }

    fn busy(&self) -> bool {
        self.peek.is_waiting() || self.probing.is_waiting()
    }

    fn before_unlock(&self) -> bool {
        self.reason == Reason::SetUp
    }
}

impl SelfTestFlow {
    fn look_at_card(&mut self, desk: &mut Desk) {
        // Reads the counters and nothing else: no try is spent and no person is read.
        let ticket = desk.ticket();
        desk.effect(Effect::Card(ticket, CardJob::Peek));
        self.peek.start(ticket);
    }
}

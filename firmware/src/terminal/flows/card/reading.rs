//! C-3: the card is being read.

use hal::board::Cue;
use hal::card::{CardJob, CardOutcome, CardProblem, FaceReport, PinReport, Step, Tries};
use protocol::problem::ProblemCode;

use super::Typed;
use super::compare::CompareFlow;
use super::prompt::CardFlow;
use super::trouble::CardTroubleFlow;
use crate::audit::CardMode;
use crate::presence::{self, Check, CheckPurpose, Expiry};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{CardTrouble, Page, ReadingPage};

/// Steps on the screen.
const STEPS: usize = 3;

/// A running session.
pub struct ReadingFlow {
    typed: Typed,
    before: Option<Tries>,
    done: usize,
    cancelling: bool,
    session: Waiting,
    /// What is shown once the check is recorded.
    after: Option<After>,
    kept: Waiting,
}

enum After {
    Compare(Box<CompareFlow>),
    Trouble(CardTrouble, Option<ProblemCode>),
}

impl ReadingFlow {
    /// Presents what was typed. `before` is the counter as just read.
    pub(super) fn new(typed: Typed, before: Option<Tries>) -> Self {
        Self {
            typed,
            before,
            done: 0,
            cancelling: false,
            session: Waiting::default(),
            after: None,
            kept: Waiting::default(),
        }
    }

    fn mode(&self) -> CardMode {
        match self.typed {
            Typed::Face { .. } => CardMode::Face,
            Typed::Pin { .. } => CardMode::Pin,
        }
    }

    fn ended(&mut self, outcome: CardOutcome, desk: &mut Desk) -> Next {
        match outcome {
            CardOutcome::Face(report) => self.face(report, desk),
            CardOutcome::Pin(report) => self.pin(report, desk),
            CardOutcome::Failed(problem) => self.failed(problem, desk),
            CardOutcome::Peeked(_) => Next::Stay,
        }
    }

    fn face(&mut self, report: Box<FaceReport>, desk: &mut Desk) -> Next {
        let (verdicts, apdus, evidence) = (report.verdicts, report.apdus, report.evidence);
        let after = match presence::expiry(&report, &desk.now) {
            Expiry::Over(day) => After::Trouble(CardTrouble::Expired { on: Some(day) }, None),
            Expiry::Forged => After::Trouble(CardTrouble::NotGenuine, None),
            Expiry::Good(day) => After::Compare(Box::new(CompareFlow::of_face(report, day))),
        };
        desk.effect(Effect::Cue(match after {
            After::Compare(_) => Cue::ReadWell,
            After::Trouble(..) => Cue::Refused,
        }));
        let code = match &after {
            After::Compare(_) => None,
            After::Trouble(kind, _) => Some(presence::code_of(kind)),
        };
        let check = self.check(desk, code);
        self.keep(
            check.map(|check| Check {
                genuine: verdicts.authentic,
                present: verdicts.present,
                evidence: Some(evidence),
                apdus,
                ..check
            }),
            after,
            desk,
        )
    }

    fn pin(&mut self, report: Box<PinReport>, desk: &mut Desk) -> Next {
        desk.effect(Effect::Cue(Cue::ReadWell));
        let (verdicts, apdus, evidence) = (report.verdicts, report.apdus, report.evidence);
        let after = After::Compare(Box::new(CompareFlow::of_pin(&report)));
        let check = self.check(desk, None);
        self.keep(
            check.map(|check| Check {
                genuine: verdicts.authentic,
                present: verdicts.present,
                evidence: Some(evidence),
                apdus,
                ..check
            }),
            after,
            desk,
        )
    }

    fn failed(&mut self, problem: CardProblem, desk: &mut Desk) -> Next {
        let Some(kind) = presence::trouble(problem, self.before) else {
            // Cancelled, or the card was gone before anything happened.
            desk.effect(Effect::Cue(Cue::Quiet));
            return if self.cancelling {
                Next::Back
            } else {
                Next::Replace(Box::new(CardFlow::again(Some(self.typed.clone()))))
            };
        };
        let torn = matches!(kind, CardTrouble::Torn { .. });
        desk.effect(Effect::Cue(if torn { Cue::Torn } else { Cue::Refused }));
        // The try that blocked it and the card that was blocked already are one to the visitor.
        let code = match kind {
            CardTrouble::Blocked => presence::code_of(&kind),
            _ => problem.code(),
        };
        let check = self.check(desk, Some(code.clone()));
        self.keep(check, After::Trouble(kind, Some(code)), desk)
    }

    fn check(&self, desk: &Desk, code: Option<ProblemCode>) -> Option<Check> {
        Some(Check {
            by: desk.session.as_ref()?.staff.clone(),
            mode: self.mode(),
            purpose: CheckPurpose::Identity,
            genuine: false,
            present: false,
            code,
            evidence: None,
            apdus: 0,
        })
    }

    /// Records the check; nobody is shown before it is on disk.
    fn keep(&mut self, check: Option<Check>, after: After, desk: &mut Desk) -> Next {
        let Some(check) = check else {
            return Next::Lock;
        };
        self.after = Some(after);
        let ticket = desk.store(presence::Job::Keep(check));
        self.kept.start(ticket);
        Next::Stay
    }

    fn recorded(&mut self, check: i64) -> Next {
        match self.after.take() {
            Some(After::Compare(flow)) => Next::Replace(Box::new(flow.recorded(check))),
            Some(After::Trouble(kind, code)) => {
                let again = matches!(
                    kind,
                    CardTrouble::Torn { .. } | CardTrouble::Unreadable { .. }
                )
                .then(|| self.typed.clone());
                Next::Replace(Box::new(CardTroubleFlow::with_code(kind, code, again)))
            }
            None => Next::Stay,
        }
    }
}

impl Flow for ReadingFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Reading
    }

    fn page(&self, _desk: &Desk) -> Page {
        Page::Reading(ReadingPage {
            done: self.done,
            cancelling: self.cancelling,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if self.session.is_waiting() || self.after.is_some() {
            return Next::Stay;
        }
        let Some(job) = self.typed.job() else {
            return Next::Replace(Box::new(CardFlow::new()));
        };
        debug_assert!(!matches!(job, CardJob::Peek), "only a check is read here");
        let ticket = desk.ticket();
        desk.effect(Effect::Cue(Cue::Reading));
        desk.effect(Effect::Card(ticket, job));
        self.session.start(ticket);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if touch == Touch::Back && self.session.is_waiting() && !self.cancelling {
            self.cancelling = true;
            desk.effect(Effect::CancelCard);
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match input {
            Input::CardStep(ticket, step) if self.session.is(*ticket) => {
                self.done = self.done.max(done(*step));
                Next::Stay
            }
            Input::Card(ticket, outcome) if self.session.take(*ticket) => {
                // The report moves out; what stays behind says nothing about anybody.
                let empty = CardOutcome::Failed(CardProblem::Cancelled);
                self.ended(std::mem::replace(outcome, empty), desk)
            }
            Input::Stored(ticket, result) if self.kept.take(*ticket) => match result {
                Ok(StoreReply::Presence(presence::Reply::Kept(check))) => self.recorded(*check),
                Ok(_) => Next::Stay,
                Err(problem) => Next::Trouble(problem.clone()),
            },
            _ => Next::Stay,
        }
    }

    fn busy(&self) -> bool {
        self.session.is_waiting()
    }
}

/// How many of the screen's steps are done when the session comes to `step`.
fn done(step: Step) -> usize {
    match step {
        Step::Connecting | Step::Counting | Step::Presenting => 0,
        Step::ReadingFace => 1,
        Step::Checking | Step::ReadingText => 2,
        Step::Finishing => STEPS,
    }
}

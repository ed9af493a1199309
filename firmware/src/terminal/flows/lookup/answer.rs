//! D-5, D-6, D-8, D-9, D-12 … D-14: the answer, with its source, age and what it may be relied
//! on for.

use std::time::Duration;

use protocol::answer::{
    Answer, EligibilityAnswer, EligibilityRecord, ProgressAnswer, ProgressFinding, ProgressRecord,
    Provenance,
};
use protocol::facility::Insurer;

use super::{ask_job, asked};
use crate::error::Problem;
use crate::lookup::{Asked, Job, KeptAnswer, Question, Reply, period, stages, thirtieth_day};
use crate::outbox::State;
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::saved::SavedFlow;
use crate::terminal::hours;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{
    AnswerNonePage, AnswerPage, EligibilityPage, NoneKind, Page, Validity,
};

/// An answer is on the screen.
pub struct AnswerFlow {
    question: Question,
    kept: KeptAnswer,
    /// The question is being saved again.
    ask: Waiting,
    /// A person touched 「もう一度きく」: the saved page is to be shown.
    touched: bool,
    /// The same question is on its way.
    pending: Option<Asked>,
    follow: Waiting,
    noted: bool,
}

/// What the answer holds, and of which question.
enum Finding<'a> {
    Progress(&'a ProgressAnswer, &'a ProgressRecord),
    Eligibility(&'a EligibilityAnswer, &'a EligibilityRecord),
    None(NoneKind),
}

impl Finding<'_> {
    /// Where it comes from, when there is something to show.
    fn provenance(&self) -> Option<&Provenance> {
        match self {
            Self::Progress(answer, _) => Some(&answer.provenance),
            Self::Eligibility(answer, _) => Some(&answer.provenance),
            Self::None(_) => None,
        }
    }
}

impl AnswerFlow {
    /// Shows an answer that has arrived, or that was kept.
    #[must_use]
    pub fn new(question: Question, kept: KeptAnswer) -> Self {
        Self::while_asking(question, kept, Waiting::default())
    }

    /// Shows a kept answer while the same question is being saved.
    #[must_use]
    pub fn while_asking(question: Question, kept: KeptAnswer, ask: Waiting) -> Self {
        Self {
            question,
            kept,
            ask,
            touched: false,
            pending: None,
            follow: Waiting::default(),
            noted: false,
        }
    }

    fn finding(&self) -> Finding<'_> {
        match &self.kept.answer {
            Answer::Progress(answer) => match &answer.finding {
                ProgressFinding::Found(record) => Finding::Progress(answer, record),
                ProgressFinding::NotFound => Finding::None(NoneKind::NotFound),
                ProgressFinding::Several => Finding::None(NoneKind::Several),
                ProgressFinding::BeyondRetention { months } => {
                    Finding::None(NoneKind::BeyondRetention { months: *months })
                }
            },
            Answer::Eligibility(answer) => match &answer.record {
                Some(record) => Finding::Eligibility(answer, record),
                None => Finding::None(NoneKind::Nobody),
            },
            // Not an answer to a question of this desk; see `lookup::keep_answer`.
            Answer::Disclosure(_) => Finding::None(NoneKind::NotFound),
        }
    }

    fn insurer<'d>(&self, desk: &'d Desk) -> Option<&'d Insurer> {
        desk.insurer(&self.question.subject.insurer)
    }

    fn validity(&self, desk: &Desk, from: &Provenance) -> Validity {
        if !desk.now.is_trusted() {
            Validity::ClockUntrusted
        } else if desk.now.wall < from.valid_until {
            Validity::Current
        } else {
            Validity::Stale
        }
    }

    fn who(&self) -> String {
        let name = self.question.who.clone().or_else(|| self.kept.who.clone());
        name.or_else(|| self.question.subject.key.insured().map(ToString::to_string))
            .unwrap_or_default()
    }

    /// On a grey answer the main action asks again; on a good one, or on none, it leaves.
    fn main_leaves(&self, desk: &Desk) -> bool {
        self.finding()
            .provenance()
            .is_none_or(|from| self.validity(desk, from) == Validity::Current)
    }

    fn progress_page(&self, desk: &Desk, from: &Provenance, record: &ProgressRecord) -> AnswerPage {
        AnswerPage {
            who: self.who(),
            stages: stages(record, desk.now.is_trusted().then(|| desk.today())),
            source: from.source.clone(),
            updated_at: from.updated_at,
            age: self.age(desk),
            validity: self.validity(desk, from),
            thirtieth_day: thirtieth_day(record),
            asked_again: self.is_asking(),
            record: record.clone(),
        }
    }

    fn eligibility_page(
        &self,
        desk: &Desk,
        from: &Provenance,
        record: &EligibilityRecord,
    ) -> EligibilityPage {
        let today = desk.now.is_trusted().then(|| desk.today());
        EligibilityPage {
            who: self.who(),
            period: today.and_then(|today| period(record, today)),
            source: from.source.clone(),
            updated_at: from.updated_at,
            retrieved_at: from.retrieved_at,
            age: self.age(desk),
            validity: self.validity(desk, from),
            asked_again: self.is_asking(),
            record: record.clone(),
        }
    }

    fn none_page(&self, desk: &Desk, kind: NoneKind) -> AnswerNonePage {
        AnswerNonePage {
            kind,
            desk: self
                .insurer(desk)
                .map(|insurer| hours::state(&insurer.desk, &insurer.city, &desk.now)),
            age: self.age(desk),
        }
    }

    fn age(&self, desk: &Desk) -> Option<Duration> {
        self.kept
            .as_of()
            .filter(|_| desk.now.is_trusted())
            .map(|as_of| desk.now.wall.since(as_of))
    }

    fn is_asking(&self) -> bool {
        self.pending.is_some() || self.ask.is_waiting()
    }

    fn ask_again(&mut self, desk: &mut Desk) -> Next {
        if let Some(pending) = &self.pending {
            let who = self.question.who.clone();
            let saved = SavedFlow::look_up(pending.clone(), who, self.question.clone());
            return Next::Replace(Box::new(saved));
        }
        self.touched = true;
        if !self.ask.is_waiting()
            && let Some(ask) = ask_job(desk, self.question.clone(), None)
        {
            self.ask = ask;
        }
        Next::Stay
    }

    fn note(&mut self, desk: &mut Desk) {
        if let Some(session) = &desk.session {
            let job = Job::Shown {
                command: self.kept.command,
                staff: session.staff.clone(),
            };
            let _ = desk.store(job);
        }
        self.noted = true;
    }

    fn home(desk: &mut Desk) -> Next {
        desk.in_hand = None;
        Next::Home
    }
}

impl Flow for AnswerFlow {
    fn screen(&self, desk: &Desk) -> Screen {
        let finding = self.finding();
        let Some(from) = finding.provenance() else {
            return Screen::AnswerNone;
        };
        let eligibility = matches!(finding, Finding::Eligibility(..));
        match (self.validity(desk, from), eligibility) {
            (Validity::Current, false) => Screen::Answer,
            (Validity::Stale, false) => Screen::AnswerStale,
            (Validity::ClockUntrusted, false) => Screen::AnswerClockUntrusted,
            (Validity::Current, true) => Screen::Eligibility,
            (Validity::Stale, true) => Screen::EligibilityStale,
            (Validity::ClockUntrusted, true) => Screen::EligibilityClockUntrusted,
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        match self.finding() {
            Finding::Progress(answer, record) => {
                Page::Answer(self.progress_page(desk, &answer.provenance, record))
            }
            Finding::Eligibility(answer, record) => {
                Page::Eligibility(self.eligibility_page(desk, &answer.provenance, record))
            }
            Finding::None(kind) => Page::AnswerNone(self.none_page(desk, kind)),
        }
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if !self.noted {
            self.note(desk);
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match (touch, self.main_leaves(desk)) {
            (Touch::Back, _) => Next::Back,
            (Touch::Main, true) | (Touch::Second, false) => Self::home(desk),
            (Touch::Main, false) | (Touch::Second, true) => self.ask_again(desk),
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        if let Some(reply) = self.ask.stored(input) {
            match asked(desk, reply) {
                Ok(asked) => self.pending = Some(asked),
                Err(problem) => return Next::Trouble(problem),
            }
            if std::mem::take(&mut self.touched) {
                return self.ask_again(desk);
            }
        }
        if matches!(input, Input::Synced(_))
            && let Some(pending) = &self.pending
            && !self.follow.is_waiting()
        {
            let job = Job::Follow(pending.command);
            self.follow.start(desk.store(job));
        }
        if let Some(reply) = self.follow.stored(input) {
            return self.followed(reply, desk);
        }
        Next::Stay
    }
}

impl AnswerFlow {
    fn followed(&mut self, reply: Result<StoreReply, Problem>, desk: &mut Desk) -> Next {
        let Ok(StoreReply::LookUp(Reply::Followed(Some(followed)))) = reply else {
            return Next::Stay;
        };
        if !matches!(
            followed.state,
            State::Saved | State::Sent | State::Receipted
        ) {
            self.pending = None;
        }
        if let Some(answer) = followed.answer
            && *answer != self.kept
        {
            self.kept = *answer;
            self.note(desk);
        }
        Next::Stay
    }
}

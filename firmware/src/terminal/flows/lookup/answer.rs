//! D-5, D-6, D-8, D-9: the answer, with its source, age and what it may be relied on for.

use protocol::answer::{Answer, ProgressAnswer, ProgressFinding, Provenance};
use protocol::facility::Insurer;

use super::{ask_job, asked};
use crate::error::Problem;
use crate::lookup::{Asked, Job, KeptAnswer, Question, Reply, stages, thirtieth_day};
use crate::outbox::State;
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::saved::SavedFlow;
use crate::terminal::hours;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{AnswerNonePage, AnswerPage, NoneKind, Page, Validity};

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

    fn progress(&self) -> Option<&ProgressAnswer> {
        match &self.kept.answer {
            Answer::Progress(answer) => Some(answer),
            Answer::Eligibility(_) | Answer::Disclosure(_) => None,
        }
    }

    fn found(&self) -> bool {
        self.progress()
            .is_some_and(|answer| matches!(answer.finding, ProgressFinding::Found(_)))
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
        name.unwrap_or_else(|| match &self.question.subject.key {
            protocol::command::ProgressKey::Insured { insured } => insured.to_string(),
            protocol::command::ProgressKey::Dates { .. } => String::new(),
        })
    }

    fn is_fresh(&self, desk: &Desk) -> bool {
        self.progress()
            .is_some_and(|answer| self.validity(desk, &answer.provenance) == Validity::Current)
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
        let Some(answer) = self.progress().filter(|_| self.found()) else {
            return Screen::AnswerNone;
        };
        match self.validity(desk, &answer.provenance) {
            Validity::Current => Screen::Answer,
            Validity::Stale => Screen::AnswerStale,
            Validity::ClockUntrusted => Screen::AnswerClockUntrusted,
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        let age = self
            .kept
            .as_of()
            .filter(|_| desk.now.is_trusted())
            .map(|as_of| desk.now.wall.since(as_of));
        let none = |kind| {
            Page::AnswerNone(AnswerNonePage {
                kind,
                desk: self
                    .insurer(desk)
                    .map(|insurer| hours::state(&insurer.desk, &insurer.city, &desk.now)),
                age,
            })
        };
        let Some(answer) = self.progress() else {
            return none(NoneKind::NotFound);
        };
        match &answer.finding {
            ProgressFinding::NotFound => none(NoneKind::NotFound),
            ProgressFinding::Several => none(NoneKind::Several),
            ProgressFinding::BeyondRetention { months } => {
                none(NoneKind::BeyondRetention { months: *months })
            }
            ProgressFinding::Found(record) => Page::Answer(AnswerPage {
                who: self.who(),
                stages: stages(record, desk.now.is_trusted().then(|| desk.today())),
                source: answer.provenance.source.clone(),
                updated_at: answer.provenance.updated_at,
                age,
                validity: self.validity(desk, &answer.provenance),
                thirtieth_day: thirtieth_day(record),
                asked_again: self.pending.is_some() || self.ask.is_waiting(),
                record: (**record).clone(),
            }),
        }
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if !self.noted {
            self.note(desk);
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        // On a grey answer the main action asks again; on a good one it leaves.
        let leaves = !self.found() || self.is_fresh(desk);
        match (touch, leaves) {
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

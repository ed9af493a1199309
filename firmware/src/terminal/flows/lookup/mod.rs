//! D-11, D-1 … D-4: how far is this person's certification, or what does the 被保険者証 say?
//!
//! 進捗 is asked by 被保険者番号, or by 申請日 with 生年月日; 資格 by 被保険者番号 with 生年月日.
//! Always with a purpose (E4) and only at an insurer in the office's scope (E5): the only one,
//! the one the person in hand belongs to, or the one that is chosen (D-15). The person in hand
//! fills in what is known.

mod answer;
mod clients;
mod entered;

use protocol::command::ProgressKey;
use protocol::exchange::CommandId;
use protocol::number::{InsuredNumber, InsurerNumber};
use protocol::person::Purpose;
use protocol::problem::ProblemCode;

use crate::error::Problem;
use crate::lookup::{Asked, Job, Key, Question, Reply};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::card::CardFlow;
use crate::terminal::flows::saved::SavedFlow;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{InsuredNumberPage, LookUpKindPage, Page, PurposePage};

pub use answer::AnswerFlow;
pub use clients::ClientsFlow;

use entered::{By, Entered};

/// Opens the look-up, filled in for the person in hand.
#[must_use]
pub fn start(desk: &mut Desk) -> Box<dyn Flow> {
    Box::new(LookUpFlow::new(desk))
}

/// Opens the question for 資格, filled in for the person in hand.
#[must_use]
pub fn start_eligibility(desk: &mut Desk) -> Box<dyn Flow> {
    let mut flow = LookUpFlow::new(desk);
    flow.asked.by = By::NumberAndBirth;
    flow.step = Step::Number;
    Box::new(flow)
}

/// Opens a question on hold, to be corrected and asked again.
#[must_use]
pub fn correct(
    desk: &mut Desk,
    held: CommandId,
    insurer: Option<InsurerNumber>,
    key: &Key,
    purpose: Purpose,
) -> Box<dyn Flow> {
    let mut flow = LookUpFlow::new(desk);
    if let Some(insurer) = insurer {
        flow.asked.know(&insurer, desk);
    }
    flow.asked.hand.clone_from(&desk.in_hand);
    flow.replaces = Some(held);
    flow.asked.purpose = Some(purpose);
    match key {
        Key::Progress(ProgressKey::Insured { insured }) => {
            flow.asked.number.set(insured.as_str());
            flow.step = Step::Number;
        }
        Key::Eligibility { insured, born_on } => {
            flow.asked.by = By::NumberAndBirth;
            flow.asked.number.set(insured.as_str());
            flow.asked.birth.set(*born_on);
            flow.step = Step::Number;
        }
        Key::Progress(ProgressKey::Dates {
            applied_on,
            born_on,
        }) => {
            flow.asked.by = By::Dates;
            flow.asked.birth.set(*born_on);
            flow.asked.applied.set(*applied_on);
            flow.step = Step::Birth;
        }
    }
    Box::new(flow)
}

/// The question is being put together.
pub struct LookUpFlow {
    asked: Entered,
    step: Step,
    /// The held command that is being corrected.
    replaces: Option<CommandId>,
    kept: Waiting,
    ask: Waiting,
    find: Waiting,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Kind,
    Number,
    Birth,
    Applied,
    Purpose,
}

impl LookUpFlow {
    fn new(desk: &Desk) -> Self {
        Self {
            asked: Entered::new(desk),
            step: Step::Kind,
            replaces: None,
            kept: Waiting::default(),
            ask: Waiting::default(),
            find: Waiting::default(),
        }
    }

    /// Takes over the person in hand, once for each person.
    fn take_hand(&mut self, desk: &mut Desk) {
        if desk.in_hand == self.asked.hand {
            return;
        }
        self.asked.hand.clone_from(&desk.in_hand);
        let Some(person) = self.asked.hand.clone() else {
            return;
        };
        self.asked.birth.set(person.born_on);
        if let Some(insurer) = &person.insurer {
            self.asked.know(insurer, desk);
        }
        match &person.insured {
            Some(insured) => {
                self.asked.number.set(insured.as_str());
                if self.asked.by == By::Dates {
                    self.asked.by = By::Number;
                }
                self.step = Step::Purpose;
            }
            None => {
                let job = Job::FindPerson {
                    name: person.name.clone(),
                    born_on: person.born_on,
                };
                self.find.start(desk.store(job));
            }
        }
    }

    fn number_done(&mut self, desk: &mut Desk) {
        let insured = match InsuredNumber::parse(self.asked.number.typed()) {
            Ok(insured) => insured,
            Err(error) => return self.asked.number.set_note(error.code()),
        };
        let insurer = self.asked.chosen(desk);
        match (&mut desk.in_hand, insurer) {
            (Some(person), insurer) => {
                person.insured = Some(insured);
                person.insurer = insurer;
                self.asked.hand.clone_from(&desk.in_hand);
            }
            (None, Some(insurer)) => {
                let job = Job::FindNumber { insurer, insured };
                self.find.start(desk.store(job));
            }
            (None, None) => {}
        }
        self.step = if self.asked.asks_birth() {
            Step::Birth
        } else {
            Step::Purpose
        };
    }

    fn ask(&mut self, desk: &mut Desk) -> Next {
        if self.ask.is_waiting() {
            return Next::Stay;
        }
        let Some(question) = self.asked.question(desk) else {
            return match self.asked.chosen(desk) {
                Some(_) => Next::Stay,
                None => Next::Trouble(Problem::Refused(ProblemCode::CommandScope)),
            };
        };
        // The kept answer first: it is on the screen before the question is on the disk.
        self.kept
            .start(desk.store(Job::Kept(question.subject.clone())));
        if let Some(ask) = ask_job(desk, question, self.replaces) {
            self.ask = ask;
        }
        Next::Stay
    }

    fn back(&mut self, desk: &Desk) -> Next {
        self.step = match self.step {
            Step::Kind if self.asked.insurer.ask_again(desk) => Step::Kind,
            Step::Kind => return Next::Back,
            Step::Number => Step::Kind,
            Step::Birth if self.asked.asks_eligibility() => Step::Number,
            Step::Birth => Step::Kind,
            Step::Applied => Step::Birth,
            Step::Purpose if self.asked.by == By::Dates => Step::Applied,
            Step::Purpose if self.asked.asks_birth() => Step::Birth,
            Step::Purpose => Step::Number,
        };
        Next::Stay
    }
}

/// Saves a question and wakes the exchange; `None` when nobody is at the desk.
fn ask_job(desk: &mut Desk, question: Question, replaces: Option<CommandId>) -> Option<Waiting> {
    let staff = desk.session.as_ref()?.staff.clone();
    let scope = desk.scope();
    let id = desk.command_id();
    let mut waiting = Waiting::default();
    waiting.start(desk.store(Job::Ask {
        id,
        staff,
        scope,
        question,
        replaces,
    }));
    Some(waiting)
}

/// The question was saved: the line is to be tried at once.
fn asked(desk: &mut Desk, reply: Result<StoreReply, Problem>) -> Result<Asked, Problem> {
    match reply? {
        StoreReply::LookUp(Reply::Asked(asked)) => {
            desk.effect(Effect::WakeSync);
            Ok(asked)
        }
        _ => Err(Problem::OutboxUnknown),
    }
}

impl Flow for LookUpFlow {
    fn screen(&self, desk: &Desk) -> Screen {
        if self.asked.insurer.is_asking(desk) {
            return Screen::InsurerChoice;
        }
        match self.step {
            Step::Kind => Screen::LookUpKind,
            Step::Number => Screen::InsuredNumber,
            Step::Birth => Screen::BirthDate,
            Step::Applied => Screen::ApplicationDate,
            Step::Purpose => Screen::Purpose,
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        if self.asked.insurer.is_asking(desk) {
            let who = self.asked.hand.as_ref().map(|person| person.name.clone());
            return self.asked.insurer.page(who, desk);
        }
        let today = desk.today();
        let insurer = self.asked.insurer.chosen(desk);
        match self.step {
            Step::Kind => Page::LookUpKind(LookUpKindPage {
                name: self.asked.hand.as_ref().map(|person| person.name.clone()),
            }),
            Step::Number => Page::InsuredNumber(InsuredNumberPage {
                typed: self.asked.number.typed().to_owned(),
                h_key: insurer.is_some_and(|insurer| insurer.h_numbers),
                name: self.asked.hand.as_ref().map(|person| person.name.clone()),
                note: self.asked.number.note(),
                clients: desk.has_clients,
            }),
            Step::Birth => Page::Date(self.asked.birth.page(today, self.asked.who())),
            Step::Applied => Page::Date(self.asked.applied.page(today, self.asked.who())),
            Step::Purpose => Page::Purpose(PurposePage {
                chosen: self.asked.purpose,
                name: self.asked.who(),
                insured: self
                    .asked
                    .insured()
                    .filter(|_| self.asked.by != By::Dates)
                    .map(|insured| insured.to_string()),
                born_on: self.asked.born_on(today),
                applied_on: self
                    .asked
                    .applied
                    .date(today)
                    .filter(|_| self.asked.by == By::Dates),
                city: insurer.map_or_else(String::new, |one| one.city.clone()),
                desk: insurer.map_or_else(String::new, |one| one.desk.name.clone()),
                eligibility: self.asked.asks_eligibility(),
            }),
        }
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.take_hand(desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if self.asked.insurer.is_asking(desk) {
            if touch == Touch::Back {
                return Next::Back;
            }
            if self.asked.insurer.touch(&touch, desk) {
                self.asked.use_insurer(desk);
            }
            return Next::Stay;
        }
        let today = desk.today();
        match (self.step, &touch) {
            (_, Touch::Back) => return self.back(desk),
            (Step::Kind, Touch::Main) => {
                self.asked.by = By::Number;
                self.step = Step::Number;
            }
            (Step::Kind, Touch::Row(0)) => {
                self.asked.by = By::NumberAndBirth;
                self.step = Step::Number;
            }
            (Step::Kind, Touch::Second) => {
                self.asked.by = By::Dates;
                self.step = if self.asked.hand.is_some() {
                    Step::Applied
                } else {
                    Step::Birth
                };
            }
            (Step::Kind, Touch::Third) => {
                self.asked.by = By::Number;
                return Next::Open(Box::new(ClientsFlow::default()));
            }
            (Step::Number, Touch::Second) => {
                return Next::Open(Box::new(ClientsFlow::default()));
            }
            (Step::Number, Touch::Third) => {
                return Next::Replace(Box::new(CardFlow::new()));
            }
            (Step::Number, Touch::Main) => self.number_done(desk),
            (Step::Number, touch) => {
                self.asked.number.touch(touch);
            }
            (Step::Birth, Touch::Main) if self.asked.birth.date(today).is_some() => {
                self.step = if self.asked.asks_eligibility() {
                    Step::Purpose
                } else {
                    Step::Applied
                };
            }
            (Step::Birth, touch) => {
                self.asked.birth.touch(touch, today);
            }
            (Step::Applied, Touch::Main) if self.asked.applied.date(today).is_some() => {
                self.step = Step::Purpose;
            }
            (Step::Applied, touch) => {
                self.asked.applied.touch(touch, today);
            }
            (Step::Purpose, Touch::Purpose(purpose)) if !self.ask.is_waiting() => {
                self.asked.purpose = Some(*purpose);
            }
            (Step::Purpose, Touch::Main) => return self.ask(desk),
            _ => {}
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        if let Some(reply) = self.kept.stored(input) {
            return match (reply, self.asked.question(desk)) {
                (Ok(StoreReply::LookUp(Reply::Kept(Some(kept)))), Some(question)) => {
                    let ask = std::mem::take(&mut self.ask);
                    Next::Replace(Box::new(AnswerFlow::while_asking(question, *kept, ask)))
                }
                (Err(problem), _) => Next::Trouble(problem),
                _ => Next::Stay,
            };
        }
        if let Some(reply) = self.ask.stored(input) {
            let who = self.asked.who();
            return match (asked(desk, reply), self.asked.question(desk)) {
                (Ok(asked), Some(question)) => {
                    Next::Replace(Box::new(SavedFlow::look_up(asked, who, question)))
                }
                (Ok(_), None) => Next::Home,
                (Err(problem), _) => Next::Trouble(problem),
            };
        }
        if let Some(reply) = self.find.stored(input)
            && let Ok(StoreReply::LookUp(Reply::Client(Some(client)))) = reply
        {
            if desk.in_hand.is_none() {
                self.asked.listed = Some((client.insured, client.name, client.born_on));
            } else if self.asked.number.typed().is_empty()
                && (self.step == Step::Kind
                    || self.step == Step::Number && self.asked.asks_eligibility())
                && self
                    .asked
                    .chosen(desk)
                    .is_none_or(|one| one == client.insurer)
            {
                if let Some(person) = &mut desk.in_hand {
                    person.insured = Some(client.insured);
                    person.insurer = Some(client.insurer);
                }
                self.take_hand(desk);
            }
        }
        Next::Stay
    }
}

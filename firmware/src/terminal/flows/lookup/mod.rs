//! D-11, D-1 … D-4: how far is this person's certification, or what does the 被保険者証 say?
//!
//! 進捗 is asked by 被保険者番号, or by 申請日 with 生年月日; 資格 by 被保険者番号 with 生年月日.
//! Always with a purpose (E4) and only at an insurer in the office's scope (E5): the only one,
//! the one the person in hand belongs to, or the one that is chosen (D-15). The person in hand
//! fills in what is known.

mod answer;
mod clients;

use protocol::calendar::Date;
use protocol::command::ProgressKey;
use protocol::exchange::CommandId;
use protocol::facility::Insurer;
use protocol::number::{InsuredNumber, InsurerNumber};
use protocol::person::Purpose;
use protocol::problem::ProblemCode;

use crate::error::Problem;
use crate::lookup::{Asked, Job, Key, Question, Reply, Subject};
use crate::store::StoreReply;
use crate::terminal::desk::{Desk, PersonInHand};
use crate::terminal::effect::{Effect, Input};
use crate::terminal::entry::{DateEntry, DateRule, DigitEntry};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::card::CardFlow;
use crate::terminal::flows::insurer::InsurerChoice;
use crate::terminal::flows::saved::SavedFlow;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{InsuredNumberPage, LookUpKindPage, Page, PurposePage};

pub use answer::AnswerFlow;
pub use clients::ClientsFlow;

/// Opens the look-up, filled in for the person in hand.
#[must_use]
pub fn start(desk: &mut Desk) -> Box<dyn Flow> {
    Box::new(LookUpFlow::new(desk))
}

/// Opens the question for 資格, filled in for the person in hand.
#[must_use]
pub fn start_eligibility(desk: &mut Desk) -> Box<dyn Flow> {
    let mut flow = LookUpFlow::new(desk);
    flow.by = By::NumberAndBirth;
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
        flow.know(&insurer, desk);
    }
    flow.hand.clone_from(&desk.in_hand);
    flow.replaces = Some(held);
    flow.purpose = Some(purpose);
    match key {
        Key::Progress(ProgressKey::Insured { insured }) => {
            flow.number.set(insured.as_str());
            flow.step = Step::Number;
        }
        Key::Eligibility { insured, born_on } => {
            flow.by = By::NumberAndBirth;
            flow.number.set(insured.as_str());
            flow.birth.set(*born_on);
            flow.step = Step::Number;
        }
        Key::Progress(ProgressKey::Dates {
            applied_on,
            born_on,
        }) => {
            flow.by = By::Dates;
            flow.birth.set(*born_on);
            flow.applied.set(*applied_on);
            flow.step = Step::Birth;
        }
    }
    Box::new(flow)
}

/// The question is being put together.
pub struct LookUpFlow {
    insurer: InsurerChoice,
    step: Step,
    by: By,
    number: DigitEntry,
    birth: DateEntry,
    applied: DateEntry,
    purpose: Option<Purpose>,
    /// Name and birth date that the list knows for the number typed.
    listed: Option<(InsuredNumber, String, Date)>,
    /// The person in hand that was taken over already.
    hand: Option<PersonInHand>,
    /// The held command that is being corrected.
    replaces: Option<CommandId>,
    kept: Waiting,
    ask: Waiting,
    find: Waiting,
}

/// What is asked, and by what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// 進捗 by 被保険者番号.
    Number,
    /// 進捗 by 申請日 with 生年月日.
    Dates,
    /// 資格 by 被保険者番号 with 生年月日.
    NumberAndBirth,
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
        let insurer = InsurerChoice::default();
        Self {
            number: number_entry(insurer.chosen(desk)),
            applied: applied_entry(insurer.chosen(desk), desk),
            insurer,
            step: Step::Kind,
            by: By::Number,
            birth: DateEntry::new(DateRule::Birth),
            purpose: None,
            listed: None,
            hand: None,
            replaces: None,
            kept: Waiting::default(),
            ask: Waiting::default(),
            find: Waiting::default(),
        }
    }

    /// The person asked about belongs to this municipality.
    fn know(&mut self, insurer: &InsurerNumber, desk: &Desk) {
        self.insurer.know(insurer, desk);
        self.use_insurer(desk);
    }

    /// The municipality was chosen or changed: its rules hold, and what is typed stays.
    fn use_insurer(&mut self, desk: &Desk) {
        let insurer = self.insurer.chosen(desk);
        let typed = std::mem::replace(&mut self.number, number_entry(insurer));
        self.number.set(typed.typed());
        let applied = self.applied.date(desk.today());
        self.applied = applied_entry(insurer, desk);
        if let Some(date) = applied {
            self.applied.set(date);
        }
    }

    /// Takes over the person in hand, once for each person.
    fn take_hand(&mut self, desk: &mut Desk) {
        if desk.in_hand == self.hand {
            return;
        }
        self.hand.clone_from(&desk.in_hand);
        let Some(person) = self.hand.clone() else {
            return;
        };
        self.birth.set(person.born_on);
        if let Some(insurer) = &person.insurer {
            self.know(insurer, desk);
        }
        match &person.insured {
            Some(insured) => {
                self.number.set(insured.as_str());
                if self.by == By::Dates {
                    self.by = By::Number;
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

    /// The number typed, if it is one.
    fn insured(&self) -> Option<InsuredNumber> {
        InsuredNumber::parse(self.number.typed()).ok()
    }

    /// The name that belongs to what is asked, if one is known.
    fn who(&self) -> Option<String> {
        if let Some(person) = &self.hand {
            return Some(person.name.clone());
        }
        self.listed().map(|(name, _)| name)
    }

    fn listed(&self) -> Option<(String, Date)> {
        let (insured, name, born_on) = self.listed.as_ref().filter(|_| self.by != By::Dates)?;
        (Some(insured) == self.insured().as_ref()).then(|| (name.clone(), *born_on))
    }

    fn born_on(&self, today: Date) -> Option<Date> {
        match (&self.hand, self.by) {
            (_, By::Dates | By::NumberAndBirth) => self.birth.date(today),
            (Some(person), By::Number) => Some(person.born_on),
            (None, By::Number) => self.listed().map(|(_, born_on)| born_on),
        }
    }

    fn key(&self, today: Date) -> Option<Key> {
        Some(match self.by {
            By::Number => Key::Progress(ProgressKey::Insured {
                insured: self.insured()?,
            }),
            By::Dates => Key::Progress(ProgressKey::Dates {
                applied_on: self.applied.date(today)?,
                born_on: self.birth.date(today)?,
            }),
            By::NumberAndBirth => Key::Eligibility {
                insured: self.insured()?,
                born_on: self.birth.date(today)?,
            },
        })
    }

    fn asks_eligibility(&self) -> bool {
        self.by == By::NumberAndBirth
    }

    /// A mistyped number must not show somebody else's 資格: without a person in hand the birth
    /// date is asked as well.
    fn asks_birth(&self) -> bool {
        self.asks_eligibility() && self.hand.is_none()
    }

    fn number_done(&mut self, desk: &mut Desk) {
        let insured = match InsuredNumber::parse(self.number.typed()) {
            Ok(insured) => insured,
            Err(error) => return self.number.set_note(error.code()),
        };
        let insurer = self.chosen(desk);
        match (&mut desk.in_hand, insurer) {
            (Some(person), insurer) => {
                person.insured = Some(insured);
                person.insurer = insurer;
                self.hand.clone_from(&desk.in_hand);
            }
            (None, Some(insurer)) => {
                let job = Job::FindNumber { insurer, insured };
                self.find.start(desk.store(job));
            }
            (None, None) => {}
        }
        self.step = if self.asks_birth() {
            Step::Birth
        } else {
            Step::Purpose
        };
    }

    fn ask(&mut self, desk: &mut Desk) -> Next {
        if self.ask.is_waiting() {
            return Next::Stay;
        }
        let (Some(purpose), Some(key)) = (self.purpose, self.key(desk.today())) else {
            return Next::Stay;
        };
        let Some(insurer) = self.chosen(desk) else {
            return Next::Trouble(Problem::Refused(ProblemCode::CommandScope));
        };
        let question = Question {
            subject: Subject { insurer, key },
            purpose,
            who: self.who(),
            born_on: self.born_on(desk.today()),
        };
        // The kept answer first: it is on the screen before the question is on the disk.
        self.kept
            .start(desk.store(Job::Kept(question.subject.clone())));
        if let Some(ask) = ask_job(desk, question, self.replaces) {
            self.ask = ask;
        }
        Next::Stay
    }

    fn chosen(&self, desk: &Desk) -> Option<InsurerNumber> {
        self.insurer.chosen(desk).map(|one| one.number.clone())
    }

    fn question(&self, desk: &Desk) -> Option<Question> {
        Some(Question {
            subject: Subject {
                insurer: self.chosen(desk)?,
                key: self.key(desk.today())?,
            },
            purpose: self.purpose?,
            who: self.who(),
            born_on: self.born_on(desk.today()),
        })
    }

    fn back(&mut self, desk: &Desk) -> Next {
        self.step = match self.step {
            Step::Kind if self.insurer.ask_again(desk) => Step::Kind,
            Step::Kind => return Next::Back,
            Step::Number => Step::Kind,
            Step::Birth if self.asks_eligibility() => Step::Number,
            Step::Birth => Step::Kind,
            Step::Applied => Step::Birth,
            Step::Purpose if self.by == By::Dates => Step::Applied,
            Step::Purpose if self.asks_birth() => Step::Birth,
            Step::Purpose => Step::Number,
        };
        Next::Stay
    }
}

fn number_entry(insurer: Option<&Insurer>) -> DigitEntry {
    DigitEntry::new(InsuredNumber::LENGTH)
        .with_letter_h(insurer.is_some_and(|insurer| insurer.h_numbers))
}

fn applied_entry(insurer: Option<&Insurer>, desk: &Desk) -> DateEntry {
    DateEntry::new(DateRule::Application {
        months: insurer.map_or(DEFAULT_MONTHS, |insurer| insurer.retention_months),
        clock_trusted: desk.now.is_trusted(),
    })
}

/// Months shown when the gateway has not told yet. Source: Ebina shows about three.
const DEFAULT_MONTHS: u8 = 3;

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
        if self.insurer.is_asking(desk) {
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
        if self.insurer.is_asking(desk) {
            let who = self.hand.as_ref().map(|person| person.name.clone());
            return self.insurer.page(who, desk);
        }
        let today = desk.today();
        let insurer = self.insurer.chosen(desk);
        match self.step {
            Step::Kind => Page::LookUpKind(LookUpKindPage {
                name: self.hand.as_ref().map(|person| person.name.clone()),
            }),
            Step::Number => Page::InsuredNumber(InsuredNumberPage {
                typed: self.number.typed().to_owned(),
                h_key: insurer.is_some_and(|insurer| insurer.h_numbers),
                name: self.hand.as_ref().map(|person| person.name.clone()),
                note: self.number.note(),
                clients: desk.has_clients,
            }),
            Step::Birth => Page::Date(self.birth.page(today, self.who())),
            Step::Applied => Page::Date(self.applied.page(today, self.who())),
            Step::Purpose => Page::Purpose(PurposePage {
                chosen: self.purpose,
                insured: self
                    .insured()
                    .filter(|_| self.by != By::Dates)
                    .map(|insured| insured.to_string()),
                born_on: self.born_on(today),
                applied_on: self.applied.date(today).filter(|_| self.by == By::Dates),
                city: insurer.map_or_else(String::new, |one| one.city.clone()),
                desk: insurer.map_or_else(String::new, |one| one.desk.name.clone()),
                eligibility: self.asks_eligibility(),
            }),
        }
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        self.take_hand(desk);
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if self.insurer.is_asking(desk) {
            if touch == Touch::Back {
                return Next::Back;
            }
            if self.insurer.touch(&touch, desk) {
                self.use_insurer(desk);
            }
            return Next::Stay;
        }
        let today = desk.today();
        match (self.step, &touch) {
            (_, Touch::Back) => return self.back(desk),
            (Step::Kind, Touch::Main) => {
                self.by = By::Number;
                self.step = Step::Number;
            }
            (Step::Kind, Touch::Row(0)) => {
                self.by = By::NumberAndBirth;
                self.step = Step::Number;
            }
            (Step::Kind, Touch::Second) => {
                self.by = By::Dates;
                self.step = if self.hand.is_some() {
                    Step::Applied
                } else {
                    Step::Birth
                };
            }
            (Step::Kind, Touch::Third) => {
                self.by = By::Number;
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
                self.number.touch(touch);
            }
            (Step::Birth, Touch::Main) if self.birth.date(today).is_some() => {
                self.step = if self.asks_eligibility() {
                    Step::Purpose
                } else {
                    Step::Applied
                };
            }
            (Step::Birth, touch) => {
                self.birth.touch(touch, today);
            }
            (Step::Applied, Touch::Main) if self.applied.date(today).is_some() => {
                self.step = Step::Purpose;
            }
            (Step::Applied, touch) => {
                self.applied.touch(touch, today);
            }
            (Step::Purpose, Touch::Purpose(purpose)) if !self.ask.is_waiting() => {
                self.purpose = Some(*purpose);
            }
            (Step::Purpose, Touch::Main) => return self.ask(desk),
            _ => {}
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        if let Some(reply) = self.kept.stored(input) {
            return match (reply, self.question(desk)) {
                (Ok(StoreReply::LookUp(Reply::Kept(Some(kept)))), Some(question)) => {
                    let ask = std::mem::take(&mut self.ask);
                    Next::Replace(Box::new(AnswerFlow::while_asking(question, *kept, ask)))
                }
                (Err(problem), _) => Next::Trouble(problem),
                _ => Next::Stay,
            };
        }
        if let Some(reply) = self.ask.stored(input) {
            let who = self.who();
            return match (asked(desk, reply), self.question(desk)) {
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
                self.listed = Some((client.insured, client.name, client.born_on));
            } else if self.number.typed().is_empty()
                && (self.step == Step::Kind || self.step == Step::Number && self.asks_eligibility())
                && self.chosen(desk).is_none_or(|one| one == client.insurer)
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

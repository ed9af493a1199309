//! E-2 and E-6: one person of a request. Every answer is kept at once.

use protocol::facility::Insurer;
use protocol::number::InsuredNumber;
use protocol::text::PersonName;

use super::attach::{AttachFlow, Target};
use super::subject_of;
use crate::request::{DraftSubject, Job, Reply, Slot};
use crate::store::StoreReply;
use crate::terminal::desk::{Desk, PersonInHand};
use crate::terminal::effect::Input;
use crate::terminal::entry::{DateEntry, DateRule, DigitEntry, TextEntry};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::card::CardFlow;
use crate::terminal::flows::lookup::ClientsFlow;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{DisclosurePersonPage, InsuredNumberPage, Missing, Page, TextField};

/// One person.
pub struct PersonFlow {
    slot: Slot,
    /// From 1; `None` until the person was put into a place.
    place: Option<usize>,
    subject: DraftSubject,
    /// Who is asked.
    insurer: Option<Insurer>,
    step: Step,
    /// Goes on to the next missing answer by itself.
    guided: bool,
    /// The person in hand that was taken over already.
    hand: Option<PersonInHand>,
    put: Waiting,
    remove: Waiting,
    load: Waiting,
}

enum Step {
    Overview,
    Name(TextEntry),
    Number(DigitEntry),
    Birth(DateEntry),
    Certified(DateEntry),
}

impl PersonFlow {
    /// Opens the person in a place, or a new one.
    pub fn new(
        slot: Slot,
        place: Option<usize>,
        subject: DraftSubject,
        insurer: Option<Insurer>,
    ) -> Self {
        Self {
            slot,
            place,
            subject,
            insurer,
            step: Step::Overview,
            guided: false,
            hand: None,
            put: Waiting::default(),
            remove: Waiting::default(),
            load: Waiting::default(),
        }
    }

    fn name_step(&self) -> Step {
        let name = self.subject.name.as_ref().map_or("", |name| name.as_str());
        Step::Name(TextEntry::with(TextField::PersonName, name))
    }

    fn h_numbers(&self) -> bool {
        self.insurer.as_ref().is_some_and(|one| one.h_numbers)
    }

    fn number_step(&self) -> Step {
        let mut entry = DigitEntry::new(InsuredNumber::LENGTH).with_letter_h(self.h_numbers());
        if let Some(insured) = &self.subject.insured {
            entry.set(insured.as_str());
        }
        Step::Number(entry)
    }

    fn birth_step(&self) -> Step {
        Step::Birth(DateEntry::with(DateRule::Birth, self.subject.born_on))
    }

    fn certified_step(&self) -> Step {
        Step::Certified(DateEntry::with(
            DateRule::Certification,
            self.subject.certified_on,
        ))
    }

    /// The step for the first fact that is missing.
    fn next_step(&self) -> Step {
        let subject = &self.subject;
        if subject.insured.is_none() {
            self.number_step()
        } else if subject.name.is_none() {
            self.name_step()
        } else if subject.born_on.is_none() {
            self.birth_step()
        } else if subject.certified_on.is_none() {
            self.certified_step()
        } else {
            Step::Overview
        }
    }

    /// An answer was given: keep it, and go on.
    fn answered(&mut self, desk: &mut Desk) -> Next {
        self.keep(desk);
        self.step = if self.guided {
            self.next_step()
        } else {
            Step::Overview
        };
        Next::Stay
    }

    fn keep(&mut self, desk: &mut Desk) {
        let Some(session) = &desk.session else { return };
        let job = Job::Put {
            slot: self.slot,
            place: self.place,
            subject: Box::new(self.subject.clone()),
            insured_by: None,
            staff: session.staff.clone(),
        };
        self.put.start(desk.store(job));
    }

    fn attach(&self) -> Next {
        let Some(place) = self.place else {
            return Next::Stay;
        };
        let target = Target::Contract {
            slot: self.slot,
            place,
            subject: self.subject.clone(),
        };
        Next::Open(Box::new(AttachFlow::new(target)))
    }

    fn main(&mut self) -> Next {
        match self.subject.missing() {
            None => Next::Back,
            Some(Missing::Facts) => {
                self.guided = true;
                self.step = self.next_step();
                Next::Stay
            }
            Some(Missing::PlanNotice) => Next::Stay,
            Some(Missing::Contract) => self.attach(),
        }
    }

    fn field(&mut self, field: usize, desk: &mut Desk) -> Next {
        self.guided = false;
        match field {
            0 => self.step = self.name_step(),
            1 => self.step = self.number_step(),
            2 => self.step = self.birth_step(),
            3 => self.step = self.certified_step(),
            4 | 5 => {
                self.subject.filed = Some(field == 4);
                self.keep(desk);
            }
            6 if self.subject.filed == Some(false) => return self.attach(),
            _ => {}
        }
        Next::Stay
    }

    fn overview(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => Next::Back,
            Touch::Main => self.main(),
            Touch::Field(field) => self.field(*field, desk),
            Touch::Second => {
                let (Some(place), Some(session)) = (self.place, &desk.session) else {
                    return Next::Back;
                };
                let staff = session.staff.clone();
                let job = Job::Remove {
                    slot: self.slot,
                    place,
                    staff,
                };
                self.remove.start(desk.store(job));
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    /// The main action of a step: the answer, if it is one.
    fn step_done(&mut self, desk: &mut Desk) -> Next {
        let today = desk.today();
        match &mut self.step {
            Step::Overview => return Next::Stay,
            Step::Name(entry) => match PersonName::parse(entry.text()) {
                Ok(name) => self.subject.name = Some(name),
                Err(error) => {
                    entry.set_note(error.code());
                    return Next::Stay;
                }
            },
            Step::Number(entry) => match InsuredNumber::parse(entry.typed()) {
                Ok(insured) => self.subject.insured = Some(insured),
                Err(error) => {
                    entry.set_note(error.code());
                    return Next::Stay;
                }
            },
            Step::Birth(entry) => match entry.date(today) {
                Some(date) => self.subject.born_on = Some(date),
                None => return Next::Stay,
            },
            Step::Certified(entry) => match entry.date(today) {
                Some(date) => self.subject.certified_on = Some(date),
                None => return Next::Stay,
            },
        }
        self.answered(desk)
    }

    fn shown_name(&self) -> Option<String> {
        self.subject
            .name
            .as_ref()
            .map(|name| name.as_str().to_owned())
    }
}

impl Flow for PersonFlow {
    fn screen(&self, _: &Desk) -> Screen {
        match self.step {
            Step::Overview | Step::Certified(_) => Screen::DisclosurePerson,
            Step::Name(_) => Screen::NameEntry,
            Step::Number(_) => Screen::InsuredNumber,
            Step::Birth(_) => Screen::BirthDate,
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        let subject = &self.subject;
        match &self.step {
            Step::Overview => Page::DisclosurePerson(DisclosurePersonPage {
                place: self.place.unwrap_or(1),
                name: self.shown_name(),
                insured: subject.insured.as_ref().map(ToString::to_string),
                born_on: subject.born_on,
                certified_on: subject.certified_on,
                filed: subject.filed,
                contract: subject.contract.is_some(),
                complete: subject.missing().is_none(),
            }),
            Step::Name(entry) => Page::TextEntry(entry.page(None)),
            Step::Number(entry) => Page::InsuredNumber(InsuredNumberPage {
                typed: entry.typed().to_owned(),
                h_key: self.h_numbers(),
                name: self.shown_name(),
                note: entry.note(),
                clients: desk.has_clients,
            }),
            Step::Birth(entry) | Step::Certified(entry) => {
                Page::Date(entry.page(desk.today(), self.shown_name()))
            }
        }
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        if desk.in_hand != self.hand
            && let Some(person) = desk.in_hand.clone()
        {
            // Chosen from the list: what it knows takes the place of what was typed.
            let known = subject_of(&person);
            self.subject.name = known.name.or(self.subject.name.take());
            // A number of another municipality is not theirs here: it is asked for.
            let asked = self.insurer.as_ref().map(|one| &one.number);
            self.subject.insured = if person.insurer.is_none() || person.insurer.as_ref() == asked {
                known.insured.or(self.subject.insured.take())
            } else {
                None
            };
            self.subject.born_on = known.born_on;
            self.hand = Some(person);
            return self.answered(desk);
        }
        if let (Some(_), Some(session)) = (self.place, &desk.session) {
            let staff = session.staff.clone();
            self.load.start(desk.store(Job::Load {
                slot: self.slot,
                staff,
            }));
        }
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let today = desk.today();
        match (&mut self.step, &touch) {
            (Step::Overview, touch) => return self.overview(touch, desk),
            (_, Touch::Back) => self.step = Step::Overview,
            (_, Touch::Main) => return self.step_done(desk),
            (Step::Number(_), Touch::Second) => {
                return Next::Open(Box::new(ClientsFlow::default()));
            }
            (Step::Number(_), Touch::Third) => {
                return Next::Replace(Box::new(CardFlow::new()));
            }
            (Step::Name(entry), touch) => {
                entry.touch(touch);
            }
            (Step::Number(entry), touch) => {
                entry.touch(touch);
            }
            (Step::Birth(entry) | Step::Certified(entry), touch) => {
                entry.touch(touch, today);
            }
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, _: &mut Desk) -> Next {
        match self.put.stored(input) {
            Some(Ok(StoreReply::Request(Reply::Draft(draft)))) => {
                self.place = draft.changed.or(self.place);
                if let Some(kept) = self.place.and_then(|place| draft.subjects.get(place - 1)) {
                    // Somebody who is in already comes back as they were entered.
                    self.subject = kept.clone();
                }
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        if let Some(Ok(StoreReply::Request(Reply::Draft(draft)))) = self.load.stored(input)
            && !self.put.is_waiting()
            && let Some(kept) = self.place.and_then(|place| draft.subjects.get(place - 1))
        {
            self.subject = kept.clone();
        }
        match self.remove.stored(input) {
            Some(Ok(_)) => Next::Back,
            Some(Err(problem)) => Next::Trouble(problem),
            None => Next::Stay,
        }
    }
}

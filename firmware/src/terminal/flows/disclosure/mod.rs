//! E-1: whose papers? The check before sending, E-4, stands beside it.

mod attach;
mod person;
mod review;

use protocol::command::DisclosureRequest;
use protocol::exchange::CommandId;
use protocol::number::InsurerNumber;
use protocol::problem::ProblemCode;
use protocol::text::PersonName;

use crate::error::Problem;
use crate::request::{Draft, DraftSubject, Job, MAX_SUBJECTS, Reply, Slot};
use crate::store::StoreReply;
use crate::terminal::desk::{Desk, PersonInHand};
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::insurer::InsurerChoice;
use crate::terminal::flows::saved::SavedFlow;
use crate::terminal::pager::Pager;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{DisclosureNext, DisclosurePage, DisclosureRow, Missing, Page, Paged};

use attach::{AttachFlow, Target};
use person::PersonFlow;

/// Opens the request where it was left.
#[must_use]
pub fn start(_: &mut Desk) -> Box<dyn Flow> {
    Box::new(DisclosureFlow::new(Slot::New, Begin::Load))
}

/// Adds the person in hand and opens the request.
#[must_use]
pub fn add_person(desk: &mut Desk) -> Box<dyn Flow> {
    let Some(person) = &desk.in_hand else {
        return start(desk);
    };
    let mut subject = subject_of(person);
    let outside = |insurer: &InsurerNumber| desk.insurer(insurer).is_none();
    if person.insurer.as_ref().is_some_and(outside) {
        // A number of a municipality that this office cannot ask is nobody's here.
        subject.insured = None;
    }
    let insured_by = person.insurer.clone().filter(|_| subject.insured.is_some());
    let begin = Begin::Add(Box::new(subject), insured_by);
    let mut flow = DisclosureFlow::new(Slot::New, begin);
    if let Some(insurer) = &person.insurer {
        flow.insurer.know(insurer, desk);
    }
    Box::new(flow)
}

/// Opens a request on hold, to be corrected and sent again.
#[must_use]
pub fn correct(
    held: CommandId,
    insurer: Option<InsurerNumber>,
    request: DisclosureRequest,
) -> Box<dyn Flow> {
    Box::new(DisclosureFlow::new(
        Slot::Correction,
        Begin::Correct(held, insurer, Box::new(request)),
    ))
}

/// What a card or the list tells about a person of a request.
fn subject_of(person: &PersonInHand) -> DraftSubject {
    DraftSubject {
        name: PersonName::parse(&person.name).ok(),
        insured: person.insured.clone(),
        born_on: Some(person.born_on),
        ..DraftSubject::default()
    }
}

/// What is done when the flow shows for the first time.
enum Begin {
    Load,
    /// Somebody, and whose number they have.
    Add(Box<DraftSubject>, Option<InsurerNumber>),
    Correct(CommandId, Option<InsurerNumber>, Box<DisclosureRequest>),
}

/// The request.
struct DisclosureFlow {
    slot: Slot,
    begin: Begin,
    draft: Draft,
    /// The draft was read: what it says about the insurer is known.
    loaded: bool,
    insurer: InsurerChoice,
    places: Pager,
    /// E-4 shows.
    review: bool,
    review_pager: Pager,
    /// E-7 shows, in the place of E-4.
    asks_held: bool,
    /// Somebody could not be added because every place is taken.
    offer_second: bool,
    /// Who begins the second request.
    eleventh: Option<Box<DraftSubject>>,
    load: Waiting,
    set_insurer: Waiting,
    say_held: Waiting,
    submit: Waiting,
}

/// Places of one page: two columns of five on the large screen, of three on the others.
fn places_a_page(desk: &Desk) -> usize {
    if desk.config.staff_per_page >= LARGE_SCREEN_STAFF {
        MAX_SUBJECTS
    } else {
        6
    }
}

/// Tiles of A-2 from which on a screen counts as large.
const LARGE_SCREEN_STAFF: usize = 9;

impl DisclosureFlow {
    fn new(slot: Slot, begin: Begin) -> Self {
        Self {
            slot,
            begin,
            draft: Draft::default(),
            loaded: false,
            insurer: InsurerChoice::default(),
            places: Pager::default(),
            review: false,
            review_pager: Pager::default(),
            asks_held: false,
            offer_second: false,
            eleventh: None,
            load: Waiting::default(),
            set_insurer: Waiting::default(),
            say_held: Waiting::default(),
            submit: Waiting::default(),
        }
    }

    fn next(&self) -> DisclosureNext {
        if self.offer_second && self.draft.is_complete() {
            return DisclosureNext::Review;
        }
        match self.draft.subjects.iter().find_map(DraftSubject::missing) {
            _ if self.draft.subjects.is_empty() => DisclosureNext::AddPerson,
            Some(Missing::Contract) => DisclosureNext::AttachContract,
            Some(Missing::Facts | Missing::PlanNotice) => DisclosureNext::Complete,
            None => DisclosureNext::Review,
        }
    }

    fn row(&self, place: usize) -> DisclosureRow {
        let subject = self.draft.subjects.get(place - 1);
        DisclosureRow {
            place,
            name: subject.map(|one| {
                let number = one.insured.as_ref().map(ToString::to_string);
                let name = one.name.as_ref().map(|name| name.as_str().to_owned());
                name.or(number).unwrap_or_default()
            }),
            insured: subject
                .and_then(|one| one.insured.as_ref())
                .map(ToString::to_string),
            missing: subject.and_then(DraftSubject::missing),
            filed: subject.is_some_and(|one| one.filed == Some(true)),
        }
    }

    /// The municipality has to be chosen. A draft may say which, so it is read first.
    fn is_asking(&self, desk: &Desk) -> bool {
        self.loaded && self.insurer.is_asking(desk)
    }

    /// Keeps the municipality with the draft, so that it can be left and resumed.
    fn keep_insurer(&mut self, desk: &mut Desk) {
        let (Some(session), Some(insurer)) = (&desk.session, self.insurer.chosen(desk)) else {
            return;
        };
        let job = Job::SetInsurer {
            slot: self.slot,
            insurer: insurer.number.clone(),
            staff: session.staff.clone(),
        };
        self.set_insurer.start(desk.store(job));
    }

    /// The draft was read. One with people in it says whom it is for.
    fn take(&mut self, draft: Draft, desk: &mut Desk) {
        self.draft = draft;
        let first = !std::mem::replace(&mut self.loaded, true);
        match &self.draft.insurer {
            Some(known) if first && !self.draft.subjects.is_empty() => {
                self.insurer.know(known, desk);
            }
            known if known.as_ref() != self.insurer.chosen(desk).map(|one| &one.number) => {
                self.keep_insurer(desk);
            }
            _ => {}
        }
        if let Some(place) = self.draft.changed {
            self.eleventh = None;
            self.places.show(place - 1, places_a_page(desk));
        }
    }

    fn open_person(&self, place: usize, desk: &Desk) -> Next {
        let subject = self
            .draft
            .subjects
            .get(place - 1)
            .cloned()
            .unwrap_or_default();
        let insurer = self.insurer.chosen(desk).cloned();
        Next::Open(Box::new(PersonFlow::new(
            self.slot,
            Some(place),
            subject,
            insurer,
        )))
    }

    /// Somebody is to be added: a free place, or the offer of a second request.
    fn add(&mut self, desk: &mut Desk) -> Next {
        if self.draft.is_full() {
            self.offer_second = true;
            return Next::Stay;
        }
        // The person in hand is added by the card's own screen; here somebody else is meant.
        desk.in_hand = None;
        Next::Open(Box::new(PersonFlow::new(
            self.slot,
            None,
            DraftSubject::default(),
            self.insurer.chosen(desk).cloned(),
        )))
    }

    fn main(&mut self, desk: &mut Desk) -> Next {
        let missing = self
            .draft
            .subjects
            .iter()
            .position(|one| one.missing().is_some());
        match (self.next(), missing) {
            (DisclosureNext::AddPerson, _) => self.add(desk),
            (DisclosureNext::Complete, Some(index)) => self.open_person(index + 1, desk),
            (DisclosureNext::AttachContract, Some(index)) => {
                let subject = self.draft.subjects[index].clone();
                let target = Target::Contract {
                    slot: self.slot,
                    place: index + 1,
                    subject,
                };
                Next::Open(Box::new(AttachFlow::new(target)))
            }
            (DisclosureNext::Review, _) => {
                self.review = true;
                self.asks_held = self.draft.held.is_none();
                self.review_pager.reset();
                Next::Stay
            }
            _ => Next::Stay,
        }
    }
}

impl Flow for DisclosureFlow {
    fn screen(&self, desk: &Desk) -> Screen {
        if self.is_asking(desk) {
            Screen::InsurerChoice
        } else if self.review && self.asks_held {
            Screen::Qualification
        } else if self.review {
            Screen::DisclosureReview
        } else {
            Screen::Disclosure
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        if self.is_asking(desk) {
            return self.insurer.page(None, desk);
        }
        if self.review && self.asks_held {
            return self.qualification_page(desk);
        }
        if self.review {
            return self.review_page(desk);
        }
        let size = places_a_page(desk);
        let places = self
            .places
            .paged(&[(); MAX_SUBJECTS], size, |(index, ())| self.row(index + 1));
        Page::Disclosure(DisclosurePage {
            people: Paged {
                // The places are drawn, the people are counted.
                total: self.draft.subjects.len(),
                ..places
            },
            next: self.next(),
            offer_second: self.offer_second,
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        let Some(session) = &desk.session else {
            return Next::Stay;
        };
        let (slot, staff) = (self.slot, session.staff.clone());
        let job = match std::mem::replace(&mut self.begin, Begin::Load) {
            Begin::Load => Job::Load { slot, staff },
            Begin::Correct(held, insurer, request) => Job::Correct {
                held,
                insurer,
                request,
                staff,
            },
            Begin::Add(subject, insured_by) => {
                // Kept until the store has said whether there was a place.
                self.eleventh = Some(subject.clone());
                Job::Put {
                    slot,
                    place: None,
                    subject,
                    insured_by,
                    staff,
                }
            }
        };
        self.load.start(desk.store(job));
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if self.is_asking(desk) {
            if touch == Touch::Back {
                return Next::Back;
            }
            if self.insurer.touch(&touch, desk) {
                self.keep_insurer(desk);
            }
            return Next::Stay;
        }
        if self.review && self.asks_held {
            return self.touch_qualification(&touch, desk);
        }
        if self.review {
            return self.touch_review(touch, desk);
        }
        let size = places_a_page(desk);
        if let Some(index) = self.places.index(&touch, MAX_SUBJECTS, size) {
            return if index < self.draft.subjects.len() {
                self.open_person(index + 1, desk)
            } else {
                self.add(desk)
            };
        }
        self.places.turn(&touch, MAX_SUBJECTS, size);
        match touch {
            Touch::Back if self.insurer.ask_again(desk) => {}
            Touch::Back => return Next::Back,
            Touch::Second => return Next::Home,
            Touch::Third => return self.add(desk),
            Touch::Main => return self.main(desk),
            _ => {}
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match self.load.stored(input) {
            Some(Ok(StoreReply::Request(Reply::Draft(draft)))) => self.take(*draft, desk),
            Some(Err(Problem::Refused(ProblemCode::CommandTooManySubjects))) => {
                self.offer_second = true;
                return self.shown(desk);
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        match self.say_held.stored(input) {
            Some(Ok(StoreReply::Request(Reply::Draft(draft)))) => {
                self.asks_held = false;
                self.take(*draft, desk);
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        if let Some(Err(problem)) = self.set_insurer.stored(input) {
            return Next::Trouble(problem);
        }
        match self.submit.stored(input) {
            Some(Ok(StoreReply::Request(Reply::Submitted(saved)))) => {
                desk.effect(Effect::WakeSync);
                let flow = SavedFlow::disclosure(saved.command, saved.slip_number, saved.people);
                return Next::Replace(Box::new(flow));
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
        }
        Next::Stay
    }
}

//! E-1 and E-4: whose papers, and is it right?

mod attach;
mod person;

use protocol::command::DisclosureRequest;
use protocol::exchange::CommandId;
use protocol::problem::ProblemCode;
use protocol::text::PersonName;

use crate::error::Problem;
use crate::request::{Draft, DraftSubject, Job, MAX_SUBJECTS, Reply, Slot, Submit};
use crate::store::StoreReply;
use crate::terminal::desk::{Desk, PersonInHand};
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::flows::saved::SavedFlow;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{
    DisclosureNext, DisclosurePage, DisclosureReviewPage, DisclosureRow, Missing, Page, Paged,
};

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
    let begin = match &desk.in_hand {
        Some(person) => Begin::Add(Box::new(subject_of(person))),
        None => Begin::Load,
    };
    Box::new(DisclosureFlow::new(Slot::New, begin))
}

/// Opens a request on hold, to be corrected and sent again.
#[must_use]
pub fn correct(_: &mut Desk, held: CommandId, request: DisclosureRequest) -> Box<dyn Flow> {
    Box::new(DisclosureFlow::new(
        Slot::Correction,
        Begin::Correct(held, Box::new(request)),
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
    Add(Box<DraftSubject>),
    Correct(CommandId, Box<DisclosureRequest>),
}

/// The request.
struct DisclosureFlow {
    slot: Slot,
    begin: Begin,
    draft: Draft,
    page: usize,
    /// E-4 shows.
    review: bool,
    review_page: usize,
    /// Somebody could not be added because every place is taken.
    offer_second: bool,
    /// Who begins the second request.
    eleventh: Option<Box<DraftSubject>>,
    load: Waiting,
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
            page: 0,
            review: false,
            review_page: 0,
            offer_second: false,
            eleventh: None,
            load: Waiting::default(),
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
            missing: subject.and_then(DraftSubject::missing),
            filed: subject.is_some_and(|one| one.filed == Some(true)),
        }
    }

    fn open_person(&self, place: usize) -> Next {
        let subject = self
            .draft
            .subjects
            .get(place - 1)
            .cloned()
            .unwrap_or_default();
        Next::Open(Box::new(PersonFlow::new(self.slot, Some(place), subject)))
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
            (DisclosureNext::Complete, Some(index)) => self.open_person(index + 1),
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
                self.review_page = 0;
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn submit(&mut self, desk: &mut Desk) -> Next {
        if self.submit.is_waiting() {
            return Next::Stay;
        }
        let refused = |code| Next::Trouble(Problem::Refused(code));
        let Some(session) = desk.session.clone() else {
            return Next::Stay;
        };
        let Some(profile) = desk.profile.clone() else {
            return refused(ProblemCode::InputMissing);
        };
        let Some(insurer) = desk.insurer().map(|insurer| insurer.number.clone()) else {
            return refused(ProblemCode::CommandScope);
        };
        let scope = desk
            .facility
            .iter()
            .flat_map(|facility| facility.insurers.iter().map(|one| one.number.clone()))
            .collect();
        let submit = Submit {
            id: desk.command_id(),
            slot: self.slot,
            staff: session.staff.clone(),
            staff_name: session.name.clone(),
            profile,
            insurer,
            scope,
            next: self.eleventh.clone(),
        };
        self.submit.start(desk.store(Job::Submit(Box::new(submit))));
        Next::Stay
    }

    /// A licence is here and has not run out. Without a trusted clock it is not judged.
    fn licence_holds(&self, desk: &Desk) -> bool {
        let over = self
            .draft
            .qualification_expires
            .is_some_and(|day| day < desk.today());
        self.draft.qualification.is_some() && !(over && desk.now.is_trusted())
    }

    fn review_page(&self, desk: &Desk) -> Page {
        let rows = desk.config.rows_per_page.max(1);
        let total = self.draft.subjects.len();
        let pages = total.div_ceil(rows).max(1);
        let page = self.review_page.min(pages - 1);
        let profile = desk.profile.as_ref();
        let office = profile.map(|profile| profile.office.clone());
        let known = desk.facility.as_ref().map(|facility| &facility.office);
        Page::DisclosureReview(DisclosureReviewPage {
            people: Paged {
                rows: (page * rows..total.min((page + 1) * rows))
                    .map(|index| self.row(index + 1))
                    .collect(),
                page,
                pages,
                total,
            },
            applicant: desk
                .session
                .as_ref()
                .map_or_else(String::new, |one| one.name.clone()),
            office: office
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            office_warning: office.as_ref().is_some_and(|office| {
                !office.check_digit_ok() || known.is_some_and(|known| known != office)
            }),
            qualification_scan: self.licence_holds(desk),
            city: desk
                .insurer()
                .map_or_else(String::new, |insurer| insurer.city.clone()),
            desk: desk
                .insurer()
                .map_or_else(String::new, |insurer| insurer.desk.name.clone()),
        })
    }

    fn touch_review(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let rows = desk.config.rows_per_page.max(1);
        let pages = self.draft.subjects.len().div_ceil(rows).max(1);
        match touch {
            Touch::Back => self.review = false,
            Touch::Main => return self.submit(desk),
            Touch::Second => {
                let target = Target::Qualification { slot: self.slot };
                return Next::Open(Box::new(AttachFlow::new(target)));
            }
            Touch::NextPage => self.review_page = (self.review_page + 1) % pages,
            Touch::PrevPage => self.review_page = (self.review_page + pages - 1) % pages,
            _ => {}
        }
        Next::Stay
    }
}

impl Flow for DisclosureFlow {
    fn screen(&self, _: &Desk) -> Screen {
        if self.review {
            Screen::DisclosureReview
        } else {
            Screen::Disclosure
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        if self.review {
            return self.review_page(desk);
        }
        let size = places_a_page(desk);
        let pages = MAX_SUBJECTS.div_ceil(size);
        let page = self.page.min(pages - 1);
        Page::Disclosure(DisclosurePage {
            people: Paged {
                rows: (page * size + 1..=MAX_SUBJECTS.min((page + 1) * size))
                    .map(|place| self.row(place))
                    .collect(),
                page,
                pages,
                total: self.draft.subjects.len(),
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
            Begin::Correct(held, request) => Job::Correct {
                held,
                request,
                staff,
            },
            Begin::Add(subject) => {
                // Kept until the store has said whether there was a place.
                self.eleventh = Some(subject.clone());
                Job::Put {
                    slot,
                    place: None,
                    subject,
                    staff,
                }
            }
        };
        self.load.start(desk.store(job));
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        if self.review {
            return self.touch_review(touch, desk);
        }
        let size = places_a_page(desk);
        let pages = MAX_SUBJECTS.div_ceil(size);
        match touch {
            Touch::Back => return Next::Back,
            Touch::Second => return Next::Home,
            Touch::Third => return self.add(desk),
            Touch::Main => return self.main(desk),
            Touch::Row(row) if row < size => {
                let place = self.page * size + row + 1;
                if place <= self.draft.subjects.len() {
                    return self.open_person(place);
                }
                if place <= MAX_SUBJECTS {
                    return self.add(desk);
                }
            }
            Touch::NextPage => self.page = (self.page + 1) % pages,
            Touch::PrevPage => self.page = (self.page + pages - 1) % pages,
            _ => {}
        }
        Next::Stay
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match self.load.stored(input) {
            Some(Ok(StoreReply::Request(Reply::Draft(draft)))) => {
                self.draft = *draft;
                if let Some(place) = self.draft.changed {
                    self.eleventh = None;
                    self.page = (place - 1) / places_a_page(desk);
                }
            }
            Some(Err(Problem::Refused(ProblemCode::CommandTooManySubjects))) => {
                self.offer_second = true;
                return self.shown(desk);
            }
            Some(Err(problem)) => return Next::Trouble(problem),
            _ => {}
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

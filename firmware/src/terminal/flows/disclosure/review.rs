//! E-4: is it right? And sending.

use protocol::problem::ProblemCode;

use super::DisclosureFlow;
use super::attach::{AttachFlow, Target};
use crate::error::Problem;
use crate::request::{Job, Qualification, Submit};
use crate::terminal::desk::Desk;
use crate::terminal::flow::Next;
use crate::terminal::touch::Touch;
use crate::terminal::view::{
    DisclosureReviewPage, LICENCE_SOON_DAYS, Licence, LicenceState, Page, QualificationPage,
};

impl DisclosureFlow {
    pub(super) fn review_page(&self, desk: &Desk) -> Page {
        let size = desk.config.rows_per_page;
        let subjects = &self.draft.subjects;
        let insurer = self.insurer.chosen(desk);
        let profile = desk.profile.as_ref();
        let office = profile.map(|profile| profile.office.clone());
        let known = desk.facility.as_ref().map(|facility| &facility.office);
        Page::DisclosureReview(DisclosureReviewPage {
            people: self
                .review_pager
                .paged(subjects, size, |(index, _)| self.row(index + 1)),
            applicant: applicant(desk),
            held: self.draft.held,
            office: office
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            office_warning: office.as_ref().is_some_and(|office| {
                !office.check_digit_ok() || known.is_some_and(|known| known != office)
            }),
            licence: self.licence(desk),
            city: insurer.map_or_else(String::new, |one| one.city.clone()),
            desk: insurer.map_or_else(String::new, |one| one.desk.name.clone()),
        })
    }

    pub(super) fn qualification_page(&self, desk: &Desk) -> Page {
        Page::Qualification(QualificationPage {
            applicant: applicant(desk),
            held: self.draft.held,
        })
    }

    /// E-7 is answered once by each member, before their first request is sent.
    pub(super) fn touch_qualification(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => {
                self.review = self.draft.held.is_some();
                self.asks_held = false;
            }
            Touch::Row(row) if !self.say_held.is_waiting() => {
                if let (Some(held), Some(session)) = (Qualification::ALL.get(*row), &desk.session) {
                    let job = Job::SayQualification {
                        staff: session.staff.clone(),
                        held: *held,
                        slot: self.slot,
                    };
                    self.say_held.start(desk.store(job));
                }
            }
            _ => {}
        }
        Next::Stay
    }

    pub(super) fn touch_review(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        let (count, size) = (self.draft.subjects.len(), desk.config.rows_per_page);
        self.review_pager.turn(&touch, count, size);
        match touch {
            Touch::Back => self.review = false,
            Touch::Main => return self.submit(desk),
            Touch::Second => {
                let target = Target::Qualification { slot: self.slot };
                return Next::Open(Box::new(AttachFlow::new(target)));
            }
            Touch::Third => self.asks_held = true,
            _ => {}
        }
        Next::Stay
    }

    /// The licence that is here, judged only with a trusted clock.
    fn licence(&self, desk: &Desk) -> Option<Licence> {
        self.draft.qualification.as_ref()?;
        let expires_on = self.draft.qualification_expires;
        let left = expires_on.map(|day| day.days_since(desk.today()));
        let state = match left {
            Some(_) if !desk.now.is_trusted() => LicenceState::Unjudged,
            Some(..0) => LicenceState::Over,
            Some(..=LICENCE_SOON_DAYS) => LicenceState::Soon,
            _ => LicenceState::Good,
        };
        Some(Licence { expires_on, state })
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
        let Some(insurer) = self.insurer.chosen(desk).map(|one| one.number.clone()) else {
            return refused(ProblemCode::CommandScope);
        };
        let scope = desk.scope();
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
}

fn applicant(desk: &Desk) -> String {
    desk.session
        .as_ref()
        .map_or_else(String::new, |one| one.name.clone())
}

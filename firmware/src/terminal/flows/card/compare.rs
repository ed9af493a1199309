//! C-4: is this the person? C-7: the same after a check by PIN, without a photo.

use std::sync::Arc;

use hal::board::Cue;
use hal::card::{Bitmap, FaceReport, Photo, PinReport};
use protocol::calendar::Date;
use zeroize::Zeroize as _;

use super::confirmed::ConfirmedFlow;
use crate::audit::CardMode;
use crate::presence;
use crate::terminal::desk::{Desk, PersonInHand};
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{ComparePage, Page};

/// What the card says, while staff look. Wiped when this screen is left.
pub struct CompareFlow {
    mode: CardMode,
    check: i64,
    photo: Option<Arc<Photo>>,
    name_image: Option<Arc<Bitmap>>,
    name: String,
    address: String,
    born_on: Date,
    expires_on: Option<Date>,
    said: Waiting,
    same: bool,
}

impl CompareFlow {
    /// After a check by eye.
    pub(super) fn of_face(mut report: Box<FaceReport>, expires_on: Option<Date>) -> Self {
        Self {
            mode: CardMode::Face,
            check: 0,
            photo: report.photo.take().map(Arc::new),
            name_image: report.name_image.take().map(Arc::new),
            name: spaced(&report.attributes.name),
            address: report.attributes.address.clone(),
            born_on: report.attributes.born_on,
            expires_on,
            said: Waiting::default(),
            same: false,
        }
    }

    /// After a check by PIN.
    pub(super) fn of_pin(report: &PinReport) -> Self {
        Self {
            mode: CardMode::Pin,
            check: 0,
            photo: None,
            name_image: None,
            name: spaced(&report.attributes.name),
            address: report.attributes.address.clone(),
            born_on: report.attributes.born_on,
            expires_on: None,
            said: Waiting::default(),
            same: false,
        }
    }

    /// The record that the comparison adds to.
    pub(super) fn recorded(mut self, check: i64) -> Self {
        self.check = check;
        self
    }

    fn say(&mut self, same: bool, desk: &mut Desk) -> Next {
        if self.said.is_waiting() {
            return Next::Stay;
        }
        let Some(session) = &desk.session else {
            return Next::Lock;
        };
        self.same = same;
        let by = session.staff.clone();
        let job = presence::Job::Compared {
            check: self.check,
            by,
            mode: self.mode,
            same,
        };
        let ticket = desk.store(job);
        self.said.start(ticket);
        Next::Stay
    }
}

impl Drop for CompareFlow {
    fn drop(&mut self) {
        self.name.zeroize();
        self.address.zeroize();
    }
}

/// Family and given name with one ordinary space, as names are shown everywhere.
fn spaced(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Flow for CompareFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        match self.mode {
            CardMode::Face => Screen::Compare,
            CardMode::Pin => Screen::PinResult,
        }
    }

    fn page(&self, desk: &Desk) -> Page {
        let page = ComparePage {
            photo: self.photo.clone(),
            name_image: self.name_image.clone(),
            name: self.name.clone(),
            address: self.address.clone(),
            born_on: self.born_on,
            age: desk
                .now
                .is_trusted()
                .then(|| self.born_on.age_on(desk.today()))
                .flatten(),
            expires_on: self.expires_on,
            signed: self.mode == CardMode::Face,
        };
        match self.mode {
            CardMode::Face => Page::Compare(page),
            CardMode::Pin => Page::PinResult(page),
        }
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Main => self.say(true, desk),
            Touch::Second => self.say(false, desk),
            Touch::Back => {
                desk.effect(Effect::Cue(Cue::Quiet));
                Next::Back
            }
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        let Input::Stored(ticket, result) = input else {
            return Next::Stay;
        };
        if !self.said.take(*ticket) {
            return Next::Stay;
        }
        if let Err(problem) = result {
            return Next::Trouble(problem.clone());
        }
        desk.effect(Effect::Cue(Cue::Quiet));
        if !self.same {
            return Next::Back;
        }
        desk.in_hand = Some(PersonInHand {
            name: self.name.clone(),
            address: Some(self.address.clone()),
            born_on: self.born_on,
            insured: None,
            insurer: None,
        });
        Next::Replace(Box::new(ConfirmedFlow::default()))
    }
}

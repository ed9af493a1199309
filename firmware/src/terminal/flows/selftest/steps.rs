//! What a touch does at each step of the self-test, and what comes next.

use std::time::Duration;

use hal::board::Cue;
use protocol::self_test::{Corner, Found, TestedPart};

use super::{ASKED, CORNER_WAIT, Reason, SelfTestFlow, Step, judge, rows};
use crate::setup;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Effect;
use crate::terminal::flow::Next;
use crate::terminal::touch::Touch;
use crate::terminal::view::{SelfTestKind, SelfTestStage, TestColour};

impl SelfTestFlow {
    /// To the first thing that nobody has answered yet.
    pub(super) fn go_on(&mut self, desk: &mut Desk) {
        let open = ASKED
            .into_iter()
            .find(|part| !self.state.answers.contains_key(part) && judge::must_ask(*part, desk));
        match open {
            Some(TestedPart::Touch) => {
                self.state.silent_corners.clear();
                self.step = Step::Corner {
                    place: 0,
                    since: desk.now.boot,
                };
            }
            Some(TestedPart::Screen) => self.step = Step::Colour { place: 0 },
            Some(TestedPart::Lamp) => self.ask(SelfTestKind::Lamp, desk),
            Some(TestedPart::Sound) => self.ask(SelfTestKind::Sound, desk),
            Some(TestedPart::Reader) => {
                self.ask(SelfTestKind::Reader, desk);
                if desk.card_present {
                    self.look_at_card(desk);
                }
            }
            _ if self.probed.is_none() => {
                self.step = Step::Looking;
                self.probe(desk);
            }
            _ => self.step = Step::Result,
        }
    }

    pub(super) fn probe(&mut self, desk: &mut Desk) {
        if self.probing.is_waiting() {
            return;
        }
        let ticket = desk.ticket();
        desk.effect(Effect::Probe(ticket));
        self.probing.start(ticket);
    }

    /// Keeps what was answered so far, so that a restart does not ask it again. A test that
    /// somebody asked for ends with a restart.
    pub(super) fn keep(&mut self, desk: &mut Desk) {
        if self.reason == Reason::SetUp {
            let ticket = desk.store(setup::Job::KeepSelfTest(self.state.clone()));
            self.keeping.start(ticket);
        }
    }

    fn answer(&mut self, part: TestedPart, found: Found, desk: &mut Desk) -> Next {
        self.state.answers.insert(part, found);
        self.keep(desk);
        self.go_on(desk);
        Next::Stay
    }

    fn ask(&mut self, kind: SelfTestKind, desk: &mut Desk) {
        self.step = Step::Ask(kind);
        signal(kind, desk);
    }

    pub(super) fn leave(&mut self, desk: &mut Desk) -> Next {
        if self.peek.is_waiting() {
            desk.effect(Effect::CancelCard);
        }
        desk.effect(Effect::Cue(Cue::Quiet));
        Next::Back
    }

    pub(super) fn corner(
        &mut self,
        touch: &Touch,
        place: usize,
        since: Duration,
        desk: &mut Desk,
    ) -> Next {
        let waited = desk.now.boot.saturating_sub(since);
        match touch {
            Touch::Back => return self.leave(desk),
            Touch::Field(pressed) if *pressed == place => {}
            Touch::Second if waited >= CORNER_WAIT => {
                self.state.silent_corners.push(Corner::ALL[place]);
            }
            _ => return Next::Stay,
        }
        if place + 1 < Corner::ALL.len() {
            self.step = Step::Corner {
                place: place + 1,
                since: desk.now.boot,
            };
            return Next::Stay;
        }
        let found = match self.state.silent_corners.is_empty() {
            true => Found::Works,
            false => Found::CornersSilent,
        };
        self.answer(TestedPart::Touch, found, desk)
    }

    pub(super) fn colour(&mut self, touch: &Touch, place: usize, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => return self.leave(desk),
            Touch::Main if place + 1 < TestColour::ALL.len() => {
                self.step = Step::Colour { place: place + 1 };
            }
            Touch::Main => self.step = Step::Ask(SelfTestKind::Colours),
            _ => {}
        }
        Next::Stay
    }

    pub(super) fn asked_about(
        &mut self,
        touch: &Touch,
        kind: SelfTestKind,
        desk: &mut Desk,
    ) -> Next {
        let (part, bad) = match kind {
            SelfTestKind::Colours => (TestedPart::Screen, Found::ColoursWrong),
            SelfTestKind::Lamp => (TestedPart::Lamp, Found::NotSeen),
            SelfTestKind::Sound => (TestedPart::Sound, Found::NotHeard),
            SelfTestKind::Reader => return self.reader(touch, desk),
            SelfTestKind::Looking => return Next::Stay,
        };
        match touch {
            Touch::Main => self.answer(part, Found::Works, desk),
            Touch::Second => self.answer(part, bad, desk),
            Touch::Third if kind == SelfTestKind::Colours => {
                self.step = Step::Colour { place: 0 };
                Next::Stay
            }
            Touch::Third => {
                signal(kind, desk);
                Next::Stay
            }
            Touch::Back => self.leave(desk),
            _ => Next::Stay,
        }
    }

    fn reader(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back => self.leave(desk),
            // A card that is being looked at says in a moment what there is to say.
            Touch::Main if !self.peek.is_waiting() => {
                let read = self.state.answers.get(&TestedPart::Reader).copied();
                let found = match judge::reader(desk) {
                    Found::ReaderEmpty => read.unwrap_or(Found::ReaderEmpty),
                    trouble => trouble,
                };
                self.answer(TestedPart::Reader, found, desk)
            }
            _ => Next::Stay,
        }
    }

    pub(super) fn on_result(&mut self, touch: &Touch, desk: &mut Desk) -> Next {
        let parts = self.worst_first(desk);
        let (count, size) = (parts.len(), rows(desk));
        if self.pager.turn(touch, count, size) {
            return Next::Stay;
        }
        if let Some(index) = self.pager.index(touch, count, size) {
            self.again(parts[index], desk);
            return Next::Stay;
        }
        match touch {
            Touch::Back => self.leave(desk),
            Touch::Main => self.main(desk),
            _ => Next::Stay,
        }
    }

    fn main(&mut self, desk: &mut Desk) -> Next {
        match self.stage(desk) {
            SelfTestStage::Ready => self.all_again(desk),
            SelfTestStage::Stopped => {
                self.probed = None;
                self.go_on(desk);
            }
            SelfTestStage::SetUp | SelfTestStage::Tested if !self.finishing.is_waiting() => {
                let command = desk.command_id();
                let job = setup::Job::FinishSelfTest {
                    by: desk.session.as_ref().map(|session| session.staff.clone()),
                    test: judge::report(&self.state, self.probed, desk),
                    command,
                };
                let ticket = desk.store(job);
                self.finishing.start(ticket);
            }
            SelfTestStage::SetUp | SelfTestStage::Tested => {}
        }
        Next::Stay
    }

    /// One part once more; those that say themselves how they are have just done so, and
    /// network and disk are looked at together.
    fn again(&mut self, part: TestedPart, desk: &mut Desk) {
        if !self.may_repeat(part, desk) {
            return;
        }
        if judge::must_ask(part, desk) {
            self.state.answers.remove(&part);
            self.keep(desk);
        } else {
            self.probed = None;
        }
        self.go_on(desk);
    }

    fn all_again(&mut self, desk: &mut Desk) {
        self.state.answers.clear();
        self.state.silent_corners.clear();
        self.probed = None;
        self.tested = true;
        self.pager.reset();
        self.keep(desk);
        self.go_on(desk);
    }
}

/// Lights the lamp or sounds the buzzer, for the question that asks about it, each without the
/// other: who hears the tone must not think of a dark lamp that it was lit.
fn signal(kind: SelfTestKind, desk: &mut Desk) {
    match kind {
        SelfTestKind::Lamp => desk.effect(Effect::Cue(Cue::LampTest)),
        SelfTestKind::Sound => desk.effect(Effect::Cue(Cue::SoundTest)),
        SelfTestKind::Colours | SelfTestKind::Reader | SelfTestKind::Looking => {}
    }
}

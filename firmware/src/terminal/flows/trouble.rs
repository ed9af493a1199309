//! K-1 and K-2: something happened; the enquiry slip.

use protocol::facility::Insurer;
use protocol::help::HelpTopic;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;

use super::doors;
use crate::access::rights::{self, Right};
use crate::error::Problem;
use crate::setup;
use crate::terminal::desk::Desk;
use crate::terminal::effect::{Effect, Input};
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::hours;
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{DeskState, Page, Slip, TroublePage, WayOut};

/// K-1.
pub struct TroubleFlow {
    code: ProblemCode,
    count: u64,
    way_out: WayOut,
    slip: Slip,
    /// Whose desk is called, where that is known better than by the topic.
    insurer: Option<Insurer>,
    printed: Waiting,
}

impl TroubleFlow {
    /// Tells about a problem that happened on `screen`.
    #[must_use]
    pub fn new(problem: &Problem, screen: Screen, desk: &Desk) -> Self {
        let code = problem.code();
        Self {
            count: desk.counts.pending(),
            way_out: way_out(&code, desk.session.as_ref().map(|session| session.role)),
            slip: slip(desk, screen, Some(code.clone())),
            code,
            insurer: None,
            printed: Waiting::default(),
        }
    }

    /// The number that stands in the facts.
    #[must_use]
    pub fn counting(self, count: u64) -> Self {
        Self { count, ..self }
    }

    /// The desk of this insurer is called.
    #[must_use]
    pub fn calling(self, insurer: Insurer) -> Self {
        Self {
            insurer: Some(insurer),
            ..self
        }
    }

    /// The way out is back to where it was opened.
    #[must_use]
    pub fn closing(self) -> Self {
        Self {
            way_out: WayOut::Close,
            ..self
        }
    }
}

impl Flow for TroubleFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Trouble
    }

    fn page(&self, desk: &Desk) -> Page {
        let called = match &self.insurer {
            Some(one) => Some(hours::state(&one.desk, &one.city, &desk.now)),
            None => desk_of(&self.code, desk),
        };
        Page::Trouble(TroublePage {
            code: self.code.clone(),
            count: self.count,
            way_out: self.way_out,
            slip: self.slip.clone(),
            desk: called,
        })
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back | Touch::Home => Next::Home,
            Touch::Main => match self.way_out {
                WayOut::Retry | WayOut::Close => Next::Back,
                WayOut::Home => Next::Home,
                WayOut::Outbox => match doors::outbox(desk) {
                    Next::Open(flow) => Next::Replace(flow),
                    other => other,
                },
            },
            Touch::ShowSlip => Next::Open(Box::new(SlipFlow::new(self.slip.clone()))),
            Touch::Second | Touch::Print => {
                print(&self.slip, &mut self.printed, desk);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        printed(input, &mut self.printed, desk);
        Next::Stay
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

/// K-2: the slip, large.
pub struct SlipFlow {
    slip: Slip,
    printed: Waiting,
}

impl SlipFlow {
    /// Shows a slip.
    #[must_use]
    pub fn new(slip: Slip) -> Self {
        Self {
            slip,
            printed: Waiting::default(),
        }
    }
}

impl Flow for SlipFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Slip
    }

    fn page(&self, _desk: &Desk) -> Page {
        Page::Slip(self.slip.clone())
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back | Touch::Main => Next::Back,
            Touch::Second | Touch::Print => {
                print(&self.slip, &mut self.printed, desk);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, desk: &mut Desk) -> Next {
        match printed(input, &mut self.printed, desk) {
            Some(problem) => Next::Trouble(problem),
            None => Next::Stay,
        }
    }

    fn before_unlock(&self) -> bool {
        true
    }
}

/// K-1 of a terminal whose data was destroyed because it had been reported lost.
#[must_use]
pub fn wiped_page(way_out: WayOut, desk: &Desk) -> Page {
    let code = ProblemCode::DeviceWiped;
    let slip = slip(desk, Screen::Trouble, Some(code.clone()));
    Page::Trouble(TroublePage {
        desk: desk_of(&code, desk),
        code,
        count: 0,
        way_out,
        slip,
    })
}

/// The facts a desk asks for (W21), without personal data.
#[must_use]
pub fn slip(desk: &Desk, screen: Screen, code: Option<ProblemCode>) -> Slip {
    let profile = desk.profile.as_ref();
    let facility = desk.facility.as_ref();
    let name = profile
        .map(|p| p.name.clone())
        .or_else(|| facility.map(|f| f.name.clone()));
    let office = profile
        .map(|p| p.office.clone())
        .or_else(|| facility.map(|f| f.office.clone()));
    Slip {
        office_name: name.unwrap_or_default(),
        office: office
            .map(|office| office.as_str().to_owned())
            .unwrap_or_default(),
        device: desk
            .device
            .clone()
            .unwrap_or_else(|| desk.config.serial.clone()),
        at: desk.now.is_trusted().then_some(desk.now.wall),
        role: desk.session.as_ref().map(|session| session.role),
        screen,
        code,
        version: desk.config.version.clone(),
    }
}

/// The desk that helps with a topic: one of the data file, else that of the first insurer of
/// the office's scope, which knows the others.
#[must_use]
pub fn desk_for(topic: HelpTopic, desk: &Desk) -> Option<DeskState> {
    let of_file = desk
        .config
        .desks
        .iter()
        .find(|entry| entry.topics.contains(&topic))
        .map(|entry| hours::state(&entry.desk, &entry.organisation, &desk.now));
    of_file.or_else(|| city(desk))
}

/// Who can help with a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Helper {
    /// The insurer: whether this terminal may take part, and what it holds of people.
    City,
    /// The desk that answers this topic of the help screen.
    Topic(HelpTopic),
}

/// Who is called about a code. The words of K-1 name nobody: the desk under them does.
#[must_use]
pub fn helper(code: &ProblemCode) -> Helper {
    let subject = code.as_str().split('-').nth(1).unwrap_or("");
    let topic = match subject {
        // The program that draws pages is the unit's own; the papers are the city's.
        "DOCUMENT" if *code == ProblemCode::DocumentDrawer => HelpTopic::Network,
        "DOCUMENT" | "REQUEST" | "LOOKUP" | "ENROL" | "DEVICE" | "CERTIFICATE" | "AUDIT" => {
            return Helper::City;
        }
        _ if matches!(code, ProblemCode::NetTls | ProblemCode::VaultWiped) => return Helper::City,
        "CARD" => HelpTopic::Card,
        "READER" => HelpTopic::Reader,
        "PASSCODE" | "ACCESS" => HelpTopic::Passcode,
        "CLOCK" => HelpTopic::Clock,
        "COMMAND" | "ATTACHMENT" | "OUTBOX" => HelpTopic::Held,
        "INPUT" => HelpTopic::NoAnswer,
        // Whoever opened it may have had it in hands: that desk can have it stopped.
        "CASE" => HelpTopic::Lost,
        _ => HelpTopic::Network,
    };
    Helper::Topic(topic)
}

/// The desk that is called about a code. Before the first contact the insurers are not known, and
/// the unit's own desk says whom to call.
#[must_use]
pub fn desk_of(code: &ProblemCode, desk: &Desk) -> Option<DeskState> {
    match helper(code) {
        Helper::Topic(topic) => desk_for(topic, desk),
        Helper::City => city(desk).or_else(|| desk_for(HelpTopic::Network, desk)),
    }
}

fn city(desk: &Desk) -> Option<DeskState> {
    desk.insurers()
        .first()
        .map(|insurer| hours::state(&insurer.desk, &insurer.city, &desk.now))
}

/// Where the main action of K-1 leads whoever is at work.
#[must_use]
pub fn way_out(code: &ProblemCode, role: Option<StaffRole>) -> WayOut {
    let outbox = role.is_some_and(|role| rights::may(role, Right::Outbox));
    match code {
        ProblemCode::OutboxQuota | ProblemCode::OutboxAge if outbox => WayOut::Outbox,
        ProblemCode::StoreBusy
        | ProblemCode::PrinterUnavailable
        | ProblemCode::AttachmentSource => WayOut::Retry,
        // It comes by itself, over whatever somebody is at: that is what it leaves behind.
        ProblemCode::PowerEmpty => WayOut::Close,
        _ => WayOut::Home,
    }
}

fn print(slip: &Slip, waiting: &mut Waiting, desk: &mut Desk) {
    if desk.config.printer && !waiting.is_waiting() {
        let ticket = desk.ticket();
        desk.effect(Effect::PrintSlip(ticket, Box::new(slip.clone())));
        waiting.start(ticket);
    }
}

fn printed(input: &Input, waiting: &mut Waiting, desk: &mut Desk) -> Option<Problem> {
    let Input::Printed(ticket, result) = input else {
        return None;
    };
    if !waiting.take(*ticket) {
        return None;
    }
    match result {
        Ok(()) => {
            let by = desk.session.as_ref().map(|session| session.staff.clone());
            desk.store(setup::Job::SlipPrinted { by });
            None
        }
        Err(problem) => Some(problem.clone()),
    }
}

//! J-1: this terminal, part by part, with a verdict each.

use hal::card::ReaderEvent;

use super::selftest::SelfTestFlow;
use super::trouble::{SlipFlow, slip};
use crate::setup::{self, Finding};
use crate::store::StoreReply;
use crate::terminal::desk::Desk;
use crate::terminal::effect::Input;
use crate::terminal::flow::{Flow, Next, Waiting};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{
    DiagnosticLine, DiagnosticPart, DiagnosticsPage, Network, Page, Verdict,
};

/// The diagnostics.
#[derive(Debug, Default)]
pub struct DiagnosticsFlow {
    found: Vec<Finding>,
    look: Waiting,
}

fn reader(desk: &Desk) -> Verdict {
    match &desk.reader {
        None => Verdict::Unknown,
        Some(ReaderEvent::Ready { .. } | ReaderEvent::CardArrived | ReaderEvent::CardLeft) => {
            Verdict::Good
        }
        Some(ReaderEvent::NoReader | ReaderEvent::WrongReader | ReaderEvent::ServiceDown) => {
            Verdict::Bad
        }
    }
}

fn gateway(desk: &Desk) -> Verdict {
    match desk.network {
        Network::Online => Verdict::Good,
        Network::Offline { .. } => Verdict::Watch,
        Network::Paused { .. } | Network::NotSetUp => Verdict::Bad,
    }
}

/// All parts of the board in one line; J-7 says which of them, and what to do. Simulated ones are
/// to be looked at: on a unit somebody forgot to name its board.
fn parts(desk: &Desk) -> DiagnosticLine {
    let faults = desk.faulty.len();
    DiagnosticLine {
        part: DiagnosticPart::Parts,
        verdict: match (faults, desk.fitted.is_empty()) {
            (0, true) => Verdict::Unknown,
            (0, false) if !desk.config.simulated_board => Verdict::Good,
            _ => Verdict::Watch,
        },
        value: (faults > 0).then(|| i64::try_from(faults).unwrap_or(i64::MAX)),
        note: None,
    }
}

impl Flow for DiagnosticsFlow {
    fn screen(&self, _desk: &Desk) -> Screen {
        Screen::Diagnostics
    }

    fn page(&self, desk: &Desk) -> Page {
        let clock = if desk.now.is_trusted() {
            Verdict::Good
        } else {
            Verdict::Bad
        };
        let line = |part, verdict| DiagnosticLine {
            part,
            verdict,
            value: None,
            note: None,
        };
        let found = |part| {
            self.found
                .iter()
                .chain(desk.vault_check.finding())
                .find(|finding| finding.part == part)
                .map_or(line(part, Verdict::Unknown), |finding| DiagnosticLine {
                    part,
                    verdict: finding.verdict,
                    value: finding.value,
                    note: finding.note.clone(),
                })
        };
        Page::Diagnostics(DiagnosticsPage {
            device: desk.device.clone(),
            lines: vec![
                line(DiagnosticPart::Reader, reader(desk)),
                line(DiagnosticPart::Clock, clock),
                found(DiagnosticPart::Vault),
                found(DiagnosticPart::Certificate),
                line(DiagnosticPart::Gateway, gateway(desk)),
                found(DiagnosticPart::Queue),
                found(DiagnosticPart::Update),
                parts(desk),
            ],
        })
    }

    fn shown(&mut self, desk: &mut Desk) -> Next {
        let ticket = desk.store(setup::Job::Diagnose);
        self.look.start(ticket);
        desk.check_vault();
        Next::Stay
    }

    fn touch(&mut self, touch: Touch, desk: &mut Desk) -> Next {
        match touch {
            Touch::Back | Touch::Main => Next::Back,
            Touch::Third => Next::Open(Box::new(SelfTestFlow::asked())),
            Touch::Second | Touch::Print => Next::Open(Box::new(SlipFlow::new(slip(
                desk,
                Screen::Diagnostics,
                None,
            )))),
            _ => Next::Stay,
        }
    }

    fn event(&mut self, input: &mut Input, _desk: &mut Desk) -> Next {
        let Input::Stored(ticket, result) = input else {
            return Next::Stay;
        };
        if !self.look.take(*ticket) {
            return Next::Stay;
        }
        match result {
            Ok(StoreReply::Setup(setup::Reply::Found(found))) => {
                self.found = std::mem::take(found);
                Next::Stay
            }
            Err(problem) => Next::Trouble(problem.clone()),
            Ok(_) => Next::Stay,
        }
    }
}

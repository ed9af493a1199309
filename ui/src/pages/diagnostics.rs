//! J-1: this terminal, part by part.

use firmware::sync::{CertificateState, Light};
use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, DiagnosticNote, DiagnosticPart, Verdict};
use firmware::update::Stage;
use protocol::release::UpdateState;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{DiagnosticRow, DiagnosticsPage, Kiosk, Shape, Theme, Tone, code, rows};

/// Fills the page.
pub fn show(page: &view::DiagnosticsPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<DiagnosticsPage>();
    let device = page.device.as_deref().unwrap_or_default();
    global.set_device(device.into());
    global.set_code(code::image(device, code_pixels(ui)));
    let shown = page.lines.iter().map(|line| row(line, words)).collect();
    global.set_rows(rows::keep(global.get_rows(), shown));
}

/// Room for the code beside the title. An id is a code of 29 modules with its quiet zone: 3, 5 and
/// 4 pixels each, about half a millimetre on every screen.
fn code_pixels(ui: &Kiosk) -> u32 {
    match ui.global::<Theme>().get_shape() {
        Shape::Seven => 96,
        Shape::Ten => 145,
        Shape::Portable => 116,
    }
}

fn row(line: &view::DiagnosticLine, words: &Words) -> DiagnosticRow {
    let key = match line.part {
        DiagnosticPart::Reader => "part-reader",
        DiagnosticPart::Card => "part-card",
        DiagnosticPart::Clock => "part-clock",
        DiagnosticPart::Vault => "part-vault",
        DiagnosticPart::Certificate => "part-certificate",
        DiagnosticPart::Gateway => "part-gateway",
        DiagnosticPart::Queue => "part-queue",
        DiagnosticPart::Update => "part-update",
        // The parts of the board stand on this page as one; J-7 has each.
        DiagnosticPart::Parts | DiagnosticPart::Board(_) => "part-parts",
    };
    let running = match &line.note {
        Some(DiagnosticNote::Update { running, .. }) => running.as_str(),
        _ => "",
    };
    let (verdict, tone, icon) = match line.verdict {
        Verdict::Good => ("verdict-good", Tone::Ok, "check"),
        Verdict::Watch => ("verdict-watch", Tone::Attn, "warn"),
        Verdict::Bad => ("verdict-bad", Tone::Danger, "stop"),
        Verdict::Unknown => ("verdict-unknown", Tone::None, "clock"),
    };
    let (tone, icon) = match &line.note {
        Some(DiagnosticNote::Certificate(state)) => match state.light() {
            Light::Green => (Tone::Ok, "check"),
            Light::Yellow => (Tone::Attn, "warn"),
            Light::Red => (Tone::Danger, "stop"),
        },
        _ => (tone, icon),
    };
    let verdict = match (&line.note, line.part, line.value) {
        (Some(DiagnosticNote::Certificate(state)), ..) => certificate(state, words),
        (
            Some(DiagnosticNote::Update {
                offered: Some((version, stage)),
                ..
            }),
            ..,
        ) => update(version, stage, words),
        (_, DiagnosticPart::Queue, Some(count)) => {
            words.say_with("verdict-items", &[("count", count.into())])
        }
        (_, DiagnosticPart::Parts, Some(count)) => {
            words.say_with("verdict-parts", &[("count", count.into())])
        }
        _ => words.say(verdict),
    };
    DiagnosticRow {
        part: words.say_with(key, &[("running", running.into())]).into(),
        verdict: verdict.into(),
        tone,
        icon: icon.into(),
    }
}

/// Days and what they mean, in the steps of the traffic light.
fn certificate(state: &CertificateState, words: &Words) -> String {
    let key = match (state.ended, state.due, state.within) {
        (true, ..) => return words.say("certificate-over"),
        (false, false, _) => "certificate-renews",
        (false, true, Some(..=7)) => "certificate-7",
        (false, true, Some(..=15)) => "certificate-15",
        (false, true, Some(..=30)) => "certificate-30",
        (false, true, Some(..=60)) => "certificate-60",
        (false, true, _) => "certificate-90",
    };
    words.say_with(key, &[("days", state.days.into())])
}

/// The version that is offered, and how far it came.
fn update(offered: &str, stage: &Stage, words: &Words) -> String {
    let key = match stage {
        Stage::Wanted => "update-wanted",
        Stage::NoRoom => "update-no-room",
        Stage::Machine(UpdateState::Fetched) => "update-fetched",
        Stage::Machine(UpdateState::Written) => "update-written",
        Stage::Machine(UpdateState::Installed) => "update-installed",
        Stage::Machine(UpdateState::CameBack) => "update-came-back",
        Stage::Machine(UpdateState::Refused { .. }) => "update-refused",
    };
    words.say_with(key, &[("offered", offered.into())])
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<DiagnosticsPage>();
    let send = touches.clone();
    global.on_print(move || send(Touch::Print));
    let send = touches.clone();
    global.on_parts(move || send(Touch::Third));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

//! J-1: this terminal, part by part.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, DiagnosticPart, Verdict};
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{DiagnosticRow, DiagnosticsPage, Kiosk, Tone, rows};

/// Fills the page.
pub fn show(page: &view::DiagnosticsPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<DiagnosticsPage>();
    global.set_device(page.device.as_deref().unwrap_or_default().into());
    let shown = page.lines.iter().map(|line| row(line, words)).collect();
    global.set_rows(rows::keep(global.get_rows(), shown));
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
        // The parts of the board stand on this page as one; J-7 has each.
        DiagnosticPart::Parts | DiagnosticPart::Board(_) => "part-parts",
    };
    let (verdict, tone, icon) = match line.verdict {
        Verdict::Good => ("verdict-good", Tone::Ok, "check"),
        Verdict::Watch => ("verdict-watch", Tone::Attn, "warn"),
        Verdict::Bad => ("verdict-bad", Tone::Danger, "stop"),
        Verdict::Unknown => ("verdict-unknown", Tone::None, "clock"),
    };
    let verdict = match (line.part, line.value) {
        (DiagnosticPart::Certificate, Some(days)) => {
            words.say_with("verdict-days", &[("days", days.into())])
        }
        (DiagnosticPart::Queue, Some(count)) => {
            words.say_with("verdict-items", &[("count", count.into())])
        }
        (DiagnosticPart::Parts, Some(count)) => {
            words.say_with("verdict-parts", &[("count", count.into())])
        }
        _ => words.say(verdict),
    };
    DiagnosticRow {
        part: words.say(key).into(),
        verdict: verdict.into(),
        tone,
        icon: icon.into(),
    }
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

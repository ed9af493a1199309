//! A self-test as the operator reads it.

use protocol::exchange::DeviceId;
use protocol::self_test::SelfTest;
use serde_json::{Value, json};

use crate::store::KeptSelfTest;

/// One line a part, the worst verdict above.
pub fn text(device: &DeviceId, serial: &str, kept: &KeptSelfTest) -> String {
    let clock = match kept.clock_trusted {
        true => "",
        false => " (by an untrusted clock)",
    };
    let mut lines = vec![format!(
        "{device}  serial {serial}  self-test {}  made {}{clock}  received {}  program {}",
        kept.test.verdict().word(),
        kept.made_at,
        kept.received_at,
        kept.test.program,
    )];
    lines.extend(kept.test.parts.iter().map(|part| {
        format!(
            "{:<10} {:<6} {}",
            part.part.word(),
            part.found.verdict().word(),
            part.found.word()
        )
    }));
    if !kept.test.silent_corners.is_empty() {
        lines.push(format!("silent     {}", corners(&kept.test).join(" ")));
    }
    lines.join("\n")
}

/// The same for programs.
pub fn value(device: &DeviceId, serial: &str, kept: &KeptSelfTest) -> Value {
    let parts = kept.test.parts.iter().map(|part| {
        json!({
            "part": part.part,
            "found": part.found,
            "verdict": part.found.verdict().word(),
        })
    });
    json!({
        "device": device,
        "serial": serial,
        "verdict": kept.test.verdict().word(),
        "made_at": kept.made_at,
        "clock_trusted": kept.clock_trusted,
        "received_at": kept.received_at,
        "program": kept.test.program,
        "parts": parts.collect::<Vec<_>>(),
        "silent_corners": kept.test.silent_corners,
    })
}

fn corners(test: &SelfTest) -> Vec<&'static str> {
    let corners = test.silent_corners.iter();
    corners.map(|corner| corner.word()).collect()
}

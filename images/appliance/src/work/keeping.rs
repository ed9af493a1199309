//! Whether this system is kept, and which bundle may follow it.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use appliance::Fault;
use appliance::apply::RUN;
use appliance::disk::BootFacts;
use appliance::health::{self, LOOK_AGAIN, Report, Standard, Verdict};
use appliance::offer::{self, Places};
use appliance::version;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use serde::{Deserialize, Serialize};

use super::{KIOSK, selector, write};

/// What the last system that was kept found.
const RECORD: &str = "/var/lib/appliance/kept.json";

/// What this system says about itself: its version and the lowest that may follow it.
const IMAGE: &str = "/usr/share/madoguchi/image.toml";

/// Why [`allow`] refused, for the program that called the updater.
const REFUSED: &str = "/run/appliance/refused";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// There was no reader.
    reader_absent: bool,
    /// The lowest version that may be installed.
    minimum: Option<Version>,
}

#[derive(Deserialize)]
struct Image {
    minimum: Version,
}

/// Looks until the system is healthy, then keeps it.
pub fn health(facts: &BootFacts) -> Result<(), Fault> {
    let slot = facts.slot.ok_or(Fault::SlotsUnbooted)?;
    let before = record();
    let standard = if selector(facts)?.state()?.tries(slot).proven {
        Standard::Proven
    } else {
        Standard::Trial {
            reader_absent_before: before.as_ref().is_none_or(|record| record.reader_absent),
        }
    };
    let begun = Instant::now();
    let report = loop {
        let report = if desk_is_up() { doctor() } else { None };
        match health::judge(report.as_ref(), standard, begun.elapsed()) {
            Verdict::Keep => break report,
            Verdict::Refuse(why) => return Err(Fault::Unhealthy(why)),
            Verdict::Wait(why) => eprintln!("appliance: not yet: {why}"),
        }
        thread::sleep(LOOK_AGAIN);
    };
    let image = fs::read_to_string(IMAGE).map_err(Fault::at(Path::new(IMAGE)))?;
    let image: Image = toml::from_str(&image).map_err(|_| Fault::UpdateVersion)?;
    let record = Record {
        reader_absent: !report.is_some_and(|report| report.reader_is_there()),
        minimum: Some(version::raise(
            before.and_then(|record| record.minimum),
            image.minimum,
        )),
    };
    let text = serde_json::to_vec(&record).expect("plain values have a JSON form");
    write(Path::new(RECORD), &text, 0o600, 0)?;

    let mut selector = selector(facts)?;
    if selector.state()?.first != slot {
        selector.set_primary(slot)?;
    }
    selector.set_good(slot)?;
    if let Err(fault) = offer::kept(&Places::of_the_image(), slot) {
        // The system is kept all the same.
        eprintln!("appliance: {fault}");
    }
    eprintln!("appliance: slot {} is kept", slot.letter());
    Ok(())
}

/// The kiosk told the service manager that its screen runs and its vault is open.
fn desk_is_up() -> bool {
    Command::new("systemctl")
        .args(["is-active", "--quiet", "madoguchi-kiosk.service"])
        .status()
        .is_ok_and(|status| status.success())
}

/// The kiosk's own doctor, as the kiosk's account. A doctor that finds something bad says so
/// in its report, too.
fn doctor() -> Option<Report> {
    let output = Command::new("/usr/bin/kiosk")
        .arg("--config")
        .arg(Path::new(RUN).join("kiosk.toml"))
        .args(["doctor", "--json"])
        .uid(KIOSK)
        .gid(KIOSK)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Report::parse(std::str::from_utf8(&output.stdout).ok()?).ok()
}

fn record() -> Option<Record> {
    serde_json::from_str(&fs::read_to_string(RECORD).ok()?).ok()
}

/// Refuses a bundle below the recorded minimum, and leaves the reason for [`why_refused`].
pub fn allow(manifest: &Path) -> Result<(), Fault> {
    judge(manifest).inspect_err(|fault| {
        let code = fault.code();
        // Without it the refusal has a less telling code.
        let _ = write(Path::new(REFUSED), code.as_str().as_bytes(), 0o600, 0);
    })
}

/// Why the last bundle was refused, once.
pub fn why_refused() -> Option<ProblemCode> {
    let code = fs::read_to_string(REFUSED).ok()?;
    let _ = fs::remove_file(REFUSED);
    ProblemCode::parse(code.trim()).ok()
}

fn judge(manifest: &Path) -> Result<(), Fault> {
    let text = fs::read_to_string(manifest).map_err(Fault::at(manifest))?;
    let found = version::of_bundle(&text)?;
    version::allow(found, record().and_then(|record| record.minimum))
}

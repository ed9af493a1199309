//! Whether this system is kept, and which bundle may follow it.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use appliance::Fault;
use appliance::apply::RUN;
use appliance::disk::BootFacts;
use appliance::files::write;
use appliance::health::{self, LOOK_AGAIN, Report, Standard, Verdict};
use appliance::installs::{History, Present};
use appliance::offer::{self, Places};
use appliance::slots::{Selector, Slot, Successor};
use appliance::version;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{KIOSK, applying, restarting, selector, updating};

/// What the last system that was kept found.
const RECORD: &str = "/var/lib/appliance/kept.json";

/// What was installed last, and what is not installed again.
const HISTORY: &str = "/var/lib/appliance/installs.json";

/// Why [`allow`] refused, for the program that called the updater.
const REFUSED: &str = "/run/appliance/refused";

/// The unit of the desk.
const DESK: &str = "madoguchi-kiosk.service";

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// There was no reader before the last update.
    reader_absent: bool,
    /// The lowest version that may be installed.
    minimum: Option<Version>,
}

impl Default for Record {
    /// Nothing was ever kept: nothing is known of a reader that would have to be there.
    fn default() -> Self {
        Self {
            reader_absent: true,
            minimum: None,
        }
    }
}

/// Looks until the system is healthy, then keeps it.
pub fn health(facts: &BootFacts) -> Result<(), Fault> {
    let slot = facts.slot.ok_or(Fault::SlotsUnbooted)?;
    let mut selector = selector(facts)?;
    let record: Record = read(RECORD).unwrap_or_default();
    let state = selector.state()?;
    if applying::refused().is_some() && state.next_after(slot).is_none() {
        // The card is what is wrong. There is no other system to go to, and this one has to
        // start again when somebody has mended the card.
        return selector.give_back(slot);
    }
    let standard = if state.tries(slot).proven {
        Standard::Proven
    } else {
        Standard::Trial {
            reader_absent_before: record.reader_absent,
        }
    };
    let begun = Instant::now();
    loop {
        let steady = desk_up_for();
        let report = steady.and_then(|_| doctor());
        match health::judge(report.as_ref(), steady, standard, begun.elapsed()) {
            Verdict::Keep => break,
            Verdict::Refuse(why) => return Err(Fault::Unhealthy(why)),
            Verdict::Wait(why) => eprintln!("appliance: not yet: {why}"),
        }
        thread::sleep(LOOK_AGAIN);
    }
    let image = applying::image()?;
    let minimum = Some(version::raise(record.minimum, image.minimum));
    save(RECORD, &Record { minimum, ..record })?;
    keep(&mut *selector, slot)?;
    eprintln!("appliance: slot {} is kept", slot.letter());
    Ok(())
}

/// Gives this system its starts back, and says what became of one that was to follow it.
fn keep(selector: &mut dyn Selector, slot: Slot) -> Result<(), Fault> {
    let successor = selector.state()?.successor(slot);
    // First what is remembered: once the slots are settled, nothing says any more what came back.
    let mut history: History = read(HISTORY).unwrap_or_default();
    history.kept(slot, successor);
    save(HISTORY, &history)?;
    if let Err(fault) = offer::kept(&Places::of_the_image(), slot, successor) {
        // The system is kept all the same.
        eprintln!("appliance: {fault}");
    }
    if successor == Successor::GaveWay {
        selector.set_primary(slot)?;
    }
    selector.set_good(slot)
}

/// An update that is written and was not started: the machine went off before, or its trial was
/// cut. Restarts into it when nobody is at the desk.
pub fn pending(facts: &BootFacts) -> Result<(), Fault> {
    let slot = facts.slot.ok_or(Fault::SlotsUnbooted)?;
    let waits = || -> Result<bool, Fault> {
        Ok(selector(facts)?.state()?.successor(slot) == Successor::Waits)
    };
    if !waits()? {
        return Ok(());
    }
    restarting::wait_until_idle(facts)?;
    // Whoever writes a newer one meanwhile restarts into that one.
    let _turn = updating::turn()?;
    if waits()? {
        restarting::restart(facts)?;
    }
    Ok(())
}

/// The health check ended before it came to a verdict. Somebody who switches the machine off in
/// order, or the battery that does, is no start that failed: it is given back. A desk that was
/// given up has the machine restarted in order as well, and that is one.
pub fn stopped(facts: &BootFacts) -> Result<(), Fault> {
    let slot = facts.slot.ok_or(Fault::SlotsUnbooted)?;
    let told = |name: &str| std::env::var(name).unwrap_or_default();
    let in_order = health::was_stopped(
        &told("SERVICE_RESULT"),
        &told("EXIT_CODE"),
        &told("EXIT_STATUS"),
    );
    if in_order && !desk_failed() {
        selector(facts)?.give_one_back(slot)?;
    }
    Ok(())
}

/// The service manager gave the desk up.
fn desk_failed() -> bool {
    Command::new("systemctl")
        .args(["is-failed", "--quiet", DESK])
        .status()
        .is_ok_and(|status| status.success())
}

/// How long the kiosk is up without a break; it told the service manager that its screen runs
/// and its vault is open.
fn desk_up_for() -> Option<Duration> {
    let output = Command::new("systemctl")
        .args(["show", "--value", "--property=ActiveState"])
        .args(["--property=ActiveEnterTimestampMonotonic", DESK])
        .output()
        .ok()?;
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let now = Duration::try_from(now).ok()?;
    health::up_for(&String::from_utf8_lossy(&output.stdout), now)
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

fn read<T: DeserializeOwned>(path: &str) -> Option<T> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

fn save<T: Serialize>(path: &str, value: &T) -> Result<(), Fault> {
    let text = serde_json::to_vec(value).expect("plain values have a JSON form");
    write(Path::new(path), &text, 0o600)
}

/// Refuses a bundle that must not be written, and leaves the reason for [`why_refused`].
pub fn allow(facts: &BootFacts, manifest: &Path) -> Result<(), Fault> {
    admit(facts, manifest).inspect_err(|fault| {
        let code = fault.code();
        // Without it the refusal has a less telling code.
        let _ = write(Path::new(REFUSED), code.as_str().as_bytes(), 0o600);
    })
}

/// Why the last bundle was refused, once.
pub fn why_refused() -> Option<ProblemCode> {
    let code = fs::read_to_string(REFUSED).ok()?;
    let _ = fs::remove_file(REFUSED);
    ProblemCode::parse(code.trim()).ok()
}

fn admit(facts: &BootFacts, manifest: &Path) -> Result<(), Fault> {
    let slot = facts.slot.ok_or(Fault::SlotsUnbooted)?;
    let text = fs::read_to_string(manifest).map_err(Fault::at(manifest))?;
    let record: Record = read(RECORD).unwrap_or_default();
    let mut history: History = read(HISTORY).unwrap_or_default();
    let mut selector = selector(facts)?;
    let successor = selector.state()?.successor(slot);
    let present = Present {
        running: applying::image()?.version,
        slot,
        successor,
        minimum: record.minimum,
    };
    history.admit(&text, &present)?;
    if successor == Successor::Waits {
        // Another one takes its place. Cut while it is written, nothing must be to follow.
        selector.set_primary(slot)?;
    }
    // Now, and not at some start when USB was not looked through yet: what the next system has
    // to show is what this one has right before it is replaced.
    if let Some(report) = doctor() {
        let reader_absent = !report.reader_is_there();
        save(
            RECORD,
            &Record {
                reader_absent,
                ..record
            },
        )?;
    }
    history.begun(&text, slot);
    save(HISTORY, &history)
}

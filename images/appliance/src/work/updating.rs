//! An update from a stick or from the gateway: verified and written by RAUC, started when nobody
//! is at the desk.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use appliance::Fault;
use appliance::disk::BootFacts;
use appliance::files::write;
use appliance::offer::{self, Machine, Next, Places};
use appliance::slots::Slot;
use protocol::problem::ProblemCode;
use protocol::release::{StickUpdate, UpdateState};
use rustix::fs::{FlockOperation, flock};

use super::keeping::why_refused;
use super::{program, restarting};

/// The bundle's name on the stick.
const BUNDLE: &str = "update.raucb";

/// Where the stick is mounted while it is read.
const STICK: &str = "/run/madoguchi/update";

/// One update at a time: who comes second waits here.
const TURN: &str = "/run/appliance/update.lock";

/// What became of the last stick, for the kiosk.
const TOLD: &str = "/run/madoguchi/stick.json";

/// Installs the bundle of a stick, then restarts into it. What becomes of it is told to the kiosk.
pub fn update(facts: &BootFacts, device: &Path) -> Result<(), Fault> {
    let _turn = turn()?;
    tell(UpdateState::Fetched)?;
    let mut machine = ThisMachine(facts.slot.ok_or(Fault::SlotsUnbooted)?);
    match take(&mut machine, device) {
        Ok(()) => {
            tell(UpdateState::Written)?;
            restart_when_idle(facts)
        }
        // The stick that brought it is still in.
        Err(ProblemCode::UpdateWaits) => tell(UpdateState::Written),
        Err(code) => {
            eprintln!("appliance: the update on the stick is refused: {code}");
            tell(UpdateState::Refused { code })
        }
    }
}

fn take(machine: &mut ThisMachine, device: &Path) -> Result<(), ProblemCode> {
    let folder = Path::new(STICK);
    let mounted = std::fs::create_dir_all(folder)
        .map_err(Fault::at(folder))
        .and_then(|()| {
            program(
                "mount",
                Command::new("mount")
                    .args(["-t", "vfat,exfat", "-o", "ro,nosuid,nodev,noexec"])
                    .arg(device)
                    .arg(folder),
            )
        });
    if let Err(fault) = mounted {
        eprintln!("appliance: {fault}");
        return Err(ProblemCode::ReleaseFile);
    }
    let bundle = folder.join(BUNDLE);
    let taken = if bundle.is_file() {
        machine.install(&bundle)
    } else {
        Err(ProblemCode::ReleaseFile)
    };
    let _ = program("umount", Command::new("umount").arg(folder));
    taken
}

fn tell(state: UpdateState) -> Result<(), Fault> {
    let text = serde_json::to_vec(&StickUpdate { state }).expect("plain values have a JSON form");
    write(Path::new(TOLD), &text, 0o644)
}

/// Installs the bundle that the kiosk fetched, then restarts into it.
pub fn offered(facts: &BootFacts) -> Result<(), Fault> {
    let _turn = turn()?;
    let mut machine = ThisMachine(facts.slot.ok_or(Fault::SlotsUnbooted)?);
    match offer::take(&Places::of_the_image(), &mut machine)? {
        Next::Stay => Ok(()),
        Next::Restart => restart_when_idle(facts),
    }
}

struct ThisMachine(Slot);

impl Machine for ThisMachine {
    fn install(&mut self, bundle: &Path) -> Result<(), ProblemCode> {
        // What an earlier bundle was refused for is not this one's reason.
        let _ = why_refused();
        install(bundle).map_err(|fault| {
            eprintln!("appliance: {fault}");
            why_refused().unwrap_or(ProblemCode::UpdateRefused)
        })
    }

    fn slot(&self) -> Slot {
        self.0
    }
}

fn install(bundle: &Path) -> Result<(), Fault> {
    program("rauc", Command::new("rauc").arg("install").arg(bundle))
}

pub(super) fn turn() -> Result<File, Fault> {
    let path = Path::new(TURN);
    let folder = path.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder).map_err(Fault::at(folder))?;
    let file = File::create(path).map_err(Fault::at(path))?;
    flock(&file, FlockOperation::LockExclusive).map_err(|why| Fault::at(path)(why.into()))?;
    Ok(file)
}

fn restart_when_idle(facts: &BootFacts) -> Result<(), Fault> {
    eprintln!("appliance: the update is written; it starts when the desk is idle");
    restarting::wait_until_idle(facts)?;
    restarting::restart(facts)
}

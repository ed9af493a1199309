//! An update from a stick: verified and written by RAUC, started when nobody is at the desk.

use std::path::Path;
use std::process::Command;

use appliance::Fault;
use appliance::disk::BootFacts;

use super::{program, restarting};

/// The bundle's name on the stick.
const BUNDLE: &str = "update.raucb";

/// Where the stick is mounted while it is read.
const STICK: &str = "/run/madoguchi/update";

/// Installs the bundle of a stick, then restarts into it.
pub fn update(facts: &BootFacts, device: &Path) -> Result<(), Fault> {
    let folder = Path::new(STICK);
    std::fs::create_dir_all(folder).map_err(Fault::at(folder))?;
    program(
        "mount",
        Command::new("mount")
            .args(["-t", "vfat", "-o", "ro,nosuid,nodev,noexec"])
            .arg(device)
            .arg(folder),
    )?;
    let installed = program(
        "rauc",
        Command::new("rauc").arg("install").arg(folder.join(BUNDLE)),
    );
    let _ = program("umount", Command::new("umount").arg(folder));
    installed?;
    eprintln!("appliance: the update is written; it starts when the desk is idle");
    restarting::when_idle(facts)
}

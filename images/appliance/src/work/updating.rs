//! An update from a stick: verified and written by RAUC, started when nobody is at the desk.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use appliance::Fault;

use super::input::Inputs;
use super::program;

/// The bundle's name on the stick.
const BUNDLE: &str = "update.raucb";

/// Where the stick is mounted while it is read.
const STICK: &str = "/run/madoguchi/update";

/// The desk is idle when nobody touched it for so long: every screen is locked by then.
const IDLE: Duration = Duration::from_secs(10 * 60);

/// Installs the bundle of a stick, then restarts into it.
pub fn update(device: &Path) -> Result<(), Fault> {
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
    wait_until_idle()?;
    program("systemctl", Command::new("systemctl").arg("reboot"))
}

fn wait_until_idle() -> Result<(), Fault> {
    let mut inputs = Inputs::open();
    let mut last = Instant::now();
    while let Some(left) = IDLE.checked_sub(last.elapsed()) {
        if inputs.wait_for_press(Some(left))? {
            last = Instant::now();
        }
    }
    Ok(())
}

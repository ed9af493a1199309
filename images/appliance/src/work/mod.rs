//! Carries out the orders: files, devices and programs of the running system. What is decided
//! is decided in the library.

mod applying;
mod input;
mod keeping;
mod restarting;
mod starting;
mod updating;

use std::fs;
use std::path::Path;

use appliance::Fault;
use appliance::disk::BootFacts;
use appliance::slots::autoboot::AutobootFile;
use appliance::slots::store::Partition;
use appliance::slots::{Selector, Tryboot, UBoot};

pub use applying::{apply, names, trouble};
pub use keeping::{allow, health, pending, stopped};
pub use starting::{
    format_autoboot, format_slots, print_data_key, print_data_state, recovery, set_data_ready,
    slots,
};
pub use updating::{offered, update};

/// The number of the account `kiosk` and of its group; `images/rootfs` creates both.
const KIOSK: u32 = 800;

/// Where the first partition of a Raspberry Pi 5 is mounted.
const FIRMWARE: &str = "/run/madoguchi/firmware";

/// The board's way to choose a slot.
fn selector(facts: &BootFacts) -> Result<Box<dyn Selector>, Fault> {
    let medium = Partition::open(&facts.partition("slots")?)?;
    Ok(if facts.tryboot {
        Box::new(tryboot(facts, medium)?)
    } else {
        Box::new(UBoot(medium))
    })
}

fn tryboot(
    facts: &BootFacts,
    medium: Partition,
) -> Result<Tryboot<Partition, AutobootFile>, Fault> {
    let folder = Path::new(FIRMWARE);
    mount(&facts.partition("firmware")?, folder)?;
    Ok(Tryboot {
        medium,
        autoboot: AutobootFile(folder.join("autoboot.txt")),
    })
}

/// Mounts a FAT partition, unless it is mounted.
fn mount(device: &Path, folder: &Path) -> Result<(), Fault> {
    fs::create_dir_all(folder).map_err(Fault::at(folder))?;
    let known = Path::new("/proc/mounts");
    let mounts = fs::read_to_string(known).map_err(Fault::at(known))?;
    let there = mounts
        .lines()
        .any(|line| line.split(' ').nth(1).map(Path::new) == Some(folder));
    if there {
        return Ok(());
    }
    program(
        "mount",
        std::process::Command::new("mount")
            .args(["-t", "vfat", "-o", "sync,nosuid,nodev,noexec,umask=0077"])
            .arg(device)
            .arg(folder),
    )
}

fn program(name: &'static str, command: &mut std::process::Command) -> Result<(), Fault> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Fault::Program(name)),
    }
}

//! Orders of the initrd: slots, keys, the recovery screen.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use appliance::Fault;
use appliance::disk::BootFacts;
use appliance::key::{self, DeviceKey, Purpose};
use appliance::recovery as picture;
use appliance::slots::autoboot::{self, Course};
use appliance::slots::store::{self, Partition};
use appliance::slots::{SlotState, backend};

use super::input::Inputs;
use super::{selector, tryboot};

/// Where the kernel of a Raspberry Pi shows the chip's 32 bytes for a secret.
const CHIP: &str = "/sys/bus/nvmem/devices/rpi-otp-private0/nvmem";

/// Size of the slot partition; `images/disk.table` lays it out.
const SLOT_PARTITION_BYTES: u64 = 1024 * 1024;

/// RAUC's words, and the initrd's.
pub fn slots(facts: &BootFacts, words: &[String]) -> Result<(), Fault> {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    if words == ["start"] {
        let slot = facts.slot.ok_or(Fault::SlotsUnbooted)?;
        let medium = Partition::open(&facts.partition("slots")?)?;
        let course = match tryboot(facts, medium)?.start(slot)? {
            Course::Go => "go",
            Course::Other => "other",
            Course::Recovery => "recovery",
        };
        println!("{course}");
        return Ok(());
    }
    let answer = backend::answer(&mut *selector(facts)?, facts.slot, &words)?;
    if !answer.is_empty() {
        println!("{answer}");
    }
    Ok(())
}

/// The slot partition of a freshly flashed card.
pub fn format_slots(image: &Path) -> Result<(), Fault> {
    File::create(image)
        .and_then(|file| file.set_len(SLOT_PARTITION_BYTES))
        .map_err(Fault::at(image))?;
    store::format(&mut Partition::open(image)?, &SlotState::flashed())
}

/// `autoboot.txt` of a freshly flashed card: the slot that its record begins with.
pub fn format_autoboot(file: &Path) -> Result<(), Fault> {
    std::fs::write(file, autoboot::write(SlotState::flashed().first)).map_err(Fault::at(file))
}

pub(super) fn device_key(facts: &BootFacts) -> Result<(DeviceKey, Partition), Fault> {
    let mut medium = Partition::open(&facts.partition("key")?)?;
    let key = key::find_or_make(&mut medium, key::chip(Path::new(CHIP))?, key::random)?;
    Ok((key, medium))
}

/// The key of the data partition, for `cryptsetup --key-file -`.
pub fn print_data_key(facts: &BootFacts) -> Result<(), Fault> {
    let (key, _) = device_key(facts)?;
    let path = Path::new("standard output");
    std::io::stdout()
        .write_all(&*key.derive(Purpose::Data))
        .map_err(Fault::at(path))
}

/// `new` or `ready`.
pub fn print_data_state(facts: &BootFacts) -> Result<(), Fault> {
    let (key, _) = device_key(facts)?;
    println!("{}", if key.data_is_ready() { "ready" } else { "new" });
    Ok(())
}

/// The data partition is made.
pub fn set_data_ready(facts: &BootFacts) -> Result<(), Fault> {
    let (mut key, mut medium) = device_key(facts)?;
    key.set_data_ready(&mut medium)
}

/// Shows what to do and waits for a finger or a key. Without a display it still waits: a
/// machine that restarts by itself again and again is never what helps.
pub fn recovery(facts: &BootFacts, code: &str) -> Result<(), Fault> {
    if let Err(fault) = picture::show(code) {
        eprintln!("appliance: {fault}");
    }
    Inputs::open().wait_for_press(None)?;
    selector(facts)?.retry()
}

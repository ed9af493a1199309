//! The program as scripts call it.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use appliance::slots::SlotState;
use appliance::slots::store::{self, Partition};

fn appliance() -> Command {
    Command::new(env!("CARGO_BIN_EXE_appliance"))
}

#[test]
fn a_flashed_card_has_the_slots_that_the_boot_loader_expects() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("slots.img");
    let done = appliance()
        .arg("format-slots")
        .arg(&image)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    let (_, state) = store::load(&mut Partition::open(&image).unwrap()).unwrap();
    assert_eq!(state, SlotState::flashed());
}

#[test]
fn an_order_on_a_disk_that_is_not_there_fails_with_a_code_and_prints_no_key() {
    let done = appliance()
        .args(["--disk", "nodisk", "key", "data"])
        .output()
        .unwrap();
    assert!(!done.status.success());
    assert!(done.stdout.is_empty(), "nothing that cryptsetup would take");
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.starts_with("appliance: MDG-APPLIANCE-IO"), "{said}");
}

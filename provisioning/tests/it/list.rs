//! Which cards the real program offers.

use std::fs;
use std::path::Path;

use provisioning::testing::{Fixture, IMAGE_BYTES};
use serde_json::Value;

use crate::faults::old_card;
use crate::program::{IMAGE, json, unit_file};
use crate::trees::put;

/// Trees of a machine with one free card of 4 GB, one of 32 GB, and a mounted one.
fn machine(at: &Path) {
    let mut mounts = "22 1 0:21 / /proc rw - proc proc rw\n".to_owned();
    for (name, minor, gb) in [("sda", 0, 4), ("sdb", 16, 32), ("sdc", 32, 32)] {
        let disk = format!("sys/block/{name}");
        put(
            at,
            &format!("{disk}/size"),
            &(gb * 1_000_000_000_u64 / 512).to_string(),
        );
        put(at, &format!("{disk}/dev"), &format!("8:{minor}"));
        put(at, &format!("{disk}/removable"), "1");
        put(at, &format!("{disk}/ro"), "0");
        put(at, &format!("{disk}/device/serial"), &format!("CARD{name}"));
    }
    mounts += "30 1 8:32 / /media/card rw - vfat /dev/sdc rw\n";
    put(at, "proc/self/mountinfo", &mounts);
    put(at, "proc/swaps", "Filename\n");
}

#[test]
fn the_list_offers_what_is_free_and_says_why_the_rest_is_not() {
    let folder = crate::folder();
    machine(&folder.path().join("machine"));
    let list = ["--machine-root", "machine", "list"];
    let names = |disks: &Value| -> Vec<String> {
        let disks = disks.as_array().unwrap().iter();
        disks
            .map(|disk| format!("{}:{}", disk["disk"], disk["refused"]).replace('"', ""))
            .collect()
    };
    let (code, disks, said) = json(folder.path(), &list);
    assert_eq!(code, Some(0), "{said:?}");
    assert_eq!(names(&disks), ["sda:null", "sdb:null"]);
    let (_, disks, _) = json(folder.path(), &[&list[..], &["--all"]].concat());
    assert_eq!(names(&disks), ["sda:null", "sdb:null", "sdc:mounted"]);
}

#[test]
fn a_card_that_an_image_does_not_fit_on_is_not_offered_and_costs_no_token() {
    let folder = crate::folder();
    let at = folder.path();
    let fixture = Fixture::make(at, false);
    unit_file(at, "UNIT-0001");
    let old = old_card(IMAGE_BYTES as u64);
    fs::write(at.join("card.img"), &old).unwrap();
    fs::write(at.join("make-token"), "echo asked > asked\n").unwrap();
    let flash = ["flash", "--config", "unit.toml", "--simulate", "card.img"];
    let token = ["--token-command", "sh make-token"];
    let (code, _, said) = json(at, &[&flash[..], &IMAGE, &token].concat());
    assert_eq!(code, Some(1));
    assert_eq!(said.last().unwrap()["code"], "MDG-PROVISION-CARD-SMALL");
    assert!(!at.join("asked").exists() && fs::read(at.join("card.img")).unwrap() == old);

    // The same by the list: an image of 9 MiB fits on all, one that needs more does not.
    machine(&at.join("machine"));
    let list = ["--machine-root", "machine", "list"];
    let (_, disks, said) = json(at, &[&list[..], &IMAGE].concat());
    assert_eq!(disks.as_array().map(Vec::len), Some(2), "{said:?}");
    let needs = provisioning::flash::needs(&fixture.image());
    let machine = provisioning::disk::Machine::at(&at.join("machine"));
    let disk = machine.disks().unwrap().remove(0);
    assert_eq!(disk.refusal_for(needs), None);
    let why = disk.refusal_for(disk.bytes + 1).unwrap();
    assert_eq!(why.as_str(), "small-for-image");
}

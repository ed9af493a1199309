//! Random machines, made as folders that look like `/sys`, `/proc` and `/dev`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use provisioning::disk::{MAX_CARD_BYTES, MIN_CARD_BYTES, Machine, choose};

use crate::dice::Dice;

const MACHINES: u64 = 1_000;

pub fn put(root: &Path, place: &str, text: &str) {
    let path = root.join(place);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A random machine, and the disks of it that may be written.
fn machine(root: &Path, dice: &mut Dice) -> Vec<String> {
    let mut mounts = vec!["22 1 0:21 / /proc rw - proc proc rw".to_owned()];
    let mut swaps = vec!["Filename Type Size Used Priority".to_owned()];
    let mut safe = Vec::new();
    fs::create_dir_all(root.join("sys/block")).unwrap();
    for index in 0..=dice.below(4) {
        let mmc = dice.one_in(3);
        let name = match mmc {
            true => format!("mmcblk{index}"),
            false => format!("sd{}", (b'a' + index as u8) as char),
        };
        let minor = index * 16;
        // The kernel's own folder lies below the reader's; /sys/block leads there.
        let usb = format!("sys/devices/pci0/usb1/1-{index}");
        let real = format!("{usb}/1-{index}:1.0/host0/block/{name}");
        let mut ok = true;
        let mut never = |bad: bool| ok &= !bad;

        let sizes = [
            0,
            MIN_CARD_BYTES - 512,
            MIN_CARD_BYTES,
            31_914_983_424,
            MAX_CARD_BYTES + 512,
        ];
        let bytes = match dice.below(12) {
            pick @ 0..5 => sizes[pick as usize],
            _ => 15_931_539_456,
        } / 512
            * 512;
        never(!(MIN_CARD_BYTES..=MAX_CARD_BYTES).contains(&bytes));
        put(root, &format!("{real}/size"), &format!("{}\n", bytes / 512));
        put(root, &format!("{real}/dev"), &format!("8:{minor}\n"));

        let removable = !dice.one_in(4);
        let sd = mmc && !dice.one_in(4);
        put(
            root,
            &format!("{real}/removable"),
            if removable { "1\n" } else { "0\n" },
        );
        if mmc {
            put(
                root,
                &format!("{real}/device/type"),
                if sd { "SD\n" } else { "MMC\n" },
            );
        }
        never(!removable && !sd);
        match dice.below(8) {
            0 => {
                put(root, &format!("{real}/ro"), "1\n");
                never(true);
            }
            // A machine that does not say whether it can be written.
            1 => never(true),
            _ => put(root, &format!("{real}/ro"), "0\n"),
        }
        let serial = format!("S{}{index}", 100_000 + dice.below(900_000));
        match dice.below(8) {
            0 => never(true),
            1 => {
                put(root, &format!("{real}/device/serial"), "00000000\n");
                never(true);
            }
            2..5 => {
                put(root, &format!("{usb}/idVendor"), "0bda\n");
                put(root, &format!("{usb}/serial"), &serial);
            }
            _ => put(root, &format!("{real}/device/serial"), &serial),
        }
        if !dice.one_in(4) {
            let id = root.join("dev/disk/by-id");
            fs::create_dir_all(&id).unwrap();
            symlink(
                format!("../../{name}"),
                id.join(format!("usb-Card_{serial}-0:0")),
            )
            .unwrap();
            fs::write(root.join("dev").join(&name), "").unwrap();
        }
        for part in 1..=dice.below(3) {
            let partition = if mmc {
                format!("{name}p{part}")
            } else {
                format!("{name}{part}")
            };
            let folder = format!("{real}/{partition}");
            put(root, &format!("{folder}/partition"), &part.to_string());
            put(
                root,
                &format!("{folder}/dev"),
                &format!("8:{}\n", minor + part),
            );
            fs::create_dir_all(root.join("dev")).unwrap();
            fs::write(root.join("dev").join(&partition), "").unwrap();
            let place =
                ["/", "/home", "/boot/firmware", "/media/card\\040one"][dice.below(4) as usize];
            match dice.below(14) {
                0 => mounts.push(format!(
                    "30 1 8:{} / {place} rw shared:1 - ext4 /dev/{partition} rw",
                    minor + part
                )),
                // btrfs: a number of its own, only the source says where it lies.
                1 => mounts.push(format!(
                    "31 1 0:44 / {place} rw - btrfs /dev/{partition} rw"
                )),
                2 => swaps.push(format!("/dev/{partition} partition 1000 0 -2")),
                3 => {
                    // Named by a link, as fstab does.
                    let links = root.join("dev/disk/by-uuid");
                    fs::create_dir_all(&links).unwrap();
                    let uuid = format!("u-{index}-{part}");
                    symlink(format!("../../{partition}"), links.join(&uuid)).unwrap();
                    swaps.push(format!("/dev/disk/by-uuid/{uuid} partition 1000 0 -2"));
                }
                4 => put(
                    root,
                    &format!("{folder}/holders/dm-{index}/dm/uuid"),
                    "CRYPT-LUKS2-x",
                ),
                5 => put(root, &format!("{folder}/holders/md127/size"), "1"),
                _ => continue,
            }
            never(true);
        }
        match dice.below(12) {
            0 => {
                mounts.push(format!("32 1 8:{minor} / /mnt rw - vfat /dev/{name} rw"));
                never(true);
            }
            1 => {
                put(root, &format!("{real}/holders/dm-9/dm/uuid"), "LVM-x");
                never(true);
            }
            _ => {}
        }
        let link = root.join("sys/block").join(&name);
        symlink(root.join(&real), link).unwrap();
        if ok {
            safe.push(name);
        }
    }
    // Things that look like disks and are none.
    for (name, major) in [
        ("loop0", 7),
        ("dm-0", 253),
        ("zram0", 252),
        ("sr0", 11),
        ("md127", 9),
    ] {
        let folder = format!("sys/block/{name}");
        put(root, &format!("{folder}/size"), "62333952\n");
        put(root, &format!("{folder}/dev"), &format!("{major}:0\n"));
        put(root, &format!("{folder}/removable"), "1\n");
        put(root, &format!("{folder}/ro"), "0\n");
        put(root, &format!("{folder}/device/serial"), "LOOKSLIKEACARD\n");
    }
    put(root, "proc/self/mountinfo", &(mounts.join("\n") + "\n"));
    put(root, "proc/swaps", &(swaps.join("\n") + "\n"));
    safe.sort();
    safe
}

#[test]
fn of_a_thousand_machines_no_unsafe_disk_is_ever_offered_and_no_safe_one_is_hidden() {
    let (mut offered, mut refused) = (0_u64, 0_u64);
    for seed in 0..MACHINES {
        let folder = crate::folder();
        let safe = machine(folder.path(), &mut Dice::new(seed));
        let disks = Machine::at(folder.path()).disks().unwrap();
        let mut picked = Vec::new();
        for disk in &disks {
            match choose(&disks, &disk.name) {
                Ok(disk) => picked.push(disk.name),
                Err(problem) => assert_eq!(problem.code(), "MDG-PROVISION-DISK-REFUSED"),
            }
        }
        picked.sort();
        assert_eq!(picked, safe, "machine {seed}");
        offered += picked.len() as u64;
        refused += (disks.len() - picked.len()) as u64;
    }
    println!("{MACHINES} machines: {offered} disks offered, {refused} refused, 0 unsafe");
    assert!(
        offered > MACHINES / 4 && refused > MACHINES / 4,
        "the machines are all alike"
    );
}

#[test]
fn a_machine_whose_mounts_cannot_be_read_offers_nothing() {
    for missing in ["proc/self/mountinfo", "proc/swaps"] {
        let folder = crate::folder();
        machine(folder.path(), &mut Dice::new(7));
        fs::remove_file(folder.path().join(missing)).unwrap();
        assert!(Machine::at(folder.path()).disks().is_err(), "{missing}");
    }
}

#[test]
fn a_name_that_means_two_disks_means_none() {
    let folder = crate::folder();
    let root = folder.path();
    for (name, minor) in [("sda", 0), ("sdb", 16)] {
        let disk = format!("sys/block/{name}");
        for (file, text) in [("size", "31116288"), ("removable", "1"), ("ro", "0")] {
            put(root, &format!("{disk}/{file}"), text);
        }
        put(root, &format!("{disk}/dev"), &format!("8:{minor}"));
        put(root, &format!("{disk}/device/serial"), "TWIN0001");
    }
    put(root, "proc/self/mountinfo", "");
    put(root, "proc/swaps", "Filename\n");
    let disks = Machine::at(root).disks().unwrap();
    let problem = choose(&disks, "TWIN0001").unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-DISK-AMBIGUOUS");
    let disk = choose(&disks, "sdb").unwrap();
    assert!(disk.confirm("0001").is_ok());
    for wrong in ["", "0002", "TWIN0001", "001"] {
        assert_eq!(
            disk.confirm(wrong).unwrap_err().code(),
            "MDG-PROVISION-DISK-NOT-CONFIRMED"
        );
    }
    let problem = choose(&disks, "sdz").unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-DISK-UNKNOWN");
}

//! What the initrd of the disk image promises, from power-on to the handover to systemd.
//!
//! In software, on this machine's own processor: it needs Debian's packages
//! (`tests/bin/install-packages test`), but neither the image nor the right to mount anything.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use system_tests::boot::Parts;
use system_tests::boot::disk::{Disk, start_of};
use system_tests::boot::emulator::{Emulator, LIMIT};
use system_tests::boot::found::{Found, MARK, promises};
use system_tests::boot::key::{self, KeyPartition};
use system_tests::process::wait_until;

/// In front of the ciphertext: two headers and room for keys (LUKS2 as cryptsetup lays it out).
const LUKS_BYTES: usize = 16 * 1024 * 1024;

/// What a LUKS partition begins with.
const LUKS_MAGIC: &[u8] = b"LUKS\xba\xbe";

/// Bytes of a failing disk: the superblock of the data's file system and what follows it.
const DAMAGED_BYTES: usize = 64 * 1024;

/// Words of a comment in the stand-in: whether they are right changes nothing that it does.
const COMMENT: &[u8] = b"It judges nothing";

/// The kernel when a block of the root is not what was sealed.
const NOT_WHAT_WAS_SEALED: &str = "dm-verity device corrupted";

/// The screen program, in the initrd of a machine without a screen. It waits all the same.
const NO_SCREEN: &str = "appliance: MDG-APPLIANCE-IO: /sys/class/graphics/fb0";

/// Made once for all tests.
fn parts() -> &'static Parts {
    static PARTS: OnceLock<Result<Parts, String>> = OnceLock::new();
    PARTS
        .get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("boot");
            Parts::make(&folder).map_err(|why| why.to_string())
        })
        .as_ref()
        .unwrap_or_else(|why| panic!("{why}"))
}

/// A disk of one test; it stays for a look when the test fails.
struct Card(Disk);

impl Card {
    fn flashed(name: &str) -> Self {
        Self::copy(&parts().flashed(), name)
    }

    /// One that was started once, and wrote `first` into everything that is kept.
    fn used(name: &str) -> Self {
        Self::copy(&first_start().disk, name)
    }

    fn copy(of: &Path, name: &str) -> Self {
        let to = parts().folder().join(format!("{name}.img"));
        Self(Disk::copy(of, &to).unwrap())
    }

    fn switch_on(&self, words: &str) -> Emulator {
        Emulator::start(parts(), self.0.path(), words).unwrap()
    }

    /// A whole start that ends by itself.
    fn start(&self, word: &str) -> Found {
        let console = self
            .switch_on(&format!("mdg.slot=A standin.word={word}"))
            .wait_for_end()
            .unwrap();
        Found::read(&console).unwrap()
    }

    fn data_is_made(&self) -> bool {
        KeyPartition::of(&self.0).unwrap().data_is_made().unwrap()
    }

    /// Everything that opens the data partition.
    fn luks(&self) -> Vec<u8> {
        self.0.read(start_of("data").unwrap(), LUKS_BYTES).unwrap()
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_file(self.0.path());
        }
    }
}

/// The first start of a fresh disk: what it found, and the disk afterwards.
struct FirstStart {
    found: Found,
    disk: PathBuf,
}

impl FirstStart {
    fn make() -> io::Result<Self> {
        let disk = parts().folder().join("used.img");
        let card = Disk::copy(&parts().flashed(), &disk)?;
        let words = "mdg.slot=A standin.word=first";
        let console = Emulator::start(parts(), card.path(), words)?.wait_for_end()?;
        let found = Found::read(&console)?;
        Ok(Self { found, disk })
    }
}

fn first_start() -> &'static FirstStart {
    static FIRST: OnceLock<Result<FirstStart, String>> = OnceLock::new();
    FIRST
        .get_or_init(|| FirstStart::make().map_err(|why| why.to_string()))
        .as_ref()
        .unwrap_or_else(|why| panic!("{why}"))
}

/// Everything of `state.list` has its owner and its mode, and these words in it.
fn assert_kept(found: &Found, words: &[&str]) {
    let promised = promises();
    assert!(!promised.is_empty());
    for promise in &promised {
        let kept = found
            .kept
            .iter()
            .find(|kept| kept.promise.path == promise.path)
            .unwrap();
        assert_eq!(&kept.promise, promise);
        assert_eq!(kept.words, words, "{}", promise.path);
    }
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn the_root_is_the_verified_one_and_nobody_writes_to_it() {
    let found = &first_start().found;
    let root = found.mount("/").unwrap();
    assert_eq!(root.source, "/dev/mapper/mdg-root");
    assert_eq!(root.kind, "erofs");
    assert!(root.options.iter().any(|option| option == "ro"));
    assert!(found.root_refuses);
    let mapped = found.mapped("mdg-root").unwrap();
    assert!(mapped.identity.starts_with("CRYPT-VERITY-"), "{mapped:?}");
    assert!(mapped.read_only);
    assert_eq!(mapped.device, "vda5", "the root of slot A");
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn a_fresh_disk_gets_encrypted_data_from_which_nothing_can_be_run() {
    let found = &first_start().found;
    let data = found.mount("/data").unwrap();
    assert_eq!(data.source, "/dev/mapper/mdg-data");
    assert_eq!(data.kind, "ext4");
    for option in ["rw", "nosuid", "nodev", "noexec"] {
        assert!(data.options.iter().any(|set| set == option), "{option}");
    }
    assert!(
        data.shared_options.iter().any(|set| set == "resuid=800"),
        "the last hundredth is the desk's"
    );
    let mapped = found.mapped("mdg-data").unwrap();
    assert!(mapped.identity.starts_with("CRYPT-LUKS2-"), "{mapped:?}");
    assert_eq!(mapped.device, "vda10");
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn everything_in_the_state_list_lies_on_the_data_and_belongs_to_its_owner() {
    let found = &first_start().found;
    assert_kept(found, &[]);
    for promise in promises() {
        let mount = found.mount(&promise.path).unwrap();
        assert_eq!(mount.source, "/dev/mapper/mdg-data", "{}", promise.path);
        assert_eq!(mount.root, format!("/state{}", promise.path));
    }
    assert_eq!(found.mount("/var").unwrap().kind, "tmpfs");
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn what_was_written_is_there_at_the_next_start_also_when_the_power_was_cut() {
    let card = Card::used("cut");
    let mut second = card.switch_on("mdg.slot=A standin.word=second standin.then=wait");
    second.wait_for(&format!("{MARK}end")).unwrap();
    let found = Found::read(&second.console()).unwrap();
    assert_kept(&found, &["first"]);
    second.cut();

    let third = card.start("third");
    assert_kept(&third, &["first", "second"]);
    assert!(third.memory.is_empty(), "what is not in the list is gone");
    assert_eq!(
        third.mapped("mdg-data").unwrap().identity,
        first_start().found.mapped("mdg-data").unwrap().identity,
        "the data partition was made once"
    );
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn a_first_start_that_is_cut_while_the_data_is_made_is_made_good_by_the_next() {
    let card = Card::flashed("young");
    let machine = card.switch_on("mdg.slot=A standin.word=never");
    let data = start_of("data").unwrap();
    wait_until("the data partition is begun", LIMIT, || {
        card.0
            .read(data, LUKS_MAGIC.len())
            .is_ok_and(|bytes| bytes == LUKS_MAGIC)
    })
    .unwrap();
    machine.cut();
    assert!(!card.data_is_made(), "the cut was in time");

    assert_kept(&card.start("first"), &[]);
    assert!(card.data_is_made());
    assert_kept(&card.start("second"), &["first"]);
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn data_that_is_there_is_not_made_again_when_only_its_mark_is_lost() {
    let card = Card::used("unmarked");
    let mut key = KeyPartition::of(&card.0).unwrap();
    key.forget_that_data_is_made();
    key.put(&card.0).unwrap();

    assert_kept(&card.start("second"), &["first"]);
    assert!(card.data_is_made());
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn used_data_that_is_damaged_is_not_made_again_when_its_mark_is_lost_too() {
    let card = Card::used("unmarked-damaged");
    let mut key = KeyPartition::of(&card.0).unwrap();
    key.forget_that_data_is_made();
    key.put(&card.0).unwrap();
    // Behind the superblock.
    let at = start_of("data").unwrap() + u64::try_from(LUKS_BYTES).unwrap() + 4096;
    card.0.damage(at, DAMAGED_BYTES).unwrap();
    let before = card.luks();
    recovers(&card, "mdg.slot=A standin.word=never", "MDG-DATA-DAMAGED");
    assert_eq!(card.luks(), before);
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn a_root_with_one_changed_byte_does_not_start() {
    let card = Card::used("changed");
    let root = fs::read(parts().root()).unwrap();
    let place = root
        .windows(COMMENT.len())
        .position(|part| part == COMMENT)
        .unwrap();
    let at = start_of("root-a").unwrap() + u64::try_from(place).unwrap();
    card.0.damage(at, 1).unwrap();

    stops(&card, "mdg.slot=A standin.word=never", NOT_WHAT_WAS_SEALED);
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn data_of_another_unit_stays_closed_and_as_it_is() {
    let card = Card::used("foreign");
    let before = card.luks();
    let own = KeyPartition::of(&card.0).unwrap();
    KeyPartition::of_another_unit()
        .unwrap()
        .put(&card.0)
        .unwrap();
    recovers(&card, "mdg.slot=A standin.word=never", "MDG-DATA-CLOSED");
    assert!(card.luks() == before, "the data partition was left alone");

    // Back in its unit.
    own.put(&card.0).unwrap();
    assert_kept(&card.start("second"), &["first"]);
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn a_damaged_key_closes_the_data_and_leaves_it_as_it_is() {
    let card = Card::used("keyless");
    let before = card.luks();
    let at = start_of("key").unwrap();
    card.0.damage(at, key::PARTITION_BYTES).unwrap();
    recovers(&card, "mdg.slot=A standin.word=never", "MDG-DATA-CLOSED");
    assert!(card.luks() == before, "the data partition was left alone");
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn a_damaged_file_system_is_said() {
    let card = Card::used("damaged");
    let at = start_of("data").unwrap() + u64::try_from(LUKS_BYTES).unwrap();
    card.0.damage(at, DAMAGED_BYTES).unwrap();
    recovers(&card, "mdg.slot=A standin.word=never", "MDG-DATA-DAMAGED");
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn a_desk_whose_vault_could_not_be_kept_does_not_start() {
    let card = Card::used("blocked");
    card.switch_on("mdg.slot=A standin.word=second standin.block=/var/lib/madoguchi")
        .wait_for_end()
        .unwrap();
    recovers(&card, "mdg.slot=A standin.word=never", "MDG-DATA-DAMAGED");
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn the_boot_loaders_word_brings_up_its_code() {
    let card = Card::flashed("spent");
    recovers(
        &card,
        "mdg.slot=none mdg.recovery=MDG-SLOTS-BAD",
        "MDG-SLOTS-BAD",
    );
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn without_a_slot_nothing_starts_and_nothing_restarts_without_end() {
    let card = Card::used("slotless");
    recovers(&card, "standin.word=never", "MDG-SLOTS-UNBOOTED");
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn a_card_that_cannot_be_read_is_said_and_not_restarted_for_without_end() {
    let card = Card::flashed("unreadable");
    let beginning = usize::try_from(start_of("firmware").unwrap()).unwrap();
    card.0.damage(0, beginning).unwrap();
    recovers(&card, "mdg.slot=A standin.word=never", "MDG-DISK-MISSING");
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "starts a kernel for x86-64")]
fn a_slot_with_nothing_in_it_does_not_start_the_other_ones_root() {
    let card = Card::used("empty-slot");
    stops(
        &card,
        "mdg.slot=B standin.word=never",
        "madoguchi-initrd: root B is not what was signed",
    );
}

/// The machine says why and restarts; nothing is handed over to.
fn stops(card: &Card, words: &str, why: &str) {
    let console = card.switch_on(words).wait_for_end().unwrap();
    assert_says(&console, why);
    assert_not_handed_over(&console);
}

/// The recovery screen comes up with a code, and nothing is handed over to.
fn recovers(card: &Card, words: &str, code: &str) {
    let mut machine = card.switch_on(words);
    machine.wait_for(NO_SCREEN).unwrap();
    let console = machine.console();
    assert_says(&console, &format!("madoguchi-initrd: recovery: {code}"));
    assert_not_handed_over(&console);
    machine.cut();
}

fn assert_says(console: &[String], text: &str) {
    assert!(
        console.iter().any(|line| line.contains(text)),
        "{text}:\n{}",
        console.join("\n")
    );
}

fn assert_not_handed_over(console: &[String]) {
    assert!(
        !console.iter().any(|line| line.contains(MARK)),
        "{}",
        console.join("\n")
    );
}

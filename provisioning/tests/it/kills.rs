//! The real program, killed at random instants: none of its cards starts half-written.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use provisioning::flash::is_marked;
use provisioning::testing::{Fixture, IMAGE_BYTES};

use crate::dice::Dice;
use crate::faults::{old_card, starts};
use crate::program::{PROGRAM, unit_file};

const KILLS: u64 = 200;
const MAX_TRIES: u64 = 10 * KILLS;
const CARD: u64 = 16 * 1024 * 1024;

fn program(folder: &Path, fixture: &Fixture, resume: bool, faults: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .arg("--state")
        .arg(folder.join("state"))
        .args(["--json", "flash", "--image"])
        .arg(&fixture.manifest)
        .arg("--keys")
        .arg(&fixture.keys_file)
        .arg("--config")
        .arg(folder.join("unit.toml"))
        .arg("--simulate")
        .arg(format!("{}{faults}", folder.join("card.img").display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if resume {
        command.arg("--resume");
    }
    command
}

#[test]
fn ctrl_c_ends_in_order_with_a_marked_card() {
    let folder = crate::folder();
    let at = folder.path();
    let fixture = Fixture::make(at, false);
    unit_file(at, "UNIT-0001");
    let card = at.join("card.img");
    fs::write(&card, old_card(CARD)).unwrap();
    // The card is held in the middle of its second piece until the signal was sent.
    let mut child = program(at, &fixture, false, ",fault=hold@5500K")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap()).lines();
    // The card is being written from here on.
    progress
        .find(|line| line.as_ref().unwrap().contains("\"write\""))
        .unwrap()
        .unwrap();
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    fs::write(at.join("card.img.go"), "").unwrap();
    let said: Vec<String> = progress.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said:?}");
    let held = fs::read(&card).unwrap();
    assert!(is_marked(&held) && !starts(&held));
    assert!(
        said.last().unwrap().contains("MDG-PROVISION-INTERRUPTED"),
        "{said:?}"
    );
}

#[test]
fn two_hundred_kills_leave_no_card_that_starts_half_written() {
    let folder = crate::folder();
    let at = folder.path();
    let fixture = Fixture::make(at, false);
    let unit = unit_file(at, "UNIT-0001");
    let expected = fixture.expected(&unit);
    let card = at.join("card.img");
    let old = old_card(CARD);
    fs::write(&card, &old).unwrap();
    let whole_run = (0..3).map(|_| {
        let began = Instant::now();
        let whole = program(at, &fixture, false, "").status().unwrap();
        assert!(whole.success());
        began.elapsed()
    });
    let whole_run = whole_run.min().unwrap();
    let (mut untouched, mut marked, mut finished, mut resumed) = (0, 0, 0, 0);
    let mut dice = Dice::new(11);
    // Only a run that is killed with its mark on the card counts.
    for kill in 0..MAX_TRIES {
        if marked == KILLS {
            break;
        }
        fs::write(&card, &old).unwrap();
        let mut child = program(at, &fixture, false, "").spawn().unwrap();
        let instant = whole_run.as_micros() as u64 * dice.below(1_100) / 1_000;
        // The instant of a power cut is what is tried here; there is nothing to wait for.
        std::thread::sleep(Duration::from_micros(instant));
        child.kill().unwrap();
        child.wait().unwrap();
        let held = fs::read(&card).unwrap();
        if held == old {
            untouched += 1;
        } else if starts(&held) {
            assert!(
                held[..IMAGE_BYTES] == expected,
                "kill {kill} left half a card that starts"
            );
            finished += 1;
        } else {
            marked += 1;
            if marked % 10 == 0 {
                // The journal is on the disk before the card is touched.
                let ended = program(at, &fixture, true, "").status().unwrap();
                assert!(ended.success(), "kill {kill} cannot be gone on with");
                assert!(fs::read(&card).unwrap()[..IMAGE_BYTES] == expected);
                resumed += 1;
            }
        }
    }
    println!(
        "{untouched} kills before the first write, {marked} with the mark on the card, {finished} \
         too late, {resumed} gone on with"
    );
    assert_eq!(marked, KILLS, "the kills came too early or too late");
    let log = provisioning::station::Station::open(&at.join("state"))
        .unwrap()
        .log();
    let event = provisioning::station::Event::Printed {
        serial: unit.serial,
        kind: "label".to_owned(),
    };
    log.append(provisioning::station::now(), event).unwrap();
    log.verify().unwrap();
}

//! The portable profile on real parts: 480×800, a battery, 30 seconds of patience. The same
//! programs as at the counter; only the configuration differs.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use system_tests::day::{self, MISAKI};
use system_tests::player::Player;
use system_tests::process::wait_until;
use system_tests::technician::kiosk;
use system_tests::world::{SERIAL, Screen, World};

/// Enough for every kind of person.
const PEOPLE: u32 = 60;

/// The unit's own limits are 30 seconds each; a busy machine is slower.
const LIMIT: Duration = Duration::from_secs(90);

/// Gives the simulated board an order.
fn board(socket: &Path, order: &str) {
    let mut line = UnixStream::connect(socket).unwrap();
    writeln!(line, "{order}").unwrap();
    let mut answer = String::new();
    BufReader::new(line).read_line(&mut answer).unwrap();
    assert!(answer.starts_with("ok"), "{order}: {answer}");
}

fn unlock(player: &mut Player) {
    player.wait("A-1").unwrap();
    player.press("はじめる").unwrap();
    player.wait("A-2").unwrap();
    player.press(MISAKI.name).unwrap();
    player.wait("A-3").unwrap();
    player.digits(MISAKI.passcode).unwrap();
    player.press("入る").unwrap();
}

#[test]
fn a_portable_unit_warns_locks_and_switches_itself_off_with_everything_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::build(folder.path(), PEOPLE).unwrap();
    world.start_cards().unwrap();
    let desk = day::set_up(&world, Screen::Portable).unwrap();

    let socket = folder.path().join("board.sock");
    let mut config = fs::read_to_string(&desk.config).unwrap();
    config.push_str(&format!("\n[board]\ncontrol = {socket:?}\n"));
    fs::write(&desk.config, config).unwrap();

    let mut player = Player::start(&desk.kiosk, &desk.config).unwrap();
    unlock(&mut player);
    player.wait("A-6").unwrap();
    player.press("誓約する").unwrap();
    player.wait("B-1").unwrap();

    // 20 %: said in the strip. Nobody touches the unit for 30 seconds: it locks.
    board(&socket, "mains off");
    board(&socket, "battery 19");
    player.see("電池が少ない 19%").unwrap();
    player.wait("A-1").unwrap();

    // 5 %: said on the whole screen, then it saves and ends.
    board(&socket, "battery 4");
    player.wait("K-1").unwrap();
    player
        .kiosk()
        .wait_for(LIMIT, |line| line == "off")
        .unwrap();
    drop(player);

    // Charged again: nothing is lost, and what happened is told once.
    let mut player = Player::start(&desk.kiosk, &desk.config).unwrap();
    board(&socket, "fail case");
    unlock(&mut player);
    player.wait("B-1").unwrap();
    let alarms = || world.ask(&["devices", "alarms"]).unwrap().to_string();
    wait_until("the report of the empty battery", LIMIT, || {
        alarms().contains("battery-empty")
    })
    .unwrap();
    let delivered = world.delivered().unwrap();
    assert_eq!(delivered.get("device_report"), Some(&1), "{delivered:?}");
    assert_eq!(delivered.get("self_tested"), Some(&1), "{delivered:?}");

    // The self-test at its first start, as the operator reads it.
    let test = world.ask(&["devices", "selftest", SERIAL]).unwrap();
    let found = |part: &str| {
        let parts = test["parts"].as_array().into_iter().flatten();
        let mut of_part = parts.filter(|row| row["part"] == part);
        of_part.next().map(|row| row["found"].clone()).unwrap()
    };
    for part in ["touch", "screen", "lamp", "sound", "battery", "network"] {
        assert_eq!(found(part), "works", "{test}");
    }
    assert_eq!(found("reader"), "reader_empty", "{test}");
    assert_eq!(found("enrolment"), "pending", "{test}");
    let told = world.operate(&["devices", "selftest", SERIAL]).unwrap();
    let mut lines = told.lines();
    assert!(
        lines.any(|line| line.split_whitespace().eq(["enrolment", "none", "pending"])),
        "not enrolled yet is no fault: {told}"
    );

    // What the running unit says of its board is what the doctor tells: it reaches no pin.
    let mut last = None;
    wait_until("the doctor's word about the switch", LIMIT, || {
        let told = kiosk(&desk.config, &["doctor", "--json"], "", None).unwrap();
        last = told.part("board-case").ok();
        last.as_ref().is_some_and(|part| part["verdict"] == "watch")
    })
    .unwrap_or_else(|why| panic!("{why}: {last:?}"));
    let last = last.unwrap();
    assert_eq!(last["code"], "MDG-BOARD-FAILED", "{last}");
    assert!(!last["do"].as_str().unwrap().is_empty(), "{last}");
    player.wait("A-1").unwrap();
}

//! The card side on a real PC/SC daemon with a virtual reader.
//!
//! Needs root (the daemon's socket stands in /run/pcscd) and the Debian packages `pcscd` and
//! `vsmartcard-vpcd`; without them these tests fail and say so. Only one daemon can run on a
//! machine, so the tests take turns, also with other programs that take the same lock.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use common::*;
use hal::card::{
    CardDesk, CardJob, CardOutcome, CardProblem, NotGenuine, PcscDesk, PcscOptions, ReaderEvent,
    Step,
};
use hal::sim::control;
use hal::sim::vpcd::Inserted;
use hal::sim::{Faults, Make, Tear};

/// Shared with every other program on the machine that starts a daemon with virtual readers.
const LOCK: &str = "/tmp/vpcd.lock";

/// How long the daemon may take for anything.
const PATIENCE: Duration = Duration::from_secs(10);

const DAEMON: &str = "/usr/sbin/pcscd";
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// The driver makes two readers, so neither is ever the only one: it is named.
const READER: Option<&str> = Some("Desk reader 00 00");

/// One daemon with two readers of its own; stopped when dropped.
struct Daemon {
    child: Option<Child>,
    config: PathBuf,
    ports: [u16; 2],
    _machine: File,
    _turn: MutexGuard<'static, ()>,
}

impl Daemon {
    fn start_alone() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(Path::new(DAEMON).exists(), "install the package pcscd");
        assert!(
            Path::new(DRIVER).exists(),
            "install the package vsmartcard-vpcd"
        );
        // Another user may have made it: it can be held without writing to it.
        let machine = File::create_new(LOCK)
            .or_else(|_| File::open(LOCK))
            .unwrap();
        machine.lock().unwrap();
        assert!(
            pcsc::Context::establish(pcsc::Scope::User).is_err(),
            "a pcscd is already running on this machine: stop it for these tests \
             (systemctl stop pcscd.socket pcscd)"
        );
        let config = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readers");
        fs::create_dir_all(&config).unwrap();
        let port = free_ports();
        let reader = format!(
            "FRIENDLYNAME \"Desk reader\"\nDEVICENAME /dev/null:0x{port:X}\n\
             LIBPATH {DRIVER}\nCHANNELID 0x{port:X}\n"
        );
        fs::write(config.join("reader.conf"), reader).unwrap();
        let mut daemon = Self {
            child: None,
            config,
            ports: [port, port + 1],
            _machine: machine,
            _turn: turn,
        };
        daemon.start();
        daemon
    }

    fn start(&mut self) {
        let child = Command::new(DAEMON)
            .arg("--foreground")
            .arg("--config")
            .arg(&self.config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("these tests start pcscd and need root for it");
        self.child = Some(child);
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
            // A killed daemon leaves its socket and its number behind.
            for file in ["/run/pcscd/pcscd.comm", "/run/pcscd/pcscd.pid"] {
                let _ = fs::remove_file(file);
            }
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The first of two free ports side by side, one for each reader.
fn free_ports() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind((Ipv4Addr::UNSPECIFIED, port + 1)).is_ok() {
            return port;
        }
    }
    unreachable!("no two free ports side by side")
}

fn desk_for(reader: Option<&str>) -> PcscDesk {
    let options = PcscOptions {
        reader: reader.map(str::to_owned),
    };
    PcscDesk::new(options, ca().trust_store().unwrap())
}

/// Fetches events until `wanted` comes, and gives back those on the way.
fn wait_for(desk: &mut PcscDesk, wanted: impl Fn(&ReaderEvent) -> bool) -> Vec<ReaderEvent> {
    let until = Instant::now() + PATIENCE;
    let mut seen = Vec::new();
    while Instant::now() < until {
        if let Some(event) = desk.next_event(Duration::from_millis(100)) {
            let done = wanted(&event);
            seen.push(event);
            if done {
                return seen;
            }
        }
    }
    unreachable!("it did not come: {seen:?}")
}

fn ready(event: &ReaderEvent) -> bool {
    matches!(event, ReaderEvent::Ready { .. })
}

fn arrived(event: &ReaderEvent) -> bool {
    *event == ReaderEvent::CardArrived
}

fn left(event: &ReaderEvent) -> bool {
    *event == ReaderEvent::CardLeft
}

#[test]
fn a_card_is_seen_verified_and_seen_leaving() {
    let daemon = Daemon::start_alone();
    let mut desk = desk_for(READER);
    let events = wait_for(&mut desk, ready);
    assert_eq!(
        events.last(),
        Some(&ReaderEvent::Ready {
            reader: "Desk reader 00 00".to_owned()
        })
    );
    let person = hanako();
    let on = Inserted::new(card(&person), daemon.ports[0]).unwrap();
    wait_for(&mut desk, arrived);
    let report = face(run(&mut desk, face_job(&person)));
    assert_eq!(report.attributes.name, person.name);
    assert!(report.photo.is_some());
    assert!(report.apdus <= 25, "{} commands", report.apdus);
    on.with_card(|card| {
        assert!(card.touched_forbidden().is_empty());
        assert!(!card.is_open(), "power was taken from the card");
    });
    pin(run(&mut desk, pin_job(&person)));
    // No event was lost and none was invented by the sessions.
    assert_eq!(desk.next_event(Duration::from_millis(700)), None);
    on.remove();
    assert_eq!(wait_for(&mut desk, left), [ReaderEvent::CardLeft]);
    assert_eq!(failed(run(&mut desk, CardJob::Peek)), CardProblem::NoCard);
}

#[test]
fn twenty_of_twenty_sessions_end_verified_on_a_link_that_tears() {
    let daemon = Daemon::start_alone();
    let mut desk = desk_for(READER);
    wait_for(&mut desk, ready);
    let person = hanako();
    let (mut verified, mut asked_again) = (0, 0);
    for seed in 0..20 {
        let torn = with(Make::Genuine, Faults::torn(0.05, seed));
        let on = Inserted::new(card(&torn), daemon.ports[0]).unwrap();
        wait_for(&mut desk, arrived);
        match run(&mut desk, face_job(&person)) {
            CardOutcome::Face(_) => verified += 1,
            // "Hold the card still": the next tap has to succeed.
            CardOutcome::Failed(CardProblem::Torn { .. }) => {
                asked_again += 1;
                on.with_card(|card| card.set_faults(Faults::default()));
                let until = Instant::now() + PATIENCE;
                loop {
                    match run(&mut desk, face_job(&person)) {
                        CardOutcome::Face(_) => break,
                        other if Instant::now() > until => unreachable!("{seed}: {other:?}"),
                        _ => {}
                    }
                }
            }
            other => unreachable!("seed {seed}: {other:?}"),
        }
        on.with_card(|card| assert_eq!(card.tries(), [10, 10, 3]));
        on.remove();
        wait_for(&mut desk, left);
    }
    assert_eq!(verified + asked_again, 20);
    assert!(verified >= 15, "{verified} at the first tap");
}

#[test]
fn a_card_taken_in_the_middle_of_a_command_is_torn_and_good_at_the_next_tap() {
    let daemon = Daemon::start_alone();
    let mut desk = desk_for(READER);
    wait_for(&mut desk, ready);
    for at in [1, 4, 6, 9] {
        let taken = with(
            Make::Genuine,
            Faults {
                tear: Some(Tear {
                    at,
                    done: true,
                    back: false,
                }),
                ..Faults::default()
            },
        );
        let on = Inserted::new(card(&taken), daemon.ports[0]).unwrap();
        wait_for(&mut desk, arrived);
        let problem = failed(run(&mut desk, face_job(&taken)));
        assert_eq!(problem, CardProblem::Torn { tries: None }, "at {at}");
        on.remove();
        wait_for(&mut desk, left);
        let on = Inserted::new(card(&hanako()), daemon.ports[0]).unwrap();
        wait_for(&mut desk, arrived);
        face(run(&mut desk, face_job(&hanako())));
        on.remove();
        wait_for(&mut desk, left);
    }
}

#[test]
fn a_restart_of_the_service_is_survived() {
    let mut daemon = Daemon::start_alone();
    let mut desk = desk_for(READER);
    wait_for(&mut desk, ready);
    let on = Inserted::new(card(&hanako()), daemon.ports[0]).unwrap();
    wait_for(&mut desk, arrived);
    face(run(&mut desk, face_job(&hanako())));
    daemon.stop();
    let events = wait_for(&mut desk, |event| *event == ReaderEvent::ServiceDown);
    assert!(events.contains(&ReaderEvent::CardLeft), "{events:?}");
    let problem = failed(run(&mut desk, CardJob::Peek));
    assert_eq!(problem, CardProblem::ServiceDown);
    on.remove();
    daemon.start();
    wait_for(&mut desk, ready);
    let _on = Inserted::new(card(&hanako()), daemon.ports[0]).unwrap();
    wait_for(&mut desk, arrived);
    face(run(&mut desk, face_job(&hanako())));
}

#[test]
fn a_service_that_dies_during_a_session_is_named() {
    let mut daemon = Daemon::start_alone();
    let mut desk = desk_for(READER);
    wait_for(&mut desk, ready);
    let _on = Inserted::new(card(&hanako()), daemon.ports[0]).unwrap();
    wait_for(&mut desk, arrived);
    let mut stop = |step| {
        if step == Step::Presenting {
            daemon.stop();
        }
    };
    let never = AtomicBool::new(false);
    let outcome = desk.run(face_job(&hanako()), &mut entropy(), &mut stop, &never);
    assert_eq!(failed(outcome), CardProblem::ServiceDown);
}

#[test]
fn among_several_readers_the_configured_one_is_taken() {
    let daemon = Daemon::start_alone();
    let mut any = desk_for(None);
    wait_for(&mut any, |event| *event == ReaderEvent::WrongReader);
    assert_eq!(failed(run(&mut any, CardJob::Peek)), CardProblem::NoReader);
    let mut other = desk_for(Some("ACS ACR1251"));
    wait_for(&mut other, |event| *event == ReaderEvent::WrongReader);
    let mut second = desk_for(Some("Desk reader 00 01"));
    assert_eq!(second.reader_names().unwrap().len(), 2);
    wait_for(&mut second, ready);
    let person = person("ichiro");
    let _first = Inserted::new(card(&hanako()), daemon.ports[0]).unwrap();
    let _second = Inserted::new(card(&person), daemon.ports[1]).unwrap();
    wait_for(&mut second, arrived);
    let report = face(run(&mut second, face_job(&person)));
    assert_eq!(report.attributes.name, person.name);
}

#[test]
fn a_card_held_by_another_program_is_busy_and_free_again() {
    let daemon = Daemon::start_alone();
    let mut desk = desk_for(READER);
    wait_for(&mut desk, ready);
    let _on = Inserted::new(card(&hanako()), daemon.ports[0]).unwrap();
    wait_for(&mut desk, arrived);
    let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
    let holder = context
        .connect(
            c"Desk reader 00 00",
            pcsc::ShareMode::Shared,
            pcsc::Protocols::ANY,
        )
        .unwrap();
    let problem = failed(run(&mut desk, face_job(&hanako())));
    assert_eq!(problem, CardProblem::Busy);
    holder
        .disconnect(pcsc::Disposition::LeaveCard)
        .map_err(|(_, error)| error)
        .unwrap();
    face(run(&mut desk, face_job(&hanako())));
}

#[test]
fn cards_are_put_in_and_taken_out_through_the_control_socket() {
    let daemon = Daemon::start_alone();
    let mut desk = desk_for(READER);
    wait_for(&mut desk, ready);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let socket = dir.join(format!("simcard-{}.sock", std::process::id()));
    let mut program = Stopped(
        Command::new(env!("CARGO_BIN_EXE_simcard"))
            .arg("serve")
            .arg("--control")
            .arg(&socket)
            .arg("--dir")
            .arg(dir.join("sim-ca"))
            .args(["--port", &daemon.ports[0].to_string()])
            .spawn()
            .unwrap(),
    );
    let until = Instant::now() + PATIENCE;
    let tell = |line: &str| loop {
        match control::tell(&socket, line) {
            Ok(answer) => return answer,
            // The program is still loading its keys.
            Err(error) if Instant::now() > until => unreachable!("{error}"),
            Err(_) => std::thread::yield_now(),
        }
    };
    assert_eq!(tell("list"), "ok hanako ichiro midori masao");
    assert_eq!(tell("in nobody"), "no nobody of that name; see list");
    assert_eq!(tell("in midori"), "ok midori");
    wait_for(&mut desk, arrived);
    let midori = person("midori");
    let report = face(run(&mut desk, face_job(&midori)));
    assert_eq!(report.attributes.name, midori.name);
    assert_eq!(tell("touched"), "ok");
    assert_eq!(tell("list"), "ok hanako ichiro midori* masao");
    let wrong = failed(run(&mut desk, face_job(&hanako())));
    assert!(matches!(wrong, CardProblem::WrongCode { .. }), "{wrong:?}");
    assert_eq!(tell("tries"), "ok number-b 9 10 pin 3");
    assert_eq!(tell("out"), "ok midori");
    wait_for(&mut desk, left);
    // The card remembers, and this one is a copy now.
    assert_eq!(tell("in midori clone"), "ok midori");
    wait_for(&mut desk, arrived);
    assert_eq!(tell("tries"), "ok number-b 9 10 pin 3");
    let problem = failed(run(&mut desk, face_job(&midori)));
    assert_eq!(problem, CardProblem::NotGenuine(NotGenuine::Clone));
    assert_eq!(
        tell("fault slow_ms=1 colour=2").split(' ').next(),
        Some("no")
    );
    program.0.kill().unwrap();
    wait_for(&mut desk, left);
}

/// A program that ends with its test, whatever the test does.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn waiting_without_a_card_costs_next_to_nothing() {
    let _daemon = Daemon::start_alone();
    let mut desk = desk_for(READER);
    wait_for(&mut desk, ready);
    let before = processor_time();
    assert_eq!(desk.next_event(Duration::from_secs(2)), None);
    let used = processor_time() - before;
    assert!(used <= Duration::from_millis(40), "{used:?} in two seconds");
}

/// Processor time of this process so far.
fn processor_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    // utime and stime, in ticks of 10 ms.
    let ticks: u64 = fields[11..13]
        .iter()
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

//! The technician's commands on real parts: pcscd with a virtual reader, gateway, vault.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use firmware::clock::{self, Clock, ManualTime};
use firmware::outbox;
use firmware::sync::EnrolOrder;
use gateway::harness::{Harness, Options};
use hal::sim::{People, Person};
use protocol::calendar::Timestamp;
use system_tests::liar::{self, Lie};
use system_tests::technician::{Told, kiosk};
use system_tests::unit::Unit;
use system_tests::work::Work;
use system_tests::world::{SERIAL, Screen, World};

/// Enough for every kind of person.
const PEOPLE: u32 = 60;

const DAY: Duration = Duration::from_secs(24 * 3600);

struct Bench {
    world: World,
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Bench {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::build(folder.path(), PEOPLE).unwrap();
        world.start_cards().unwrap();
        let config = world.kiosk_config(Screen::Ten, None).unwrap();
        Self {
            world,
            folder,
            config,
        }
    }

    fn doctor(&self) -> Told {
        kiosk(&self.config, &["doctor", "--json"], "", None).unwrap()
    }

    fn terminal(&self) -> PathBuf {
        self.folder.path().join("kiosk")
    }

    fn enrol(&self) {
        let text = fs::read_to_string(&self.config).unwrap();
        let config = firmware::setup::config::Config::parse(&text).unwrap();
        let gateway = config.gateway.unwrap();
        let roots = [fs::read_to_string(&gateway.root).unwrap()];
        let order = EnrolOrder {
            token: self.world.token().unwrap(),
            serial: SERIAL.into(),
        };
        let mut unit = Unit::open(&self.terminal()).unwrap();
        unit.enrol(&gateway.endpoint, &roots, &order).unwrap();
    }

    /// The configuration of a copy of the terminal, changed by `change`.
    fn copy(&self, name: &str, change: impl FnOnce(&Path)) -> PathBuf {
        let copy = self.folder.path().join(name);
        fs::create_dir_all(&copy).unwrap();
        for entry in fs::read_dir(self.terminal()).unwrap().flatten() {
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
        change(&copy);
        let (old, new) = (self.terminal(), copy.join(""));
        let text = fs::read_to_string(&self.config).unwrap();
        let old = format!("{}/", fs::canonicalize(old).unwrap().display());
        let new = format!("{}/", fs::canonicalize(new).unwrap().display());
        let config = copy.join("kiosk.toml");
        fs::write(&config, text.replace(&old, &new)).unwrap();
        config
    }

    fn changed_config(&self, from: &str, to: &str) -> PathBuf {
        let text = fs::read_to_string(&self.config).unwrap();
        assert!(text.contains(from), "{from}");
        let config = self.terminal().join("other.toml");
        fs::write(&config, text.replace(from, to)).unwrap();
        config
    }
}

/// Verdict, code and whether there are words what to do.
fn finding(told: &Told, part: &str) -> (String, Option<String>, bool) {
    let finding = told.part(part).unwrap();
    let text = |key: &str| finding[key].as_str().map(str::to_owned);
    let todo = text("do").unwrap();
    assert!(!todo.contains("doctor-"), "a key instead of words: {todo}");
    (text("verdict").unwrap(), text("code"), !todo.is_empty())
}

#[track_caller]
fn is(told: &Told, part: &str, verdict: &str, code: Option<&str>) {
    let expected = (
        verdict.to_owned(),
        code.map(str::to_owned),
        verdict != "good",
    );
    assert_eq!(finding(told, part), expected, "{part}: {}", told.out);
    assert!(
        told.code == i32::from(told.out.contains("\"bad\"")),
        "{told:?}"
    );
}

fn doctor(config: &Path) -> Told {
    kiosk(config, &["doctor", "--json"], "", None).unwrap()
}

#[test]
fn the_doctor_names_each_part_that_needs_a_hand_and_what_to_do() {
    let bench = Bench::start();

    // A new unit: nothing is enrolled, no card lies there.
    let told = bench.doctor();
    is(&told, "reader", "good", None);
    is(&told, "card", "unknown", None);
    is(&told, "vault", "good", None);
    is(&told, "certificate", "bad", Some("MDG-ENROL-MISSING"));
    is(&told, "gateway", "bad", Some("MDG-ENROL-MISSING"));
    is(&told, "queue", "good", None);

    // Everything in order, as lines and as JSON.
    bench.enrol();
    bench.world.card("in hanako").unwrap();
    let told = bench.doctor();
    assert_eq!(told.code, 0, "{}", told.out);
    for part in [
        "reader",
        "card",
        "clock",
        "vault",
        "certificate",
        "gateway",
        "queue",
        "update",
    ] {
        is(&told, part, "good", None);
    }
    assert_eq!(told.part("card").unwrap()["value"], 10, "tries");
    let plain = kiosk(&bench.config, &["doctor"], "", None).unwrap();
    assert_eq!(plain.code, 0);
    // Nothing but the board, which is simulated here and says so.
    is(&told, "board", "watch", None);
    assert_eq!(plain.out.lines().count(), 10, "{}", plain.out);
    let hints = plain.out.lines().filter(|line| line.contains('→'));
    assert_eq!(hints.count(), 1, "{}", plain.out);

    readers_and_cards(&bench);
    vaults(&bench);
    lines(&bench);
}

fn readers_and_cards(bench: &Bench) {
    let nobody = bench.folder.path().join("no-service");
    let told = kiosk(&bench.config, &["doctor", "--json"], "", Some(&nobody)).unwrap();
    is(&told, "reader", "bad", Some("MDG-READER-SERVICE"));
    let other = bench.changed_config("Madoguchi virtual reader 00 00", "Some other reader");
    let told = doctor(&other);
    is(&told, "reader", "bad", Some("MDG-READER-CHOICE"));
    let plain = kiosk(&other, &["doctor", "--language", "ja"], "", None).unwrap();
    assert_eq!(plain.code, 1);
    assert!(
        plain.out.contains("→ 設定の [card] reader"),
        "{}",
        plain.out
    );

    bench.world.card("out").unwrap();
    bench.world.card("in ichiro foreign").unwrap();
    is(&bench.doctor(), "card", "bad", Some("MDG-CARD-FOREIGN"));
    bench.world.card("out").unwrap();
}

fn vaults(bench: &Bench) {
    let gone = |name: &str| {
        let config = bench.copy(&format!("without-{name}"), |copy| {
            fs::remove_file(copy.join(name)).unwrap();
        });
        is(&doctor(&config), "vault", "bad", Some("MDG-VAULT-KEY"));
        assert!(!config.parent().unwrap().join(name).exists(), "made anew");
    };
    gone("vault.db.key");
    gone("device-secret");

    let config = bench.copy("damaged", |copy| {
        let path = copy.join("vault.db");
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
        fs::write(&path, bytes).unwrap();
    });
    is(&doctor(&config), "vault", "bad", Some("MDG-VAULT-CORRUPT"));

    let config = bench.copy("half-wiped", |copy| {
        fs::write(copy.join("vault.db.wiping"), "").unwrap();
        fs::remove_file(copy.join("vault.db.key")).unwrap();
    });
    is(&doctor(&config), "vault", "watch", Some("MDG-VAULT-WIPED"));
    is(&doctor(&config), "vault", "good", None);

    let now = Clock::system(None).now();
    let changed = |name: &str, change: &dyn Fn(&mut Unit)| {
        let config = bench.copy(name, |copy| change(&mut Unit::open(copy).unwrap()));
        doctor(&config)
    };
    let told = changed("clock", &|unit| {
        let ahead = now.wall + DAY * 30;
        unit.vault.write(|tx| clock::keep_floor(tx, ahead)).unwrap();
    });
    is(&told, "clock", "watch", None);
    is(&told, "certificate", "unknown", None);

    let certificate_ends = |name: &str, at: Timestamp| {
        changed(name, &|unit| {
            unit.vault
                .write(|tx| {
                    // In the second half of its life: renewal has not come about.
                    let from = Timestamp::from_unix_ms(at.unix_ms() - 60 * 24 * 3_600_000);
                    let sql = "UPDATE sync_identity SET not_before_ms = ?1, not_after_ms = ?2";
                    assert_eq!(tx.execute(sql, [from.unix_ms(), at.unix_ms()])?, 1);
                    Ok(())
                })
                .unwrap();
        })
    };
    let told = certificate_ends("certificate-soon", now.wall + DAY * 5);
    is(&told, "certificate", "watch", None);
    let days = told.part("certificate").unwrap()["value"].as_i64();
    // A day less when midnight has passed since.
    assert!(matches!(days, Some(4..=5)), "{days:?}");
    let told = certificate_ends("certificate-over", now.wall - DAY);
    is(&told, "certificate", "bad", None);

    let waiting_since = |name: &str, days: u32| {
        changed(name, &|unit| {
            let then = Clock::manual(&ManualTime::at(now.wall - DAY * days)).now();
            let made = Work::new(1, "minato01", 0).next(&then);
            unit.vault
                .write(|tx| outbox::append(tx, &then, made.id, &made.command))
                .unwrap();
        })
    };
    let told = waiting_since("queue-old", 50);
    is(&told, "queue", "watch", None);
    assert_eq!(told.part("queue").unwrap()["value"], 1);
    let told = waiting_since("queue-too-old", 61);
    is(&told, "queue", "bad", Some("MDG-OUTBOX-AGE"));
}

fn lines(bench: &Bench) {
    let other = Harness::start(&bench.folder.path().join("other"), Options::default()).unwrap();
    let foreign = other.layout().pki().server().unwrap();
    let line = bench.world.line();
    line.point_to(liar::start(Lie::Page, &foreign).unwrap());
    is(&bench.doctor(), "gateway", "bad", Some("MDG-NET-TLS"));
    line.cut();
    is(&bench.doctor(), "gateway", "bad", Some("MDG-NET-DOWN"));
}

#[test]
fn check_card_gives_three_verdicts_and_tells_of_the_person_only_when_asked() {
    let bench = Bench::start();
    let hanako = People::built_in().get("hanako").unwrap().clone();
    let face = "昭和13年8月28日\n2032\n2285\n";
    let check = |arguments: &[&str], typed: &str| {
        let arguments = [&["check-card"], arguments].concat();
        kiosk(&bench.config, &arguments, typed, None).unwrap()
    };
    bench.world.card("in hanako").unwrap();

    for (mode, typed, matched, most) in [
        ("face", face, "compare the photo with the person", 25),
        ("pin", "4071\n", "by PIN", 25),
    ] {
        let told = check(&["--mode", mode, "--json"], typed);
        assert_eq!(told.code, 0, "{told:?}");
        let report = told.json().unwrap();
        assert_eq!(report["authentic"], true);
        assert_eq!(report["present"], true);
        assert_eq!(report["matched"], matched);
        assert_eq!(report["refused-apdus"], 0);
        let apdus = report["apdus"].as_u64().unwrap();
        assert!((1..=most).contains(&apdus), "{mode}: {apdus} APDUs");
        tells_nobody(&told, &hanako);

        let plain = check(&["--mode", mode], typed);
        assert_eq!(plain.code, 0);
        tells_nobody(&plain, &hanako);

        let shown = check(&["--mode", mode, "--json", "--show"], typed);
        let report = shown.json().unwrap();
        assert_eq!(report["name"], hanako.name.as_str());
        assert_eq!(report["born-on"], hanako.born_on.to_string());
        assert!(!shown.log.contains(&hanako.name), "in the log");
    }

    let wrong = check(&["--json"], "昭和13年8月28日\n2032\n2286\n");
    assert_eq!(wrong.code, 1);
    assert_eq!(wrong.json().unwrap()["code"], "MDG-CARD-WRONG-CODE");
    tells_nobody(&wrong, &hanako);
    let silent = check(&["--json"], "");
    assert_eq!((silent.code, silent.out.as_str()), (2, ""));

    bench.world.card("out").unwrap();
    bench.world.card("in hanako clone").unwrap();
    let clone = check(&["--json"], face);
    assert_eq!(clone.code, 1);
    assert_eq!(clone.json().unwrap()["code"], "MDG-CARD-CLONE");
    tells_nobody(&clone, &hanako);
}

/// Nothing of the person on standard output or in the log.
fn tells_nobody(told: &Told, person: &Person) {
    let (family, given) = person.name.split_once('\u{3000}').unwrap();
    let born = person.born_on;
    for secret in [
        family,
        given,
        &person.address,
        &born.to_string(),
        &born.japanese(),
        &person.security_code,
        &person.pin,
        &person.individual_number(),
    ] {
        assert!(!told.out.contains(secret), "{secret} on standard output");
        assert!(!told.log.contains(secret), "{secret} in the log");
    }
}

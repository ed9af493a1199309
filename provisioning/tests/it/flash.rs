//! One card from an order to its record.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use protocol::calendar::Timestamp;
use protocol::jws::{Kind, split_as};
use protocol::provisioning::device::{DeviceConfig, Token};
use protocol::provisioning::record::{FlashRecord, FlashResult};
use provisioning::error::{Exit, Problem};
use provisioning::flash::{Around, Outcome, is_marked};
use provisioning::image::SignedImage;
use provisioning::produce::{OpenCard, Order, produce, renew};
use provisioning::progress::{Never, Phase, Progress, Silent, Stop, SystemTicks};
use provisioning::seal::is_signed;
use provisioning::station::{Event, Station};
use provisioning::target::{Fault, SimCard, SimSpec};
use provisioning::testing::{Fixture, IMAGE_BYTES, unit};
use provisioning::verify;

use crate::faults::{old_card, starts};

const MIB: u64 = 1024 * 1024;
const CARD: u64 = 16 * MIB;

struct Bench {
    folder: tempfile::TempDir,
    fixture: Fixture,
    image: SignedImage,
    station: Station,
}

impl Bench {
    fn new() -> Self {
        let folder = crate::folder();
        let fixture = Fixture::make(folder.path(), true);
        let image = fixture.image();
        let station = Station::open(&folder.path().join("state")).unwrap();
        let bench = Self {
            folder,
            fixture,
            image,
            station,
        };
        fs::write(bench.card(), old_card(CARD)).unwrap();
        bench
    }

    fn card(&self) -> PathBuf {
        self.folder.path().join("card.img")
    }

    fn held(&self) -> Vec<u8> {
        fs::read(self.card()).unwrap()
    }

    fn open(&self, faults: &[Fault]) -> OpenCard {
        let mut spec = SimSpec::new(self.card(), CARD);
        spec.faults = faults.to_vec();
        OpenCard {
            target: Box::new(SimCard::open(&spec).unwrap()),
            serial: spec.serial,
            slot: None,
        }
    }

    fn run(
        &self,
        unit: &DeviceConfig,
        resume: bool,
        faults: &[Fault],
        progress: &dyn Progress,
        stop: &dyn Stop,
    ) -> Result<Outcome, Problem> {
        let ticks = SystemTicks::default();
        let order = Order {
            image: &self.image,
            unit,
            resume,
            nonce: 3,
        };
        let around = Around {
            progress,
            stop,
            ticks: &ticks,
        };
        produce(&self.station, &order, &mut self.open(faults), around)
    }

    fn flash(&self, unit: &DeviceConfig) -> Result<Outcome, Problem> {
        self.run(unit, false, &[], &Silent, &Never)
    }

    fn record(&self, unit: &DeviceConfig) -> FlashRecord {
        let signed = self.station.record(&unit.serial).unwrap();
        let parts = split_as(Kind::FlashRecord, &signed).unwrap();
        let key = self.station.key().unwrap().public();
        assert_eq!(parts.header.kid(), key.kid);
        assert!(is_signed(&key, parts.signing_input, &parts.signature));
        serde_json::from_slice(&parts.payload).unwrap()
    }
}

/// Stops after so many pieces.
struct After {
    pieces: AtomicU64,
}

impl Progress for After {
    fn advance(&self, _bytes: u64) {
        let left = self.pieces.load(Ordering::Relaxed);
        self.pieces.store(left.saturating_sub(1), Ordering::Relaxed);
    }
}

impl Stop for After {
    fn asked(&self) -> bool {
        self.pieces.load(Ordering::Relaxed) == 0
    }
}

fn with_token(serial: &str, token: &str) -> DeviceConfig {
    let mut unit = unit(serial);
    if let Some(enrolment) = &mut unit.enrolment {
        enrolment.token = Token::parse(token).unwrap();
    }
    unit
}

#[test]
fn a_card_holds_the_image_and_its_unit_and_can_be_verified() {
    let bench = Bench::new();
    let unit = unit("UNIT-0001");
    let outcome = bench.flash(&unit).unwrap();
    assert_eq!(outcome.bytes, IMAGE_BYTES as u64);
    assert!(bench.held()[..IMAGE_BYTES] == bench.fixture.expected(&unit));
    let found = verify::card(&bench.image, &mut *bench.open(&[]).target, &Silent, &Never);
    assert_eq!(found.unwrap(), Some(unit.clone()));
    let record = bench.record(&unit);
    assert_eq!(record.result, FlashResult::Verified);
    assert_eq!(record.image, bench.image.manifest.sha256);
    assert_eq!(bench.station.log().verify().unwrap().entries, 2);
}

#[test]
fn the_same_unit_gives_the_same_card_again() {
    let bench = Bench::new();
    bench.flash(&unit("UNIT-0001")).unwrap();
    let first = bench.held();
    fs::write(bench.card(), old_card(CARD)).unwrap();
    bench.flash(&unit("UNIT-0001")).unwrap();
    assert!(bench.held()[..IMAGE_BYTES] == first[..IMAGE_BYTES]);
    let before = bench.record(&unit("UNIT-0001")).config;
    let again = with_token("UNIT-0001", "22222-33333-44444-55555");
    bench.flash(&again).unwrap();
    assert_eq!(
        bench.record(&again).config,
        before,
        "a new token is no new unit"
    );
}

#[test]
fn stopping_marks_the_card_and_resuming_writes_only_what_is_missing() {
    let bench = Bench::new();
    let unit = unit("UNIT-0001");
    for pieces in 1..=9 {
        fs::write(bench.card(), old_card(CARD)).unwrap();
        let after = After {
            pieces: AtomicU64::new(pieces),
        };
        let problem = bench.run(&unit, false, &[], &after, &after).unwrap_err();
        assert_eq!(problem.code(), "MDG-PROVISION-INTERRUPTED");
        let held = bench.held();
        assert!(is_marked(&held) && !starts(&held), "after {pieces}");
        let FlashResult::Failed { code } = bench.record(&unit).result else {
            panic!("a stopped run was recorded as good");
        };
        assert_eq!(code.as_str(), "MDG-PROVISION-INTERRUPTED");
        let found = verify::card(&bench.image, &mut *bench.open(&[]).target, &Silent, &Never);
        assert_eq!(found.unwrap_err().code(), "MDG-PROVISION-CARD-UNFINISHED");
    }
    // The last one was stopped while it was read back: everything was there.
    let outcome = bench.run(&unit, true, &[], &Silent, &Never).unwrap();
    assert!(bench.held()[..IMAGE_BYTES] == bench.fixture.expected(&unit));
    assert_eq!(outcome.written, MIB, "only the first MiB was missing");
}

#[test]
fn resuming_does_not_believe_a_journal_that_is_wrong() {
    let bench = Bench::new();
    let unit = unit("UNIT-0001");
    let after = After {
        pieces: AtomicU64::new(9),
    };
    bench.run(&unit, false, &[], &after, &after).unwrap_err();
    // Somebody put another card in that tells the same serial.
    fs::write(bench.card(), old_card(CARD)).unwrap();
    bench.run(&unit, true, &[], &Silent, &Never).unwrap();
    assert!(bench.held()[..IMAGE_BYTES] == bench.fixture.expected(&unit));
}

#[test]
fn there_is_nothing_to_resume_for_a_card_that_was_not_begun_or_is_finished() {
    let bench = Bench::new();
    let unit = unit("UNIT-0001");
    let resume = || {
        bench
            .run(&unit, true, &[], &Silent, &Never)
            .unwrap_err()
            .code()
    };
    assert_eq!(resume(), "MDG-PROVISION-RESUME-UNKNOWN");
    assert!(starts(&bench.held()), "a card was touched for nothing");
    bench.flash(&unit).unwrap();
    assert_eq!(resume(), "MDG-PROVISION-RESUME-UNKNOWN");
}

#[test]
fn a_pulled_card_is_recorded_and_goes_on_where_it_was() {
    let bench = Bench::new();
    let unit = unit("UNIT-0001");
    let pulled = [Fault::Unplug(9 * MIB)];
    let problem = bench
        .run(&unit, false, &pulled, &Silent, &Never)
        .unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-CARD-GONE");
    assert!(!starts(&bench.held()));
    bench.run(&unit, true, &[], &Silent, &Never).unwrap();
    assert!(bench.held()[..IMAGE_BYTES] == bench.fixture.expected(&unit));
}

#[test]
fn a_token_serves_one_unit_and_not_after_its_end() {
    let bench = Bench::new();
    bench.flash(&unit("UNIT-0001")).unwrap();
    let before = bench.held();
    let problem = bench.flash(&unit("UNIT-0002")).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-TOKEN-USED");
    let mut late = with_token("UNIT-0002", "22222-33333-44444-55555");
    if let Some(enrolment) = &mut late.enrolment {
        enrolment.expires_at = Some(Timestamp::from_unix_ms(1));
    }
    let problem = bench.flash(&late).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-TOKEN-EXPIRED");
    assert!(bench.held() == before, "a card was touched for nothing");
}

#[test]
fn a_log_whose_last_line_was_cut_stops_no_card_that_has_a_token() {
    let bench = Bench::new();
    let log = bench.folder.path().join("state/log.jsonl");
    bench.flash(&unit("UNIT-0001")).unwrap();
    let mut text = fs::read_to_string(&log).unwrap();
    text.truncate(text.len() - 20);
    fs::write(&log, text).unwrap();
    bench.flash(&unit("UNIT-0001")).unwrap();
    // The entry that was cut, of the first card's end, has given its place to the second's.
    assert_eq!(bench.station.log().verify().unwrap().entries, 3);
}

/// Takes the folder of records away in the last moment.
struct Robber(PathBuf);

impl Progress for Robber {
    fn begin(&self, phase: Phase, _bytes: u64) {
        if phase == Phase::Finish || phase == Phase::ReadBack {
            // The second phase finds it taken away already.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

#[test]
fn a_good_card_that_cannot_be_recorded_is_said_to_be_good_and_touched() {
    let bench = Bench::new();
    let unit = unit("UNIT-0001");
    let robber = Robber(bench.folder.path().join("state/records"));
    let problem = bench.run(&unit, false, &[], &robber, &Never).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-UNRECORDED");
    assert_eq!(problem.exit(), Exit::Card);
    assert!(bench.held()[..IMAGE_BYTES] == bench.fixture.expected(&unit));

    // What is wrong with a card comes before what is wrong with its record.
    let worn = [Fault::Flip(3 * MIB)];
    let problem = bench.run(&unit, false, &worn, &robber, &Never).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-CARD-DIFFERS");
}

#[test]
fn two_runs_at_once_do_not_put_one_token_onto_two_cards() {
    let bench = Bench::new();
    let serials = ["UNIT-0001", "UNIT-0002", "UNIT-0003", "UNIT-0004"];
    for serial in serials {
        let card = bench.folder.path().join(serial);
        fs::write(card, old_card(CARD)).unwrap();
    }
    let write = &|serial: &str| {
        let unit = unit(serial);
        let spec = SimSpec::new(bench.folder.path().join(serial), CARD);
        let mut card = OpenCard {
            target: Box::new(SimCard::open(&spec).unwrap()),
            serial: spec.serial,
            slot: Some(serial.to_owned()),
        };
        let ticks = SystemTicks::default();
        let order = Order {
            image: &bench.image,
            unit: &unit,
            resume: false,
            nonce: 3,
        };
        let around = Around {
            progress: &Silent,
            stop: &Never,
            ticks: &ticks,
        };
        produce(&bench.station, &order, &mut card, around).map_err(|p| p.code())
    };
    let ended: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = serials
            .map(|serial| scope.spawn(move || write(serial)))
            .into();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let used = ended
        .iter()
        .filter(|e| **e == Err("MDG-PROVISION-TOKEN-USED"));
    assert_eq!(used.count(), 3, "{ended:?}");
    assert!(ended.iter().any(Result::is_ok), "{ended:?}");
    let untouched = serials
        .iter()
        .filter(|serial| fs::read(bench.folder.path().join(serial)).unwrap() == old_card(CARD));
    assert_eq!(untouched.count(), 3);
}

#[test]
fn secrets_reach_neither_log_nor_records_nor_journals() {
    let bench = Bench::new();
    let unit = unit("UNIT-0001");
    let after = After {
        pieces: AtomicU64::new(9),
    };
    bench.run(&unit, false, &[], &after, &after).unwrap_err();
    let mut files = 0;
    let mut folders = vec![bench.folder.path().join("state")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = fs::read(&path).unwrap();
            assert!(!contains(&bytes, b"ABCDE-FGHJK"), "{}", path.display());
            let mode = fs::metadata(&path).unwrap();
            assert!(!readable_by_others(&mode), "{}", path.display());
        }
    }
    assert!(files >= 4, "key, log, journal and record");
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

fn readable_by_others(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[test]
fn a_card_that_was_changed_afterwards_does_not_verify() {
    let bench = Bench::new();
    bench.flash(&unit("UNIT-0001")).unwrap();
    let mut held = bench.held();
    held[2 * MIB as usize] ^= 1;
    fs::write(bench.card(), &held).unwrap();
    let found = verify::card(&bench.image, &mut *bench.open(&[]).target, &Silent, &Never);
    assert_eq!(found.unwrap_err().code(), "MDG-PROVISION-VERIFY-DIFFERS");
}

#[test]
fn an_image_that_is_exchanged_while_it_is_written_leaves_a_card_that_does_not_start() {
    let folder = crate::folder();
    let fixture = Fixture::make(folder.path(), false);
    let bench = Bench {
        image: fixture.image(),
        station: Station::open(&folder.path().join("state")).unwrap(),
        fixture,
        folder,
    };
    fs::write(bench.card(), old_card(CARD)).unwrap();
    spoil(&bench.fixture.file);
    let problem = bench.flash(&unit("UNIT-0001")).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-IMAGE-CORRUPT");
    assert_eq!(problem.exit(), Exit::Card, "a card was touched");
    assert!(is_marked(&bench.held()));
}

fn spoil(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    bytes[8 * MIB as usize + 5] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_finished_card_takes_a_new_token_of_its_own_unit_only() {
    let bench = Bench::new();
    bench.flash(&unit("UNIT-0001")).unwrap();
    let again = with_token("UNIT-0001", "22222-33333-44444-55555");
    renew(&bench.station, &again, &mut bench.open(&[])).unwrap();
    assert!(bench.held()[..IMAGE_BYTES] == bench.fixture.expected(&again));
    let (last, _) = bench.station.log().entries().unwrap().pop().unwrap();
    assert!(matches!(last.event, Event::Renewed { .. }), "{last:?}");
    let before = bench.held();
    let other = with_token("UNIT-0002", "66666-77777-88888-99999");
    let problem = renew(&bench.station, &other, &mut bench.open(&[])).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-CARD-OTHER-UNIT");
    let used = with_token("UNIT-0002", "22222-33333-44444-55555");
    let problem = renew(&bench.station, &used, &mut bench.open(&[])).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-TOKEN-USED");
    assert!(bench.held() == before, "a card was touched for nothing");
    // It is still what the log says of it.
    let (last, _) = bench.station.log().entries().unwrap().pop().unwrap();
    assert!(matches!(last.event, Event::Renewed { .. }), "{last:?}");
}

#[test]
fn a_new_token_that_is_cut_short_leaves_the_old_card_the_new_one_or_none_that_starts() {
    let bench = Bench::new();
    let old = unit("UNIT-0001");
    bench.flash(&old).unwrap();
    let card = bench.held();
    let new = with_token("UNIT-0001", "22222-33333-44444-55555");
    let mut marked = 0;
    // One MiB and two sectors are written; cut at each of many places in between.
    for after in (0..MIB + 1024).step_by(16 * 1024 - 512) {
        fs::write(bench.card(), &card).unwrap();
        let cut = [Fault::Unplug(after)];
        renew(&bench.station, &new, &mut bench.open(&cut)).unwrap_err();
        let held = bench.held();
        if starts(&held) {
            let begins = &held[..IMAGE_BYTES];
            assert!(
                begins == bench.fixture.expected(&old) || begins == bench.fixture.expected(&new),
                "cut after {after}"
            );
        } else {
            assert!(is_marked(&held));
            marked += 1;
        }
    }
    assert!(marked > 50, "the cuts came too early or too late");
}

#[test]
fn a_forged_card_does_not_pass_by_going_on_with_it() {
    let bench = Bench::new();
    let unit = unit("UNIT-0001");
    let forged = [Fault::Hollow(15 * MIB)];
    for resume in [false, true, true] {
        let problem = bench
            .run(&unit, resume, &forged, &Silent, &Never)
            .unwrap_err();
        assert_eq!(problem.code(), "MDG-PROVISION-CARD-CAPACITY");
    }
}

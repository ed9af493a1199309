//! How fast a card is, by a clock that only the card moves; and runs that are gone on with.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use protocol::provisioning::device::DeviceConfig;
use provisioning::error::Problem;
use provisioning::flash::journal::{CardName, Journal};
use provisioning::flash::{self, Around, Job, Outcome, is_marked};
use provisioning::image::SignedImage;
use provisioning::progress::{Never, Progress, Silent, Stop, Ticks};
use provisioning::target::{Fault, SimCard, SimSpec, Target};
use provisioning::testing::{Fixture, IMAGE_BYTES, unit};

use crate::faults::{old_card, starts};

const MIB: u64 = 1024 * 1024;
const CARD: u64 = 32 * MIB;

/// Time that passes only where the card takes it, in ms.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn pass(&self, bytes: usize, ms_a_mib: u64) {
        let ms = bytes as u64 * ms_a_mib / MIB;
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Ticks for Clock {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// A card that takes its time, in ms for each MiB.
struct Timed {
    card: SimCard,
    clock: Clock,
    reading: u64,
    waiting: u64,
    unsynced: usize,
}

impl Target for Timed {
    fn bytes(&self) -> u64 {
        self.card.bytes()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.clock.pass(buffer.len(), self.reading);
        self.card.read_at(offset, buffer)
    }

    /// At once: it goes into the machine's memory.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<usize> {
        self.unsynced += bytes.len();
        self.card.write_at(offset, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.clock
            .pass(std::mem::take(&mut self.unsynced), self.waiting);
        self.card.sync()
    }
}

/// Stops after so many pieces.
struct After(AtomicU64);

impl Progress for After {
    fn advance(&self, _bytes: u64) {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
    }
}

impl Stop for After {
    fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

struct Bench {
    folder: tempfile::TempDir,
    fixture: Fixture,
    image: SignedImage,
    unit: DeviceConfig,
    config: Vec<u8>,
}

impl Bench {
    fn new() -> Self {
        let folder = crate::folder();
        let fixture = Fixture::make(folder.path(), false);
        let (image, unit) = (fixture.image(), unit("UNIT-0001"));
        let mut config = image.config_partition().unwrap();
        provisioning::unit::write(&mut config, &unit).unwrap();
        let bench = Self {
            folder,
            fixture,
            image,
            unit,
            config,
        };
        bench.exchange_card();
        bench
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("card.img")
    }

    fn exchange_card(&self) {
        fs::write(self.file(), old_card(CARD)).unwrap();
    }

    fn card(&self, clock: &Clock, reading: u64, waiting: u64, faults: &[Fault]) -> Timed {
        let mut spec = SimSpec::new(self.file(), CARD);
        spec.faults = faults.to_vec();
        Timed {
            card: SimCard::open(&spec).unwrap(),
            clock: clock.clone(),
            reading,
            waiting,
            unsynced: 0,
        }
    }

    fn journal(&self, resume: bool) -> Journal {
        let at: &Path = self.folder.path();
        let name = CardName {
            serial: "READER-1".to_owned(),
            slot: None,
            bytes: CARD,
        };
        let image = self.image.manifest.sha256;
        match resume {
            true => Journal::resume(at, image, &name).unwrap(),
            false => Journal::begin(at, image, &name, 7).unwrap(),
        }
    }

    fn run(
        &self,
        mut journal: Journal,
        card: &mut Timed,
        progress: &dyn Progress,
        stop: &dyn Stop,
    ) -> Result<Outcome, Problem> {
        let ticks = card.clock.clone();
        let job = Job {
            image: &self.image,
            config: &self.config,
            journal: Some(&mut journal),
            nonce: 7,
        };
        let around = Around {
            progress,
            stop,
            ticks: &ticks,
        };
        flash::run(job, card, around)
    }

    /// Begins a run that is stopped after so many pieces.
    fn begin(&self, pieces: u64) {
        let after = After(AtomicU64::new(pieces));
        let mut card = self.card(&Clock::default(), 0, 0, &[]);
        let problem = self
            .run(self.journal(false), &mut card, &after, &after)
            .unwrap_err();
        assert_eq!(problem.code(), "MDG-PROVISION-INTERRUPTED");
    }

    fn is_whole(&self) -> bool {
        fs::read(self.file()).unwrap()[..IMAGE_BYTES] == self.fixture.expected(&self.unit)
    }
}

#[test]
fn a_run_that_finds_everything_written_is_not_called_slow_for_what_it_reads() {
    let bench = Bench::new();
    // Stopped while it was read back: everything but the first MiB is there.
    bench.begin(9);
    let clock = Clock::default();
    let mut card = bench.card(&clock, 2_000, 20, &[]);
    let done = bench
        .run(bench.journal(true), &mut card, &Silent, &Never)
        .unwrap();
    assert_eq!(done.written, MIB);
    assert!(done.took > 10 * flash::JUDGED_AFTER, "{done:?}");
    assert!(bench.is_whole());
}

#[test]
fn a_fresh_card_in_a_slow_reader_is_judged_by_its_writing_alone() {
    let bench = Bench::new();
    let mut card = bench.card(&Clock::default(), 5_000, 100, &[]);
    bench
        .run(bench.journal(false), &mut card, &Silent, &Never)
        .unwrap();
    assert!(bench.is_whole());
}

#[test]
fn a_card_that_takes_its_time_only_when_it_is_waited_for_is_slow_all_the_same() {
    let bench = Bench::new();
    let mut card = bench.card(&Clock::default(), 0, 3_000, &[]);
    let problem = bench
        .run(bench.journal(false), &mut card, &Silent, &Never)
        .unwrap_err();
    let Problem::CardSlow { kib_a_second } = problem else {
        panic!("{problem}");
    };
    assert!((300..512).contains(&kib_a_second), "{kib_a_second}");
    let held = fs::read(bench.file()).unwrap();
    assert!(is_marked(&held) && !starts(&held));
}

#[test]
fn a_card_that_was_put_in_place_of_a_probed_one_is_probed_again() {
    let bench = Bench::new();
    bench.begin(9);
    // It tells the same serial and size, and begins again at half its size, behind the image.
    bench.exchange_card();
    let clock = Clock::default();
    let mut forged = bench.card(&clock, 0, 0, &[Fault::Wraps(CARD / 2)]);
    let problem = bench
        .run(bench.journal(true), &mut forged, &Silent, &Never)
        .unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-CARD-CAPACITY");
    assert!(!starts(&fs::read(bench.file()).unwrap()));
}

#[test]
fn what_was_stopped_before_a_card_was_touched_has_a_code_of_its_own() {
    let bench = Bench::new();
    let now = After(AtomicU64::new(0));
    let problem = bench.image.check_bytes(&Silent, &now).unwrap_err();
    assert_eq!(problem.code(), "MDG-PROVISION-STOPPED");
}

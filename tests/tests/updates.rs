//! A new system from the operator's command to the machine's own decision, over real TLS and a
//! line that is cut.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use appliance::offer::{self, Machine, Next, Places};
use appliance::slots::{Slot, Successor};
use appliance::version;
use firmware::error::Problem;
use firmware::feed::Feed;
use firmware::sync::{self, EnrolOrder, HttpsTransport};
use firmware::update::{self, Staging, Step};
use gateway::harness::{Harness, OFFICE, Options};
use gateway::operator;
use gateway::store::{self, Audience, Standing};
use protocol::exchange::MAX_BATCH;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::release::{Handover, UpdateState};
use system_tests::line::Line;
use system_tests::unit::{LIMITS, Unit};

const SERIAL: &str = "MDG-UPDATE-0001";

/// Steps after which a download has not come to an end.
const MAX_STEPS: usize = 400;

/// The machine, with RAUC's place taken by a look at the manifest that stands in the bundle.
struct Bench {
    minimum: Version,
    slot: Slot,
}

impl Machine for Bench {
    fn install(&mut self, bundle: &Path) -> Result<(), ProblemCode> {
        let bytes = std::fs::read(bundle).map_err(|_| ProblemCode::UpdateRefused)?;
        let text = String::from_utf8_lossy(&bytes);
        let manifest = text.split('\0').next().unwrap_or_default();
        let manifest = manifest.strip_prefix("hsqs").unwrap_or_default();
        let found = version::of_bundle(manifest).map_err(|fault| fault.code())?;
        version::allow(found, Some(self.minimum)).map_err(|fault| fault.code())
    }

    fn slot(&self) -> Slot {
        self.slot
    }
}

struct Scene {
    folder: tempfile::TempDir,
    gateway: Harness,
    unit: Unit,
    line: Line,
    machine: Bench,
}

fn number(text: &str) -> Version {
    Version::parse(text).unwrap()
}

/// A bundle of about a megabyte that says its own version.
fn bundle(version: &str) -> Vec<u8> {
    let mut bytes = format!("hsqs\n[update]\nversion={version}\n\0").into_bytes();
    bytes.extend((0..1_000_000_u32).map(|n| (n % 249) as u8));
    bytes
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gateway = Harness::start(&folder.path().join("gateway"), Options::default()).unwrap();
        let terminal = folder.path().join("terminal");
        std::fs::create_dir_all(folder.path().join("system")).unwrap();
        std::fs::create_dir_all(&terminal).unwrap();
        let mut unit = Unit::open(&terminal).unwrap();
        let order = EnrolOrder {
            token: gateway.token(OFFICE, SERIAL).unwrap(),
            serial: SERIAL.into(),
        };
        unit.enrol(&gateway.endpoint(), &gateway.roots(), &order)
            .unwrap();
        let line = Line::to(gateway.address()).unwrap();
        Self {
            folder,
            gateway,
            unit,
            line,
            machine: Bench {
                minimum: number("0.2.0"),
                slot: Slot::A,
            },
        }
    }

    fn add(&self, name: &str, said: &str, bytes: &[u8]) {
        let file = self.folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let (store, bundles) = (self.gateway.store(), self.gateway.layout().bundles());
        let now = self.unit.now().wall;
        operator::add_release(store, &bundles, &file, number(said), number("0.1.0"), now).unwrap();
        let everybody = Standing {
            to: Audience::All,
            percent: 100,
        };
        operator::offer_release(store, number(said), &everybody, now).unwrap();
    }

    /// One exchange: offers in, reports out.
    fn exchange(&mut self) {
        let identity = self.unit.identity().unwrap();
        let mut way = self.unit.way().unwrap();
        let (vault, clock) = (&mut self.unit.vault, &self.unit.clock);
        sync::round(vault, &mut way, clock, &identity, MAX_BATCH, &mut Feed).unwrap();
    }

    fn staged(&self) -> PathBuf {
        self.folder.path().join("terminal/update")
    }

    /// Fetches until something else than a piece came.
    fn fetch(&mut self) -> Step {
        self.fetch_over_cuts(u64::MAX).0
    }

    /// Fetches over a line that is cut after so many bytes of each connection; says how often.
    fn fetch_over_cuts(&mut self, bytes: u64) -> (Step, usize) {
        let mut identity = self.unit.identity().unwrap();
        identity.trust.endpoints =
            vec![format!("https://localhost:{}", self.line.address().port())];
        let staging = Staging::open(&self.staged()).unwrap();
        let open = |unit: &Unit| HttpsTransport::new(&identity, &unit.clock, LIMITS).unwrap();
        let mut way = open(&self.unit);
        let mut cuts = 0;
        self.line.cut_once_after(bytes);
        for _ in 0..MAX_STEPS {
            match update::step(&mut self.unit.vault, &mut way, &staging) {
                Ok(Step::Piece) => {}
                Ok(other) => return (other, cuts),
                Err(Problem::Net(_)) => {
                    cuts += 1;
                    self.line.cut_once_after(bytes);
                    way = open(&self.unit);
                }
                Err(problem) => panic!("{problem}"),
            }
        }
        panic!("the download does not end");
    }

    fn places(&self) -> Places {
        let at = |name: &str| self.folder.path().join(name);
        Places {
            handed: self.staged(),
            bundle: at("system/offered.raucb"),
            record: at("system/offered.json"),
            shown: at("run/update.json"),
        }
    }

    /// The machine looks at what was handed over, and the kiosk at what the machine says.
    fn machine_looks(&mut self) -> Next {
        let next = offer::take(&self.places(), &mut self.machine).unwrap();
        self.kiosk_looks("0.2.0", 1);
        next
    }

    fn kiosk_looks(&mut self, running: &str, n: u8) {
        let now = self.unit.now();
        let shown = self.places().shown;
        let vault = &mut self.unit.vault;
        update::look(vault, &now, Some(&shown), number(running), [n; 10]).unwrap();
    }

    fn at_the_gateway(&self) -> Option<UpdateState> {
        let targets = store::read(self.gateway.store(), |tx| tx.targets(None)).unwrap();
        targets.into_iter().next_back().unwrap().state
    }
}

#[test]
fn an_offered_system_comes_over_a_cut_line_is_installed_and_told() {
    let mut scene = Scene::new();
    let bytes = bundle("0.3.0");
    scene.add("a.raucb", "0.3.0", &bytes);
    scene.exchange();
    // Less than a piece and its way: every connection breaks in the middle of one.
    let (step, cuts) = scene.fetch_over_cuts(400_000);
    assert_eq!(step, Step::HandedOver);
    assert!(cuts >= 2, "{cuts}");
    let whole = std::fs::read(scene.staged().join(Handover::BUNDLE)).unwrap();
    assert!(whole == bytes, "what came is not what was offered");
    assert_eq!(scene.machine_looks(), Next::Restart);
    scene.exchange();
    assert_eq!(scene.at_the_gateway(), Some(UpdateState::Written));
    // The other slot runs and is kept.
    offer::kept(&scene.places(), Slot::B, Successor::None).unwrap();
    scene.kiosk_looks("0.3.0", 2);
    scene.exchange();
    assert_eq!(scene.at_the_gateway(), Some(UpdateState::Installed));
}

#[test]
fn one_that_is_older_than_the_minimum_is_refused_by_the_machine_whatever_the_gateway_says() {
    let mut scene = Scene::new();
    scene.add("a.raucb", "0.9.0", &bundle("0.1.9"));
    scene.exchange();
    assert_eq!(scene.fetch(), Step::HandedOver);
    assert_eq!(scene.machine_looks(), Next::Stay);
    scene.exchange();
    let code = ProblemCode::UpdateOlder;
    assert_eq!(scene.at_the_gateway(), Some(UpdateState::Refused { code }));
}

#[test]
fn one_that_comes_back_is_told_and_one_that_is_taken_back_is_deleted() {
    let mut scene = Scene::new();
    scene.add("a.raucb", "0.3.0", &bundle("0.3.0"));
    scene.exchange();
    assert_eq!(scene.fetch(), Step::HandedOver);
    assert_eq!(scene.machine_looks(), Next::Restart);
    offer::kept(&scene.places(), Slot::A, Successor::GaveWay).unwrap();
    scene.kiosk_looks("0.2.0", 2);
    scene.exchange();
    assert_eq!(scene.at_the_gateway(), Some(UpdateState::CameBack));

    scene.add("b.raucb", "0.4.0", &bundle("0.4.0"));
    scene.exchange();
    let (store, bundles) = (scene.gateway.store(), scene.gateway.layout().bundles());
    let now = scene.unit.now().wall;
    operator::withdraw_release(store, &bundles, number("0.4.0"), now).unwrap();
    // The gateway says so before the feed does.
    assert_eq!(scene.fetch(), Step::Withdrawn);
    scene.exchange();
    assert_eq!(scene.fetch(), Step::Idle);
    assert_eq!(std::fs::read_dir(scene.staged()).unwrap().count(), 0);
}

#[test]
fn a_bundle_that_is_damaged_at_the_gateway_is_given_up_after_a_few_times() {
    let mut scene = Scene::new();
    let bytes = bundle("0.3.0");
    scene.add("a.raucb", "0.3.0", &bytes);
    scene.exchange();
    let kept = std::fs::read_dir(scene.folder.path().join("gateway/releases"));
    let file = kept.unwrap().next().unwrap().unwrap().path();
    let mut damaged = bytes;
    damaged[500_000] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    for _ in 0..update::MAX_DAMAGED {
        assert_eq!(scene.fetch(), Step::Damaged);
    }
    assert_eq!(scene.fetch(), Step::Idle);
    scene.kiosk_looks("0.2.0", 1);
    scene.exchange();
    let code = ProblemCode::UpdateDamaged;
    assert_eq!(scene.at_the_gateway(), Some(UpdateState::Refused { code }));
}

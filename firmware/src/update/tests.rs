#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use protocol::command::Action;
use protocol::exchange::Sha256Digest;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::release::{Handover, MachineUpdate, ReleaseOffer, StickUpdate, UpdateState};

use super::*;
use crate::clock::Clock;
use crate::error::Problem;
use crate::outbox;
use crate::sync::{HttpAnswer, HttpRequest, NetError, Transport};
use crate::testing::gateway::refusal;
use crate::testing::{self};
use crate::vault::Vault;

/// Serves one bundle; fails every `cut`-th request.
struct Shelf {
    bundle: Vec<u8>,
    cut: usize,
    requests: usize,
    asked: Vec<u64>,
    refuse: Option<(u16, ProblemCode)>,
}

impl Transport for Shelf {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        self.requests += 1;
        let header = |name: &str| {
            let found = request.headers.iter().find(|(n, _)| *n == name).unwrap();
            found.1.clone()
        };
        let range = header("range");
        assert!(header("if-range").starts_with('"'));
        assert!(request.path.starts_with("/v1/releases/"));
        let (from, last) = range
            .strip_prefix("bytes=")
            .unwrap()
            .split_once('-')
            .unwrap();
        let (from, last): (usize, usize) = (from.parse().unwrap(), last.parse().unwrap());
        self.asked.push(from as u64);
        if self.cut > 0 && self.requests.is_multiple_of(self.cut) {
            return Err(NetError::Truncated);
        }
        if let Some((status, code)) = &self.refuse {
            return Ok(refusal(*status, code.clone()));
        }
        Ok(HttpAnswer {
            status: 206,
            content_range: Some(format!("bytes {from}-{last}/{}", self.bundle.len())),
            body: self.bundle[from..=last].to_vec(),
            ..HttpAnswer::default()
        })
    }
}

struct Scene {
    folder: tempfile::TempDir,
    vault: Vault,
    clock: Clock,
    shelf: Shelf,
    offer: ReleaseOffer,
    free: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

impl Scene {
    fn new() -> Self {
        let bundle: Vec<u8> = (0..3 * PIECE + 17).map(|n| (n % 253) as u8).collect();
        let offer = ReleaseOffer {
            version: version("0.3.0"),
            sha256: Sha256Digest::of(&bundle),
            size: bundle.len() as u64,
        };
        let (_, clock) = testing::clock();
        Self {
            folder: tempfile::tempdir().unwrap(),
            vault: Vault::in_memory().unwrap(),
            clock,
            shelf: Shelf {
                bundle,
                cut: 0,
                requests: 0,
                asked: Vec::new(),
                refuse: None,
            },
            offer,
            free: std::sync::Arc::new(u64::MAX.into()),
        }
    }

    fn offered() -> Self {
        let mut scene = Self::new();
        let made = scene.offer.clone();
        scene.vault.write(|tx| offer(tx, &made)).unwrap();
        scene
    }

    fn staged(&self) -> PathBuf {
        self.folder.path().join("update")
    }

    fn step(&mut self) -> Result<Step, Problem> {
        let free = std::sync::Arc::clone(&self.free);
        let asked =
            Box::new(move |_: &std::path::Path| Ok(free.load(std::sync::atomic::Ordering::SeqCst)));
        let staging = Staging::with(&self.staged(), asked)?;
        step(&mut self.vault, &mut self.shelf, &staging)
    }

    /// Steps until something else than a piece came, or `most` steps.
    fn run(&mut self, most: usize) -> Step {
        for _ in 0..most {
            match self.step() {
                Ok(Step::Piece) | Err(Problem::Net(_)) => {}
                Ok(other) => return other,
                Err(problem) => panic!("{problem}"),
            }
        }
        panic!("it does not end");
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.staged())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn machine(&self) -> PathBuf {
        self.folder.path().join("machine.json")
    }

    fn machine_says(&self, state: UpdateState) {
        let update = MachineUpdate {
            version: self.offer.version,
            sha256: self.offer.sha256,
            state,
        };
        std::fs::write(self.machine(), serde_json::to_vec(&update).unwrap()).unwrap();
    }

    fn look(&mut self, running: &str, n: u8) -> bool {
        let now = self.clock.now();
        let machine = self.machine();
        look(
            &mut self.vault,
            &now,
            Some(&machine),
            version(running),
            [n; 10],
        )
        .unwrap()
    }

    /// The machine says what became of a stick.
    fn stick(&mut self, state: Option<UpdateState>) -> Option<UpdateState> {
        let path = self.folder.path().join("stick.json");
        match state {
            Some(state) => {
                let text = serde_json::to_vec(&StickUpdate { state }).unwrap();
                std::fs::write(&path, text).unwrap();
            }
            None => std::fs::remove_file(&path).unwrap(),
        }
        look_at_stick(&mut self.vault, Some(&path)).unwrap();
        self.vault.read(status).unwrap().stick
    }

    /// What the gateway is told, oldest first.
    fn told(&self) -> Vec<UpdateState> {
        let bodies = self.vault.read(|c| outbox::next_batch(c, 100, usize::MAX));
        bodies
            .unwrap()
            .iter()
            .filter_map(|outgoing| {
                let command: protocol::command::Command =
                    serde_json::from_str(&outgoing.body).unwrap();
                match command.action {
                    Action::UpdateReport(report) => Some(report.state),
                    _ => None,
                }
            })
            .collect()
    }

    fn stage(&self) -> Option<Stage> {
        let status = self.vault.read(status).unwrap();
        status.offered.map(|(_, stage)| stage)
    }
}

#[test]
fn a_bundle_over_a_line_that_is_cut_is_resumed_and_handed_over_whole() {
    let mut scene = Scene::offered();
    scene.shelf.cut = 2;
    assert_eq!(scene.run(20), Step::HandedOver);
    assert_eq!(scene.files(), [Handover::NOTE, Handover::BUNDLE]);
    let bundle = std::fs::read(scene.staged().join(Handover::BUNDLE)).unwrap();
    assert_eq!(bundle, scene.shelf.bundle);
    let note = std::fs::read(scene.staged().join(Handover::NOTE)).unwrap();
    let note: Handover = serde_json::from_slice(&note).unwrap();
    assert_eq!(
        (note.sha256, note.size),
        (scene.offer.sha256, scene.offer.size)
    );
    // Every piece once, but for those whose answers were cut.
    let mut fresh = scene.shelf.asked.clone();
    fresh.dedup();
    assert_eq!(fresh, [0, PIECE, 2 * PIECE, 3 * PIECE]);
    assert_eq!(scene.step().unwrap(), Step::Idle);
    assert_eq!(
        scene.files().len(),
        2,
        "the hand-over stays until it is taken"
    );
}

#[test]
fn a_damaged_bundle_is_fetched_again_so_often_and_then_refused() {
    let mut scene = Scene::offered();
    scene.shelf.bundle[5] ^= 1;
    for n in 1..=MAX_DAMAGED {
        assert_eq!(scene.run(20), Step::Damaged, "{n}");
        assert!(scene.files().is_empty());
    }
    assert_eq!(scene.step().unwrap(), Step::Idle);
    let code = ProblemCode::UpdateDamaged;
    let refused = UpdateState::Refused { code };
    assert_eq!(scene.stage(), Some(Stage::Machine(refused.clone())));
    assert!(scene.look("0.2.0", 1));
    assert_eq!(scene.told(), [refused]);
    // The operator offers it again.
    scene.shelf.bundle[5] ^= 1;
    let again = scene.offer.clone();
    scene.vault.write(|tx| offer(tx, &again)).unwrap();
    assert_eq!(scene.run(20), Step::HandedOver);
    scene.vault.write(|tx| offer(tx, &again)).unwrap();
    assert_eq!(scene.step().unwrap(), Step::Idle, "the same offer twice");
}

#[test]
fn a_full_disk_waits_and_fetches_nothing_until_there_is_room_for_both_copies() {
    use std::sync::atomic::Ordering::SeqCst;

    let mut scene = Scene::offered();
    scene.free.store(2 * scene.offer.size + RESERVE - 1, SeqCst);
    assert_eq!(scene.step().unwrap(), Step::NoRoom);
    assert_eq!(scene.stage(), Some(Stage::NoRoom));
    assert_eq!(scene.shelf.requests, 0);
    scene.free.store(2 * scene.offer.size + RESERVE, SeqCst);
    assert_eq!(scene.step().unwrap(), Step::Piece);
    assert_eq!(scene.stage(), Some(Stage::Wanted));
}

#[test]
fn what_was_taken_back_is_deleted_told_by_the_feed_or_by_the_gateways_refusal() {
    let mut scene = Scene::offered();
    scene.step().unwrap();
    assert_eq!(scene.files().len(), 1);
    let sha256 = scene.offer.sha256;
    scene.vault.write(|tx| withdraw(tx, sha256)).unwrap();
    assert_eq!(scene.step().unwrap(), Step::Idle);
    assert!(scene.files().is_empty());

    for code in [ProblemCode::ReleaseWithdrawn, ProblemCode::ReleaseUnknown] {
        let mut scene = Scene::offered();
        scene.step().unwrap();
        scene.shelf.refuse = Some((410, code));
        assert_eq!(scene.step().unwrap(), Step::Withdrawn);
        assert!(scene.files().is_empty());
        assert_eq!(scene.stage(), None);
    }
}

#[test]
fn a_newer_offer_takes_the_place_of_one_that_is_half_fetched() {
    let mut scene = Scene::offered();
    scene.step().unwrap();
    let newer = ReleaseOffer {
        version: version("0.4.0"),
        sha256: Sha256Digest::of(b"another"),
        size: scene.offer.size,
    };
    scene.vault.write(|tx| offer(tx, &newer)).unwrap();
    scene.step().unwrap();
    assert_eq!(scene.files(), [format!("{}.part", newer.sha256)]);
    let late = scene.offer.sha256;
    scene.vault.write(|tx| withdraw(tx, late)).unwrap();
    assert!(scene.stage().is_some(), "another offer's withdrawal");
    let large = ReleaseOffer {
        size: protocol::release::MAX_BUNDLE_BYTES + 1,
        ..newer
    };
    assert!(scene.vault.write(|tx| offer(tx, &large)).is_err());
}

#[test]
fn each_thing_that_becomes_of_it_is_told_once() {
    let mut scene = Scene::offered();
    assert!(!scene.look("0.2.0", 1), "nothing to tell yet");
    assert_eq!(scene.run(20), Step::HandedOver);
    // The word about an earlier hand-over of something else changes nothing.
    let other = MachineUpdate {
        version: version("0.1.0"),
        sha256: Sha256Digest::of(b"other"),
        state: UpdateState::CameBack,
    };
    std::fs::write(scene.machine(), serde_json::to_vec(&other).unwrap()).unwrap();
    assert!(scene.look("0.2.0", 2));
    assert!(!scene.look("0.2.0", 3));
    scene.machine_says(UpdateState::Written);
    assert!(scene.look("0.2.0", 4));
    scene.machine_says(UpdateState::Installed);
    assert!(scene.look("0.3.0", 5));
    assert!(!scene.look("0.3.0", 6));
    assert_eq!(
        scene.told(),
        [
            UpdateState::Fetched,
            UpdateState::Written,
            UpdateState::Installed
        ]
    );
    assert_eq!(
        scene.vault.read(status).unwrap().running,
        Some(version("0.3.0"))
    );
}

#[test]
fn an_offer_of_what_runs_already_is_not_fetched() {
    let mut scene = Scene::offered();
    assert!(scene.look("0.3.0", 1));
    assert_eq!(scene.told(), [UpdateState::Installed]);
    assert_eq!(scene.step().unwrap(), Step::Idle);
    assert_eq!(scene.shelf.requests, 0);
}

#[test]
fn what_the_machine_writes_is_read_within_bounds_and_nonsense_is_no_word() {
    let mut scene = Scene::offered();
    assert_eq!(scene.run(20), Step::HandedOver);
    assert!(scene.look("0.2.0", 1));
    for nonsense in ["", "{}", "[1]", &"x".repeat(100_000)] {
        std::fs::write(scene.machine(), nonsense).unwrap();
        assert!(!scene.look("0.2.0", 2));
    }
    let image = scene.folder.path().join("image.toml");
    assert_eq!(running(&image), None);
    std::fs::write(&image, "version = \"0.2.0\"\nminimum = \"0.1.0\"\n").unwrap();
    assert_eq!(running(&image), Some(version("0.2.0")));
}

#[test]
fn what_became_of_a_stick_is_shown_until_a_start_without_one_and_told_to_nobody() {
    let mut scene = Scene::new();
    let refused = UpdateState::Refused {
        code: ProblemCode::UpdateOlder,
    };
    assert_eq!(scene.stick(Some(refused.clone())), Some(refused));
    assert_eq!(
        scene.stick(Some(UpdateState::Written)),
        Some(UpdateState::Written)
    );
    assert_eq!(scene.stick(None), None);
    assert!(scene.told().is_empty());
}

#[test]
fn a_word_about_a_stick_that_is_none_is_passed_over() {
    let mut scene = Scene::new();
    let path = scene.folder.path().join("stick.json");
    for nonsense in ["", "{", "{\"state\":7}"] {
        std::fs::write(&path, nonsense).unwrap();
        look_at_stick(&mut scene.vault, Some(&path)).unwrap();
        assert_eq!(scene.vault.read(status).unwrap().stick, None);
    }
}

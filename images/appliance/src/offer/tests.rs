use protocol::provisioning::Version;

use super::*;
use crate::installs::{History, Present};

/// A machine that reads a manifest where RAUC would verify a bundle: its first line is the
/// signature, the rest the manifest.
struct Bench {
    _folder: tempfile::TempDir,
    places: Places,
    slot: Slot,
    minimum: Option<Version>,
    history: History,
    installed: Vec<Vec<u8>>,
    cut: bool,
}

impl Machine for Bench {
    fn install(&mut self, bundle: &Path) -> Result<(), ProblemCode> {
        assert!(!self.cut, "the power went");
        let bytes = fs::read(bundle).map_err(|_| ProblemCode::UpdateRefused)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(manifest) = text.strip_prefix("signed\n") else {
            return Err(ProblemCode::UpdateRefused);
        };
        self.history
            .admit(
                manifest,
                &Present {
                    running: number("0.2.0"),
                    slot: self.slot,
                    successor: Successor::None,
                    minimum: self.minimum,
                },
            )
            .map_err(|fault| fault.code())?;
        self.history.begun(manifest, self.slot);
        self.installed.push(bytes);
        Ok(())
    }

    fn slot(&self) -> Slot {
        self.slot
    }
}

fn number(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn bundle(version: &str) -> Vec<u8> {
    format!("signed\n[update]\nversion={version}\n").into_bytes()
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let places = Places {
            handed: at("kiosk"),
            bundle: at("system/offered.raucb"),
            record: at("system/offered.json"),
            shown: at("run/update.json"),
        };
        fs::create_dir_all(&places.handed).expect("made");
        fs::create_dir_all(at("system")).expect("made");
        Self {
            _folder: folder,
            places,
            slot: Slot::A,
            minimum: Some(number("0.2.0")),
            history: History::default(),
            installed: Vec::new(),
            cut: false,
        }
    }

    /// Takes what was handed over; the power goes while it is written, and comes back.
    fn take_and_lose_power(&mut self) {
        self.cut = true;
        let places = self.places.clone();
        let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| take(&places, self)));
        assert!(cut.is_err());
        self.cut = false;
    }

    fn hand_over(&self, version: &str, bytes: &[u8]) {
        let note = Handover {
            version: number(version),
            sha256: Sha256Digest::of(bytes),
            size: bytes.len() as u64,
        };
        fs::write(self.places.handed.join(Handover::BUNDLE), bytes).expect("written");
        self.note(&note);
    }

    fn note(&self, note: &Handover) {
        let text = serde_json::to_vec(note).expect("JSON");
        fs::write(self.places.handed.join(Handover::NOTE), text).expect("written");
    }

    fn take(&mut self) -> Next {
        let places = self.places.clone();
        take(&places, self).expect("the system's own files are well")
    }

    /// A system is kept in a slot, and what was begun is settled.
    fn keep(&mut self, slot: Slot, successor: Successor) {
        self.history.kept(slot, successor);
        kept(&self.places, slot, successor).expect("kept");
    }

    fn shown(&self) -> UpdateState {
        let text = fs::read(&self.places.shown).expect("shown");
        let update: MachineUpdate = serde_json::from_slice(&text).expect("JSON");
        update.state
    }

    fn refused(&self) -> String {
        match self.shown() {
            UpdateState::Refused { code } => code.to_string(),
            other => panic!("{other:?}"),
        }
    }

    fn nothing_is_left(&self) {
        assert!(!self.places.bundle.exists());
        let left = fs::read_dir(&self.places.handed).expect("read").count();
        assert_eq!(left, 0);
    }
}

#[test]
fn a_bundle_that_was_handed_over_is_written_and_kept_when_the_other_slot_runs() {
    let mut bench = Bench::new();
    assert_eq!(bench.take(), Next::Stay, "nothing was handed over");
    bench.hand_over("0.3.0", &bundle("0.3.0"));
    assert_eq!(bench.take(), Next::Restart);
    assert_eq!(bench.installed, [bundle("0.3.0")]);
    assert_eq!(bench.shown(), UpdateState::Written);
    bench.nothing_is_left();
    bench.keep(Slot::B, Successor::None);
    assert_eq!(bench.shown(), UpdateState::Installed);
    // Another start of the same system says the same.
    bench.keep(Slot::B, Successor::None);
    fs::remove_file(&bench.places.shown).expect("memory is empty at a start");
    publish(&bench.places).expect("shown");
    assert_eq!(bench.shown(), UpdateState::Installed);
}

#[test]
fn a_system_that_comes_back_says_so_and_its_bundle_is_not_tried_again() {
    let mut bench = Bench::new();
    bench.hand_over("0.3.0", &bundle("0.3.0"));
    assert_eq!(bench.take(), Next::Restart);
    // Started again before its trial, it still waits for it.
    bench.keep(Slot::A, Successor::Waits);
    assert_eq!(bench.shown(), UpdateState::Written);
    bench.keep(Slot::A, Successor::GaveWay);
    assert_eq!(bench.shown(), UpdateState::CameBack);
    for _ in 0..2 {
        bench.hand_over("0.3.0", &bundle("0.3.0"));
        assert_eq!(bench.take(), Next::Stay);
        assert_eq!(bench.refused(), "MDG-UPDATE-CAME-BACK");
        assert_eq!(bench.installed.len(), 1);
        bench.nothing_is_left();
    }
    bench.hand_over("0.3.1", &bundle("0.3.1"));
    assert_eq!(bench.take(), Next::Restart);
}

#[test]
fn the_gateways_word_installs_nothing_that_is_unsigned_or_older_than_the_minimum() {
    let mut bench = Bench::new();
    // Said to be new, and old by the bundle's own word.
    bench.hand_over("9.0.0", &bundle("0.1.9"));
    assert_eq!(bench.take(), Next::Stay);
    assert_eq!(bench.refused(), "MDG-UPDATE-OLDER");
    bench.nothing_is_left();
    bench.hand_over("0.3.0", b"[update]\nversion=0.3.0\n");
    assert_eq!(bench.take(), Next::Stay);
    assert_eq!(bench.refused(), "MDG-UPDATE-REFUSED");
    bench.hand_over("0.3.0", b"signed\n[update]\n");
    assert_eq!(bench.take(), Next::Stay);
    assert_eq!(bench.refused(), "MDG-UPDATE-VERSION");
    assert!(bench.installed.is_empty());
}

#[test]
fn a_bundle_that_is_not_what_the_note_says_is_refused() {
    let mut bench = Bench::new();
    let good = bundle("0.3.0");
    let note = |size, sha256| Handover {
        version: number("0.3.0"),
        sha256,
        size,
    };
    let length = good.len() as u64;
    for wrong in [
        note(length, Sha256Digest::of(b"other")),
        note(length - 1, Sha256Digest::of(&good)),
        note(length + 1, Sha256Digest::of(&good)),
    ] {
        bench.hand_over("0.3.0", &good);
        bench.note(&wrong);
        assert_eq!(bench.take(), Next::Stay);
        assert_eq!(bench.refused(), "MDG-UPDATE-DAMAGED");
        bench.nothing_is_left();
    }
    bench.hand_over("0.3.0", &good);
    bench.note(&note(MAX_BUNDLE_BYTES + 1, Sha256Digest::of(&good)));
    assert_eq!(bench.take(), Next::Stay);
    assert_eq!(bench.refused(), "MDG-RELEASE-FILE");
    assert!(bench.installed.is_empty());
}

#[test]
fn nothing_but_plain_files_of_the_kiosk_is_read() {
    use std::os::unix::fs::symlink;

    let mut bench = Bench::new();
    let secret = bench.places.bundle.with_file_name("secret");
    fs::write(&secret, bundle("0.3.0")).expect("written");
    let handed = bench.places.handed.join(Handover::BUNDLE);
    let good = Handover {
        version: number("0.3.0"),
        sha256: Sha256Digest::of(&bundle("0.3.0")),
        size: bundle("0.3.0").len() as u64,
    };
    symlink(&secret, &handed).expect("linked");
    bench.note(&good);
    assert_eq!(bench.take(), Next::Stay);
    fs::hard_link(&secret, &handed).expect("linked");
    bench.note(&good);
    assert_eq!(bench.take(), Next::Stay);
    // A note that is a link, and one that is no note.
    symlink(&secret, bench.places.handed.join(Handover::NOTE)).expect("linked");
    assert_eq!(bench.take(), Next::Stay);
    fs::write(bench.places.handed.join(Handover::NOTE), "{").expect("written");
    assert_eq!(bench.take(), Next::Stay);
    assert!(bench.installed.is_empty());
    bench.nothing_is_left();
    assert_eq!(fs::read(&secret).expect("untouched"), bundle("0.3.0"));
}

#[test]
fn a_power_cut_while_it_is_written_goes_on_at_the_next_start() {
    let mut bench = Bench::new();
    bench.hand_over("0.3.0", &bundle("0.3.0"));
    bench.take_and_lose_power();
    assert_eq!(bench.shown(), UpdateState::Fetched);
    assert_eq!(bench.take(), Next::Restart);
    assert_eq!(bench.installed, [bundle("0.3.0")]);
    bench.nothing_is_left();
}

#[test]
fn a_power_cut_before_the_word_that_it_is_written_does_not_write_over_the_system_before() {
    let mut bench = Bench::new();
    bench.hand_over("0.3.0", &bundle("0.3.0"));
    bench.take_and_lose_power();
    // The last byte and the slot's record were written; the other slot started and was kept.
    bench.slot = Slot::B;
    bench.keep(Slot::B, Successor::None);
    assert_eq!(bench.shown(), UpdateState::Installed);
    assert_eq!(bench.take(), Next::Stay);
    assert!(
        bench.installed.is_empty(),
        "nothing is written a second time"
    );
    bench.nothing_is_left();
}

#[test]
fn what_a_cut_left_of_a_bundle_that_is_done_with_goes_and_the_next_offer_is_taken() {
    let mut bench = Bench::new();
    bench.hand_over("0.3.0", &bundle("0.3.0"));
    assert_eq!(bench.take(), Next::Restart);
    // The word that it is written came to the disk, the end of the file did not.
    fs::write(&bench.places.bundle, bundle("0.3.0")).expect("written");
    assert_eq!(bench.take(), Next::Stay);
    bench.nothing_is_left();
    bench.hand_over("0.3.1", &bundle("0.3.1"));
    assert_eq!(bench.take(), Next::Restart);
}

//! What was installed last, and what is not installed again.
//!
//! The updater asks before it writes anything ([`History::admit`]), for a stick and for an offer
//! alike, so that a stick that was left in, or a kiosk that was taken over, cannot write the same
//! system again and again. A bundle is known by its manifest, which its signature covers and which
//! names the content by its hashes.

use protocol::identity::Sha256Digest;
use protocol::provisioning::Version;
use serde::{Deserialize, Serialize};

use crate::Fault;
use crate::slots::{Slot, Successor};
use crate::version;

/// How many bundles that came back are remembered; the oldest goes first.
pub const MAX_CAME_BACK: usize = 16;

/// What is kept over restarts and updates. A field that is not known is of a newer system, which
/// gave way to this one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    /// What is being written, or waits for its trial.
    #[serde(default)]
    last: Option<Install>,
    /// Manifests of bundles whose system was not good enough.
    #[serde(default)]
    came_back: Vec<Sha256Digest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Install {
    manifest: Sha256Digest,
    /// The slot that ran when it began (`A`, `B`).
    ran: String,
}

/// What the machine is like when a bundle comes.
#[derive(Debug, Clone, Copy)]
pub struct Present {
    /// The version that runs.
    pub running: Version,
    /// The slot that it runs from.
    pub slot: Slot,
    /// What is to follow it.
    pub successor: Successor,
    /// The lowest version that may be installed.
    pub minimum: Option<Version>,
}

impl History {
    /// May the bundle with this verified manifest be written?
    ///
    /// # Errors
    /// [`Fault::UpdateVersion`], [`Fault::UpdateOlder`], [`Fault::UpdateSame`],
    /// [`Fault::UpdateWaits`], [`Fault::UpdateCameBack`]; nothing was written.
    pub fn admit(&self, manifest: &str, present: &Present) -> Result<(), Fault> {
        let found = version::of_bundle(manifest)?;
        version::allow(found, present.minimum)?;
        if found == present.running {
            return Err(Fault::UpdateSame);
        }
        let waits = self.last.as_ref().is_some_and(|install| {
            present.successor == Successor::Waits
                && install.ran == present.slot.letter()
                && install.manifest == digest(manifest)
        });
        if waits {
            return Err(Fault::UpdateWaits);
        }
        if self.came_back.contains(&digest(manifest)) {
            return Err(Fault::UpdateCameBack);
        }
        Ok(())
    }

    /// It is going to be written while `ran` runs.
    pub fn begun(&mut self, manifest: &str, ran: Slot) {
        self.last = Some(Install {
            manifest: digest(manifest),
            ran: ran.letter().to_owned(),
        });
    }

    /// A system was kept in `slot`. Without a successor, what was begun while it ran was
    /// interrupted, and may be tried again.
    pub fn kept(&mut self, slot: Slot, successor: Successor) {
        if successor == Successor::Waits {
            return;
        }
        let Some(install) = self.last.take() else {
            return;
        };
        let came_back = install.ran == slot.letter() && successor == Successor::GaveWay;
        if came_back && !self.came_back.contains(&install.manifest) {
            self.came_back.push(install.manifest);
            let over = self.came_back.len().saturating_sub(MAX_CAME_BACK);
            self.came_back.drain(..over);
        }
    }
}

fn digest(manifest: &str) -> Sha256Digest {
    Sha256Digest::of(manifest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("a version")
    }

    fn present(running: &str) -> Present {
        Present {
            running: version(running),
            slot: Slot::A,
            successor: Successor::None,
            minimum: Some(version("0.2.0")),
        }
    }

    fn manifest(version: &str) -> String {
        format!("[update]\nversion={version}\n\n[image.root]\nsha256={version}\n")
    }

    fn refused(history: &History, of: &str, running: &str) -> Fault {
        history
            .admit(&manifest(of), &present(running))
            .expect_err("refused")
    }

    #[test]
    fn a_stick_that_was_left_in_is_not_installed_again() {
        let mut history = History::default();
        history.begun(&manifest("0.3.0"), Slot::A);
        history.kept(Slot::B, Successor::None);
        assert!(matches!(
            refused(&history, "0.3.0", "0.3.0"),
            Fault::UpdateSame
        ));
    }

    #[test]
    fn what_came_back_stays_out_however_often_it_is_handed_over() {
        let mut history = History::default();
        history.begun(&manifest("0.3.0"), Slot::A);
        history.kept(Slot::A, Successor::Waits);
        history.kept(Slot::A, Successor::GaveWay);
        for _ in 0..3 {
            let fault = refused(&history, "0.3.0", "0.2.0");
            assert!(matches!(fault, Fault::UpdateCameBack));
            // Another one in between takes nothing back.
            history.begun(&manifest("0.3.1"), Slot::A);
            history.kept(Slot::B, Successor::None);
        }
        let another = history.admit(&manifest("0.3.2"), &present("0.2.0"));
        assert!(another.is_ok());
    }

    #[test]
    fn what_waits_for_its_trial_is_not_written_again_and_another_bundle_is() {
        let mut history = History::default();
        history.begun(&manifest("0.3.0"), Slot::A);
        let waiting = Present {
            successor: Successor::Waits,
            ..present("0.2.0")
        };
        let again = history.admit(&manifest("0.3.0"), &waiting);
        assert!(matches!(again, Err(Fault::UpdateWaits)));
        assert!(history.admit(&manifest("0.3.1"), &waiting).is_ok());
        // Interrupted while it was written, nothing waits.
        assert!(history.admit(&manifest("0.3.0"), &present("0.2.0")).is_ok());
    }

    #[test]
    fn what_was_interrupted_may_be_tried_again() {
        let mut history = History::default();
        history.begun(&manifest("0.3.0"), Slot::A);
        history.kept(Slot::A, Successor::None);
        let again = history.admit(&manifest("0.3.0"), &present("0.2.0"));
        assert!(again.is_ok());
    }

    #[test]
    fn older_than_the_minimum_or_without_a_version_is_refused_first() {
        let history = History::default();
        let fault = refused(&history, "0.1.9", "0.1.9");
        assert!(matches!(fault, Fault::UpdateOlder { .. }));
        let fault = history.admit("[update]\n", &present("0.2.0"));
        assert!(matches!(fault, Err(Fault::UpdateVersion)));
    }

    #[test]
    fn no_more_is_remembered_than_the_limit_and_the_youngest_stay() {
        let mut history = History::default();
        for number in 0..=MAX_CAME_BACK {
            history.begun(&manifest(&format!("1.0.{number}")), Slot::B);
            history.kept(Slot::B, Successor::GaveWay);
        }
        assert_eq!(history.came_back.len(), MAX_CAME_BACK);
        let oldest = history.admit(&manifest("1.0.0"), &present("0.2.0"));
        assert!(oldest.is_ok());
        let last = format!("1.0.{MAX_CAME_BACK}");
        assert!(matches!(
            refused(&history, &last, "0.2.0"),
            Fault::UpdateCameBack
        ));
    }

    #[test]
    fn a_record_of_a_newer_system_is_read_without_what_is_not_known() {
        let text = r#"{"last":null,"came_back":[],"colour":"blue"}"#;
        let history: History = serde_json::from_str(text).expect("a record");
        assert_eq!(history, History::default());
    }
}

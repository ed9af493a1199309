//! New systems for terminals: offered, fetched over a line that is cut, told, taken back.

use gateway::harness::{Harness, OFFICE, OTHER_OFFICE, Options};
use gateway::operator::{self, Offered};
use gateway::store::{self, Audience, Release, Standing};
use protocol::answer::{FeedEntry, FeedItem};
use protocol::command::Action;
use protocol::exchange::{Outcome, Sha256Digest};
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::release::{ReleaseOffer, UpdateReport, UpdateState};

use crate::client::{Identity, ask, enrol, post};
use crate::work::{command, envelope, now, request};

struct Scene {
    folder: tempfile::TempDir,
    harness: Harness,
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn bundle(fill: u8) -> Vec<u8> {
    let mut bytes = b"hsqs".to_vec();
    bytes.extend((0..300_000_u32).map(|n| (n % 251) as u8 ^ fill));
    bytes
}

fn everybody(percent: u8) -> Standing {
    Standing {
        to: Audience::All,
        percent,
    }
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let harness = Harness::start(&folder.path().join("gateway"), Options::default()).unwrap();
        Self { folder, harness }
    }

    fn add(&self, number: &str, bytes: &[u8]) -> Result<Release, gateway::GatewayError> {
        let file = self.folder.path().join("update.raucb");
        std::fs::write(&file, bytes).unwrap();
        operator::add_release(
            self.harness.store(),
            &self.harness.layout().bundles(),
            &file,
            version(number),
            version("0.2.0"),
            now(),
        )
    }

    fn offer(&self, number: &str, to: &Standing) -> Result<Offered, gateway::GatewayError> {
        operator::offer_release(self.harness.store(), version(number), to, now())
    }

    fn withdraw(&self, number: &str) {
        let bundles = self.harness.layout().bundles();
        operator::withdraw_release(self.harness.store(), &bundles, version(number), now()).unwrap();
    }

    fn feed(&self, identity: &Identity) -> Vec<FeedItem> {
        let asked = request(0, vec![]);
        let answer = post(&self.harness, Some(identity), "/v1/exchange", &asked);
        let (_, response) = answer.exchange(&self.harness);
        let items = response.feed.into_iter().map(|FeedEntry { item, .. }| item);
        items.collect()
    }

    fn offers(&self, identity: &Identity) -> Vec<ReleaseOffer> {
        let items = self.feed(identity).into_iter();
        items
            .filter_map(|item| match item {
                FeedItem::ReleaseOffered(offer) => Some(offer),
                _ => None,
            })
            .collect()
    }

    fn get(
        &self,
        identity: Option<&Identity>,
        sha256: &Sha256Digest,
        headers: &[(&str, &str)],
    ) -> crate::client::Answer {
        let path = format!("/v1/releases/{sha256}");
        ask(&self.harness, identity, "GET", &path, headers, b"").unwrap()
    }

    fn states(&self) -> Vec<Option<UpdateState>> {
        let targets = store::read(self.harness.store(), |tx| tx.targets(None)).unwrap();
        targets.into_iter().map(|target| target.state).collect()
    }
}

#[test]
fn an_offered_bundle_is_fetched_in_pieces_by_whom_it_is_offered_to_and_nobody_else() {
    let scene = Scene::new();
    let here = enrol(&scene.harness, OFFICE, "UNIT-1");
    let there = enrol(&scene.harness, OTHER_OFFICE, "UNIT-2");
    let bytes = bundle(1);
    let release = scene.add("0.3.0", &bytes).unwrap();
    assert!(scene.offers(&here).is_empty(), "adding tells nobody");
    let office = Standing {
        to: Audience::Office(OfficeNumber::parse(OFFICE).unwrap()),
        percent: 100,
    };
    let done = scene.offer("0.3.0", &office).unwrap();
    assert_eq!((done.chosen, done.told), (1, 1));
    let offers = scene.offers(&here);
    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].sha256, Sha256Digest::of(&bytes));
    assert_eq!(offers[0].size, bytes.len() as u64);
    assert!(scene.offers(&there).is_empty());

    // A cut download goes on from where it was.
    let etag = format!("\"{}\"", release.sha256);
    let mut got = Vec::new();
    for (from, last) in [(0, 99_999), (100_000, 262_143), (262_144, bytes.len() - 1)] {
        let range = format!("bytes={from}-{last}");
        let headers = [("range", range.as_str()), ("if-range", etag.as_str())];
        let answer = scene.get(Some(&here), &release.sha256, &headers);
        assert_eq!(answer.status, 206);
        let wanted = format!("bytes {from}-{last}/{}", bytes.len());
        assert_eq!(answer.header("content-range"), Some(wanted.as_str()));
        got.extend(answer.body);
    }
    assert_eq!(got, bytes);
    let outside = scene.get(Some(&here), &release.sha256, &[("range", "bytes=900000-")]);
    assert_eq!(outside.status, 416);

    let refused = |who: Option<&Identity>| scene.get(who, &release.sha256, &[]).code();
    assert_eq!(refused(Some(&there)), ProblemCode::ReleaseUnknown);
    assert_eq!(refused(None), ProblemCode::CertificateMissing);
    let other = Sha256Digest::of(b"other");
    let unknown = scene.get(Some(&here), &other, &[]);
    assert_eq!(
        (unknown.status, unknown.code()),
        (404, ProblemCode::ReleaseUnknown)
    );
}

#[test]
fn a_terminal_that_is_enrolled_later_is_offered_what_stands_and_only_the_highest() {
    let scene = Scene::new();
    scene.add("0.3.0", &bundle(1)).unwrap();
    scene.add("0.10.0", &bundle(2)).unwrap();
    scene.offer("0.3.0", &everybody(100)).unwrap();
    scene.offer("0.10.0", &everybody(100)).unwrap();
    let late = enrol(&scene.harness, OFFICE, "UNIT-9");
    let offers = scene.offers(&late);
    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].version, version("0.10.0"));
}

#[test]
fn a_stage_reaches_a_share_and_a_larger_one_only_those_that_were_not_told() {
    let scene = Scene::new();
    let bench: Vec<Identity> = (0..12)
        .map(|n| enrol(&scene.harness, OFFICE, &format!("UNIT-{n}")))
        .collect();
    scene.add("0.3.0", &bundle(1)).unwrap();
    let part = scene.offer("0.3.0", &everybody(40)).unwrap();
    assert!(part.chosen == part.told && part.chosen < 12);
    let rest = scene.offer("0.3.0", &everybody(100)).unwrap();
    assert_eq!((rest.chosen, rest.told), (12, 12 - part.told));
    for identity in &bench {
        assert_eq!(scene.offers(identity).len(), 1);
    }
    let one = Standing {
        to: Audience::Serial("UNIT-3".to_owned()),
        percent: 100,
    };
    let again = scene.offer("0.3.0", &one).unwrap();
    assert_eq!((again.chosen, again.told), (1, 0));
}

#[test]
fn what_became_of_it_is_kept_and_a_report_about_something_else_is_refused() {
    let scene = Scene::new();
    let here = enrol(&scene.harness, OFFICE, "UNIT-1");
    let release = scene.add("0.3.0", &bundle(1)).unwrap();
    scene.offer("0.3.0", &everybody(100)).unwrap();
    assert_eq!(scene.states(), [None]);
    let report = |number: &str, state| {
        command(Action::UpdateReport(UpdateReport {
            version: version(number),
            sha256: release.sha256,
            running: version("0.2.0"),
            state,
        }))
    };
    let refused = UpdateState::Refused {
        code: ProblemCode::UpdateOlder,
    };
    let mut commands = Vec::new();
    for (n, mut one) in [
        report("0.3.0", UpdateState::Fetched),
        report("0.3.0", refused.clone()),
        report("0.4.0", UpdateState::Installed),
    ]
    .into_iter()
    .enumerate()
    {
        one.insurer = None;
        commands.push(envelope(n as u64 + 1, &one));
    }
    let asked = request(0, commands);
    let answer = post(&scene.harness, Some(&here), "/v1/exchange", &asked);
    let (page, _) = answer.exchange(&scene.harness);
    let outcomes: Vec<_> = page.receipts.iter().map(|r| r.outcome.clone()).collect();
    let unknown = Outcome::Refused {
        code: ProblemCode::ReleaseUnknown,
    };
    assert_eq!(outcomes, [Outcome::Accepted, Outcome::Accepted, unknown]);
    assert_eq!(scene.states(), [Some(refused)]);
}

#[test]
fn a_release_that_was_taken_back_is_told_deleted_and_fetched_by_nobody() {
    let scene = Scene::new();
    let here = enrol(&scene.harness, OFFICE, "UNIT-1");
    let release = scene.add("0.3.0", &bundle(1)).unwrap();
    scene.offer("0.3.0", &everybody(100)).unwrap();
    assert_eq!(scene.get(Some(&here), &release.sha256, &[]).status, 200);
    scene.withdraw("0.3.0");
    let gone = scene.get(Some(&here), &release.sha256, &[]);
    assert_eq!(
        (gone.status, gone.code()),
        (410, ProblemCode::ReleaseWithdrawn)
    );
    let last = scene.feed(&here).pop();
    let sha256 = release.sha256;
    assert_eq!(last, Some(FeedItem::ReleaseWithdrawn { sha256 }));
    assert!(!scene.harness.layout().bundles().file(&sha256).exists());
    let again = scene.offer("0.3.0", &everybody(100)).unwrap_err();
    assert_eq!(again.code(), ProblemCode::ReleaseWithdrawn);
    let late = enrol(&scene.harness, OFFICE, "UNIT-2");
    assert!(scene.offers(&late).is_empty());
    // Added again it begins anew, also for whom it was offered to before.
    scene.add("0.3.0", &bundle(2)).unwrap();
    let done = scene.offer("0.3.0", &everybody(100)).unwrap();
    assert_eq!((done.chosen, done.told), (2, 2));
}

#[test]
fn what_is_no_bundle_or_not_what_it_is_said_to_be_is_not_added() {
    let scene = Scene::new();
    let code = |number: &str, bytes: &[u8]| scene.add(number, bytes).unwrap_err().code();
    assert_eq!(code("0.3.0", b""), ProblemCode::ReleaseFile);
    assert_eq!(code("0.3.0", b"PK\x03\x04"), ProblemCode::ReleaseFile);
    assert_eq!(code("0.1.0", &bundle(1)), ProblemCode::InputText);
    scene.add("0.3.0", &bundle(1)).unwrap();
    scene.add("0.3.0", &bundle(1)).unwrap();
    assert_eq!(code("0.3.0", &bundle(2)), ProblemCode::ReleaseFile);
    assert_eq!(code("0.4.0", &bundle(1)), ProblemCode::ReleaseFile);
    // Nobody is offered what every terminal would refuse.
    let low = scene.folder.path().join("low.raucb");
    std::fs::write(&low, bundle(3)).unwrap();
    let (store, bundles) = (scene.harness.store(), scene.harness.layout().bundles());
    operator::add_release(
        store,
        &bundles,
        &low,
        version("0.1.9"),
        version("0.1.0"),
        now(),
    )
    .unwrap();
    assert!(scene.offer("0.1.9", &everybody(100)).is_err());
    assert!(scene.offer("0.9.9", &everybody(100)).is_err());
}

#[test]
fn a_bundle_that_is_refused_leaves_no_file_and_takes_none_of_another_release() {
    let scene = Scene::new();
    let kept = scene.add("0.3.0", &bundle(1)).unwrap();
    let folder = scene.harness.layout().bundles();
    let first = folder.file(&kept.sha256);
    let folder = first.parent().unwrap();
    let files = || {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        names.sort();
        names
    };
    let code = |refused: Result<Release, gateway::GatewayError>| refused.unwrap_err().code();
    let wrong = ProblemCode::ReleaseFile;
    // Another one under the version, the same one under another version, and no bundle at all.
    assert_eq!(code(scene.add("0.3.0", &bundle(2))), wrong);
    assert_eq!(code(scene.add("0.4.0", &bundle(1))), wrong);
    assert_eq!(code(scene.add("0.4.0", b"hello")), wrong);
    assert_eq!(files(), std::slice::from_ref(&first));

    // While somebody else is adding one, nothing of theirs is touched.
    std::fs::write(folder.join("new"), b"theirs").unwrap();
    let held = std::fs::File::open(folder).unwrap();
    held.lock().unwrap();
    assert_eq!(code(scene.add("0.4.0", &bundle(3))), ProblemCode::InputText);
    assert_eq!(std::fs::read(folder.join("new")).unwrap(), b"theirs");
    drop(held);
    scene.add("0.4.0", &bundle(3)).unwrap();
    assert_eq!(files().len(), 2);
}

use std::sync::Arc;
use std::time::Duration;

use gateway::clock::ManualClock;
use gateway::config::Limits;
use gateway::engine::maintain;
use gateway::entropy::SystemEntropy;
use gateway::harness::{Harness, OFFICE, OTHER_OFFICE, Options};
use gateway::operator::{self, Delivery};
use gateway::store;
use protocol::answer::{Answer, DocumentOffer, FeedItem, SubjectDecision};
use protocol::calendar::Timestamp;
use protocol::command::{Action, DocumentMark};
use protocol::exchange::{CommandId, Outcome};
use protocol::problem::ProblemCode;

use crate::client::{Identity, Line, ask, config, enrol, post};
use crate::work::{command, disclosure, envelope, id, now, request};

struct Scene {
    _folder: tempfile::TempDir,
    clock: ManualClock,
    harness: Harness,
    identity: Identity,
}

/// A gateway with one request about two people.
fn scene() -> Scene {
    scene_within(Limits::default())
}

fn scene_within(limits: Limits) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new(now());
    let options = Options {
        clock: Arc::new(clock.clone()),
        limits,
        ..Options::default()
    };
    let harness = Harness::start(folder.path(), options).unwrap();
    let identity = enrol(&harness, OFFICE, "UNIT-1");
    let asked = request(0, vec![envelope(1, &disclosure(2, None))]);
    post(&harness, Some(&identity), "/v1/exchange", &asked).exchange(&harness);
    Scene {
        _folder: folder,
        clock,
        harness,
        identity,
    }
}

fn pdf(length: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((content.len()..length).map(|n| (n % 253) as u8));
    content
}

impl Scene {
    fn deliver(
        &self,
        subject: u16,
        content: &[u8],
    ) -> Result<DocumentOffer, gateway::GatewayError> {
        let blobs = self.harness.layout().open_blobs().unwrap();
        let delivery = Delivery {
            request: id(1),
            subject,
            content,
            keep: Duration::from_secs(3 * 86_400),
        };
        let store = self.harness.store();
        operator::deliver(store, &blobs, &SystemEntropy::default(), &delivery, now())
    }

    fn get(
        &self,
        identity: &Identity,
        offer: &DocumentOffer,
        headers: &[(&str, &str)],
    ) -> crate::client::Answer {
        let path = format!("/v1/documents/{}", offer.document);
        ask(&self.harness, Some(identity), "GET", &path, headers, b"").unwrap()
    }

    fn feed(&self) -> Vec<FeedItem> {
        let answer = post(
            &self.harness,
            Some(&self.identity),
            "/v1/exchange",
            &request(0, vec![]),
        );
        let (_, response) = answer.exchange(&self.harness);
        response.feed.into_iter().map(|entry| entry.item).collect()
    }

    fn say(&self, n: u64, action: Action) -> Outcome {
        let mut command = command(action);
        command.insurer = None;
        let batch = request(0, vec![envelope(n, &command)]);
        let answer = post(&self.harness, Some(&self.identity), "/v1/exchange", &batch);
        answer.exchange(&self.harness).0.receipts.remove(0).outcome
    }
}

#[test]
fn a_delivered_document_is_offered_fetched_and_its_times_recorded() {
    let scene = scene();
    let content = pdf(200_000);
    let offer = scene.deliver(1, &content).unwrap();
    assert_eq!(
        offer.display_name,
        "0000087084_汐見 花子_令和7年8月28日.pdf"
    );
    assert_eq!(offer.request_received_on, Some(now().japan_date()));
    let feed = scene.feed();
    assert!(feed.contains(&FeedItem::DocumentOffered(offer.clone())));
    let decided = feed.iter().any(|item| {
        matches!(item, FeedItem::Answer { command, answer: Answer::Disclosure(answer) }
            if *command == id(1)
                && answer.subjects == [SubjectDecision::Granted, SubjectDecision::Pending])
    });
    assert!(decided, "{feed:?}");

    let whole = scene.get(&scene.identity, &offer, &[]);
    assert_eq!(whole.status, 200);
    assert_eq!(whole.header("content-type"), Some("application/pdf"));
    assert_eq!(whole.body, content);
    let etag = whole.header("etag").unwrap().to_owned();
    assert_eq!(etag, format!("\"{}\"", offer.sha256));

    let rest = scene.get(
        &scene.identity,
        &offer,
        &[("range", "bytes=70000-"), ("if-range", &etag)],
    );
    assert_eq!(rest.status, 206);
    assert_eq!(
        rest.header("content-range"),
        Some("bytes 70000-199999/200000")
    );
    assert_eq!(rest.body, content[70_000..]);
    let outside = scene.get(&scene.identity, &offer, &[("range", "bytes=200000-")]);
    assert_eq!(
        (outside.status, outside.code()),
        (416, ProblemCode::DocumentRange)
    );

    let mark = DocumentMark {
        document: offer.document,
        sha256: offer.sha256,
    };
    assert_eq!(
        scene.say(10, Action::DocumentReceived(mark.clone())),
        Outcome::Accepted
    );
    scene.clock.advance(Duration::from_secs(60));
    assert_eq!(
        scene.say(11, Action::DocumentOpened(mark.clone())),
        Outcome::Accepted
    );
    scene.clock.advance(Duration::from_secs(60));
    assert_eq!(
        scene.say(12, Action::DocumentOpened(mark)),
        Outcome::Accepted
    );
    let document = offer.document;
    let kept = store::read(scene.harness.store(), move |tx| tx.document(&document))
        .unwrap()
        .unwrap();
    assert_eq!(kept.received_at, Some(now()));
    assert_eq!(kept.opened_at, Some(now() + Duration::from_secs(60)));
}

#[test]
fn a_document_is_only_for_its_office() {
    let scene = scene();
    let offer = scene.deliver(1, &pdf(1_000)).unwrap();
    let other = enrol(&scene.harness, OTHER_OFFICE, "UNIT-2");
    let refused = scene.get(&other, &offer, &[]);
    assert_eq!(
        (refused.status, refused.code()),
        (404, ProblemCode::DocumentUnknown)
    );
    let colleague = enrol(&scene.harness, OFFICE, "UNIT-3");
    assert_eq!(scene.get(&colleague, &offer, &[]).status, 200);
}

#[test]
fn at_its_deadline_a_document_is_gone_and_so_are_its_key_and_its_name() {
    let scene = scene();
    let offer = scene.deliver(1, &pdf(1_000)).unwrap();
    scene.clock.set(offer.deadline);
    let refused = scene.get(&scene.identity, &offer, &[]);
    assert_eq!(
        (refused.status, refused.code()),
        (410, ProblemCode::DocumentGone)
    );

    let blobs = scene.harness.layout().open_blobs().unwrap();
    let folder = scene.harness.layout().blobs();
    let document = offer.document;
    let purged = maintain(scene.harness.store(), &blobs, offer.deadline).unwrap();
    // The server's own tidying may have been first.
    assert!(purged.documents <= 1);
    let kept = store::read(scene.harness.store(), move |tx| tx.document(&document))
        .unwrap()
        .unwrap();
    assert!(kept.blob.is_none());
    assert_eq!(kept.offer.display_name, "");
    assert_eq!(kept.gone_at, Some(offer.deadline));
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    let feed = scene.feed();
    assert!(feed.contains(&FeedItem::DocumentWithdrawn { document }));
    let offered = |item: &FeedItem| matches!(item, FeedItem::DocumentOffered(_));
    assert!(!feed.iter().any(offered), "the name was still in the feed");
    assert_eq!(
        scene.get(&scene.identity, &offer, &[]).code(),
        ProblemCode::DocumentGone
    );
}

#[test]
fn only_a_pdf_by_its_content_is_delivered_to_a_person_not_decided_yet() {
    let scene = scene();
    assert!(scene.deliver(1, b"\x89PNG\r\n\x1a\n").is_err());
    assert!(scene.deliver(1, b"scan.pdf").is_err());
    assert!(scene.deliver(1, &pdf(10_000_001)).is_err());
    assert!(scene.deliver(0, &pdf(100)).is_err());
    assert!(scene.deliver(3, &pdf(100)).is_err());
    scene.deliver(2, &pdf(100)).unwrap();
    assert!(scene.deliver(2, &pdf(100)).is_err(), "delivered twice");
    let unknown = CommandId(uuid::Uuid::nil());
    assert!(operator::decline(scene.harness.store(), unknown, 1, now()).is_err());
    operator::decline(scene.harness.store(), id(1), 1, now()).unwrap();
    let last = scene.feed().into_iter().rev().find_map(|item| match item {
        FeedItem::Answer {
            answer: Answer::Disclosure(answer),
            ..
        } => Some(answer),
        _ => None,
    });
    let declined = SubjectDecision::Declined {
        code: ProblemCode::RequestDeclined,
    };
    assert_eq!(last.unwrap().subjects, [declined, SubjectDecision::Granted]);
    // Nothing of what was refused is left on the disk.
    let folder = scene.harness.layout().blobs();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
}

#[test]
fn a_word_about_a_document_of_nobody_or_with_another_hash_is_refused() {
    let scene = scene();
    let offer = scene.deliver(1, &pdf(100)).unwrap();
    let mark = |document, text: &[u8]| {
        Action::DocumentReceived(DocumentMark {
            document,
            sha256: protocol::exchange::Sha256Digest::of(text),
        })
    };
    let damaged = scene.say(10, mark(offer.document, b"another"));
    assert_eq!(
        damaged,
        Outcome::Refused {
            code: ProblemCode::DocumentDamaged
        }
    );
    let nobody = protocol::exchange::DocumentId(uuid::Uuid::nil());
    let unknown = scene.say(11, mark(nobody, b""));
    assert_eq!(
        unknown,
        Outcome::Refused {
            code: ProblemCode::DocumentUnknown
        }
    );
    let _: Timestamp = offer.deadline;
}

#[test]
fn one_download_too_many_is_told_to_come_back_and_then_gets_its_document() {
    let scene = scene_within(Limits {
        downloads: 1,
        ..Limits::default()
    });
    let content = pdf(9_000_000);
    let offer = scene.deliver(1, &content).unwrap();
    let shown = config(
        &scene.harness,
        Some(&scene.identity),
        &[&rustls::version::TLS13],
    );
    let mut stalled = Line::open(&scene.harness, &shown).unwrap();
    let path = format!("/v1/documents/{}", offer.document);
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stalled.send_raw(head.as_bytes()).unwrap();
    // Its head is here, so it has the only slot; it takes no more.
    assert_eq!(stalled.read_answer(true).unwrap().status, 200);
    let told = scene.get(&scene.identity, &offer, &[]);
    assert_eq!((told.status, told.code()), (503, ProblemCode::StoreBusy));
    assert_eq!(told.header("retry-after"), Some("5"));
    drop(stalled);
    let whole = loop {
        let answer = scene.get(&scene.identity, &offer, &[]);
        if answer.status != 503 {
            break answer;
        }
    };
    assert_eq!(whole.body, content);
}

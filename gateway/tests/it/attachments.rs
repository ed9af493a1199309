use std::sync::Arc;
use std::time::Duration;

use gateway::blob::BlobRef;
use gateway::clock::ManualClock;
use gateway::config::Limits;
use gateway::engine::{Settings, maintain};
use gateway::entropy::SystemEntropy;
use gateway::harness::{Bench, Harness, OFFICE, OTHER_OFFICE, Options};
use gateway::{operator, store};
use protocol::exchange::{Outcome, Sha256Digest};
use protocol::number::OfficeNumber;
use protocol::person::{Attachment, AttachmentMedia};
use protocol::problem::ProblemCode;

use crate::client::{Answer, Identity, Line, ask, config, enrol, post};
use crate::work::{disclosure, envelope, id, now, request};

fn served(quota: u64) -> (tempfile::TempDir, Harness, Identity) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        clock: Arc::new(ManualClock::new(now())),
        limits: Limits {
            attachment_bytes: quota,
            ..Limits::default()
        },
        ..Options::default()
    };
    let harness = Harness::start(folder.path(), options).unwrap();
    let identity = enrol(&harness, OFFICE, "UNIT-1");
    (folder, harness, identity)
}

fn png(length: usize) -> Vec<u8> {
    let mut content = b"\x89PNG\r\n\x1a\n".to_vec();
    content.extend((content.len()..length).map(|n| (n % 251) as u8));
    content
}

struct Upload<'a> {
    harness: &'a Harness,
    identity: &'a Identity,
    path: String,
    size: usize,
}

impl<'a> Upload<'a> {
    fn of(harness: &'a Harness, identity: &'a Identity, content: &[u8]) -> Self {
        Self {
            harness,
            identity,
            path: format!("/v1/attachments/{}", Sha256Digest::of(content)),
            size: content.len(),
        }
    }

    fn put(&self, offset: usize, piece: &[u8]) -> Answer {
        let (offset, size) = (offset.to_string(), self.size.to_string());
        let headers = [
            ("upload-offset", offset.as_str()),
            ("upload-length", size.as_str()),
            ("content-type", "application/octet-stream"),
        ];
        ask(
            self.harness,
            Some(self.identity),
            "PUT",
            &self.path,
            &headers,
            piece,
        )
        .unwrap()
    }

    fn held(&self) -> (u64, bool) {
        progress(
            &ask(
                self.harness,
                Some(self.identity),
                "HEAD",
                &self.path,
                &[],
                b"",
            )
            .unwrap(),
        )
    }
}

fn progress(answer: &Answer) -> (u64, bool) {
    assert_eq!(answer.status, 200);
    let held = answer.header("upload-offset").unwrap().parse().unwrap();
    (held, answer.header("upload-complete") == Some("?1"))
}

#[test]
fn an_upload_goes_on_from_what_is_held_and_is_verified_at_the_end() {
    let (_folder, harness, identity) = served(1_000_000);
    let content = png(300_000);
    let upload = Upload::of(&harness, &identity, &content);
    assert_eq!(upload.held(), (0, false));
    assert_eq!(
        progress(&upload.put(0, &content[..100_000])),
        (100_000, false)
    );
    assert_eq!(upload.held(), (100_000, false));
    let gap = upload.put(200_000, &content[200_000..]);
    assert_eq!(
        (gap.status, gap.code()),
        (409, ProblemCode::AttachmentRange)
    );
    let again = upload.put(0, &content[..100_000]);
    assert_eq!(again.code(), ProblemCode::AttachmentRange);
    assert_eq!(
        progress(&upload.put(100_000, &content[100_000..])),
        (300_000, true)
    );
    assert_eq!(upload.held(), (300_000, true));
    assert_eq!(progress(&upload.put(0, b"")), (300_000, true));
}

#[test]
fn a_connection_that_breaks_keeps_what_arrived() {
    let (_folder, harness, identity) = served(10_000_000);
    let content = png(3_000_000);
    let upload = Upload::of(&harness, &identity, &content);
    let config = config(&harness, Some(&identity), &[&rustls::version::TLS13]);
    let mut line = Line::open(&harness, &config).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: localhost\r\nupload-offset: 0\r\nupload-length: {}\r\ncontent-length: {}\r\n\r\n",
        upload.path,
        content.len(),
        content.len()
    );
    line.send_raw(head.as_bytes()).unwrap();
    line.send_raw(&content[..2_500_000]).unwrap();
    while upload.held().0 < 2_000_000 {}
    drop(line);
    assert!(upload.held().0 >= 2_000_000);
    loop {
        let at = upload.held().0 as usize;
        let answer = upload.put(at, &content[at..]);
        if answer.status == 200 {
            assert_eq!(progress(&answer), (3_000_000, true));
            break;
        }
        // The broken upload was still saving its last piece.
        assert_eq!(answer.code(), ProblemCode::AttachmentRange);
    }
}

#[test]
fn what_is_not_what_was_announced_is_thrown_away() {
    let (_folder, harness, identity) = served(1_000_000);
    let content = png(5_000);
    let upload = Upload::of(&harness, &identity, &content);
    let mut other = content.clone();
    other[4_999] ^= 1;
    let wrong = upload.put(0, &other);
    assert_eq!(
        (wrong.status, wrong.code()),
        (422, ProblemCode::AttachmentDigest)
    );
    assert_eq!(upload.held(), (0, false));
    assert_eq!(progress(&upload.put(0, &content)), (5_000, true));

    let program = b"MZ this is a program called scan.pdf".to_vec();
    let upload = Upload::of(&harness, &identity, &program);
    let wrong = upload.put(0, &program);
    assert_eq!(
        (wrong.status, wrong.code()),
        (415, ProblemCode::AttachmentType)
    );
    assert_eq!(upload.held(), (0, false));
}

#[test]
fn what_is_too_large_or_too_much_is_refused_before_it_is_taken() {
    let (_folder, harness, identity) = served(8_000);
    let content = png(5_000);
    let mut upload = Upload::of(&harness, &identity, &content);
    upload.size = 10_000_001;
    let large = upload.put(0, &content);
    assert_eq!(
        (large.status, large.code()),
        (413, ProblemCode::AttachmentTooLarge)
    );
    upload.size = 5_000;
    assert_eq!(upload.put(0, &content).status, 200);
    let second = png(5_001);
    let over = Upload::of(&harness, &identity, &second).put(0, &second);
    // It is not too large: the terminal is to keep it and come back.
    assert_eq!(
        (over.status, over.code()),
        (507, ProblemCode::AttachmentQuota)
    );
    assert_eq!(over.header("retry-after"), Some("600"));
    // Another office has a quota of its own.
    let other = enrol(&harness, OTHER_OFFICE, "UNIT-2");
    assert_eq!(
        Upload::of(&harness, &other, &second).put(0, &second).status,
        200
    );
}

#[test]
fn a_request_is_taken_once_its_attachment_is_here_and_not_before() {
    let (folder, harness, identity) = served(1_000_000);
    let content = png(5_000);
    let scan = Attachment {
        sha256: Sha256Digest::of(&content),
        size: 5_000,
        media: AttachmentMedia::Png,
    };
    let batch = request(
        0,
        vec![
            envelope(1, &disclosure(2, Some(scan.clone()))),
            envelope(2, &disclosure(1, None)),
        ],
    );
    let send = || {
        let answer = post(&harness, Some(&identity), "/v1/exchange", &batch);
        answer.exchange(&harness).0.receipts
    };
    let first = send();
    assert_eq!(
        first.len(),
        1,
        "only the one without an attachment has a receipt"
    );
    assert_eq!(first[0].id, id(2));

    // Another office's upload of the same content does not count.
    let other = enrol(&harness, OTHER_OFFICE, "UNIT-2");
    Upload::of(&harness, &other, &content).put(0, &content);
    assert_eq!(send().len(), 1);

    Upload::of(&harness, &identity, &content).put(0, &content);
    let both = send();
    assert_eq!(both.len(), 2);
    assert_eq!(both[0].outcome, Outcome::Accepted);

    let wrong_kind = Attachment {
        media: AttachmentMedia::Pdf,
        ..scan
    };
    let wrong = request(0, vec![envelope(3, &disclosure(1, Some(wrong_kind)))]);
    let answer = post(&harness, Some(&identity), "/v1/exchange", &wrong);
    let refused = answer.exchange(&harness).0.receipts.remove(0).outcome;
    assert_eq!(
        refused,
        Outcome::Refused {
            code: ProblemCode::AttachmentType
        }
    );

    let blobs = harness.layout().open_blobs().unwrap();
    let out = folder.path().join("out");
    let files = operator::save_attachments(harness.store(), &blobs, id(1), &out).unwrap();
    assert_eq!((files.written.len(), files.missing.len()), (1, 0));
    assert_eq!(std::fs::read(&files.written[0]).unwrap(), content);
    let listed = store::read(harness.store(), |tx| {
        tx.requests(gateway::store::SubjectState::Open, 10)
    });
    assert_eq!(listed.unwrap().len(), 2);
}

fn scan(content: &[u8]) -> Attachment {
    Attachment {
        sha256: Sha256Digest::of(content),
        size: content.len() as u64,
        media: AttachmentMedia::Png,
    }
}

#[test]
fn what_an_open_request_names_is_kept_however_long_it_is_open() {
    let (folder, harness, identity) = served(1_000_000);
    let (named, unnamed) = (png(5_000), png(6_000));
    for content in [&named, &unnamed] {
        Upload::of(&harness, &identity, content).put(0, content);
    }
    let asked = envelope(1, &disclosure(1, Some(scan(&named))));
    let answer = post(
        &harness,
        Some(&identity),
        "/v1/exchange",
        &request(0, vec![asked]),
    );
    assert_eq!(answer.exchange(&harness).0.receipts.len(), 1);

    let blobs = harness.layout().open_blobs().unwrap();
    let out = folder.path().join("out");
    let save = || operator::save_attachments(harness.store(), &blobs, id(1), &out).unwrap();
    let later = now() + Duration::from_secs(200 * 86_400);
    let purged = maintain(harness.store(), &blobs, later).unwrap();
    assert_eq!(purged.attachments, 1, "the one that nobody names");
    assert_eq!(save().missing, []);
    assert_eq!(std::fs::read(&save().written[0]).unwrap(), named);

    operator::decline(harness.store(), id(1), 1, later).unwrap();
    let purged = maintain(harness.store(), &blobs, later).unwrap();
    assert_eq!(purged.attachments, 1);
    let saved = save();
    assert_eq!(
        saved.missing,
        [Sha256Digest::of(&named)],
        "said, not skipped"
    );
    assert!(saved.written.is_empty());
}

#[test]
fn an_attachment_that_was_used_again_is_kept_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path(), Settings::default(), now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    let day = |n: u64| now() + Duration::from_secs(n * 86_400);
    let content = png(5_000);
    let entropy = SystemEntropy::default();
    let blob = BlobRef::new(&entropy);
    bench.blobs.append(&blob, 0, &content, &entropy).unwrap();
    let held = store::Attachment {
        office: OfficeNumber::parse(OFFICE).unwrap(),
        sha256: Sha256Digest::of(&content),
        size: 5_000,
        held: 5_000,
        media: Some(AttachmentMedia::Png),
        blob,
        touched_at: now(),
    };
    store::write(bench.store(), move |tx| tx.put_attachment(&held)).unwrap();
    let asked = request(0, vec![envelope(1, &disclosure(1, Some(scan(&content))))]);
    let body = serde_json::to_vec(&asked).unwrap();
    bench.engine.exchange(&device, &body, day(80)).unwrap();
    operator::decline(bench.store(), id(1), 1, day(81)).unwrap();
    let purged = |n| {
        maintain(bench.store(), &bench.blobs, day(n))
            .unwrap()
            .attachments
    };
    assert_eq!((purged(169), purged(171)), (0, 1));
}

//! Documents down and attachments up, over a line that is cut.

use std::collections::HashMap;

use protocol::answer::DocumentOffer;
use protocol::calendar::Timestamp;
use protocol::exchange::{DocumentId, Sha256Digest};
use protocol::problem::ProblemCode;
use rusqlite::{Connection, Transaction};

use crate::clock::Now;
use crate::error::Problem;
use crate::outbox::{self, State};
use crate::sync::{
    AttachmentSource, DOWNLOAD_CHUNK, DocumentSink, Fetched, HttpAnswer, HttpRequest, Method,
    NetError, Transport, UPLOAD_CHUNK, fetch, upload,
};
use crate::testing::gateway::refusal;
use crate::testing::{self, id};
use crate::vault::Vault;

/// Serves one document and takes attachments; fails every `cut`-th request.
#[derive(Default)]
struct Files {
    document: Vec<u8>,
    taken: HashMap<String, Vec<u8>>,
    complete: Vec<String>,
    cut: usize,
    requests: usize,
    refuse: Option<(u16, ProblemCode)>,
    /// The answer is lost though the piece arrived.
    lose_answers: bool,
    wrong_range: bool,
}

impl Files {
    fn piece(&self, request: &HttpRequest<'_>) -> HttpAnswer {
        let range = request
            .headers
            .iter()
            .find(|(name, _)| *name == "range")
            .unwrap();
        let (from, last) = range
            .1
            .strip_prefix("bytes=")
            .unwrap()
            .split_once('-')
            .unwrap();
        let (from, last): (usize, usize) = (from.parse().unwrap(), last.parse().unwrap());
        let shown = if self.wrong_range { from + 1 } else { from };
        HttpAnswer {
            status: 206,
            content_range: Some(format!("bytes {shown}-{last}/{}", self.document.len())),
            body: self.document[from..=last].to_vec(),
            ..HttpAnswer::default()
        }
    }

    fn take(&mut self, request: &HttpRequest<'_>) -> HttpAnswer {
        let header = |name: &str| -> usize {
            let found = request.headers.iter().find(|(n, _)| *n == name).unwrap();
            found.1.parse().unwrap()
        };
        let (offset, length) = (header("upload-offset"), header("upload-length"));
        let held = self.taken.entry(request.path.to_owned()).or_default();
        if held.len() != offset {
            return refusal(409, ProblemCode::AttachmentRange);
        }
        held.extend_from_slice(request.body);
        if held.len() == length {
            let digest = Sha256Digest::of(held).to_string();
            if !request.path.ends_with(&digest) {
                self.taken.remove(request.path);
                return refusal(422, ProblemCode::AttachmentDigest);
            }
            self.complete.push(request.path.to_owned());
        }
        self.place(request.path)
    }

    fn place(&self, path: &str) -> HttpAnswer {
        HttpAnswer {
            status: 200,
            upload_offset: Some(self.taken.get(path).map_or(0, |held| held.len() as u64)),
            upload_complete: self.complete.iter().any(|done| done == path),
            ..HttpAnswer::default()
        }
    }
}

impl Transport for Files {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        self.requests += 1;
        let cut = self.cut > 0 && self.requests.is_multiple_of(self.cut);
        if cut && !self.lose_answers {
            return Err(NetError::Truncated);
        }
        if let Some((status, code)) = &self.refuse {
            return Ok(refusal(*status, code.clone()));
        }
        let answer = match request.method {
            Method::Get => self.piece(request),
            Method::Put => self.take(request),
            Method::Head => self.place(request.path),
            Method::Post => panic!("no post here"),
        };
        if cut {
            Err(NetError::Timeout)
        } else {
            Ok(answer)
        }
    }
}

#[derive(Default)]
struct Pages {
    kept: Vec<u8>,
    whole: bool,
}

impl DocumentSink for Pages {
    fn have(&mut self, _: &Connection, _: &DocumentOffer) -> Result<u64, Problem> {
        Ok(self.kept.len() as u64)
    }

    fn append(
        &mut self,
        _: &Transaction<'_>,
        _: &DocumentOffer,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), Problem> {
        assert_eq!(offset, self.kept.len() as u64);
        self.kept.extend_from_slice(bytes);
        Ok(())
    }

    fn complete(
        &mut self,
        _: &Transaction<'_>,
        _: &Now,
        offer: &DocumentOffer,
    ) -> Result<bool, Problem> {
        self.whole = Sha256Digest::of(&self.kept) == offer.sha256;
        if !self.whole {
            self.kept.clear();
        }
        Ok(self.whole)
    }
}

fn document() -> Vec<u8> {
    (0..1_000_003u32).map(|n| (n % 251) as u8).collect()
}

fn offer(content: &[u8]) -> DocumentOffer {
    DocumentOffer {
        document: DocumentId(uuid::Uuid::from_u128(1)),
        request: None,
        display_name: "test.pdf".into(),
        size: content.len() as u64,
        sha256: Sha256Digest::of(content),
        request_received_on: None,
        delivered_at: Timestamp::from_unix_ms(0),
        deadline: Timestamp::from_unix_ms(i64::MAX / 2),
    }
}

#[test]
fn a_download_that_is_cut_goes_on_where_it_stopped() {
    let content = document();
    let (_, clock) = testing::clock();
    let mut vault = Vault::in_memory().unwrap();
    let mut files = Files {
        document: content.clone(),
        cut: 2,
        ..Files::default()
    };
    let mut pages = Pages::default();
    let mut cuts = 0;
    while fetch(&mut vault, &mut files, &clock, &offer(&content), &mut pages).is_err() {
        cuts += 1;
        assert!(cuts < 20);
    }
    assert!(pages.whole && cuts > 1);
    let chunks = content
        .len()
        .div_ceil(usize::try_from(DOWNLOAD_CHUNK).unwrap());
    assert_eq!(files.requests, chunks + cuts, "nothing is fetched twice");
}

#[test]
fn a_document_with_another_hash_is_thrown_away_and_fetched_anew() {
    let content = document();
    let (_, clock) = testing::clock();
    let mut vault = Vault::in_memory().unwrap();
    let mut damaged = content.clone();
    damaged[500_000] ^= 1;
    let mut files = Files {
        document: damaged,
        ..Files::default()
    };
    let mut pages = Pages::default();
    let first = fetch(&mut vault, &mut files, &clock, &offer(&content), &mut pages).unwrap();
    assert_eq!((first, pages.whole), (Fetched::Damaged, false));
    files.document.clone_from(&content);
    let second = fetch(&mut vault, &mut files, &clock, &offer(&content), &mut pages).unwrap();
    assert_eq!((second, pages.whole), (Fetched::Whole, true));
}

#[test]
fn a_document_that_is_gone_says_so_and_another_range_is_not_taken() {
    let content = document();
    let (_, clock) = testing::clock();
    let mut vault = Vault::in_memory().unwrap();
    let mut files = Files {
        document: content.clone(),
        refuse: Some((410, ProblemCode::DocumentGone)),
        ..Files::default()
    };
    let mut pages = Pages::default();
    let offer = offer(&content);
    let gone = fetch(&mut vault, &mut files, &clock, &offer, &mut pages).unwrap_err();
    assert_eq!(gone.code(), ProblemCode::DocumentGone);
    files.refuse = None;
    files.wrong_range = true;
    let wrong = fetch(&mut vault, &mut files, &clock, &offer, &mut pages).unwrap_err();
    assert_eq!(wrong.code(), ProblemCode::NetAnswer);
    assert!(pages.kept.is_empty());
}

struct Scans(HashMap<Sha256Digest, Vec<u8>>);

impl AttachmentSource for Scans {
    fn size(&mut self, _: &Connection, sha256: Sha256Digest) -> Result<Option<u64>, Problem> {
        Ok(self.0.get(&sha256).map(|bytes| bytes.len() as u64))
    }

    fn read(
        &mut self,
        _: &Connection,
        sha256: Sha256Digest,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<u8>, Problem> {
        let bytes = &self.0[&sha256];
        let from = usize::try_from(offset).unwrap().min(bytes.len());
        let to = from
            .saturating_add(usize::try_from(limit).unwrap())
            .min(bytes.len());
        Ok(bytes[from..to].to_vec())
    }
}

/// A vault with a request that names `scan`.
fn waiting(scan: &[u8]) -> (Vault, crate::clock::Clock) {
    let (_, clock) = testing::clock();
    let mut vault = Vault::in_memory().unwrap();
    let request = testing::request(&[1], scan);
    vault
        .write(|tx| outbox::append(tx, &clock.now(), id(1), &request))
        .unwrap();
    (vault, clock)
}

fn ready(vault: &Vault) -> usize {
    vault
        .read(|c| outbox::next_batch(c, 10, 1 << 20))
        .unwrap()
        .len()
}

#[test]
fn an_upload_that_is_cut_goes_on_where_it_stopped_and_then_frees_its_command() {
    for (cut, lose_answers) in [(3, false), (3, true), (2, true)] {
        let scan = document();
        let (mut vault, clock) = waiting(&scan);
        let mut scans = Scans(HashMap::from([(Sha256Digest::of(&scan), scan.clone())]));
        let mut files = Files {
            cut,
            lose_answers,
            ..Files::default()
        };
        let mut cuts = 0;
        while upload(&mut vault, &mut files, &clock, &mut scans).is_err() {
            assert_eq!(ready(&vault), 0);
            cuts += 1;
            assert!(cuts < 20);
        }
        assert_eq!(files.complete.len(), 1);
        assert_eq!(ready(&vault), 1);
        let chunks = scan.len().div_ceil(usize::try_from(UPLOAD_CHUNK).unwrap());
        assert!(
            files.requests <= 2 * (chunks + cuts) + 2,
            "nothing is sent twice"
        );
    }
}

#[test]
fn an_upload_whose_last_check_was_cut_off_is_checked_again() {
    let scan = document();
    let (mut vault, clock) = waiting(&scan);
    let path = format!("/v1/attachments/{}", Sha256Digest::of(&scan));
    let mut files = Files::default();
    files.taken.insert(path, scan.clone());
    let mut scans = Scans(HashMap::from([(Sha256Digest::of(&scan), scan)]));
    assert_eq!(
        upload(&mut vault, &mut files, &clock, &mut scans).unwrap(),
        1
    );
    assert_eq!(ready(&vault), 1);
}

#[test]
fn an_attachment_that_is_refused_or_gone_holds_its_request() {
    let scan = document();
    let of_scan = || HashMap::from([(Sha256Digest::of(&document()), document())]);
    for (scans, refuse, code) in [
        (HashMap::new(), None, ProblemCode::AttachmentMissing),
        (
            of_scan(),
            Some((415, ProblemCode::AttachmentType)),
            ProblemCode::AttachmentType,
        ),
        (
            of_scan(),
            Some((413, ProblemCode::AttachmentTooLarge)),
            ProblemCode::AttachmentTooLarge,
        ),
    ] {
        let (mut vault, clock) = waiting(&scan);
        let mut files = RefusesPuts(Files::default(), refuse);
        upload(&mut vault, &mut files, &clock, &mut Scans(scans)).unwrap();
        let item = vault.read(|c| outbox::item(c, id(1))).unwrap().unwrap();
        assert_eq!((item.state, item.reason), (State::Held, Some(code)));
    }
}

#[test]
fn an_attachment_that_the_gateway_has_no_room_for_waits_and_is_sent_later() {
    let scan = document();
    let (mut vault, clock) = waiting(&scan);
    let mut scans = Scans(HashMap::from([(Sha256Digest::of(&scan), scan)]));
    let full = Some((507, ProblemCode::AttachmentQuota));
    let mut files = RefusesPuts(Files::default(), full);
    let arrived = upload(&mut vault, &mut files, &clock, &mut scans);
    assert_eq!(arrived.unwrap(), 0);
    let item = vault.read(|c| outbox::item(c, id(1))).unwrap().unwrap();
    assert_eq!((item.state, item.reason), (State::Saved, None));
    files.1 = None;
    let arrived = upload(&mut vault, &mut files, &clock, &mut scans);
    assert_eq!(arrived.unwrap(), 1);
    assert_eq!(ready(&vault), 1);
}

#[test]
fn an_attachment_damaged_on_the_way_is_sent_anew() {
    let scan = document();
    let (mut vault, clock) = waiting(&scan);
    let path = format!("/v1/attachments/{}", Sha256Digest::of(&scan));
    let mut files = Files::default();
    files.taken.insert(path, vec![0; 1000]);
    let mut scans = Scans(HashMap::from([(Sha256Digest::of(&scan), scan)]));
    assert_eq!(
        upload(&mut vault, &mut files, &clock, &mut scans).unwrap(),
        1
    );
}

/// Says where an upload is, and refuses pieces.
struct RefusesPuts(Files, Option<(u16, ProblemCode)>);

impl Transport for RefusesPuts {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        match &self.1 {
            Some((status, code)) if request.method == Method::Put => {
                Ok(refusal(*status, code.clone()))
            }
            _ => self.0.send(request),
        }
    }
}

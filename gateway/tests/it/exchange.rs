use std::sync::Arc;

use gateway::clock::ManualClock;
use gateway::engine::{Durability, Settings};
use gateway::harness::{Bench, Harness, OFFICE, OTHER_OFFICE, Options};
use gateway::operator;
use gateway::store::{self, AlarmKind, DeviceState};
use protocol::answer::FeedItem;
use protocol::calendar::Timestamp;
use protocol::command::{Action, DeviceEvent, DeviceReport};
use protocol::exchange::{
    AuditHead, DeviceId, Envelope, ExchangeRequest, ExchangeResponse, MAX_REQUEST_BYTES,
    MEDIA_TYPE, Outcome, ReceiptPage, Sha256Digest,
};
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;
use protocol::self_test::{Found, PartFound, SelfTest, TestedPart};

use crate::client::{Line, ask, config, enrol, poll, post};
use crate::work::{command, disclosure, envelope, id, now, pledge, progress, raw, request};

/// The exchange without sockets, with one terminal.
pub struct Desk {
    _folder: tempfile::TempDir,
    pub bench: Bench,
    pub device: DeviceId,
}

pub fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path(), Settings::default(), now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    Desk {
        _folder: folder,
        bench,
        device,
    }
}

impl Desk {
    pub fn send(&self, request: &ExchangeRequest) -> (ReceiptPage, ExchangeResponse) {
        self.send_at(request, now())
    }

    pub fn send_at(
        &self,
        request: &ExchangeRequest,
        at: Timestamp,
    ) -> (ReceiptPage, ExchangeResponse) {
        let bytes = serde_json::to_vec(request).unwrap();
        let response = self
            .bench
            .engine
            .exchange(&self.device, &bytes, at)
            .unwrap();
        let parts = protocol::jws::split(&response.receipts).unwrap();
        let page: ReceiptPage = serde_json::from_slice(&parts.payload).unwrap();
        assert_eq!(page.request, Sha256Digest::of(&bytes));
        (page, response)
    }

    fn pledges(&self) -> usize {
        let office = OfficeNumber::parse(OFFICE).unwrap();
        store::read(self.bench.store(), move |tx| tx.pledges(&office))
            .unwrap()
            .len()
    }
}

fn refused(outcome: &Outcome) -> ProblemCode {
    match outcome {
        Outcome::Refused { code } => code.clone(),
        Outcome::Accepted => panic!("accepted"),
    }
}

#[test]
fn the_same_id_and_body_earn_the_same_receipt_and_one_effect() {
    let desk = desk();
    let request = request(0, vec![envelope(1, &pledge(3))]);
    let (first, _) = desk.send(&request);
    let later = now() + std::time::Duration::from_secs(3_600);
    let (again, _) = desk.send_at(&request, later);
    assert_eq!(first.receipts, again.receipts);
    assert_eq!(first.receipts[0].seq, 1);
    assert_eq!(first.receipts[0].outcome, Outcome::Accepted);
    assert_eq!(again.received_up_to, 1);
    assert_eq!(desk.pledges(), 1);
}

#[test]
fn the_same_id_with_another_body_is_a_conflict_and_the_first_stands() {
    let desk = desk();
    let (first, _) = desk.send(&request(0, vec![envelope(1, &pledge(3))]));
    let (second, _) = desk.send(&request(0, vec![envelope(1, &pledge(4))]));
    let receipt = &second.receipts[0];
    assert_eq!(refused(&receipt.outcome), ProblemCode::CommandIdConflict);
    assert_eq!(receipt.body, first.receipts[0].body);
    assert_eq!(receipt.seq, 0);
    assert_eq!(second.received_up_to, 1);
    assert_eq!(desk.pledges(), 1);
}

#[test]
fn one_poisoned_command_is_refused_alone_and_the_others_go_through() {
    let desk = desk();
    let long = format!("{{\"kind\":\"{}\"}}", "a".repeat(70_000));
    let (page, _) = desk.send(&request(
        0,
        vec![
            envelope(1, &pledge(1)),
            raw(2, r#"{"kind":"nobody knows"}"#),
            raw(3, &long),
            raw(4, "[]"),
            envelope(5, &disclosure(11, None)),
            envelope(6, &pledge(2)),
        ],
    ));
    let outcomes: Vec<_> = page.receipts.iter().map(|r| &r.outcome).collect();
    assert_eq!(outcomes.len(), 6);
    assert_eq!(*outcomes[0], Outcome::Accepted);
    assert_eq!(refused(outcomes[1]), ProblemCode::WireUnknownCommand);
    assert_eq!(refused(outcomes[2]), ProblemCode::WireTooLarge);
    assert_eq!(refused(outcomes[3]), ProblemCode::WireUnknownCommand);
    assert_eq!(refused(outcomes[4]), ProblemCode::CommandTooManySubjects);
    assert_eq!(*outcomes[5], Outcome::Accepted);
    assert_eq!(desk.pledges(), 2);
    // What was refused is known by its hash only.
    let id = id(2);
    let body = store::read(desk.bench.store(), move |tx| tx.command_body(1, &id)).unwrap();
    assert_eq!(body.as_deref(), Some(""));
}

#[test]
fn a_command_twice_in_one_request_has_one_effect() {
    let desk = desk();
    let twice = vec![envelope(1, &pledge(3)), envelope(1, &pledge(3))];
    let (page, _) = desk.send(&request(0, twice));
    assert_eq!(page.receipts[0], page.receipts[1]);
    assert_eq!(desk.pledges(), 1);
}

#[test]
fn an_insurer_outside_the_offices_scope_is_refused() {
    let desk = desk();
    let mut foreign = progress("0000087084");
    foreign.insurer = Some(protocol::number::InsurerNumber::with_check_digit("99999").unwrap());
    let (page, response) = desk.send(&request(0, vec![envelope(1, &foreign)]));
    assert_eq!(
        refused(&page.receipts[0].outcome),
        ProblemCode::CommandScope
    );
    assert!(response.feed.is_empty());
}

#[test]
fn a_request_in_the_name_of_another_office_is_refused() {
    let desk = desk();
    let mut wrong = disclosure(1, None);
    if let Action::DisclosureRequest(request) = &mut wrong.action {
        request.applicant.office = OfficeNumber::parse(OTHER_OFFICE).unwrap();
    }
    let (page, _) = desk.send(&request(0, vec![envelope(1, &wrong)]));
    assert_eq!(
        refused(&page.receipts[0].outcome),
        ProblemCode::CommandOffice
    );
}

#[test]
fn the_feed_goes_on_from_the_cursor_and_a_lost_response_is_told_again() {
    let desk = desk();
    let (_, first) = desk.send(&request(0, vec![envelope(1, &progress("0000087084"))]));
    assert_eq!(first.feed.len(), 1);
    assert_eq!(first.feed[0].seq, 1);
    let (_, lost) = desk.send(&request(0, vec![]));
    assert_eq!(lost.feed, first.feed);
    let (_, kept) = desk.send(&request(1, vec![]));
    assert!(kept.feed.is_empty());
    let (_, next) = desk.send(&request(1, vec![envelope(2, &progress("0000087092"))]));
    assert_eq!(next.feed[0].seq, 2);
}

#[test]
fn a_long_feed_comes_in_parts() {
    let desk = desk();
    let commands: Vec<Envelope> = (1..=300)
        .map(|n| envelope(n, &progress("0000087084")))
        .collect();
    desk.send(&request(0, commands));
    let commands: Vec<Envelope> = (301..=600)
        .map(|n| envelope(n, &progress("0000087084")))
        .collect();
    let (page, response) = desk.send(&request(0, commands));
    assert_eq!(page.received_up_to, 600);
    assert_eq!(response.feed.len(), 500);
    assert!(response.more);
    let (_, rest) = desk.send(&request(500, vec![]));
    assert_eq!(rest.feed.len(), 100);
    assert!(!rest.more);
}

#[test]
fn a_cursor_that_no_feed_can_have_given_is_refused_and_the_gateway_goes_on() {
    let desk = desk();
    let colleague = desk.bench.add_device(OFFICE, [2; 12], now()).unwrap();
    let clock = u64::try_from(now().unix_ms()).unwrap() * 1_000;
    for cursor in [u64::MAX, u64::MAX / 2, i64::MAX as u64, clock * 2] {
        let asked = request(cursor, vec![envelope(1, &progress("0000087084"))]);
        let body = serde_json::to_vec(&asked).unwrap();
        let refused = desk.bench.engine.exchange(&desk.device, &body, now());
        assert_eq!(refused.unwrap_err().code(), ProblemCode::WireBody);
    }
    // What a gateway gave whose clock was a month ahead is gone on from.
    let ahead = clock + 31 * 86_400_000_000;
    let (page, response) = desk.send(&request(ahead, vec![envelope(1, &progress("0000087084"))]));
    assert_eq!(page.receipts[0].seq, 1);
    assert_eq!(response.feed[0].seq, ahead + 1);
    // Everybody can still be told something.
    let notice = protocol::answer::Notice {
        id: protocol::exchange::DocumentId(uuid::Uuid::nil()),
        title: "お知らせ".to_owned(),
        body: "本文".to_owned(),
        important: false,
        shown_from: now(),
        maintenance: None,
    };
    assert_eq!(
        operator::add_notice(desk.bench.store(), None, &notice, now()).unwrap(),
        2
    );
    let body = serde_json::to_vec(&request(0, vec![])).unwrap();
    let told = desk
        .bench
        .engine
        .exchange(&colleague, &body, now())
        .unwrap();
    assert_eq!(told.feed.len(), 1);
}

#[test]
fn an_audit_log_that_goes_back_or_forks_is_not_signed_for_and_raises_an_alarm() {
    let desk = desk();
    let head = |entry, text: &str| AuditHead {
        entry,
        hash: Sha256Digest::of(text.as_bytes()),
    };
    let send = |head: AuditHead| {
        let mut request = request(0, vec![]);
        request.audit = Some(head);
        desk.send(&request).0.audit
    };
    assert_eq!(send(head(5, "a")), Some(head(5, "a")));
    assert_eq!(send(head(5, "a")), Some(head(5, "a")));
    assert_eq!(send(head(5, "b")), None);
    assert_eq!(send(head(4, "c")), None);
    assert_eq!(send(head(6, "d")), Some(head(6, "d")));
    let alarms = store::read(desk.bench.store(), |tx| tx.alarms(10)).unwrap();
    let kinds: Vec<_> = alarms.iter().map(|alarm| alarm.kind).collect();
    assert!(kinds.contains(&AlarmKind::AuditForked));
    assert!(kinds.contains(&AlarmKind::AuditBackwards));
}

#[test]
fn a_terminal_that_reports_an_opened_case_raises_one_alarm_however_often_it_is_sent() {
    let desk = desk();
    for (event, kind) in [
        (DeviceEvent::CaseOpened, AlarmKind::CaseOpened),
        (DeviceEvent::BatteryEmpty, AlarmKind::BatteryEmpty),
    ] {
        let mut report = command(Action::DeviceReport(DeviceReport { event }));
        report.insurer = None;
        let n = event as u64 + 1;
        for _ in 0..2 {
            let (page, _) = desk.send(&request(0, vec![envelope(n, &report)]));
            assert_eq!(page.receipts[0].outcome, Outcome::Accepted);
        }
        let alarms = store::read(desk.bench.store(), |tx| tx.alarms(10)).unwrap();
        let same = alarms.iter().filter(|alarm| alarm.kind == kind);
        assert_eq!(same.count(), 1);
    }
}

#[test]
fn a_self_test_is_kept_once_however_often_it_is_sent_and_a_later_one_takes_its_place() {
    let desk = desk();
    let test = |found| SelfTest {
        program: "0.1.0".to_owned(),
        parts: vec![PartFound {
            part: TestedPart::Network,
            found,
        }],
        silent_corners: Vec::new(),
    };
    let kept = || {
        let id = desk.device.clone();
        store::read(desk.bench.store(), move |tx| {
            let device = tx.device(&id)?;
            tx.self_test(device.map_or(-1, |device| device.key))
        })
        .unwrap()
    };
    assert_eq!(kept(), None);
    for (n, found) in [(1, Found::NoLink), (2, Found::Works)] {
        let mut report = command(Action::SelfTested(test(found)));
        report.insurer = None;
        for _ in 0..2 {
            let (page, _) = desk.send(&request(0, vec![envelope(n, &report)]));
            assert_eq!(page.receipts[0].outcome, Outcome::Accepted);
        }
        assert_eq!(kept().map(|kept| kept.test), Some(test(found)));
    }
    // One that cannot be is refused, and the one before stands.
    let mut twice = test(Found::Works);
    twice.parts.push(twice.parts[0]);
    let mut report = command(Action::SelfTested(twice));
    report.insurer = None;
    let (page, _) = desk.send(&request(0, vec![envelope(3, &report)]));
    assert!(matches!(page.receipts[0].outcome, Outcome::Refused { .. }));
    assert_eq!(kept().map(|kept| kept.test), Some(test(Found::Works)));
}

#[test]
fn a_lost_unit_is_told_to_wipe_itself_and_nothing_it_sends_is_taken() {
    let desk = desk();
    operator::set_state(desk.bench.store(), &desk.device, DeviceState::Lost).unwrap();
    for _ in 0..2 {
        let (page, response) = desk.send(&request(7, vec![envelope(1, &pledge(1))]));
        assert!(page.receipts.is_empty());
        assert_eq!(response.feed.len(), 1);
        assert_eq!(response.feed[0].item, FeedItem::Wipe);
        assert_eq!(response.feed[0].seq, 8);
    }
    assert_eq!(desk.pledges(), 0);
}

#[test]
fn in_backup_mode_nothing_is_called_durable_before_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        durability: Durability::Backup,
        ..Settings::default()
    };
    let bench = Bench::open(folder.path(), settings, now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    let desk = Desk {
        _folder: folder,
        bench,
        device,
    };
    let (page, _) = desk.send(&request(0, vec![envelope(1, &pledge(1))]));
    assert_eq!((page.received_up_to, page.durable_up_to), (1, 0));
}

// ── Over the wire ───────────────────────────────────────────────────────────────────────

fn served() -> (tempfile::TempDir, Harness) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        clock: Arc::new(ManualClock::new(now())),
        ..Options::default()
    };
    let harness = Harness::start(folder.path(), options).unwrap();
    (folder, harness)
}

#[test]
fn an_exchange_over_tls_is_signed_for_this_request_and_terminal() {
    let (_folder, harness) = served();
    let identity = enrol(&harness, OFFICE, "UNIT-1");
    let request = request(0, vec![envelope(1, &progress("0000087084"))]);
    let answer = post(&harness, Some(&identity), "/v1/exchange", &request);
    let (page, response) = answer.exchange(&harness);
    assert_eq!(Some(&page.device), identity.device.as_ref());
    let bytes = serde_json::to_vec(&request).unwrap();
    assert_eq!(page.request, Sha256Digest::of(&bytes));
    assert_eq!((page.received_up_to, page.durable_up_to), (1, 1));
    let body = request.commands[0].body.get();
    assert_eq!(page.receipts[0].body, Sha256Digest::of(body.as_bytes()));
    assert_eq!(response.feed.len(), 1);
}

#[test]
fn what_is_no_exchange_is_refused_whole_with_its_own_code() {
    let (_folder, harness) = served();
    let identity = enrol(&harness, OFFICE, "UNIT-1");
    let send = |media: &str, body: &[u8]| {
        let headers = [("content-type", media)];
        ask(
            &harness,
            Some(&identity),
            "POST",
            "/v1/exchange",
            &headers,
            body,
        )
        .unwrap()
    };
    let too_large = vec![b' '; MAX_REQUEST_BYTES + 1];
    let mut crowd = request(0, vec![]);
    crowd.commands = (0..501).map(|n| raw(n, "{}")).collect();
    let crowd = serde_json::to_vec(&crowd).unwrap();
    let cases: &[(&str, &[u8], u16, ProblemCode)] = &[
        ("application/json", b"{}", 415, ProblemCode::WireMediaType),
        ("text/html", b"<html>", 415, ProblemCode::WireMediaType),
        (MEDIA_TYPE, b"<html>", 400, ProblemCode::WireBody),
        (MEDIA_TYPE, b"", 400, ProblemCode::WireBody),
        (
            MEDIA_TYPE,
            br#"{"wire":2,"cursor":0}"#,
            400,
            ProblemCode::WireVersion,
        ),
        (
            MEDIA_TYPE,
            br#"{"wire":1,"cursor":0,"commands":[],"waiting":0,"more":1}"#,
            400,
            ProblemCode::WireBody,
        ),
        (MEDIA_TYPE, &too_large, 413, ProblemCode::WireTooLarge),
        (MEDIA_TYPE, &crowd, 413, ProblemCode::WireBatch),
    ];
    for (media, body, status, code) in cases {
        let answer = send(media, body);
        assert_eq!(answer.status, *status, "{code}");
        assert_eq!(answer.code(), *code);
    }
    let wrong_call = ask(&harness, Some(&identity), "POST", "/v2/exchange", &[], b"").unwrap();
    assert_eq!(wrong_call.code(), ProblemCode::WireNotFound);
    let wrong_method = ask(
        &harness,
        Some(&identity),
        "DELETE",
        "/v1/exchange",
        &[],
        b"",
    )
    .unwrap();
    assert_eq!(wrong_method.code(), ProblemCode::WireNotFound);
}

#[test]
fn a_kept_alive_connection_is_refused_the_moment_its_terminal_is_revoked() {
    let (_folder, harness) = served();
    let identity = enrol(&harness, OFFICE, "UNIT-1");
    let config = config(&harness, Some(&identity), &[&rustls::version::TLS13]);
    let mut line = Line::open(&harness, &config).unwrap();
    let body = serde_json::to_vec(&request(0, vec![])).unwrap();
    let headers = [("content-type", MEDIA_TYPE)];
    let mut send = || line.ask("POST", "/v1/exchange", &headers, &body).unwrap();
    assert_eq!(send().status, 200);
    let device = identity.device.clone().unwrap();
    harness.set_state(&device, DeviceState::Revoked).unwrap();
    let refused = send();
    assert_eq!(refused.status, 403);
    assert_eq!(refused.code(), ProblemCode::DeviceRevoked);
    harness.set_state(&device, DeviceState::Active).unwrap();
    assert_eq!(send().status, 200);
}

#[test]
fn sixty_four_terminals_at_once_each_get_their_own_receipts() {
    let (_folder, harness) = served();
    let identities: Vec<_> = (0..16)
        .map(|n| enrol(&harness, OFFICE, &format!("UNIT-{n}")))
        .collect();
    std::thread::scope(|scope| {
        for (n, identity) in (0_u64..).zip(&identities) {
            let harness = &harness;
            scope.spawn(move || {
                let config = config(harness, Some(identity), &[&rustls::version::TLS13]);
                let mut lines: Vec<_> = (0..4)
                    .map(|_| Line::open(harness, &config).unwrap())
                    .collect();
                for round in 0..5 {
                    for (place, line) in (0_u64..).zip(&mut lines) {
                        let n = n * 1_000 + round * 10 + place;
                        let request = request(0, vec![envelope(n, &pledge(1))]);
                        let body = serde_json::to_vec(&request).unwrap();
                        let headers = [("content-type", MEDIA_TYPE)];
                        let answer = line.ask("POST", "/v1/exchange", &headers, &body).unwrap();
                        let (page, _) = answer.exchange(harness);
                        assert_eq!(page.receipts[0].id, request.commands[0].id);
                    }
                }
            });
        }
    });
    let office = OfficeNumber::parse(OFFICE).unwrap();
    let pledges = store::read(harness.store(), move |tx| tx.pledges(&office)).unwrap();
    assert_eq!(pledges.len(), 16 * 4 * 5);
    assert_eq!(
        poll(&harness, None).unwrap().code(),
        ProblemCode::CertificateMissing
    );
}

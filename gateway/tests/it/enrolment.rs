use std::sync::Arc;
use std::time::Duration;

use gateway::clock::ManualClock;
use gateway::entropy::SystemEntropy;
use gateway::harness::{Harness, OFFICE, OTHER_OFFICE, Options};
use gateway::operator;
use protocol::answer::{FeedItem, Notice};
use protocol::command::{Action, StaffRecord};
use protocol::exchange::{DocumentId, EnrolRequest, Enrolment, RenewRequest};
use protocol::number::{OfficeNumber, UserId};
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::text::PersonName;

use crate::client::{Identity, Line, config, enrol, key_request, poll, post};
use crate::work::{self, command, disclosure, envelope, id, now};

fn with_clock() -> (tempfile::TempDir, ManualClock, Harness) {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new(now());
    let options = Options {
        clock: Arc::new(clock.clone()),
        ..Options::default()
    };
    let harness = Harness::start(folder.path(), options).unwrap();
    (folder, clock, harness)
}

fn request(token: &str, serial: &str, csr: &str) -> EnrolRequest {
    EnrolRequest {
        token: token.to_owned(),
        serial: serial.to_owned(),
        csr: csr.to_owned(),
    }
}

#[test]
fn a_token_enrols_one_unit_once_and_a_lost_answer_can_be_asked_for_again() {
    let (_folder, _clock, harness) = with_clock();
    let token = harness.token(OFFICE, "UNIT-1").unwrap();
    let (key, csr) = key_request();
    let order = request(&token, "UNIT-1", &csr);
    let first: Enrolment = post(&harness, None, "/v1/enrol", &order).json();
    assert_eq!(first.facility.insurers.len(), 1);
    assert_eq!(first.trust.roots, harness.roots());
    let again: Enrolment = post(&harness, None, "/v1/enrol", &order).json();
    assert_eq!(again.device, first.device);
    assert_eq!(again.certificate, first.certificate);

    let (_, other_csr) = key_request();
    let answer = post(
        &harness,
        None,
        "/v1/enrol",
        &request(&token, "UNIT-1", &other_csr),
    );
    assert_eq!(answer.status, 403);
    assert_eq!(answer.code(), ProblemCode::EnrolTokenUsed);

    let identity = Identity {
        device: Some(first.device),
        chain: first.certificate,
        key: key.serialize_pem(),
    };
    assert_eq!(poll(&harness, Some(&identity)).unwrap().status, 200);
}

#[test]
fn a_token_is_bound_to_its_unit_and_ends_after_a_day() {
    let (_folder, clock, harness) = with_clock();
    let token = harness.token(OFFICE, "UNIT-1").unwrap();
    let (_, csr) = key_request();
    let other = post(
        &harness,
        None,
        "/v1/enrol",
        &request(&token, "UNIT-2", &csr),
    );
    assert_eq!(other.code(), ProblemCode::EnrolSerial);
    let wrong = request("ABCDE-ABCDE-ABCDE-ABCDE", "UNIT-1", &csr);
    let unknown = post(&harness, None, "/v1/enrol", &wrong);
    assert_eq!(unknown.code(), ProblemCode::EnrolTokenUnknown);
    let broken = post(
        &harness,
        None,
        "/v1/enrol",
        &request(&token, "UNIT-1", "no request"),
    );
    assert_eq!(broken.code(), ProblemCode::EnrolRequest);
    clock.advance(Duration::from_secs(24 * 3_600 + 1));
    let late = post(
        &harness,
        None,
        "/v1/enrol",
        &request(&token, "UNIT-1", &csr),
    );
    assert_eq!(late.code(), ProblemCode::EnrolTokenExpired);
}

#[test]
fn whoever_guesses_tokens_has_to_wait() {
    let (_folder, _clock, harness) = with_clock();
    let (_, csr) = key_request();
    let guess = request("ABCDE-ABCDE-ABCDE-ABCDE", "UNIT-1", &csr);
    let codes: Vec<_> = (0..12)
        .map(|_| post(&harness, None, "/v1/enrol", &guess).code())
        .collect();
    assert_eq!(codes[9], ProblemCode::EnrolTokenUnknown);
    assert_eq!(codes[10], ProblemCode::AuthRate);
    assert_eq!(codes[11], ProblemCode::AuthRate);
}

#[test]
fn an_ended_certificate_renews_while_the_record_is_active_and_does_nothing_else() {
    let (_folder, clock, harness) = with_clock();
    let identity = enrol(&harness, OFFICE, "UNIT-1");
    clock.advance(Duration::from_secs(61 * 86_400));
    let refused = poll(&harness, Some(&identity)).unwrap();
    assert_eq!(refused.status, 401);
    assert_eq!(refused.code(), ProblemCode::CertificateExpired);

    let (key, csr) = key_request();
    let answer = post(
        &harness,
        Some(&identity),
        "/v1/renew",
        &RenewRequest { csr },
    );
    let renewed: Enrolment = answer.json();
    assert_eq!(Some(&renewed.device), identity.device.as_ref());
    let fresh = Identity {
        device: identity.device.clone(),
        chain: renewed.certificate,
        key: key.serialize_pem(),
    };
    assert_eq!(poll(&harness, Some(&fresh)).unwrap().status, 200);

    let device = identity.device.clone().unwrap();
    harness
        .set_state(&device, gateway::store::DeviceState::Revoked)
        .unwrap();
    let (_, csr) = key_request();
    let answer = post(
        &harness,
        Some(&identity),
        "/v1/renew",
        &RenewRequest { csr },
    );
    assert_eq!(answer.code(), ProblemCode::DeviceRevoked);
}

#[test]
fn a_terminal_that_is_enrolled_later_hears_what_its_office_knows() {
    let (_folder, _clock, harness) = with_clock();
    let first = enrol(&harness, OFFICE, "UNIT-1");
    let member = StaffRecord {
        id: UserId::parse("isobe001").unwrap(),
        name: PersonName::parse("磯部 茂").unwrap(),
        role: StaffRole::General,
        services: vec![],
        occupation: None,
        active: true,
    };
    let mut changed = command(Action::StaffChanged(member.clone()));
    changed.insurer = None;
    let asked = vec![envelope(1, &changed), envelope(2, &disclosure(1, None))];
    post(
        &harness,
        Some(&first),
        "/v1/exchange",
        &work::request(0, asked),
    )
    .exchange(&harness);
    let delivery = operator::Delivery {
        request: id(2),
        subject: 1,
        content: b"%PDF-1.7 papers",
        keep: Duration::from_secs(86_400),
    };
    let blobs = harness.layout().open_blobs().unwrap();
    let entropy = SystemEntropy::default();
    let offer = operator::deliver(harness.store(), &blobs, &entropy, &delivery, now()).unwrap();
    let office = OfficeNumber::parse(OFFICE).unwrap();
    let notices: Vec<_> = [Some(&office), None]
        .into_iter()
        .enumerate()
        .map(|(n, to)| {
            let notice = Notice {
                id: DocumentId(uuid::Uuid::from_u64_pair(9, n as u64)),
                title: "年末年始".to_owned(),
                body: "休みます".to_owned(),
                important: false,
                shown_from: now(),
                maintenance: None,
            };
            operator::add_notice(harness.store(), to, &notice, now()).unwrap();
            notice
        })
        .collect();

    let feed = |identity: &Identity| -> Vec<FeedItem> {
        let (_, response) = poll(&harness, Some(identity)).unwrap().exchange(&harness);
        response.feed.into_iter().map(|entry| entry.item).collect()
    };
    let second = enrol(&harness, OFFICE, "UNIT-2");
    assert_eq!(
        feed(&second),
        [
            FeedItem::Staff(member),
            FeedItem::DocumentOffered(offer),
            FeedItem::Notice(notices[0].clone()),
            FeedItem::Notice(notices[1].clone()),
        ]
    );
    let elsewhere = enrol(&harness, OTHER_OFFICE, "UNIT-3");
    assert_eq!(feed(&elsewhere), [FeedItem::Notice(notices[1].clone())]);
}

#[test]
fn strangers_of_one_address_fill_their_own_places_only_and_do_not_stay_long() {
    const PLACES: usize = 32;
    let (_folder, _clock, harness) = with_clock();
    let identity = enrol(&harness, OFFICE, "UNIT-1");
    let stranger = config(&harness, None, &[&rustls::version::TLS13]);
    let ask = |line: &mut Line| line.ask("GET", "/v1/nothing", &[], b"");
    let mut lines: Vec<_> = (0..PLACES)
        .map(|_| Line::open(&harness, &stranger).unwrap())
        .collect();
    for line in &mut lines {
        assert_eq!(ask(line).unwrap().status, 404);
    }
    let mut late = Line::open(&harness, &stranger).unwrap();
    assert!(ask(&mut late).is_err(), "one more than there are places");
    assert_eq!(poll(&harness, Some(&identity)).unwrap().status, 200);
    // They are sent away by themselves; nobody closes these lines here.
    for line in &mut lines {
        assert!(line.read_answer(true).is_err());
    }
    let mut next = Line::open(&harness, &stranger).unwrap();
    assert_eq!(ask(&mut next).unwrap().status, 404);
}

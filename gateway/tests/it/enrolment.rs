use std::sync::Arc;
use std::time::Duration;

use gateway::clock::ManualClock;
use gateway::harness::{Harness, OFFICE, Options};
use protocol::exchange::{EnrolRequest, Enrolment, RenewRequest};
use protocol::problem::ProblemCode;

use crate::client::{Identity, enrol, key_request, poll, post};
use crate::work::now;

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

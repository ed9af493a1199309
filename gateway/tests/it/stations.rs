//! One-time tokens that machines which write cards ask for, over real TLS.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use gateway::clock::ManualClock;
use gateway::harness::{Harness, OFFICE, OTHER_OFFICE, Options};
use gateway::operator;
use gateway::store::{self, StationRight};
use protocol::exchange::{EnrolRequest, Refusal};
use protocol::jws::{self, Header, Kind, SIGNATURE_BYTES};
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;
use protocol::provisioning::UnitSerial;
use protocol::provisioning::image::VerifyKey;
use protocol::provisioning::token::{FORMAT, SignedTokenRequest, StationToken, TokenRequest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use crate::client::{Answer, Identity, enrol, enrol_with, key_request, poll, post};
use crate::work::now;

const KID: &str = "station-1";

struct Scene {
    _folder: tempfile::TempDir,
    clock: ManualClock,
    harness: Harness,
    key: Ed25519KeyPair,
}

fn office(number: &str) -> OfficeNumber {
    OfficeNumber::parse(number).unwrap()
}

/// A gateway that knows one station, which may make tokens for one office.
fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new(now());
    let options = Options {
        clock: Arc::new(clock.clone()),
        ..Options::default()
    };
    let harness = Harness::start(folder.path(), options).unwrap();
    let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = VerifyKey {
        kid: KID.to_owned(),
        x: BASE64URL_NOPAD.encode(key.public_key().as_ref()),
    };
    operator::add_station(harness.store(), public, now()).unwrap();
    let right = StationRight::Office(office(OFFICE));
    operator::allow_station(harness.store(), KID, &right).unwrap();
    Scene {
        _folder: folder,
        clock,
        harness,
        key,
    }
}

impl Scene {
    fn request(&self, serial: &str, nonce: u8) -> TokenRequest {
        TokenRequest {
            format: FORMAT,
            gateway: self.harness.endpoint(),
            serial: UnitSerial::parse(serial).unwrap(),
            office: office(OFFICE),
            replace: false,
            at: now(),
            nonce: BASE64URL_NOPAD.encode(&[nonce; 16]),
        }
    }

    fn sign(&self, kid: &str, kind: Kind, payload: &[u8]) -> String {
        let input = jws::signing_input(&Header::of(kind, kid).unwrap(), payload);
        let mut signature = [0; SIGNATURE_BYTES];
        signature.copy_from_slice(self.key.sign(input.as_bytes()).as_ref());
        jws::with_signature(input, &signature)
    }

    fn ask(&self, request: &TokenRequest) -> Answer {
        let payload = serde_json::to_vec(request).unwrap();
        self.send(&self.sign(KID, Kind::TokenRequest, &payload))
    }

    fn send(&self, signed: &str) -> Answer {
        let body = SignedTokenRequest {
            signed: signed.to_owned(),
        };
        post(&self.harness, None, "/v1/station/token", &body)
    }

    fn tokens(&self) -> usize {
        let made = store::read(self.harness.store(), |tx| tx.station_tokens(100));
        made.unwrap().len()
    }
}

#[test]
fn a_station_gets_a_token_that_enrols_its_unit_once() {
    let scene = scene();
    let answer: StationToken = scene.ask(&scene.request("UNIT-1", 1)).json();
    assert_eq!(answer.expires_at, now() + Duration::from_secs(24 * 3_600));
    assert_eq!(answer.endpoints, [scene.harness.endpoint()]);
    assert_eq!(answer.roots, scene.harness.roots());
    assert_eq!(answer.office_name, "ケアプラン汐見");
    assert_eq!(scene.tokens(), 1);
    enrol_with(&scene.harness, &answer.token, "UNIT-1");
    let (_, csr) = key_request();
    let again = EnrolRequest {
        token: answer.token,
        serial: "UNIT-1".to_owned(),
        csr,
    };
    let refused = post(&scene.harness, None, "/v1/enrol", &again);
    assert_eq!(refused.code(), ProblemCode::EnrolTokenUsed);
}

#[test]
fn a_used_token_is_fetched_anew_only_for_a_unit_that_is_replaced() {
    let scene = scene();
    let first: StationToken = scene.ask(&scene.request("UNIT-1", 1)).json();
    // Until it is used, another one may be fetched: the first card was not good.
    let second: StationToken = scene.ask(&scene.request("UNIT-1", 2)).json();
    assert_ne!(first.token, second.token);
    enrol_with(&scene.harness, &second.token, "UNIT-1");
    let refused = scene.ask(&scene.request("UNIT-1", 3));
    assert_eq!(
        (refused.status, refused.code()),
        (409, ProblemCode::StationEnrolled)
    );
    let mut replace = scene.request("UNIT-1", 4);
    replace.replace = true;
    let third: StationToken = scene.ask(&replace).json();
    enrol_with(&scene.harness, &third.token, "UNIT-1");
    assert_eq!(scene.tokens(), 3);
}

fn status(harness: &Harness, identity: &Identity) -> u16 {
    poll(harness, Some(identity)).unwrap().status
}

#[test]
fn the_unit_that_was_replaced_is_refused_on_its_next_request() {
    let scene = scene();
    let old = enrol(&scene.harness, OFFICE, "UNIT-1");
    let other = enrol(&scene.harness, OFFICE, "UNIT-2");
    let mut replace = scene.request("UNIT-1", 1);
    replace.replace = true;
    let made: StationToken = scene.ask(&replace).json();
    // A token that nobody used has replaced nobody.
    assert_eq!(status(&scene.harness, &old), 200);
    let new = enrol_with(&scene.harness, &made.token, "UNIT-1");
    let refused = poll(&scene.harness, Some(&old)).unwrap();
    assert_eq!(refused.code(), ProblemCode::DeviceRevoked);
    assert_eq!(status(&scene.harness, &new), 200);
    assert_eq!(status(&scene.harness, &other), 200);

    let (store, entropy) = (scene.harness.store(), &*scene.harness.gateway.entropy);
    let by_operator =
        operator::new_token(store, entropy, &office(OFFICE), "UNIT-1", 24, true, now()).unwrap();
    let newest = enrol_with(&scene.harness, &by_operator.token, "UNIT-1");
    assert_eq!(status(&scene.harness, &newest), 200);
    let refused = poll(&scene.harness, Some(&new)).unwrap();
    assert_eq!(refused.code(), ProblemCode::DeviceRevoked);
}

#[test]
fn a_station_replaces_no_unit_of_an_office_that_it_may_not_speak_for() {
    let scene = scene();
    let mut replace = scene.request("UNIT-1", 1);
    replace.replace = true;
    let before: StationToken = scene.ask(&replace).json();
    let theirs = enrol(&scene.harness, OTHER_OFFICE, "UNIT-1");
    replace.nonce = BASE64URL_NOPAD.encode(&[2; 16]);
    assert_eq!(scene.ask(&replace).code(), ProblemCode::StationRight);
    enrol_with(&scene.harness, &before.token, "UNIT-1");
    assert_eq!(status(&scene.harness, &theirs), 200);
}

fn enrol_code(scene: &Scene, token: &str, serial: &str) -> ProblemCode {
    let (_, csr) = key_request();
    let request = EnrolRequest {
        token: token.to_owned(),
        serial: serial.to_owned(),
        csr,
    };
    post(&scene.harness, None, "/v1/enrol", &request).code()
}

#[test]
fn what_a_revoked_station_made_enrols_nobody_even_when_it_is_answered_again() {
    let scene = scene();
    let used: StationToken = scene.ask(&scene.request("UNIT-1", 1)).json();
    let unused: StationToken = scene.ask(&scene.request("UNIT-2", 2)).json();
    let by_operator = scene.harness.token(OFFICE, "UNIT-3").unwrap();
    let enrolled = enrol_with(&scene.harness, &used.token, "UNIT-1");
    let store = scene.harness.store();
    let gone = operator::revoke_station(store, KID, Some(now())).unwrap();
    let serials: Vec<_> = gone.iter().map(|token| token.serial.as_str()).collect();
    assert_eq!(serials, ["UNIT-2"]);
    let ended = ProblemCode::EnrolTokenExpired;
    assert_eq!(enrol_code(&scene, &unused.token, "UNIT-2"), ended);
    operator::revoke_station(store, KID, None).unwrap();
    assert_eq!(enrol_code(&scene, &unused.token, "UNIT-2"), ended);
    // What was enrolled works on, and so does what the operator made.
    assert_eq!(status(&scene.harness, &enrolled), 200);
    enrol_with(&scene.harness, &by_operator, "UNIT-3");
}

#[test]
fn a_station_that_signs_well_and_is_told_no_goes_on_with_its_other_cards() {
    let scene = scene();
    enrol(&scene.harness, OFFICE, "UNIT-1");
    for n in 0..12 {
        let refused = scene.ask(&scene.request("UNIT-1", n));
        assert_eq!(refused.code(), ProblemCode::StationEnrolled);
        let mut elsewhere = scene.request("UNIT-2", n);
        elsewhere.office = office(OTHER_OFFICE);
        assert_eq!(scene.ask(&elsewhere).code(), ProblemCode::StationRight);
        let mut late = scene.request("UNIT-2", n);
        late.at = now() + Duration::from_secs(301);
        assert_eq!(scene.ask(&late).code(), ProblemCode::StationRequest);
    }
    let _: StationToken = scene.ask(&scene.request("UNIT-2", 99)).json();
}

#[test]
fn what_a_station_may_not_is_refused_with_its_own_code() {
    let scene = scene();
    let store = scene.harness.store();
    let mut elsewhere = scene.request("UNIT-1", 1);
    elsewhere.office = office(OTHER_OFFICE);
    assert_eq!(scene.ask(&elsewhere).code(), ProblemCode::StationRight);
    operator::allow_station(store, KID, &StationRight::All).unwrap();
    let mut nowhere = scene.request("UNIT-1", 2);
    nowhere.office = office("9970009990");
    assert_eq!(scene.ask(&nowhere).code(), ProblemCode::StationOffice);
    operator::revoke_station(store, KID, Some(now())).unwrap();
    let revoked = scene.ask(&scene.request("UNIT-1", 3));
    assert_eq!(
        (revoked.status, revoked.code()),
        (403, ProblemCode::StationRight)
    );
    operator::revoke_station(store, KID, None).unwrap();
    operator::deny_station(store, KID).unwrap();
    let denied = scene.ask(&scene.request("UNIT-1", 4));
    assert_eq!(denied.code(), ProblemCode::StationRight);
    assert_eq!(scene.tokens(), 0);
    assert!(operator::allow_station(store, "nobody", &StationRight::All).is_err());
}

#[test]
fn a_request_that_is_old_used_forged_or_for_another_gateway_makes_nothing() {
    let scene = scene();
    let good = scene.request("UNIT-1", 1);
    let wrong = |change: &dyn Fn(&mut TokenRequest)| {
        let mut request = good.clone();
        change(&mut request);
        scene.ask(&request).code()
    };
    let expected = ProblemCode::StationRequest;
    assert_eq!(wrong(&|r| r.format = 2), expected);
    assert_eq!(
        wrong(&|r| r.gateway = "https://other:1".to_owned()),
        expected
    );
    assert_eq!(wrong(&|r| r.nonce = "short".to_owned()), expected);
    assert_eq!(wrong(&|r| r.at = r.at + Duration::from_secs(301)), expected);
    let payload = serde_json::to_vec(&good).unwrap();
    let unknown = scene.send(&scene.sign("station-2", Kind::TokenRequest, &payload));
    assert_eq!(unknown.code(), ProblemCode::StationUnknown);
    // A signature for another purpose, another key under the known name, and no JWS at all.
    let record = scene.sign(KID, Kind::FlashRecord, &payload);
    assert_eq!(scene.send(&record).code(), expected);
    let mut forged = scene.sign(KID, Kind::TokenRequest, &payload);
    forged.truncate(forged.len() - 6);
    forged.push_str("AAAAAA");
    assert_eq!(scene.send(&forged).code(), expected);
    assert_eq!(scene.tokens(), 0);

    let _: StationToken = scene.ask(&good).json();
    assert_eq!(scene.ask(&good).code(), expected, "used before");
    scene.clock.set(now() + Duration::from_secs(301));
    let mut late = good.clone();
    late.nonce = BASE64URL_NOPAD.encode(&[9; 16]);
    assert_eq!(scene.ask(&late).code(), expected, "too old");
    assert_eq!(scene.tokens(), 1);
}

#[test]
fn one_address_that_guesses_waits() {
    let scene = scene();
    let codes: Vec<ProblemCode> = (0..12).map(|_| scene.send("a.b.c").code()).collect();
    assert_eq!(codes[0], ProblemCode::StationRequest);
    assert_eq!(codes[11], ProblemCode::AuthRate);
    let answer = scene.ask(&scene.request("UNIT-1", 1));
    assert_eq!(answer.status, 429);
    let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(refusal.code, ProblemCode::AuthRate);
    scene.clock.set(now() + Duration::from_secs(60));
    let mut later = scene.request("UNIT-1", 2);
    later.at = now() + Duration::from_secs(60);
    let _: StationToken = scene.ask(&later).json();
}

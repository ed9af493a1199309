//! Enrolment and renewal against an authority in memory.

use protocol::calendar::Timestamp;
use protocol::exchange::{
    DeviceId, EnrolRequest, Enrolment, MEDIA_TYPE, RenewRequest, TrustBundle,
};
use protocol::facility::Facility;
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer,
    KeyPair,
};

use crate::clock::Clock;
use crate::error::Problem;
use crate::outbox::{self, State};
use crate::sync::{
    EnrolOrder, HttpAnswer, HttpRequest, Identity, NetError, RenewalState, Transport, cursor,
    device, enrol, identity, renew, renewal,
};
use crate::testing::gateway::{FakeGateway, Fault, Shelf, notice, refusal};
use crate::testing::{self, DAY, MORNING};
use crate::vault::Vault;

/// Signs what it is asked to, as the gateway does.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: String,
    trust: TrustBundle,
    device: DeviceId,
    /// Certificate signing requests seen, in order.
    csrs: Vec<String>,
    /// Makes the next answers wrong, or loses them.
    mishap: Mishap,
}

#[derive(Clone, Copy, PartialEq)]
enum Mishap {
    None,
    Lost,
    OtherKey,
    OtherName,
    NoRoots,
    NewerGateway,
    Refused,
}

impl Authority {
    fn new(clock: &Clock) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap().pem();
        let mut trust = FakeGateway::new(clock).identity().trust;
        trust.roots = vec![root.clone()];
        trust.endpoints = vec!["https://gateway.example".into()];
        Self {
            issuer: Issuer::new(params, key),
            root,
            trust,
            device: FakeGateway::new(clock).identity().device,
            csrs: Vec::new(),
            mishap: Mishap::None,
        }
    }

    fn certify(&self, csr: &str, days: i64) -> String {
        let mut request = CertificateSigningRequestParams::from_pem(csr).unwrap();
        let name = match self.mishap {
            Mishap::OtherName => "MDG-222222222222".to_owned(),
            _ => self.device.to_string(),
        };
        request
            .params
            .distinguished_name
            .push(DnType::CommonName, name);
        let start = time::OffsetDateTime::from_unix_timestamp(MORNING / 1000).unwrap();
        request.params.not_before = start;
        request.params.not_after = start + time::Duration::days(days);
        request.signed_by(&self.issuer).unwrap().pem()
    }
}

impl Transport for Authority {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        let csr = match request.path {
            "/v1/enrol" => {
                let asked: EnrolRequest = serde_json::from_slice(request.body).unwrap();
                assert_eq!(
                    (asked.token.as_str(), asked.serial.as_str()),
                    ("TOKEN", "SERIAL")
                );
                asked.csr
            }
            "/v1/renew" => {
                serde_json::from_slice::<RenewRequest>(request.body)
                    .unwrap()
                    .csr
            }
            other => panic!("{other}"),
        };
        self.csrs.push(csr.clone());
        let csr = match self.mishap {
            Mishap::OtherKey => {
                let key = KeyPair::generate().unwrap();
                CertificateParams::default()
                    .serialize_request(&key)
                    .unwrap()
                    .pem()
                    .unwrap()
            }
            Mishap::Lost => return Err(NetError::Timeout),
            Mishap::Refused => return Ok(refusal(403, ProblemCode::EnrolTokenUsed)),
            _ => csr,
        };
        let mut trust = self.trust.clone();
        if self.mishap == Mishap::NoRoots {
            trust.roots.clear();
        }
        let enrolment = Enrolment {
            device: self.device.clone(),
            certificate: self.certify(&csr, 60),
            trust,
            facility: Facility {
                office: OfficeNumber::with_check_digit("997010000").unwrap(),
                name: "汐見ケアプランセンター".into(),
                insurers: Vec::new(),
            },
            profile: None,
            time: Timestamp::from_unix_ms(MORNING),
        };
        let mut answer = serde_json::to_value(&enrolment).unwrap();
        if self.mishap == Mishap::NewerGateway {
            answer["greeting"] = "a word of the future".into();
        }
        Ok(HttpAnswer {
            status: 200,
            media: MEDIA_TYPE.into(),
            body: serde_json::to_vec(&answer).unwrap(),
            ..HttpAnswer::default()
        })
    }
}

fn order() -> EnrolOrder {
    EnrolOrder {
        token: "TOKEN".into(),
        serial: "SERIAL".into(),
    }
}

fn enrolled() -> (Vault, Authority, Clock, crate::clock::ManualTime, Identity) {
    let (time, clock) = testing::clock();
    let mut vault = Vault::in_memory().unwrap();
    let mut authority = Authority::new(&clock);
    let identity = enrol(
        &mut vault,
        &mut authority,
        &clock,
        &order(),
        &mut Shelf::default(),
    )
    .unwrap();
    (vault, authority, clock, time, identity)
}

#[test]
fn what_a_newer_gateway_adds_to_its_answer_does_not_cost_the_token() {
    let (_, clock) = testing::clock();
    let mut vault = Vault::in_memory().unwrap();
    let mut authority = Authority::new(&clock);
    authority.mishap = Mishap::NewerGateway;
    let mut shelf = Shelf::default();
    enrol(&mut vault, &mut authority, &clock, &order(), &mut shelf).unwrap();
    assert_eq!(vault.read(device).unwrap(), Some(authority.device.clone()));
}

#[test]
fn an_enrolled_terminal_keeps_its_identity_and_its_office() {
    let (time, clock) = testing::clock();
    let mut vault = Vault::in_memory().unwrap();
    let mut authority = Authority::new(&clock);
    let mut shelf = Shelf::default();
    assert_eq!(vault.read(identity).unwrap(), None);
    let new = enrol(&mut vault, &mut authority, &clock, &order(), &mut shelf).unwrap();
    assert_eq!(vault.read(identity).unwrap(), Some(new.clone()));
    assert_eq!(vault.read(device).unwrap(), Some(authority.device.clone()));
    assert_eq!(new.trust.roots, [authority.root.clone()]);
    assert_eq!(shelf.kept.len(), 1, "the office's facts");
    drop(time);
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_key() {
    let (_, clock) = testing::clock();
    let mut vault = Vault::in_memory().unwrap();
    let mut authority = Authority::new(&clock);
    authority.mishap = Mishap::Lost;
    let lost = enrol(
        &mut vault,
        &mut authority,
        &clock,
        &order(),
        &mut Shelf::default(),
    );
    assert_eq!(lost.unwrap_err(), NetError::Timeout.into());
    authority.mishap = Mishap::None;
    enrol(
        &mut vault,
        &mut authority,
        &clock,
        &order(),
        &mut Shelf::default(),
    )
    .unwrap();
    assert_eq!(authority.csrs[0], authority.csrs[1]);
}

#[test]
fn an_answer_that_does_not_fit_changes_nothing() {
    for (mishap, code) in [
        (Mishap::OtherKey, ProblemCode::NetAnswer),
        (Mishap::OtherName, ProblemCode::NetAnswer),
        (Mishap::NoRoots, ProblemCode::NetAnswer),
        (Mishap::Refused, ProblemCode::EnrolTokenUsed),
    ] {
        let (_, clock) = testing::clock();
        let mut vault = Vault::in_memory().unwrap();
        let mut authority = Authority::new(&clock);
        authority.mishap = mishap;
        let refused = enrol(
            &mut vault,
            &mut authority,
            &clock,
            &order(),
            &mut Shelf::default(),
        );
        assert_eq!(refused.unwrap_err().code(), code);
        assert_eq!(vault.read(identity).unwrap(), None);
    }
}

#[test]
fn the_private_key_never_leaves_and_is_in_no_debug_text() {
    let (_, authority, _, _, identity) = enrolled();
    assert!(
        authority
            .csrs
            .iter()
            .all(|csr| csr.contains("CERTIFICATE REQUEST"))
    );
    assert!(authority.csrs.iter().all(|csr| !csr.contains("PRIVATE")));
    let text = format!("{identity:?} {:?}", order());
    assert!(
        !text.contains("private_key") && !text.contains("TOKEN"),
        "{text}"
    );
}

#[test]
fn a_certificate_is_renewed_from_half_of_its_life_on_with_a_fresh_key() {
    let (mut vault, mut authority, clock, time, old) = enrolled();
    assert!(matches!(
        renewal(&old, &clock.now()),
        RenewalState::Fresh { .. }
    ));
    time.advance(std::time::Duration::from_millis(30 * DAY as u64));
    assert!(matches!(
        renewal(&old, &clock.now()),
        RenewalState::Due { .. }
    ));

    authority.mishap = Mishap::Lost;
    assert!(renew(&mut vault, &mut authority, &clock, &mut Shelf::default()).is_err());
    assert_eq!(
        vault.read(identity).unwrap(),
        Some(old.clone()),
        "the old one stays in use"
    );
    authority.mishap = Mishap::None;
    let new = renew(&mut vault, &mut authority, &clock, &mut Shelf::default()).unwrap();
    assert_ne!(new.private_key, old.private_key);
    assert_eq!(authority.csrs[1], authority.csrs[2]);
    assert_ne!(authority.csrs[0], authority.csrs[1]);
    assert_eq!(vault.read(identity).unwrap(), Some(new));

    time.advance(std::time::Duration::from_millis(100 * DAY as u64));
    assert_eq!(renewal(&old, &clock.now()), RenewalState::Expired);
}

#[test]
fn a_full_disk_while_the_identity_is_kept_leaves_the_old_one() {
    let (mut vault, mut authority, clock, _, old) = enrolled();
    let mut shelf = Shelf {
        refuse: Some(Problem::VaultFull),
        ..Shelf::default()
    };
    let refused = renew(&mut vault, &mut authority, &clock, &mut shelf);
    assert_eq!(refused.unwrap_err(), Problem::VaultFull);
    assert_eq!(vault.read(identity).unwrap(), Some(old));
}

#[test]
fn a_terminal_enrolled_anew_does_not_send_again_what_its_former_self_delivered() {
    let (mut vault, mut authority, clock, _, _) = enrolled();
    let mut gateway = FakeGateway::new(&clock);
    for n in 1..=3 {
        let command = testing::look_up(n);
        vault
            .write(|tx| outbox::append(tx, &clock.now(), testing::id(n), &command))
            .unwrap();
    }
    gateway.tell(notice(1));
    gateway
        .round(&mut vault, &clock, Fault::None, &mut Shelf::default())
        .unwrap();

    authority.device = DeviceId::from_random([8; 12]);
    enrol(
        &mut vault,
        &mut authority,
        &clock,
        &order(),
        &mut Shelf::default(),
    )
    .unwrap();
    assert_eq!(
        vault.read(cursor).unwrap(),
        0,
        "the new receiver's feed is read from its start"
    );
    // The gateway knows nothing of the new receiver yet: that is no restored backup.
    let mut gateway = FakeGateway::new(&clock);
    let settlement = gateway
        .round(&mut vault, &clock, Fault::None, &mut Shelf::default())
        .unwrap();
    assert_eq!((settlement.again, settlement.waiting), (0, 0));
    let item = vault
        .read(|c| outbox::item(c, testing::id(2)))
        .unwrap()
        .unwrap();
    assert_eq!((item.state, item.receipt_seq), (State::Receipted, Some(2)));
}

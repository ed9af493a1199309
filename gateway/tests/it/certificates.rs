//! Every kind of bad certificate on every route: each refused with its own code, or in the
//! handshake with its own alert.

use std::sync::Arc;
use std::time::Duration;

use gateway::clock::ManualClock;
use gateway::entropy::SystemEntropy;
use gateway::harness::{Harness, OFFICE, Options};
use gateway::pki::authority::Authority;
use gateway::pki::peer::device_uri;
use gateway::store::DeviceState;
use protocol::exchange::{DeviceId, MEDIA_TYPE};
use protocol::problem::ProblemCode;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::{AlertDescription, HandshakeKind};
use time::OffsetDateTime;

use crate::client::{Answer, Identity, Line, config, enrol, key_request, poll};
use crate::work::now;

/// The routes that need a certificate, with a request each would take.
const ROUTES: [(&str, &str); 4] = [
    ("POST", "/v1/exchange"),
    ("GET", "/v1/documents/00000000-0000-4000-8000-000000000000"),
    (
        "PUT",
        "/v1/attachments/0000000000000000000000000000000000000000000000000000000000000000",
    ),
    ("POST", "/v1/renew"),
];

struct Scene {
    _folder: tempfile::TempDir,
    clock: ManualClock,
    harness: Harness,
    authority: Authority,
    good: Identity,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new(now());
    let options = Options {
        clock: Arc::new(clock.clone()),
        ..Options::default()
    };
    let harness = Harness::start(folder.path(), options).unwrap();
    let authority = harness.device_authority().unwrap();
    let good = enrol(&harness, OFFICE, "UNIT-1");
    Scene {
        _folder: folder,
        clock,
        harness,
        authority,
        good,
    }
}

fn days(days: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(now().unix_ms() / 1000).unwrap()
        + time::Duration::days(days)
}

fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().unwrap())
}

/// A certificate as the gateway issues it.
fn usual(device: &DeviceId) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, device.as_str());
    params.subject_alt_names = vec![uri(&device_uri(device))];
    params.not_before = days(-1);
    params.not_after = days(59);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn sign(params: &CertificateParams, issuer: &Issuer<'_, KeyPair>) -> Identity {
    let key = KeyPair::generate().unwrap();
    Identity {
        device: None,
        chain: params.signed_by(&key, issuer).unwrap().pem(),
        key: key.serialize_pem(),
    }
}

impl Scene {
    fn device(&self) -> DeviceId {
        self.good.device.clone().unwrap()
    }

    /// A certificate of our authority with one thing wrong.
    fn forged(&self, spoil: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = usual(&self.device());
        spoil(&mut params);
        sign(&params, self.authority.issuer())
    }

    fn ask(&self, identity: Option<&Identity>, route: (&str, &str)) -> Answer {
        let config = config(&self.harness, identity, &[&rustls::version::TLS13]);
        let mut line = Line::open(&self.harness, &config).unwrap();
        ask_on(&mut line, route)
    }
}

fn ask_on(line: &mut Line, (method, path): (&str, &str)) -> Answer {
    let exchange = br#"{"wire":1,"cursor":0,"commands":[],"waiting":0}"#.to_vec();
    let body = match path {
        "/v1/exchange" => exchange,
        "/v1/renew" => {
            let (_, csr) = key_request();
            serde_json::to_vec(&protocol::exchange::RenewRequest { csr }).unwrap()
        }
        _ => Vec::new(),
    };
    let mut headers = vec![("content-type", MEDIA_TYPE)];
    if method == "PUT" {
        headers.extend([("upload-offset", "0"), ("upload-length", "1")]);
    }
    line.ask(method, path, &headers, &body).unwrap()
}

#[test]
fn a_certificate_with_one_thing_wrong_is_refused_on_every_route_with_its_own_code() {
    let scene = scene();
    let other = DeviceId::from_random([9; 12]);
    let long_name = "MDG-".repeat(20);
    let wrong = ProblemCode::CertificateWrong;
    let cases: Vec<(&str, Option<Identity>, ProblemCode)> = vec![
        ("none", None, ProblemCode::CertificateMissing),
        (
            "not yet valid",
            Some(scene.forged(|p| {
                p.not_before = days(1);
                p.not_after = days(31);
            })),
            ProblemCode::CertificateNotYet,
        ),
        (
            "names another terminal beside its own",
            Some(scene.forged(|p| p.subject_alt_names = vec![uri(&device_uri(&other))])),
            wrong.clone(),
        ),
        (
            "names two terminals",
            Some(scene.forged(|p| p.subject_alt_names.push(uri(&device_uri(&other))))),
            wrong.clone(),
        ),
        (
            "no alternative name",
            Some(scene.forged(|p| p.subject_alt_names.clear())),
            wrong.clone(),
        ),
        (
            "a host name in place of a terminal's",
            Some(scene.forged(|p| {
                p.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap())];
            })),
            wrong.clone(),
        ),
        (
            "no common name",
            Some(scene.forged(|p| p.distinguished_name = DistinguishedName::new())),
            wrong.clone(),
        ),
        (
            "a name that is no terminal's",
            Some(scene.forged(|p| {
                p.distinguished_name
                    .push(DnType::CommonName, long_name.as_str());
                p.subject_alt_names = vec![uri(&format!("urn:madoguchi:device:{long_name}"))];
            })),
            wrong.clone(),
        ),
        (
            "lives longer than ninety days",
            Some(scene.forged(|p| p.not_after = days(400))),
            wrong.clone(),
        ),
        (
            "no usage at all",
            Some(scene.forged(|p| p.extended_key_usages.clear())),
            wrong,
        ),
        (
            "a terminal nobody knows",
            Some(sign(&usual(&other), scene.authority.issuer())),
            ProblemCode::DeviceUnknown,
        ),
    ];
    let mut refused = 0;
    for (what, identity, code) in &cases {
        for route in ROUTES {
            let answer = scene.ask(identity.as_ref(), route);
            assert!(matches!(answer.status, 401 | 403), "{what} on {route:?}");
            assert_eq!(answer.code(), *code, "{what} on {route:?}");
            refused += 1;
        }
    }
    // The good one is not refused for its certificate on any of them.
    for route in ROUTES {
        let answer = scene.ask(Some(&scene.good), route);
        assert!(!matches!(answer.status, 401 | 403), "{route:?}");
    }
    assert_eq!(refused, 44);
}

#[test]
fn an_ended_certificate_may_renew_and_nothing_else() {
    let scene = scene();
    let ended = scene.forged(|p| {
        p.not_before = days(-61);
        p.not_after = days(-1);
    });
    for route in &ROUTES[..3] {
        let answer = scene.ask(Some(&ended), *route);
        assert_eq!(answer.code(), ProblemCode::CertificateExpired, "{route:?}");
    }
    assert_eq!(scene.ask(Some(&ended), ROUTES[3]).status, 200);
}

#[test]
fn a_terminal_that_sends_much_still_hears_why_it_is_refused() {
    let scene = scene();
    let ended = scene.forged(|p| {
        p.not_before = days(-61);
        p.not_after = days(-1);
    });
    let config = config(&scene.harness, Some(&ended), &[&rustls::version::TLS13]);
    let much = vec![b' '; 4_000_000];
    for _ in 0..3 {
        let mut line = Line::open(&scene.harness, &config).unwrap();
        let headers = [("content-type", MEDIA_TYPE)];
        let answer = line.ask("POST", "/v1/exchange", &headers, &much).unwrap();
        assert_eq!(answer.code(), ProblemCode::CertificateExpired);
        // The connection is good for what comes next.
        assert_eq!(ask_on(&mut line, ROUTES[3]).status, 200);
    }
}

#[test]
fn a_revoked_terminal_is_refused_on_every_route_and_a_lost_one_is_only_told_to_wipe() {
    let scene = scene();
    let device = scene.device();
    scene
        .harness
        .set_state(&device, DeviceState::Revoked)
        .unwrap();
    for route in ROUTES {
        let answer = scene.ask(Some(&scene.good), route);
        assert_eq!(
            (answer.status, answer.code()),
            (403, ProblemCode::DeviceRevoked),
            "{route:?}"
        );
    }
    scene.harness.set_state(&device, DeviceState::Lost).unwrap();
    for route in &ROUTES[1..] {
        let answer = scene.ask(Some(&scene.good), *route);
        assert_eq!(
            (answer.status, answer.code()),
            (403, ProblemCode::DeviceWiped),
            "{route:?}"
        );
    }
    let (page, response) = scene
        .ask(Some(&scene.good), ROUTES[0])
        .exchange(&scene.harness);
    assert!(page.receipts.is_empty());
    assert_eq!(response.feed[0].item, protocol::answer::FeedItem::Wipe);
}

#[test]
fn a_resumed_session_does_not_outlive_its_terminals_record_or_certificate() {
    let scene = scene();
    let config = config(
        &scene.harness,
        Some(&scene.good),
        &[&rustls::version::TLS13],
    );
    let resumed = |route| {
        let mut line = Line::open(&scene.harness, &config).unwrap();
        let answer = ask_on(&mut line, route);
        (line.tls().handshake_kind(), answer)
    };
    assert_eq!(resumed(ROUTES[0]).0, Some(HandshakeKind::Full));
    let (kind, answer) = resumed(ROUTES[0]);
    assert_eq!((kind, answer.status), (Some(HandshakeKind::Resumed), 200));

    scene
        .harness
        .set_state(&scene.device(), DeviceState::Revoked)
        .unwrap();
    for route in ROUTES {
        let (kind, answer) = resumed(route);
        assert_eq!(kind, Some(HandshakeKind::Resumed), "{route:?}");
        assert_eq!(answer.code(), ProblemCode::DeviceRevoked, "{route:?}");
    }
    scene
        .harness
        .set_state(&scene.device(), DeviceState::Active)
        .unwrap();
    let mut kept = Line::open(&scene.harness, &config).unwrap();
    assert_eq!(ask_on(&mut kept, ROUTES[0]).status, 200);
    scene.clock.advance(Duration::from_secs(61 * 86_400));
    let answer = ask_on(&mut kept, ROUTES[0]);
    assert_eq!(answer.code(), ProblemCode::CertificateExpired);
}

#[test]
fn what_is_not_our_authoritys_word_ends_in_the_handshake_with_an_alert() {
    let scene = scene();
    let now_day = now();
    let entropy = SystemEntropy::default();
    let foreign = Authority::load(&Authority::create("Foreign CA", now_day, &entropy).unwrap());
    let twin = Authority::create("Madoguchi device CA", now_day, &entropy).unwrap();
    let twin = Authority::load(&twin).unwrap();
    let device = scene.device();

    let foreign = sign(&usual(&device), foreign.unwrap().issuer());
    let twin = sign(&usual(&device), twin.issuer());
    let own_key = KeyPair::generate().unwrap();
    let self_signed = Identity {
        device: None,
        chain: usual(&device).self_signed(&own_key).unwrap().pem(),
        key: own_key.serialize_pem(),
    };
    let server_usage = scene.forged(|p| {
        p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    });
    let an_authority = scene.forged(|p| {
        p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        p.key_usages.push(KeyUsagePurpose::KeyCertSign);
    });
    let server = scene.harness.layout().pki().server().unwrap();
    let the_servers_own = Identity {
        device: None,
        chain: server.certificate,
        key: server.key,
    };
    // A terminal that plays the authority with its own certificate.
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = usual(&device)
        .signed_by(&leaf_key, scene.authority.issuer())
        .unwrap();
    let by_leaf = Issuer::from_ca_cert_der(leaf.der(), leaf_key).unwrap();
    let mut child = sign(&usual(&device), &by_leaf);
    child.chain.push_str(&leaf.pem());
    let stolen = Identity {
        key: KeyPair::generate().unwrap().serialize_pem(),
        ..scene.good.clone()
    };
    let tampered = Identity {
        chain: tamper(&scene.good.chain),
        ..scene.good.clone()
    };
    let ended_foreign = {
        let other = Authority::create("Foreign CA", now_day, &entropy).unwrap();
        let mut params = usual(&device);
        params.not_before = days(-61);
        params.not_after = days(-1);
        sign(&params, Authority::load(&other).unwrap().issuer())
    };

    use AlertDescription as A;
    let cases = [
        ("another authority", foreign, vec![A::UnknownCA]),
        (
            "another authority, and ended",
            ended_foreign,
            vec![A::UnknownCA],
        ),
        (
            "an authority of the same name",
            twin,
            vec![A::UnknownCA, A::DecryptError],
        ),
        ("signed by itself", self_signed, vec![A::UnknownCA]),
        ("for servers", server_usage, vec![A::UnsupportedCertificate]),
        (
            "an authority as a terminal",
            an_authority,
            vec![A::CertificateUnknown],
        ),
        (
            "the server's own",
            the_servers_own,
            vec![A::UnknownCA, A::UnsupportedCertificate],
        ),
        (
            "signed by a terminal",
            child,
            vec![A::UnknownCA, A::CertificateUnknown],
        ),
        ("without its key", stolen, vec![A::DecryptError]),
        (
            "one byte changed",
            tampered,
            vec![A::DecryptError, A::UnknownCA],
        ),
    ];
    for (what, identity, alerts) in &cases {
        let config = config(&scene.harness, Some(identity), &[&rustls::version::TLS13]);
        let mut line = Line::open(&scene.harness, &config).unwrap();
        let alert = line.refusal();
        assert!(
            alert.is_some_and(|a| alerts.contains(&a)),
            "{what}: {alert:?}"
        );
        // Whatever is sent all the same is not answered.
        for (method, path) in ROUTES {
            let mut line = Line::open(&scene.harness, &config).unwrap();
            let answer = line.ask(method, path, &[("content-type", MEDIA_TYPE)], b"{}");
            assert!(answer.is_err(), "{what} was answered on {path}");
        }
    }
}

#[test]
fn tls_1_2_is_not_spoken() {
    let scene = scene();
    let config = config(
        &scene.harness,
        Some(&scene.good),
        &[&rustls::version::TLS12],
    );
    let mut line = Line::open(&scene.harness, &config).unwrap();
    assert_eq!(line.refusal(), Some(AlertDescription::ProtocolVersion));
}

#[test]
fn what_is_no_tls_is_dropped_and_the_gateway_goes_on() {
    use std::io::{Read, Write};
    let scene = scene();
    let mut plain = std::net::TcpStream::connect(scene.harness.address()).unwrap();
    plain
        .write_all(b"POST /v1/exchange HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    // A reset is as good as an end.
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
    assert_eq!(poll(&scene.harness, Some(&scene.good)).unwrap().status, 200);
}

/// Changes the last byte of the signature.
fn tamper(chain: &str) -> String {
    use rustls::pki_types::pem::PemObject;
    let der = rustls::pki_types::CertificateDer::from_pem_slice(chain.as_bytes()).unwrap();
    let mut der = der.to_vec();
    *der.last_mut().unwrap() ^= 1;
    let text = data_encoding::BASE64.encode(&der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

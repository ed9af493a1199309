//! The real transport against real sockets on loopback: certificates, and answers that
//! trickle, break off or come from somebody else.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use protocol::calendar::Timestamp;
use protocol::exchange::MEDIA_TYPE;
use protocol::problem::ProblemCode;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::clock::{Clock, ManualTime};
use crate::sync::{
    HttpAnswer, HttpRequest, HttpsTransport, Identity, Limits, Method, NetError, Transport,
};
use crate::testing::gateway::FakeGateway;
use crate::testing::{self, DAY, MORNING};

const SHORT: Limits = Limits {
    connect: Duration::from_secs(5),
    response: Duration::from_millis(500),
    call: Duration::from_millis(800),
};

const PATIENT: Limits = Limits {
    connect: Duration::from_secs(20),
    response: Duration::from_secs(20),
    call: Duration::from_secs(30),
};

/// A certificate authority for one test.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "test root");
        span(&mut params, -DAY, 3650 * DAY);
        let root = params.self_signed(&key).unwrap();
        Self {
            pem: root.pem(),
            root: root.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    fn issue(
        &self,
        change: impl FnOnce(&mut CertificateParams),
    ) -> (CertificateDer<'static>, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        span(&mut params, -DAY, 30 * DAY);
        change(&mut params);
        (
            params.signed_by(&key, &self.issuer).unwrap().der().clone(),
            key,
        )
    }
}

fn span(params: &mut CertificateParams, from_ms: i64, to_ms: i64) {
    let at = |ms: i64| time::OffsetDateTime::from_unix_timestamp((MORNING + ms) / 1000).unwrap();
    params.not_before = at(from_ms);
    params.not_after = at(to_ms);
}

fn key_der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).unwrap()
}

/// A gateway's stand-in that answers each connection's first request with these bytes.
struct Server {
    address: String,
    thread: Option<JoinHandle<()>>,
    place: std::net::SocketAddr,
    stop: Arc<AtomicBool>,
}

/// Whether a failure is the one that belongs to a behaviour.
type Expected = fn(&NetError) -> bool;

/// How a stand-in behaves once the head of a request is there.
type Behaviour = fn(&mut dyn std::io::Write);

impl Server {
    fn start(config: ServerConfig, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let config = Arc::new(config);
        let thread = std::thread::spawn(move || {
            for socket in listener.incoming() {
                let Ok(socket) = socket else { return };
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                socket
                    .set_read_timeout(Some(Duration::from_secs(5)))
                    .unwrap();
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                serve(StreamOwned::new(connection, socket), behaviour);
            }
        });
        Self {
            address: format!("https://{place}"),
            thread: Some(thread),
            place,
            stop,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(self.place));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reads the head of one request and behaves.
fn serve(mut stream: StreamOwned<ServerConnection, TcpStream>, behaviour: Behaviour) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    behaviour(&mut stream);
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: &KeyPair,
    clients: Option<&Authority>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_details(provider.clone(), Arc::new(fixed_time()))
        .with_protocol_versions(versions)
        .unwrap();
    let builder = match clients {
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.root.clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
        None => builder.with_no_client_auth(),
    };
    builder.with_single_cert(chain, key_der(key)).unwrap()
}

fn fixed_time() -> Clock {
    Clock::manual(&ManualTime::at(Timestamp::from_unix_ms(MORNING)))
}

const TLS13: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

fn good_config(authority: &Authority) -> ServerConfig {
    let (leaf, key) = authority.issue(|_| ());
    server_config(vec![leaf], &key, None, TLS13)
}

/// Asks once, without a client certificate.
fn ask(server: &Server, root: &str, clock: &Clock, limits: Limits) -> Result<HttpAnswer, NetError> {
    let roots = [root.to_owned()];
    let mut transport =
        HttpsTransport::for_enrolment(&server.address, &roots, clock, limits).unwrap();
    transport.send(&request())
}

fn request() -> HttpRequest<'static> {
    HttpRequest {
        method: Method::Get,
        path: "/v1/documents/1",
        media: "",
        headers: &[],
        body: &[],
        answer_limit: 1000,
    }
}

fn answer(stream: &mut dyn std::io::Write) {
    let body = "{}";
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {MEDIA_TYPE}; charset=utf-8\r\nretry-after: 7\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
}

#[test]
fn an_answer_over_tls_13_arrives() {
    let authority = Authority::new();
    let server = Server::start(good_config(&authority), answer);
    let (_, clock) = testing::clock();
    let answer = ask(&server, &authority.pem, &clock, PATIENT).unwrap();
    assert_eq!(answer.accepted().unwrap(), b"{}");
    assert_eq!(answer.retry_after, Some(Duration::from_secs(7)));
}

#[test]
fn a_wrong_certificate_or_an_old_protocol_is_a_tls_failure() {
    let authority = Authority::new();
    let other = Authority::new();
    let (_, clock) = testing::clock();
    let with = |change: fn(&mut CertificateParams)| {
        let (leaf, key) = authority.issue(change);
        server_config(vec![leaf], &key, None, TLS13)
    };
    let (leaf, key) = authority.issue(|_| ());
    let old = server_config(vec![leaf], &key, None, &[&rustls::version::TLS12]);
    for (what, config) in [
        ("another authority", good_config(&other)),
        ("expired", with(|p| span(p, -10 * DAY, -DAY))),
        ("not yet valid", with(|p| span(p, DAY, 10 * DAY))),
        (
            "for a client",
            with(|p| {
                p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
        ),
        (
            "for another address",
            with(|p| {
                p.subject_alt_names = vec![rcgen::SanType::IpAddress([127, 0, 0, 2].into())];
            }),
        ),
        ("TLS 1.2", old),
    ] {
        let server = Server::start(config, answer);
        match ask(&server, &authority.pem, &clock, PATIENT) {
            Err(error @ NetError::Tls(_)) => assert_eq!(error.code(), ProblemCode::NetTls),
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn tls_takes_its_time_from_the_terminals_clock() {
    let authority = Authority::new();
    let server = Server::start(good_config(&authority), answer);
    let time = ManualTime::at(Timestamp::from_unix_ms(MORNING));
    let clock = Clock::manual(&time);
    assert!(ask(&server, &authority.pem, &clock, PATIENT).is_ok());
    time.shift_system(-3650 * DAY);
    assert!(
        ask(&server, &authority.pem, &clock, PATIENT).is_ok(),
        "the floor holds"
    );
    time.shift_system(3650 * DAY);
    time.advance(Duration::from_millis(31 * DAY as u64));
    assert!(matches!(
        ask(&server, &authority.pem, &clock, PATIENT),
        Err(NetError::Tls(_))
    ));
}

#[test]
fn the_terminals_certificate_is_shown_and_its_refusal_is_a_tls_failure() {
    let authority = Authority::new();
    let other = Authority::new();
    let (leaf, key) = authority.issue(|_| ());
    let config = server_config(vec![leaf], &key, Some(&authority), TLS13);
    let server = Server::start(config, answer);
    let (_, clock) = testing::clock();
    let ask_as = |issuer: &Authority| {
        let (leaf, key) = issuer.issue(|p| {
            p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        });
        let identity = terminal(&authority, leaf, &key, &server.address, &clock);
        HttpsTransport::new(&identity, &clock, PATIENT)
            .unwrap()
            .send(&request())
    };
    assert!(ask_as(&authority).is_ok());
    assert!(matches!(ask_as(&other), Err(NetError::Tls(_))));
    assert!(matches!(
        ask(&server, &authority.pem, &clock, PATIENT),
        Err(NetError::Tls(_))
    ));
}

fn terminal(
    authority: &Authority,
    leaf: CertificateDer<'static>,
    key: &KeyPair,
    address: &str,
    clock: &Clock,
) -> Identity {
    let mut identity = FakeGateway::new(clock).identity();
    let encoded = data_encoding::BASE64.encode(&leaf);
    identity.certificate =
        format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n");
    identity.private_key = Zeroizing::new(key.serialize_der());
    identity.trust.roots = vec![authority.pem.clone()];
    identity.trust.endpoints = vec![address.to_owned()];
    identity
}

#[test]
fn answers_that_trickle_break_off_or_never_end_are_given_up_in_time() {
    let authority = Authority::new();
    let (_, clock) = testing::clock();
    let cases: [(&str, Behaviour, Expected); 6] = [
        (
            "cut short",
            |s| drop(s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")),
            |e| matches!(e, NetError::Truncated),
        ),
        (
            "too large",
            |s| {
                let _ = s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n");
                let _ = s.write_all(&[b'x'; 5000]);
            },
            |e| matches!(e, NetError::TooLarge),
        ),
        (
            "a head without an end",
            |s| {
                let _ = s.write_all(b"HTTP/1.1 200 OK\r\n");
                for _ in 0..4000 {
                    if s.write_all(b"x-filler: 0123456789\r\n").is_err() {
                        return;
                    }
                }
            },
            |e| {
                matches!(
                    e,
                    NetError::TooLarge | NetError::Portal(_) | NetError::Truncated
                )
            },
        ),
        (
            "not HTTP",
            |s| drop(s.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")),
            |e| matches!(e, NetError::Portal(_)),
        ),
        (
            "nothing",
            |_| (),
            |e| matches!(e, NetError::Truncated | NetError::Down(_)),
        ),
        (
            "slow",
            |s| {
                let _ = s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n");
                let end = Instant::now() + Duration::from_secs(3);
                while Instant::now() < end {
                    if s.write_all(b"x").and_then(|()| s.flush()).is_err() {
                        return;
                    }
                    std::thread::park_timeout(Duration::from_millis(50));
                }
            },
            |e| matches!(e, NetError::Timeout),
        ),
    ];
    for (what, behaviour, expected) in cases {
        let server = Server::start(good_config(&authority), behaviour);
        let limits = if what == "slow" { SHORT } else { PATIENT };
        let error = ask(&server, &authority.pem, &clock, limits).unwrap_err();
        assert!(expected(&error), "{what}: {error:?}");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let authority = Authority::new();
    let (_, clock) = testing::clock();
    let server = Server::start(good_config(&authority), |stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        );
    });
    let answer = ask(&server, &authority.pem, &clock, PATIENT).unwrap();
    assert_eq!(answer.accepted(), Err(NetError::Redirect));
}

#[test]
fn no_gateway_is_no_connection_and_the_next_endpoint_is_tried() {
    let authority = Authority::new();
    let (_, clock) = testing::clock();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let roots = [authority.pem.clone()];
    let nobody = format!("https://{free}");
    let mut transport = HttpsTransport::for_enrolment(&nobody, &roots, &clock, PATIENT).unwrap();
    assert!(matches!(transport.send(&request()), Err(NetError::Down(_))));

    let server = Server::start(good_config(&authority), answer);
    let (leaf, key) = authority.issue(|_| ());
    let mut identity = terminal(&authority, leaf, &key, &server.address, &clock);
    identity.trust.endpoints.insert(0, nobody);
    let mut transport = HttpsTransport::new(&identity, &clock, PATIENT).unwrap();
    assert!(transport.send(&request()).is_ok());
}

#[test]
fn a_key_or_certificate_that_cannot_be_used_is_an_error_and_no_panic() {
    let authority = Authority::new();
    let (_, clock) = testing::clock();
    let (leaf, key) = authority.issue(|_| ());
    let good = terminal(&authority, leaf, &key, "https://127.0.0.1:1", &clock);
    let mut cases = vec![good.clone(); 5];
    cases[0].certificate.clear();
    cases[1].certificate = "rubbish".into();
    cases[2].private_key = Zeroizing::new(vec![1, 2, 3]);
    cases[3].private_key = Zeroizing::new(KeyPair::generate().unwrap().serialize_der());
    cases[4].trust.roots =
        vec!["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----".into()];
    for (index, identity) in cases.iter().enumerate() {
        let made = HttpsTransport::new(identity, &clock, PATIENT);
        assert!(
            matches!(made, Err(NetError::Tls(_))),
            "case {index}: {made:?}"
        );
    }
    assert!(HttpsTransport::new(&good, &clock, PATIENT).is_ok());
}

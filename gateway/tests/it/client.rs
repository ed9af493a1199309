//! A small HTTP/1.1 client over rustls that does what a test tells it, right or wrong.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use gateway::clock::{Clock, TlsTime};
use gateway::harness::Harness;
use protocol::exchange::{
    DeviceId, EnrolRequest, Enrolment, ExchangeResponse, MEDIA_TYPE, PROBLEM_MEDIA_TYPE,
    ReceiptKey, ReceiptPage, Refusal,
};
use protocol::problem::ProblemCode;
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    AlertDescription, ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway that can be asked, in this process or another.
pub trait Server {
    fn at(&self) -> SocketAddr;
    fn trusted_roots(&self) -> Vec<String>;
    fn receipt_keys(&self) -> Vec<ReceiptKey>;
    fn time(&self) -> Arc<dyn Clock>;
}

impl Server for Harness {
    fn at(&self) -> SocketAddr {
        self.address()
    }

    fn trusted_roots(&self) -> Vec<String> {
        self.roots()
    }

    fn receipt_keys(&self) -> Vec<ReceiptKey> {
        self.trust().receipt_keys.clone()
    }

    fn time(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.gateway.clock)
    }
}

/// What a terminal shows: chain and key, PEM.
#[derive(Clone)]
pub struct Identity {
    pub device: Option<DeviceId>,
    pub chain: String,
    pub key: String,
}

/// A response.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// The refusal's code; panics if this is none.
    pub fn code(&self) -> ProblemCode {
        assert!(self.status >= 400, "not a refusal: {}", self.status);
        assert_eq!(self.header("content-type"), Some(PROBLEM_MEDIA_TYPE));
        serde_json::from_slice::<Refusal>(&self.body).unwrap().code
    }

    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), Some(MEDIA_TYPE));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The verified page and the rest of an exchange's answer.
    pub fn exchange(&self, server: &dyn Server) -> (ReceiptPage, ExchangeResponse) {
        let response: ExchangeResponse = self.json();
        (page(server, &response), response)
    }
}

/// Verifies the signature of an exchange's answer.
pub fn page(server: &dyn Server, response: &ExchangeResponse) -> ReceiptPage {
    let parts = protocol::jws::split(&response.receipts).unwrap();
    let key = &server.receipt_keys()[0];
    assert_eq!(parts.header.kid(), key.kid);
    let x = data_encoding::BASE64URL_NOPAD
        .decode(key.x.as_bytes())
        .unwrap();
    ::ring::signature::UnparsedPublicKey::new(&::ring::signature::ED25519, x)
        .verify(parts.signing_input, &parts.signature)
        .unwrap();
    serde_json::from_slice(&parts.payload).unwrap()
}

/// Makes a TLS configuration; keep it to resume sessions.
pub fn config(
    server: &dyn Server,
    identity: Option<&Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for root in server.trusted_roots() {
        roots
            .add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap())
            .unwrap();
    }
    let provider = Arc::new(ring::default_provider());
    let time = Arc::new(TlsTime(server.time()));
    let builder = ClientConfig::builder_with_details(Arc::clone(&provider), time)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    Arc::new(match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let chain = CertificateDer::pem_slice_iter(identity.chain.as_bytes())
                .map(Result::unwrap)
                .collect();
            let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
            let signing = provider.key_provider.load_private_key(key).unwrap();
            // As it is: an attacker's key does not have to fit the certificate.
            let shown = Arc::new(CertifiedKey::new(chain, signing));
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown)))
        }
    })
}

/// A connection that can carry several requests.
pub struct Line(StreamOwned<ClientConnection, TcpStream>);

impl Line {
    pub fn open(server: &dyn Server, config: &Arc<ClientConfig>) -> std::io::Result<Self> {
        let tcp = TcpStream::connect(server.at())?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").unwrap();
        let tls = ClientConnection::new(Arc::clone(config), name).unwrap();
        Ok(Self(StreamOwned::new(tls, tcp)))
    }

    pub fn tls(&self) -> &ClientConnection {
        &self.0.conn
    }

    /// Finishes the handshake and waits for what the gateway says to it.
    pub fn refusal(&mut self) -> Option<AlertDescription> {
        let mut byte = [0];
        let error = match self.0.read(&mut byte) {
            Ok(_) => return None,
            Err(error) => error,
        };
        match error.get_ref()?.downcast_ref::<rustls::Error>()? {
            rustls::Error::AlertReceived(alert) => Some(*alert),
            _ => None,
        }
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.flush()
    }

    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| *name == "content-length") {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut message = head.into_bytes();
        message.extend_from_slice(body);
        self.send_raw(&message)?;
        self.read_answer(method == "HEAD")
    }

    pub fn read_answer(&mut self, is_head: bool) -> std::io::Result<Answer> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap()[9..12].parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        if !is_head {
            let length = answer.header("content-length").unwrap().parse().unwrap();
            answer.body = vec![0; length];
            self.0.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }
}

/// One request on a connection of its own.
pub fn ask(
    server: &dyn Server,
    identity: Option<&Identity>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Answer> {
    let config = config(server, identity, &[&rustls::version::TLS13]);
    Line::open(server, &config)?.ask(method, path, headers, body)
}

pub fn post(
    server: &dyn Server,
    identity: Option<&Identity>,
    path: &str,
    body: &impl serde::Serialize,
) -> Answer {
    let body = serde_json::to_vec(body).unwrap();
    ask(
        server,
        identity,
        "POST",
        path,
        &[("content-type", MEDIA_TYPE)],
        &body,
    )
    .unwrap()
}

/// A key and a request for it.
pub fn key_request() -> (KeyPair, String) {
    let key = KeyPair::generate().unwrap();
    let request = CertificateParams::default()
        .serialize_request(&key)
        .unwrap();
    (key, request.pem().unwrap())
}

/// Enrols a terminal of an office.
pub fn enrol(harness: &Harness, office: &str, serial: &str) -> Identity {
    enrol_with(harness, &harness.token(office, serial).unwrap(), serial)
}

/// Enrols a terminal with a token.
pub fn enrol_with(server: &dyn Server, token: &str, serial: &str) -> Identity {
    let (key, csr) = key_request();
    let request = EnrolRequest {
        token: token.to_owned(),
        serial: serial.to_owned(),
        csr,
    };
    let enrolment: Enrolment = post(server, None, "/v1/enrol", &request).json();
    Identity {
        device: Some(enrolment.device),
        chain: enrolment.certificate,
        key: key.serialize_pem(),
    }
}

/// An empty exchange.
pub fn poll(server: &dyn Server, identity: Option<&Identity>) -> std::io::Result<Answer> {
    let body = br#"{"wire":1,"cursor":0,"commands":[],"waiting":0}"#;
    ask(
        server,
        identity,
        "POST",
        "/v1/exchange",
        &[("content-type", MEDIA_TYPE)],
        body,
    )
}

//! The real way to the gateway: ureq over our own rustls connector.
//!
//! ureq's built-in connector has no hook for the clock, allows TLS 1.2 and panics on a bad
//! client certificate; ours takes its time from [`Clock`], speaks TLS 1.3 only, trusts the
//! given roots only and gives each failure a name. No redirects, no proxies, no cookies.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::ServerName;
use ureq::config::Config;
use ureq::http;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, TcpConnector,
    Transport as RawTransport, TransportAdapter,
};

use super::identity::{client_auth, roots};
use super::{HttpAnswer, HttpRequest, Identity, Method, NetError, Transport};
use crate::clock::Clock;

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the name to the end of the TLS handshake.
    pub connect: Duration,
    /// From the last byte sent to the head of the answer.
    pub response: Duration,
    /// The whole call, the answer's body included: an answer that trickles ends here.
    pub call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            response: Duration::from_secs(30),
            call: Duration::from_secs(90),
        }
    }
}

/// Largest head of an answer in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(120);

/// Connections kept.
const MAX_IDLE: usize = 1;

/// HTTPS with a client certificate, to the first endpoint that answers.
pub struct HttpsTransport {
    agent: ureq::Agent,
    endpoints: Vec<String>,
    good: usize,
}

impl HttpsTransport {
    /// For an enrolled terminal.
    ///
    /// # Errors
    /// [`NetError::Tls`] for certificates or a key that cannot be used.
    pub fn new(identity: &Identity, clock: &Clock, limits: Limits) -> Result<Self, NetError> {
        let (chain, key) = client_auth(identity)?;
        let config = builder(clock, &identity.trust.roots)?
            .with_client_auth_cert(chain, key)
            .map_err(|error| NetError::Tls(error.to_string()))?;
        Self::build(config, &identity.trust.endpoints, limits)
    }

    /// For enrolment: the sheet's address and roots, no client certificate.
    ///
    /// # Errors
    /// [`NetError::Tls`] for roots that cannot be used.
    pub fn for_enrolment(
        endpoint: &str,
        roots: &[String],
        clock: &Clock,
        limits: Limits,
    ) -> Result<Self, NetError> {
        let config = builder(clock, roots)?.with_no_client_auth();
        Self::build(config, &[endpoint.to_owned()], limits)
    }

    fn build(tls: ClientConfig, endpoints: &[String], limits: Limits) -> Result<Self, NetError> {
        if endpoints.is_empty() {
            return Err(NetError::Down("no endpoint".into()));
        }
        let config = Config::builder()
            .http_status_as_error(false)
            .https_only(true)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(MAX_HEAD)
            .max_idle_connections(MAX_IDLE)
            .max_idle_connections_per_host(MAX_IDLE)
            .max_idle_age(IDLE)
            .timeout_connect(Some(limits.connect))
            .timeout_recv_response(Some(limits.response))
            .timeout_global(Some(limits.call))
            .user_agent(concat!("madoguchi/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("")
            .build();
        let connector = TcpConnector::default().chain(Tls {
            config: Arc::new(tls),
        });
        Ok(Self {
            agent: ureq::Agent::with_parts(config, connector, DefaultResolver::default()),
            endpoints: endpoints.to_vec(),
            good: 0,
        })
    }

    fn call(&self, endpoint: &str, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Head => http::Method::HEAD,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
        };
        let mut builder = http::Request::builder().method(method).uri(format!(
            "{}{}",
            endpoint.trim_end_matches('/'),
            request.path
        ));
        for (name, value) in request.headers {
            builder = builder.header(*name, value);
        }
        let answer = match request.method {
            Method::Get | Method::Head => self.agent.run(builder.body(()).map_err(unbuildable)?),
            Method::Post | Method::Put => {
                let whole = builder
                    .header("content-type", request.media)
                    .body(request.body)
                    .map_err(unbuildable)?;
                self.agent.run(whole)
            }
        };
        read(answer.map_err(named)?, request.answer_limit)
    }
}

impl Transport for HttpsTransport {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        let mut last = NetError::Down("no endpoint".into());
        for step in 0..self.endpoints.len() {
            let index = (self.good + step) % self.endpoints.len();
            match self.call(&self.endpoints[index], request) {
                Ok(answer) => {
                    self.good = index;
                    return Ok(answer);
                }
                Err(error @ (NetError::Down(_) | NetError::Timeout)) => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }
}

impl fmt::Debug for HttpsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsTransport")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

fn builder(
    clock: &Clock,
    pems: &[String],
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>, NetError> {
    let mut store = RootCertStore::empty();
    for root in roots(pems)? {
        store
            .add(root)
            .map_err(|error| NetError::Tls(error.to_string()))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(
        ClientConfig::builder_with_details(provider, Arc::new(clock.clone()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|error| NetError::Tls(error.to_string()))?
            .with_root_certificates(store),
    )
}

fn read(answer: http::Response<ureq::Body>, limit: u64) -> Result<HttpAnswer, NetError> {
    let text = |name: &str| -> Option<String> {
        answer.headers().get(name)?.to_str().ok().map(str::to_owned)
    };
    let media = text("content-type").unwrap_or_default();
    let mut read = HttpAnswer {
        status: answer.status().as_u16(),
        media: media
            .split(';')
            .next()
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase(),
        retry_after: text("retry-after")
            .and_then(|seconds| seconds.trim().parse().ok())
            .map(Duration::from_secs),
        etag: text("etag"),
        content_range: text("content-range"),
        upload_offset: text("upload-offset").and_then(|offset| offset.trim().parse().ok()),
        upload_complete: text("upload-complete").is_some_and(|value| value.trim() == "?1"),
        body: Vec::new(),
    };
    read.body = answer
        .into_body()
        .into_with_config()
        .limit(limit)
        .read_to_vec()
        .map_err(named)?;
    Ok(read)
}

/// Names a failure. The text of an I/O error is its kind only.
fn named(error: ureq::Error) -> NetError {
    match error {
        ureq::Error::Timeout(_) => NetError::Timeout,
        ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
            NetError::TooLarge
        }
        ureq::Error::HostNotFound => NetError::Down("no such name".into()),
        ureq::Error::ConnectionFailed => NetError::Down("no connection".into()),
        ureq::Error::Tls(what) => NetError::Tls(what.into()),
        ureq::Error::Protocol(_) => NetError::Portal("not HTTP as agreed"),
        ureq::Error::Io(error) => named_io(&error),
        _ => NetError::Down("refused by the client".into()),
    }
}

fn named_io(error: &std::io::Error) -> NetError {
    if let Some(tls) = error
        .get_ref()
        .and_then(|e| e.downcast_ref::<rustls::Error>())
    {
        return NetError::Tls(tls.to_string());
    }
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => NetError::Truncated,
        std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => NetError::Timeout,
        kind => NetError::Down(kind.to_string()),
    }
}

fn unbuildable(_: http::Error) -> NetError {
    NetError::Down("an address that cannot be used".into())
}

/// Wraps each connection in TLS.
struct Tls {
    config: Arc<ClientConfig>,
}

impl<In: RawTransport> Connector<In> for Tls {
    type Out = TlsTransport;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else {
            return Err(ureq::Error::ConnectionFailed);
        };
        let host = details.uri.host().unwrap_or("").trim_matches(['[', ']']);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| ureq::Error::Tls("an endpoint without a usable name"))?;
        let mut connection =
            ClientConnection::new(Arc::clone(&self.config), name).map_err(tls_error)?;
        let mut socket = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        socket.set_timeout(details.timeout);
        connection.complete_io(&mut socket)?;
        Ok(Some(TlsTransport {
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
            stream: StreamOwned {
                conn: connection,
                sock: socket,
            },
        }))
    }
}

fn tls_error(error: rustls::Error) -> ureq::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, error).into()
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// One TLS connection.
struct TlsTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl RawTransport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        self.stream.write_all(output)?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        let amount = self.stream.read(input)?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}

//! Asks the gateway for a unit's one-time token: one small request, signed by this machine's
//! key, over TLS that trusts the given roots only.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use protocol::exchange::{MEDIA_TYPE, Refusal};
use protocol::jws::Kind;
use protocol::provisioning::device::{DeviceConfig, Enrolment, MAX_ROOTS, Token};
use protocol::provisioning::token::{FORMAT, SignedTokenRequest, StationToken, TokenRequest};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use zeroize::Zeroizing;

use crate::error::Problem;
use crate::seal::SigningKey;
use crate::station;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the gateway may take for each piece of its answer.
const ANSWER: Duration = Duration::from_secs(30);

/// Largest answer in bytes: a token and the roots.
const MAX_ANSWER: u64 = 64 * 1024;

/// Path of the call.
const PATH: &str = "/v1/station/token";

/// Fetches a token for a unit, takes over the addresses and roots that the gateway gives for
/// it, and gives the office's name, which a person compares.
///
/// # Errors
/// [`Problem::GatewayUnreached`], [`Problem::GatewayTls`], [`Problem::GatewayRefused`] with the
/// gateway's own code, [`Problem::GatewayAnswer`]; the unit stays as it was.
pub fn fetch(unit: &mut DeviceConfig, key: &SigningKey, replace: bool) -> Result<String, Problem> {
    let request = TokenRequest {
        format: FORMAT,
        gateway: unit.gateway.endpoint.clone(),
        serial: unit.serial.clone(),
        office: unit.office.clone(),
        replace,
        at: station::now(),
        nonce: nonce()?,
    };
    let payload = serde_json::to_vec(&request).expect("a request has a JSON form");
    let body = SignedTokenRequest {
        signed: key.sign(Kind::TokenRequest, &payload),
    };
    let body = serde_json::to_vec(&body).expect("a request has a JSON form");
    let answer = post(&unit.gateway.endpoint, &unit.gateway.roots, &body)?;
    let token: StationToken = read(&answer)?;
    let odd = Problem::GatewayAnswer;
    let mut changed = unit.clone();
    changed.enrolment = Some(Enrolment {
        token: Token::parse(&token.token).map_err(|_| odd("no token in it"))?,
        expires_at: Some(token.expires_at),
    });
    // What the gateway says of itself is newer than the technician's file.
    let endpoint = token.endpoints.into_iter().next();
    changed.gateway.endpoint = endpoint.ok_or(odd("no address in it"))?;
    changed.gateway.roots = token.roots;
    changed.gateway.roots.truncate(MAX_ROOTS);
    changed
        .check()
        .map_err(|_| odd("an address or a root that no unit takes"))?;
    *unit = changed;
    Ok(token.office_name)
}

fn nonce() -> Result<String, Problem> {
    let mut random = [0; 16];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Problem::Key("the system gives no random bytes"))?;
    Ok(BASE64URL_NOPAD.encode(&random))
}

/// An answer: status, and the body.
struct Answer {
    status: u16,
    body: Zeroizing<Vec<u8>>,
}

fn read(answer: &Answer) -> Result<StationToken, Problem> {
    if answer.status == 200 {
        return serde_json::from_slice(&answer.body)
            .map_err(|_| Problem::GatewayAnswer("it is not what this call gives"));
    }
    match serde_json::from_slice::<Refusal>(&answer.body) {
        Ok(refusal) => Err(Problem::GatewayRefused {
            code: refusal.code,
            title: refusal.title,
        }),
        Err(_) => Err(Problem::GatewayAnswer("somebody else answered")),
    }
}

fn post(endpoint: &str, roots: &[String], body: &[u8]) -> Result<Answer, Problem> {
    let (host, port) = address(endpoint).ok_or(Problem::GatewayAnswer("no https address"))?;
    let config = Arc::new(tls(roots)?);
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Problem::GatewayTls("the address is no name".to_owned()))?;
    let connection =
        ClientConnection::new(config, name).map_err(|e| Problem::GatewayTls(e.to_string()))?;
    let mut stream = StreamOwned::new(connection, connect(host, port)?);
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: {MEDIA_TYPE}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body))
        .and_then(|()| stream.flush())
        .map_err(named)?;
    let mut whole = Zeroizing::new(Vec::new());
    match stream.take(MAX_ANSWER).read_to_end(&mut whole) {
        // Not every end says goodbye; whether all of it came is told by its length.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(named(error)),
        _ => {}
    }
    parse(&whole).ok_or(Problem::GatewayAnswer("it is cut off, or not HTTP"))
}

/// Host without brackets, and port.
fn address(endpoint: &str) -> Option<(&str, u16)> {
    let rest = endpoint.strip_prefix("https://")?.trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':') {
        // The colons of an address in brackets are its own.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (rest, 443),
    };
    let host = host.trim_matches(['[', ']']);
    (!host.is_empty()).then_some((host, port))
}

fn connect(host: &str, port: u16) -> Result<TcpStream, Problem> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    let addresses = (host, port)
        .to_socket_addrs()
        .map_err(Problem::GatewayUnreached)?;
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => {
                stream
                    .set_read_timeout(Some(ANSWER))
                    .and_then(|()| stream.set_write_timeout(Some(ANSWER)))
                    .map_err(Problem::GatewayUnreached)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(Problem::GatewayUnreached(last))
}

fn tls(roots: &[String]) -> Result<ClientConfig, Problem> {
    let wrong = |error: rustls::Error| Problem::GatewayTls(error.to_string());
    let mut store = RootCertStore::empty();
    for root in roots {
        let root = CertificateDer::from_pem_slice(root.as_bytes())
            .map_err(|_| Problem::GatewayTls("a root in the file is no certificate".to_owned()))?;
        store.add(root).map_err(wrong)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(wrong)?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn named(error: io::Error) -> Problem {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .map(ToString::to_string);
    match tls {
        Some(tls) => Problem::GatewayTls(tls),
        None => Problem::GatewayUnreached(error),
    }
}

/// Takes an answer apart. Only one with a length counts: it cannot be cut unnoticed.
fn parse(whole: &[u8]) -> Option<Answer> {
    let end = whole.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&whole[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let length: usize = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())?;
    let body = whole.get(end + 4..)?;
    (body.len() == length).then(|| Answer {
        status: status.parse().unwrap_or(0),
        body: Zeroizing::new(body.to_vec()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn addresses_have_a_host_and_a_port() {
        for (text, found) in [
            ("https://gateway.example", Some(("gateway.example", 443))),
            (
                "https://gateway.example:8443",
                Some(("gateway.example", 8443)),
            ),
            ("https://[2001:db8::1]:8443", Some(("2001:db8::1", 8443))),
            ("https://[2001:db8::1]", Some(("2001:db8::1", 443))),
            ("http://gateway.example", None),
            ("https://", None),
            ("https://gateway.example:port", None),
        ] {
            assert_eq!(address(text), found, "{text}");
        }
    }

    #[test]
    fn an_answer_that_is_cut_or_has_no_length_is_none() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        let answer = parse(whole).unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, &b"{}"[..]));
        for cut in 0..whole.len() {
            assert!(parse(&whole[..cut]).is_none(), "{cut}");
        }
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n{}").is_none());
        assert!(parse(b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}").is_none());
    }

    #[test]
    fn a_page_of_somebody_else_is_no_answer() {
        let answer = |status, body: &str| Answer {
            status,
            body: Zeroizing::new(body.as_bytes().to_vec()),
        };
        let code = |status, body| read(&answer(status, body)).unwrap_err().code();
        assert_eq!(code(200, "<html>"), "MDG-PROVISION-GATEWAY-ANSWER");
        assert_eq!(code(302, ""), "MDG-PROVISION-GATEWAY-ANSWER");
        let refused = read(&answer(
            409,
            r#"{"code":"MDG-STATION-ENROLLED","title":"a unit of this serial is enrolled already"}"#,
        ))
        .unwrap_err();
        assert_eq!(refused.code(), "MDG-PROVISION-GATEWAY-REFUSED");
        assert!(refused.to_string().contains("MDG-STATION-ENROLLED"));
    }
}

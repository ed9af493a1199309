//! Somebody else who answers at the gateway's address: portals, proxies, broken servers.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use gateway::pki::authority::Keyed;
use protocol::exchange::MEDIA_TYPE;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

/// Longest time that a liar waits for the other side.
const PATIENCE: Duration = Duration::from_secs(10);

/// Largest request that is read before it is answered with a lie.
const MAX_REQUEST: usize = 8 * 1024 * 1024;

/// What it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// 200 and a page for people.
    Page,
    /// 302 to somewhere else.
    Redirect,
    /// 200 in our media type, and the connection ends before the body does.
    Truncated,
    /// 200 in our media type, byte by byte, for ever.
    Trickle,
    /// 200 in our media type, with an unsigned page.
    Unsigned,
    /// 500 and a page.
    Failure,
    /// 403 and a page: a proxy, not the gateway.
    Forbidden,
    /// The connection ends after the request was read.
    HangUp,
    /// No TLS at all.
    Plain,
    /// Only TLS 1.2.
    OldTls,
}

/// Starts one on a loopback port. It shows `certificate`, and lives as long as the process.
///
/// # Errors
/// When the certificate cannot be used.
pub fn start(lie: Lie, certificate: &Keyed) -> io::Result<SocketAddr> {
    let versions: &[&SupportedProtocolVersion] = match lie {
        Lie::OldTls => &[&rustls::version::TLS12],
        _ => &[&rustls::version::TLS13],
    };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(certificate.certificate.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(io::Error::other)?;
    let key =
        PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            // Whatever becomes of a liar's connection is what is being tested.
            std::thread::spawn(move || drop(answer(lie, stream, config)));
        }
    });
    Ok(address)
}

fn answer(lie: Lie, mut stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    if lie == Lie::Plain {
        return stream.write_all(page("200 OK", "text/html", "<html>Wi-Fi</html>").as_bytes());
    }
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    read_request(&mut stream)?;
    let said = match lie {
        Lie::Page | Lie::OldTls => page("200 OK", "text/html", "<html>Wi-Fi</html>"),
        Lie::Redirect => {
            "HTTP/1.1 302 Found\r\nlocation: https://portal.example/\r\ncontent-length: 0\r\n\r\n"
                .into()
        }
        Lie::Truncated => {
            let whole = page("200 OK", MEDIA_TYPE, &"x".repeat(4_000));
            whole[..whole.len() - 2_000].to_owned()
        }
        Lie::Unsigned => page(
            "200 OK",
            MEDIA_TYPE,
            r#"{"receipts":"e30.e30.","feed":[],"more":false}"#,
        ),
        Lie::Failure => page("500 Internal Server Error", "text/html", "<html>500</html>"),
        Lie::Forbidden => page("403 Forbidden", "text/html", "<html>proxy</html>"),
        Lie::Trickle => return trickle(&mut stream),
        Lie::HangUp | Lie::Plain => String::new(),
    };
    stream.write_all(said.as_bytes())?;
    stream.flush()
}

fn trickle(stream: &mut impl Write) -> io::Result<()> {
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: 9000\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    for _ in 0..9_000 {
        stream.write_all(b"{")?;
        stream.flush()?;
        // The slowness is the lie.
        std::thread::park_timeout(Duration::from_millis(50));
    }
    Ok(())
}

fn page(status: &str, media: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Reads a whole request, so that the other side is not cut while it still sends.
fn read_request(stream: &mut impl Read) -> io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = stream.read(&mut buffer)?;
        request.extend_from_slice(&buffer[..read]);
        if read == 0 || request.len() > MAX_REQUEST || is_whole(&request) {
            return Ok(());
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok());
    request.len() >= head.len() + 4 + length.unwrap_or(0)
}

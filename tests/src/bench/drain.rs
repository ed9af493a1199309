//! Draining a queue over mutual TLS on loopback, beside a bare echo of the same bytes.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firmware::feed::Feed;
use firmware::outbox;
use firmware::sync::{self, EnrolOrder, HttpAnswer, HttpRequest, NetError, Transport};
use gateway::harness::{Harness, OFFICE, Options};
use gateway::pki::authority::Keyed;
use protocol::exchange::MAX_BATCH;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
};

use super::Row;
use crate::unit::Unit;
use crate::work::Work;

/// Commands in the queue.
pub const COMMANDS: u32 = 10_000;

/// Drains that are measured.
const TURNS: u32 = 3;

/// Commands saved in one transaction before a drain.
const AT_ONCE: u32 = 1_000;

const SERIAL: &str = "MDG-BENCH-0001";

pub fn run(folder: &Path) -> io::Result<Vec<Row>> {
    let gateway =
        Harness::start(&folder.join("gateway"), Options::default()).map_err(io::Error::other)?;
    let terminal = folder.join("terminal");
    std::fs::create_dir_all(&terminal)?;
    let mut unit = Unit::open(&terminal).map_err(io::Error::other)?;
    let token = gateway.token(OFFICE, SERIAL).map_err(io::Error::other)?;
    let order = EnrolOrder {
        token,
        serial: SERIAL.into(),
    };
    unit.enrol(&gateway.endpoint(), &gateway.roots(), &order)
        .map_err(io::Error::other)?;
    let certificate = gateway.layout().pki().server().map_err(io::Error::other)?;
    let mut work = Work::new(21, "minato01", 0);
    let (mut best, mut best_echo, mut sizes) = (Duration::MAX, Duration::MAX, Vec::new());
    let mut waiting_network = Duration::MAX;
    for _ in 0..TURNS {
        fill(&mut unit, &mut work)?;
        let measured = drain(&mut unit)?;
        if measured.took < best {
            best = measured.took;
            waiting_network = measured.away;
            sizes = measured.sizes;
        }
        best_echo = best_echo.min(echo(&certificate, &gateway.roots(), &sizes)?);
    }
    let rate = |took: Duration| f64::from(COMMANDS) / took.as_secs_f64();
    let bytes: usize = sizes.iter().map(|(request, answer)| request + answer).sum();
    Ok(vec![
        Row {
            what: format!(
                "bare rustls echo of the same {} requests and answers ({:.1} MB)",
                sizes.len(),
                bytes as f64 / 1e6
            ),
            figure: format!("{:.0} commands/s", rate(best_echo)),
            ratio: "100 %".into(),
        },
        Row {
            what: format!(
                "drain of {COMMANDS} commands, mixed as in a day, committed on both sides, \
                 signed receipts, answers kept"
            ),
            figure: format!("{:.0} commands/s ({:.2} s)", rate(best), best.as_secs_f64()),
            ratio: super::percent(best_echo, best),
        },
        Row {
            what: "… of which the terminal waited for the gateway".into(),
            figure: format!("{:.2} s", waiting_network.as_secs_f64()),
            ratio: super::percent(waiting_network, best),
        },
    ])
}

fn fill(unit: &mut Unit, work: &mut Work) -> io::Result<()> {
    for _ in 0..COMMANDS / AT_ONCE {
        let now = unit.now();
        let some: Vec<_> = (0..AT_ONCE).map(|_| work.next(&now)).collect();
        unit.vault
            .write(|tx| {
                some.iter()
                    .try_for_each(|made| outbox::append(tx, &now, made.id, &made.command).map(drop))
            })
            .map_err(io::Error::other)?;
    }
    Ok(())
}

struct Measured {
    took: Duration,
    /// Time in which the request was out.
    away: Duration,
    /// Bytes of each request and its answer.
    sizes: Vec<(usize, usize)>,
}

fn drain(unit: &mut Unit) -> io::Result<Measured> {
    let identity = unit.identity().map_err(io::Error::other)?;
    let way = unit.way().map_err(io::Error::other)?;
    let mut watched = Watched {
        way,
        away: Duration::ZERO,
        sizes: Vec::new(),
    };
    let start = Instant::now();
    loop {
        let done = sync::round(
            &mut unit.vault,
            &mut watched,
            &unit.clock,
            &identity,
            MAX_BATCH,
            &mut Feed,
        )
        .map_err(io::Error::other)?;
        if done.waiting == 0 && !done.more {
            break;
        }
    }
    Ok(Measured {
        took: start.elapsed(),
        away: watched.away,
        sizes: watched.sizes,
    })
}

struct Watched<T> {
    way: T,
    away: Duration,
    sizes: Vec<(usize, usize)>,
}

impl<T: Transport> Transport for Watched<T> {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        let start = Instant::now();
        let answer = self.way.send(request)?;
        self.away += start.elapsed();
        self.sizes.push((request.body.len(), answer.body.len()));
        Ok(answer)
    }
}

/// The same bytes there and back over bare rustls, without a disk.
fn echo(server: &Keyed, roots: &[String], sizes: &[(usize, usize)]) -> io::Result<Duration> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let read = |pem: &str| -> io::Result<Vec<CertificateDer<'static>>> {
        CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(io::Error::other)
    };
    let key = PrivateKeyDer::from_pem_slice(server.key.as_bytes()).map_err(io::Error::other)?;
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(read(&server.certificate)?, key)
        .map_err(io::Error::other)?;
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add_parsable_certificates(read(root)?);
    }
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(io::Error::other)?
        .with_root_certificates(store)
        .with_no_client_auth();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let asked = sizes.to_vec();
    let server = std::thread::spawn(move || -> io::Result<()> {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let connection = ServerConnection::new(Arc::new(config)).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream);
        let mut buffer = Vec::new();
        for (request, answer) in asked {
            buffer.resize(request, 0);
            stream.read_exact(&mut buffer)?;
            stream.write_all(&vec![b'x'; answer])?;
            stream.flush()?;
        }
        Ok(())
    });
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let connection = ClientConnection::new(Arc::new(client), name).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let start = Instant::now();
    let mut buffer = Vec::new();
    for (request, answer) in sizes {
        stream.write_all(&vec![b'x'; *request])?;
        stream.flush()?;
        buffer.resize(*answer, 0);
        stream.read_exact(&mut buffer)?;
    }
    let took = start.elapsed();
    server
        .join()
        .map_err(|_| io::Error::other("the echo panicked"))??;
    Ok(took)
}

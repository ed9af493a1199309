//! Durable exchanges a second, beside the bare things they are made of, in one run.
//!
//! `cargo bench -p gateway` · 64 kept-alive mTLS connections on loopback, one command an
//! exchange, each answered after its commit reached the disk, with a signed receipt.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that prints figures and stops at the first surprise"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use gateway::clock::{Clock, SystemClock, TlsTime};
use gateway::harness::{Harness, INSURER, OFFICE, Options};
use gateway::pki::authority::Keyed;
use protocol::command::{Action, Command, ProgressKey, ProgressQuery};
use protocol::exchange::{
    CommandId, EnrolRequest, Enrolment, Envelope, ExchangeRequest, MEDIA_TYPE, WIRE_VERSION,
};
use protocol::number::{InsuredNumber, InsurerNumber, UserId};
use protocol::person::Purpose;
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

const CONNECTIONS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);
/// Idle connections that are opened; two files each in this process.
const IDLE: usize = 2_000;
const HANDSHAKES: Duration = Duration::from_secs(3);

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir_in(".").unwrap();
    let harness = Harness::start(folder.path(), Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    println!("| What | a second | p50 | p99 | CPU each, both ends |\n|---|---|---|---|---|");
    runtime.block_on(async {
        let identities = enrol_all(&harness).await;
        let one = exchanges(&harness, &identities, 1).await;
        one.print("durable exchanges, 64 connections, 1 command");
        let hundred = exchanges(&harness, &identities[..8], 100).await;
        hundred.print("durable exchanges, 8 connections, 100 commands");
        println!("| … commands | {:.0} | | | |", hundred.a_second() * 100.0);
        let echo = echo(&harness, &identities).await;
        echo.print("bare rustls echo of the same sizes, 64 connections");
        let ours = handshakes(&identities, harness.address()).await;
        println!("| mTLS handshakes, gateway | {ours:.0} | | | |");
        let (bare, _stop) = echo_server(&harness).await;
        let bare = handshakes(&identities, bare).await;
        println!("| mTLS handshakes, bare rustls | {bare:.0} | | | |");
        let each = idle(&harness, &identities).await;
        println!("| idle mTLS connection, both ends | {each} KiB | | | |");
    });
    let commits = commits(folder.path());
    println!("| bare durable SQLite commits, one row each | {commits:.0} | | | |");
    harness.stop();
}

struct Identity {
    config: Arc<ClientConfig>,
}

struct Figures {
    took: Vec<Duration>,
    window: Duration,
    /// CPU time of this process for one exchange, client included. Says what a machine can
    /// do even when others use it meanwhile.
    cpu: Duration,
}

impl Figures {
    fn a_second(&self) -> f64 {
        self.took.len() as f64 / self.window.as_secs_f64()
    }

    fn print(&self, what: &str) {
        let mut took = self.took.clone();
        took.sort_unstable();
        let at = |part: f64| {
            let place = (took.len() as f64 * part) as usize;
            took[place.min(took.len() - 1)].as_secs_f64() * 1e3
        };
        println!(
            "| {what} | {:.0} | {:.1} ms | {:.1} ms | {} µs |",
            self.a_second(),
            at(0.5),
            at(0.99),
            self.cpu.as_micros()
        );
    }
}

async fn enrol_all(harness: &Harness) -> Vec<Identity> {
    let mut identities = Vec::new();
    for n in 0..CONNECTIONS {
        let serial = format!("BENCH-{n}");
        let key = KeyPair::generate().unwrap();
        let csr = CertificateParams::default()
            .serialize_request(&key)
            .unwrap();
        let request = EnrolRequest {
            token: harness.token(OFFICE, &serial).unwrap(),
            serial,
            csr: csr.pem().unwrap(),
        };
        let body = serde_json::to_vec(&request).unwrap();
        let mut line = connect(&client(harness, None), harness.address()).await;
        let answer = ask(&mut line, &message("/v1/enrol", &body)).await;
        let enrolment: Enrolment = serde_json::from_slice(&answer).unwrap();
        let shown = Keyed {
            certificate: enrolment.certificate,
            key: key.serialize_pem(),
        };
        identities.push(Identity {
            config: client(harness, Some(&shown)),
        });
    }
    identities
}

fn client(harness: &Harness, shown: Option<&Keyed>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for root in harness.roots() {
        roots
            .add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap())
            .unwrap();
    }
    let provider = Arc::new(ring::default_provider());
    let time = Arc::new(TlsTime(Arc::new(SystemClock)));
    let builder = ClientConfig::builder_with_details(provider, time)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match shown {
        None => builder.with_no_client_auth(),
        Some(shown) => {
            let chain = vec![CertificateDer::from_pem_slice(shown.certificate.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(shown.key.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    };
    // Handshakes are measured in full.
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config)
}

async fn connect(config: &Arc<ClientConfig>, to: std::net::SocketAddr) -> TlsStream<TcpStream> {
    let tcp = TcpStream::connect(to).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::clone(config))
        .connect(name, tcp)
        .await
        .unwrap()
}

fn message(path: &str, body: &[u8]) -> Vec<u8> {
    let mut message = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    message.extend_from_slice(body);
    message
}

/// Sends a message and reads the whole answer.
async fn ask(line: &mut TlsStream<TcpStream>, message: &[u8]) -> Vec<u8> {
    line.write_all(message).await.unwrap();
    line.flush().await.unwrap();
    let mut got = Vec::with_capacity(4_096);
    loop {
        let read = line.read_buf(&mut got).await.unwrap();
        assert!(read > 0, "the gateway hung up");
        let Some(end) = got.windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&got[..end]).unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let length: usize = head
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next())
            .unwrap()
            .parse()
            .unwrap();
        let total = end + 4 + length;
        while got.len() < total {
            assert!(line.read_buf(&mut got).await.unwrap() > 0);
        }
        return got.split_off(end + 4);
    }
}

/// Requests are made before the clock runs, or the client would be measured.
fn requests(connection: usize, count: u64, commands: u64) -> Vec<Vec<u8>> {
    let command = Command {
        made_at: SystemClock.now(),
        clock_trusted: true,
        staff: UserId::parse("hamada01").unwrap(),
        insurer: Some(InsurerNumber::parse(INSURER).unwrap()),
        action: Action::ProgressQuery(ProgressQuery {
            key: ProgressKey::Insured {
                insured: InsuredNumber::parse("0000087084").unwrap(),
            },
            purpose: Purpose::CarePlan,
        }),
    };
    let body = serde_json::value::to_raw_value(&command).unwrap();
    let start = SystemClock.now();
    (0..count)
        .map(|n| {
            let commands = (0..commands)
                .map(|place| {
                    let mut random = [0; 10];
                    random[..2].copy_from_slice(&(connection as u16).to_be_bytes());
                    random[2..].copy_from_slice(&(n * commands + place).to_be_bytes());
                    let at = start + Duration::from_millis(n);
                    Envelope {
                        id: CommandId::new(at, random),
                        body: body.clone(),
                    }
                })
                .collect::<Vec<_>>();
            let request = ExchangeRequest {
                wire: WIRE_VERSION,
                cursor: n * commands.len() as u64,
                commands,
                audit: None,
                waiting: 0,
                receipted_up_to: 0,
            };
            message("/v1/exchange", &serde_json::to_vec(&request).unwrap())
        })
        .collect()
}

async fn exchanges(harness: &Harness, identities: &[Identity], commands: u64) -> Figures {
    let count = if commands == 1 { 6_000 } else { 400 };
    let mut lines = Vec::new();
    for (n, identity) in identities.iter().enumerate() {
        let prepared = requests(n, count, commands);
        lines.push((connect(&identity.config, harness.address()).await, prepared));
    }
    drive(lines).await
}

/// Each connection asks again as soon as it was answered.
async fn drive(lines: Vec<(TlsStream<TcpStream>, Vec<Vec<u8>>)>) -> Figures {
    let begin = Instant::now();
    let cpu = cpu_time();
    let tasks: Vec<_> = lines
        .into_iter()
        .map(|(mut line, requests)| {
            tokio::spawn(async move {
                let mut took = Vec::new();
                let mut all = 0_u32;
                for request in &requests {
                    let sent = Instant::now();
                    if sent - begin >= WARM_UP + MEASURED {
                        break;
                    }
                    ask(&mut line, request).await;
                    all += 1;
                    if sent - begin >= WARM_UP {
                        took.push(sent.elapsed());
                    }
                }
                (took, all)
            })
        })
        .collect();
    let mut took = Vec::new();
    let mut all = 0;
    for task in tasks {
        let (own, count) = task.await.unwrap();
        took.extend(own);
        all += count;
    }
    let cpu = (cpu_time() - cpu) / all.max(1);
    let window = (begin.elapsed().saturating_sub(WARM_UP)).min(MEASURED);
    Figures { took, window, cpu }
}

/// CPU time of this process so far.
fn cpu_time() -> Duration {
    // Linux counts in hundredths of a second here, whatever the kernel's own tick is.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: u64 = fields[11..13]
        .iter()
        .map(|f| f.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// A server that reads a request's bytes and answers as many as the gateway would.
async fn echo_server(harness: &Harness) -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let tls = harness.gateway.tls(harness.layout()).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 1400\r\n\r\n{}",
        "x".repeat(1_400)
    );
    let task = tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            tcp.set_nodelay(true).unwrap();
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                let Ok(mut line) = acceptor.accept(tcp).await else {
                    return;
                };
                let mut buffer = vec![0; 8_192];
                while matches!(line.read(&mut buffer).await, Ok(read) if read > 0) {
                    if line.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                    let _ = line.flush().await;
                }
            });
        }
    });
    (address, task)
}

async fn echo(harness: &Harness, identities: &[Identity]) -> Figures {
    let (address, server) = echo_server(harness).await;
    let mut lines = Vec::new();
    for (n, identity) in identities.iter().enumerate() {
        let line = connect(&identity.config, address).await;
        lines.push((line, requests(n, 20_000, 1)));
    }
    let figures = drive(lines).await;
    server.abort();
    figures
}

/// Full handshakes with a client certificate, eight at a time.
async fn handshakes(identities: &[Identity], to: std::net::SocketAddr) -> f64 {
    let begin = Instant::now();
    let tasks: Vec<_> = identities[..8]
        .iter()
        .map(|identity| {
            let config = Arc::clone(&identity.config);
            tokio::spawn(async move {
                let mut done = 0_u32;
                while begin.elapsed() < HANDSHAKES {
                    drop(connect(&config, to).await);
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.unwrap();
    }
    f64::from(done) / begin.elapsed().as_secs_f64()
}

/// Memory of an idle connection that has exchanged once: the client's end is in it too, so
/// the gateway's is less.
async fn idle(harness: &Harness, identities: &[Identity]) -> u64 {
    let before = resident_kib();
    let mut lines = Vec::new();
    for n in 0..IDLE {
        let identity = &identities[n % identities.len()];
        let mut line = connect(&identity.config, harness.address()).await;
        ask(&mut line, &requests(n, 1, 0)[0]).await;
        lines.push(line);
    }
    (resident_kib() - before) / IDLE as u64
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// One thread, one row a commit, as durable as the gateway's.
fn commits(folder: &std::path::Path) -> f64 {
    let conn = rusqlite::Connection::open(folder.join("bare.sqlite")).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.pragma_update(None, "synchronous", "FULL").unwrap();
    conn.execute_batch("CREATE TABLE rows (n INTEGER PRIMARY KEY, body BLOB)")
        .unwrap();
    let begin = Instant::now();
    let mut done = 0_u32;
    while begin.elapsed() < HANDSHAKES {
        conn.execute("INSERT INTO rows (body) VALUES (zeroblob(500))", [])
            .unwrap();
        done += 1;
    }
    f64::from(done) / begin.elapsed().as_secs_f64()
}

//! What saving and settling cost, beside the bare thing in the same run.
//!
//! `cargo bench -p firmware`; `MADOGUCHI_BENCH_DIR` names the folder (file system) to use.
//! Runs are taken in turns, so that a slow moment of the disk hits all of them alike.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use firmware::audit::{self, AuditEvent};
use firmware::clock::{Clock, Now};
use firmware::entropy::{Entropy as _, SystemEntropy};
use firmware::error::Problem;
use firmware::outbox;
use firmware::sync::{FeedSink, HttpAnswer, HttpRequest, Identity, NetError, Transport, round};
use firmware::vault::{Vault, VaultKey};
use protocol::answer::FeedEntry;
use protocol::calendar::Timestamp;
use protocol::command::{Action, Command, ProgressKey, ProgressQuery};
use protocol::exchange::{
    CommandId, DeviceId, ExchangeRequest, ExchangeResponse, MEDIA_TYPE, Outcome, Receipt,
    ReceiptKey, ReceiptPage, Sha256Digest, TrustBundle,
};
use protocol::jws;
use protocol::number::{InsuredNumber, InsurerNumber, UserId};
use protocol::person::Purpose;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rusqlite::Connection;

/// Commits of each kind at each size.
const COMMITS: usize = 300;

/// Rows in the large queue.
const LARGE: usize = 100_000;

/// Commands drained.
const DRAINED: usize = 10_000;

fn main() {
    let folder = match std::env::var("MADOGUCHI_BENCH_DIR") {
        Ok(folder) => tempfile::tempdir_in(folder).unwrap(),
        Err(_) => tempfile::tempdir_in(".").unwrap(),
    };
    let mut desk = Desk::new(folder.path());
    println!("durable commits, {COMMITS} of each, taken in turns");
    commits("empty queue", &mut desk, folder.path());
    desk.fill(LARGE);
    commits("100,000 waiting", &mut desk, folder.path());
    drop(desk);
    opening(folder.path());
    drain(folder.path());
}

struct Desk {
    vault: Vault,
    clock: Clock,
    entropy: SystemEntropy,
    count: u64,
}

impl Desk {
    fn new(folder: &Path) -> Self {
        Self::at(&folder.join("vault"))
    }

    fn at(path: &Path) -> Self {
        Self {
            vault: Vault::open(path, &VaultKey::new([1; 32])).unwrap(),
            clock: Clock::system(None),
            entropy: SystemEntropy::default(),
            count: 0,
        }
    }

    fn next(&mut self) -> (CommandId, Command) {
        self.count += 1;
        let now = self.clock.now();
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        (CommandId::new(now.wall, random), command(&now, self.count))
    }

    /// What a touch on 「照会」 does: the command and its log entry in one transaction.
    fn save(&mut self) -> Duration {
        let (id, command) = self.next();
        let now = self.clock.now();
        let start = Instant::now();
        self.vault
            .write(|tx| {
                let event = AuditEvent::LookUpAsked {
                    kind: audit::LookUpKind::Progress,
                    purpose: Purpose::CarePlan,
                    command: id,
                };
                audit::append(tx, &now, Some(&command.staff), &event)?;
                outbox::append(tx, &now, id, &command)
            })
            .unwrap();
        start.elapsed()
    }

    /// The command alone.
    fn append(&mut self) -> Duration {
        let (id, command) = self.next();
        let now = self.clock.now();
        let start = Instant::now();
        self.vault
            .write(|tx| outbox::append(tx, &now, id, &command))
            .unwrap();
        start.elapsed()
    }

    fn fill(&mut self, rows: usize) {
        let now = self.clock.now();
        for _ in 0..rows / 1000 {
            let some: Vec<_> = (0..1000).map(|_| self.next()).collect();
            self.vault
                .write(|tx| {
                    some.iter().try_for_each(|(id, command)| {
                        outbox::append(tx, &now, *id, command).map(|_| ())
                    })
                })
                .unwrap();
        }
    }
}

fn command(now: &Now, n: u64) -> Command {
    Command {
        made_at: now.wall,
        clock_trusted: true,
        staff: UserId::parse("shiomi01").unwrap(),
        insurer: Some(InsurerNumber::with_check_digit("99201").unwrap()),
        action: Action::ProgressQuery(ProgressQuery {
            key: ProgressKey::Insured {
                insured: InsuredNumber::parse(&format!("{:010}", n % 2000)).unwrap(),
            },
            purpose: Purpose::CarePlan,
        }),
    }
}

/// A table with one row a command, durable in the same way, with or without encryption.
fn bare(path: &Path, key: bool) -> Connection {
    let connection = Connection::open(path).unwrap();
    if key {
        let text = format!("PRAGMA key = \"x'{}'\"", "11".repeat(32));
        connection.query_row(&text, [], |_| Ok(())).unwrap();
    }
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    connection
        .pragma_update(None, "synchronous", "FULL")
        .unwrap();
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS t(id BLOB PRIMARY KEY, body TEXT)")
        .unwrap();
    connection
}

fn commits(what: &str, desk: &mut Desk, folder: &Path) {
    let mut plain = bare(&folder.join("plain"), false);
    let mut cipher = bare(&folder.join("cipher"), true);
    let bare_commit = |connection: &mut Connection, desk: &mut Desk| {
        let (id, command) = desk.next();
        let start = Instant::now();
        let body = serde_json::to_string(&command).unwrap();
        let tx = connection.transaction().unwrap();
        tx.prepare_cached("INSERT INTO t VALUES(?1, ?2)")
            .unwrap()
            .execute((id.0.as_bytes(), body))
            .unwrap();
        tx.commit().unwrap();
        start.elapsed()
    };
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..COMMITS {
        times[0].push(bare_commit(&mut plain, desk));
        times[1].push(bare_commit(&mut cipher, desk));
        times[2].push(desk.append());
        times[3].push(desk.save());
    }
    let names = [
        "bare SQLite",
        "bare SQLCipher",
        "outbox.append",
        "append + audit",
    ];
    let base = median(&mut times[0]);
    for (name, times) in names.iter().zip(&mut times) {
        let median = median(times);
        let p99 = times[times.len() * 99 / 100];
        println!(
            "  {what:16} {name:15} median {:>7.3} ms  p99 {:>7.3} ms  {:>4.0} % of bare SQLite",
            ms(median),
            ms(p99),
            100.0 * base.as_secs_f64() / median.as_secs_f64(),
        );
    }
}

fn opening(folder: &Path) {
    let mut times: Vec<_> = (0..50)
        .map(|_| {
            let start = Instant::now();
            let vault = Vault::open(&folder.join("vault"), &VaultKey::new([1; 32])).unwrap();
            vault.read(outbox::pending_count).unwrap();
            start.elapsed()
        })
        .collect();
    println!(
        "opening a vault with 100,000 commands and counting them: median {:.3} ms",
        ms(median(&mut times))
    );
}

/// The terminal's side of a drain: batches, verified signed receipts, settlement, all durable;
/// the other side only signs.
fn drain(folder: &Path) {
    let mut desk = Desk::at(&folder.join("drain"));
    desk.fill(DRAINED);
    let mut signer = Signer::new();
    let identity = signer.identity();
    let clock = desk.clock.clone();
    let start = Instant::now();
    let mut rounds = 0;
    loop {
        rounds += 1;
        let vault = &mut desk.vault;
        let settlement = round(vault, &mut signer, &clock, &identity, 500, &mut Nothing).unwrap();
        if settlement.waiting == 0 {
            break;
        }
    }
    let took = start.elapsed();
    println!(
        "terminal's side of draining {DRAINED}: {:.2} s, {:.0}/s in {rounds} rounds ({:.2} s in the signer)",
        took.as_secs_f64(),
        DRAINED as f64 / (took - signer.spent).as_secs_f64(),
        signer.spent.as_secs_f64(),
    );
}

struct Nothing;

impl FeedSink for Nothing {
    fn keep(
        &mut self,
        _: &rusqlite::Transaction<'_>,
        _: &Now,
        _: &FeedEntry,
    ) -> Result<(), Problem> {
        Ok(())
    }
}

/// Signs for everything it is sent.
struct Signer {
    key: Ed25519KeyPair,
    device: DeviceId,
    seq: u64,
    spent: Duration,
}

impl Signer {
    fn new() -> Self {
        Self {
            key: Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap(),
            device: DeviceId::from_random([3; 12]),
            seq: 0,
            spent: Duration::ZERO,
        }
    }

    fn identity(&self) -> Identity {
        Identity {
            device: self.device.clone(),
            certificate: String::new(),
            private_key: zeroize::Zeroizing::new(Vec::new()),
            not_before: Timestamp::from_unix_ms(0),
            not_after: Timestamp::from_unix_ms(i64::MAX / 2),
            trust: TrustBundle {
                roots: Vec::new(),
                receipt_keys: vec![ReceiptKey {
                    kid: "bench".into(),
                    x: BASE64URL_NOPAD.encode(self.key.public_key().as_ref()),
                }],
                endpoints: Vec::new(),
            },
        }
    }
}

impl Transport for Signer {
    fn send(&mut self, request: &HttpRequest<'_>) -> Result<HttpAnswer, NetError> {
        let start = Instant::now();
        let asked: ExchangeRequest = serde_json::from_slice(request.body).unwrap();
        let time = Clock::system(None).now().wall;
        let receipts = asked
            .commands
            .iter()
            .map(|envelope| {
                self.seq += 1;
                Receipt {
                    id: envelope.id,
                    body: Sha256Digest::of(envelope.body.get().as_bytes()),
                    seq: self.seq,
                    received_at: time,
                    outcome: Outcome::Accepted,
                }
            })
            .collect();
        let page = ReceiptPage {
            device: self.device.clone(),
            request: Sha256Digest::of(request.body),
            receipts,
            received_up_to: self.seq,
            durable_up_to: self.seq,
            time,
            audit: asked.audit,
        };
        let header = jws::Header::new("bench").unwrap();
        let input = jws::signing_input(&header, &serde_json::to_vec(&page).unwrap());
        let signature = self.key.sign(input.as_bytes()).as_ref().try_into().unwrap();
        let response = ExchangeResponse {
            receipts: jws::with_signature(input, &signature),
            feed: Vec::new(),
            more: false,
        };
        let body = serde_json::to_vec(&response).unwrap();
        self.spent += start.elapsed();
        Ok(HttpAnswer {
            status: 200,
            media: MEDIA_TYPE.into(),
            body,
            ..HttpAnswer::default()
        })
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

//! A disk that fails now and then.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gateway::GatewayError;
use gateway::engine::{Engine, Settings};
use gateway::harness::{Bench, OFFICE};
use gateway::pki::receipt_key::ReceiptSigner;
use gateway::store::sqlite::SqliteStore;
use gateway::store::{self, Done, Job, Store};
use protocol::exchange::ReceiptPage;
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;

use crate::work::{envelope, now, pledge, request};

/// Fails every nth write: before it, within it, or after its commit, in turn.
struct Faulty {
    inner: SqliteStore,
    every: u64,
    writes: AtomicU64,
}

impl Store for Faulty {
    fn submit(&self, job: Job, done: Done) {
        let n = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        if !n.is_multiple_of(self.every) {
            return self.inner.submit(job, done);
        }
        match (n / self.every) % 3 {
            0 => done(Err(GatewayError::Full)),
            1 => self.inner.submit(
                Box::new(move |tx| {
                    job(tx)?;
                    Err(GatewayError::Full)
                }),
                done,
            ),
            // Committed, and the news was lost.
            _ => self.inner.submit(
                job,
                Box::new(move |outcome| done(outcome.and(Err(GatewayError::Busy)))),
            ),
        }
    }

    fn look(&self, job: Job) -> Result<(), GatewayError> {
        self.inner.look(job)
    }

    fn copy_to(&self, file: &Path) -> Result<(), GatewayError> {
        self.inner.copy_to(file)
    }
}

#[test]
fn when_every_nth_write_fails_nothing_is_lost_and_nothing_doubled() {
    const COMMANDS: u64 = 120;
    for every in 2..=7 {
        let folder = tempfile::tempdir().unwrap();
        let bench = Bench::open(folder.path(), Settings::default(), now()).unwrap();
        let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
        let file = bench.file().to_owned();
        drop(bench);
        let faulty = Faulty {
            inner: SqliteStore::grouped(&file).unwrap(),
            every,
            writes: AtomicU64::new(0),
        };
        let signer = ReceiptSigner::load(&ReceiptSigner::create().unwrap()).unwrap();
        let engine = Engine::new(Arc::new(faulty), signer, Settings::default());

        let mut seqs = Vec::new();
        for n in (1..=COMMANDS).step_by(3) {
            let commands = (n..n + 3).map(|n| envelope(n, &pledge(1))).collect();
            let body = serde_json::to_vec(&request(0, commands)).unwrap();
            // A terminal sends the same again until it is answered.
            let response = (0..10)
                .find_map(|_| match engine.exchange(&device, &body, now()) {
                    Ok(response) => Some(response),
                    Err(error) => {
                        let code = error.code();
                        assert!(matches!(
                            code,
                            ProblemCode::StoreFull | ProblemCode::StoreBusy
                        ));
                        None
                    }
                })
                .unwrap();
            let parts = protocol::jws::split(&response.receipts).unwrap();
            let page: ReceiptPage = serde_json::from_slice(&parts.payload).unwrap();
            seqs.extend(page.receipts.iter().map(|receipt| receipt.seq));
        }
        let expected: Vec<u64> = (1..=COMMANDS).collect();
        assert_eq!(seqs, expected, "every {every}");
        let office = OfficeNumber::parse(OFFICE).unwrap();
        let pledges = store::read(&**engine.store(), move |tx| tx.pledges(&office)).unwrap();
        assert_eq!(pledges.len() as u64, COMMANDS, "every {every}");
    }
}

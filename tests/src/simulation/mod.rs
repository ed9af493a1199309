//! Two terminals, a gateway and a hostile world in one thread, replayed from a seed.
//!
//! Real are the vault with its queue, the clock's rules, the retry policy, the exchange and
//! its verification, the gateway's engine and its SQLite store. Simulated are the network
//! (drop, duplicate, reorder, lose the answer, partition, portals), power, the clocks, and
//! the people. Promises are checked after every step and again when the world has become
//! quiet. `cargo run -p system-tests --bin simulate -- --seed N` replays a seed step by step.
//!
//! | File | What it holds |
//! |---|---|
//! | `kiosk` | a terminal |
//! | `gateway` | the gateway, its backups and its restarts |
//! | `wire` | what a network does |
//! | `script` | what happens, by the seed |
//! | `check` | the promises |

mod check;
mod gateway;
mod kiosk;
mod script;
mod wire;

use std::path::{Path, PathBuf};

pub use script::{Figures, Run, run};

/// A promise that was broken, or a part that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

macro_rules! from {
    ($($kind:ty),* $(,)?) => {
        $(impl From<$kind> for Failure {
            fn from(error: $kind) -> Self {
                Self(error.to_string())
            }
        })*
    };
}

from!(
    std::io::Error,
    rusqlite::Error,
    serde_json::Error,
    firmware::error::Problem,
    ::gateway::GatewayError,
);

/// Where the files of a simulation go: memory where there is a memory file system, because
/// power cuts are simulated here and not by the disk.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// Runs seeds on all cores, tells each end, and returns how many broke a promise.
pub fn run_many(seeds: std::ops::Range<u64>, told: impl Fn(&Run) + Sync) -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    let (next, broken) = (AtomicU64::new(seeds.start), AtomicU64::new(0));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if !seeds.contains(&seed) {
                        return;
                    }
                    let run = run(seed);
                    broken.fetch_add(u64::from(run.result.is_err()), Ordering::Relaxed);
                    told(&run);
                }
            });
        }
    });
    broken.into_inner()
}

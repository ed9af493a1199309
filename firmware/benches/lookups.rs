//! What it costs to show a kept answer, at 1,000 and 100,000 kept answers, beside the bare
//! SQLCipher look-up of the same row in the same run, and what opening the vault costs.
//!
//! `cargo bench -p firmware --bench lookups`; `MADOGUCHI_BENCH_DIR` names the folder to use.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use firmware::clock::{Clock, Now};
use firmware::lookup::{self, Subject};
use firmware::store::{self, StoreJob};
use firmware::terminal::effect::Ticket;
use firmware::vault::{Vault, VaultKey};
use protocol::command::ProgressKey;
use protocol::number::{InsuredNumber, InsurerNumber};

/// Look-ups of each kind, taken in turns.
const TURNS: u32 = 2_000;

fn main() {
    let folder = match std::env::var("MADOGUCHI_BENCH_DIR") {
        Ok(folder) => tempfile::tempdir_in(folder).unwrap(),
        Err(_) => tempfile::tempdir_in(".").unwrap(),
    };
    println!("kept answers, {TURNS} look-ups of each kind, taken in turns (median, p99)");
    for rows in [1_000, 100_000] {
        measure(&folder.path().join(format!("{rows}.vault")), rows);
    }
}

fn measure(path: &std::path::Path, rows: u32) {
    let key = VaultKey::new([3; 32]);
    let clock = Clock::system(None);
    let insurer = InsurerNumber::with_check_digit("99201").unwrap();
    let mut vault = Vault::open(path, &key).unwrap();
    let now = clock.now();
    lookup::fill(&mut vault, &now, &insurer, rows).unwrap();
    drop(vault);

    let started = Instant::now();
    let mut vault = Vault::open(path, &key).unwrap();
    let opened = started.elapsed();

    let mut bare = Vec::new();
    let mut query = Vec::new();
    let mut touch = Vec::new();
    for turn in 0..TURNS {
        // Spread over the whole table, and each kind on a row of its own: nobody finds a page
        // that another has just brought into the cache.
        let n = turn.wrapping_mul(7_919);
        let [one, two, three] =
            [n, n + rows / 3, n + 2 * (rows / 3)].map(|n| subject(&insurer, n % rows));
        bare.push(timed(|| bare_look_up(&vault, &one)));
        query.push(timed(|| {
            vault
                .read(|c| lookup::find(c, &now, &two))
                .unwrap()
                .is_some()
        }));
        touch.push(timed(|| whole_job(&mut vault, &now, three)));
    }
    let (bare, query, touch) = (spread(bare), spread(query), spread(touch));
    println!(
        "{rows:>7} rows: bare {bare:?}, lookup::find {query:?} ({:.1}x), store job with the \
         screen's numbers {touch:?}; vault opened in {opened:?}",
        query.0.as_secs_f64() / bare.0.as_secs_f64(),
    );
}

/// The row by its key and nothing else.
fn bare_look_up(vault: &Vault, subject: &Subject) -> bool {
    let Some(insured) = subject.key.insured() else {
        return false;
    };
    let key = format!("n:{}", insured.as_str());
    vault
        .read(|c| {
            let mut statement =
                c.prepare_cached("SELECT body FROM kept_answer WHERE insurer = ?1 AND key = ?2")?;
            let body: String =
                statement.query_row([subject.insurer.as_str(), key.as_str()], |row| row.get(0))?;
            Ok(!black_box(body).is_empty())
        })
        .unwrap()
}

/// What happens between a touch and the page: the job, and the counts of the strip.
fn whole_job(vault: &mut Vault, now: &Now, subject: Subject) -> bool {
    let job = StoreJob::from(lookup::Job::Kept(subject));
    !black_box(store::carry_out(Ticket(1), job, vault, now)).is_empty()
}

fn subject(insurer: &InsurerNumber, n: u32) -> Subject {
    let insured = InsuredNumber::parse(&format!("{n:010}")).unwrap();
    Subject {
        insurer: insurer.clone(),
        key: ProgressKey::Insured { insured }.into(),
    }
}

fn timed(work: impl FnOnce() -> bool) -> Duration {
    let started = Instant::now();
    assert!(work());
    started.elapsed()
}

/// Median and 99th percentile.
fn spread(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

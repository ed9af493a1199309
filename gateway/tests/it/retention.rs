use std::time::Duration;

use gateway::clock::ManualClock;
use gateway::engine::{RECEIPT_DAYS, Settings, maintain};
use gateway::harness::{Bench, INSURER, OFFICE};
use gateway::sources::csv::{Encoding, import_progress};
use gateway::store;
use protocol::calendar::Timestamp;
use protocol::exchange::DeviceId;
use protocol::number::InsurerNumber;

use crate::work::{envelope, id, now, pledge, progress, request};

fn bench() -> (tempfile::TempDir, Bench, DeviceId) {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path(), Settings::default(), now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    (folder, bench, device)
}

fn after(days: u64) -> Timestamp {
    now() + Duration::from_secs(days * 86_400)
}

fn has_receipt(bench: &Bench, n: u64) -> bool {
    let id = id(n);
    store::read(bench.store(), move |tx| tx.receipt(1, &id))
        .unwrap()
        .is_some()
}

#[test]
fn q3_a_receipt_is_kept_far_beyond_four_hundred_days_and_then_deleted() {
    const { assert!(RECEIPT_DAYS >= 400) };
    let (_folder, bench, device) = bench();
    let body = serde_json::to_vec(&request(0, vec![envelope(1, &pledge(1))])).unwrap();
    bench.engine.exchange(&device, &body, now()).unwrap();
    maintain(bench.store(), &bench.blobs, after(RECEIPT_DAYS)).unwrap();
    assert!(has_receipt(&bench, 1), "deleted too early");
    maintain(bench.store(), &bench.blobs, after(RECEIPT_DAYS + 1)).unwrap();
    assert!(!has_receipt(&bench, 1));
    // The sequence goes on where it was.
    let body = serde_json::to_vec(&request(0, vec![envelope(2, &pledge(1))])).unwrap();
    let response = bench
        .engine
        .exchange(&device, &body, after(RECEIPT_DAYS + 2))
        .unwrap();
    let parts = protocol::jws::split(&response.receipts).unwrap();
    let page: protocol::exchange::ReceiptPage = serde_json::from_slice(&parts.payload).unwrap();
    assert_eq!(page.receipts[0].seq, 2);
}

#[test]
fn what_an_insurer_no_longer_shows_is_deleted_here_and_from_the_feeds() {
    let (_folder, bench, device) = bench();
    let insurer = InsurerNumber::parse(INSURER).unwrap();
    let file = "被保険者番号,申請日\n0000087084,2026-08-25\n0000087092,2026-11-01\n";
    let bytes = file.as_bytes();
    import_progress(
        bench.store(),
        &insurer,
        bytes,
        Encoding::Auto,
        &ManualClock::new(now()),
    )
    .unwrap();
    let asked = vec![
        envelope(1, &progress("0000087084")),
        envelope(2, &progress("0000087092")),
    ];
    let body = serde_json::to_vec(&request(0, asked)).unwrap();
    bench.engine.exchange(&device, &body, now()).unwrap();
    let purged = maintain(bench.store(), &bench.blobs, after(10)).unwrap();
    assert_eq!((purged.cases, purged.feed), (1, 1));
    let left = store::read(bench.store(), move |tx| tx.count_cases(&insurer)).unwrap();
    assert_eq!(left, 1);
}

#[test]
fn one_run_deletes_all_that_has_ended_however_much_it_is() {
    let (_folder, bench, device) = bench();
    for n in (0..1_200).step_by(400) {
        let asked = (n..n + 400)
            .map(|n| envelope(n, &progress("0000087084")))
            .collect();
        let body = serde_json::to_vec(&request(0, asked)).unwrap();
        bench.engine.exchange(&device, &body, now()).unwrap();
    }
    let purged = maintain(bench.store(), &bench.blobs, after(RECEIPT_DAYS + 1)).unwrap();
    assert_eq!((purged.commands, purged.feed), (1_200, 1_200));
}

#[test]
fn what_a_terminal_keeps_leaves_its_feed_after_a_month_and_what_it_does_not_stays() {
    let (_folder, bench, device) = bench();
    let send = |cursor: u64, numbers: std::ops::RangeInclusive<u64>, day: u64| {
        let asked = numbers
            .map(|n| envelope(n, &progress("0000087084")))
            .collect();
        let body = serde_json::to_vec(&request(cursor, asked)).unwrap();
        bench.engine.exchange(&device, &body, after(day)).unwrap();
    };
    send(0, 1..=3, 0);
    send(2, 4..=5, 1);
    let purged = |day| {
        maintain(bench.store(), &bench.blobs, after(day))
            .unwrap()
            .feed
    };
    assert_eq!(purged(30), 0);
    assert_eq!(purged(31), 2, "the two it said it keeps");
    send(5, 6..=6, 31);
    assert_eq!(purged(32), 3);
}

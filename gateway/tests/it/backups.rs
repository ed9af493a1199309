use std::path::Path;
use std::time::Duration;

use gateway::engine::{Durability, Settings};
use gateway::entropy::SystemEntropy;
use gateway::harness::{Bench, OFFICE};
use gateway::operator::{self, Delivery};
use gateway::store::{self, AlarmKind};
use protocol::exchange::{DeviceId, Envelope, ExchangeResponse, ReceiptPage};

use crate::work::{disclosure, envelope, id, now, pledge, progress, request};

const BACKUP: Settings = Settings {
    durability: Durability::Backup,
    answer_valid: Duration::from_secs(86_400),
};

fn nothing(bench: &Bench, device: &DeviceId) -> (ReceiptPage, ExchangeResponse) {
    exchange(bench, device, 0, vec![])
}

fn send(
    bench: &Bench,
    device: &DeviceId,
    cursor: u64,
    pledges: std::ops::RangeInclusive<u64>,
) -> (ReceiptPage, ExchangeResponse) {
    let commands = pledges.map(|n| envelope(n, &pledge(1))).collect();
    exchange(bench, device, cursor, commands)
}

fn exchange(
    bench: &Bench,
    device: &DeviceId,
    cursor: u64,
    commands: Vec<Envelope>,
) -> (ReceiptPage, ExchangeResponse) {
    let body = serde_json::to_vec(&request(cursor, commands)).unwrap();
    let response = bench.engine.exchange(device, &body, now()).unwrap();
    let parts = protocol::jws::split(&response.receipts).unwrap();
    (serde_json::from_slice(&parts.payload).unwrap(), response)
}

/// Puts a backup where a gateway finds it.
fn restore(backup: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::copy(backup, folder.join("gateway.sqlite")).unwrap();
    let blobs = backup.with_file_name("backup.sqlite.blobs");
    std::fs::create_dir_all(folder.join("blobs")).unwrap();
    for file in std::fs::read_dir(blobs).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join("blobs").join(file.file_name())).unwrap();
    }
}

#[test]
fn a_restored_gateway_says_what_it_lost_and_takes_it_again_once() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(&folder.path().join("a"), BACKUP, now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    let (page, _) = send(&bench, &device, 0, 1..=5);
    assert_eq!((page.received_up_to, page.durable_up_to), (5, 0));
    let file = folder.path().join("backup.sqlite");
    operator::backup(bench.store(), &bench.blobs, &file).unwrap();
    let (page, _) = send(&bench, &device, 0, 6..=8);
    assert_eq!((page.received_up_to, page.durable_up_to), (8, 5));
    assert!(operator::backup(bench.store(), &bench.blobs, &file).is_err());
    drop(bench);

    restore(&file, &folder.path().join("b"));
    let restored = Bench::open(&folder.path().join("b"), BACKUP, now()).unwrap();
    let (page, _) = nothing(&restored, &device);
    assert_eq!(page.received_up_to, 5, "the gap shows");
    let (page, _) = send(&restored, &device, 0, 1..=8);
    assert_eq!(page.received_up_to, 8);
    let office = protocol::number::OfficeNumber::parse(OFFICE).unwrap();
    let pledges = store::read(restored.store(), move |tx| tx.pledges(&office)).unwrap();
    assert_eq!(pledges.len(), 8);
}

#[test]
fn a_restored_gateway_takes_nothing_new_before_the_gap() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path(), Settings::default(), now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    send(&bench, &device, 0, 1..=2);
    // The terminal has receipts up to five; this store ends at two.
    let ask = |receipted_up_to, pledges: std::ops::RangeInclusive<u64>| {
        let commands = pledges.map(|n| envelope(n, &pledge(1))).collect();
        let mut request = request(0, commands);
        request.receipted_up_to = receipted_up_to;
        let body = serde_json::to_vec(&request).unwrap();
        let response = bench.engine.exchange(&device, &body, now()).unwrap();
        let parts = protocol::jws::split(&response.receipts).unwrap();
        serde_json::from_slice::<ReceiptPage>(&parts.payload).unwrap()
    };
    let page = ask(5, 2..=8);
    assert_eq!(page.received_up_to, 2);
    assert!(page.receipts.is_empty());
    let page = ask(2, 3..=8);
    assert_eq!((page.received_up_to, page.receipts.len()), (8, 6));
}

#[test]
fn a_terminal_that_kept_more_than_a_restored_gateway_knows_still_hears_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path(), Settings::default(), now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    // The gateway before the restore had made twenty entries.
    let query = vec![envelope(1, &progress("0000087084"))];
    let body = serde_json::to_vec(&request(20, query)).unwrap();
    let response = bench.engine.exchange(&device, &body, now()).unwrap();
    assert_eq!(response.feed[0].seq, 21);
    let alarms = store::read(bench.store(), |tx| tx.alarms(10)).unwrap();
    assert_eq!(alarms[0].kind, AlarmKind::GatewayRestored);
}

#[test]
fn a_backup_carries_the_documents_that_wait() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(&folder.path().join("a"), BACKUP, now()).unwrap();
    let device = bench.add_device(OFFICE, [1; 12], now()).unwrap();
    let asked = vec![envelope(1, &disclosure(1, None))];
    let body = serde_json::to_vec(&request(0, asked)).unwrap();
    bench.engine.exchange(&device, &body, now()).unwrap();
    let content = b"%PDF-1.7 papers";
    let delivery = Delivery {
        request: id(1),
        subject: 1,
        content,
        keep: Duration::from_secs(86_400),
    };
    let entropy = SystemEntropy::default();
    let offer = operator::deliver(bench.store(), &bench.blobs, &entropy, &delivery, now()).unwrap();
    let file = folder.path().join("backup.sqlite");
    let done = operator::backup(bench.store(), &bench.blobs, &file).unwrap();
    assert_eq!((done.devices, done.files), (1, 1));

    restore(&file, &folder.path().join("b"));
    let restored = Bench::open(&folder.path().join("b"), BACKUP, now()).unwrap();
    let document = store::read(restored.store(), move |tx| tx.document(&offer.document));
    let document = document.unwrap().unwrap();
    let read = restored
        .blobs
        .read_all(document.blob.as_ref().unwrap(), offer.size);
    assert_eq!(read.unwrap(), content);
}

//! What every [`Store`] must do, as one suite that a second database runs as well.
//!
//! It panics with the broken promise, so it belongs in tests only.

use std::path::Path;
use std::sync::{Arc, Mutex};

use protocol::answer::{FeedEntry, FeedItem, ProgressRecord};
use protocol::calendar::{Date, Timestamp};
use protocol::exchange::{CommandId, DeviceId, DocumentId, Outcome, Receipt, Sha256Digest};
use protocol::number::{InsuredNumber, OfficeNumber};
use protocol::provisioning::image::VerifyKey;
use protocol::provisioning::record::{self, FlashRecord, FlashResult};
use protocol::provisioning::{Board, UnitSerial, Version};
use uuid::Uuid;

use super::sqlite::SqliteStore;
use super::{CaseRow, Device, DeviceState, KnownImage, Store, Tx, Upsert, read, write};
use crate::error::GatewayError;
use crate::harness::{OFFICE, city};

const BROKEN: &str = "the store fails where it must not";

/// Runs the suite on an empty store; `copy` names a file that does not exist yet.
///
/// # Panics
/// When a promise is broken.
pub fn check(store: &dyn Store, copy: &Path) {
    an_error_takes_back_all_of_its_job_and_nothing_of_others(store);
    a_panic_takes_back_its_own_job_and_the_next_one_is_done(store);
    a_look_changes_nothing(store);
    let device = rows_come_back_as_they_were(store);
    a_receipt_is_found_by_terminal_and_id(store, device);
    a_feed_is_read_in_order_from_a_cursor(store, device);
    a_case_is_taken_once_and_only_forward(store);
    images_stations_and_cards_come_back(store);
    super::conformance_releases::check(store, device);
    what_has_ended_is_deleted(store, device);
    many_writers_lose_nothing(store);
    a_copy_holds_what_was_committed(store, copy);
}

fn an_error_takes_back_all_of_its_job_and_nothing_of_others(store: &dyn Store) {
    write(store, |tx| tx.put_insurer(&city())).expect(BROKEN);
    let failed: Result<(), _> = write(store, |tx| {
        tx.put_office(&office(), "失敗", &[], at(1))?;
        Err(GatewayError::Busy)
    });
    assert!(failed.is_err());
    assert!(
        facility_name(store).is_none(),
        "a failed job left something"
    );
    write(store, |tx| {
        tx.put_office(&office(), "事業所", &[city().number], at(1))
    })
    .expect(BROKEN);
    assert_eq!(facility_name(store).as_deref(), Some("事業所"));
}

fn a_panic_takes_back_its_own_job_and_the_next_one_is_done(store: &dyn Store) {
    let failed: Result<(), _> = write(store, |tx| {
        tx.put_office(&office(), "欠陥", &[], at(1))?;
        panic!("a defect, as the test wants it");
    });
    assert!(
        matches!(failed, Err(GatewayError::Defect)),
        "a panic was told as something else"
    );
    assert_eq!(facility_name(store).as_deref(), Some("事業所"));
    write(store, |tx| {
        tx.put_office(&office(), "事業所", &[city().number], at(1))
    })
    .expect(BROKEN);
}

fn a_look_changes_nothing(store: &dyn Store) {
    let tried = read(store, |tx| tx.put_office(&office(), "別", &[], at(1)));
    assert!(tried.is_err(), "a look could write");
    assert_eq!(facility_name(store).as_deref(), Some("事業所"));
}

fn rows_come_back_as_they_were(store: &dyn Store) -> i64 {
    let device = new_device();
    let id = device.id.clone();
    let key = write(store, move |tx| tx.add_device(&device)).expect(BROKEN);
    let held = load(store, &id);
    assert_eq!(held.key, key);
    assert_eq!(held.state, DeviceState::Active);
    write(store, move |tx| {
        tx.set_device_state(key, DeviceState::Revoked)
    })
    .expect(BROKEN);
    assert_eq!(load(store, &id).state, DeviceState::Revoked);
    write(store, move |tx| {
        tx.set_device_state(key, DeviceState::Active)?;
        tx.set_backed_up(key, 7)?;
        tx.set_backed_up(key, 3)
    })
    .expect(BROKEN);
    assert_eq!(load(store, &id).backed_up, 7, "a backup mark went back");
    super::conformance_devices::check(store, key, &load(store, &id));
    key
}

fn a_receipt_is_found_by_terminal_and_id(store: &dyn Store, device: i64) {
    let receipt = receipt(1);
    let kept = receipt.clone();
    write(store, move |tx| tx.add_command(device, &kept, "{}")).expect(BROKEN);
    let id = receipt.id;
    let held = read(store, move |tx| tx.receipt(device, &id)).expect(BROKEN);
    assert_eq!(held.as_ref(), Some(&receipt));
    let other = read(store, move |tx| tx.receipt(device + 1, &id)).expect(BROKEN);
    assert!(other.is_none(), "another terminal's receipt was found");
    let again = receipt.clone();
    let twice = write(store, move |tx| tx.add_command(device, &again, "{}"));
    assert!(twice.is_err(), "one id was kept twice");
}

fn a_feed_is_read_in_order_from_a_cursor(store: &dyn Store, device: i64) {
    for seq in 1..=5 {
        write(store, move |tx| {
            tx.push_feed(device, &entry(seq), at(1), Some(at(100)))
        })
        .expect(BROKEN);
    }
    let after = read(store, move |tx| tx.feed_after(device, 2, 2)).expect(BROKEN);
    let seqs: Vec<u64> = after.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [3, 4]);
    assert!(
        write(store, move |tx| tx.push_feed(
            device,
            &entry(5),
            at(1),
            None
        ))
        .is_err()
    );
    write(store, move |tx| {
        let mut device = one(tx)?;
        device.feed_seq = 5;
        tx.save_marks(&device)?;
        tx.broadcast(Some(&office()), None, &entry(0).item, at(1), None)?;
        Ok(())
    })
    .expect(BROKEN);
    let last = read(store, move |tx| tx.feed_after(device, 5, 10)).expect(BROKEN);
    assert_eq!(last.len(), 1);
    assert_eq!(last.first().map(|entry| entry.seq), Some(6));
}

fn a_case_is_taken_once_and_only_forward(store: &dyn Store) {
    let put = |updated_ms: i64, panel: Option<Date>| {
        let mut case = case();
        case.updated_at = Some(at(updated_ms));
        case.record.panel_on = panel;
        write(store, move |tx| tx.put_case(&city().number, &case)).expect(BROKEN)
    };
    let panel = Date::from_ymd(2026, 11, 10);
    assert_eq!(put(10, None), Upsert::Inserted);
    assert_eq!(put(10, None), Upsert::Unchanged);
    assert_eq!(put(20, panel), Upsert::Updated);
    assert_eq!(put(10, None), Upsert::Older);
    let insured = InsuredNumber::parse("0000012345").expect(BROKEN);
    let found = read(store, move |tx| tx.cases_of(&city().number, &insured, 9)).expect(BROKEN);
    assert_eq!(found.len(), 1);
    assert_eq!(found.first().and_then(|case| case.record.panel_on), panel);
    let (applied, born) = (case().record.applied_on, case().born_on.expect(BROKEN));
    let found = read(store, move |tx| {
        tx.cases_on(&city().number, applied, born, 9)
    });
    assert_eq!(found.expect(BROKEN).len(), 1);
}

fn images_stations_and_cards_come_back(store: &dyn Store) {
    let image = KnownImage {
        sha256: Sha256Digest([1; 32]),
        version: Version::parse("0.10.2").expect(BROKEN),
        added_at: at(1),
    };
    let key = VerifyKey {
        kid: "station".to_owned(),
        x: "first".to_owned(),
    };
    let renewed = VerifyKey {
        x: "second".to_owned(),
        ..key.clone()
    };
    let card = FlashRecord {
        format: record::FORMAT,
        image: image.sha256,
        version: image.version,
        serial: UnitSerial::parse("UNIT-1").expect(BROKEN),
        office: office(),
        board: Board::Pi4,
        config: Sha256Digest([2; 32]),
        card: "CARD-1".to_owned(),
        card_bytes: 1,
        tool: image.version,
        started_at: at(1),
        finished_at: at(2),
        result: FlashResult::Verified,
    };
    let (images, stations, cards, new, again) = {
        let (image, card) = (image.clone(), card.clone());
        let later = KnownImage {
            added_at: at(9),
            ..image.clone()
        };
        let renewed = renewed.clone();
        write(store, move |tx| {
            tx.put_image(&image)?;
            tx.put_image(&later)?;
            tx.put_station(&key, at(1))?;
            tx.put_station(&renewed, at(2))?;
            let new = tx.add_card(Sha256Digest([3; 32]), &card, at(3))?;
            let again = tx.add_card(Sha256Digest([3; 32]), &card, at(4))?;
            Ok((tx.images()?, tx.stations()?, tx.cards(10)?, new, again))
        })
        .expect(BROKEN)
    };
    assert_eq!(images, [image], "an image that was known was changed");
    assert_eq!(stations.len(), 1);
    assert_eq!(stations[0].key, renewed);
    assert_eq!(cards, std::slice::from_ref(&card));
    let of = |serial| read(store, move |tx| tx.card_of(serial)).expect(BROKEN);
    assert_eq!(of("UNIT-1"), Some(card));
    assert_eq!(of("UNIT-2"), None);
    assert!(new && !again, "a record was taken twice");
}

fn what_has_ended_is_deleted(store: &dyn Store, device: i64) {
    let gone = write(store, |tx| tx.purge_feed(at(100), at(0), 10)).expect(BROKEN);
    assert_eq!(gone, 5);
    let kept = read(store, move |tx| tx.feed_after(device, 0, 10)).expect(BROKEN);
    assert_eq!(kept.len(), 1, "an entry without an end was deleted");
    let day = Date::from_ymd(2026, 10, 2).expect(BROKEN);
    let gone = write(store, move |tx| tx.purge_cases(&city().number, day)).expect(BROKEN);
    assert_eq!(gone, 1);
    let gone = write(store, |tx| tx.purge_commands(at(1), 100)).expect(BROKEN);
    assert_eq!(gone, 0, "a receipt was deleted too early");
    let gone = write(store, |tx| tx.purge_commands(at(2), 100)).expect(BROKEN);
    assert_eq!(gone, 1);
    let unknown = DocumentId(Uuid::nil());
    write(store, move |tx| tx.forget_document(&unknown, at(1))).expect(BROKEN);
}

fn many_writers_lose_nothing(store: &dyn Store) {
    const EACH: u64 = 25;
    let failures = Arc::new(Mutex::new(0));
    std::thread::scope(|scope| {
        for writer in 0..4_u64 {
            let failures = Arc::clone(&failures);
            scope.spawn(move || {
                for n in 0..EACH {
                    let receipt = receipt(1_000 + writer * EACH + n);
                    let done = write(store, move |tx| tx.add_command(77, &receipt, "{}"));
                    if done.is_err() {
                        *failures.lock().expect(BROKEN) += 1;
                    }
                }
            });
        }
    });
    assert_eq!(*failures.lock().expect(BROKEN), 0);
    let count = read(store, |tx| tx.count_commands(77)).expect(BROKEN);
    assert_eq!(count, 4 * EACH);
}

fn a_copy_holds_what_was_committed(store: &dyn Store, copy: &Path) {
    store.copy_to(copy).expect(BROKEN);
    let copied = SqliteStore::direct(copy).expect(BROKEN);
    let count = read(&copied, |tx| tx.count_commands(77)).expect(BROKEN);
    assert_eq!(count, 100);
    assert!(store.copy_to(copy).is_err(), "a backup was overwritten");
}

fn facility_name(store: &dyn Store) -> Option<String> {
    let facility = read(store, |tx| tx.facility(&office())).expect(BROKEN);
    facility.map(|facility| facility.name)
}

fn load(store: &dyn Store, id: &DeviceId) -> Device {
    let id = id.clone();
    let device = read(store, move |tx| tx.device(&id)).expect(BROKEN);
    device.expect("a row that was written is gone")
}

fn one(tx: &mut dyn Tx) -> Result<Device, GatewayError> {
    tx.devices(None)?.pop().ok_or(GatewayError::Busy)
}

fn office() -> OfficeNumber {
    OfficeNumber::parse(OFFICE).expect("a constant that a test checks")
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn entry(seq: u64) -> FeedEntry {
    FeedEntry {
        seq,
        item: FeedItem::DocumentWithdrawn {
            document: DocumentId(Uuid::from_u64_pair(1, seq)),
        },
    }
}

fn receipt(n: u64) -> Receipt {
    Receipt {
        id: CommandId(Uuid::from_u64_pair(2, n)),
        body: Sha256Digest::of(b"{}"),
        seq: n,
        received_at: at(1),
        outcome: Outcome::Accepted,
    }
}

fn case() -> CaseRow {
    CaseRow {
        insured: "012345".to_owned(),
        born_on: Date::from_ymd(1940, 2, 3),
        place: 0,
        record: ProgressRecord {
            applied_on: Date::from_ymd(2026, 10, 1).expect(BROKEN),
            application_kind: None,
            visit_on: None,
            survey_received_on: None,
            opinion_requested_on: None,
            opinion_received_on: None,
            panel_on: None,
            certified_on: None,
            care_level: None,
            valid_months: None,
            valid_from: None,
            valid_to: None,
        },
        updated_at: None,
    }
}

fn new_device() -> Device {
    Device {
        key: 0,
        id: DeviceId::from_random([3; 12]),
        office: office(),
        serial: "S-1".to_owned(),
        state: DeviceState::Active,
        enrolled_at: at(1),
        certificate_until: at(2),
        last_seen: None,
        seq: 0,
        backed_up: 0,
        feed_seq: 0,
        cursor: 0,
        waiting: 0,
        audit: None,
    }
}

//! A gateway that loses its disk and starts from a backup: the terminal sends the gap again,
//! scans included, before anything new.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use firmware::error::Problem;
use firmware::outbox::{self, State};
use firmware::sync::{self, AttachmentSource, EnrolOrder, HttpsTransport};
use gateway::engine::Durability;
use gateway::harness::{Harness, OFFICE, Options};
use protocol::command::Action;
use protocol::exchange::{MAX_BATCH, Sha256Digest};
use protocol::person::{Attachment, AttachmentMedia, PlanNotice};
use rusqlite::Connection;
use system_tests::unit::{LIMITS, Unit};
use system_tests::work::{Made, Work};

/// The smallest picture there is.
const SCAN: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\0IEND\xae\x42\x60\x82";

const SERIAL: &str = "MDG-RESTORE-1";

struct Stick;

impl AttachmentSource for Stick {
    fn size(&mut self, _: &Connection, _: Sha256Digest) -> Result<Option<u64>, Problem> {
        Ok(Some(SCAN.len() as u64))
    }

    fn read(
        &mut self,
        _: &Connection,
        _: Sha256Digest,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<u8>, Problem> {
        let from = usize::try_from(offset).unwrap().min(SCAN.len());
        let to = usize::try_from(offset + limit).unwrap().min(SCAN.len());
        Ok(SCAN[from..to].to_vec())
    }
}

fn start(folder: &Path) -> Harness {
    let options = Options {
        durability: Durability::Backup,
        ..Options::default()
    };
    Harness::start(folder, options).unwrap()
}

fn save(unit: &mut Unit, made: &Made) {
    let now = unit.now();
    unit.vault
        .write(|tx| outbox::append(tx, &now, made.id, &made.command))
        .unwrap();
}

fn a_request_with_a_scan(unit: &Unit, work: &mut Work) -> Made {
    loop {
        let mut made = work.next(&unit.now());
        if let Action::DisclosureRequest(request) = &mut made.command.action {
            let sha256 = Sha256Digest::of(SCAN);
            let (size, media) = (SCAN.len() as u64, AttachmentMedia::Png);
            request.subjects[0].plan = PlanNotice::Contract {
                scan: Attachment {
                    sha256,
                    size,
                    media,
                },
            };
            return made;
        }
    }
}

/// Exchanges and uploads until nothing waits, as the runtime does.
fn deliver(unit: &mut Unit, gateway: &Harness) {
    let mut identity = unit.identity().unwrap();
    identity.trust.endpoints = vec![gateway.endpoint()];
    let mut way = HttpsTransport::new(&identity, &unit.clock, LIMITS).unwrap();
    for _ in 0..20 {
        unit.round(&mut way, &identity, MAX_BATCH).unwrap();
        sync::upload(&mut unit.vault, &mut way, &unit.clock, &mut Stick).unwrap();
        if unit.vault.read(outbox::pending_count).unwrap() == 0 {
            return;
        }
    }
    let counts = unit.vault.read(outbox::counts).unwrap();
    unreachable!("the queue does not drain: {counts:?}");
}

#[test]
fn what_a_restored_gateway_lost_is_sent_again_with_its_scans() {
    let folder = tempfile::tempdir().unwrap();
    let (home, copy) = (
        folder.path().join("gateway"),
        folder.path().join("backup.sqlite"),
    );
    let gateway = start(&home);
    std::fs::create_dir_all(folder.path().join("terminal")).unwrap();
    let mut unit = Unit::open(&folder.path().join("terminal")).unwrap();
    let order = EnrolOrder {
        token: gateway.token(OFFICE, SERIAL).unwrap(),
        serial: SERIAL.into(),
    };
    unit.enrol(&gateway.endpoint(), &gateway.roots(), &order)
        .unwrap();
    let mut work = Work::new(8, "minato01", 0);
    for _ in 0..5 {
        unit.save(&mut work).unwrap();
    }
    deliver(&mut unit, &gateway);
    gateway::operator::backup(gateway.store(), &gateway.gateway.blobs, &copy).unwrap();

    let request = a_request_with_a_scan(&unit, &mut work);
    save(&mut unit, &request);
    for _ in 0..5 {
        unit.save(&mut work).unwrap();
    }
    deliver(&mut unit, &gateway);
    gateway.stop();

    // The disk is lost; all there is is the backup and the keys.
    let database = home.join("gateway.sqlite");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", database.display()));
    }
    std::fs::remove_dir_all(home.join("blobs")).unwrap();
    std::fs::copy(&copy, &database).unwrap();
    let gateway = start(&home);
    unit.save(&mut work).unwrap();
    deliver(&mut unit, &gateway);

    let state = unit
        .vault
        .read(|c| outbox::item(c, request.id))
        .unwrap()
        .unwrap()
        .state;
    assert_eq!(state, State::Receipted);
    let device = unit.identity().unwrap().device;
    let (held, scans) = gateway::store::read(gateway.store(), move |tx| {
        let device = tx.device(&device)?.unwrap();
        let scan = tx.attachment(&device.office, &Sha256Digest::of(SCAN))?;
        Ok((tx.count_commands(device.key)?, scan.is_some()))
    })
    .unwrap();
    assert_eq!(held, 12);
    assert!(scans);
    unit.vault.check().unwrap();
}

//! Disks that fail at every n-th write on both sides: nothing acknowledged is lost, nothing is
//! doubled, nobody panics, and with good disks everything is delivered.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use firmware::outbox;
use firmware::sync::EnrolOrder;
use gateway::harness::{Harness, OFFICE, Options};
use gateway::store;
use gateway::store::sqlite::SqliteStore;
use protocol::exchange::{CommandId, MAX_BATCH};
use system_tests::faulty_disk::{self, Fault, FaultyDisk};
use system_tests::unit::Unit;
use system_tests::work::Work;

const SERIAL: &str = "MDG-FAULTY-0001";

/// Saves of one plan, with a round after each few.
const SAVES: u32 = 60;

const SAVES_A_ROUND: u32 = 4;

#[test]
fn disks_that_fail_at_every_nth_write_lose_and_double_nothing() {
    let disk = faulty_disk::install();
    let folder = tempfile::tempdir().unwrap();
    let gateway = Harness::start(&folder.path().join("gateway"), Options::default()).unwrap();
    let terminal = folder.path().join("terminal");
    std::fs::create_dir_all(&terminal).unwrap();
    let mut unit = Unit::open(&terminal).unwrap();
    let order = EnrolOrder {
        token: gateway.token(OFFICE, SERIAL).unwrap(),
        serial: SERIAL.into(),
    };
    unit.enrol(&gateway.endpoint(), &gateway.roots(), &order)
        .unwrap();
    let identity = unit.identity().unwrap();
    let mut way = unit.way().unwrap();
    let mut work = Work::new(5, "minato01", 0);
    let mut saved: BTreeSet<CommandId> = BTreeSet::new();
    let (mut refused, mut broken_rounds, mut failed_calls) = (0, 0, 0);

    for fault in [Fault::NoSpace, Fault::Broken] {
        for every in [2, 3, 5, 7, 11, 17, 31, 64, 129] {
            disk.fail(every, fault);
            for n in 0..SAVES {
                match unit.save(&mut work) {
                    Ok(made) => assert!(saved.insert(made.id)),
                    Err(problem) => {
                        assert!(problem.is_of_the_disk(), "{fault:?} {every}: {problem:?}");
                        refused += 1;
                    }
                }
                if n % SAVES_A_ROUND == 0 && unit.round(&mut way, &identity, MAX_BATCH).is_err() {
                    broken_rounds += 1;
                }
            }
            failed_calls += disk.mend();
            // With a good disk the same handle goes on.
            saved.insert(unit.save(&mut work).unwrap().id);
            unit.vault.check().unwrap();
            assert_eq!(ids(&unit), saved, "{fault:?} every {every}");
        }
    }
    assert!(
        refused > 100 && broken_rounds > 20,
        "{refused} {broken_rounds}"
    );

    unit.drain().unwrap();
    assert_eq!(unit.vault.read(outbox::pending_count).unwrap(), 0);
    // The same after a restart.
    drop(unit);
    let unit = Unit::open(&terminal).unwrap();
    unit.vault.check().unwrap();
    assert_eq!(ids(&unit), saved);
    let device = identity.device;
    let held = gateway::store::read(gateway.store(), move |tx| {
        let device = tx.device(&device)?;
        device.map_or(Ok(0), |device| tx.count_commands(device.key))
    });
    assert_eq!(held.unwrap(), saved.len() as u64);
    println!(
        "{failed_calls} failed calls: {} saved and delivered once, {refused} refused, \
         {broken_rounds} exchanges broken",
        saved.len()
    );
}

/// A flush fails, and the kernel forgets what it could not write. What is said to be saved
/// afterwards must not rest on it.
#[test]
fn what_is_saved_after_a_failed_flush_survives_the_next_power_cut() {
    let disk = faulty_disk::install();
    let mut missing = 0;
    for every in 2..=9 {
        let folder = tempfile::tempdir().unwrap();
        let terminal = fs::canonicalize(folder.path()).unwrap();
        disk.record();
        let mut unit = Unit::open(&terminal).unwrap();
        let mut work = Work::new(every, "minato01", 0);
        let mut saved = BTreeSet::new();
        disk.fail(every, Fault::Unflushed);
        for _ in 0..SAVES {
            // Committed without a flush of its own, as the marks of a send are.
            let floor = unit.now().wall;
            let _ = unit
                .vault
                .write_forgettable(|tx| firmware::clock::keep_floor(tx, floor));
            match unit.save(&mut work) {
                Ok(made) => assert!(saved.insert(made.id)),
                Err(_) => missing += power_cut(&disk, &terminal, &saved),
            }
        }
        assert!(disk.mend() > 0);
        saved.insert(unit.save(&mut work).unwrap().id);

        power_cut(&disk, &terminal, &saved);
    }
    assert!(missing > 0, "no write was ever forgotten");
    println!("{missing} writes were missing on the disks after a failed flush");
}

/// The gateway's store drops what it had open when the disk failed, opens the file anew, and goes
/// on by itself. What it said to be kept is kept, also when the power goes right afterwards.
#[test]
fn the_gateways_store_opens_itself_anew_after_the_disk_failed_and_loses_nothing() {
    let disk = faulty_disk::install();
    let mut refused = 0;
    for fault in [Fault::Unflushed, Fault::Broken] {
        for every in 2..=9 {
            let folder = tempfile::tempdir().unwrap();
            let place = fs::canonicalize(folder.path()).unwrap();
            disk.record();
            let store = SqliteStore::grouped(&place.join("gateway.sqlite")).unwrap();
            let keep = |n: u32| {
                let name = format!("kept-{n}");
                store::write(&store, move |tx| tx.put_setting(&name, "x"))
            };
            let mut kept: Vec<u32> = Vec::new();
            disk.fail(every, fault);
            for n in 0..SAVES {
                match keep(n) {
                    Ok(()) => kept.push(n),
                    Err(error) => {
                        assert!(error.is_of_the_disk(), "{fault:?} {every}: {error:?}");
                        refused += 1;
                    }
                }
            }
            assert!(disk.mend() > 0, "{fault:?} {every}");
            keep(SAVES).unwrap();
            kept.push(SAVES);

            let after = tempfile::tempdir().unwrap();
            disk.power_cut(&place, after.path()).unwrap();
            for file in [place.as_path(), after.path()] {
                let found = SqliteStore::direct(&file.join("gateway.sqlite")).unwrap();
                for n in &kept {
                    let name = format!("kept-{n}");
                    let value = store::read(&found, move |tx| tx.setting(&name)).unwrap();
                    assert_eq!(value.as_deref(), Some("x"), "{fault:?} {every}: {n}");
                }
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

/// Cuts the power and looks at what is there. Returns how many writes were missing.
fn power_cut(disk: &FaultyDisk, terminal: &Path, saved: &BTreeSet<CommandId>) -> usize {
    let after = tempfile::tempdir().unwrap();
    let missing = disk.power_cut(terminal, after.path()).unwrap();
    let found = disk.without_faults(|| {
        let unit = Unit::open(after.path()).unwrap();
        unit.vault.check().unwrap();
        ids(&unit)
    });
    assert!(saved.is_subset(&found), "something saved is gone");
    missing
}

/// Every command that the terminal's queue holds, whatever its state.
fn ids(unit: &Unit) -> BTreeSet<CommandId> {
    unit.vault
        .read(|c| {
            let ids = c
                .prepare("SELECT id FROM outbox")?
                .query_map([], |row| Ok(CommandId(uuid::Uuid::from_bytes(row.get(0)?))))?
                .collect::<Result<_, _>>()?;
            Ok(ids)
        })
        .unwrap()
}

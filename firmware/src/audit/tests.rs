#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{DAY, clock, staff};
use crate::vault::Vault;

/// A log of `n` entries, one a minute.
fn log(n: u64) -> (Vault, crate::clock::Clock, crate::clock::ManualTime) {
    let (time, clock) = clock();
    let mut vault = Vault::in_memory().unwrap();
    for number in 0..n {
        time.advance(Duration::from_secs(60));
        let event = AuditEvent::PledgeSigned {
            edition: u16::try_from(number).unwrap(),
        };
        vault
            .write(|tx| append(tx, &clock.now(), Some(&staff()), &event))
            .unwrap();
    }
    (vault, clock, time)
}

fn change(vault: &mut Vault, sql: &str) {
    vault.write(|tx| Ok(tx.execute_batch(sql)?)).unwrap();
}

fn broken(vault: &Vault) -> (u64, BreakKind) {
    match vault.read(verify) {
        Err(Problem::AuditBroken(at)) => (at.entry, at.kind),
        other => panic!("{other:?}"),
    }
}

fn seal_head(vault: &mut Vault) {
    vault
        .write(|tx| {
            let head = head_to_seal(tx)?.unwrap();
            seal(tx, &head, Timestamp::from_unix_ms(0), "signed")
        })
        .unwrap();
}

#[test]
fn a_log_verifies_as_it_was_written() {
    let (vault, ..) = log(20);
    let verified = vault.read(verify).unwrap();
    assert_eq!(
        (verified.first, verified.last, verified.entries),
        (1, 20, 20)
    );
    assert_eq!(vault.read(|c| page(c, 0, 5)).unwrap()[0].entry, 20);
    assert_eq!(vault.read(|c| page(c, 18, 5)).unwrap().len(), 2);
}

#[test]
fn an_empty_log_verifies() {
    assert_eq!(Vault::in_memory().unwrap().read(verify).unwrap().entries, 0);
}

#[test]
fn the_verifier_names_the_first_gap() {
    let (mut vault, ..) = log(20);
    change(&mut vault, "DELETE FROM audit WHERE entry IN (7, 12)");
    assert_eq!(broken(&vault), (7, BreakKind::Gap));
}

#[test]
fn the_verifier_names_the_first_edit_of_any_column() {
    for edit in [
        "event = '{\"event\":\"tamper\"}'",
        "at_ms = at_ms + 1",
        "trusted = 0",
        "boot_ms = 1",
        "boot_id = zeroblob(16)",
        "staff = 'other01'",
        "staff = NULL",
        "hash = zeroblob(32)",
    ] {
        let (mut vault, ..) = log(20);
        change(
            &mut vault,
            &format!("UPDATE audit SET {edit} WHERE entry = 9"),
        );
        assert_eq!(broken(&vault), (9, BreakKind::Edited), "{edit}");
    }
}

#[test]
fn the_verifier_names_a_reorder_of_near_and_far_entries() {
    for (one, other) in [(5, 6), (3, 15)] {
        let (mut vault, ..) = log(20);
        change(
            &mut vault,
            &format!(
                "UPDATE audit SET entry = -1 WHERE entry = {one};
                 UPDATE audit SET entry = {one} WHERE entry = {other};
                 UPDATE audit SET entry = {other} WHERE entry = -1;"
            ),
        );
        assert_eq!(broken(&vault), (one, BreakKind::Reordered));
    }
}

#[test]
fn a_log_cut_short_is_found_by_its_head_and_by_the_gateways_seal() {
    let (mut vault, ..) = log(20);
    change(&mut vault, "DELETE FROM audit WHERE entry > 15");
    assert_eq!(broken(&vault), (15, BreakKind::CutShort));

    // Whoever also rewrites the head is found by what the gateway counter-signed.
    let (mut vault, ..) = log(20);
    seal_head(&mut vault);
    change(
        &mut vault,
        "DELETE FROM audit WHERE entry > 15;
         UPDATE audit_head SET entry = 15, hash = (SELECT hash FROM audit WHERE entry = 15);",
    );
    assert_eq!(broken(&vault), (16, BreakKind::Gap));
}

#[test]
fn a_log_written_anew_is_found_by_the_gateways_seal() {
    let (mut vault, ..) = log(20);
    seal_head(&mut vault);
    let (mut other, clock, _) = log(3);
    for _ in 3..20 {
        other
            .write(|tx| append(tx, &clock.now(), None, &AuditEvent::Enrolled))
            .unwrap();
    }
    let forged: [u8; 32] = other.read(|c| Ok(head(c)?.unwrap().hash.0)).unwrap();
    vault
        .write(|tx| {
            tx.execute("UPDATE audit_seal SET hash = ?1", params![forged])?;
            Ok(())
        })
        .unwrap();
    assert_eq!(broken(&vault), (20, BreakKind::SealDiffers));
}

#[test]
fn ninety_days_stay_and_what_is_left_still_verifies() {
    let (mut vault, clock, time) = log(10);
    seal_head(&mut vault);
    time.advance(Duration::from_secs(50 * 86_400));
    vault
        .write(|tx| append(tx, &clock.now(), None, &AuditEvent::Enrolled))
        .unwrap();
    time.advance(Duration::from_secs(50 * 86_400));
    vault
        .write(|tx| append(tx, &clock.now(), None, &AuditEvent::Renewed))
        .unwrap();

    let gone = vault.write(|tx| prune(tx, &clock.now())).unwrap();
    assert_eq!(
        gone, 9,
        "the sealed head stays as the last that the gateway knows"
    );
    let verified = vault.read(verify).unwrap();
    assert_eq!((verified.first, verified.last), (10, 12));
    change(&mut vault, "DELETE FROM audit WHERE entry = 10");
    assert_eq!(broken(&vault), (10, BreakKind::Gap));
}

#[test]
fn an_entry_the_gateway_has_not_signed_is_not_deleted() {
    let (mut vault, clock, time) = log(10);
    time.advance(Duration::from_secs(200 * 86_400));
    assert_eq!(vault.write(|tx| prune(tx, &clock.now())).unwrap(), 0);
}

#[test]
fn a_clock_ten_years_ahead_does_not_empty_the_log() {
    let (mut vault, clock, time) = log(10);
    seal_head(&mut vault);
    time.shift_system(3650 * DAY);
    assert_eq!(vault.write(|tx| prune(tx, &clock.now())).unwrap(), 0);
}

#[test]
fn only_a_few_signed_pages_are_kept_whole() {
    let (mut vault, clock, _) = log(1);
    for _ in 0..20 {
        vault
            .write(|tx| append(tx, &clock.now(), None, &AuditEvent::Tamper))
            .unwrap();
        seal_head(&mut vault);
    }
    let whole: u32 = vault
        .read(|c| {
            Ok(c.query_row(
                "SELECT count(*) FROM audit_seal WHERE signed IS NOT NULL",
                [],
                |r| r.get(0),
            )?)
        })
        .unwrap();
    assert_eq!(whole, KEPT_SIGNATURES);
    assert_eq!(vault.read(verify).unwrap().seals, 20);
}

#[test]
fn entries_carry_no_number_name_or_date_of_a_person() {
    let (_, clock) = clock();
    let mut vault = Vault::in_memory().unwrap();
    let command = crate::testing::look_up(1_234_567_890);
    let id = crate::testing::id(1);
    vault
        .write(|tx| {
            let event = AuditEvent::LookUpAsked {
                kind: LookUpKind::Progress,
                purpose: protocol::person::Purpose::CarePlan,
                command: id,
            };
            append(tx, &clock.now(), Some(&staff()), &event)?;
            crate::outbox::append(tx, &clock.now(), id, &command)
        })
        .unwrap();
    let entry = &vault.read(|c| page(c, 0, 1)).unwrap()[0];
    assert!(entry.event.contains(&id.to_string()));
    assert!(!entry.event.contains("1234567890"), "{}", entry.event);
}

#![allow(clippy::unwrap_used)]
use std::time::Duration;

use protocol::answer::DocumentOffer;
use protocol::calendar::Timestamp;
use protocol::exchange::{DocumentId, Sha256Digest};
use protocol::problem::ProblemCode;
use uuid::Uuid;

use super::*;
use crate::clock::{ClockTrust, Distrust};
use crate::entropy::SeededEntropy;
use crate::sync::DocumentSink as _;
use crate::testing::{MORNING, staff};
use crate::{outbox, sealed, upkeep};

const HOUR: Duration = Duration::from_secs(3600);
const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
const PAPERS: &[u8] = b"%PDF-1.4 papers of an invented person %%EOF";

fn now() -> Now {
    Now {
        boot: Duration::from_secs(100),
        boot_id: [1; 16],
        wall: Timestamp::from_unix_ms(MORNING),
        trust: ClockTrust::Trusted,
    }
}

fn later(by: Duration) -> Now {
    Now {
        boot: now().boot + by,
        wall: now().wall + by,
        ..now()
    }
}

fn offer_of(n: u128) -> DocumentOffer {
    DocumentOffer {
        document: DocumentId(Uuid::from_u128(n)),
        request: None,
        display_name: "0000123456_青木 ハル_令和8年8月1日.pdf".to_owned(),
        size: PAPERS.len() as u64,
        sha256: Sha256Digest::of(PAPERS),
        request_received_on: None,
        delivered_at: Timestamp::from_unix_ms(MORNING),
        deadline: Timestamp::from_unix_ms(MORNING) + HOUR * 72,
    }
}

fn sink() -> Documents {
    Documents::new(Box::new(SeededEntropy::new(3)))
}

/// Offered and fetched whole, in two pieces.
fn with_document(n: u128) -> Vault {
    let mut vault = Vault::in_memory().unwrap();
    upkeep::sweep(&mut vault, &now()).unwrap();
    fetch(&mut vault, &offer_of(n));
    vault
}

fn fetch(vault: &mut Vault, offered: &DocumentOffer) {
    vault.write(|tx| offer(tx, &now(), offered)).unwrap();
    vault
        .write(|tx| sink().append(tx, offered, 0, &PAPERS[..10]))
        .unwrap();
    assert_eq!(vault.read(|c| sink().have(c, offered)).unwrap(), 10);
    vault
        .write(|tx| sink().append(tx, offered, 10, &PAPERS[10..]))
        .unwrap();
    assert!(
        vault
            .write(|tx| sink().complete(tx, &now(), offered))
            .unwrap()
    );
}

fn read(vault: &Vault, now: &Now, n: u128) -> Result<Vec<u8>, Problem> {
    vault
        .read(|c| bytes(c, now, offer_of(n).document))
        .map(|bytes| bytes.to_vec())
}

fn list(vault: &mut Vault, filter: InboxFilter) -> Listing {
    let job = Job::Page {
        filter,
        page: 0,
        rows: 10,
    };
    match run(job, vault, &now()) {
        Ok(Reply::Page(list)) => list,
        other => panic!("not a page: {other:?}"),
    }
}

fn kinds(vault: &Vault) -> Vec<String> {
    let page = vault
        .read(|c| outbox::page(c, outbox::Filter::All, 0, 50))
        .unwrap();
    page.items.into_iter().rev().map(|item| item.kind).collect()
}

fn nothing_is_left(vault: &Vault) {
    for (what, sql) in [
        ("keys", "SELECT count(*) FROM sealed"),
        ("bytes", "SELECT count(*) FROM sealed_chunk"),
        (
            "names",
            "SELECT count(*) FROM document WHERE title <> '' OR offer <> ''",
        ),
    ] {
        let rows: i64 = vault
            .read(|c| Ok(c.query_row(sql, [], |row| row.get(0))?))
            .unwrap();
        assert_eq!(rows, 0, "{what}");
    }
}

#[test]
fn a_document_is_fetched_in_pieces_and_told_received_opened_and_destroyed_once() {
    let mut vault = with_document(1);
    assert_eq!(read(&vault, &now(), 1).unwrap(), PAPERS);
    for _ in 0..2 {
        let job = Job::Open {
            document: offer_of(1).document,
            staff: staff(),
        };
        let Reply::Opened(opened) = run(job, &mut vault, &later(HOUR)).unwrap() else {
            unreachable!()
        };
        assert_eq!(
            opened.display_name,
            "0000123456_青木 ハル_令和8年8月1日.pdf"
        );
        assert_eq!(opened.left, HOUR * 71);
    }
    upkeep::sweep(&mut vault, &later(HOUR * 72)).unwrap();
    upkeep::sweep(&mut vault, &later(HOUR * 80)).unwrap();
    assert_eq!(
        kinds(&vault),
        ["document_received", "document_opened", "document_destroyed"]
    );
}

#[test]
fn at_the_deadline_key_bytes_and_name_are_gone() {
    let mut vault = with_document(1);
    assert!(read(&vault, &later(HOUR * 71), 1).is_ok());
    // Not deleted yet, and not readable any more.
    assert_eq!(
        read(&vault, &later(HOUR * 72), 1),
        Err(Problem::Refused(ProblemCode::DocumentGone))
    );
    assert_eq!(
        upkeep::sweep(&mut vault, &later(HOUR * 72))
            .unwrap()
            .documents,
        1
    );
    nothing_is_left(&vault);
}

#[test]
fn turning_the_clock_back_ten_years_gains_no_time() {
    let mut vault = with_document(1);
    let mut back = later(HOUR * 72);
    back.wall = now().wall - TEN_YEARS;
    for trust in [
        ClockTrust::Trusted,
        ClockTrust::Untrusted(Distrust::BehindFloor),
    ] {
        back.trust = trust;
        assert!(read(&vault, &back, 1).is_err());
    }
    upkeep::sweep(&mut vault, &back).unwrap();
    nothing_is_left(&vault);
}

#[test]
fn power_cuts_gain_no_more_than_what_was_not_written_down() {
    let mut vault = with_document(1);
    // Power-ons of six hours each, with a clock that has lost its battery.
    let on = HOUR * 6;
    let mut gone_after = None;
    for power_on in 1..=20_u8 {
        let mut then = now();
        then.boot_id = [power_on + 1; 16];
        then.trust = ClockTrust::Untrusted(Distrust::BehindFloor);
        for minutes in (0..=360).step_by(5) {
            then.boot = Duration::from_secs(60 * minutes);
            upkeep::sweep(&mut vault, &then).unwrap();
            if gone_after.is_none() && read(&vault, &then, 1).is_err() {
                gone_after = Some((on * u32::from(power_on - 1) + then.boot, power_on));
            }
        }
    }
    let (after, power_ons) = gone_after.expect("it ends at some time");
    let most = HOUR * 72 + crate::expiry::SAVE_STEP * u32::from(power_ons);
    assert!(
        after >= HOUR * 71 && after <= most,
        "{after:?}, at most {most:?}"
    );
    nothing_is_left(&vault);
}

#[test]
fn a_clock_ten_years_ahead_that_is_not_trusted_destroys_nothing() {
    let mut vault = with_document(1);
    let mut ahead = later(HOUR);
    ahead.wall = now().wall + TEN_YEARS;
    ahead.trust = ClockTrust::Untrusted(Distrust::FarAhead);
    upkeep::sweep(&mut vault, &ahead).unwrap();
    assert_eq!(read(&vault, &ahead, 1).unwrap(), PAPERS);
}

#[test]
fn what_ended_while_the_terminal_was_off_is_gone_at_the_start() {
    let mut vault = with_document(1);
    let start = Now {
        boot: Duration::from_secs(9),
        boot_id: [2; 16],
        ..later(HOUR * 100)
    };
    assert!(read(&vault, &start, 1).is_err());
    upkeep::sweep(&mut vault, &start).unwrap();
    nothing_is_left(&vault);
}

#[test]
fn the_same_offer_again_changes_nothing_and_a_destroyed_document_does_not_come_back() {
    let mut vault = with_document(1);
    vault.write(|tx| offer(tx, &now(), &offer_of(1))).unwrap();
    assert_eq!(read(&vault, &now(), 1).unwrap(), PAPERS);
    assert!(vault.read(|c| to_fetch(c, &now())).unwrap().is_empty());
    vault
        .write(|tx| withdraw(tx, &now(), offer_of(1).document))
        .unwrap();
    vault
        .write(|tx| withdraw(tx, &now(), offer_of(1).document))
        .unwrap();
    vault.write(|tx| offer(tx, &now(), &offer_of(1))).unwrap();
    assert!(vault.read(|c| to_fetch(c, &now())).unwrap().is_empty());
    nothing_is_left(&vault);
    assert_eq!(kinds(&vault), ["document_received", "document_destroyed"]);
}

#[test]
fn bytes_with_another_hash_are_thrown_away_and_fetched_again() {
    let mut vault = Vault::in_memory().unwrap();
    let offered = offer_of(1);
    vault.write(|tx| offer(tx, &now(), &offered)).unwrap();
    let wrong = vec![b'x'; PAPERS.len()];
    vault
        .write(|tx| sink().append(tx, &offered, 0, &wrong))
        .unwrap();
    assert!(
        !vault
            .write(|tx| sink().complete(tx, &now(), &offered))
            .unwrap()
    );
    assert_eq!(vault.read(|c| sink().have(c, &offered)).unwrap(), 0);
    assert!(kinds(&vault).is_empty());
    assert_eq!(vault.read(|c| to_fetch(c, &now())).unwrap(), [offer_of(1)]);
    fetch(&mut vault, &offered);
}

#[test]
fn a_document_that_always_arrives_damaged_is_not_fetched_for_ever() {
    let mut vault = Vault::in_memory().unwrap();
    let offered = offer_of(1);
    vault.write(|tx| offer(tx, &now(), &offered)).unwrap();
    for _ in 0..MAX_DAMAGED {
        assert_eq!(vault.read(|c| to_fetch(c, &now())).unwrap().len(), 1);
        let wrong = vec![b'x'; PAPERS.len()];
        vault
            .write(|tx| sink().append(tx, &offered, 0, &wrong))
            .unwrap();
        assert!(
            !vault
                .write(|tx| sink().complete(tx, &now(), &offered))
                .unwrap()
        );
    }
    assert!(vault.read(|c| to_fetch(c, &now())).unwrap().is_empty());
    // Somebody has to know: it counts as new until it was looked at.
    let listing = list(&mut vault, InboxFilter::All);
    assert_eq!(listing.counts, (1, 1));
    assert!(listing.entries[0].row.undelivered && listing.entries[0].opens);
    assert_eq!(listing.entries[0].row.fetched, None);
    let open = Job::Open {
        document: offered.document,
        staff: staff(),
    };
    let told = run(open, &mut vault, &now()).unwrap();
    assert!(matches!(told, Reply::Undelivered { insurer: None }));
    assert_eq!(list(&mut vault, InboxFilter::All).counts, (1, 0));
    assert!(
        kinds(&vault).is_empty(),
        "nothing was received, nothing was opened"
    );
}

#[test]
fn what_the_gateway_has_no_more_does_not_block_the_other_documents() {
    let mut vault = Vault::in_memory().unwrap();
    for n in 1..=2 {
        vault.write(|tx| offer(tx, &now(), &offer_of(n))).unwrap();
    }
    let failed = |vault: &mut Vault, problem: &Problem| {
        vault
            .write(|tx| not_fetched(tx, &now(), offer_of(1).document, problem))
            .unwrap()
    };
    assert!(!failed(&mut vault, &Problem::VaultBusy));
    assert_eq!(vault.read(|c| to_fetch(c, &now())).unwrap().len(), 2);
    assert!(failed(
        &mut vault,
        &Problem::Refused(ProblemCode::DocumentGone)
    ));
    assert_eq!(vault.read(|c| to_fetch(c, &now())).unwrap(), [offer_of(2)]);
}

#[test]
fn a_document_withdrawn_while_it_is_fetched_keeps_nothing() {
    let mut vault = Vault::in_memory().unwrap();
    let offered = offer_of(1);
    vault.write(|tx| offer(tx, &now(), &offered)).unwrap();
    vault
        .write(|tx| sink().append(tx, &offered, 0, &PAPERS[..10]))
        .unwrap();
    vault
        .write(|tx| withdraw(tx, &now(), offered.document))
        .unwrap();
    assert_eq!(
        vault.write(|tx| sink().append(tx, &offered, 10, &PAPERS[10..])),
        Err(Problem::Refused(ProblemCode::DocumentGone))
    );
    nothing_is_left(&vault);
}

fn notice(n: u128, title: &str) -> Notice {
    Notice {
        id: DocumentId(Uuid::from_u128(1_000 + n)),
        title: title.to_owned(),
        body: "8月1日の夜は止まります。".to_owned(),
        important: n == 2,
        shown_from: Timestamp::from_unix_ms(MORNING),
        maintenance: Some((later(HOUR).wall, later(HOUR * 2).wall)),
    }
}

#[test]
fn the_list_counts_what_is_not_opened_and_shows_important_notices_first() {
    let mut vault = with_document(1);
    vault
        .write(|tx| {
            keep_notice(tx, &notice(1, "夜間の保守"))?;
            keep_notice(tx, &notice(1, "夜間の保守"))?;
            keep_notice(tx, &notice(2, "大切なお知らせ"))?;
            offer(tx, &now(), &offer_of(5))
        })
        .unwrap();
    let all = list(&mut vault, InboxFilter::All);
    assert_eq!((all.total, all.counts), (4, (4, 3)));
    assert_eq!(all.entries[0].row.title, "大切なお知らせ");
    let papers = all
        .entries
        .iter()
        .find(|entry| entry.opens && matches!(entry.row.id, InboxId::Document(_)))
        .unwrap();
    assert_eq!(papers.row.title, "青木 ハル");
    let coming = all.entries.iter().find(|entry| !entry.opens).unwrap();
    assert_eq!(coming.row.fetched, Some(0));

    assert_eq!(
        vault.read(|c| newest_unopened(c, &now())).unwrap(),
        Some(InboxId::Document(offer_of(1).document)),
        "documents end, notices do not"
    );
    run(Job::OpenNotice(notice(2, "").id), &mut vault, &now()).unwrap();
    assert_eq!(vault.read(|c| unopened(c, &now())).unwrap(), 2);
    assert_eq!(list(&mut vault, InboxFilter::Notices).total, 2);
    // A correction is worth reading again.
    vault
        .write(|tx| keep_notice(tx, &notice(2, "訂正")))
        .unwrap();
    assert_eq!(vault.read(|c| unopened(c, &now())).unwrap(), 3);
}

#[test]
fn inside_a_maintenance_window_the_line_may_be_away() {
    let mut vault = Vault::in_memory().unwrap();
    vault
        .write(|tx| keep_notice(tx, &notice(1, "夜間の保守")))
        .unwrap();
    let until = |now: &Now| {
        let window = vault.read(|c| maintenance(c, now)).unwrap();
        window.and_then(|window| window.open_until(now))
    };
    assert_eq!(until(&now()), None);
    assert_eq!(until(&later(HOUR)), Some(now().wall + HOUR * 2));
    assert_eq!(until(&later(HOUR * 2)), None);
    let mut untrusted = later(HOUR);
    untrusted.trust = ClockTrust::Untrusted(Distrust::BehindFloor);
    assert_eq!(until(&untrusted), None, "nothing is excused then");
}

#[test]
fn two_maintenance_windows_that_touch_are_one() {
    let mut vault = Vault::in_memory().unwrap();
    let window = |n, from, to| Notice {
        maintenance: Some((now().wall + HOUR * from, now().wall + HOUR * to)),
        ..notice(n, "保守")
    };
    vault
        .write(|tx| {
            keep_notice(tx, &window(1, 3, 5))?;
            keep_notice(tx, &window(2, 1, 3))?;
            keep_notice(tx, &window(3, 6, 7))?;
            // Turned round by mistake: it excuses nothing.
            keep_notice(tx, &window(4, 9, 0))
        })
        .unwrap();
    let known = vault.read(|c| maintenance(c, &now())).unwrap().unwrap();
    assert_eq!(known.from, now().wall + HOUR);
    assert_eq!(known.to, now().wall + HOUR * 5);
}

#[test]
fn a_full_queue_does_not_keep_a_document_alive() {
    let mut vault = with_document(1);
    vault
        .write(|tx| {
            Ok(tx.execute_batch(&format!(
                "UPDATE outbox_count SET rows = {} WHERE state = 0",
                outbox::MAX_ROWS
            ))?)
        })
        .unwrap();
    upkeep::sweep(&mut vault, &later(HOUR * 72)).unwrap();
    nothing_is_left(&vault);
}

#[test]
fn a_documents_key_is_its_own() {
    let mut vault = with_document(1);
    fetch(&mut vault, &offer_of(2));
    vault
        .write(|tx| sealed::destroy(tx, offer_of(1).document.0.into_bytes()))
        .unwrap();
    assert_eq!(read(&vault, &now(), 2).unwrap(), PAPERS);
}

#![allow(clippy::unwrap_used)]

mod counting;

use std::collections::BTreeSet;

use super::*;
use crate::clock::{Clock, ManualTime};
use crate::error::Problem;
use crate::testing::gateway::{FakeGateway, Fault, Shelf};
use crate::testing::{self, DAY, id, look_up, staff};
use crate::vault::Vault;

/// A terminal and its gateway.
struct Desk {
    vault: Vault,
    time: ManualTime,
    clock: Clock,
    gateway: FakeGateway,
}

impl Desk {
    fn new() -> Self {
        let (time, clock) = testing::clock();
        Self {
            vault: Vault::in_memory().unwrap(),
            gateway: FakeGateway::new(&clock),
            time,
            clock,
        }
    }

    fn save(&mut self, n: u64, command: &protocol::command::Command) -> Saved {
        let now = self.clock.now();
        self.vault
            .write(|tx| append(tx, &now, id(n), command))
            .unwrap()
    }

    fn try_save(&mut self, n: u64) -> Result<Saved, Problem> {
        let now = self.clock.now();
        self.vault.write(|tx| append(tx, &now, id(n), &look_up(n)))
    }

    fn round(&mut self, fault: Fault) -> Result<crate::sync::Settlement, Problem> {
        self.gateway
            .round(&mut self.vault, &self.clock, fault, &mut Shelf::default())
    }

    fn state(&self, n: u64) -> State {
        self.item(n).state
    }

    fn item(&self, n: u64) -> Item {
        self.vault.read(|c| item(c, id(n))).unwrap().unwrap()
    }

    fn counts(&self) -> Counts {
        self.vault.read(counts).unwrap()
    }

    fn force(&mut self, sql: &str) {
        self.vault.write(|tx| Ok(tx.execute_batch(sql)?)).unwrap();
    }
}

#[test]
fn q1_saved_is_said_only_after_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let (_, clock) = testing::clock();
    let key = crate::vault::VaultKey::new([1; 32]);
    let mut vault = Vault::open(&folder.path().join("vault"), &key).unwrap();
    let other = vault.another().unwrap();
    let seen = |vault: &Vault| vault.read(pending_count).unwrap();
    let saved = vault
        .write(|tx| {
            let saved = append(tx, &clock.now(), id(1), &look_up(1))?;
            assert_eq!(seen(&other), 0, "nobody sees it before the commit");
            Ok(saved)
        })
        .unwrap();
    assert_eq!(seen(&other), 1);
    assert_eq!(saved.id, id(1));
}

#[test]
fn q2_an_id_stands_for_one_body_for_life() {
    let mut desk = Desk::new();
    let first = desk.save(1, &look_up(1));
    assert_eq!(
        desk.save(1, &look_up(1)),
        first,
        "the same again changes nothing"
    );
    let now = desk.clock.now();
    let other = desk.vault.write(|tx| append(tx, &now, id(1), &look_up(2)));
    assert_eq!(other, Err(Problem::OutboxIdTaken));
    assert_eq!(desk.counts().pending(), 1);
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.save(1, &look_up(1)), first);
    assert_eq!(
        desk.counts().pending(),
        0,
        "a delivered command does not come back"
    );
}

#[test]
fn q2_an_id_the_gateway_knows_with_another_body_is_held_and_changes_nothing_there() {
    let mut first = Desk::new();
    first.save(1, &look_up(1));
    first.round(Fault::None).unwrap();
    let mut second = Desk::new();
    second.save(1, &look_up(2));
    second.gateway.kept = first.gateway.kept.clone();
    let settlement = second.round(Fault::None).unwrap();
    let held = (id(1), ProblemCode::CommandIdConflict);
    assert_eq!(settlement.held, [held]);
    assert_eq!(second.state(1), State::Held);
    assert!(second.gateway.kept.bodies[&id(1)].contains("0000000001"));
}

#[test]
fn q2_a_lost_answer_is_asked_for_again_and_the_effect_happens_once() {
    let mut desk = Desk::new();
    desk.save(1, &look_up(1));
    assert!(desk.round(Fault::LoseAnswer).is_err());
    assert_eq!(desk.state(1), State::Sent);
    assert!(desk.round(Fault::Duplicate).is_ok());
    assert!(desk.round(Fault::Replay).is_ok());
    assert_eq!(desk.state(1), State::Receipted);
    assert_eq!(desk.gateway.effects_of(id(1)), 1);
}

#[test]
fn q4_one_refused_command_in_a_hundred_is_held_and_the_others_arrive_in_one_round() {
    let mut desk = Desk::new();
    let bad = |n: u64| n % 100 == 50;
    for n in 1..=400 {
        desk.save(n, &look_up(n));
    }
    desk.gateway.poison = Box::new(|body| {
        let poisoned = (0..4).any(|hundred| body.contains(&format!("{:010}", hundred * 100 + 50)));
        poisoned.then_some(ProblemCode::CommandSubject)
    });
    let settlement = desk.round(Fault::None).unwrap();
    assert_eq!((settlement.receipted, settlement.held.len()), (396, 4));
    for n in 1..=400 {
        let expected = if bad(n) {
            State::Held
        } else {
            State::Receipted
        };
        assert_eq!(desk.state(n), expected);
    }
    assert_eq!(desk.item(50).reason, Some(ProblemCode::CommandSubject));
}

#[test]
fn q4_order_holds_within_one_person() {
    let mut desk = Desk::new();
    for n in 1..=60 {
        desk.save(n, &look_up(n % 3));
        if n % 7 == 0 {
            let _ = desk.round(Fault::LoseRequest);
        }
        if n % 11 == 0 {
            let _ = desk.round(Fault::LoseAnswer);
        }
    }
    desk.round(Fault::None).unwrap();
    let wanted: Vec<_> = (1..=60).map(id).collect();
    assert_eq!(desk.gateway.kept.effects, wanted);
}

#[test]
fn q4_a_request_that_waits_for_its_scan_holds_back_only_its_own_people() {
    let mut desk = Desk::new();
    let scan = b"%PDF-1.7 contract";
    desk.save(1, &testing::request(&[1, 2], scan));
    desk.save(2, &look_up(2));
    desk.save(3, &look_up(3));
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.state(1), State::Saved);
    assert_eq!(
        desk.state(2),
        State::Saved,
        "person 2 is in the waiting request"
    );
    assert_eq!(desk.state(3), State::Receipted);

    let sha256 = testing::attachment(scan).sha256;
    assert_eq!(desk.vault.read(wanted_attachments).unwrap(), [sha256]);
    desk.vault
        .write(|tx| attachment_arrived(tx, sha256))
        .unwrap();
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.gateway.kept.effects, [id(3), id(1), id(2)]);
}

#[test]
fn a_request_whose_scan_the_gateway_lost_offers_the_scan_again() {
    let mut desk = Desk::new();
    let scan = b"%PDF-1.7 contract";
    let sha256 = testing::attachment(scan).sha256;
    desk.save(1, &testing::request(&[1], scan));
    desk.vault
        .write(|tx| attachment_arrived(tx, sha256))
        .unwrap();
    // The gateway leaves it out of its page: neither kept nor refused.
    desk.round(Fault::Forget).unwrap();
    assert_eq!(desk.state(1), State::Sent);
    assert_eq!(desk.vault.read(wanted_attachments).unwrap(), [sha256]);
    desk.vault
        .write(|tx| attachment_arrived(tx, sha256))
        .unwrap();
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.state(1), State::Receipted);
}

#[test]
fn q4_a_scan_the_gateway_will_not_have_holds_its_request_and_frees_the_rest() {
    let mut desk = Desk::new();
    let scan = b"not what it says";
    desk.save(1, &testing::request(&[1], scan));
    desk.save(2, &look_up(1));
    let now = desk.clock.now();
    let sha256 = testing::attachment(scan).sha256;
    let held = desk
        .vault
        .write(|tx| hold_for_attachment(tx, &now, sha256, &ProblemCode::AttachmentType))
        .unwrap();
    assert_eq!((held, desk.state(1)), (1, State::Held));
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.state(2), State::Receipted);
}

#[test]
fn q4_a_held_command_is_corrected_under_a_new_id_or_given_up_by_a_person() {
    let mut desk = Desk::new();
    desk.gateway.poison = Box::new(|body| {
        body.contains("0000000007")
            .then_some(ProblemCode::CommandSubject)
    });
    for n in [7, 8] {
        desk.save(n, &look_up(7));
    }
    desk.round(Fault::None).unwrap();
    let now = desk.clock.now();
    desk.vault
        .write(|tx| edit_and_resend(tx, &now, &staff(), id(7), id(70), &look_up(17)))
        .unwrap();
    assert_eq!(desk.state(7), State::Replaced);
    assert_eq!(desk.item(7).replaced_by, Some(id(70)));
    assert_eq!(desk.item(70).replaces, Some(id(7)));
    desk.vault
        .write(|tx| discard(tx, &now, &staff(), id(8)))
        .unwrap();
    assert_eq!(desk.state(8), State::Discarded);

    desk.round(Fault::None).unwrap();
    assert_eq!(desk.gateway.kept.effects, [id(70)]);
    let log = desk.vault.read(|c| crate::audit::page(c, 0, 10)).unwrap();
    for event in ["command_held", "command_replaced", "command_discarded"] {
        assert!(
            log.iter().any(|entry| entry.event.contains(event)),
            "{event}"
        );
    }
    let again = desk.vault.write(|tx| discard(tx, &now, &staff(), id(8)));
    assert_eq!(again, Err(Problem::OutboxState));
    let unknown = desk.vault.write(|tx| discard(tx, &now, &staff(), id(99)));
    assert_eq!(unknown, Err(Problem::OutboxUnknown));
}

#[test]
fn q4_nothing_is_dropped_after_any_number_of_tries() {
    let mut desk = Desk::new();
    desk.save(1, &look_up(1));
    for _ in 0..500 {
        assert!(desk.round(Fault::LoseRequest).is_err());
    }
    assert_eq!(desk.counts().pending(), 1);
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.state(1), State::Receipted);
}

#[test]
fn q6_a_receipt_marks_exactly_the_commands_it_names() {
    let mut desk = Desk::new();
    for n in 1..=3 {
        desk.save(n, &look_up(n));
    }
    desk.round(Fault::Forget).unwrap();
    assert_eq!(desk.state(1), State::Receipted);
    assert_eq!(desk.state(2), State::Receipted);
    assert_eq!(desk.state(3), State::Sent);
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.gateway.kept.effects.len(), 3);
}

#[test]
fn q6_a_page_that_is_not_for_this_request_marks_nothing() {
    for fault in [
        Fault::Forge,
        Fault::OtherDevice,
        Fault::OtherRequest,
        Fault::OtherBody,
        Fault::Stranger,
    ] {
        let mut desk = Desk::new();
        desk.save(1, &look_up(1));
        let refused = desk.round(fault.clone()).unwrap_err();
        assert_eq!(refused.code(), ProblemCode::NetReceipt, "{fault:?}");
        assert_eq!(desk.state(1), State::Sent, "{fault:?}");
    }
}

#[test]
fn q7_a_gateway_restored_from_a_backup_gets_the_gap_again() {
    let mut desk = Desk::new();
    desk.gateway.durable = Some(10);
    for n in 1..=20 {
        desk.save(n, &look_up(n));
        if n == 12 {
            desk.round(Fault::None).unwrap();
        }
    }
    let backup = desk.gateway.kept.clone();
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.counts().of(State::Receipted), 20);

    desk.gateway.kept = backup;
    let settlement = desk.round(Fault::None).unwrap();
    assert_eq!(settlement.again, 8);
    assert_eq!(desk.counts().pending(), 8);
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.counts().of(State::Receipted), 20);
    assert_eq!(desk.gateway.kept.effects.len(), 20, "each effect once");
}

#[test]
fn q7_a_gap_hidden_by_new_commands_is_found_by_the_numbers_given_again() {
    let mut desk = Desk::new();
    desk.gateway.durable = Some(0);
    // A gateway that goes on with new commands before it has the old ones again.
    desk.gateway.waits_for_gap = false;
    for n in 1..=10 {
        desk.save(n, &look_up(n));
    }
    let backup = desk.gateway.kept.clone();
    desk.round(Fault::None).unwrap();
    desk.gateway.kept = backup;
    // More new commands than were lost: the highest number alone shows nothing.
    for n in 11..=30 {
        desk.save(n, &look_up(n));
    }
    let settlement = desk.round(Fault::None).unwrap();
    assert_eq!(settlement.again, 10);
    desk.round(Fault::None).unwrap();
    let effects: BTreeSet<_> = desk.gateway.kept.effects.iter().copied().collect();
    assert_eq!(effects.len(), 30);
    assert_eq!(desk.gateway.kept.effects.len(), 30);
    assert_eq!(desk.counts().of(State::Receipted), 30);
}

#[test]
fn q7_a_gateway_that_lost_what_it_called_durable_is_noted() {
    let mut desk = Desk::new();
    for n in 1..=5 {
        desk.save(n, &look_up(n));
    }
    let before = desk.gateway.kept.clone();
    desk.round(Fault::None).unwrap();
    desk.gateway.kept = before;
    assert_eq!(desk.round(Fault::None).unwrap().again, 5);
    let log = desk.vault.read(|c| crate::audit::page(c, 0, 10)).unwrap();
    assert!(
        log.iter()
            .any(|entry| entry.event.contains("gateway_lost_durable"))
    );
}

#[test]
fn q7_a_receipted_command_stays_until_it_is_durable_however_old_it_is() {
    let mut desk = Desk::new();
    desk.gateway.durable = Some(1);
    for n in 1..=2 {
        desk.save(n, &look_up(n));
    }
    desk.round(Fault::None).unwrap();
    desk.time.advance(HISTORY * 2);
    let now = desk.clock.now();
    assert_eq!(desk.vault.write(|tx| prune(tx, &now)).unwrap(), 1);
    assert!(desk.vault.read(|c| item(c, id(1))).unwrap().is_none());
    assert_eq!(desk.state(2), State::Receipted);
    assert_eq!(desk.counts().of(State::Receipted), 1);
}

#[test]
fn a_clock_ten_years_ahead_deletes_nothing() {
    let mut desk = Desk::new();
    desk.save(1, &look_up(1));
    desk.round(Fault::None).unwrap();
    desk.time.reboot();
    desk.time.shift_system(3650 * DAY);
    let clock = Clock::new(desk.time.clone(), Some(desk.clock.now().wall));
    assert!(!clock.now().is_trusted());
    assert_eq!(desk.vault.write(|tx| prune(tx, &clock.now())).unwrap(), 0);
}

#[test]
fn q8_rows_bytes_and_age_warn_at_eighty_percent_and_refuse_at_a_hundred() {
    let mut desk = Desk::new();
    desk.save(1, &look_up(1));
    let quota_now = |desk: &Desk| desk.vault.read(|c| quota(c, &desk.clock.now())).unwrap();
    assert_eq!(quota_now(&desk), Quota::Roomy);

    for (column, limit, bound) in [
        ("rows", MAX_ROWS, Bound::Rows),
        ("bytes", MAX_BYTES, Bound::Bytes),
    ] {
        desk.force(&format!(
            "UPDATE outbox_count SET {column} = {} WHERE state = 0",
            limit * 4 / 5 + 1
        ));
        assert_eq!(quota_now(&desk), Quota::Warn { bound, percent: 80 });
        desk.try_save(2 + limit).unwrap();
        desk.force(&format!(
            "UPDATE outbox_count SET {column} = {limit} WHERE state = 0"
        ));
        assert_eq!(quota_now(&desk), Quota::Full { bound });
        assert_eq!(desk.try_save(3 + limit), Err(Problem::OutboxQuota(bound)));
        desk.force(&format!(
            "UPDATE outbox_count SET {column} = 1 WHERE state = 0"
        ));
    }
    desk.time.advance(MAX_AGE * 4 / 5);
    assert_eq!(
        quota_now(&desk),
        Quota::Warn {
            bound: Bound::Age,
            percent: 80
        }
    );
    desk.time.advance(MAX_AGE / 5);
    assert_eq!(desk.try_save(4), Err(Problem::OutboxQuota(Bound::Age)));
    assert_eq!(desk.try_save(4).unwrap_err().code(), ProblemCode::OutboxAge);
    desk.round(Fault::None).unwrap();
    desk.try_save(4).unwrap();
}

#[test]
fn a_command_that_breaks_a_limit_of_its_kind_is_refused_before_it_is_saved() {
    let mut desk = Desk::new();
    let people: Vec<u64> = (1..=11).collect();
    let now = desk.clock.now();
    let command = testing::request(&people, b"scan");
    let refused = desk
        .vault
        .write(|tx| append(tx, &now, id(1), &command))
        .unwrap_err();
    assert_eq!(
        refused,
        Problem::Refused(ProblemCode::CommandTooManySubjects)
    );
    assert_eq!(desk.counts().pending(), 0);
}

#[test]
fn pages_show_held_ones_first_and_then_the_newest() {
    let mut desk = Desk::new();
    desk.gateway.poison = Box::new(|body| {
        body.contains("0000000003")
            .then_some(ProblemCode::CommandSubject)
    });
    for n in 1..=7 {
        desk.save(n, &look_up(n));
    }
    desk.round(Fault::None).unwrap();
    let ids = |filter, number| -> Vec<CommandId> {
        let page = desk.vault.read(|c| page(c, filter, number, 3)).unwrap();
        page.items.iter().map(|item| item.id).collect()
    };
    assert_eq!(ids(Filter::All, 0), [id(3), id(7), id(6)]);
    assert_eq!(ids(Filter::All, 1), [id(5), id(4), id(2)]);
    assert_eq!(ids(Filter::All, 2), [id(1)]);
    assert_eq!(ids(Filter::Held, 0), [id(3)]);
    assert!(ids(Filter::Pending, 0).is_empty());
    assert_eq!(
        desk.vault
            .read(|c| page(c, Filter::All, 0, 3))
            .unwrap()
            .total,
        7
    );
}

#[test]
fn no_body_is_in_a_debug_text() {
    let mut desk = Desk::new();
    desk.save(1, &look_up(1_234_567_890));
    let batch = desk.vault.read(|c| next_batch(c, 10, 10_000)).unwrap();
    let text = format!("{:?} {batch:?}", desk.item(1));
    assert!(!text.contains("1234567890"), "{text}");
}

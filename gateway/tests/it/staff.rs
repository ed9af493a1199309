//! Staff records that several terminals of an office, and the operator, change.

use std::time::Duration;

use gateway::harness::{OFFICE, OTHER_OFFICE};
use gateway::{operator, store};
use protocol::answer::FeedItem;
use protocol::calendar::Timestamp;
use protocol::command::{Action, Command, StaffRecord};
use protocol::exchange::DeviceId;
use protocol::number::{OfficeNumber, UserId};
use protocol::person::StaffRole;
use protocol::text::PersonName;

use crate::exchange::{Desk, desk};
use crate::work::{command, envelope, now, request};

#[test]
fn a_leaver_is_stopped_on_every_terminal_of_the_office() {
    let desk = desk();
    let other = desk.bench.add_device(OFFICE, [2; 12], now()).unwrap();
    let elsewhere = desk.bench.add_device(OTHER_OFFICE, [3; 12], now()).unwrap();
    let mut added = command(Action::StaffChanged(StaffRecord {
        id: UserId::parse("isobe001").unwrap(),
        name: PersonName::parse("磯部 茂").unwrap(),
        role: StaffRole::General,
        services: vec!["43".to_owned()],
        occupation: None,
        active: true,
    }));
    added.insurer = None;
    let (_, own) = desk.send(&request(0, vec![envelope(1, &added)]));
    assert!(own.feed.is_empty(), "a terminal is not told what it said");

    let office = OfficeNumber::parse(OFFICE).unwrap();
    let staff = UserId::parse("isobe001").unwrap();
    operator::stop_staff(desk.bench.store(), &office, &staff, now()).unwrap();
    let feed_of = |device: &DeviceId| {
        let body = serde_json::to_vec(&request(0, vec![])).unwrap();
        desk.bench
            .engine
            .exchange(device, &body, now())
            .unwrap()
            .feed
    };
    let told: Vec<_> = feed_of(&other).into_iter().map(|e| e.item).collect();
    assert!(matches!(&told[0], FeedItem::Staff(record) if record.id == staff));
    assert!(matches!(&told[1], FeedItem::StaffStopped { id } if *id == staff));
    let own = feed_of(&desk.device);
    assert!(matches!(&own[0].item, FeedItem::StaffStopped { .. }));
    assert!(feed_of(&elsewhere).is_empty());
}

fn staff_change(made_at: Timestamp, active: bool) -> Command {
    let mut changed = command(Action::StaffChanged(StaffRecord {
        id: UserId::parse("isobe001").unwrap(),
        name: PersonName::parse("磯部 茂").unwrap(),
        role: StaffRole::General,
        services: vec!["43".to_owned()],
        occupation: None,
        active,
    }));
    changed.insurer = None;
    changed.made_at = made_at;
    changed
}

/// What a terminal has heard last about the member of [`staff_change`].
fn heard(desk: &Desk, device: &DeviceId) -> Option<bool> {
    let body = serde_json::to_vec(&request(0, vec![])).unwrap();
    let response = desk.bench.engine.exchange(device, &body, now()).unwrap();
    response
        .feed
        .into_iter()
        .filter_map(|entry| match entry.item {
            FeedItem::Staff(record) => Some(record.active),
            FeedItem::StaffStopped { .. } => Some(false),
            _ => None,
        })
        .next_back()
}

fn is_active(desk: &Desk) -> bool {
    let office = OfficeNumber::parse(OFFICE).unwrap();
    let staff = store::read(desk.bench.store(), move |tx| tx.staff(&office)).unwrap();
    assert_eq!(staff.len(), 1);
    staff[0].active
}

#[test]
fn a_change_that_waited_in_another_queue_does_not_bring_a_stopped_leaver_back() {
    let hour = Duration::from_secs(3_600);
    let (early, stop, late) = (now() - hour * 3, now() - hour * 2, now() - hour);
    for by_operator in [false, true] {
        let desk = desk();
        let other = desk.bench.add_device(OFFICE, [2; 12], now()).unwrap();
        let from = |device: &DeviceId, n: u64, command: &Command| {
            let asked = request(0, vec![envelope(n, command)]);
            let body = serde_json::to_vec(&asked).unwrap();
            desk.bench.engine.exchange(device, &body, now()).unwrap();
        };
        from(&desk.device, 1, &staff_change(early, true));
        if by_operator {
            let office = OfficeNumber::parse(OFFICE).unwrap();
            let staff = UserId::parse("isobe001").unwrap();
            operator::stop_staff(desk.bench.store(), &office, &staff, stop).unwrap();
        } else {
            from(&desk.device, 2, &staff_change(stop, false));
        }
        assert!(!is_active(&desk));

        from(
            &other,
            3,
            &staff_change(early + Duration::from_secs(60), true),
        );
        assert!(!is_active(&desk), "an older change brought them back");
        assert_eq!(heard(&desk, &desk.device), Some(false));
        assert_eq!(
            heard(&desk, &other),
            Some(false),
            "who said it is told, too"
        );

        // A clock that nobody trusts, or that is ahead, does not outrank the stop either.
        let mut untrusted = staff_change(late, true);
        untrusted.clock_trusted = false;
        from(&other, 4, &untrusted);
        assert!(!is_active(&desk));

        from(&other, 5, &staff_change(late, true));
        assert!(is_active(&desk), "a later change counts");
        assert_eq!(heard(&desk, &desk.device), Some(true));
    }
}

#[test]
fn a_stop_from_a_clock_that_is_ahead_can_be_taken_back() {
    let desk = desk();
    let year = Duration::from_secs(366 * 86_400);
    desk.send(&request(
        0,
        vec![envelope(1, &staff_change(now() + year, false))],
    ));
    let later = now() + Duration::from_secs(60);
    let back = request(0, vec![envelope(2, &staff_change(later, true))]);
    desk.send_at(&back, later);
    assert!(is_active(&desk));
}

#[test]
fn terminals_that_change_the_same_record_end_with_the_same_one() {
    let desk = desk();
    let other = desk.bench.add_device(OFFICE, [2; 12], now()).unwrap();
    desk.send(&request(0, vec![envelope(1, &staff_change(now(), true))]));
    // The other one has not heard of that yet when it sends its own word.
    let asked = request(0, vec![envelope(2, &staff_change(now(), false))]);
    let body = serde_json::to_vec(&asked).unwrap();
    desk.bench.engine.exchange(&other, &body, now()).unwrap();
    assert_eq!(heard(&desk, &desk.device), Some(false));
    assert_eq!(heard(&desk, &other), Some(false));
}

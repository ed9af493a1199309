//! The office's profile, which several terminals of an office change.

use std::time::Duration;

use gateway::harness::{Harness, OFFICE, OTHER_OFFICE, Options};
use gateway::store;
use protocol::answer::FeedItem;
use protocol::calendar::Timestamp;
use protocol::command::{Action, Command};
use protocol::exchange::{DeviceId, EnrolRequest, Enrolment, RenewRequest};
use protocol::facility::{AccessMethod, FacilityProfile};
use protocol::number::OfficeNumber;
use protocol::text::{EmailAddress, PersonName, PhoneNumber};

use crate::client::{enrol, key_request, post};
use crate::exchange::{Desk, desk};
use crate::work::{command, envelope, now, request};

fn profile(short_name: &str) -> FacilityProfile {
    FacilityProfile {
        corporation: "しおみ福祉会".to_owned(),
        office: OfficeNumber::parse(OFFICE).unwrap(),
        name: "ケアプラン汐見".to_owned(),
        short_name: short_name.to_owned(),
        address: "汐見市港町1-2-3".to_owned(),
        phone: PhoneNumber::parse("0990001111").unwrap(),
        email: EmailAddress::parse("desk@shiomi.example").unwrap(),
        applicant: PersonName::parse("佐藤 美咲").unwrap(),
        access: AccessMethod::ClientCertificate,
    }
}

fn change(short_name: &str, made_at: Timestamp) -> Command {
    let mut changed = command(Action::ProfileChanged(profile(short_name)));
    changed.insurer = None;
    changed.made_at = made_at;
    changed
}

fn from(desk: &Desk, device: &DeviceId, n: u64, command: &Command) {
    let body = serde_json::to_vec(&request(0, vec![envelope(n, command)])).unwrap();
    desk.bench.engine.exchange(device, &body, now()).unwrap();
}

/// What a terminal has heard last about the profile.
fn heard(desk: &Desk, device: &DeviceId) -> Option<String> {
    let body = serde_json::to_vec(&request(0, vec![])).unwrap();
    let response = desk.bench.engine.exchange(device, &body, now()).unwrap();
    let mut profiles = response
        .feed
        .into_iter()
        .filter_map(|entry| match entry.item {
            FeedItem::Profile(profile) => Some(profile.short_name),
            _ => None,
        });
    profiles.next_back()
}

#[test]
fn all_terminals_of_an_office_end_with_the_profile_that_was_entered_last() {
    let hour = Duration::from_secs(3_600);
    let desk = desk();
    let other = desk.bench.add_device(OFFICE, [2; 12], now()).unwrap();
    let elsewhere = desk.bench.add_device(OTHER_OFFICE, [3; 12], now()).unwrap();
    from(&desk, &desk.device, 1, &change("はじめ", now() - hour * 3));
    assert_eq!(heard(&desk, &other).as_deref(), Some("はじめ"));
    from(&desk, &other, 2, &change("あと", now() - hour));
    // It waited in a queue while the other one was entered.
    from(&desk, &desk.device, 3, &change("まえ", now() - hour * 2));
    for device in [&desk.device, &other] {
        assert_eq!(heard(&desk, device).as_deref(), Some("あと"));
    }
    assert_eq!(heard(&desk, &elsewhere), None);
    let office = OfficeNumber::parse(OFFICE).unwrap();
    let kept = store::read(desk.bench.store(), move |tx| tx.profile(&office)).unwrap();
    assert_eq!(kept.unwrap().profile, profile("あと"));

    // A clock that is ahead does not keep later changes out, and one that nobody trusts says
    // nothing about what came first.
    from(&desk, &other, 4, &change("さき", now() + hour * 9));
    let mut untrusted = change("いま", now() - hour * 9);
    untrusted.clock_trusted = false;
    from(&desk, &desk.device, 5, &untrusted);
    for device in [&desk.device, &other] {
        assert_eq!(heard(&desk, device).as_deref(), Some("いま"));
    }
}

#[test]
fn a_terminal_that_is_enrolled_later_gets_the_profile_with_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let harness = Harness::start(folder.path(), Options::default()).unwrap();
    let first = enrol(&harness, OFFICE, "UNIT-1");
    let changed = change("はじめ", harness.gateway.clock.now());
    let asked = request(0, vec![envelope(1, &changed)]);
    post(&harness, Some(&first), "/v1/exchange", &asked).exchange(&harness);

    let (_, csr) = key_request();
    let order = EnrolRequest {
        token: harness.token(OFFICE, "UNIT-2").unwrap(),
        serial: "UNIT-2".to_owned(),
        csr,
    };
    for _ in 0..2 {
        let second: Enrolment = post(&harness, None, "/v1/enrol", &order).json();
        assert_eq!(second.profile, Some(profile("はじめ")));
    }
    // A terminal that is renewed has its own, which may be newer.
    let (_, csr) = key_request();
    let renewed: Enrolment =
        post(&harness, Some(&first), "/v1/renew", &RenewRequest { csr }).json();
    assert_eq!(renewed.profile, None);
}

//! What every store promises about terminals: self-tests, accounts, and the tokens that enrol them.

use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, Sha256Digest};
use protocol::number::OfficeNumber;
use protocol::self_test::{Corner, Found, PartFound, SelfTest, TestedPart};

use super::{
    Account, Cancelled, Device, KeptAt, KeptSelfTest, Store, TokenIssue, UpstreamUser, read, write,
};

const BROKEN: &str = "a store that keeps its promises";

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

/// The part of the suite about a terminal that is there.
pub(super) fn check(store: &dyn Store, key: i64, device: &Device) {
    self_tests_are_kept_one_a_terminal(store, key);
    an_account_belongs_to_one_terminal(store, key, device);
    an_unused_token_is_cancelled_once(store, &device.office);
}

fn self_tests_are_kept_one_a_terminal(store: &dyn Store, key: i64) {
    let none = read(store, move |tx| tx.self_test(key)).expect(BROKEN);
    assert!(none.is_none(), "a self-test was there before one was kept");
    for (made_at, found) in [(1, Found::NoLink), (2, Found::Works)] {
        let test = KeptSelfTest {
            made_at: at(made_at),
            clock_trusted: made_at == 2,
            received_at: at(made_at + 5),
            test: SelfTest {
                program: "0.1.0".to_owned(),
                parts: vec![PartFound {
                    part: TestedPart::Network,
                    found,
                }],
                silent_corners: vec![Corner::TopLeft],
            },
        };
        let kept = test.clone();
        write(store, move |tx| tx.put_self_test(key, &kept)).expect(BROKEN);
        let held = read(store, move |tx| tx.self_test(key)).expect(BROKEN);
        assert_eq!(held, Some(test), "the newest self-test did not come back");
    }
}

fn an_account_belongs_to_one_terminal(store: &dyn Store, key: i64, device: &Device) {
    let account = |user: &str| Account {
        user: UpstreamUser::parse(user).expect(BROKEN),
        kept_at: KeptAt::parse("金庫").expect(BROKEN),
        set_at: at(4),
    };
    let put = |key, account| write(store, move |tx| tx.put_account(key, &account));
    let held = || read(store, move |tx| tx.account(key)).expect(BROKEN);
    assert_eq!(held(), None);
    put(key, account("reader01")).expect(BROKEN);
    put(key, account("reader02")).expect(BROKEN);
    assert_eq!(
        held(),
        Some(account("reader02")),
        "the latest account counts"
    );
    let other = Device {
        id: DeviceId::from_random([4; 12]),
        ..device.clone()
    };
    let taken: Result<(), _> = write(store, move |tx| {
        let other = tx.add_device(&other)?;
        tx.put_account(other, &account("reader02"))
    });
    assert!(taken.is_err(), "two terminals had one account");
    let user = account("reader02").user;
    let holder = read(store, move |tx| tx.account_holder(&user)).expect(BROKEN);
    assert_eq!(holder.as_ref(), Some(&device.id));
    let dropped = || write(store, move |tx| tx.drop_account(key)).expect(BROKEN);
    assert!(dropped());
    assert!(!dropped(), "an account was taken twice");
    assert_eq!(held(), None);
}

fn an_unused_token_is_cancelled_once(store: &dyn Store, office: &OfficeNumber) {
    let token = TokenIssue {
        hash: Sha256Digest::of(b"token"),
        office: office.clone(),
        serial: "S".to_owned(),
        expires_at: at(9),
        station: Some("station".to_owned()),
        replaces: true,
    };
    let issue = token.clone();
    write(store, move |tx| tx.add_token(&issue, at(1))).expect(BROKEN);
    let hash = token.hash;
    let held = read(store, move |tx| tx.token(&hash)).expect(BROKEN);
    assert_eq!(held.map(|held| held.issue), Some(token.clone()));
    let cancel = |which: Cancelled, now| {
        write(store, move |tx| tx.cancel_tokens(&which, at(now))).expect(BROKEN)
    };
    let serial = || Cancelled::Serial("S".to_owned());
    assert!(
        cancel(serial(), 10).is_empty(),
        "an ended token was cancelled"
    );
    assert!(cancel(Cancelled::Serial("T".to_owned()), 2).is_empty());
    assert!(cancel(Cancelled::Station("S".to_owned()), 2).is_empty());
    let station = Cancelled::Station("station".to_owned());
    assert_eq!(cancel(station, 2), std::slice::from_ref(&token));
    assert!(
        cancel(serial(), 3).is_empty(),
        "a token was cancelled twice"
    );
    let hash = token.hash;
    let held = read(store, move |tx| tx.token(&hash)).expect(BROKEN);
    assert_eq!(held.and_then(|held| held.cancelled_at), Some(at(2)));
}

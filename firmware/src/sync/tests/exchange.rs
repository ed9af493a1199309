//! One exchange: the feed, the seals, the clock, and answers that are not the gateway's.

use std::time::Duration;

use protocol::answer::FeedItem;
use protocol::exchange::{MEDIA_TYPE, TrustBundle};
use protocol::problem::ProblemCode;
use rustls_pki_types::pem::PemObject as _;

use crate::audit;
use crate::clock::{Clock, ManualTime};
use crate::error::Problem;
use crate::outbox::{self, State};
use crate::sync::{HttpAnswer, NetError, Settlement, cursor, last_exchange};
use crate::testing::gateway::{FakeGateway, Fault, Shelf, notice, refusal};
use crate::testing::{self, DAY, MORNING, id, look_up};
use crate::vault::Vault;

pub(super) struct Desk {
    pub(super) vault: Vault,
    time: ManualTime,
    pub(super) clock: Clock,
    pub(super) gateway: FakeGateway,
    shelf: Shelf,
}

impl Desk {
    pub(super) fn new() -> Self {
        let (time, clock) = testing::clock();
        Self {
            vault: Vault::in_memory().unwrap(),
            gateway: FakeGateway::new(&clock),
            shelf: Shelf::default(),
            time,
            clock,
        }
    }

    pub(super) fn save(&mut self, n: u64) {
        let now = self.clock.now();
        let append = |tx: &rusqlite::Transaction<'_>| outbox::append(tx, &now, id(n), &look_up(n));
        self.vault.write(append).unwrap();
    }

    fn round(&mut self, fault: Fault) -> Result<Settlement, Problem> {
        self.gateway
            .round(&mut self.vault, &self.clock, fault, &mut self.shelf)
    }

    fn answered(&mut self, answer: HttpAnswer) -> NetError {
        match self.round(Fault::Answer(answer)) {
            Err(Problem::Net(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    fn state(&self, n: u64) -> State {
        self.vault
            .read(|c| outbox::item(c, id(n)))
            .unwrap()
            .unwrap()
            .state
    }

    fn log_has(&self, event: &str) -> bool {
        let entries = self.vault.read(|c| audit::page(c, 0, 50)).unwrap();
        entries.iter().any(|entry| entry.event.contains(event))
    }
}

fn html(status: u16) -> HttpAnswer {
    HttpAnswer {
        status,
        media: "text/html".into(),
        body: b"<html>Welcome to the hotel</html>".to_vec(),
        ..HttpAnswer::default()
    }
}

#[test]
fn answers_that_are_not_the_gateways_mark_nothing_and_lose_nothing() {
    let ours = |body: &[u8]| HttpAnswer {
        status: 200,
        media: MEDIA_TYPE.into(),
        body: body.to_vec(),
        ..HttpAnswer::default()
    };
    let cases = [
        (html(200), ProblemCode::NetPortal),
        (html(302), ProblemCode::NetRedirect),
        (html(403), ProblemCode::NetPortal),
        (html(404), ProblemCode::NetPortal),
        (html(413), ProblemCode::NetPortal),
        (html(511), ProblemCode::NetPortal),
        (html(503), ProblemCode::NetDown),
        (ours(b""), ProblemCode::NetAnswer),
        (ours(b"<html>"), ProblemCode::NetAnswer),
        (
            ours(b"{\"receipts\":\"a.b.c\",\"feed\":[],\"more\":false}"),
            ProblemCode::NetReceipt,
        ),
        (
            ours(b"{\"receipts\":\"\",\"feed\":[{}],\"more\":false}"),
            ProblemCode::NetReceipt,
        ),
        (
            refusal(401, ProblemCode::CertificateExpired),
            ProblemCode::CertificateExpired,
        ),
        (
            refusal(403, ProblemCode::DeviceRevoked),
            ProblemCode::DeviceRevoked,
        ),
        (refusal(429, ProblemCode::AuthRate), ProblemCode::AuthRate),
        (
            refusal(400, ProblemCode::WireVersion),
            ProblemCode::WireVersion,
        ),
    ];
    for (answer, code) in cases {
        let mut desk = Desk::new();
        for n in 1..=3 {
            desk.save(n);
        }
        let told = format!("{answer:?}");
        assert_eq!(desk.answered(answer).code(), code, "{told}");
        for n in 1..=3 {
            assert_eq!(desk.state(n), State::Sent, "{told}");
        }
        desk.round(Fault::None).unwrap();
        assert_eq!(desk.gateway.kept.effects.len(), 3);
    }
}

#[test]
fn a_command_that_makes_whole_requests_fail_is_found_and_held_alone() {
    let mut desk = Desk::new();
    for n in 1..=8 {
        desk.save(n);
    }
    let identity = desk.gateway.identity();
    let mut rows = 500;
    let mut rounds = 0;
    while desk.vault.read(outbox::pending_count).unwrap() > 0 {
        rounds += 1;
        assert!(rounds < 60, "the queue does not drain");
        let batch = desk
            .vault
            .read(|c| outbox::next_batch(c, rows, 1 << 20))
            .unwrap();
        let bad = batch
            .iter()
            .any(|outgoing| outgoing.body.contains("0000000005"));
        desk.gateway.fault = if bad {
            Fault::Answer(refusal(400, ProblemCode::WireBody))
        } else {
            Fault::None
        };
        let result = crate::sync::round(
            &mut desk.vault,
            &mut desk.gateway,
            &desk.clock,
            &identity,
            rows,
            &mut desk.shelf,
        );
        rows = match result {
            Ok(_) => rows * 2,
            Err(_) => (rows / 2).max(1),
        };
    }
    assert_eq!(desk.state(5), State::Held);
    assert_eq!(desk.gateway.kept.effects.len(), 7);
}

#[test]
fn the_feed_is_kept_once_and_the_cursor_moves_with_it() {
    let mut desk = Desk::new();
    for n in 1..=250 {
        desk.gateway.tell(notice(n));
    }
    let first = desk.round(Fault::None).unwrap();
    assert!(first.more);
    assert_eq!(desk.vault.read(cursor).unwrap(), 100);
    assert!(desk.round(Fault::LoseAnswer).is_err());
    while desk.round(Fault::None).unwrap().more {}
    assert_eq!(desk.shelf.kept.len(), 250);
    assert_eq!(desk.vault.read(cursor).unwrap(), 250);
    assert_eq!(
        desk.vault.read(last_exchange).unwrap().unwrap().unix_ms(),
        MORNING
    );
}

#[test]
fn a_full_disk_while_keeping_the_feed_changes_nothing_at_all() {
    let mut desk = Desk::new();
    desk.save(1);
    desk.gateway.tell(notice(1));
    desk.shelf.refuse = Some(Problem::VaultFull);
    assert_eq!(desk.round(Fault::None), Err(Problem::VaultFull));
    assert_eq!(
        desk.state(1),
        State::Sent,
        "the receipt is in the same transaction"
    );
    assert_eq!(desk.vault.read(cursor).unwrap(), 0);
    desk.shelf.refuse = None;
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.state(1), State::Receipted);
    assert_eq!(desk.gateway.effects_of(id(1)), 1);
    assert_eq!(desk.shelf.kept.len(), 1);
}

#[test]
fn one_entry_that_cannot_be_kept_never_blocks_the_others() {
    let mut desk = Desk::new();
    desk.gateway.tell(notice(1));
    desk.shelf.refuse = Some(Problem::Refused(ProblemCode::InputText));
    let settlement = desk.round(Fault::None).unwrap();
    assert_eq!((settlement.kept, settlement.passed_over), (0, 1));
    assert!(desk.log_has("feed_passed_over"));
    desk.shelf.refuse = None;
    desk.gateway.tell(notice(2));
    desk.round(Fault::None).unwrap();
    assert_eq!(desk.shelf.kept.len(), 1);
}

#[test]
fn the_entries_around_one_that_cannot_be_kept_are_kept_once() {
    let mut desk = Desk::new();
    let mut cut_off = desk.gateway.identity().trust;
    cut_off.roots.clear();
    desk.gateway.tell(notice(1));
    desk.gateway.tell(FeedItem::Trust(cut_off));
    desk.gateway.tell(notice(2));
    let settlement = desk.round(Fault::None).unwrap();
    assert_eq!((settlement.kept, settlement.passed_over), (2, 1));
    assert_eq!(desk.shelf.kept.len(), 2);
    assert_eq!(desk.vault.read(cursor).unwrap(), 3);
    assert_eq!(desk.round(Fault::None).unwrap().kept, 0, "not again");
}

#[test]
fn an_entry_of_a_newer_gateway_is_passed_over() {
    let mut desk = Desk::new();
    desk.gateway.tell(notice(1));
    desk.gateway.raw_feed = vec![r#"{"seq":2,"item":{"kind":"hologram","x":1}}"#.into()];
    let settlement = desk.round(Fault::None).unwrap();
    assert_eq!((settlement.kept, settlement.passed_over), (1, 1));
    assert_eq!(desk.vault.read(cursor).unwrap(), 2);
}

#[test]
fn the_audit_log_is_counter_signed_at_each_exchange() {
    let mut desk = Desk::new();
    let now = desk.clock.now();
    desk.vault
        .write(|tx| audit::append(tx, &now, None, &audit::AuditEvent::Tamper))
        .unwrap();
    let head = desk.vault.read(audit::head).unwrap();
    desk.round(Fault::None).unwrap();
    assert_eq!(
        desk.vault
            .read(audit::last_seal)
            .unwrap()
            .map(|seal| seal.head),
        head
    );
    assert_eq!(desk.vault.read(audit::head_to_seal).unwrap(), None);
    assert_eq!(desk.vault.read(audit::verify).unwrap().seals, 1);
}

#[test]
fn a_wipe_is_told_and_logged() {
    let mut desk = Desk::new();
    desk.gateway.tell(FeedItem::Wipe);
    assert!(desk.round(Fault::None).unwrap().wipe);
    assert!(desk.log_has("wiped"));
}

#[test]
fn a_trust_bundle_that_would_cut_the_terminal_off_is_passed_over() {
    let mut desk = Desk::new();
    let certified = rcgen::generate_simple_self_signed(vec!["gateway".into()]).unwrap();
    let mut good = TrustBundle {
        roots: vec![certified.cert.pem()],
        receipt_keys: desk.gateway.identity().trust.receipt_keys,
        endpoints: vec!["https://gateway.example:8443".into()],
    };
    assert!(rustls_pki_types::CertificateDer::from_pem_slice(good.roots[0].as_bytes()).is_ok());
    desk.gateway.tell(FeedItem::Trust(good.clone()));
    assert!(desk.round(Fault::None).unwrap().trust_changed);
    assert!(desk.log_has("trust_changed"));

    for change in [
        (|b: &mut TrustBundle| b.roots.clear()) as fn(&mut TrustBundle),
        |b| b.receipt_keys.clear(),
        |b| b.endpoints.clear(),
        |b| b.endpoints = vec!["http://gateway.example".into()],
        |b| b.roots = vec!["not a certificate".into()],
        |b| b.receipt_keys[0].x = "short".into(),
    ] {
        let mut bad = good.clone();
        change(&mut bad);
        desk.gateway.tell(FeedItem::Trust(bad));
        let settlement = desk.round(Fault::None).unwrap();
        assert!(!settlement.trust_changed);
        assert_eq!(settlement.passed_over, 1);
    }
    good.endpoints.push("https://other.example".into());
    desk.gateway.tell(FeedItem::Trust(good));
    assert!(desk.round(Fault::None).unwrap().trust_changed);
}

/// Clocks ten years back, ten years ahead and an hour back in mid-queue.
#[test]
fn a_wrong_clock_keeps_the_order_loses_nothing_and_is_put_right_by_the_gateway() {
    for shift in [-3650 * DAY, 3650 * DAY, -3_600_000] {
        let mut desk = Desk::new();
        for n in 1..=10 {
            desk.save(n);
        }
        // The gateway's clock is its own; the terminal starts anew with a wrong one.
        let gateway_time = ManualTime::at(desk.clock.now().wall);
        desk.gateway.clock = Clock::manual(&gateway_time);
        gateway_time.advance(Duration::from_secs(600));
        let floor = desk.clock.now().wall;
        desk.time.reboot();
        desk.time.shift_system(shift);
        desk.clock = Clock::new(desk.time.clone(), Some(floor));
        assert!(!desk.clock.now().is_trusted());
        for n in 11..=20 {
            desk.save(n);
        }
        let probe = desk.round(Fault::None).unwrap();
        assert_eq!(
            (probe.sent, probe.waiting),
            (0, 20),
            "nothing is sent by an untrusted clock"
        );
        assert!(desk.clock.now().is_trusted());
        let off = desk.clock.now().wall.unix_ms() - gateway_time_now(&gateway_time);
        assert_eq!(off, 0);
        assert!(desk.log_has("clock_trust"));
        desk.round(Fault::None).unwrap();
        let wanted: Vec<_> = (1..=20).map(id).collect();
        assert_eq!(desk.gateway.kept.effects, wanted);
    }
}

fn gateway_time_now(time: &ManualTime) -> i64 {
    use crate::clock::TimeSource as _;
    time.read().system.unix_ms()
}

#[test]
fn a_jump_of_the_clock_is_logged() {
    let mut desk = Desk::new();
    desk.round(Fault::None).unwrap();
    desk.time.shift_system(-3_600_000);
    desk.round(Fault::None).unwrap();
    assert!(desk.log_has("clock_jump"));
}

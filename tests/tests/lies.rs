//! A network that lies, on real sockets: nothing is marked as sent for good, the problem has
//! the right code, and the truth afterwards delivers everything once.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use firmware::outbox::{self, State};
use firmware::sync::{EnrolOrder, HttpsTransport, Limits};
use gateway::harness::{Harness, OFFICE, Options};
use gateway::pki::authority::Keyed;
use protocol::exchange::MAX_BATCH;
use protocol::problem::ProblemCode;
use system_tests::liar::{self, Lie};
use system_tests::line::Line;
use system_tests::unit::Unit;
use system_tests::work::Work;

/// Commands that wait while the network lies.
const WAITING: u64 = 12;

/// Short enough that the trickle is given up within the test.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    response: Duration::from_secs(5),
    call: Duration::from_secs(2),
};

const SERIAL: &str = "MDG-LIES-0001";

struct Office {
    gateway: Harness,
    line: Line,
    unit: Unit,
    work: Work,
}

impl Office {
    fn open(folder: &Path) -> Self {
        let gateway = Harness::start(&folder.join("gateway"), Options::default()).unwrap();
        let terminal = folder.join("terminal");
        std::fs::create_dir_all(&terminal).unwrap();
        let mut unit = Unit::open(&terminal).unwrap();
        let order = EnrolOrder {
            token: gateway.token(OFFICE, SERIAL).unwrap(),
            serial: SERIAL.into(),
        };
        unit.enrol(&gateway.endpoint(), &gateway.roots(), &order)
            .unwrap();
        let line = Line::to(gateway.address()).unwrap();
        let mut office = Self {
            gateway,
            line,
            unit,
            work: Work::new(3, "minato01", 0),
        };
        for _ in 0..WAITING {
            office.unit.save(&mut office.work).unwrap();
        }
        office
    }

    fn way(&self) -> HttpsTransport {
        let mut identity = self.unit.identity().unwrap();
        identity.trust.endpoints = vec![format!("https://{}", self.line.address())];
        HttpsTransport::new(&identity, &self.unit.clock, LIMITS).unwrap()
    }

    fn round(&mut self) -> Result<u64, ProblemCode> {
        let identity = self.unit.identity().unwrap();
        let mut way = self.way();
        let done = self.unit.round(&mut way, &identity, MAX_BATCH);
        done.map(|done| done.receipted)
            .map_err(|problem| problem.code())
    }

    fn certificate(&self) -> Keyed {
        self.gateway.layout().pki().server().unwrap()
    }
}

#[test]
fn whoever_lies_marks_nothing_and_the_truth_delivers_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut office = Office::open(folder.path());
    let truth = office.gateway.address();
    let own = office.certificate();
    let other = Harness::start(&folder.path().join("other"), Options::default()).unwrap();
    let foreign = other.layout().pki().server().unwrap();
    let cases = [
        (Lie::Page, &own, ProblemCode::NetPortal),
        (Lie::Redirect, &own, ProblemCode::NetRedirect),
        (Lie::Truncated, &own, ProblemCode::NetTruncated),
        (Lie::Trickle, &own, ProblemCode::NetTimeout),
        (Lie::Unsigned, &own, ProblemCode::NetReceipt),
        (Lie::Failure, &own, ProblemCode::NetDown),
        (Lie::Forbidden, &own, ProblemCode::NetPortal),
        (Lie::Page, &foreign, ProblemCode::NetTls),
        (Lie::OldTls, &own, ProblemCode::NetTls),
        (Lie::Plain, &own, ProblemCode::NetTls),
    ];
    for (lie, certificate, code) in cases {
        office.line.point_to(liar::start(lie, certificate).unwrap());
        assert_eq!(office.round(), Err(code), "{lie:?}");
        let counts = office.unit.vault.read(outbox::counts).unwrap();
        assert_eq!(counts.pending(), WAITING, "{lie:?}");
        assert_eq!(
            counts.of(State::Receipted) + counts.of(State::Answered),
            0,
            "{lie:?}"
        );
        assert_eq!(counts.of(State::Held), 0, "{lie:?}");
    }
    office
        .line
        .point_to(liar::start(Lie::HangUp, &own).unwrap());
    assert!(office.round().is_err());
    office.line.point_to(truth);
    assert_eq!(office.round(), Ok(WAITING));
    let counts = office.unit.vault.read(outbox::counts).unwrap();
    assert_eq!(counts.pending(), 0);
}

#[test]
fn a_line_that_breaks_inside_an_answer_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut office = Office::open(folder.path());
    // Wherever the answer is cut: in the handshake, in its head, in its body.
    for bytes in [1, 500, 900, 1_400, 2_000, 2_600, 4_000] {
        office.line.cut_once_after(bytes);
        if let Err(code) = office.round() {
            let expected = [
                ProblemCode::NetDown,
                ProblemCode::NetTruncated,
                ProblemCode::NetTls,
            ];
            assert!(expected.contains(&code), "{bytes}: {code}");
        }
        office.unit.save(&mut office.work).unwrap();
    }
    while office.unit.vault.read(outbox::pending_count).unwrap() > 0 {
        office.round().unwrap();
    }
    let device = office.unit.identity().unwrap().device;
    let held = gateway::store::read(office.gateway.store(), move |tx| {
        let device = tx.device(&device)?;
        device.map_or(Ok(0), |device| tx.count_commands(device.key))
    });
    assert_eq!(held.unwrap(), office.work.made());
}

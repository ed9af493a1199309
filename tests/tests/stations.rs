//! The technician's tool and a gateway over real TLS: a unit's token, fetched by the machine that
//! writes its card.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use gateway::harness::{Harness, OFFICE, OTHER_OFFICE, Options};
use gateway::operator;
use gateway::store::{self, StationRight};
use protocol::number::OfficeNumber;
use protocol::provisioning::UnitSerial;
use protocol::provisioning::device::DeviceConfig;
use provisioning::error::Problem;
use provisioning::station::Station;
use provisioning::unit::{Order, TokenSource};

/// A unit as the technician's file describes it, with the roots of a gateway.
fn unit(folder: &Path, endpoint: &str, roots: &[String]) -> DeviceConfig {
    std::fs::write(folder.join("root.pem"), roots.join("\n")).unwrap();
    let text = format!(
        "serial = \"UNIT-1\"\noffice = \"{OFFICE}\"\nsite = \"1階受付\"\nboard = \"pi4\"\n\
         [screen]\nplace = \"counter\"\npanel = \"ten\"\n[network.wired]\n\
         [gateway]\nendpoint = \"{endpoint}\"\nroot_files = [\"root.pem\"]\n\
         [card]\ntrust = \"test\"\n"
    );
    let file = folder.join("unit.toml");
    std::fs::write(&file, text).unwrap();
    Order::read(&file).unwrap().complete().unwrap()
}

fn refusal(problem: Problem) -> String {
    match problem {
        Problem::GatewayRefused { code, .. } => code.to_string(),
        other => panic!("{other}"),
    }
}

#[test]
fn a_machine_that_may_fetches_a_fresh_token_for_each_card_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Harness::start(&folder.path().join("gateway"), Options::default()).unwrap();
    let station = Station::open(&folder.path().join("station")).unwrap();
    let unit = unit(folder.path(), &gateway.endpoint(), &gateway.roots());
    let source = TokenSource::Gateway { replace: false };
    let fetch = |unit: &DeviceConfig| {
        let mut unit = unit.clone();
        source.fetch(&mut unit, &station).map(|_| unit)
    };
    assert_eq!(refusal(fetch(&unit).unwrap_err()), "MDG-STATION-UNKNOWN");
    let key = station.key().unwrap().public();
    let now = gateway.gateway.clock.now();
    operator::add_station(gateway.store(), key.clone(), now).unwrap();
    assert_eq!(refusal(fetch(&unit).unwrap_err()), "MDG-STATION-RIGHT");
    let right = StationRight::Office(OfficeNumber::parse(OFFICE).unwrap());
    operator::allow_station(gateway.store(), &key.kid, &right).unwrap();

    let first = fetch(&unit).unwrap();
    let second = fetch(&unit).unwrap();
    let token = |unit: &DeviceConfig| unit.enrolment.as_ref().unwrap().token.as_str().to_owned();
    assert_ne!(token(&first), token(&second));
    assert_eq!(first.gateway.endpoint, gateway.endpoint());
    assert_eq!(first.gateway.roots, gateway.roots());
    assert!(!format!("{first:?}").contains(&token(&first)));
    let made = store::read(gateway.store(), |tx| tx.station_tokens(10)).unwrap();
    assert_eq!(made.len(), 2);
    assert!(
        made.iter()
            .all(|one| one.serial == "UNIT-1" && one.kid == key.kid)
    );

    let mut other = unit.clone();
    other.office = OfficeNumber::parse(OTHER_OFFICE).unwrap();
    assert_eq!(refusal(fetch(&other).unwrap_err()), "MDG-STATION-RIGHT");
    other.office = unit.office.clone();
    other.serial = UnitSerial::parse("UNIT-2").unwrap();
    assert!(fetch(&other).is_ok());
    operator::revoke_station(gateway.store(), &key.kid, Some(now)).unwrap();
    assert_eq!(refusal(fetch(&unit).unwrap_err()), "MDG-STATION-RIGHT");
}

#[test]
fn a_gateway_that_is_not_there_or_not_the_right_one_gives_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let right = Harness::start(&folder.path().join("right"), Options::default()).unwrap();
    let wrong = Harness::start(&folder.path().join("wrong"), Options::default()).unwrap();
    let station = Station::open(&folder.path().join("station")).unwrap();
    let source = TokenSource::Gateway { replace: false };
    let mut unit = unit(folder.path(), &right.endpoint(), &wrong.roots());
    let before = unit.clone();
    let problem = source.fetch(&mut unit, &station).unwrap_err();
    assert!(matches!(problem, Problem::GatewayTls(_)), "{problem}");
    // A port that nobody listens on any more.
    unit.gateway.endpoint = wrong.endpoint();
    wrong.stop();
    let problem = source.fetch(&mut unit, &station).unwrap_err();
    assert!(matches!(problem, Problem::GatewayUnreached(_)), "{problem}");
    assert_eq!(unit.enrolment, before.enrolment);
}

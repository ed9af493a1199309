//! The world that the demonstration plays in, put together of real programs.
#![allow(clippy::unwrap_used)]

use firmware::setup::config::Config;
use system_tests::traces::Traces;
use system_tests::unit::Unit;
use system_tests::world::{SERIAL, Screen, World};

/// Enough for every kind of person.
const PEOPLE: u32 = 60;

#[test]
fn a_world_has_a_gateway_cards_a_cable_and_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::build(folder.path(), PEOPLE).unwrap();
    let text = std::fs::read_to_string(world.kiosk_config(Screen::Ten, None).unwrap()).unwrap();
    let config = Config::parse(&text).unwrap();
    assert_eq!(config.serial, SERIAL);

    world.start_cards().unwrap();
    world.card("in hanako").unwrap();
    world.card("out").unwrap();
    assert!(world.card("in nobody").is_err());

    let terminal = folder.path().join("kiosk");
    let gateway = config.gateway.unwrap();
    let roots = [std::fs::read_to_string(&gateway.root).unwrap()];
    let order = firmware::sync::EnrolOrder {
        token: world.token().unwrap(),
        serial: SERIAL.into(),
    };
    let mut unit = Unit::open(&terminal).unwrap();
    unit.enrol(&gateway.endpoint, &roots, &order).unwrap();
    let mut work = system_tests::work::Work::new(1, "minato01", 0);
    world.line().cut();
    for _ in 0..20 {
        unit.save(&mut work).unwrap();
    }
    unit.drain().unwrap_err();
    world.kill_gateway();
    world.line().join().unwrap();
    unit.drain().unwrap_err();
    world.start_gateway().unwrap();
    unit.drain().unwrap();

    // Nothing of what was asked is in a log or in the clear on the terminal.
    let visitor = world.visitor().unwrap();
    let traces = Traces::new(&["2580"], &[&visitor.insured]).unwrap();
    assert_eq!(traces.in_log("gateway", &world.gateway_log()), []);
    assert_eq!(traces.in_files(folder.path()).unwrap(), []);
    assert_eq!(traces.on_the_terminal(&terminal).unwrap(), []);
}

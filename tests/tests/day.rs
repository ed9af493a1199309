//! A whole day at the desk on real parts: real screens, pcscd, TLS, encrypted vault, two programs.
#![allow(clippy::unwrap_used)]

use std::io;

use system_tests::day::{self, KENICHI, MISAKI};
use system_tests::traces::Traces;
use system_tests::world::{Screen, World};

#[test]
fn a_day_with_the_network_cut_and_the_kiosk_killed_ends_delivered_and_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::build(folder.path(), 2_000).unwrap();
    world.start_cards().unwrap();
    let (visitor, client) = (world.visitor().unwrap(), world.client().unwrap());
    let passcodes = [MISAKI.passcode, KENICHI.passcode];
    let traces = Traces::new(&passcodes, &[&visitor.insured, &client.insured]).unwrap();

    let mut steps = Vec::new();
    let outcome = day::play(
        &world,
        Screen::Ten,
        &mut |step| steps.push(step.to_owned()),
        &mut |kiosk| match traces.in_memory(kiosk)?.as_slice() {
            [] => Ok(()),
            found => Err(io::Error::other(format!("left in memory: {found:?}"))),
        },
    )
    .unwrap_or_else(|error| panic!("after {steps:#?}: {error}"));

    assert!(outcome.pictures.iter().all(|picture| picture.exists()));
    assert_eq!(outcome.screens.len(), outcome.pictures.len());
    assert!(
        outcome
            .screens
            .iter()
            .any(|words| words.contains("本人確認"))
    );
    assert_eq!(traces.on_screens(&outcome.screens), []);
    assert_eq!(traces.in_log("kiosk", &outcome.log), []);
    assert_eq!(traces.in_log("gateway", &world.gateway_log()), []);
    assert_eq!(traces.in_files(folder.path()).unwrap(), []);
    assert_eq!(
        traces
            .on_the_terminal(&folder.path().join("kiosk"))
            .unwrap(),
        []
    );
    let delivered = world.delivered().unwrap();
    assert_eq!(delivered.get("self_tested"), Some(&1), "{delivered:?}");
    assert_eq!(
        world.card("touched").unwrap_or_default(),
        "",
        "the card was reached for what it must not give"
    );
}

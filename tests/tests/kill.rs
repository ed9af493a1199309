//! `kill -9` at random instants over real TLS and real processes.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use system_tests::kill;

/// Kills on each side in a test run; `make long` does 10,000.
const KILLS: u32 = 200;

#[test]
fn a_kiosk_killed_200_times_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let tally = kill::kiosk(folder.path(), 1, KILLS).unwrap();
    println!("{tally:?}");
    assert!(tally.is_clean(), "{tally:?}");
    assert!(
        tally.acknowledged > u64::from(KILLS),
        "the run says nothing: {tally:?}"
    );
}

#[test]
fn a_gateway_killed_200_times_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let tally = kill::gateway(folder.path(), 2, KILLS).unwrap();
    println!("{tally:?}");
    assert!(tally.is_clean(), "{tally:?}");
    assert!(
        tally.exchanges_cut > 0,
        "no kill hit an exchange: {tally:?}"
    );
}

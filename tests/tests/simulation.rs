//! Seeded simulation of terminals and gateway in a hostile world.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::sync::Mutex;

use system_tests::simulation;

/// Seeds in a test run; `make long` runs 10,000.
const SEEDS: u64 = 200;

#[test]
fn in_200_hostile_worlds_every_command_takes_effect_once_and_in_order() {
    let broken = Mutex::new(Vec::new());
    let total = Mutex::new(simulation::Figures::default());
    simulation::run_many(0..SEEDS, |run| match &run.result {
        Ok(figures) => total.lock().unwrap().add(figures),
        Err(failure) => broken.lock().unwrap().push(format!(
            "seed {} (replay: cargo run -p system-tests --bin simulate -- --seed {}): {failure}",
            run.seed, run.seed
        )),
    });
    println!("{SEEDS} seeds: {:?}", total.into_inner().unwrap());
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_seed_replays_step_by_step() {
    let (first, second) = (simulation::run(7), simulation::run(7));
    assert!(first.trace.len() > 100);
    assert_eq!(first.trace, second.trace);
}

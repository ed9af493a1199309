//! Replays seeds of the simulation: `simulate --seed 42` prints every step of one,
//! `simulate --seeds 0..10000` runs many and names those that break a promise.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use clap::Parser;
use system_tests::simulation;

#[derive(Parser)]
#[command(about = "Replays seeds of the simulation")]
struct Order {
    /// One seed, step by step.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Many seeds: FIRST..LAST, the last one excluded.
    #[arg(long)]
    seeds: Option<String>,
}

fn main() -> ExitCode {
    let order = Order::parse();
    let Some(seeds) = &order.seeds else {
        return one(order.seed);
    };
    let Some((first, last)) = seeds
        .split_once("..")
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
    else {
        println!("--seeds takes FIRST..LAST");
        return ExitCode::FAILURE;
    };
    let broken = simulation::run_many(first..last, |run| {
        if let Err(failure) = &run.result {
            println!("seed {}: {failure}", run.seed);
        }
    });
    println!(
        "{} seeds, {broken} broken promises",
        last.saturating_sub(first)
    );
    if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn one(seed: u64) -> ExitCode {
    let run = simulation::run(seed);
    for line in &run.trace {
        println!("{line}");
    }
    match run.result {
        Ok(figures) => {
            println!("seed {seed}: {figures:?}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            println!("seed {seed}: {failure}");
            ExitCode::FAILURE
        }
    }
}

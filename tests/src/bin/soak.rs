//! The long run: 10,000 kills on each side and 10,000 seeds of the simulation. Hours.
#![allow(clippy::print_stdout)]

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use system_tests::{kill, simulation};

/// Kills before the files are begun anew, so that a drain stays short.
const BATCH: u32 = 500;

#[derive(Parser)]
#[command(about = "The long run of kills and seeds")]
struct Order {
    /// Kills on each side.
    #[arg(long, default_value_t = 10_000)]
    kills: u32,
    /// Seeds of the simulation.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
}

fn main() -> io::Result<ExitCode> {
    let order = Order::parse();
    let broken = simulation::run_many(0..order.seeds, |run| {
        if let Err(failure) = &run.result {
            println!("seed {}: {failure}", run.seed);
        }
    });
    println!(
        "simulation: {} seeds, {broken} broken promises",
        order.seeds
    );
    let mut clean = broken == 0;
    clean &= kills("kiosk", order.kills, kill::kiosk)?;
    clean &= kills("gateway", order.kills, kill::gateway)?;
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn kills(
    side: &str,
    kills: u32,
    run: fn(&Path, u64, u32) -> io::Result<kill::Tally>,
) -> io::Result<bool> {
    let (mut done, mut clean) = (0, true);
    while done < kills {
        let folder = tempfile::tempdir()?;
        let batch = BATCH.min(kills - done);
        let tally = run(folder.path(), u64::from(done), batch)?;
        done += batch;
        println!("{side}: {done} of {kills}: {tally:?}");
        clean &= tally.is_clean();
    }
    Ok(clean)
}

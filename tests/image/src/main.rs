//! `image-proof`: shows in an emulator that the disk image does what it promises, and prints
//! the figures. Needs root, the build root and an image; see `make image-test`.

#![allow(clippy::print_stdout, reason = "a program that prints figures")]

mod card;
mod cuts;
mod day;
mod desk;
mod emulator;
mod exfat;
mod first_day;
mod keys;
mod offered;
mod offline;
mod papers;
mod pi3;
mod pi5;
mod picture;
mod proofs;
mod qmp;
mod slots;
mod times;
mod tools;
mod turn;
mod turned;
mod twin;
mod unhappy;
mod wall;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Proves the disk image in an emulator.
#[derive(Parser)]
#[command(name = "image-proof", version, about)]
struct Arguments {
    /// Version of the image.
    #[arg(long, default_value = env!("CARGO_PKG_VERSION"))]
    image: String,
    /// Where pictures, consoles and disks of the runs lie.
    #[arg(long)]
    to: Option<PathBuf>,
    #[command(subcommand)]
    proof: Proof,
}

#[derive(Subcommand)]
enum Proof {
    /// Boots to the first screen, which answers to a finger.
    Boot,
    /// A first day by fingers: set-up, staff, unlock, a look-up, its answer, once at the gateway.
    Day,
    /// No network at the first start is said, and set-up goes on when it is there.
    Offline,
    /// A contract from a stick goes with a request; the answer's pages are drawn at the desk.
    Papers,
    /// A foreign reader, a dead clock, a full data partition; each is said, and the desk goes on.
    Unhappy,
    /// An empty battery switches the terminal off.
    Battery,
    /// The portable unit with its panel turned: pictures and touches are turned together.
    Turned,
    /// Boot to the first screen against the same kernel to a login prompt.
    Times,
    /// Cuts the power at random instants of starting, use and updating, with work in the queue.
    Cuts {
        /// How often.
        #[arg(long, default_value_t = 20)]
        count: u32,
        /// Which instants; printed, so that a run can be repeated.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// An update goes A→B and is kept; one that does not start comes back.
    Updates,
    /// An update that the gateway offers is fetched, written, started, kept and reported.
    Offered,
    /// The boot loader and the record of the slots: whole, torn, lost, not to be written.
    Slots,
    /// The card of a Raspberry Pi 3, on an emulated one without a display.
    Pi3,
    /// The card of a Raspberry Pi 5, with a stand-in for the board's firmware.
    Pi5,
    /// Nothing passes the network but what the configuration names.
    Wall,
    /// Bundles that are tampered with, cut, of another authority, older, or run already.
    Bundles,
    /// A tampered root does not run, and the recovery screen says so.
    Root,
    /// Everything.
    All,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let to = arguments.to.unwrap_or_else(|| tools::cache().join("proof"));
    let done = proofs::Bench::new(&arguments.image, &to).and_then(|bench| match arguments.proof {
        Proof::Boot => bench.boot(),
        Proof::Day => bench.day(),
        Proof::Offline => bench.offline(),
        Proof::Papers => bench.papers(),
        Proof::Unhappy => bench.unhappy(),
        Proof::Battery => bench.battery(),
        Proof::Turned => bench.turned(),
        Proof::Times => bench.times(),
        Proof::Cuts { count, seed } => bench.cuts(count, seed),
        Proof::Updates => bench.updates(),
        Proof::Offered => bench.offered(),
        Proof::Slots => bench.slots(),
        Proof::Pi3 => bench.pi3(),
        Proof::Pi5 => bench.pi5(),
        Proof::Wall => bench.wall(),
        Proof::Bundles => bench.bundles(),
        Proof::Root => bench.root(),
        Proof::All => {
            bench.boot()?;
            bench.day()?;
            bench.offline()?;
            bench.papers()?;
            bench.unhappy()?;
            bench.battery()?;
            bench.turned()?;
            bench.times()?;
            bench.updates()?;
            bench.offered()?;
            bench.slots()?;
            bench.pi3()?;
            if bench.image_for("pi5").is_ok() {
                bench.pi5()?;
            } else {
                println!("pi5: left out, the image was made without its kernel");
            }
            bench.wall()?;
            bench.bundles()?;
            bench.root()?;
            bench.cuts(20, 1)
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("image-proof: {why}");
            ExitCode::FAILURE
        }
    }
}

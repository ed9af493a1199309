//! `appliance`: what the boot scripts, systemd and RAUC ask the machine to do.

#![allow(clippy::print_stdout, reason = "a program for scripts")]

mod work;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use appliance::Fault;
use appliance::disk::BootFacts;
use clap::{Parser, Subcommand, ValueEnum};

/// The terminal as a machine.
#[derive(Parser)]
#[command(name = "appliance", version, about)]
struct Arguments {
    /// The kernel's name of the disk; what the boot loader said, by default.
    #[arg(long, global = true)]
    disk: Option<String>,
    #[command(subcommand)]
    order: Order,
}

#[derive(Subcommand)]
enum Order {
    /// The slot that was started.
    Slot,
    /// The slots, in RAUC's words; and `start` for a board whose firmware counts no starts.
    Slots { words: Vec<String> },
    /// The device's secret, made at the first boot.
    Key {
        #[command(subcommand)]
        order: KeyOrder,
    },
    /// Makes the system's files of the card's configuration.
    Apply,
    /// Brings the addresses of the names that may be reached into the firewall.
    Names,
    /// Keeps this system when it is healthy; fails when it is not.
    Health,
    /// Gives a start back that ended in order before its health was known.
    Stopped,
    /// Restarts into an update that was written and not started, when the desk is idle.
    Pending,
    /// Refuses a bundle (its manifest) that is too old, runs already, or came back.
    Allow { manifest: PathBuf },
    /// Installs the bundle on a stick and restarts into it when the desk is idle.
    Update { device: PathBuf },
    /// Installs the bundle that the kiosk fetched and handed over, in the same way.
    Offered,
    /// What a partition is for, by the kernel's name; for udev.
    Partition { name: String },
    /// Writes the slot partition of a freshly flashed card into a file.
    FormatSlots { image: PathBuf },
    /// Writes `autoboot.txt` of a freshly flashed card for a Raspberry Pi 5.
    FormatAutoboot { file: PathBuf },
    /// Shows why the card's configuration was not applied and what to do, and leaves it there.
    Trouble,
    /// Shows a code, waits for a touch, and gives the slots another start.
    Recovery { code: String },
}

#[derive(Subcommand, Clone, Copy, ValueEnum)]
enum KeyOrder {
    /// Prints the key of the data partition (32 bytes).
    Data,
    /// Prints `new` until the data partition was made, then `ready`.
    State,
    /// Remembers that the data partition is made.
    Ready,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("appliance: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Fault> {
    let mut facts = BootFacts::read(Path::new("/proc"))?;
    if arguments.disk.is_some() {
        facts = BootFacts {
            disk: arguments.disk,
            ..facts
        };
    }
    match arguments.order {
        Order::Slot => {
            println!("{}", facts.slot.ok_or(Fault::SlotsUnbooted)?.letter());
            Ok(())
        }
        Order::Slots { words } => work::slots(&facts, &words),
        Order::Key { order } => match order {
            KeyOrder::Data => work::print_data_key(&facts),
            KeyOrder::State => work::print_data_state(&facts),
            KeyOrder::Ready => work::set_data_ready(&facts),
        },
        Order::Apply => work::apply(&facts),
        Order::Names => work::names(),
        Order::Health => work::health(&facts),
        Order::Stopped => work::stopped(&facts),
        Order::Pending => work::pending(&facts),
        Order::Allow { manifest } => work::allow(&facts, &manifest),
        Order::Update { device } => work::update(&facts, &device),
        Order::Offered => work::offered(&facts),
        Order::Partition { name } => match facts.purpose(&name) {
            Some(purpose) => {
                println!("{purpose}");
                Ok(())
            }
            None => Err(Fault::SlotsUnbooted),
        },
        Order::FormatSlots { image } => work::format_slots(&image),
        Order::FormatAutoboot { file } => work::format_autoboot(&file),
        Order::Trouble => work::trouble(),
        Order::Recovery { code } => work::recovery(&facts, &code),
    }
}

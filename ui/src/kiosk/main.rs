//! The kiosk program: the one place where hal, firmware and ui are put together.

#![allow(clippy::print_stdout, reason = "a program for people at a terminal")]

mod assemble;
#[cfg(any(feature = "window", feature = "panel"))]
mod card_token;
mod check_card;
mod doctor;
mod logs;
#[cfg(feature = "player")]
mod play;
mod reader;
mod verify_audit;
#[cfg(any(feature = "window", feature = "panel"))]
mod watchdog;
#[cfg(any(feature = "window", feature = "panel"))]
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use firmware::terminal::touch::Language;

/// Exit status of a program whose unit has to be switched off: its battery is empty and
/// everything is saved. The service that started it does that, so that the desk itself needs
/// no right to.
#[cfg(any(feature = "window", feature = "panel"))]
const POWER_OFF: u8 = 75;

/// The terminal on the counter.
#[derive(Parser)]
#[command(name = "kiosk", version, about)]
struct Arguments {
    /// Configuration file of this unit.
    #[arg(long, global = true, default_value = "/etc/madoguchi/kiosk.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Option<Order>,
}

#[derive(Subcommand)]
enum Order {
    /// Open the desk on this machine's display (what happens without a command, too).
    Run,
    /// Open the desk without a display and take orders, one a line, on standard input.
    #[cfg(feature = "player")]
    Play,
    /// Look at reader, card, clock, vault, certificate, gateway and queue; say what to do.
    #[command(after_help = "Ends with 0 when nothing is bad, 1 when something is, \
                            2 when the command could not run.")]
    Doctor {
        /// One JSON object instead of lines.
        #[arg(long)]
        json: bool,
        /// In which language it says what to do.
        #[arg(long, value_enum, default_value_t = DoctorLanguage::En)]
        language: DoctorLanguage,
    },
    /// Check the card on the reader once. Credentials are asked for, or read from standard input.
    #[command(
        after_help = "Ends with 0 when the card was verified, 1 when it was not, \
                            2 when the check could not run (no card, no credentials)."
    )]
    CheckCard {
        /// By the numbers printed on the card (face), or by the card's PIN.
        #[arg(long, value_enum, default_value_t = CardMode::Face)]
        mode: CardMode,
        /// One JSON object instead of lines.
        #[arg(long)]
        json: bool,
        /// Also print what the card says about its holder.
        #[arg(long)]
        show: bool,
    },
    /// Check the hash chain of the audit log; names the first gap, edit or reorder.
    VerifyAudit {
        /// One JSON object instead of a line.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CardMode {
    Face,
    Pin,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DoctorLanguage {
    Ja,
    En,
}

impl From<DoctorLanguage> for Language {
    fn from(language: DoctorLanguage) -> Self {
        match language {
            DoctorLanguage::Ja => Self::Ja,
            DoctorLanguage::En => Self::En,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logs::start();
    let config = match assemble::read_config(&arguments.config) {
        Ok(config) => config,
        Err(why) => return refuse(&why),
    };
    let done = match arguments.command.unwrap_or(Order::Run) {
        #[cfg(any(feature = "window", feature = "panel"))]
        Order::Run => window::run(&config),
        #[cfg(not(any(feature = "window", feature = "panel")))]
        Order::Run => Err("this build has no display; build it with `window` or `panel`".into()),
        #[cfg(feature = "player")]
        Order::Play => play::run(&config),
        Order::Doctor { json, language } => doctor::run(&config, json, language.into()),
        Order::CheckCard { mode, json, show } => check_card::run(&config, mode, json, show),
        Order::VerifyAudit { json } => verify_audit::run(&config, json),
    };
    match done {
        Ok(code) => code,
        Err(why) => refuse(&why),
    }
}

/// What could not start, for the technician. Never a value of a secret or of a person.
fn refuse(why: &str) -> ExitCode {
    eprintln!("kiosk: {why}");
    ExitCode::from(2)
}

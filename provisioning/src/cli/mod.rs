//! The command line. One file a subject.
//!
//! Exit codes: 0 done, 1 refused before a card was touched, 2 wrong use, 3 a batch in which
//! some cards failed, 4 a card was touched and is not good or not recorded (one that was begun
//! and is not whole does not start), 130 stopped.

mod batch;
mod flash;
mod image;
mod list;
mod print;
mod records;
mod renew;
mod results;
mod show;
mod verify;

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::{Args, Parser, Subcommand};

use crate::disk::{Machine, choose};
use crate::error::{Exit, Problem};
use crate::image::SignedImage;
use crate::produce::OpenCard;
use crate::station::Station;
use crate::target::{BlockCard, SimCard, SimSpec};
use crate::unit;
use crate::words::{Language, Words};
use show::Show;

/// Picks, writes, verifies and labels the cards of Madoguchi units.
#[derive(Debug, Parser)]
#[command(name = "provision", version, about)]
struct Cli {
    /// Language of the messages; that of the environment if not given.
    #[arg(long, global = true, value_enum)]
    lang: Option<Language>,
    /// Print JSON for programs.
    #[arg(long, global = true)]
    json: bool,
    /// Folder for key, log, journals and records; in the home folder if not given.
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Root of the trees that describe the disks.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "/",
        hide = true
    )]
    machine_root: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the cards that may be written.
    List(list::List),
    /// Write one card.
    Flash(flash::Flash),
    /// Write several cards at once, one row of a CSV each.
    Batch(batch::Batch),
    /// Replace the configuration on a finished card that was not started yet.
    Renew(renew::Renew),
    /// Compare an image, or a card that was not started yet, with what was signed.
    Verify(verify::Verify),
    /// Print a unit's label.
    Label(print::LabelCommand),
    /// Print an enrolment sheet.
    Sheet(print::SheetCommand),
    /// The signed record of a card that was written.
    Manifest(records::Manifest),
    /// The log of all runs.
    #[command(subcommand)]
    Log(records::LogCommand),
    /// Show the public key that the gateway needs to take this machine's records.
    Station,
    /// Describe and sign images.
    #[command(subcommand)]
    Image(image::ImageCommand),
}

/// Which image.
#[derive(Debug, Args)]
struct ImageArgs {
    /// `image.json`; the image and its signature lie beside it.
    #[arg(long, value_name = "FILE")]
    image: PathBuf,
    /// Trusted image keys.
    #[arg(
        long,
        value_name = "FILE",
        default_value = Self::KEYS
    )]
    keys: PathBuf,
}

impl ImageArgs {
    /// Where the trusted keys lie if nobody says another place.
    const KEYS: &'static str = "/etc/madoguchi/image-keys.toml";

    fn open(&self) -> Result<SignedImage, Problem> {
        SignedImage::open(&self.image, &unit::trusted_keys(&self.keys)?)
    }
}

/// Which card.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct CardArgs {
    /// Name, stable id or serial of the disk, from `provision list`.
    #[arg(long, value_name = "DISK")]
    disk: Option<String>,
    /// A file that stands for a card: `FILE[,size=8G][,serial=S][,fault=NAME@WHERE]`
    #[arg(long, value_name = "SPEC")]
    simulate: Option<String>,
}

impl CardArgs {
    fn open(&self, context: &Context, typed: Option<&str>) -> Result<OpenCard, Problem> {
        match (&self.disk, &self.simulate) {
            (Some(disk), _) => context.open_card(disk, typed),
            (None, Some(spec)) => open_simulated(spec),
            (None, None) => Err(Problem::ConfigMissing("--disk")),
        }
    }
}

/// What a subcommand works with.
struct Context {
    words: Words,
    machine: Machine,
    state: Option<PathBuf>,
    show: Show,
    stop: Arc<AtomicBool>,
}

impl Context {
    fn station(&self) -> Result<Station, Problem> {
        let home = |name: &str, rest: &str| {
            let folder = std::env::var_os(name).filter(|value| !value.is_empty())?;
            Some(PathBuf::from(folder).join(rest))
        };
        let folder = self
            .state
            .clone()
            .or_else(|| home("XDG_STATE_HOME", "madoguchi-provision"))
            .or_else(|| home("HOME", ".local/state/madoguchi-provision"))
            .ok_or(Problem::ConfigMissing("--state"))?;
        let root = std::fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0);
        let sudo = std::env::var_os("SUDO_USER").is_some();
        if self.state.is_none() && root && sudo {
            // Its key is not the one that the gateway knows of the person who typed `sudo`.
            let folder = folder.display().to_string();
            let values = [("folder", folder.as_str())];
            self.show
                .warning(&self.words.say_with("state-of-root", &values));
        }
        Station::open(&folder)
    }

    /// Opens a card alone, after the last four signs of its serial were given. `typed` is what
    /// a script says; without it a person at a terminal is asked.
    fn open_card(&self, wanted: &str, typed: Option<&str>) -> Result<OpenCard, Problem> {
        let disk = choose(&self.machine.disks()?, wanted)?;
        match typed {
            Some(typed) => disk.confirm(typed)?,
            None => disk.confirm(&self.show.ask_serial(&self.words, &disk)?)?,
        }
        let target = BlockCard::open(&self.machine, &disk)?;
        Ok(OpenCard {
            target: Box::new(target),
            serial: disk.serial.unwrap_or_default(),
            slot: disk.stable_id,
        })
    }
}

/// Opens a simulated card.
fn open_simulated(spec: &str) -> Result<OpenCard, Problem> {
    let spec = SimSpec::parse(spec)?;
    Ok(OpenCard {
        target: Box::new(SimCard::open(&spec)?),
        serial: spec.serial,
        slot: Some(spec.file.display().to_string()),
    })
}

/// A number that no earlier run had.
fn nonce() -> u64 {
    u64::try_from(crate::station::now().unix_ms()).unwrap_or(0)
}

/// Runs the program and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let language = cli.lang.unwrap_or_else(Language::of_environment);
    let stop = Arc::new(AtomicBool::new(false));
    // The first Ctrl-C lets the run end in order; the second one ends the program at once.
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let ended =
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))
                .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)));
        if ended.is_err() {
            return ExitCode::FAILURE;
        }
    }
    let context = Context {
        words: Words::new(language),
        machine: Machine::at(&cli.machine_root),
        state: cli.state,
        show: Show::new(cli.json, language),
        stop,
    };
    let exit = match run(&context, cli.command) {
        Ok(exit) => exit,
        Err(problem) => {
            context.show.problem(&context.words, &problem);
            problem.exit()
        }
    };
    ExitCode::from(exit as u8)
}

fn run(context: &Context, command: Command) -> Result<Exit, Problem> {
    match command {
        Command::List(command) => command.run(context),
        Command::Flash(command) => command.run(context),
        Command::Batch(command) => command.run(context),
        Command::Renew(command) => command.run(context),
        Command::Verify(command) => command.run(context),
        Command::Label(command) => command.run(context),
        Command::Sheet(command) => command.run(context),
        Command::Manifest(command) => command.run(context),
        Command::Log(command) => command.run(context),
        Command::Station => records::station(context),
        Command::Image(command) => command.run(context),
    }
}

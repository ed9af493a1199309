//! `make demo`: a day at the desk. With a display a person plays it; without one it plays itself.
//!
//! ```text
//! demo [--folder DIR] [--people N] [--screen ten|seven|portable] [--headless]
//! demo card in NAME | out | list      the visitor, from a second terminal
//! demo network cut|join               the cable
//! demo operator answer                a PDF for the oldest open request
//! ```
#![allow(clippy::print_stdout, reason = "a program for people at a terminal")]

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};
use system_tests::day::{self, KENICHI, MISAKI};
use system_tests::paper;
use system_tests::process::program;
use system_tests::world::{Screen, World};

/// Plays a day at the desk, or lets a person play it.
#[derive(Parser)]
struct Arguments {
    /// Where everything is put.
    #[arg(long, global = true, default_value = "demo-run")]
    folder: PathBuf,
    /// Made-up insured people.
    #[arg(long, default_value_t = 2_000)]
    people: u32,
    /// Which screen.
    #[arg(long, value_enum, default_value_t = Panel::Ten)]
    screen: Panel,
    /// Play by itself even if there is a display.
    #[arg(long)]
    headless: bool,
    #[command(subcommand)]
    outside: Option<Outside>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Panel {
    Ten,
    Seven,
    Portable,
}

/// The outside world of a running demonstration.
#[derive(Subcommand)]
enum Outside {
    /// A visitor's card: `in NAME [MAKE]`, `out`, `list`, `fault …`.
    Card {
        /// What to tell the cards.
        words: Vec<String>,
    },
    /// The cable between kiosk and gateway.
    Network {
        /// Cut or join it.
        state: Cable,
    },
    /// What the municipal operator does.
    Operator {
        /// So far: answer the oldest open request.
        act: OperatorAct,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Cable {
    Cut,
    Join,
}

#[derive(Clone, Copy, ValueEnum)]
enum OperatorAct {
    Answer,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.outside {
        Some(outside) => tell(&arguments.folder, outside),
        None => demonstrate(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn demonstrate(arguments: &Arguments) -> io::Result<()> {
    let folder = &arguments.folder;
    let reader = env::var("READER").ok().filter(|name| !name.is_empty());
    let display = env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some();
    let by_hand = display && !arguments.headless;
    if reader.is_some() && !by_hand {
        return Err(io::Error::other(
            "READER needs a display: a person holds the card. Without one, `kiosk check-card` \
             checks a real card on the terminal's command line",
        ));
    }
    if UnixStream::connect(socket(folder)).is_ok() {
        return Err(io::Error::other(format!(
            "a demonstration is running in {}; end it first, or give another --folder",
            folder.display()
        )));
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    println!(
        "Building a municipality with {} people in {} …",
        arguments.people,
        folder.display()
    );
    let mut world = World::build(folder, arguments.people)?;
    if reader.is_none() {
        world.start_cards()?;
    }
    let screen = match arguments.screen {
        Panel::Ten => Screen::Ten,
        Panel::Seven => Screen::Seven,
        Panel::Portable => Screen::Portable,
    };
    if by_hand {
        play_by_hand(&world, screen, reader.as_deref())
    } else {
        play_by_itself(&world, screen)
    }
}

/// Without a display: the whole day, step by step.
fn play_by_itself(world: &World, screen: Screen) -> io::Result<()> {
    let started = Instant::now();
    let mut number = 0;
    let outcome = day::play(
        world,
        screen,
        &mut |step| {
            number += 1;
            println!("{number:>3}  {step}  … ok");
        },
        &mut |_| Ok(()),
    )?;
    let sheet = day::contact_sheet(&world.folder().join("pictures"), &outcome.pictures)?;
    println!(
        "\nThe day is over: {} steps, {} pictures, {:.0} s. All pictures: {}",
        outcome.steps,
        outcome.pictures.len(),
        started.elapsed().as_secs_f64(),
        sheet.display()
    );
    Ok(())
}

/// With a display: the kiosk's window, and a socket for the outside world.
fn play_by_hand(world: &World, screen: Screen, reader: Option<&str>) -> io::Result<()> {
    let config = world.kiosk_config(screen, reader)?;
    fs::write(
        world.folder().join("usb/契約書.pdf"),
        paper::page("Contract", 1),
    )?;
    println!("One-time token for the first screens: {}", world.token()?);
    println!(
        "Choose any passcodes; the scripted day uses {} and {}.",
        MISAKI.passcode, KENICHI.passcode
    );
    let own = std::env::args().next().unwrap_or_else(|| "demo".to_owned());
    println!("Outside world, in a second terminal, from this folder:");
    for order in [
        "card in hanako",
        "card out",
        "network cut",
        "network join",
        "operator answer",
    ] {
        println!("  {own} {order}");
    }
    println!(
        "hanako's card: 昭和13年8月28日, 2032, 2285. Her 被保険者番号: {}",
        world.visitor()?.insured
    );
    let control = socket(world.folder());
    let listener = UnixListener::bind(control)?;
    let mut kiosk = Command::new(program("kiosk")?)
        .arg("--config")
        .arg(&config)
        .arg("run")
        .spawn()?;
    listener.set_nonblocking(true)?;
    loop {
        if let Some(status) = kiosk.try_wait()? {
            return if status.success() {
                Ok(())
            } else {
                Err(io::Error::other(format!("the kiosk ended with {status}")))
            };
        }
        match listener.accept() {
            Ok((stream, _)) => answer(world, stream)?,
            Err(_) => std::thread::park_timeout(std::time::Duration::from_millis(50)),
        }
    }
}

fn answer(world: &World, stream: UnixStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    let mut line = String::new();
    BufReader::new(stream.try_clone()?).read_line(&mut line)?;
    let done = match line.trim().split_once(' ') {
        Some(("card", words)) => world.card(words),
        Some(("network", "cut")) => {
            world.line().cut();
            Ok(String::new())
        }
        Some(("network", "join")) => world.line().join().map(|()| String::new()),
        Some(("operator", "answer")) => day::answer_oldest(world, None),
        _ => Err(io::Error::other("not understood")),
    };
    let text = match done {
        Ok(text) => format!("ok {text}"),
        Err(error) => format!("no {error}"),
    };
    let mut stream = stream;
    writeln!(stream, "{}", text.trim())
}

fn tell(folder: &Path, outside: &Outside) -> io::Result<()> {
    let line = match outside {
        Outside::Card { words } => format!("card {}", words.join(" ")),
        Outside::Network { state: Cable::Cut } => "network cut".to_owned(),
        Outside::Network { state: Cable::Join } => "network join".to_owned(),
        Outside::Operator {
            act: OperatorAct::Answer,
        } => "operator answer".to_owned(),
    };
    let mut stream = UnixStream::connect(socket(folder)).map_err(|_| {
        io::Error::other("no demonstration is running here; start `make demo` first")
    })?;
    writeln!(stream, "{line}")?;
    let mut said = String::new();
    BufReader::new(stream).read_line(&mut said)?;
    println!("{}", said.trim());
    if said.starts_with("ok") {
        Ok(())
    } else {
        Err(io::Error::other("it was not done"))
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("demo.sock")
}

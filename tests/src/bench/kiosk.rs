//! The whole kiosk program on a desk that is set up: first frame, memory, and idleness.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Row, ms, percentiles};
use crate::day;
use crate::player::Player;
use crate::world::{Screen, World};

/// Starts of the program.
const STARTS: usize = 7;

/// People of the municipality: the kiosk does not hold them, so that few are enough.
const PEOPLE: u32 = 50;

/// How long the locked desk is watched.
const IDLE: Duration = Duration::from_secs(10);

/// The time between start and first frame that a person does not notice as waiting.
const FIRST_FRAME_LIMIT: Duration = Duration::from_millis(300);

/// Memory that the smallest board can spare for the kiosk, in kilobytes.
const MEMORY_LIMIT_KB: u64 = 60 * 1024;

/// Clock ticks of `/proc/PID/stat` a second (`USER_HZ`, fixed on Linux).
const TICKS_A_SECOND: f64 = 100.0;

pub fn run(folder: &Path) -> io::Result<Vec<Row>> {
    let world = World::build(&folder.join("world"), PEOPLE)?;
    let desk = day::set_up(&world, Screen::Ten)?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let started = Instant::now();
        let player = Player::start(&desk.kiosk, &desk.config)?;
        starts.push(started.elapsed());
        drop(player);
    }
    let (median, _) = percentiles(&mut starts);

    let mut player = Player::start(&desk.kiosk, &desk.config)?;
    player.wait("A-1")?;
    player.press("はじめる")?;
    player.wait("A-2")?;
    player.press("閉じる")?;
    player.wait("A-1")?;
    let id = player.kiosk().id();
    let memory = resident(id)?;
    let before = ticks(id)?;
    let watched = Instant::now();
    // Nothing is waited for: the point is that nothing happens.
    while let Some(left) = IDLE.checked_sub(watched.elapsed()) {
        std::thread::park_timeout(left);
    }
    let busy = (ticks(id)? - before) / TICKS_A_SECOND / IDLE.as_secs_f64();

    Ok(vec![
        Row {
            what: "start of the program to its first frame (A-1, vault open)".to_owned(),
            figure: ms(median),
            ratio: format!(
                "{:.0} % of the limit",
                100.0 * median.as_secs_f64() / FIRST_FRAME_LIMIT.as_secs_f64()
            ),
        },
        Row {
            what: "resident memory, locked after use, with the player's test backend".to_owned(),
            figure: format!("{:.1} MB", memory as f64 / 1024.0),
            ratio: format!(
                "{:.0} % of the limit",
                100.0 * memory as f64 / MEMORY_LIMIT_KB as f64
            ),
        },
        Row {
            what: format!("processor while locked, over {} s", IDLE.as_secs()),
            figure: format!("{:.2} % of one core", 100.0 * busy),
            ratio: "–".to_owned(),
        },
    ])
}

/// `VmRSS` in kilobytes.
fn resident(id: u32) -> io::Result<u64> {
    fs::read_to_string(format!("/proc/{id}/status"))?
        .lines()
        .find_map(|line| {
            let kilobytes = line.strip_prefix("VmRSS:")?.split_whitespace().next()?;
            kilobytes.parse().ok()
        })
        .ok_or_else(|| io::Error::other("the kernel tells no VmRSS"))
}

/// User and system time, in ticks (proc(5): fields 14 and 15, counted after the name).
fn ticks(id: u32) -> io::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let fields: Vec<f64> = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    match fields[..] {
        [user, system] => Ok(user + system),
        _ => Err(io::Error::other("the kernel tells no times")),
    }
}

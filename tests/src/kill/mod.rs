//! `kill -9` at random instants: real processes, real TLS, real files.
//!
//! The kiosk's side is the program `queue_child`, which saves commands as fast as it can,
//! says each id after the commit, and exchanges over mutual TLS. The other side is the real
//! `gateway serve`. One of them is killed again and again; afterwards the ids that were
//! acknowledged are compared with what the gateway holds.

pub mod child;
mod count;
mod office;

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use protocol::exchange::CommandId;

use crate::dice::Dice;
use crate::unit::Unit;
use crate::work::Work;
use child::QueueChild;
pub use count::Tally;
use office::Office;

/// A child lives at most this long before it is killed.
const LIFE: Duration = Duration::from_millis(90);

/// A gateway lives at most this long after it listens.
const SERVICE: Duration = Duration::from_millis(110);

/// Commands in one exchange of the terminal whose gateway is killed: few, so that there are
/// many exchanges to hit.
const ROWS: usize = 25;

/// Kills the kiosk's side `times` times, then drains and compares.
///
/// # Errors
/// When a part cannot be started.
pub fn kiosk(folder: &Path, seed: u64, times: u32) -> io::Result<Tally> {
    let office = Office::open(folder)?;
    let mut dice = Dice::new(seed);
    let mut acknowledged: HashSet<CommandId> = HashSet::new();
    let mut empty = 0;
    for life in 0..times {
        let mut child = QueueChild::start(
            office.terminal(),
            u64::from(life) << 32 | dice.below(1 << 32),
        )?;
        // Half of the children die by the clock, at the start too; half while they save.
        if dice.chance(50) {
            child.live_for(LIFE.mul_f64(fraction(&mut dice)));
        } else {
            child.live_until(dice.between(1, 60), LIFE * 20);
        }
        let said = child.kill()?;
        empty += u32::from(said.is_empty());
        acknowledged.extend(said);
    }
    let mut tally = office.compare(&acknowledged)?;
    tally.kills = times;
    tally.before_the_first_command = empty;
    Ok(tally)
}

/// Kills the gateway `times` times while a terminal saves and exchanges, then compares.
///
/// # Errors
/// When a part cannot be started.
pub fn gateway(folder: &Path, seed: u64, times: u32) -> io::Result<Tally> {
    let mut office = Office::open(folder)?;
    let mut dice = Dice::new(seed);
    let over = AtomicBool::new(false);
    let folder = office.terminal().to_owned();
    let killed = std::thread::scope(|scope| {
        let desk = scope.spawn(|| work(&folder, seed, &over));
        let killed = (0..times).try_for_each(|_| {
            office.wait(SERVICE.mul_f64(fraction(&mut dice)));
            office.kill_and_start()
        });
        over.store(true, Ordering::SeqCst);
        let acknowledged = desk
            .join()
            .map_err(|_| io::Error::other("the terminal's side panicked"))?;
        killed.and(acknowledged)
    });
    let (acknowledged, cut) = killed?;
    let mut tally = office.compare(&acknowledged)?;
    tally.kills = times;
    tally.exchanges_cut = cut;
    Ok(tally)
}

/// The terminal whose gateway dies again and again: saves, exchanges, and does not mind.
fn work(folder: &Path, seed: u64, over: &AtomicBool) -> io::Result<(HashSet<CommandId>, u32)> {
    let mut unit = Unit::open(folder).map_err(io::Error::other)?;
    let identity = unit.identity().map_err(io::Error::other)?;
    let mut way = unit.way().map_err(io::Error::other)?;
    let mut work = Work::new(seed, "minato01", 0);
    let (mut acknowledged, mut cut) = (HashSet::new(), 0);
    while !over.load(Ordering::SeqCst) {
        for _ in 0..4 {
            acknowledged.insert(unit.save(&mut work).map_err(io::Error::other)?.id);
        }
        match unit.round(&mut way, &identity, ROWS) {
            Ok(done) if done.again > 0 => {
                return Err(io::Error::other(
                    "the gateway has lost commands it signed for",
                ));
            }
            Ok(_) => {}
            Err(_) => cut += 1,
        }
    }
    Ok((acknowledged, cut))
}

fn fraction(dice: &mut Dice) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "below 2^20")]
    let part = dice.below(1 << 20) as f64;
    part / f64::from(1 << 20)
}

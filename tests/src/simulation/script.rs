//! What happens in a simulation, by the seed.

use std::time::Duration;

use firmware::clock::{ManualTime, TimeSource as _};
use firmware::sync::Wake;
use gateway::engine::Durability;
use protocol::calendar::Timestamp;

use super::gateway::SimGateway;
use super::kiosk::SimKiosk;
use super::wire::{Fate, Link, Network, Wire};
use super::{Failure, check, scratch};
use crate::dice::Dice;

/// Steps before the world becomes quiet.
const STEPS: u32 = 140;

/// Exchanges that may be needed until a quiet world has settled: with the longest wait of
/// the policy between them this is about two days.
const QUIET_ROUNDS: u32 = 400;

/// Exchanges with empty queues after which every terminal has heard all news.
const STILL_ROUNDS: u32 = 10;

/// Exchanges of one terminal in one step.
const ROUNDS_A_STEP: u32 = 4;

/// 2026-11-20T00:00:00Z, where every simulation starts.
const START_MS: i64 = 1_795_132_800_000;

/// The least a gateway takes to start, or to be restored; feed numbers rely on it (decision 0030).
const GATEWAY_START: Duration = Duration::from_secs(1);

const YEAR_MS: i64 = 365 * 86_400_000;

/// How a simulation went.
#[derive(Debug, Clone)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// What happened, step by step.
    pub trace: Vec<String>,
    /// The figures, or the broken promise.
    pub result: Result<Figures, Failure>,
}

/// What a simulation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Commands saved.
    pub saved: u64,
    /// Exchanges tried.
    pub exchanges: u64,
    /// Of these, without a good answer.
    pub spoiled: u64,
    /// Starts of a terminal after a power cut or a kill.
    pub kiosk_starts: u64,
    /// Starts of the gateway.
    pub gateway_starts: u64,
    /// Of these, from a backup.
    pub restores: u64,
    /// Jumps of a clock.
    pub jumps: u64,
}

impl Figures {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        self.saved += other.saved;
        self.exchanges += other.exchanges;
        self.spoiled += other.spoiled;
        self.kiosk_starts += other.kiosk_starts;
        self.gateway_starts += other.gateway_starts;
        self.restores += other.restores;
        self.jumps += other.jumps;
    }
}

/// Runs a seed.
#[must_use]
pub fn run(seed: u64) -> Run {
    let mut trace = Vec::new();
    let result = World::new(seed).and_then(|mut world| {
        let result = world.play();
        trace = std::mem::take(&mut world.trace);
        result.map(|()| world.figures)
    });
    Run {
        seed,
        trace,
        result,
    }
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Save,
    Wait,
    Tap,
    Link,
    LateArrives,
    KillKiosk,
    PowerCut,
    RestartGateway,
    Backup,
    Restore,
    ClockJump,
    ClockRight,
    Mend,
    Days,
    Prune,
}

const EVENTS: &[(u64, Event)] = &[
    (26, Event::Save),
    (22, Event::Wait),
    (16, Event::Tap),
    (9, Event::Link),
    (5, Event::LateArrives),
    (3, Event::KillKiosk),
    (3, Event::PowerCut),
    (4, Event::RestartGateway),
    (4, Event::Backup),
    (2, Event::Restore),
    (3, Event::ClockJump),
    (3, Event::ClockRight),
    (5, Event::Mend),
    (1, Event::Days),
    (2, Event::Prune),
];

struct World {
    dice: Dice,
    /// The true time.
    time: ManualTime,
    network: Network,
    gateway: SimGateway,
    kiosks: Vec<SimKiosk>,
    links: Vec<Link>,
    seen: Vec<Timestamp>,
    trace: Vec<String>,
    figures: Figures,
    // Last: the files go when everything that has them open is gone.
    _folder: tempfile::TempDir,
}

impl World {
    fn new(seed: u64) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("madoguchi-sim-")
            .tempdir_in(scratch())?;
        let mut dice = Dice::new(seed);
        let start = Timestamp::from_unix_ms(START_MS);
        let durability = if dice.chance(60) {
            Durability::Backup
        } else {
            Durability::Commit
        };
        let mut gateway = SimGateway::new(&folder.path().join("gateway"), durability, start)?;
        let mut kiosks = Vec::new();
        for name in ["minato", "matsubara"] {
            let identity = gateway.enrol(dice.bytes(), start)?;
            let seed = u64::from_be_bytes(dice.bytes());
            kiosks.push(SimKiosk::new(folder.path(), name, seed, start, identity)?);
        }
        let links = vec![Link::Joined; kiosks.len()];
        Ok(Self {
            dice,
            time: ManualTime::at(start),
            network: Network::default(),
            gateway,
            seen: vec![start; kiosks.len()],
            links,
            kiosks,
            trace: vec![format!("durability: {durability:?}")],
            figures: Figures::default(),
            _folder: folder,
        })
    }

    fn play(&mut self) -> Result<(), Failure> {
        for step in 0..STEPS {
            let event = self.dice.weighted(EVENTS);
            let which = usize::try_from(self.dice.below(self.kiosks.len() as u64)).unwrap_or(0);
            let what = self.happens(event, which)?;
            self.note(step, which, &what);
            self.check()?;
        }
        self.calm_down()
    }

    fn happens(&mut self, event: Event, which: usize) -> Result<String, Failure> {
        match event {
            Event::Save => {
                let count = self.dice.between(1, 6);
                let what = self.kiosks[which].save(count)?;
                self.figures.saved += count;
                Ok(what)
            }
            Event::Wait => {
                let seconds = self.dice.between(1, 1_200);
                self.pass(Duration::from_secs(seconds));
                Ok(format!("{seconds} s pass; {}", self.tick_all()?))
            }
            Event::Tap => {
                self.kiosks[which].wake(Wake::Tap)?;
                Ok(format!("tap; {}", self.tick(which)?))
            }
            Event::Link => {
                let link = *self
                    .dice
                    .pick(&[Link::Joined, Link::Flaky, Link::Flaky, Link::Cut]);
                self.links[which] = link;
                if link != Link::Cut {
                    self.kiosks[which].wake(Wake::LinkUp)?;
                }
                Ok(format!("line: {link:?}"))
            }
            Event::LateArrives => {
                let now = self.now();
                let count = self
                    .network
                    .deliver_late(&mut self.gateway, now, &mut self.dice)?;
                Ok(format!("{count} late requests arrive"))
            }
            Event::KillKiosk => self.restart_kiosk(which, false).map(|()| "killed".into()),
            Event::PowerCut => self.restart_kiosk(which, true).map(|()| "power cut".into()),
            Event::RestartGateway => {
                self.network.gateway_stopped();
                self.pass(GATEWAY_START);
                let now = self.now();
                self.gateway.restart(now)?;
                self.figures.gateway_starts += 1;
                Ok("gateway restarts".into())
            }
            Event::Backup => self
                .gateway
                .backup()
                .map(|()| "gateway is backed up".into()),
            Event::Restore => {
                self.network.gateway_stopped();
                self.pass(GATEWAY_START);
                let now = self.now();
                let done = self.gateway.restore(now)?;
                self.figures.gateway_starts += u64::from(done);
                self.figures.restores += u64::from(done);
                Ok(format!("gateway is restored: {done}"))
            }
            Event::ClockJump => {
                let by = *self.dice.pick(&[-10 * YEAR_MS, 10 * YEAR_MS, -3_600_000]);
                self.kiosks[which].time.shift_system(by);
                self.figures.jumps += 1;
                Ok(format!("clock jumps by {} s", by / 1_000))
            }
            Event::ClockRight => {
                let off = self.kiosks[which].time.read().system.unix_ms() - self.now().unix_ms();
                self.kiosks[which].time.shift_system(-off);
                Ok(format!("clock is put right by {} s", -off / 1_000))
            }
            Event::Mend => self.kiosks[which].mend(),
            Event::Days => {
                let days = self.dice.between(1, 25);
                self.pass(Duration::from_secs(days * 86_400));
                Ok(format!("{days} days pass; {}", self.tick_all()?))
            }
            Event::Prune => {
                // With durability at the commit the operator has promised not to lose a disk.
                if self.gateway.durability() == Durability::Commit && self.figures.restores > 0 {
                    return Ok("nothing is pruned".into());
                }
                let gone = self.kiosks[which].prune()?;
                check::pruned(&self.kiosks[which], &self.gateway)?;
                Ok(format!("prunes {gone}"))
            }
        }
    }

    /// The network is whole, and time passes until nobody waits for anything.
    fn calm_down(&mut self) -> Result<(), Failure> {
        self.links.fill(Link::Joined);
        self.network.gateway_stopped();
        for kiosk in &mut self.kiosks {
            kiosk.wake(Wake::LinkUp)?;
        }
        let mut still = 0;
        for round in 0..QUIET_ROUNDS {
            let what = self.tick_all()?;
            self.note(STEPS + round, 0, &format!("quiet; {what}"));
            self.check()?;
            still = if self.is_empty()? { still + 1 } else { 0 };
            if still == STILL_ROUNDS {
                return self.check_settled();
            }
            let mut wait = Duration::from_secs(3_600);
            for kiosk in &mut self.kiosks {
                wait = wait.min(kiosk.due_in()?);
            }
            self.pass(wait.max(Duration::from_millis(1)));
        }
        Err(Failure::new("the queue does not drain in a quiet world"))
    }

    fn is_empty(&mut self) -> Result<bool, Failure> {
        for kiosk in &mut self.kiosks {
            if kiosk.vault()?.read(firmware::outbox::pending_count)? > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn check_settled(&mut self) -> Result<(), Failure> {
        let staff: Vec<String> = self
            .kiosks
            .iter()
            .map(|kiosk| format!("{}01", kiosk.name))
            .collect();
        for (index, kiosk) in self.kiosks.iter_mut().enumerate() {
            let others: Vec<String> = staff
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .map(|(_, id)| id.clone())
                .collect();
            check::settled(&self.gateway, kiosk, &others)?;
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), Failure> {
        let now = self.now();
        for (kiosk, seen) in self.kiosks.iter_mut().zip(&mut self.seen) {
            check::kiosk(kiosk, &self.gateway)?;
            check::clock(kiosk, now, seen)?;
        }
        check::gateway(&self.gateway, &self.kiosks)
    }

    fn tick_all(&mut self) -> Result<String, Failure> {
        let mut told = Vec::new();
        for which in 0..self.kiosks.len() {
            told.push(self.tick(which)?);
        }
        Ok(told.join("; "))
    }

    /// Exchanges as long as one is due.
    fn tick(&mut self, which: usize) -> Result<String, Failure> {
        let mut told = Vec::new();
        for _ in 0..ROUNDS_A_STEP {
            let before = check::kiosk(&mut self.kiosks[which], &self.gateway)?;
            let now = self.now();
            let kiosk = &mut self.kiosks[which];
            let mut wire = Wire {
                link: self.links[which],
                network: &mut self.network,
                gateway: &mut self.gateway,
                device: kiosk.identity.device.clone(),
                now,
                dice: &mut self.dice,
                fate: None,
                failure: None,
            };
            let Some(result) = kiosk.exchange(&mut wire)? else {
                break;
            };
            let (fate, failure) = (wire.fate.unwrap_or(Fate::NoConnection), wire.failure);
            if let Some(failure) = failure {
                return Err(failure);
            }
            self.figures.exchanges += 1;
            told.push(match &result {
                Ok(settlement) => format!(
                    "{fate:?}: {} sent, {} receipted, {} held, {} again, {} kept",
                    settlement.sent,
                    settlement.receipted,
                    settlement.held.len(),
                    settlement.again,
                    settlement.kept
                ),
                Err(problem) => format!("{fate:?}: {problem}"),
            });
            if result.is_err() {
                self.figures.spoiled += 1;
                let after = check::kiosk(&mut self.kiosks[which], &self.gateway)?;
                check::nothing_moved(&before, &after)?;
            } else if !fate.is_good() {
                return Err(Failure::new(format!("{fate:?} was taken for an answer")));
            }
            if fate == Fate::PowerCut {
                self.restart_kiosk(which, true)?;
            }
        }
        Ok(format!("{}: {}", self.kiosks[which].name, told.join(", ")))
    }

    fn restart_kiosk(&mut self, which: usize, power: bool) -> Result<(), Failure> {
        self.figures.kiosk_starts += 1;
        self.kiosks[which].restart(power)
    }

    fn pass(&mut self, time: Duration) {
        self.time.advance(time);
        for kiosk in &self.kiosks {
            kiosk.time.advance(time);
        }
    }

    fn now(&self) -> Timestamp {
        self.time.read().system
    }

    fn note(&mut self, step: u32, which: usize, what: &str) {
        let name = &self.kiosks[which].name;
        self.trace.push(format!(
            "{step:3} {} {name}: {what}",
            self.now().unix_ms() - START_MS
        ));
    }
}

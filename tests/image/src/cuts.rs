//! The power is cut at random instants while saved look-ups wait for the network: none is
//! lost, none arrives twice.

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

use protocol::calendar::Date;
use system_tests::world::Insured;

use crate::desk::{Desk, START_LIMIT};
use crate::emulator::Rig;
use crate::first_day::{self, SATO};
use crate::proofs::{Bench, expect};

/// A start is cut somewhere in this time.
const CUT_START_WITHIN: Duration = Duration::from_secs(75);

/// Somebody at the desk is cut off somewhere in this time after it was opened.
const CUT_USE_WITHIN: Duration = Duration::from_secs(60);

/// A terminal with an update in it is cut somewhere in this time.
const CUT_UPDATE_WITHIN: Duration = Duration::from_secs(200);

/// Longest wait until the gateway has everything.
const DRAIN_LIMIT: Duration = Duration::from_secs(600);

/// Between two looks at the gateway; and after so many without anything new, no more is expected.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
const QUIET_LOOKS: u32 = 10;

/// What the terminal is at when its power is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum During {
    Start,
    Use,
    Update,
}

/// Of so many cuts one finds a system that was kept since the one before: otherwise the boot
/// loader's patience with a system that never stays up would be what is tried.
const SETTLE_EVERY: u32 = 5;

/// In turn; a use after each start that was cut, so that the boot loader's patience with a
/// system that never comes up is not what is tried.
const TURNS: [During; 5] = [
    During::Use,
    During::Start,
    During::Use,
    During::Update,
    During::Start,
];

/// What was asked, and what of it was seen to be saved.
#[derive(Default)]
struct Tally {
    attempted: u32,
    /// Birth dates of those who were seen to be saved; each person has another.
    seen: Vec<Date>,
}

impl Tally {
    fn count(&self) -> u32 {
        u32::try_from(self.seen.len()).unwrap_or(u32::MAX)
    }
}

impl Bench {
    /// Saves look-ups without a network, cuts the power `count` times, joins the network and
    /// counts at the gateway.
    ///
    /// # Errors
    /// What did not hold, with the number of the cut.
    pub fn cuts(&self, count: u32, seed: u64) -> io::Result<()> {
        println!("cuts: seed {seed}");
        let mut dice = Dice(seed | 1);
        let mut desk = self.desk("cuts")?;
        let stick = self.stick("cuts", "0.2.0")?;
        desk.switch_on(Rig::default())?;
        desk.come_up(START_LIMIT)?;
        first_day::whole(&mut desk)?;
        desk.cut_power();

        let mut tally = Tally::default();
        for (cut, during) in (1..=count).zip(TURNS.into_iter().cycle()) {
            let rig = Rig {
                stick: (during == During::Update).then_some(stick.as_path()),
                unplugged: true,
                ..Rig::default()
            };
            desk.twin().world().line().cut();
            desk.switch_on(rig)?;
            let before = tally.count();
            match during {
                During::Start => wait_for_cut(&mut desk, dice.within(CUT_START_WITHIN))?,
                During::Update => wait_for_cut(&mut desk, dice.within(CUT_UPDATE_WITHIN))?,
                During::Use => {
                    let instant = dice.within(CUT_USE_WITHIN);
                    let settle = cut % SETTLE_EVERY == 1;
                    until_cut(&mut desk, instant, settle, &mut tally)
                        .map_err(|why| io::Error::other(format!("cut {cut}: {why}")))?;
                }
            }
            let up = desk.cut_power().unwrap_or_default();
            let slots = desk.card().slots()?;
            expect(
                slots.next().is_some(),
                &format!("cut {cut}: a slot can start"),
            )?;
            println!(
                "cuts: {cut} of {count} ({during:?}) {:.1} s after the start, {} seen saved; {slots:?}",
                up.as_secs_f64(),
                tally.count() - before
            );
        }

        desk.switch_on(Rig::default())?;
        desk.twin().world().line().join()?;
        let arrived = drained(&desk, tally.count())?;
        let different = arrived.iter().collect::<BTreeSet<_>>().len();
        let lost = tally
            .seen
            .iter()
            .filter(|born| {
                !arrived
                    .iter()
                    .any(|asked| asked.contains(&born.to_string()))
            })
            .count();
        println!(
            "cuts: {count} cuts, after each a slot could start; {} asked, {} seen saved, {} arrived, {lost} lost, {} doubled",
            tally.attempted,
            tally.count(),
            arrived.len(),
            arrived.len() - different
        );
        desk.cut_power();
        expect(lost == 0, "nothing that was seen saved is lost")?;
        expect(arrived.len() == different, "nothing arrived twice")?;
        expect(
            arrived.len() <= tally.attempted as usize,
            "nothing arrived that nobody asked",
        )
    }
}

fn wait_for_cut(desk: &mut Desk, instant: Duration) -> io::Result<()> {
    desk.terminal()?.cut_after(instant);
    while desk.terminal()?.is_on() {
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Unlocks and saves one look-up after the other until the power is gone.
fn until_cut(
    desk: &mut Desk,
    instant: Duration,
    settle: bool,
    tally: &mut Tally,
) -> io::Result<()> {
    desk.come_up(START_LIMIT)?;
    if settle {
        desk.kept_whichever()?;
    }
    first_day::unlock(desk, SATO)?;
    desk.reach_alike("B-1")?;
    desk.terminal()?.cut_after(instant);
    loop {
        match save_one(desk, tally) {
            Ok(()) => {}
            Err(_) if !desk.terminal()?.is_on() => return Ok(()),
            Err(why) => return Err(why),
        }
    }
}

fn save_one(desk: &mut Desk, tally: &mut Tally) -> io::Result<()> {
    let person = person(tally.attempted)?;
    first_day::fill_in_dates(desk, &person)?;
    // From here on it may be saved, whether anybody sees it or not.
    tally.attempted += 1;
    desk.press("市にきく")?;
    desk.on_alike("D-7", "saved, not sent")?;
    tally.seen.push(person.born_on);
    desk.press("ホームへ")?;
    desk.reach_alike("B-1")
}

/// Nobody asks for the same person twice: the days of two months of birth, then of others.
fn person(number: u32) -> io::Result<Insured> {
    let day = number % 28 + 1;
    let month = number / 28 % 12 + 1;
    let born = Date::parse(&format!("1935-{month:02}-{day:02}"));
    let applied = Date::parse("2026-10-01");
    match (born, applied) {
        (Ok(born_on), Ok(applied_on)) => Ok(Insured {
            insured: String::new(),
            born_on,
            applied_on,
        }),
        _ => Err(io::Error::other("no such day")),
    }
}

/// Waits until the gateway has as many look-ups as were seen, and no more come; what they ask.
fn drained(desk: &Desk, seen: u32) -> io::Result<Vec<String>> {
    let deadline = Instant::now() + START_LIMIT + DRAIN_LIMIT;
    let mut last = Vec::new();
    let mut quiet = 0;
    loop {
        let asked: Vec<String> = desk
            .world()
            .actions()?
            .into_iter()
            .filter(|action| action["kind"] == "progress_query")
            .map(|action| action.to_string())
            .collect();
        let enough = asked.len() >= seen as usize;
        quiet = if enough && asked == last {
            quiet + 1
        } else {
            0
        };
        last = asked;
        if quiet >= QUIET_LOOKS || Instant::now() >= deadline {
            return Ok(last);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// xorshift64: enough to choose instants, and the same ones for the same seed.
struct Dice(u64);

impl Dice {
    fn within(&mut self, limit: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(self.0 % u64::try_from(limit.as_millis()).unwrap_or(1))
    }
}

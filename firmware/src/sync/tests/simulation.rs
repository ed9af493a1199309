//! Seeded days of a terminal and a gateway whose line, clock and disk misbehave.

use std::time::Duration;

use protocol::calendar::Timestamp;
use protocol::problem::ProblemCode;

use crate::clock::{Clock, ManualTime};
use crate::entropy::{Entropy as _, SeededEntropy};
use crate::outbox::{self, Filter, State};
use crate::sync::{Next, POLL, SyncPolicy, Wake};
use crate::testing::gateway::{FakeGateway, Fault, Shelf, notice};
use crate::testing::{self, DAY, MORNING, id, look_up};
use crate::vault::Vault;

/// Seeds in a normal run; `MADOGUCHI_SEEDS` asks for more, `MADOGUCHI_SEED` for one.
const SEEDS: u64 = 200;

const STEPS: u64 = 120;

#[test]
fn two_hundred_seeded_days_deliver_everything_once_and_in_order() {
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let seeds = match number("MADOGUCHI_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("MADOGUCHI_SEEDS").unwrap_or(SEEDS),
    };
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let outcome = std::panic::catch_unwind(|| day(seed));
        assert!(
            outcome.is_ok(),
            "seed {seed}: replay with MADOGUCHI_SEED={seed}"
        );
    }
    eprintln!("{count} seeds: 0 violations");
}

fn day(seed: u64) {
    let mut dice = SeededEntropy::new(seed);
    let (time, clock) = testing::clock();
    let mut clock = clock;
    let mut vault = Vault::in_memory().unwrap();
    // The gateway's own clock is right.
    let right = ManualTime::at(clock.now().wall);
    let mut gateway = FakeGateway::new(&Clock::manual(&right));
    gateway.durable = Some(0);
    gateway.poison = Box::new(|body| {
        body.contains("0000000013")
            .then_some(ProblemCode::CommandSubject)
    });
    let mut shelf = Shelf::default();
    let mut policy = SyncPolicy::new(POLL);
    let mut backup = gateway.kept.clone();
    let mut saved = 0;
    for _ in 0..STEPS {
        match dice.below(14) {
            0..=4 => {
                saved += 1;
                let (now, command) = (clock.now(), look_up(dice.below(20)));
                vault
                    .write(|tx| outbox::append(tx, &now, id(saved), &command))
                    .unwrap();
                policy.wake(Wake::NewWork, &now);
            }
            5 => {
                let passed = Duration::from_secs(dice.below(3600));
                time.advance(passed);
                right.advance(passed);
            }
            6 => gateway.tell(notice(u128::from(dice.below(1000)))),
            // Restart: what is in memory is gone, the vault is not.
            7 => {
                policy = SyncPolicy::new(POLL);
                time.reboot();
                clock = started(&time, &vault);
            }
            8 => backup = gateway.kept.clone(),
            // What was called durable is what the backup has.
            9 if dice.below(3) == 0 => gateway.kept = backup.clone(),
            9 => gateway.durable = Some(backup.effects.len() as u64),
            // The system clock is set wrong while the power is off.
            10 => {
                time.shift_system([-3650 * DAY, 3650 * DAY, -3_600_000][dice.below(3) as usize]);
                time.reboot();
                clock = started(&time, &vault);
            }
            _ => {
                let fault = match dice.below(10) {
                    0 => Fault::LoseRequest,
                    1 | 2 => Fault::LoseAnswer,
                    3 => Fault::Duplicate,
                    4 => Fault::Replay,
                    5 => Fault::OtherRequest,
                    _ => Fault::None,
                };
                if let Next::Round { .. } = policy.next(&clock.now()) {
                    let result = gateway.round(&mut vault, &clock, fault, &mut shelf);
                    policy.ended(&result, &clock.now(), &mut dice);
                }
            }
        }
        hold_counts(&vault);
    }
    // The line comes back: everything is delivered within a bounded time.
    for _ in 0..50 {
        let result = gateway.round(&mut vault, &clock, Fault::None, &mut shelf);
        policy.ended(&result, &clock.now(), &mut dice);
    }
    assert_eq!(
        vault.read(outbox::pending_count).unwrap(),
        0,
        "something was not delivered"
    );
    for n in 1..=saved {
        let item = vault
            .read(|c| outbox::item(c, id(n)))
            .unwrap()
            .expect("nothing is lost");
        match item.state {
            State::Held => assert_eq!(gateway.effects_of(id(n)), 0),
            State::Receipted => assert_eq!(gateway.effects_of(id(n)), 1, "exactly once"),
            other => panic!("{other:?}"),
        }
        assert!(
            gateway
                .kept
                .bodies
                .get(&id(n))
                .is_none_or(|body| *body == item.body)
        );
    }
    hold_order(&vault, &gateway);
    vault.read(crate::audit::verify).unwrap();
}

/// The clock after power-on: what the vault knows of time, and nothing else.
fn started(time: &ManualTime, vault: &Vault) -> Clock {
    let floor = vault.read(crate::clock::floor).unwrap();
    Clock::new(
        time.clone(),
        Some(floor.unwrap_or(Timestamp::from_unix_ms(MORNING).into())),
    )
}

/// The number on the screen equals the rows.
fn hold_counts(vault: &Vault) {
    let page = vault
        .read(|c| outbox::page(c, Filter::Pending, 0, 100))
        .unwrap();
    let count = vault.read(outbox::pending_count).unwrap();
    assert_eq!(page.total, count);
    assert_eq!(page.items.len() as u64, count.min(100));
}

/// Within one person, effects happened in the order of the touches.
fn hold_order(vault: &Vault, gateway: &FakeGateway) {
    let mut last = std::collections::HashMap::new();
    for done in &gateway.kept.effects {
        let item = vault.read(|c| outbox::item(c, *done)).unwrap().unwrap();
        let person = item
            .body
            .split("\"insured\":")
            .nth(1)
            .unwrap()
            .chars()
            .take(12);
        let before = last.insert(person.collect::<String>(), item.seq);
        assert!(
            before.is_none_or(|before| before < item.seq),
            "order within one person"
        );
    }
}

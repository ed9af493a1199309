//! Whatever happens to a queue, its counts equal its rows.

use proptest::prelude::*;

use super::*;

/// What can happen to a queue.
#[derive(Debug, Clone)]
enum Step {
    Save(u64),
    Round(u8),
    Discard(usize),
    Replace(usize),
    Restore,
    Backup,
    Prune,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0u64..20).prop_map(Step::Save),
        4 => (0u8..6).prop_map(Step::Round),
        1 => (0usize..10).prop_map(Step::Discard),
        1 => (0usize..10).prop_map(Step::Replace),
        1 => Just(Step::Restore),
        1 => Just(Step::Backup),
        1 => Just(Step::Prune),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn q9_the_count_on_the_screen_equals_the_rows(steps in prop::collection::vec(step(), 1..60)) {
        let mut desk = Desk::new();
        desk.gateway.durable = Some(3);
        desk.gateway.poison =
            Box::new(|body| body.contains("0000000005").then_some(ProblemCode::CommandSubject));
        let mut backup = desk.gateway.kept.clone();
        let mut next = 0;
        for step in steps {
            let now = desk.clock.now();
            let held = desk.vault.read(|c| page(c, Filter::Held, 0, 50)).unwrap().items;
            match step {
                Step::Save(person) => {
                    next += 1;
                    desk.save(next, &look_up(person));
                }
                Step::Round(fault) => {
                    let fault = match fault {
                        0 => Fault::LoseAnswer,
                        1 => Fault::LoseRequest,
                        2 => Fault::Duplicate,
                        3 => Fault::Forget,
                        _ => Fault::None,
                    };
                    // A page without commands cannot leave one out; both are fine.
                    let _ = desk.round(fault);
                }
                Step::Discard(n) => if let Some(item) = held.get(n) {
                    desk.vault.write(|tx| discard(tx, &now, &staff(), item.id)).unwrap();
                },
                Step::Replace(n) => if let Some(item) = held.get(n) {
                    next += 1;
                    let (new, person) = (id(next), look_up(next % 4));
                    desk.vault
                        .write(|tx| edit_and_resend(tx, &now, &staff(), item.id, new, &person))
                        .unwrap();
                },
                Step::Restore => desk.gateway.kept = backup.clone(),
                Step::Backup => backup = desk.gateway.kept.clone(),
                Step::Prune => {
                    desk.time.advance(HISTORY / 20);
                    desk.vault.write(|tx| prune(tx, &now)).unwrap();
                }
            }
            let rows: Vec<(i64, u64)> = desk.vault.read(|c| {
                Ok(c.prepare("SELECT state, count(*) FROM outbox_state GROUP BY state")?
                    .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?
                    .collect::<Result<_, _>>()?)
            }).unwrap();
            let counts = desk.counts();
            for state in State::ALL {
                let in_table = rows.iter().find(|(code, _)| *code == state.code());
                prop_assert_eq!(counts.of(state), in_table.map_or(0, |(_, rows)| *rows));
            }
        }
    }
}

#![allow(clippy::unwrap_used)]

mod people;
mod tries;

use std::time::Duration;

use protocol::exchange::CommandId;
use protocol::text::PersonName;

use super::passcode::{Cost, HASH_BYTES, SALT_BYTES};
use super::*;
use crate::clock::{Clock, ManualTime};
use crate::testing::{clock, id};

struct Office {
    vault: Vault,
    time: ManualTime,
    clock: Clock,
    commands: u64,
}

fn user(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

fn record(id: &str, role: StaffRole) -> StaffRecord {
    StaffRecord {
        id: user(id),
        name: PersonName::parse("佐藤 美咲").unwrap(),
        role,
        services: vec!["43".to_owned()],
        occupation: None,
        active: true,
    }
}

fn right(who: UserId) -> Job {
    Job::TryRight {
        who,
        reason: PasscodeReason::Unlock,
        offline_limit: None,
    }
}

fn hash() -> StoredHash {
    StoredHash {
        salt: [1; SALT_BYTES],
        cost: Cost::FLOOR,
        hash: [2; HASH_BYTES],
    }
}

impl Office {
    /// admin1 and admin2 (管理者), staff1 … staff9 (一般), setup1 (設定者), techn1 (技術者).
    fn open() -> Self {
        let (time, clock) = clock();
        let vault = Vault::in_memory().unwrap();
        let mut office = Self {
            vault,
            time,
            clock,
            commands: 0,
        };
        let general: Vec<String> = (1..=9).map(|n| format!("staff{n}")).collect();
        let mut people = vec![
            ("admin1", StaffRole::Administrator),
            ("admin2", StaffRole::Administrator),
            ("setup1", StaffRole::Setup),
            ("techn1", StaffRole::Technician),
        ];
        people.extend(general.iter().map(|id| (id.as_str(), StaffRole::General)));
        for (id, role) in people {
            let record = record(id, role);
            office
                .vault
                .write(|tx| {
                    staff::put(tx, &record)?;
                    staff::keep_hash(tx, &record.id, &hash())
                })
                .unwrap();
        }
        office
            .vault
            .write(|tx| {
                tx.execute("INSERT INTO setup_setting VALUES('finished', 'true')", [])?;
                Ok(())
            })
            .unwrap();
        office
    }

    fn run(&mut self, job: Job) -> Result<Reply, Problem> {
        let now = self.clock.now();
        run(job, &mut self.vault, &now)
    }

    fn gate(&mut self, who: &str) -> Gate {
        match self
            .run(Job::Ask {
                who: user(who),
                reason: PasscodeReason::Unlock,
            })
            .unwrap()
        {
            Reply::Gate(gate) => gate,
            other => panic!("{other:?}"),
        }
    }

    /// A wrong try, if it may be made.
    fn wrong(&mut self, who: &str) -> Gate {
        let begin = Job::BeginTry {
            who: user(who),
            reason: PasscodeReason::Unlock,
        };
        match self.run(begin).unwrap() {
            Reply::Hash(_) => match self.run(Job::TryWrong { who: user(who) }).unwrap() {
                Reply::Gate(gate) => gate,
                other => panic!("{other:?}"),
            },
            Reply::Gate(gate) => gate,
            other => panic!("{other:?}"),
        }
    }

    fn command(&mut self) -> CommandId {
        self.commands += 1;
        id(self.commands)
    }

    fn save(
        &mut self,
        by: &str,
        second: Option<&str>,
        record: StaffRecord,
    ) -> Result<Reply, Problem> {
        let command = self.command();
        self.run(Job::Save(Change {
            by: Some(user(by)),
            second: second.map(user),
            record,
            new: false,
            command,
        }))
    }

    fn stop(&mut self, by: &str, second: Option<&str>, who: &str) -> Result<Reply, Problem> {
        let command = self.command();
        self.run(Job::Stop(Stop {
            by: user(by),
            second: second.map(user),
            who: user(who),
            command,
        }))
    }

    fn count(&self, query: &str) -> i64 {
        self.vault
            .read(|c| Ok(c.query_row(query, [], |row| row.get(0))?))
            .unwrap()
    }
}

fn left(gate: Gate) -> Option<Duration> {
    match gate {
        Gate::Paused { left, .. } => left,
        Gate::Open { .. } => Some(Duration::ZERO),
    }
}

const MINUTE: Duration = Duration::from_secs(60);

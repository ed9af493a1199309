//! A terminal of a simulation: the real vault, queue, clock and policy, without threads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use firmware::clock::{self, Clock, ManualTime, Now};
use firmware::error::Problem;
use firmware::feed::Feed;
use firmware::outbox::{self, Filter, State};
use firmware::sync::{self, FeedSink, Identity, Next, Settlement, SyncPolicy, Transport, Wake};
use firmware::vault::{FixedSecret, Vault};
use protocol::answer::{FeedEntry, FeedItem};
use protocol::calendar::Timestamp;
use protocol::command::Command;
use protocol::exchange::{CommandId, Sha256Digest};
use rusqlite::{Transaction, params};

use super::Failure;
use crate::dice::Dice;
use crate::work::Work;

/// A command of which the terminal said 「保存済」.
#[derive(Debug, Clone)]
pub struct Promise {
    /// Its id.
    pub id: CommandId,
    /// What was asked.
    pub command: Command,
    /// SHA-256 of the body.
    pub sha256: Sha256Digest,
    /// The gateway is going to refuse it.
    pub poisoned: bool,
    /// It was pruned from the history.
    pub pruned: bool,
}

/// A terminal.
pub struct SimKiosk {
    /// Its name in the trace.
    pub name: String,
    /// Its clocks.
    pub time: ManualTime,
    /// Who it is.
    pub identity: Identity,
    /// What it promised, in the order of saving.
    pub promises: Vec<Promise>,
    path: PathBuf,
    secret: [u8; 32],
    running: Option<Running>,
    work: Work,
    dice: Dice,
}

/// What is gone with the power.
struct Running {
    vault: Vault,
    clock: Clock,
    policy: SyncPolicy,
}

impl SimKiosk {
    /// A terminal whose vault is in `folder`.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn new(
        folder: &Path,
        name: &str,
        seed: u64,
        start: Timestamp,
        identity: Identity,
    ) -> Result<Self, Failure> {
        let mut dice = Dice::new(seed);
        let mut kiosk = Self {
            name: name.to_owned(),
            time: ManualTime::at(start),
            identity,
            promises: Vec::new(),
            path: folder.join(format!("{name}.vault")),
            secret: dice.bytes(),
            running: None,
            work: Work::new(seed ^ 0x5eed, &format!("{name}01"), 8),
            dice,
        };
        kiosk.power_on()?;
        kiosk.vault()?.write(|tx| {
            tx.execute_batch(
                "CREATE TABLE sim_answer(command BLOB PRIMARY KEY, told TEXT NOT NULL);
                 CREATE TABLE sim_staff(id TEXT PRIMARY KEY, record TEXT NOT NULL);",
            )?;
            clock::keep_floor(tx, start)
        })?;
        // The floor is read when the process starts.
        kiosk.restart(false)?;
        Ok(kiosk)
    }

    /// Saves a few commands, each in its own transaction.
    ///
    /// # Errors
    /// A refusal that is not one of the queue's bounds.
    pub fn save(&mut self, count: u64) -> Result<String, Failure> {
        let now = self.now()?;
        for saved in 0..count {
            let made = self.work.next(&now);
            let running = self.running()?;
            let result = running
                .vault
                .write(|tx| outbox::append(tx, &now, made.id, &made.command));
            match result {
                Ok(saved) => {
                    running.policy.wake(Wake::NewWork, &now);
                    self.promises.push(Promise {
                        id: made.id,
                        command: made.command,
                        sha256: saved.sha256,
                        poisoned: made.poisoned,
                        pruned: false,
                    });
                }
                Err(Problem::OutboxQuota(bound)) => {
                    return Ok(format!("saves {saved}, then refuses: {bound}"));
                }
                Err(problem) => return Err(problem.into()),
            }
        }
        Ok(format!("saves {count}"))
    }

    /// One exchange, if one is due.
    ///
    /// # Errors
    /// Those of the vault; what the network does is not an error.
    pub fn exchange(
        &mut self,
        wire: &mut dyn Transport,
    ) -> Result<Option<Result<Settlement, Problem>>, Failure> {
        let identity = self.identity.clone();
        let mut dice = self.dice.clone();
        let running = self.running()?;
        let now = running.clock.now();
        let Next::Round { rows } = running.policy.next(&now) else {
            return Ok(None);
        };
        let mut sink = Sink;
        let result = sync::round(
            &mut running.vault,
            wire,
            &running.clock,
            &identity,
            rows,
            &mut sink,
        );
        running
            .policy
            .ended(&result, &running.clock.now(), &mut dice);
        self.dice = dice;
        match result {
            Err(problem) if !matches!(problem, Problem::Net(_)) => Err(problem.into()),
            result => Ok(Some(result)),
        }
    }

    /// How long until the next exchange is due.
    ///
    /// # Errors
    /// When it is switched off.
    pub fn due_in(&mut self) -> Result<Duration, Failure> {
        let running = self.running()?;
        Ok(match running.policy.next(&running.clock.now()) {
            Next::Round { .. } => Duration::ZERO,
            Next::Wait(wait) => wait,
        })
    }

    /// Something makes trying worth while.
    ///
    /// # Errors
    /// When it is switched off.
    pub fn wake(&mut self, wake: Wake) -> Result<(), Failure> {
        let running = self.running()?;
        let now = running.clock.now();
        running.policy.wake(wake, &now);
        Ok(())
    }

    /// A person looks at what is held, and corrects or gives up one command.
    ///
    /// # Errors
    /// Those of the queue.
    pub fn mend(&mut self) -> Result<String, Failure> {
        let now = self.now()?;
        let held = self
            .vault()?
            .read(|c| outbox::page(c, Filter::Held, 0, 100))?;
        let Some(item) = held.items.last() else {
            return Ok("nothing is held".into());
        };
        let old = item.id;
        let promise = self
            .promises
            .iter()
            .find(|promise| promise.id == old)
            .ok_or_else(|| Failure::new("an unknown command is held"))?;
        let mut command = promise.command.clone();
        let staff = command.staff.clone();
        if self.dice.chance(40) {
            self.vault()?
                .write(|tx| outbox::discard(tx, &now, &staff, old))?;
            return Ok("gives a held command up".into());
        }
        command.insurer = Some(crate::work::insurer().number);
        let new = CommandId::new(now.wall, self.dice.bytes());
        let saved = self
            .vault()?
            .write(|tx| outbox::edit_and_resend(tx, &now, &staff, old, new, &command));
        match saved {
            Ok(saved) => {
                let sha256 = saved.sha256;
                self.promises.push(Promise {
                    id: new,
                    command,
                    sha256,
                    poisoned: false,
                    pruned: false,
                });
                self.wake(Wake::NewWork)?;
                Ok("corrects a held command".into())
            }
            Err(Problem::OutboxQuota(bound)) => Ok(format!("cannot correct: {bound}")),
            Err(problem) => Err(problem.into()),
        }
    }

    /// Deletes old history.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn prune(&mut self) -> Result<u32, Failure> {
        let now = self.now()?;
        let gone = self.vault()?.write(|tx| outbox::prune(tx, &now))?;
        if gone > 0 {
            let kept = self.rows()?;
            for promise in &mut self.promises {
                promise.pruned |= !kept.contains_key(&promise.id);
            }
        }
        Ok(gone)
    }

    /// The process dies, as by `kill -9`, and starts again; after a power cut the boot
    /// clock starts again too.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn restart(&mut self, power: bool) -> Result<(), Failure> {
        self.running = None;
        if power {
            self.time.reboot();
        }
        self.power_on()
    }

    /// Its present time.
    ///
    /// # Errors
    /// When it is switched off.
    pub fn now(&mut self) -> Result<Now, Failure> {
        Ok(self.running()?.clock.now())
    }

    /// Its vault.
    ///
    /// # Errors
    /// When it is switched off.
    pub fn vault(&mut self) -> Result<&mut Vault, Failure> {
        Ok(&mut self.running()?.vault)
    }

    /// State and hash of each command in the queue.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn rows(&mut self) -> Result<HashMap<CommandId, (State, Sha256Digest)>, Failure> {
        let rows = self.vault()?.read(|c| {
            let rows = c
                .prepare_cached(
                    "SELECT o.id, s.state, o.sha256 FROM outbox o
                     JOIN outbox_state s ON s.seq = o.seq",
                )?
                .query_map([], |row| {
                    Ok((
                        row.get::<_, [u8; 16]>(0)?,
                        row.get::<_, i64>(1)?,
                        row.get(2)?,
                    ))
                })?
                .collect::<Result<Vec<_>, _>>()?;
            Ok(rows)
        })?;
        rows.into_iter()
            .map(|(id, state, sha256)| {
                let state = usize::try_from(state)
                    .ok()
                    .and_then(|code| State::ALL.get(code));
                let state = *state.ok_or_else(|| Failure::new("a state nobody knows"))?;
                Ok((
                    CommandId(uuid::Uuid::from_bytes(id)),
                    (state, Sha256Digest(sha256)),
                ))
            })
            .collect()
    }

    fn running(&mut self) -> Result<&mut Running, Failure> {
        self.running
            .as_mut()
            .ok_or_else(|| Failure::new("the terminal is off"))
    }

    fn power_on(&mut self) -> Result<(), Failure> {
        let secret = FixedSecret::new(self.secret);
        let vault = Vault::unlock(&self.path, &secret, &mut self.dice)?;
        let floor = vault.read(clock::floor)?;
        let clock = Clock::new(self.time.clone(), floor);
        let policy = SyncPolicy::new(sync::POLL);
        self.running = Some(Running {
            vault,
            clock,
            policy,
        });
        Ok(())
    }
}

/// Keeps what the terminal keeps, and beside it what the simulation looks at later.
struct Sink;

impl FeedSink for Sink {
    fn keep(&mut self, tx: &Transaction<'_>, now: &Now, entry: &FeedEntry) -> Result<(), Problem> {
        Feed.keep(tx, now, entry)?;
        match &entry.item {
            FeedItem::Answer { command, answer } => {
                let told = serde_json::to_string(answer).unwrap_or_default();
                tx.execute(
                    "INSERT INTO sim_answer VALUES(?1, ?2)
                     ON CONFLICT(command) DO UPDATE SET told = excluded.told",
                    params![command.0.as_bytes(), told],
                )?;
            }
            FeedItem::Staff(record) => {
                let text = serde_json::to_string(record).unwrap_or_default();
                tx.execute(
                    "INSERT INTO sim_staff VALUES(?1, ?2)
                     ON CONFLICT(id) DO UPDATE SET record = excluded.record",
                    params![record.id.as_str(), text],
                )?;
            }
            _ => {}
        }
        Ok(())
    }
}

//! The promises of the queue (Q1–Q9), as far as a simulation can see them broken.

use std::collections::{HashMap, HashSet};

use firmware::clock::{FLOOR_STEP, TOLERANCE};
use firmware::outbox::{self, State};
use gateway::engine::Durability;
use protocol::calendar::Timestamp;
use protocol::command::{Action, Command};
use protocol::exchange::{CommandId, DeviceId, Sha256Digest};
use rusqlite::Connection;

use super::Failure;
use super::gateway::SimGateway;
use super::kiosk::SimKiosk;
use crate::work;

/// State and hash of each command in a queue.
pub type Rows = HashMap<CommandId, (State, Sha256Digest)>;

/// Checks a terminal: nothing promised is lost or changed (Q1, Q2), nothing is marked that
/// was not signed for (Q6), the numbers on the screen are the rows in the table (Q9).
pub fn kiosk(kiosk: &mut SimKiosk, gateway: &SimGateway) -> Result<Rows, Failure> {
    let rows = kiosk.rows()?;
    let earned = gateway.earned(&kiosk.identity.device);
    let mut kept = 0;
    for promise in kiosk.promises.iter().filter(|promise| !promise.pruned) {
        kept += 1;
        let (state, sha256) = rows
            .get(&promise.id)
            .ok_or_else(|| lost("a saved command", promise.id))?;
        if *sha256 != promise.sha256 {
            return Err(lost("the body of a saved command", promise.id));
        }
        let signed = earned.and_then(|earned| earned.get(&promise.id)).copied();
        let needed = match state {
            State::Saved | State::Sent => continue,
            State::Receipted | State::Answered => Some(true),
            State::Held | State::Discarded | State::Replaced => Some(false),
        };
        if signed != needed {
            return broken(format!(
                "{} is {state:?}, and the gateway signed {signed:?}",
                promise.id
            ));
        }
    }
    if kept != rows.len() {
        return broken(format!(
            "{} rows in the queue, {kept} were saved",
            rows.len()
        ));
    }
    let counts = kiosk.vault()?.read(outbox::counts)?;
    for state in State::ALL {
        let rows = rows.values().filter(|(at, _)| *at == state).count() as u64;
        if counts.of(state) != rows {
            return broken(format!(
                "{} {state:?} are shown, {rows} are there",
                counts.of(state)
            ));
        }
    }
    Ok(rows)
}

/// Checks that an exchange that brought no good answer marked nothing.
pub fn nothing_moved(before: &Rows, after: &Rows) -> Result<(), Failure> {
    for (id, (state, _)) in after {
        let was = before.get(id).map(|(state, _)| *state);
        let still = was == Some(*state) || (was == Some(State::Saved) && *state == State::Sent);
        if !still {
            return broken(format!(
                "{id} went from {was:?} to {state:?} without an answer"
            ));
        }
    }
    Ok(())
}

/// Checks what was pruned: only what the gateway calls durable may go (Q7).
pub fn pruned(kiosk: &SimKiosk, gateway: &SimGateway) -> Result<(), Failure> {
    let earned = gateway.earned(&kiosk.identity.device);
    for promise in kiosk.promises.iter().filter(|promise| promise.pruned) {
        let signed = earned.and_then(|earned| earned.get(&promise.id)).copied();
        let safe = match (signed, gateway.durability()) {
            (Some(false), _) => true,
            (Some(true), Durability::Commit) => true,
            (Some(true), Durability::Backup) => gateway.in_backup().contains(&promise.id),
            (None, _) => false,
        };
        if !safe {
            return Err(lost("a command that is not durable yet", promise.id));
        }
    }
    Ok(())
}

/// Checks the clock: what it calls trusted is never behind the true time, so that nothing is
/// shown as valid that is not, and it does not run backward.
pub fn clock(
    kiosk: &mut SimKiosk,
    truth: Timestamp,
    before: &mut Timestamp,
) -> Result<(), Failure> {
    let now = kiosk.now()?;
    let slack = i64::try_from(TOLERANCE.as_millis()).unwrap_or(i64::MAX);
    if now.is_trusted() && now.wall.unix_ms() + slack < truth.unix_ms() {
        return broken(format!(
            "{} is trusted at {}",
            now.wall.unix_ms(),
            truth.unix_ms()
        ));
    }
    let step = i64::try_from(FLOOR_STEP.as_millis()).unwrap_or(i64::MAX);
    if now.is_trusted() {
        if now.wall.unix_ms() + step < before.unix_ms() {
            return broken("trusted time went back");
        }
        *before = now.wall.max(*before);
    }
    Ok(())
}

/// Checks the gateway: each command and each effect once (Q2, Q3), in order within a person
/// (Q4).
pub fn gateway(gateway: &SimGateway, kiosks: &[SimKiosk]) -> Result<(), Failure> {
    let connection = gateway.look()?;
    for kiosk in kiosks {
        let held = commands(&connection, &kiosk.identity.device)?;
        let accepted: HashSet<CommandId> = held
            .iter()
            .filter(|(_, refused)| !refused)
            .map(|(id, _)| *id)
            .collect();
        if held.len() != held.iter().map(|(id, _)| id).collect::<HashSet<_>>().len() {
            return broken("the gateway has a command twice");
        }
        let commands: HashMap<CommandId, &Command> = kiosk
            .promises
            .iter()
            .map(|promise| (promise.id, &promise.command))
            .collect();
        if let Some(id) = accepted.iter().find(|id| !commands.contains_key(id)) {
            return broken(format!("the gateway has {id}, which was never saved"));
        }
        let saved = kiosk
            .promises
            .iter()
            .map(|promise| (promise.id, &promise.command));
        let saved = work::by_subject(saved.filter(|(id, _)| accepted.contains(id)));
        let arrived = held.iter().filter(|(_, refused)| !refused);
        let arrived = work::by_subject(arrived.map(|(id, _)| (*id, commands[id])));
        for (subject, order) in &saved {
            if arrived.get(subject) != Some(order) {
                return broken(format!("commands about {subject} arrived in another order"));
            }
        }
        effects(&connection, kiosk, &accepted)?;
    }
    Ok(())
}

/// Checks that everything arrived, once the world is quiet.
pub fn settled(
    gateway: &SimGateway,
    kiosk: &mut SimKiosk,
    others: &[String],
) -> Result<(), Failure> {
    let rows = self::kiosk(kiosk, gateway)?;
    let connection = gateway.look()?;
    let held: HashMap<CommandId, bool> = commands(&connection, &kiosk.identity.device)?
        .into_iter()
        .collect();
    for promise in kiosk.promises.iter().filter(|promise| !promise.pruned) {
        let state = rows[&promise.id].0;
        let wanted = match (&promise.command.action, promise.poisoned) {
            (_, true) => matches!(state, State::Held | State::Discarded | State::Replaced),
            (Action::ProgressQuery(_) | Action::EligibilityQuery(_), _) => state == State::Answered,
            _ => state == State::Receipted,
        };
        let there = held.get(&promise.id);
        // A refused command that was lost with the gateway's disk is of no use to anybody.
        let kept = if promise.poisoned {
            there != Some(&false)
        } else {
            there == Some(&false)
        };
        if !wanted || !kept {
            return broken(format!(
                "{} ended as {state:?}, refused at the gateway: {there:?}",
                promise.id
            ));
        }
    }
    let answers = told(kiosk, "SELECT count(*) FROM sim_answer", [])?;
    let questions = kiosk.promises.iter().filter(|promise| {
        !promise.poisoned
            && matches!(
                promise.command.action,
                Action::ProgressQuery(_) | Action::EligibilityQuery(_)
            )
    });
    if answers != questions.count() as i64 {
        return broken(format!("{answers} answers are kept"));
    }
    for other in others {
        let there: Option<String> = connection
            .query_row("SELECT body FROM staff WHERE id = ?1", [other], |row| {
                row.get(0)
            })
            .map(Some)
            .or_else(nothing)?;
        let here = told_text(kiosk, other)?;
        let read = |text: &Option<String>| -> Result<serde_json::Value, Failure> {
            Ok(text
                .as_deref()
                .map(serde_json::from_str)
                .transpose()?
                .unwrap_or_default())
        };
        if read(&there)? != read(&here)? {
            return broken(format!(
                "{} does not know the latest record of {other}",
                kiosk.name
            ));
        }
    }
    Ok(())
}

fn effects(
    connection: &Connection,
    kiosk: &SimKiosk,
    accepted: &HashSet<CommandId>,
) -> Result<(), Failure> {
    let device = kiosk.identity.device.as_str();
    let count = |of: fn(&Action) -> bool| {
        let promises = kiosk.promises.iter();
        promises
            .filter(|p| accepted.contains(&p.id) && of(&p.command.action))
            .count() as i64
    };
    let staff = kiosk
        .promises
        .first()
        .map_or("", |promise| promise.command.staff.as_str());
    let pledges: i64 = connection.query_row(
        "SELECT count(*) FROM pledges WHERE staff = ?1",
        [staff],
        |r| r.get(0),
    )?;
    let requests: i64 = connection.query_row(
        "SELECT count(*) FROM requests r JOIN devices d ON d.key = r.device WHERE d.id = ?1",
        [device],
        |row| row.get(0),
    )?;
    let answers: i64 = connection.query_row(
        "SELECT count(*) FROM feed f JOIN devices d ON d.key = f.device
         WHERE d.id = ?1 AND json_extract(f.item, '$.kind') = 'answer'",
        [device],
        |row| row.get(0),
    )?;
    let made = [
        (
            "pledges",
            pledges,
            count(|a| matches!(a, Action::PledgeSigned(_))),
        ),
        (
            "requests",
            requests,
            count(|a| matches!(a, Action::DisclosureRequest(_))),
        ),
        (
            "answers",
            answers,
            count(|a| matches!(a, Action::ProgressQuery(_) | Action::EligibilityQuery(_))),
        ),
    ];
    for (what, there, wanted) in made {
        if there != wanted {
            return broken(format!(
                "{there} {what} at the gateway, {wanted} commands made them"
            ));
        }
    }
    Ok(())
}

/// Commands of a terminal by sequence, each with whether it was refused.
fn commands(connection: &Connection, device: &DeviceId) -> Result<Vec<(CommandId, bool)>, Failure> {
    let rows = connection
        .prepare(
            "SELECT c.id, c.refusal IS NOT NULL FROM commands c
             JOIN devices d ON d.key = c.device WHERE d.id = ?1 ORDER BY c.seq",
        )?
        .query_map([device.as_str()], |row| {
            Ok((CommandId(uuid::Uuid::from_bytes(row.get(0)?)), row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn told(
    kiosk: &mut SimKiosk,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<i64, Failure> {
    Ok(kiosk
        .vault()?
        .read(|c| Ok(c.query_row(sql, parameters, |row| row.get(0))?))?)
}

fn told_text(kiosk: &mut SimKiosk, staff: &str) -> Result<Option<String>, Failure> {
    let text = kiosk.vault()?.read(|c| {
        let text = c
            .query_row(
                "SELECT record FROM sim_staff WHERE id = ?1",
                [staff],
                |row| row.get(0),
            )
            .map(Some)
            .or_else(nothing)?;
        Ok(text)
    })?;
    Ok(text)
}

fn nothing<T>(error: rusqlite::Error) -> rusqlite::Result<Option<T>> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(None),
        error => Err(error),
    }
}

fn lost(what: &str, id: CommandId) -> Failure {
    Failure::new(format!("{what} is gone: {id}"))
}

fn broken<T>(what: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::new(what))
}

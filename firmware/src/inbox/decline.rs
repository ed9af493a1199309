//! 申出の回答: the noes of a request.
//!
//! What the municipality grants arrives as a document, which is an entry of its own. A no
//! arrives as nothing else, so each request with somebody declined is an entry too. It counts
//! as new until it was looked at, and again when one more person is declined.

use protocol::answer::{DisclosureAnswer, SubjectDecision};
use protocol::command::{Action, Command, DisclosureRequest};
use protocol::exchange::CommandId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use crate::error::Problem;
use crate::outbox;

/// Most entries kept; the oldest go. The requests themselves stay in the outbox.
pub const MAX_DECLINES: u32 = 500;

/// Takes over who was declined. The caller has made sure that this is the newest that is known
/// about the request. The same again changes nothing, and a request that this terminal does not
/// have any more has no entry.
///
/// # Errors
/// Those of the vault.
pub fn keep_declines(
    tx: &Transaction<'_>,
    command: CommandId,
    answer: &DisclosureAnswer,
) -> Result<(), Problem> {
    let places = declined(answer);
    let Some(request) = request(tx, command)?.filter(|_| !places.is_empty()) else {
        return delete(tx, command);
    };
    let title = match places.as_slice() {
        [only] => request.subjects.get(*only).map(|one| one.name.as_str()),
        _ => None,
    };
    let who: Vec<String> = places.iter().map(usize::to_string).collect();
    let before = known(tx, command)?;
    let another = !who.iter().all(|place| before.contains(place));
    tx.prepare_cached(
        "INSERT INTO decline(command, who, people, title, opened, at_ms)
         VALUES(?1, ?2, ?3, ?4, 0, ?5)
         ON CONFLICT(command) DO UPDATE SET who = excluded.who, people = excluded.people,
           title = excluded.title, opened = opened AND NOT ?6, at_ms = excluded.at_ms
         WHERE excluded.who <> who",
    )?
    .execute(params![
        command.0.as_bytes(),
        who.join(" "),
        i64::try_from(places.len()).unwrap_or(i64::MAX),
        title.unwrap_or_default(),
        answer.decided_at.unix_ms(),
        another,
    ])?;
    tx.prepare_cached(
        "DELETE FROM decline WHERE command IN (
           SELECT command FROM decline ORDER BY at_ms DESC LIMIT -1 OFFSET ?1)",
    )?
    .execute(params![MAX_DECLINES])?;
    Ok(())
}

/// Deletes the entries whose request has left the history of the queue.
///
/// # Errors
/// Those of the vault.
pub fn forget_declines(tx: &Transaction<'_>) -> Result<(), Problem> {
    let kept: Vec<[u8; 16]> = tx
        .prepare_cached("SELECT command FROM decline")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in kept {
        let command = CommandId(Uuid::from_bytes(id));
        if outbox::item(tx, command)?.is_none() {
            delete(tx, command)?;
        }
    }
    Ok(())
}

/// Somebody has read it.
pub(super) fn read(tx: &Transaction<'_>, command: CommandId) -> Result<(), Problem> {
    tx.prepare_cached("UPDATE decline SET opened = 1 WHERE command = ?1 AND opened = 0")?
        .execute(params![command.0.as_bytes()])?;
    Ok(())
}

fn delete(tx: &Transaction<'_>, command: CommandId) -> Result<(), Problem> {
    tx.prepare_cached("DELETE FROM decline WHERE command = ?1")?
        .execute(params![command.0.as_bytes()])?;
    Ok(())
}

/// Whose no is known already, as places in the request.
fn known(tx: &Transaction<'_>, command: CommandId) -> Result<Vec<String>, Problem> {
    let who: Option<String> = tx
        .prepare_cached("SELECT who FROM decline WHERE command = ?1")?
        .query_row([command.0.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(who
        .iter()
        .flat_map(|who| who.split(' '))
        .map(str::to_owned)
        .collect())
}

/// Places in the request, from 0.
fn declined(answer: &DisclosureAnswer) -> Vec<usize> {
    let declined = |one: &SubjectDecision| matches!(one, SubjectDecision::Declined { .. });
    let places = answer.subjects.iter().enumerate();
    places
        .filter(|(_, one)| declined(one))
        .map(|(place, _)| place)
        .collect()
}

fn request(
    connection: &Connection,
    command: CommandId,
) -> Result<Option<DisclosureRequest>, Problem> {
    let item = outbox::item(connection, command)?;
    let command = item.and_then(|item| serde_json::from_str::<Command>(&item.body).ok());
    Ok(command.and_then(|command| match command.action {
        Action::DisclosureRequest(request) => Some(request),
        _ => None,
    }))
}

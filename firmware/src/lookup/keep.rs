//! Kept answers: by key, with age, validity and an end.

use protocol::answer::Answer;
use protocol::calendar::Timestamp;
use protocol::command::ProgressKey;
use protocol::exchange::CommandId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use super::{Key, Subject, clients, provenance};
use crate::clock::Now;
use crate::error::Problem;
use crate::expiry::{Deadline, Reading, reading};

/// Most answers kept; the ones nearest their end go first.
pub const MAX_KEPT: u64 = 200_000;

/// Answers deleted by one call of [`sweep`].
pub const SWEEP_LIMIT: u32 = 5_000;

/// An answer that was kept.
#[derive(Clone, PartialEq)]
pub struct KeptAnswer {
    /// The command it answers.
    pub command: CommandId,
    /// The answer, with its source and validity.
    pub answer: Answer,
    /// The person's name, if known when it was asked.
    pub who: Option<String>,
}

impl std::fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptAnswer")
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

impl KeptAnswer {
    /// The instant the answer speaks of: 更新日時, or when the gateway read it.
    #[must_use]
    pub fn as_of(&self) -> Option<Timestamp> {
        provenance(&self.answer).map(|from| from.updated_at.unwrap_or(from.retrieved_at))
    }
}

/// The kept answer to a subject. One past its end is not shown, deleted already or not.
///
/// # Errors
/// Those of the vault.
pub fn find(
    connection: &Connection,
    now: &Now,
    subject: &Subject,
) -> Result<Option<KeptAnswer>, Problem> {
    find_key(
        connection,
        now,
        subject.insurer.as_str(),
        &subject.key.text(),
    )
}

pub(super) fn find_key(
    connection: &Connection,
    now: &Now,
    insurer: &str,
    key: &str,
) -> Result<Option<KeptAnswer>, Problem> {
    let found: Option<(Uuid, String, Option<String>, Deadline)> = connection
        .prepare_cached(
            "SELECT command, body, who, delete_wall_ms, delete_lived_ms FROM kept_answer
             WHERE insurer = ?1 AND key = ?2",
        )?
        .query_row(params![insurer, key], |row| {
            Ok((
                Uuid::from_bytes(row.get(0)?),
                row.get(1)?,
                row.get(2)?,
                Deadline {
                    wall_ms: row.get(3)?,
                    lived_ms: row.get(4)?,
                },
            ))
        })
        .optional()?;
    let Some((command, body, who, deadline)) = found else {
        return Ok(None);
    };
    if deadline.is_past(reading(connection, now)?) {
        return Ok(None);
    }
    // A later program may have kept a form that this one does not know: as good as none.
    Ok(serde_json::from_str(&body).ok().map(|answer| KeptAnswer {
        command: CommandId(command),
        answer,
        who,
    }))
}

/// Keeps the answer to one of this terminal's questions. One that is older than what is kept
/// already changes nothing, and neither does an answer to a question nobody here asked.
/// Returns whether the question was known.
///
/// # Errors
/// Those of the vault.
pub fn keep_answer(
    tx: &Transaction<'_>,
    now: &Now,
    command: CommandId,
    answer: &Answer,
) -> Result<bool, Problem> {
    let asked: Option<(String, String, Option<String>)> = tx
        .prepare_cached("SELECT insurer, key, who FROM question WHERE command = ?1")?
        .query_row(params![command.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((insurer, key, who)) = asked else {
        return Ok(false);
    };
    // The number asked for and the kind of answer belong together.
    let fits = match answer {
        Answer::Progress(_) => !key.starts_with("e:"),
        Answer::Eligibility(_) => key.starts_with("e:"),
        Answer::Disclosure(_) => false,
    };
    if let (
        Answer::Progress(progress),
        Some(Key::Progress(ProgressKey::Insured { insured })),
        Some(name),
    ) = (answer, Key::from_text(&key), &who)
    {
        clients::settle(tx, &insurer, &insured, name, &progress.finding)?;
    }
    if fits {
        keep_key(tx, now, command, &insurer, &key, who.as_deref(), answer)?;
    }
    Ok(fits)
}

pub(super) fn keep_key(
    tx: &Transaction<'_>,
    now: &Now,
    command: CommandId,
    insurer: &str,
    key: &str,
    who: Option<&str>,
    answer: &Answer,
) -> Result<(), Problem> {
    let Some(from) = provenance(answer) else {
        return Ok(());
    };
    let reading = reading(tx, now)?;
    let end = Deadline::new(from.delete_after, from.retrieved_at, now, reading);
    if end.is_past(reading) {
        return Ok(());
    }
    let body = serde_json::to_string(answer)
        .map_err(|_| Problem::VaultStatement("an answer does not serialise".into()))?;
    tx.prepare_cached(
        "INSERT INTO kept_answer(insurer, key, command, who, body, as_of_ms, retrieved_ms,
           valid_until_ms, delete_wall_ms, delete_lived_ms)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT(insurer, key) DO UPDATE SET command = excluded.command,
           who = coalesce(excluded.who, who), body = excluded.body,
           as_of_ms = excluded.as_of_ms, retrieved_ms = excluded.retrieved_ms,
           valid_until_ms = excluded.valid_until_ms,
           delete_wall_ms = excluded.delete_wall_ms,
           delete_lived_ms = excluded.delete_lived_ms
         WHERE excluded.retrieved_ms >= retrieved_ms",
    )?
    .execute(params![
        insurer,
        key,
        command.0.as_bytes(),
        who,
        body,
        from.updated_at.unwrap_or(from.retrieved_at).unix_ms(),
        from.retrieved_at.unix_ms(),
        from.valid_until.unix_ms(),
        end.wall_ms,
        end.lived_ms,
    ])?;
    Ok(())
}

/// Deletes answers and questions past their end, at most `SWEEP_LIMIT` of each kind. Returns
/// how many.
///
/// # Errors
/// Those of the vault.
pub fn sweep(tx: &Transaction<'_>, now: &Now) -> Result<u32, Problem> {
    let reading = reading(tx, now)?;
    let gone = delete(tx, "kept_answer", "insurer, key", reading)?
        + delete(tx, "question", "command", reading)?;
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}

/// Whether an answer or a question is past its end.
///
/// # Errors
/// Those of the vault.
pub fn sweep_due(connection: &Connection, now: &Now) -> Result<bool, Problem> {
    let reading = reading(connection, now)?;
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM kept_answer WHERE delete_wall_ms <= ?1)
                 OR EXISTS(SELECT 1 FROM kept_answer WHERE delete_lived_ms <= ?2)
                 OR EXISTS(SELECT 1 FROM question WHERE delete_wall_ms <= ?1)
                 OR EXISTS(SELECT 1 FROM question WHERE delete_lived_ms <= ?2)",
        )?
        .query_row(params![reading.wall_ms, reading.lived_ms], |row| row.get(0))?)
}

/// Deletes answers above [`MAX_KEPT`], those that end first, at most `SWEEP_LIMIT`. Counts
/// all that are kept, so that it belongs to the daily work. Returns how many; the caller
/// repeats while it is not 0.
///
/// # Errors
/// Those of the vault.
pub fn cut(tx: &Transaction<'_>) -> Result<u32, Problem> {
    let kept: i64 = tx.query_row("SELECT count(*) FROM kept_answer", [], |row| row.get(0))?;
    let over = u64::try_from(kept).unwrap_or(0).saturating_sub(MAX_KEPT);
    let mut gone = 0;
    if over > 0 {
        gone = tx.execute(
            "DELETE FROM kept_answer WHERE (insurer, key) IN (
               SELECT insurer, key FROM kept_answer ORDER BY delete_wall_ms LIMIT ?1)",
            params![
                i64::try_from(over)
                    .unwrap_or(i64::MAX)
                    .min(i64::from(SWEEP_LIMIT))
            ],
        )?;
    }
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}

fn delete(
    tx: &Transaction<'_>,
    table: &str,
    key: &str,
    reading: Reading,
) -> Result<usize, Problem> {
    // Two statements, so that each uses its own index.
    let mut gone = 0;
    for (column, limit) in [
        ("delete_wall_ms", reading.wall_ms),
        ("delete_lived_ms", reading.lived_ms),
    ] {
        gone += tx
            .prepare_cached(&format!(
                "DELETE FROM {table} WHERE ({key}) IN (
                   SELECT {key} FROM {table} WHERE {column} <= ?1 LIMIT {SWEEP_LIMIT})"
            ))?
            .execute(params![limit])?;
    }
    Ok(gone)
}

//! お知らせ of the operator.

use protocol::answer::Notice;
use protocol::calendar::Timestamp;
use protocol::exchange::DocumentId;
use protocol::problem::ProblemCode;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::clock::Now;
use crate::error::Problem;

/// Most notices kept; the oldest go.
pub const MAX_NOTICES: u32 = 500;

/// Keeps a notice. The same one again changes nothing; a corrected one counts as unopened.
///
/// # Errors
/// Those of the vault.
pub fn keep_notice(tx: &Transaction<'_>, notice: &Notice) -> Result<(), Problem> {
    let body = serde_json::to_string(notice)
        .map_err(|_| Problem::VaultStatement("a notice does not serialise".into()))?;
    tx.prepare_cached(
        "INSERT INTO notice(id, body, title, important, opened, shown_from_ms,
           maintenance_from_ms, maintenance_to_ms) VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, ?7)
         ON CONFLICT(id) DO UPDATE SET body = excluded.body, title = excluded.title,
           important = excluded.important, opened = 0, shown_from_ms = excluded.shown_from_ms,
           maintenance_from_ms = excluded.maintenance_from_ms,
           maintenance_to_ms = excluded.maintenance_to_ms
         WHERE excluded.body <> body",
    )?
    .execute(params![
        notice.id.0.as_bytes(),
        body,
        notice.title,
        notice.important,
        notice.shown_from.unix_ms(),
        notice.maintenance.map(|(from, _)| from.unix_ms()),
        notice.maintenance.map(|(_, to)| to.unix_ms()),
    ])?;
    tx.prepare_cached(
        "DELETE FROM notice WHERE id IN (
           SELECT id FROM notice ORDER BY shown_from_ms DESC LIMIT -1 OFFSET ?1)",
    )?
    .execute(params![MAX_NOTICES])?;
    Ok(())
}

/// A time in which the operator receives nothing, as was told beforehand (U13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end, exclusive.
    pub to: Timestamp,
}

impl Window {
    /// Its end, if it goes on now. An untrusted clock cannot tell, and then nothing is excused.
    #[must_use]
    pub fn open_until(&self, now: &Now) -> Option<Timestamp> {
        (now.is_trusted() && self.from <= now.wall && now.wall < self.to).then_some(self.to)
    }
}

/// The maintenance that goes on, or the next one. Windows that touch are one.
///
/// # Errors
/// Those of the vault.
pub fn maintenance(connection: &Connection, now: &Now) -> Result<Option<Window>, Problem> {
    let mut statement = connection.prepare_cached(
        "SELECT maintenance_from_ms, maintenance_to_ms FROM notice
         WHERE maintenance_to_ms > ?1 AND maintenance_from_ms < maintenance_to_ms
         ORDER BY maintenance_from_ms",
    )?;
    let mut rows = statement.query([now.wall.unix_ms()])?;
    let mut first: Option<Window> = None;
    while let Some(row) = rows.next()? {
        let from = Timestamp::from_unix_ms(row.get(0)?);
        let to = Timestamp::from_unix_ms(row.get(1)?);
        match &mut first {
            None => first = Some(Window { from, to }),
            Some(window) if from <= window.to => window.to = window.to.max(to),
            Some(_) => break,
        }
    }
    Ok(first)
}

pub(super) fn open(tx: &Transaction<'_>, id: DocumentId) -> Result<Notice, Problem> {
    let body: Option<String> = tx
        .prepare_cached("SELECT body FROM notice WHERE id = ?1")?
        .query_row(params![id.0.as_bytes()], |row| row.get(0))
        .optional()?;
    let notice = body
        .and_then(|body| serde_json::from_str(&body).ok())
        .ok_or(Problem::Refused(ProblemCode::DocumentUnknown))?;
    tx.prepare_cached("UPDATE notice SET opened = 1 WHERE id = ?1")?
        .execute(params![id.0.as_bytes()])?;
    Ok(notice)
}

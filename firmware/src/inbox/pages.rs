//! The list of documents, declined requests and notices.

use protocol::calendar::Timestamp;
use protocol::exchange::{CommandId, DocumentId};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::MAX_DAMAGED;
use crate::clock::Now;
use crate::error::Problem;
use crate::expiry::{Deadline, Reading, reading};
use crate::sealed;
use crate::terminal::touch::InboxFilter;
use crate::terminal::view::{InboxId, InboxRow};

/// Largest page.
const MAX_ROWS: usize = 100;

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Entries of this page: important ones first, then the newest.
    pub entries: Vec<InboxEntry>,
    /// From 0.
    pub page: usize,
    /// At least 1.
    pub pages: usize,
    /// Entries of this filter.
    pub total: usize,
    /// Entries in all, and those not opened.
    pub counts: (u64, u64),
}

/// One entry of the list.
#[derive(Clone)]
pub struct InboxEntry {
    /// As it is shown, with the time left at the instant of reading.
    pub row: InboxRow,
    /// It can be opened: anything but a document that has not arrived whole. One that will not
    /// come opens for what there is to say about it.
    pub opens: bool,
}

impl std::fmt::Debug for InboxEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InboxEntry")
            .field("id", &self.row.id)
            .finish_non_exhaustive()
    }
}

/// What an entry is, in the order in which new ones are opened: documents, which end, come
/// first, notices last.
const DOCUMENT: i64 = 0;
const DECLINE: i64 = 1;
const NOTICE: i64 = 2;

/// Documents past their deadline and notices of tomorrow are not in the list.
fn entries() -> String {
    format!(
        "(
    SELECT id, title, {DOCUMENT} AS kind, 0 AS important, opened, arrived_ms AS at_ms, size,
           state = 1 AS here, deadline_wall_ms, deadline_lived_ms,
           state = 0 AND damaged >= {MAX_DAMAGED} AS lost, 0 AS declined
    FROM document WHERE state IN (0, 1) AND deadline_wall_ms > ?1 AND deadline_lived_ms > ?2
    UNION ALL
    SELECT command, title, {DECLINE}, 0, opened, at_ms, 0, 1, 0, 0, 0, people
    FROM decline
    UNION ALL
    SELECT id, title, {NOTICE}, important, opened, shown_from_ms, 0, 1, 0, 0, 0, 0
    FROM notice WHERE ?3 IS NULL OR shown_from_ms <= ?3)"
    )
}

/// Entries that are here, or will not come, and were not opened.
///
/// # Errors
/// Those of the vault.
pub fn unopened(connection: &Connection, now: &Now) -> Result<u64, Problem> {
    Ok(counts(connection, now, reading(connection, now)?)?.1)
}

/// The entry to be opened next: the newest of those that are here, or will not come, and were
/// not opened. Documents, which end, come before noes, and those before notices.
///
/// # Errors
/// Those of the vault.
pub fn newest_unopened(connection: &Connection, now: &Now) -> Result<Option<InboxId>, Problem> {
    let reading = reading(connection, now)?;
    Ok(connection
        .prepare_cached(&format!(
            "SELECT id, kind FROM {} WHERE opened = 0 AND (here OR lost)
             ORDER BY kind, at_ms DESC LIMIT 1",
            entries()
        ))?
        .query_row(
            params![reading.wall_ms, reading.lived_ms, until(now)],
            |row| Ok(id(row.get(0)?, row.get(1)?)),
        )
        .optional()?)
}

pub(super) fn list(
    connection: &Connection,
    now: &Now,
    filter: InboxFilter,
    page: usize,
    rows: usize,
) -> Result<Listing, Problem> {
    let rows = rows.clamp(1, MAX_ROWS);
    let reading = reading(connection, now)?;
    let condition = match filter {
        InboxFilter::All => "1".to_owned(),
        InboxFilter::Unopened => "opened = 0".to_owned(),
        InboxFilter::Notices => format!("kind = {NOTICE}"),
    };
    let total: i64 = connection
        .prepare_cached(&format!(
            "SELECT count(*) FROM {} WHERE {condition}",
            entries()
        ))?
        .query_row(
            params![reading.wall_ms, reading.lived_ms, until(now)],
            |row| row.get(0),
        )?;
    let total = usize::try_from(total).unwrap_or(0);
    let pages = total.div_ceil(rows).max(1);
    let page = page.min(pages - 1);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, title, kind, important, opened, at_ms, size, here, deadline_wall_ms,
                deadline_lived_ms, lost, declined
         FROM {} WHERE {condition}
         ORDER BY important DESC, at_ms DESC, id LIMIT ?4 OFFSET ?5",
        entries()
    ))?;
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    let skip = i64::try_from(page * rows).unwrap_or(i64::MAX);
    let mut found: Vec<InboxEntry> = statement
        .query_map(
            params![reading.wall_ms, reading.lived_ms, until(now), limit, skip],
            |row| {
                let kind: i64 = row.get(2)?;
                let deadline = Deadline {
                    wall_ms: row.get(8)?,
                    lived_ms: row.get(9)?,
                };
                Ok(InboxEntry {
                    row: InboxRow {
                        id: id(row.get(0)?, kind),
                        title: row.get(1)?,
                        declined: usize::try_from(row.get::<_, i64>(11)?).unwrap_or(0),
                        important: row.get(3)?,
                        opened: row.get(4)?,
                        arrived: Timestamp::from_unix_ms(row.get(5)?),
                        size: u64::try_from(row.get::<_, i64>(6)?).unwrap_or(0),
                        fetched: None,
                        undelivered: row.get(10)?,
                        left: (kind == DOCUMENT).then(|| deadline.left(reading)),
                    },
                    opens: row.get::<_, bool>(7)? || row.get::<_, bool>(10)?,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    for entry in found.iter_mut().filter(|entry| !entry.opens) {
        if let InboxId::Document(document) = entry.row.id {
            let arrived = sealed::length(connection, document.0.into_bytes())?;
            entry.row.fetched = Some(arrived.unwrap_or(0));
        }
    }
    Ok(Listing {
        entries: found,
        page,
        pages,
        total,
        counts: counts(connection, now, reading)?,
    })
}

fn id(bytes: [u8; 16], kind: i64) -> InboxId {
    let id = Uuid::from_bytes(bytes);
    match kind {
        DECLINE => InboxId::Decline(CommandId(id)),
        NOTICE => InboxId::Notice(DocumentId(id)),
        _ => InboxId::Document(DocumentId(id)),
    }
}

/// Entries in all, and those that somebody should open.
fn counts(connection: &Connection, now: &Now, reading: Reading) -> Result<(u64, u64), Problem> {
    let (all, unopened): (i64, i64) = connection
        .prepare_cached(&format!(
            "SELECT count(*), coalesce(sum(opened = 0 AND (here OR lost)), 0) FROM {}",
            entries()
        ))?
        .query_row(
            params![reading.wall_ms, reading.lived_ms, until(now)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
    Ok((
        u64::try_from(all).unwrap_or(0),
        u64::try_from(unopened).unwrap_or(0),
    ))
}

/// Notices shown from later on wait, as far as the clock is trusted.
fn until(now: &Now) -> Option<i64> {
    now.is_trusted().then(|| now.wall.unix_ms())
}

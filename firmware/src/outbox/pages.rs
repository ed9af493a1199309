//! What screens and limits ask of the queue.

use protocol::calendar::Timestamp;
use protocol::exchange::{CommandId, Sha256Digest};
use protocol::problem::ProblemCode;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::queue::id as to_id;
use super::{
    Bound, Counts, Item, MAX_AGE, MAX_BYTES, MAX_PAGE, MAX_ROWS, Quota, State, WARN_PERCENT,
    signed, unsigned,
};
use crate::clock::Now;
use crate::error::Problem;

/// Which commands a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// All, held ones first, then the newest first.
    All,
    /// All but those given up or replaced; held ones first, then the newest first.
    Live,
    /// Those that wait for a receipt, newest first.
    Pending,
    /// Those that have a receipt and no answer, newest first.
    Receipted,
    /// Those whose answer is here, newest first.
    Answered,
    /// Those that are held, newest first.
    Held,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its commands.
    pub items: Vec<Item>,
    /// Commands on all pages.
    pub total: u64,
}

const COLUMNS: &str = "o.seq, o.id, o.kind, o.staff, o.body, o.sha256, s.state, o.saved_ms,
    s.sent_ms, s.receipted_ms, s.answered_ms, s.closed_ms, s.receipt_seq, s.reason, o.replaces,
    s.replaced_by";

/// Rows in each state.
///
/// # Errors
/// Those of the vault.
pub fn counts(connection: &Connection) -> Result<Counts, Problem> {
    let mut counts = Counts::default();
    let mut statement = connection.prepare_cached("SELECT state, rows, bytes FROM outbox_count")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Some(state) = State::from_code(row.get(0)?) else {
            continue;
        };
        counts.rows[usize::try_from(state.code()).unwrap_or(0)] = unsigned(row.get(1)?);
        if state.is_pending() {
            counts.pending_bytes += unsigned(row.get(2)?);
        }
    }
    Ok(counts)
}

/// Rows that wait for a receipt.
///
/// # Errors
/// Those of the vault.
pub fn pending_count(connection: &Connection) -> Result<u64, Problem> {
    Ok(counts(connection)?.pending())
}

/// Whether a command of this kind waits for a receipt.
///
/// # Errors
/// Those of the vault.
pub fn waits(connection: &Connection, kind: &str) -> Result<bool, Problem> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM outbox_state JOIN outbox USING(seq)
             WHERE state IN (0, 1) AND kind = ?1)",
        )?
        .query_row([kind], |row| row.get(0))?)
}

/// How full the queue is. Age is judged only while the clock is trusted.
///
/// # Errors
/// Those of the vault.
pub fn quota(connection: &Connection, now: &Now) -> Result<Quota, Problem> {
    let counts = counts(connection)?;
    let oldest: Option<i64> = connection
        .prepare_cached(
            "SELECT o.saved_ms FROM outbox_state s JOIN outbox o ON o.seq = s.seq
             WHERE s.state IN (0, 1) ORDER BY s.seq LIMIT 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    let age = oldest
        .filter(|_| now.is_trusted())
        .map_or(0, |saved| unsigned(now.wall.unix_ms() - saved));
    let max_age = u64::try_from(MAX_AGE.as_millis()).unwrap_or(u64::MAX);
    let used = [
        (Bound::Rows, counts.pending(), MAX_ROWS),
        (Bound::Bytes, counts.pending_bytes, MAX_BYTES),
        (Bound::Age, age, max_age),
    ];
    let (bound, percent) = used
        .into_iter()
        .map(|(bound, used, limit)| (bound, used * 100 / limit))
        .max_by_key(|(_, percent)| *percent)
        .expect("there are three limits");
    Ok(match percent {
        100.. => Quota::Full { bound },
        WARN_PERCENT.. => Quota::Warn { bound, percent },
        _ => Quota::Roomy,
    })
}

/// One command.
///
/// # Errors
/// Those of the vault.
pub fn item(connection: &Connection, id: CommandId) -> Result<Option<Item>, Problem> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM outbox o JOIN outbox_state s ON s.seq = o.seq WHERE o.id = ?1"
        ))?
        .query_row(params![id.0.as_bytes()], read)
        .optional()?)
}

/// A page of commands: page `number` from 0, `rows` a page, at most [`MAX_PAGE`].
///
/// # Errors
/// Those of the vault.
pub fn page(
    connection: &Connection,
    filter: Filter,
    number: u64,
    rows: u32,
) -> Result<Page, Problem> {
    let rows = rows.min(MAX_PAGE);
    let counts = counts(connection)?;
    let total = match filter {
        Filter::All => State::ALL.iter().map(|state| counts.of(*state)).sum(),
        Filter::Live => counts.live(),
        Filter::Pending => counts.pending(),
        Filter::Receipted => counts.of(State::Receipted),
        Filter::Answered => counts.of(State::Answered),
        Filter::Held => counts.of(State::Held),
    };
    let skip = number.saturating_mul(u64::from(rows));
    let items = match filter {
        Filter::Pending => some(connection, "s.state IN (0, 1)", skip, rows)?,
        Filter::Receipted => some(connection, "s.state = 2", skip, rows)?,
        Filter::Answered => some(connection, "s.state = 3", skip, rows)?,
        Filter::Held => some(connection, "s.state = 4", skip, rows)?,
        Filter::All | Filter::Live => {
            let others = if filter == Filter::All {
                "s.state <> 4"
            } else {
                "s.state < 4"
            };
            let held = counts.of(State::Held);
            let mut items = some(connection, "s.state = 4", skip, rows)?;
            let left = rows - u32::try_from(items.len()).unwrap_or(rows);
            if left > 0 {
                let skip = skip.saturating_sub(held);
                items.extend(some(connection, others, skip, left)?);
            }
            items
        }
    };
    Ok(Page { items, total })
}

fn some(
    connection: &Connection,
    condition: &str,
    skip: u64,
    rows: u32,
) -> Result<Vec<Item>, Problem> {
    let items = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM outbox_state s JOIN outbox o ON o.seq = s.seq
             WHERE {condition} ORDER BY s.seq DESC LIMIT ?1 OFFSET ?2"
        ))?
        .query_map(params![rows, signed(skip)], read)?
        .collect::<Result<_, _>>()?;
    Ok(items)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Item> {
    let at = |column| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row
            .get::<_, Option<i64>>(column)?
            .map(Timestamp::from_unix_ms))
    };
    let state: i64 = row.get(6)?;
    Ok(Item {
        seq: unsigned(row.get(0)?),
        id: to_id(row.get(1)?),
        kind: row.get(2)?,
        staff: row.get(3)?,
        body: row.get(4)?,
        sha256: Sha256Digest(row.get(5)?),
        state: State::from_code(state).ok_or(rusqlite::Error::IntegralValueOutOfRange(6, state))?,
        saved_at: Timestamp::from_unix_ms(row.get(7)?),
        sent_at: at(8)?,
        receipted_at: at(9)?,
        answered_at: at(10)?,
        closed_at: at(11)?,
        receipt_seq: row.get::<_, Option<i64>>(12)?.map(i64::unsigned_abs),
        reason: row
            .get::<_, Option<String>>(13)?
            .and_then(|code| ProblemCode::parse(&code).ok()),
        replaces: row.get::<_, Option<[u8; 16]>>(14)?.map(to_id),
        replaced_by: row.get::<_, Option<[u8; 16]>>(15)?.map(to_id),
    })
}

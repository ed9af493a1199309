//! 台帳: the people this office has asked about by number after seeing their card.
//!
//! The number was typed, so that it may be wrong. Until the municipality has found somebody by
//! it, another number typed for the same person takes its place; when nobody is found, it goes.

use std::time::Duration;

use protocol::answer::ProgressFinding;
use protocol::calendar::{Date, Timestamp};
use protocol::number::{InsuredNumber, InsurerNumber, UserId};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::Key;
use crate::audit::{self, AuditEvent};
use crate::clock::Now;
use crate::error::Problem;

/// Most people in the list; the ones used longest ago make room.
pub const MAX_CLIENTS: u32 = 5_000;

/// People nobody asked about for so long leave the list: a year and a month, so that a yearly
/// renewal finds them still there.
pub const KEPT_UNUSED: Duration = Duration::from_secs(396 * 24 * 3600);

/// Most rows of one page.
pub const MAX_PAGE: usize = 100;

/// A person of the office's list.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// Which municipality insures them.
    pub insurer: InsurerNumber,
    /// 被保険者番号.
    pub insured: InsuredNumber,
    /// Name.
    pub name: String,
    /// 生年月日.
    pub born_on: Date,
    /// Age of the kept answer by number, if there is one and the clock is trusted.
    pub answer_age: Option<Duration>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client(**********)")
    }
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientsPage {
    /// People of this page.
    pub clients: Vec<Client>,
    /// From 0.
    pub page: usize,
    /// At least 1.
    pub pages: usize,
    /// People in all.
    pub total: usize,
}

/// Whether the list has anybody.
///
/// # Errors
/// Those of the vault.
pub fn has_clients(connection: &Connection) -> Result<bool, Problem> {
    Ok(connection
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM client)")?
        .query_row([], |row| row.get(0))?)
}

/// Puts a person into the list, or notes that they were asked about again. A number that was
/// confirmed as somebody else's stays theirs.
pub(super) fn remember(
    tx: &Transaction<'_>,
    now: &Now,
    insurer: &InsurerNumber,
    insured: &InsuredNumber,
    name: &str,
    born_on: Date,
) -> Result<(), Problem> {
    tx.prepare_cached(
        "DELETE FROM client WHERE insurer = ?1 AND insured <> ?2 AND name = ?3 AND born_on = ?4
           AND confirmed = 0",
    )?
    .execute(params![
        insurer.as_str(),
        insured.as_str(),
        name,
        born_on.to_string()
    ])?;
    tx.prepare_cached(
        "INSERT INTO client(insurer, insured, name, born_on, used_ms) VALUES(?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(insurer, insured) DO UPDATE SET name = excluded.name,
           born_on = excluded.born_on, used_ms = max(used_ms, excluded.used_ms)
         WHERE confirmed = 0 OR (name = excluded.name AND born_on = excluded.born_on)",
    )?
    .execute(params![
        insurer.as_str(),
        insured.as_str(),
        name,
        born_on.to_string(),
        now.wall.unix_ms()
    ])?;
    tx.prepare_cached(
        "DELETE FROM client WHERE id IN (
           SELECT id FROM client ORDER BY used_ms DESC, id DESC LIMIT -1 OFFSET ?1)",
    )?
    .execute(params![MAX_CLIENTS])?;
    Ok(())
}

/// What an answer by number says about the number that was typed for `name`.
pub(super) fn settle(
    tx: &Transaction<'_>,
    insurer: &str,
    insured: &InsuredNumber,
    name: &str,
    finding: &ProgressFinding,
) -> Result<(), Problem> {
    let sql = match finding {
        ProgressFinding::Found(_) => {
            "UPDATE client SET confirmed = 1 WHERE insurer = ?1 AND insured = ?2 AND name = ?3"
        }
        ProgressFinding::NotFound => {
            "DELETE FROM client
             WHERE insurer = ?1 AND insured = ?2 AND name = ?3 AND confirmed = 0"
        }
        _ => return Ok(()),
    };
    tx.prepare_cached(sql)?
        .execute(params![insurer, insured.as_str(), name])?;
    Ok(())
}

/// Takes a person out of the list. What was asked about them stays where it is. Somebody who is
/// out already changes nothing.
pub(super) fn remove(
    tx: &Transaction<'_>,
    now: &Now,
    insurer: &InsurerNumber,
    insured: &InsuredNumber,
    staff: &UserId,
) -> Result<(), Problem> {
    let gone = tx
        .prepare_cached("DELETE FROM client WHERE insurer = ?1 AND insured = ?2")?
        .execute(params![insurer.as_str(), insured.as_str()])?;
    if gone > 0 {
        audit::append(tx, now, Some(staff), &AuditEvent::ClientRemoved)?;
    }
    Ok(())
}

/// Forgets people nobody asked about for [`KEPT_UNUSED`]. Returns how many. Does nothing while
/// the clock is not trusted.
///
/// # Errors
/// Those of the vault.
pub fn forget(tx: &Transaction<'_>, now: &Now) -> Result<u32, Problem> {
    if !now.is_trusted() {
        return Ok(0);
    }
    let kept = i64::try_from(KEPT_UNUSED.as_millis()).unwrap_or(i64::MAX);
    let gone = tx
        .prepare_cached("DELETE FROM client WHERE used_ms < ?1")?
        .execute(params![now.wall.unix_ms().saturating_sub(kept)])?;
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}

/// A page, last used first. A page after the last is the last.
pub(super) fn page(
    connection: &Connection,
    now: &Now,
    page: usize,
    rows: usize,
) -> Result<ClientsPage, Problem> {
    let rows = rows.clamp(1, MAX_PAGE);
    let total: i64 = connection.query_row("SELECT count(*) FROM client", [], |row| row.get(0))?;
    let total = usize::try_from(total).unwrap_or(0);
    let pages = total.div_ceil(rows).max(1);
    let page = page.min(pages - 1);
    let found: Vec<Option<Client>> = connection
        .prepare_cached(
            "SELECT insurer, insured, name, born_on FROM client
             ORDER BY used_ms DESC, id DESC LIMIT ?1 OFFSET ?2",
        )?
        .query_map(params![as_i64(rows), as_i64(page * rows)], read)?
        .collect::<Result<_, _>>()?;
    let mut clients = Vec::with_capacity(found.len());
    for mut client in found.into_iter().flatten() {
        client.answer_age = answer_age(connection, now, &client)?;
        clients.push(client);
    }
    Ok(ClientsPage {
        clients,
        page,
        pages,
        total,
    })
}

/// The person of a confirmed card; `None` also when two people in the list share name and
/// birth date.
pub(super) fn find_person(
    connection: &Connection,
    name: &str,
    born_on: Date,
) -> Result<Option<Client>, Problem> {
    let found: Vec<Option<Client>> = connection
        .prepare_cached(
            "SELECT insurer, insured, name, born_on FROM client
             WHERE born_on = ?1 AND name = ?2 LIMIT 2",
        )?
        .query_map(params![born_on.to_string(), name], read)?
        .collect::<Result<_, _>>()?;
    let mut found = found.into_iter().flatten();
    Ok(match (found.next(), found.next()) {
        (Some(client), None) => Some(client),
        _ => None,
    })
}

/// The person with a number.
pub(super) fn find_number(
    connection: &Connection,
    insurer: &InsurerNumber,
    insured: &InsuredNumber,
) -> Result<Option<Client>, Problem> {
    Ok(connection
        .prepare_cached(
            "SELECT insurer, insured, name, born_on FROM client
             WHERE insurer = ?1 AND insured = ?2",
        )?
        .query_row(params![insurer.as_str(), insured.as_str()], read)
        .optional()?
        .flatten())
}

fn answer_age(
    connection: &Connection,
    now: &Now,
    client: &Client,
) -> Result<Option<Duration>, Problem> {
    if !now.is_trusted() {
        return Ok(None);
    }
    let key = Key::from(protocol::command::ProgressKey::Insured {
        insured: client.insured.clone(),
    });
    let as_of: Option<i64> = connection
        .prepare_cached(
            "SELECT as_of_ms FROM kept_answer WHERE insurer = ?1 AND key = ?2
               AND delete_wall_ms > ?3",
        )?
        .query_row(
            params![client.insurer.as_str(), key.text(), now.wall.unix_ms()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(as_of.map(|ms| now.wall.since(Timestamp::from_unix_ms(ms))))
}

/// `None` for a row that a later program wrote in another form.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Client>> {
    let (insurer, insured): (String, String) = (row.get(0)?, row.get(1)?);
    let (name, born_on): (String, String) = (row.get(2)?, row.get(3)?);
    Ok((|| {
        Some(Client {
            insurer: InsurerNumber::parse(&insurer).ok()?,
            insured: InsuredNumber::parse(&insured).ok()?,
            name,
            born_on: Date::parse(&born_on).ok()?,
            answer_age: None,
        })
    })())
}

fn as_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

//! The office's staff as this terminal knows them.

use std::time::Duration;

use protocol::calendar::Timestamp;
use protocol::command::StaffRecord;
use protocol::number::UserId;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::text::PersonName;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::passcode::{Cost, HASH_BYTES, SALT_BYTES, StoredHash};
use super::{lockout, rights};
use crate::clock::Now;
use crate::error::Problem;
use crate::vault::Migration;

/// Most members of staff, stopped ones included.
pub const MAX_STAFF: u32 = 500;

/// Edition of the pledge's text in the translations.
pub const PLEDGE_EDITION: u16 = 1;

/// A pledge holds for a year.
pub const PLEDGE_HOLDS: Duration = Duration::from_secs(365 * 24 * 3600);

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "access-1",
    sql: "CREATE TABLE access_staff(
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            services TEXT NOT NULL,
            occupation TEXT,
            active INTEGER NOT NULL,
            last_seen_ms INTEGER,
            pledged_ms INTEGER,
            pledge_edition INTEGER
          ) STRICT;
          CREATE TABLE access_passcode(
            staff TEXT PRIMARY KEY REFERENCES access_staff(id),
            salt BLOB NOT NULL,
            memory_kib INTEGER NOT NULL,
            passes INTEGER NOT NULL,
            hash BLOB NOT NULL
          ) STRICT;
          CREATE TABLE access_tries(
            staff TEXT PRIMARY KEY,
            wrong INTEGER NOT NULL,
            forgiven INTEGER NOT NULL,
            boot_id BLOB NOT NULL,
            boot_ms INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE access_untold(
            staff TEXT PRIMARY KEY,
            by TEXT NOT NULL
          ) STRICT;
          CREATE TABLE access_contact(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            wall_ms INTEGER NOT NULL,
            lived_ms INTEGER NOT NULL
          ) STRICT;",
}];

/// One member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// As all terminals of the office know them.
    pub record: StaffRecord,
    /// A passcode was set on this terminal.
    pub has_passcode: bool,
    /// Last unlock of this terminal.
    pub last_seen: Option<Timestamp>,
    /// The yearly pledge has to be signed before the next work.
    pub pledge_due: bool,
    /// They pause after wrong tries.
    pub paused: bool,
}

/// Everybody, those who can work first, then by id.
///
/// # Errors
/// Those of the vault.
pub fn all(connection: &Connection, now: &Now) -> Result<Vec<Member>, Problem> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY active DESC, id"))?;
    let rows: Vec<Found> = statement.query_map([], found)?.collect::<Result<_, _>>()?;
    rows.into_iter()
        .map(|row| member(connection, row, now))
        .collect()
}

/// One member, if there is one with this id.
///
/// # Errors
/// Those of the vault.
pub fn find(connection: &Connection, id: &UserId, now: &Now) -> Result<Option<Member>, Problem> {
    let row = connection
        .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
        .query_row([id.as_str()], found)
        .optional()?;
    row.map(|row| member(connection, row, now)).transpose()
}

/// The name of a member, if there is one with this id.
///
/// # Errors
/// Those of the vault.
pub fn name_of(connection: &Connection, id: &UserId) -> Result<Option<String>, Problem> {
    Ok(connection
        .prepare_cached("SELECT name FROM access_staff WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?)
}

/// The member, who must exist and be able to work.
///
/// # Errors
/// [`ProblemCode::AccessUnknown`], [`ProblemCode::AccessDisabled`], and those of the vault.
pub fn active(connection: &Connection, id: &UserId, now: &Now) -> Result<Member, Problem> {
    let member = find(connection, id, now)?.ok_or(Problem::Refused(ProblemCode::AccessUnknown))?;
    if !member.record.active {
        return Err(Problem::Refused(ProblemCode::AccessDisabled));
    }
    Ok(member)
}

/// Adds or replaces a record. The passcode, the pledge and the last unlock stay.
///
/// # Errors
/// [`ProblemCode::AccessTooMany`], and those of the vault.
pub fn put(tx: &Transaction<'_>, record: &StaffRecord) -> Result<(), Problem> {
    let others: u32 = tx.query_row(
        "SELECT count(*) FROM access_staff WHERE id <> ?1",
        [record.id.as_str()],
        |r| r.get(0),
    )?;
    if others >= MAX_STAFF {
        return Err(Problem::Refused(ProblemCode::AccessTooMany));
    }
    tx.prepare_cached(
        "INSERT INTO access_staff(id, name, role, services, occupation, active)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT(id) DO UPDATE SET name = excluded.name, role = excluded.role,
           services = excluded.services, occupation = excluded.occupation,
           active = excluded.active",
    )?
    .execute(params![
        record.id.as_str(),
        record.name.as_str(),
        role_text(record.role),
        record.services.join(","),
        record.occupation,
        record.active,
    ])?;
    Ok(())
}

/// Stops somebody; whether they could work before.
///
/// # Errors
/// Those of the vault.
pub fn disable(tx: &Transaction<'_>, id: &UserId) -> Result<bool, Problem> {
    let changed = tx.execute(
        "UPDATE access_staff SET active = 0 WHERE id = ?1 AND active = 1",
        [id.as_str()],
    )?;
    // A leaver who comes back chooses a new passcode.
    tx.execute(
        "DELETE FROM access_passcode WHERE staff = ?1",
        [id.as_str()],
    )?;
    Ok(changed > 0)
}

/// Active administrators other than `id`.
///
/// # Errors
/// Those of the vault.
pub fn other_administrators(connection: &Connection, id: &UserId) -> Result<u32, Problem> {
    Ok(connection.query_row(
        "SELECT count(*) FROM access_staff WHERE role = ?1 AND active = 1 AND id <> ?2",
        params![role_text(StaffRole::Administrator), id.as_str()],
        |row| row.get(0),
    )?)
}

/// The hash of somebody's passcode.
///
/// # Errors
/// Those of the vault.
pub fn stored_hash(connection: &Connection, id: &UserId) -> Result<Option<StoredHash>, Problem> {
    Ok(connection
        .prepare_cached(
            "SELECT salt, memory_kib, passes, hash FROM access_passcode WHERE staff = ?1",
        )?
        .query_row([id.as_str()], |row| {
            Ok(StoredHash {
                salt: row.get::<_, [u8; SALT_BYTES]>(0)?,
                cost: Cost {
                    memory_kib: row.get(1)?,
                    passes: row.get(2)?,
                },
                hash: row.get::<_, [u8; HASH_BYTES]>(3)?,
            })
        })
        .optional()?)
}

/// Keeps the hash of somebody's passcode in place of an earlier one.
///
/// # Errors
/// Those of the vault.
pub fn keep_hash(tx: &Transaction<'_>, id: &UserId, stored: &StoredHash) -> Result<(), Problem> {
    tx.execute(
        "INSERT INTO access_passcode(staff, salt, memory_kib, passes, hash)
         VALUES(?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(staff) DO UPDATE SET salt = excluded.salt, memory_kib = excluded.memory_kib,
           passes = excluded.passes, hash = excluded.hash",
        params![
            id.as_str(),
            stored.salt,
            stored.cost.memory_kib,
            stored.cost.passes,
            stored.hash
        ],
    )?;
    Ok(())
}

/// Somebody unlocked the terminal.
///
/// # Errors
/// Those of the vault.
pub fn seen(tx: &Transaction<'_>, id: &UserId, now: &Now) -> Result<(), Problem> {
    tx.execute(
        "UPDATE access_staff SET last_seen_ms = ?2 WHERE id = ?1",
        params![id.as_str(), now.wall.unix_ms()],
    )?;
    Ok(())
}

/// Somebody signed the pledge.
///
/// # Errors
/// Those of the vault.
pub fn pledged(tx: &Transaction<'_>, id: &UserId, edition: u16, now: &Now) -> Result<(), Problem> {
    tx.execute(
        "UPDATE access_staff SET pledged_ms = ?2, pledge_edition = ?3 WHERE id = ?1",
        params![id.as_str(), now.wall.unix_ms(), edition],
    )?;
    Ok(())
}

const SELECT: &str = "SELECT id, name, role, services, occupation, active, last_seen_ms,
    pledged_ms, pledge_edition, EXISTS(SELECT 1 FROM access_passcode p WHERE p.staff = s.id)
    FROM access_staff s";

struct Found {
    id: String,
    name: String,
    role: String,
    services: String,
    occupation: Option<String>,
    active: bool,
    last_seen: Option<i64>,
    pledged: Option<i64>,
    edition: Option<u16>,
    has_passcode: bool,
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        id: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
        services: row.get(3)?,
        occupation: row.get(4)?,
        active: row.get(5)?,
        last_seen: row.get(6)?,
        pledged: row.get(7)?,
        edition: row.get(8)?,
        has_passcode: row.get(9)?,
    })
}

fn member(connection: &Connection, row: Found, now: &Now) -> Result<Member, Problem> {
    let damaged = |what: &str| Problem::VaultStatement(format!("a staff row's {what}"));
    let id = UserId::parse(&row.id).map_err(|_| damaged("id"))?;
    let role = role_of(&row.role).ok_or_else(|| damaged("role"))?;
    // Only somebody's own wrong tries make them look paused, not the device's sum.
    let gate = lockout::gate(connection, &id, lockout::Scope::Person, now)?;
    let paused = matches!(gate, lockout::Gate::Paused { .. });
    let current = row.edition == Some(PLEDGE_EDITION)
        && row.pledged.is_some_and(|at| {
            // A clock that cannot be trusted does not ask people to sign again.
            !now.is_trusted() || now.wall.since(Timestamp::from_unix_ms(at)) < PLEDGE_HOLDS
        });
    Ok(Member {
        record: StaffRecord {
            id,
            name: PersonName::parse(&row.name).map_err(|_| damaged("name"))?,
            role,
            services: row
                .services
                .split(',')
                .filter(|code| !code.is_empty())
                .map(str::to_owned)
                .collect(),
            occupation: row.occupation,
            active: row.active,
        },
        has_passcode: row.has_passcode,
        last_seen: row.last_seen.map(Timestamp::from_unix_ms),
        pledge_due: rights::signs_pledge(role) && !current,
        paused,
    })
}

fn role_text(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Setup => "setup",
        StaffRole::Administrator => "administrator",
        StaffRole::General => "general",
        StaffRole::Technician => "technician",
    }
}

fn role_of(text: &str) -> Option<StaffRole> {
    [
        StaffRole::Setup,
        StaffRole::Administrator,
        StaffRole::General,
        StaffRole::Technician,
    ]
    .into_iter()
    .find(|role| role_text(*role) == text)
}

//! The settings table: one JSON value a name.

use protocol::facility::{Facility, FacilityProfile};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Draft, Loaded, review};
use crate::access::staff;
use crate::clock::Now;
use crate::error::Problem;
use crate::outbox;
use crate::vault::Migration;

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "setup-1",
    sql: "CREATE TABLE setup_setting(
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;",
}];

pub(super) const PROFILE: &str = "profile";
/// The office's profile as the gateway last said it.
const HEARD: &str = "profile_heard";
pub(super) const FACILITY: &str = "facility";
pub(super) const LOOK: &str = "look";
pub(super) const PIN_MODE: &str = "pin_mode";
pub(super) const FINISHED: &str = "finished";
const DRAFT: &str = "draft";
/// The profile that the draft was filled from. Beside it, so that the version before reads the draft.
const DRAFT_SHOWN: &str = "draft_shown";
const WIPED: &str = "wiped";

/// Whether set-up is over.
///
/// # Errors
/// Those of the vault.
pub fn is_finished(connection: &Connection) -> Result<bool, Problem> {
    Ok(get(connection, FINISHED)?.unwrap_or(false))
}

/// The office as it describes itself.
///
/// # Errors
/// Those of the vault.
pub fn profile(connection: &Connection) -> Result<Option<FacilityProfile>, Problem> {
    get(connection, PROFILE)
}

/// The office as the gateway knows it, and the insurers it may ask.
///
/// # Errors
/// Those of the vault.
pub fn facility(connection: &Connection) -> Result<Option<Facility>, Problem> {
    get(connection, FACILITY)
}

/// Keeps what the gateway says about the office, at enrolment and from the feed.
///
/// # Errors
/// Those of the vault.
pub fn keep_facility(tx: &Transaction<'_>, facility: &Facility) -> Result<(), Problem> {
    keep(tx, FACILITY, facility)
}

/// Keeps the office's profile as the gateway knows it. Until somebody has looked at it in set-up it
/// is only offered for that, and from then to the end of set-up it replaces what nobody typed. A
/// change of this terminal that is still to be told is not overwritten: the gateway judges it, and
/// says again what it keeps.
///
/// # Errors
/// Those of the vault.
pub fn keep_profile(tx: &Transaction<'_>, profile: &FacilityProfile) -> Result<(), Problem> {
    let own = self::profile(tx)?;
    if is_finished(tx)? {
        if !outbox::waits(tx, outbox::PROFILE_CHANGED)? {
            keep(tx, PROFILE, profile)?;
        }
    } else if let (Some(own), Some(shown)) = (own, heard(tx)?) {
        keep(tx, PROFILE, &review::merged(&own, &shown, profile))?;
    }
    keep(tx, HEARD, profile)
}

/// The office's profile as the gateway last said it.
pub(super) fn heard(connection: &Connection) -> Result<Option<FacilityProfile>, Problem> {
    get(connection, HEARD)
}

/// Keeps that this vault follows one that was destroyed, so that the screen can say so until
/// the terminal belongs to an office again.
///
/// # Errors
/// Those of the vault.
pub fn keep_wiped(tx: &Transaction<'_>) -> Result<(), Problem> {
    keep(tx, WIPED, &true)
}

pub(super) fn load(connection: &Connection, now: &Now) -> Result<Loaded, Problem> {
    Ok(Loaded {
        finished: is_finished(connection)?,
        device: crate::sync::device(connection)?.map(|device| device.to_string()),
        last_exchange: crate::sync::last_exchange(connection)?,
        certificate: crate::sync::certificate_life(connection)?,
        profile: profile(connection)?,
        heard: heard(connection)?,
        facility: facility(connection)?,
        look: get(connection, LOOK)?,
        pin_mode: get(connection, PIN_MODE)?.unwrap_or(false),
        staff: staff::all(connection, now)?,
        draft: Draft {
            shown: get(connection, DRAFT_SHOWN)?,
            ..get(connection, DRAFT)?.unwrap_or_default()
        },
        self_test: super::self_test::state(connection)?,
        wiped: get(connection, WIPED)?.unwrap_or(false),
    })
}

pub(super) fn keep<T: Serialize>(
    tx: &Transaction<'_>,
    name: &str,
    value: &T,
) -> Result<(), Problem> {
    let text = serde_json::to_string(value)
        .map_err(|_| Problem::VaultStatement(format!("setting {name} does not serialise")))?;
    tx.prepare_cached(
        "INSERT INTO setup_setting(name, value) VALUES(?1, ?2)
         ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![name, text])?;
    Ok(())
}

/// Keeps what was typed of the profile so far.
pub(super) fn keep_draft(tx: &Transaction<'_>, draft: &Draft) -> Result<(), Problem> {
    keep(tx, DRAFT, draft)?;
    match &draft.shown {
        Some(shown) => keep(tx, DRAFT_SHOWN, shown),
        None => forget(tx, DRAFT_SHOWN),
    }
}

/// Forgets it.
pub(super) fn forget_draft(tx: &Transaction<'_>) -> Result<(), Problem> {
    forget(tx, DRAFT)?;
    forget(tx, DRAFT_SHOWN)
}

fn forget(tx: &Transaction<'_>, name: &str) -> Result<(), Problem> {
    tx.prepare_cached("DELETE FROM setup_setting WHERE name = ?1")?
        .execute([name])?;
    Ok(())
}

pub(super) fn get<T: DeserializeOwned>(
    connection: &Connection,
    name: &str,
) -> Result<Option<T>, Problem> {
    let text: Option<String> = connection
        .prepare_cached("SELECT value FROM setup_setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|_| Problem::VaultStatement(format!("setting {name} cannot be read")))
}

//! The offer in the vault, and how far it came.

use protocol::exchange::Sha256Digest;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::release::{MAX_BUNDLE_BYTES, ReleaseOffer, UpdateState};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::error::Problem;
use crate::vault::Migration;

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        layout: 1,
        name: "update-1",
        sql: "CREATE TABLE update_offer(
                only INTEGER PRIMARY KEY CHECK(only = 1),
                offer TEXT NOT NULL,
                stage TEXT NOT NULL,
                damaged INTEGER NOT NULL,
                told TEXT
              ) STRICT;
              CREATE TABLE update_running(
                only INTEGER PRIMARY KEY CHECK(only = 1),
                version TEXT NOT NULL
              ) STRICT;",
    },
    Migration {
        layout: 1,
        name: "update-2",
        sql: "CREATE TABLE update_stick(
                only INTEGER PRIMARY KEY CHECK(only = 1),
                state TEXT NOT NULL
              ) STRICT;",
    },
];

/// Damaged arrivals of one bundle after which it is not fetched any more.
pub const MAX_DAMAGED: u32 = 3;

/// How far an offer came.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// To be fetched, or half fetched.
    Wanted,
    /// To be fetched when there is room.
    NoRoom,
    /// The machine has it, and this is what it says.
    Machine(UpdateState),
}

/// What J-1 and the doctor show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// The version that runs; `None` where no machine says it (a developer's window).
    pub running: Option<Version>,
    /// The version that is offered, and how far it came.
    pub offered: Option<(Version, Stage)>,
    /// What the machine made of the stick with an update that was put in since the last start.
    pub stick: Option<UpdateState>,
}

pub(super) struct Row {
    pub(super) offer: ReleaseOffer,
    pub(super) stage: Stage,
    pub(super) damaged: u32,
    /// The state that the gateway was told last, as JSON.
    pub(super) told: Option<String>,
}

/// Takes an offer. The same one again changes nothing, unless it was refused: the operator has
/// mended what was wrong. Another one takes its place.
///
/// # Errors
/// [`ProblemCode::ReleaseFile`] for a bundle that no machine takes, and those of the vault.
pub fn offer(tx: &Transaction<'_>, offer: &ReleaseOffer) -> Result<(), Problem> {
    if offer.size == 0 || offer.size > MAX_BUNDLE_BYTES {
        return Err(Problem::Refused(ProblemCode::ReleaseFile));
    }
    let is_known = row(tx)?.is_some_and(|row| {
        let refused = matches!(row.stage, Stage::Machine(UpdateState::Refused { .. }));
        row.offer == *offer && !refused
    });
    if is_known {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT OR REPLACE INTO update_offer(only, offer, stage, damaged, told)
         VALUES(1, ?1, ?2, 0, NULL)",
    )?
    .execute(params![json(offer)?, json(&Stage::Wanted)?])?;
    Ok(())
}

/// The operator took an offer back: nothing more of it is fetched. What the machine has already
/// is the machine's.
///
/// # Errors
/// Those of the vault.
pub fn withdraw(tx: &Transaction<'_>, sha256: Sha256Digest) -> Result<(), Problem> {
    let fetching = row(tx)?.is_some_and(|row| {
        row.offer.sha256 == sha256 && matches!(row.stage, Stage::Wanted | Stage::NoRoom)
    });
    if fetching {
        tx.execute("DELETE FROM update_offer", [])?;
    }
    Ok(())
}

/// The offer that is to be fetched, if there is one.
///
/// # Errors
/// Those of the vault.
pub fn pending(connection: &Connection) -> Result<Option<ReleaseOffer>, Problem> {
    Ok(row(connection)?
        .filter(|row| matches!(row.stage, Stage::Wanted | Stage::NoRoom))
        .map(|row| row.offer))
}

/// Where the terminal stands.
///
/// # Errors
/// Those of the vault.
pub fn status(connection: &Connection) -> Result<Status, Problem> {
    let running: Option<String> = connection
        .prepare_cached("SELECT version FROM update_running")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let stick: Option<String> = connection
        .prepare_cached("SELECT state FROM update_stick")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(Status {
        stick: stick.and_then(|text| serde_json::from_str(&text).ok()),
        running: running.and_then(|text| Version::parse(&text).ok()),
        offered: row(connection)?.map(|row| (row.offer.version, row.stage)),
    })
}

pub(super) fn keep_running(tx: &Transaction<'_>, version: Version) -> Result<(), Problem> {
    tx.prepare_cached("INSERT OR REPLACE INTO update_running(only, version) VALUES(1, ?1)")?
        .execute([version.to_string()])?;
    Ok(())
}

pub(super) fn keep_stick(tx: &Transaction<'_>, state: Option<&UpdateState>) -> Result<(), Problem> {
    match state {
        Some(state) => tx
            .prepare_cached("INSERT OR REPLACE INTO update_stick(only, state) VALUES(1, ?1)")?
            .execute([json(state)?])?,
        None => tx.prepare_cached("DELETE FROM update_stick")?.execute([])?,
    };
    Ok(())
}

pub(super) fn row(connection: &Connection) -> Result<Option<Row>, Problem> {
    let found: Option<(String, String, u32, Option<String>)> = connection
        .prepare_cached("SELECT offer, stage, damaged, told FROM update_offer")?
        .query_row([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    // What a later version wrote there is as good as no offer: it is offered again.
    Ok(found.and_then(|(offer, stage, damaged, told)| {
        Some(Row {
            offer: serde_json::from_str(&offer).ok()?,
            stage: serde_json::from_str(&stage).ok()?,
            damaged,
            told,
        })
    }))
}

pub(super) fn set_stage(
    tx: &Transaction<'_>,
    offer: &ReleaseOffer,
    stage: &Stage,
) -> Result<(), Problem> {
    tx.prepare_cached("UPDATE update_offer SET stage = ?2 WHERE offer = ?1 AND stage <> ?2")?
        .execute(params![json(offer)?, json(stage)?])?;
    Ok(())
}

/// Counts a damaged arrival; the last one that is forgiven ends the offer.
pub(super) fn count_damaged(tx: &Transaction<'_>, offer: &ReleaseOffer) -> Result<(), Problem> {
    tx.prepare_cached("UPDATE update_offer SET damaged = damaged + 1 WHERE offer = ?1")?
        .execute([json(offer)?])?;
    if row(tx)?.is_some_and(|row| row.offer == *offer && row.damaged >= MAX_DAMAGED) {
        let code = ProblemCode::UpdateDamaged;
        set_stage(tx, offer, &Stage::Machine(UpdateState::Refused { code }))?;
    }
    Ok(())
}

pub(super) fn set_told(tx: &Transaction<'_>, told: &str) -> Result<(), Problem> {
    tx.prepare_cached("UPDATE update_offer SET told = ?1")?
        .execute([told])?;
    Ok(())
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, Problem> {
    serde_json::to_string(value)
        .map_err(|_| Problem::VaultStatement("an offer does not serialise".into()))
}

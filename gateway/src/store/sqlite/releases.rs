use std::cmp::Reverse;

use protocol::calendar::Timestamp;
use protocol::provisioning::Version;
use protocol::release::UpdateState;
use rusqlite::{Row, params};

use super::SqliteTx;
use super::value::{
    device_id, from_json, get_hash, get_time, get_time_or_none, get_u64, number, office, to_json,
};
use crate::error::GatewayError;
use crate::store::{Audience, Release, ReleaseRows, Standing, Target};

impl ReleaseRows for SqliteTx<'_> {
    fn put_release(&mut self, release: &Release) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO releases
                     (version, minimum, sha256, size, added_at, withdrawn_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                release.version.to_string(),
                release.minimum.to_string(),
                release.sha256.as_bytes(),
                number(release.size),
                release.added_at.unix_ms(),
                release.withdrawn_at.map(|at| at.unix_ms()),
            ])?;
        Ok(())
    }

    fn releases(&mut self) -> Result<Vec<Release>, GatewayError> {
        let mut releases: Vec<Release> = self
            .conn
            .prepare_cached("SELECT * FROM releases")?
            .query_map([], |row| Ok(release(row)))?
            .map(|row| row?)
            .collect::<Result<_, _>>()?;
        releases.sort_by_key(|release| Reverse(release.version));
        Ok(releases)
    }

    fn withdraw_release(&mut self, version: Version, now: Timestamp) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("UPDATE releases SET withdrawn_at = ?2 WHERE version = ?1")?
            .execute(params![version.to_string(), now.unix_ms()])?;
        self.conn
            .prepare_cached("DELETE FROM release_offers WHERE version = ?1")?
            .execute([version.to_string()])?;
        Ok(())
    }

    fn add_standing(
        &mut self,
        version: Version,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        let (office, serial) = match &standing.to {
            Audience::All => (None, None),
            Audience::Office(office) => (Some(office.as_str()), None),
            Audience::Serial(serial) => (None, Some(serial.as_str())),
        };
        self.conn
            .prepare_cached(
                "INSERT INTO release_offers (version, office, serial, percent, at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                version.to_string(),
                office,
                serial,
                standing.percent,
                now.unix_ms()
            ])?;
        Ok(())
    }

    fn standing(&mut self, version: Version) -> Result<Vec<Standing>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT office, serial, percent FROM release_offers WHERE version = ?1 ORDER BY n",
            )?
            .query_map([version.to_string()], |row| {
                Ok((
                    row.get::<_, Option<String>>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, u8>(2)?,
                ))
            })?
            .map(|row| {
                let (of_office, serial, percent) = row?;
                let to = match (of_office, serial) {
                    (Some(of_office), _) => Audience::Office(office(&of_office)?),
                    (None, Some(serial)) => Audience::Serial(serial),
                    (None, None) => Audience::All,
                };
                Ok(Standing { to, percent })
            })
            .collect()
    }

    fn add_target(
        &mut self,
        version: Version,
        device: i64,
        now: Timestamp,
    ) -> Result<bool, GatewayError> {
        let added = self
            .conn
            .prepare_cached(
                "INSERT INTO release_targets (version, device, offered_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (version, device) DO NOTHING",
            )?
            .execute(params![version.to_string(), device, now.unix_ms()])?;
        Ok(added == 1)
    }

    fn drop_targets(&mut self, version: Version) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("DELETE FROM release_targets WHERE version = ?1")?
            .execute([version.to_string()])?;
        Ok(())
    }

    fn is_target(&mut self, version: Version, device: i64) -> Result<bool, GatewayError> {
        Ok(self
            .conn
            .prepare_cached("SELECT 1 FROM release_targets WHERE version = ?1 AND device = ?2")?
            .exists(params![version.to_string(), device])?)
    }

    fn keep_update(
        &mut self,
        version: Version,
        device: i64,
        state: &UpdateState,
        running: Version,
        now: Timestamp,
    ) -> Result<bool, GatewayError> {
        let kept = self
            .conn
            .prepare_cached(
                "UPDATE release_targets SET state = ?3, running = ?4, reported_at = ?5
                 WHERE version = ?1 AND device = ?2",
            )?
            .execute(params![
                version.to_string(),
                device,
                to_json(state)?,
                running.to_string(),
                now.unix_ms()
            ])?;
        Ok(kept == 1)
    }

    fn targets(&mut self, version: Option<Version>) -> Result<Vec<Target>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT t.*, d.id, d.serial, d.office FROM release_targets t
                 JOIN devices d ON d.key = t.device
                 WHERE ?1 IS NULL OR t.version = ?1 ORDER BY d.id, t.offered_at",
            )?
            .query_map([version.map(|version| version.to_string())], |row| {
                Ok(target(row))
            })?
            .map(|row| row?)
            .collect()
    }
}

fn release(row: &Row<'_>) -> Result<Release, GatewayError> {
    Ok(Release {
        version: get_version(row, "version")?,
        minimum: get_version(row, "minimum")?,
        sha256: get_hash(row, "sha256")?,
        size: get_u64(row, "size")?,
        added_at: get_time(row, "added_at")?,
        withdrawn_at: get_time_or_none(row, "withdrawn_at")?,
    })
}

fn target(row: &Row<'_>) -> Result<Target, GatewayError> {
    let state: Option<String> = row.get("state")?;
    let running: Option<String> = row.get("running")?;
    let of_office: String = row.get("office")?;
    let id: String = row.get("id")?;
    Ok(Target {
        key: row.get("device")?,
        device: device_id(&id)?,
        serial: row.get("serial")?,
        office: office(&of_office)?,
        version: get_version(row, "version")?,
        offered_at: get_time(row, "offered_at")?,
        state: state.as_deref().map(from_json).transpose()?,
        running: running.as_deref().map(version).transpose()?,
        reported_at: get_time_or_none(row, "reported_at")?,
    })
}

fn get_version(row: &Row<'_>, column: &str) -> Result<Version, GatewayError> {
    version(&row.get::<_, String>(column)?)
}

fn version(text: &str) -> Result<Version, GatewayError> {
    Version::parse(text).map_err(|_| GatewayError::damaged("version in a row"))
}

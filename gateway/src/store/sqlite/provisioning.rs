use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::provisioning::image::VerifyKey;
use protocol::provisioning::{FlashRecord, Version};
use rusqlite::{OptionalExtension, Row, params};

use super::SqliteTx;
use super::value::{from_json, get_hash, get_time, get_time_or_none, get_u64, office, to_json};
use crate::error::GatewayError;
use crate::store::{KnownImage, MadeToken, ProvisioningRows, Station, StationRight};

/// Stands for every office in a right.
const ALL: &str = "*";

impl ProvisioningRows for SqliteTx<'_> {
    fn put_image(&mut self, image: &KnownImage) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO images (sha256, version, added_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (sha256) DO NOTHING",
            )?
            .execute(params![
                image.sha256.as_bytes(),
                image.version.to_string(),
                image.added_at.unix_ms()
            ])?;
        Ok(())
    }

    fn images(&mut self) -> Result<Vec<KnownImage>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM images ORDER BY added_at DESC, sha256")?
            .query_map([], |row| {
                Ok((
                    get_hash(row, "sha256")?,
                    row.get::<_, String>("version")?,
                    get_time(row, "added_at")?,
                ))
            })?
            .map(|row| {
                let (sha256, version, added_at) = row?;
                Ok(KnownImage {
                    sha256,
                    version: Version::parse(&version)
                        .map_err(|_| GatewayError::damaged("version in a row"))?,
                    added_at,
                })
            })
            .collect()
    }

    fn put_station(&mut self, key: &VerifyKey, now: Timestamp) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO stations (kid, x, added_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (kid) DO UPDATE SET x = excluded.x",
            )?
            .execute(params![key.kid, key.x, now.unix_ms()])?;
        Ok(())
    }

    fn stations(&mut self) -> Result<Vec<Station>, GatewayError> {
        let mut stations: Vec<Station> = self
            .conn
            .prepare_cached("SELECT kid, x, revoked_at FROM stations ORDER BY kid")?
            .query_map([], |row| {
                Ok(Station {
                    key: VerifyKey {
                        kid: row.get("kid")?,
                        x: row.get("x")?,
                    },
                    revoked_at: get_time_or_none(row, "revoked_at")?,
                    rights: Vec::new(),
                })
            })?
            .collect::<Result<_, _>>()?;
        let mut rights = self
            .conn
            .prepare_cached("SELECT office FROM station_rights WHERE kid = ?1 ORDER BY office")?;
        for station in &mut stations {
            station.rights = rights
                .query_map([&station.key.kid], |row| row.get::<_, String>(0))?
                .map(|text| match text?.as_str() {
                    ALL => Ok(StationRight::All),
                    one => Ok(StationRight::Office(office(one)?)),
                })
                .collect::<Result<_, GatewayError>>()?;
        }
        Ok(stations)
    }

    fn set_station_revoked(
        &mut self,
        kid: &str,
        revoked_at: Option<Timestamp>,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("UPDATE stations SET revoked_at = ?2 WHERE kid = ?1")?
            .execute(params![kid, revoked_at.map(|at| at.unix_ms())])?;
        Ok(())
    }

    fn add_right(&mut self, kid: &str, right: &StationRight) -> Result<(), GatewayError> {
        let office = match right {
            StationRight::All => ALL,
            StationRight::Office(office) => office.as_str(),
        };
        self.conn
            .prepare_cached(
                "INSERT INTO station_rights (kid, office) VALUES (?1, ?2)
                 ON CONFLICT (kid, office) DO NOTHING",
            )?
            .execute([kid, office])?;
        Ok(())
    }

    fn drop_rights(&mut self, kid: &str) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("DELETE FROM station_rights WHERE kid = ?1")?
            .execute([kid])?;
        Ok(())
    }

    fn add_station_token(&mut self, token: &MadeToken) -> Result<bool, GatewayError> {
        let added = self
            .conn
            .prepare_cached(
                "INSERT INTO station_tokens
                     (kid, nonce, serial, office, replaces, at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (kid, nonce) DO NOTHING",
            )?
            .execute(params![
                token.kid,
                token.nonce,
                token.serial,
                token.office.as_str(),
                token.replaces,
                token.at.unix_ms(),
                token.expires_at.unix_ms()
            ])?;
        Ok(added == 1)
    }

    fn count_station_tokens(&mut self, kid: &str, since: Timestamp) -> Result<u64, GatewayError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) AS n FROM station_tokens WHERE at >= ?2 AND kid = ?1")?
            .query_row(params![kid, since.unix_ms()], |row| get_u64(row, "n"))?)
    }

    fn station_tokens(&mut self, most: u32) -> Result<Vec<MadeToken>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM station_tokens ORDER BY at DESC LIMIT ?1")?
            .query_map([most], |row| Ok(station_token(row)))?
            .map(|row| row?)
            .collect()
    }

    fn add_card(
        &mut self,
        digest: Sha256Digest,
        record: &FlashRecord,
        now: Timestamp,
    ) -> Result<bool, GatewayError> {
        let added = self
            .conn
            .prepare_cached(
                "INSERT INTO cards (digest, serial, record, taken_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (digest) DO NOTHING",
            )?
            .execute(params![
                digest.as_bytes(),
                record.serial.as_str(),
                to_json(record)?,
                now.unix_ms()
            ])?;
        Ok(added == 1)
    }

    fn cards(&mut self, most: u32) -> Result<Vec<FlashRecord>, GatewayError> {
        self.conn
            .prepare_cached("SELECT record FROM cards ORDER BY n DESC LIMIT ?1")?
            .query_map([most], |row| row.get::<_, String>(0))?
            .map(|record| from_json(&record?))
            .collect()
    }

    fn card_of(&mut self, serial: &str) -> Result<Option<FlashRecord>, GatewayError> {
        self.conn
            .prepare_cached("SELECT record FROM cards WHERE serial = ?1 ORDER BY n DESC LIMIT 1")?
            .query_row([serial], |row| row.get::<_, String>(0))
            .optional()?
            .map(|record| from_json(&record))
            .transpose()
    }
}

fn station_token(row: &Row<'_>) -> Result<MadeToken, GatewayError> {
    let of: String = row.get("office")?;
    Ok(MadeToken {
        kid: row.get("kid")?,
        nonce: row.get("nonce")?,
        serial: row.get("serial")?,
        office: office(&of)?,
        replaces: row.get("replaces")?,
        at: get_time(row, "at")?,
        expires_at: get_time(row, "expires_at")?,
    })
}

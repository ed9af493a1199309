use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::provisioning::image::VerifyKey;
use protocol::provisioning::{FlashRecord, Version};
use rusqlite::params;

use super::SqliteTx;
use super::value::{from_json, get_hash, get_time, to_json};
use crate::error::GatewayError;
use crate::store::{KnownImage, ProvisioningRows};

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

    fn stations(&mut self) -> Result<Vec<VerifyKey>, GatewayError> {
        self.conn
            .prepare_cached("SELECT kid, x FROM stations ORDER BY kid")?
            .query_map([], |row| {
                Ok(VerifyKey {
                    kid: row.get("kid")?,
                    x: row.get("x")?,
                })
            })?
            .map(|key| Ok(key?))
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
}

use protocol::answer::{FeedEntry, FeedItem};
use protocol::calendar::Timestamp;
use protocol::number::OfficeNumber;
use rusqlite::params;

use super::SqliteTx;
use super::value::{from_json, get_u64, number, to_json};
use crate::error::GatewayError;
use crate::store::FeedRows;

/// By terminal, number and a limit. The sum keeps SQLite from planning anew at each call, as it
/// does for a bare `LIMIT ?`.
pub(super) const AFTER: &str =
    "SELECT seq, item FROM feed WHERE device = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3 + 0";

impl FeedRows for SqliteTx<'_> {
    fn push_feed(
        &mut self,
        device: i64,
        entry: &FeedEntry,
        now: Timestamp,
        delete_after: Option<Timestamp>,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO feed (device, seq, item, made_at, delete_after)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                device,
                number(entry.seq),
                to_json(&entry.item)?,
                now.unix_ms(),
                delete_after.map(|at| at.unix_ms())
            ])?;
        Ok(())
    }

    fn feed_after(
        &mut self,
        device: i64,
        cursor: u64,
        limit: u32,
    ) -> Result<Vec<FeedEntry>, GatewayError> {
        self.conn
            .prepare_cached(AFTER)?
            .query_map(params![device, number(cursor), limit], |row| {
                Ok((get_u64(row, "seq")?, row.get::<_, String>("item")?))
            })?
            .map(|row| {
                let (seq, item) = row?;
                Ok(FeedEntry {
                    seq,
                    item: from_json(&item)?,
                })
            })
            .collect()
    }

    fn broadcast(
        &mut self,
        office: Option<&OfficeNumber>,
        except: Option<i64>,
        item: &FeedItem,
        now: Timestamp,
        delete_after: Option<Timestamp>,
    ) -> Result<u64, GatewayError> {
        let told = self
            .conn
            .prepare_cached(
                "UPDATE devices SET feed_seq = feed_seq + 1
                 WHERE state = 'active' AND (?1 IS NULL OR office = ?1)
                   AND (?2 IS NULL OR key <> ?2)",
            )?
            .execute(params![office.map(OfficeNumber::as_str), except])?;
        self.conn
            .prepare_cached(
                "INSERT INTO feed (device, seq, item, made_at, delete_after)
                 SELECT key, feed_seq, ?3, ?4, ?5 FROM devices
                 WHERE state = 'active' AND (?1 IS NULL OR office = ?1)
                   AND (?2 IS NULL OR key <> ?2)",
            )?
            .execute(params![
                office.map(OfficeNumber::as_str),
                except,
                to_json(item)?,
                now.unix_ms(),
                delete_after.map(|at| at.unix_ms())
            ])?;
        Ok(told as u64)
    }

    fn purge_feed(
        &mut self,
        now: Timestamp,
        acknowledged_before: Timestamp,
    ) -> Result<u64, GatewayError> {
        let ended = self
            .conn
            .prepare_cached("DELETE FROM feed WHERE delete_after <= ?1")?
            .execute([now.unix_ms()])?;
        let kept = self
            .conn
            .prepare_cached(
                "DELETE FROM feed WHERE made_at < ?1 AND seq <=
                     (SELECT cursor FROM devices WHERE devices.key = feed.device)",
            )?
            .execute([acknowledged_before.unix_ms()])?;
        Ok((ended + kept) as u64)
    }
}

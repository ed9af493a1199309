use protocol::answer::{FeedEntry, FeedItem, Notice};
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
        // One statement for both would look through the terminals of all offices.
        let of_whom = match office {
            Some(_) => "office = ?1",
            None => "?1 IS NULL",
        };
        let told = self
            .conn
            .prepare_cached(&format!(
                "UPDATE devices SET feed_seq = feed_seq + 1
                 WHERE {of_whom} AND state = 'active' AND (?2 IS NULL OR key <> ?2)"
            ))?
            .execute(params![office.map(OfficeNumber::as_str), except])?;
        self.conn
            .prepare_cached(&format!(
                "INSERT INTO feed (device, seq, item, made_at, delete_after)
                 SELECT key, feed_seq, ?3, ?4, ?5 FROM devices
                 WHERE {of_whom} AND state = 'active' AND (?2 IS NULL OR key <> ?2)"
            ))?
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
        limit: u32,
    ) -> Result<u64, GatewayError> {
        let ended = self
            .conn
            .prepare_cached(
                "DELETE FROM feed WHERE n IN
                     (SELECT n FROM feed WHERE delete_after <= ?1 LIMIT ?2)",
            )?
            .execute(params![now.unix_ms(), limit])?;
        // Rows are numbered in the order they were made in, so what is old enough ends at the
        // first row that is not: no index is needed, which every new entry would pay for.
        let kept = self
            .conn
            .prepare_cached(
                "DELETE FROM feed WHERE n IN
                     (SELECT n FROM feed
                      WHERE n < coalesce((SELECT n FROM feed WHERE made_at >= ?1 ORDER BY n LIMIT 1),
                                         9223372036854775807)
                        AND seq <= (SELECT cursor FROM devices WHERE devices.key = feed.device)
                      ORDER BY n LIMIT ?2)",
            )?
            .execute(params![acknowledged_before.unix_ms(), limit])?;
        Ok((ended + kept) as u64)
    }

    fn keep_notice(
        &mut self,
        office: Option<&OfficeNumber>,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("INSERT INTO notices (office, added_at, body) VALUES (?1, ?2, ?3)")?
            .execute(params![
                office.map(OfficeNumber::as_str),
                now.unix_ms(),
                to_json(notice)?
            ])?;
        Ok(())
    }

    fn notices(&mut self, office: &OfficeNumber, limit: u32) -> Result<Vec<Notice>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT body FROM
                     (SELECT n, body FROM notices WHERE office IS NULL OR office = ?1
                      ORDER BY n DESC LIMIT ?2)
                 ORDER BY n",
            )?
            .query_map(params![office.as_str(), limit], |row| {
                row.get::<_, String>(0)
            })?
            .map(|body| from_json(&body?))
            .collect()
    }

    fn purge_notices(&mut self, before: Timestamp) -> Result<u64, GatewayError> {
        let gone = self
            .conn
            .prepare_cached("DELETE FROM notices WHERE added_at < ?1")?
            .execute([before.unix_ms()])?;
        Ok(gone as u64)
    }
}

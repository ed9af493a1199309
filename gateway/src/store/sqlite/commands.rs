use protocol::calendar::Timestamp;
use protocol::exchange::{CommandId, Outcome, Receipt};
use rusqlite::{OptionalExtension, params};

use super::SqliteTx;
use super::value::{from_json, get_command_id, get_hash, get_time, get_u64, number, to_json};
use crate::error::GatewayError;
use crate::store::CommandRows;

impl CommandRows for SqliteTx<'_> {
    fn receipt(&mut self, device: i64, id: &CommandId) -> Result<Option<Receipt>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT id, hash, seq, received_at, refusal FROM commands
                 WHERE id = ?1 AND device = ?2",
            )?
            .query_row(params![id.0.as_bytes(), device], |row| {
                Ok((
                    get_command_id(row, "id")?,
                    get_hash(row, "hash")?,
                    get_u64(row, "seq")?,
                    get_time(row, "received_at")?,
                    row.get::<_, Option<String>>("refusal")?,
                ))
            })
            .optional()?
            .map(|(id, body, seq, received_at, refusal)| {
                Ok(Receipt {
                    id,
                    body,
                    seq,
                    received_at,
                    outcome: match refusal {
                        None => Outcome::Accepted,
                        Some(code) => Outcome::Refused {
                            code: from_json(&code)?,
                        },
                    },
                })
            })
            .transpose()
    }

    fn add_command(
        &mut self,
        device: i64,
        receipt: &Receipt,
        body: &str,
    ) -> Result<(), GatewayError> {
        let refusal = match &receipt.outcome {
            Outcome::Accepted => None,
            Outcome::Refused { code } => Some(to_json(code)?),
        };
        self.conn
            .prepare_cached(
                "INSERT INTO commands (device, seq, id, hash, received_at, refusal, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                device,
                number(receipt.seq),
                receipt.id.0.as_bytes(),
                receipt.body.0,
                receipt.received_at.unix_ms(),
                refusal,
                body
            ])?;
        Ok(())
    }

    fn command_body(
        &mut self,
        device: i64,
        id: &CommandId,
    ) -> Result<Option<String>, GatewayError> {
        Ok(self
            .conn
            .prepare_cached("SELECT body FROM commands WHERE id = ?1 AND device = ?2")?
            .query_row(params![id.0.as_bytes(), device], |row| row.get(0))
            .optional()?)
    }

    fn count_commands(&mut self, device: i64) -> Result<u64, GatewayError> {
        let count: i64 = self
            .conn
            .prepare_cached("SELECT count(*) FROM commands WHERE device = ?1")?
            .query_row([device], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn purge_commands(&mut self, before: Timestamp, limit: u32) -> Result<u64, GatewayError> {
        // Rows are numbered in the order of arrival, so the oldest are the lowest.
        let gone = self
            .conn
            .prepare_cached(
                "DELETE FROM commands WHERE n IN
                     (SELECT n FROM commands ORDER BY n LIMIT ?2) AND received_at < ?1",
            )?
            .execute(params![before.unix_ms(), limit])?;
        Ok(gone as u64)
    }
}

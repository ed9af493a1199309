use protocol::answer::SubjectDecision;
use protocol::calendar::Timestamp;
use protocol::exchange::CommandId;
use protocol::number::InsurerNumber;
use rusqlite::{OptionalExtension, Row, params};

use super::SqliteTx;
use super::value::{from_json, get_command_id, get_time, office, to_json};
use crate::error::GatewayError;
use crate::store::{RequestRow, RequestRows, SubjectState};

impl RequestRows for SqliteTx<'_> {
    fn add_request(&mut self, request: &RequestRow) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO requests
                     (id, device, office, insurer, received_at, body, decisions, open)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                request.id.0.as_bytes(),
                request.device,
                request.office.as_str(),
                request.insurer.as_str(),
                request.received_at.unix_ms(),
                to_json(&request.body)?,
                to_json(&request.decisions)?,
                is_open(request),
            ])?;
        Ok(())
    }

    fn request(&mut self, id: &CommandId) -> Result<Option<RequestRow>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM requests WHERE id = ?1 ORDER BY n LIMIT 1")?
            .query_row([id.0.as_bytes()], |row| Ok(request(row)))
            .optional()?
            .transpose()
    }

    fn requests(
        &mut self,
        which: SubjectState,
        limit: u32,
    ) -> Result<Vec<RequestRow>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT * FROM requests WHERE open OR ?1 ORDER BY received_at, n LIMIT ?2",
            )?
            .query_map(params![which == SubjectState::All, limit], |row| {
                Ok(request(row))
            })?
            .map(|row| row?)
            .collect()
    }

    fn save_decisions(&mut self, request: &RequestRow) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "UPDATE requests SET decisions = ?3, open = ?4 WHERE id = ?1 AND device = ?2",
            )?
            .execute(params![
                request.id.0.as_bytes(),
                request.device,
                to_json(&request.decisions)?,
                is_open(request),
            ])?;
        Ok(())
    }

    fn purge_requests(&mut self, before: Timestamp) -> Result<u64, GatewayError> {
        let gone = self
            .conn
            .prepare_cached("DELETE FROM requests WHERE received_at < ?1 AND NOT open")?
            .execute([before.unix_ms()])?;
        Ok(gone as u64)
    }
}

fn is_open(request: &RequestRow) -> bool {
    request.decisions.contains(&SubjectDecision::Pending)
}

fn request(row: &Row<'_>) -> Result<RequestRow, GatewayError> {
    Ok(RequestRow {
        id: get_command_id(row, "id")?,
        device: row.get("device")?,
        office: office(row.get_ref("office")?.as_str().unwrap_or_default())?,
        insurer: InsurerNumber::parse(row.get_ref("insurer")?.as_str().unwrap_or_default())
            .map_err(|_| GatewayError::damaged("insurer number in a row"))?,
        received_at: get_time(row, "received_at")?,
        body: from_json(row.get_ref("body")?.as_str().unwrap_or_default())?,
        decisions: from_json(row.get_ref("decisions")?.as_str().unwrap_or_default())?,
    })
}

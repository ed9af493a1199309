//! How our values lie in columns, and back.

use protocol::calendar::{Date, Timestamp};
use protocol::exchange::{CommandId, DeviceId, DocumentId, Sha256Digest};
use protocol::number::{InsuredNumber, OfficeNumber};
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::blob::BlobRef;
use crate::error::GatewayError;

pub fn to_json(value: &impl Serialize) -> Result<String, GatewayError> {
    serde_json::to_string(value).map_err(|_| GatewayError::damaged("value cannot be written"))
}

pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, GatewayError> {
    serde_json::from_str(text).map_err(|_| GatewayError::damaged("row cannot be read"))
}

pub fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub fn get_u64(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

pub fn get_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_unix_ms)
}

pub fn get_time_or_none(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(Timestamp::from_unix_ms))
}

pub fn get_hash(row: &Row<'_>, column: &str) -> rusqlite::Result<Sha256Digest> {
    row.get(column).map(Sha256Digest)
}

pub fn get_command_id(row: &Row<'_>, column: &str) -> rusqlite::Result<CommandId> {
    row.get(column).map(|b| CommandId(Uuid::from_bytes(b)))
}

pub fn get_document_id(row: &Row<'_>, column: &str) -> rusqlite::Result<DocumentId> {
    row.get(column).map(|b| DocumentId(Uuid::from_bytes(b)))
}

pub fn get_blob(row: &Row<'_>) -> rusqlite::Result<BlobRef> {
    Ok(BlobRef {
        name: Uuid::from_bytes(row.get("blob")?),
        key: row.get("blob_key")?,
    })
}

pub fn office(text: &str) -> Result<OfficeNumber, GatewayError> {
    OfficeNumber::parse(text).map_err(|_| GatewayError::damaged("office number in a row"))
}

pub fn device_id(text: &str) -> Result<DeviceId, GatewayError> {
    DeviceId::parse(text).map_err(|_| GatewayError::damaged("terminal's id in a row"))
}

pub fn insured(text: &str) -> Result<InsuredNumber, GatewayError> {
    InsuredNumber::parse(text).map_err(|_| GatewayError::damaged("insured number in a row"))
}

pub fn date(text: &str) -> Result<Date, GatewayError> {
    Date::parse(text).map_err(|_| GatewayError::damaged("date in a row"))
}

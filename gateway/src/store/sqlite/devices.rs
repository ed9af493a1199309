use protocol::calendar::Timestamp;
use protocol::exchange::{AuditHead, DeviceId, Sha256Digest};
use protocol::number::OfficeNumber;
use rusqlite::{OptionalExtension, Row, params};

use super::SqliteTx;
use super::value::{
    device_id, from_json, get_hash, get_time, get_time_or_none, get_u64, number, office, to_json,
};
use crate::error::GatewayError;
use crate::store::{
    Alarm, AlarmKind, Cancelled, Device, DeviceRows, DeviceState, KeptSelfTest, Token, TokenIssue,
};

/// The same alarm about the same terminal is kept once in this many milliseconds.
const ALARM_SPACING_MS: i64 = 3_600_000;

impl DeviceRows for SqliteTx<'_> {
    fn device(&mut self, id: &DeviceId) -> Result<Option<Device>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM devices WHERE id = ?1")?
            .query_row([id.as_str()], |row| Ok(device(row)))
            .optional()?
            .transpose()
    }

    fn devices(&mut self, office: Option<&OfficeNumber>) -> Result<Vec<Device>, GatewayError> {
        let sql = match office {
            Some(_) => "SELECT * FROM devices WHERE office = ?1 ORDER BY id",
            None => "SELECT * FROM devices WHERE ?1 IS NULL ORDER BY id",
        };
        self.conn
            .prepare_cached(sql)?
            .query_map([office.map(OfficeNumber::as_str)], |row| Ok(device(row)))?
            .map(|row| row?)
            .collect()
    }

    fn add_device(&mut self, device: &Device) -> Result<i64, GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO devices (id, office, serial, state, enrolled_at, certificate_until,
                     last_seen, seq, backed_up, feed_seq, cursor, waiting)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                device.id.as_str(),
                device.office.as_str(),
                device.serial,
                device.state.as_str(),
                device.enrolled_at.unix_ms(),
                device.certificate_until.unix_ms(),
                device.last_seen.map(|at| at.unix_ms()),
                number(device.seq),
                number(device.backed_up),
                number(device.feed_seq),
                number(device.cursor),
                number(device.waiting),
            ])?;
        Ok(self.conn.last_insert_rowid())
    }

    fn save_marks(&mut self, device: &Device) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "UPDATE devices SET last_seen = ?2, seq = ?3, feed_seq = ?4, cursor = ?5,
                     waiting = ?6, audit_entry = ?7, audit_hash = ?8 WHERE key = ?1",
            )?
            .execute(params![
                device.key,
                device.last_seen.map(|at| at.unix_ms()),
                number(device.seq),
                number(device.feed_seq),
                number(device.cursor),
                number(device.waiting),
                device.audit.as_ref().map(|head| number(head.entry)),
                device.audit.as_ref().map(|head| head.hash.0),
            ])?;
        Ok(())
    }

    fn set_device_state(&mut self, key: i64, state: DeviceState) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("UPDATE devices SET state = ?2 WHERE key = ?1")?
            .execute(params![key, state.as_str()])?;
        Ok(())
    }

    fn set_backed_up(&mut self, key: i64, seq: u64) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached("UPDATE devices SET backed_up = max(backed_up, ?2) WHERE key = ?1")?
            .execute(params![key, number(seq)])?;
        Ok(())
    }

    fn add_certificate(
        &mut self,
        key: i64,
        serial_number: &str,
        issued_at: Timestamp,
        until: Timestamp,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO certificates (serial_number, device, issued_at, until)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                serial_number,
                key,
                issued_at.unix_ms(),
                until.unix_ms()
            ])?;
        self.conn
            .prepare_cached(
                "UPDATE devices SET certificate_until = max(certificate_until, ?2) WHERE key = ?1",
            )?
            .execute(params![key, until.unix_ms()])?;
        Ok(())
    }

    fn add_token(&mut self, token: &TokenIssue, now: Timestamp) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO tokens
                     (hash, office, serial, issued_at, expires_at, station, replaces)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                token.hash.0,
                token.office.as_str(),
                token.serial,
                now.unix_ms(),
                token.expires_at.unix_ms(),
                token.station,
                token.replaces,
            ])?;
        Ok(())
    }

    fn token(&mut self, hash: &Sha256Digest) -> Result<Option<Token>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM tokens WHERE hash = ?1")?
            .query_row([&hash.0[..]], |row| Ok(token(row)))
            .optional()?
            .transpose()
    }

    fn use_token(
        &mut self,
        hash: &Sha256Digest,
        device: &DeviceId,
        public_key: &Sha256Digest,
        chain: &str,
        now: Timestamp,
    ) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "UPDATE tokens SET used_at = ?2, device = ?3, public_key = ?4, chain = ?5
                 WHERE hash = ?1",
            )?
            .execute(params![
                hash.0,
                now.unix_ms(),
                device.as_str(),
                public_key.0,
                chain
            ])?;
        Ok(())
    }

    fn cancel_tokens(
        &mut self,
        which: &Cancelled,
        now: Timestamp,
    ) -> Result<Vec<TokenIssue>, GatewayError> {
        let (sql, of) = match which {
            Cancelled::Serial(serial) => (
                "UPDATE tokens SET cancelled_at = ?2 WHERE serial = ?1 AND device IS NULL
                     AND cancelled_at IS NULL AND expires_at >= ?2 RETURNING *",
                serial,
            ),
            Cancelled::Station(kid) => (
                "UPDATE tokens SET cancelled_at = ?2 WHERE station = ?1 AND device IS NULL
                     AND cancelled_at IS NULL AND expires_at >= ?2 RETURNING *",
                kid,
            ),
        };
        let mut cancelled = self
            .conn
            .prepare_cached(sql)?
            .query_map(params![of, now.unix_ms()], |row| Ok(issue(row)))?
            .map(|row| row?)
            .collect::<Result<Vec<_>, GatewayError>>()?;
        cancelled.sort_by(|a, b| (&a.serial, a.expires_at).cmp(&(&b.serial, b.expires_at)));
        Ok(cancelled)
    }

    fn purge_tokens(&mut self, before: Timestamp) -> Result<u64, GatewayError> {
        let gone = self
            .conn
            .prepare_cached("DELETE FROM tokens WHERE expires_at < ?1")?
            .execute([before.unix_ms()])?;
        Ok(gone as u64)
    }

    fn raise(&mut self, key: i64, kind: AlarmKind, now: Timestamp) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO alarms (device, at, kind) SELECT ?1, ?2, ?3 WHERE NOT EXISTS
                     (SELECT 1 FROM alarms WHERE device = ?1 AND kind = ?3 AND at > ?4)",
            )?
            .execute(params![
                key,
                now.unix_ms(),
                kind.as_str(),
                now.unix_ms() - ALARM_SPACING_MS
            ])?;
        Ok(())
    }

    fn put_self_test(&mut self, key: i64, test: &KeptSelfTest) -> Result<(), GatewayError> {
        self.conn
            .prepare_cached(
                "INSERT INTO self_tests (device, made_at, clock_trusted, received_at, body)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (device) DO UPDATE SET made_at = excluded.made_at,
                     clock_trusted = excluded.clock_trusted, received_at = excluded.received_at,
                     body = excluded.body",
            )?
            .execute(params![
                key,
                test.made_at.unix_ms(),
                test.clock_trusted,
                test.received_at.unix_ms(),
                to_json(&test.test)?
            ])?;
        Ok(())
    }

    fn self_test(&mut self, key: i64) -> Result<Option<KeptSelfTest>, GatewayError> {
        self.conn
            .prepare_cached("SELECT * FROM self_tests WHERE device = ?1")?
            .query_row([key], |row| {
                Ok((
                    get_time(row, "made_at")?,
                    row.get("clock_trusted")?,
                    get_time(row, "received_at")?,
                    row.get::<_, String>("body")?,
                ))
            })
            .optional()?
            .map(|(made_at, clock_trusted, received_at, body)| {
                Ok(KeptSelfTest {
                    made_at,
                    clock_trusted,
                    received_at,
                    test: from_json(&body)?,
                })
            })
            .transpose()
    }

    fn alarms(&mut self, limit: u32) -> Result<Vec<Alarm>, GatewayError> {
        self.conn
            .prepare_cached(
                "SELECT devices.id AS id, at, kind FROM alarms
                 JOIN devices ON devices.key = alarms.device
                 ORDER BY at DESC, alarms.rowid DESC LIMIT ?1",
            )?
            .query_map([limit], |row| {
                Ok((
                    row.get::<_, String>("id")?,
                    get_time(row, "at")?,
                    row.get::<_, String>("kind")?,
                ))
            })?
            .map(|row| {
                let (id, at, kind) = row?;
                Ok(Alarm {
                    device: device_id(&id)?,
                    at,
                    kind: AlarmKind::from_word(&kind)
                        .ok_or_else(|| GatewayError::damaged("alarm kind in a row"))?,
                })
            })
            .collect()
    }
}

fn device(row: &Row<'_>) -> Result<Device, GatewayError> {
    let audit_entry: Option<i64> = row.get("audit_entry")?;
    Ok(Device {
        key: row.get("key")?,
        id: device_id(row.get_ref("id")?.as_str().unwrap_or_default())?,
        office: office(row.get_ref("office")?.as_str().unwrap_or_default())?,
        serial: row.get("serial")?,
        state: DeviceState::from_word(row.get_ref("state")?.as_str().unwrap_or_default()),
        enrolled_at: get_time(row, "enrolled_at")?,
        certificate_until: get_time(row, "certificate_until")?,
        last_seen: get_time_or_none(row, "last_seen")?,
        seq: get_u64(row, "seq")?,
        backed_up: get_u64(row, "backed_up")?,
        feed_seq: get_u64(row, "feed_seq")?,
        cursor: get_u64(row, "cursor")?,
        waiting: get_u64(row, "waiting")?,
        audit: match audit_entry {
            Some(entry) => Some(AuditHead {
                entry: u64::try_from(entry).unwrap_or(0),
                hash: get_hash(row, "audit_hash")?,
            }),
            None => None,
        },
    })
}

fn issue(row: &Row<'_>) -> Result<TokenIssue, GatewayError> {
    Ok(TokenIssue {
        hash: get_hash(row, "hash")?,
        office: office(row.get_ref("office")?.as_str().unwrap_or_default())?,
        serial: row.get("serial")?,
        expires_at: get_time(row, "expires_at")?,
        station: row.get("station")?,
        replaces: row.get("replaces")?,
    })
}

fn token(row: &Row<'_>) -> Result<Token, GatewayError> {
    let used: Option<String> = row.get("device")?;
    Ok(Token {
        issue: issue(row)?,
        cancelled_at: get_time_or_none(row, "cancelled_at")?,
        used: match used {
            Some(device) => Some((
                device_id(&device)?,
                get_hash(row, "public_key")?,
                row.get("chain")?,
            )),
            None => None,
        },
    })
}

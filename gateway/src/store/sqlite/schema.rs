//! The tables, as an ordered list of migrations. `user_version` says how many have run.

use rusqlite::Connection;

use crate::error::GatewayError;

/// `application_id` of our files: the ASCII letters "MDGW".
pub(super) const APPLICATION_ID: i32 = 0x4d44_4757;

/// Each is run once, in order, in one transaction. Append; never edit one that was released.
const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE insurers (number TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE offices (
    number TEXT PRIMARY KEY, name TEXT NOT NULL, profile TEXT, profile_at INTEGER,
    added_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE scope (
    office TEXT NOT NULL REFERENCES offices, insurer TEXT NOT NULL REFERENCES insurers,
    place INTEGER NOT NULL, PRIMARY KEY (office, insurer)) WITHOUT ROWID;
CREATE TABLE staff (
    office TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, changed_at INTEGER NOT NULL,
    PRIMARY KEY (office, id)) WITHOUT ROWID;
CREATE TABLE pledges (
    office TEXT NOT NULL, staff TEXT NOT NULL, edition INTEGER NOT NULL, signed_at INTEGER NOT NULL);

CREATE TABLE devices (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, office TEXT NOT NULL, serial TEXT NOT NULL,
    state TEXT NOT NULL, enrolled_at INTEGER NOT NULL, certificate_until INTEGER NOT NULL,
    last_seen INTEGER, seq INTEGER NOT NULL, backed_up INTEGER NOT NULL,
    feed_seq INTEGER NOT NULL, cursor INTEGER NOT NULL, waiting INTEGER NOT NULL,
    audit_entry INTEGER, audit_hash BLOB);
CREATE INDEX devices_office ON devices (office);
CREATE TABLE certificates (
    serial_number TEXT PRIMARY KEY, device INTEGER NOT NULL REFERENCES devices,
    issued_at INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tokens (
    hash BLOB PRIMARY KEY, office TEXT NOT NULL, serial TEXT NOT NULL,
    issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    used_at INTEGER, device TEXT, public_key BLOB, chain TEXT) WITHOUT ROWID;
CREATE TABLE alarms (
    device INTEGER NOT NULL REFERENCES devices, at INTEGER NOT NULL, kind TEXT NOT NULL);

CREATE TABLE commands (
    n INTEGER PRIMARY KEY, device INTEGER NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL,
    hash BLOB NOT NULL, received_at INTEGER NOT NULL, refusal TEXT, body TEXT NOT NULL);
-- A UUIDv7 starts with the time, so new keys go to the right end whoever sends them.
CREATE UNIQUE INDEX commands_id ON commands (id, device);

CREATE TABLE feed (
    n INTEGER PRIMARY KEY, device INTEGER NOT NULL, seq INTEGER NOT NULL, item TEXT NOT NULL,
    made_at INTEGER NOT NULL, delete_after INTEGER);
CREATE UNIQUE INDEX feed_place ON feed (device, seq);
CREATE INDEX feed_end ON feed (delete_after) WHERE delete_after IS NOT NULL;

CREATE TABLE cases (
    insurer TEXT NOT NULL, insured TEXT NOT NULL, applied_on TEXT NOT NULL,
    born_on TEXT NOT NULL, record TEXT NOT NULL, updated_at INTEGER,
    PRIMARY KEY (insurer, insured, applied_on, born_on)) WITHOUT ROWID;
CREATE INDEX cases_dates ON cases (insurer, applied_on, born_on);
CREATE TABLE people (
    insurer TEXT NOT NULL, insured TEXT NOT NULL, born_on TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (insurer, insured)) WITHOUT ROWID;
CREATE TABLE imports (
    insurer TEXT NOT NULL, source TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (insurer, source)) WITHOUT ROWID;

CREATE TABLE requests (
    n INTEGER PRIMARY KEY, id BLOB NOT NULL, device INTEGER NOT NULL, office TEXT NOT NULL,
    insurer TEXT NOT NULL, received_at INTEGER NOT NULL, body TEXT NOT NULL,
    decisions TEXT NOT NULL, open INTEGER NOT NULL);
CREATE UNIQUE INDEX requests_id ON requests (id, device);
CREATE INDEX requests_open ON requests (n) WHERE open;

CREATE TABLE attachments (
    office TEXT NOT NULL, hash BLOB NOT NULL, size INTEGER NOT NULL, held INTEGER NOT NULL,
    media TEXT, blob BLOB NOT NULL, blob_key BLOB NOT NULL,
    touched_at INTEGER NOT NULL, PRIMARY KEY (office, hash)) WITHOUT ROWID;
CREATE TABLE documents (
    id BLOB PRIMARY KEY, office TEXT NOT NULL, subject INTEGER, offer TEXT NOT NULL,
    delivered_at INTEGER NOT NULL, deadline INTEGER NOT NULL, blob BLOB, blob_key BLOB,
    received_at INTEGER, opened_at INTEGER, destroyed_at INTEGER, gone_at INTEGER) WITHOUT ROWID;
CREATE INDEX documents_due ON documents (deadline) WHERE blob IS NOT NULL;
",
    "
-- When a leaver was stopped: a change that was made before it does not bring them back.
ALTER TABLE staff ADD COLUMN stopped_at INTEGER;
UPDATE staff SET stopped_at = changed_at WHERE NOT json_extract(body, '$.active');

-- Applications that a list with shortened numbers cannot tell apart have places 0, 1, 2 …
CREATE TABLE cases_by_place (
    insurer TEXT NOT NULL, insured TEXT NOT NULL, applied_on TEXT NOT NULL,
    born_on TEXT NOT NULL, place INTEGER NOT NULL, record TEXT NOT NULL, updated_at INTEGER,
    PRIMARY KEY (insurer, insured, applied_on, born_on, place)) WITHOUT ROWID;
INSERT INTO cases_by_place
    SELECT insurer, insured, applied_on, born_on, 0, record, updated_at FROM cases;
DROP TABLE cases;
ALTER TABLE cases_by_place RENAME TO cases;
CREATE INDEX cases_dates ON cases (insurer, applied_on, born_on);

-- For terminals that are enrolled later. Of all offices where office is NULL.
CREATE TABLE notices (
    n INTEGER PRIMARY KEY, office TEXT, added_at INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX documents_office ON documents (office, deadline) WHERE blob IS NOT NULL;

-- What the tidying looks for.
CREATE INDEX attachments_touched ON attachments (touched_at);
CREATE INDEX tokens_end ON tokens (expires_at);
CREATE INDEX requests_decided ON requests (received_at) WHERE NOT open;
CREATE INDEX alarms_device ON alarms (device, kind, at);
",
    "
CREATE TABLE images (
    sha256 BLOB PRIMARY KEY, version TEXT NOT NULL, added_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE stations (
    kid TEXT PRIMARY KEY, x TEXT NOT NULL, added_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE cards (
    n INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, serial TEXT NOT NULL,
    record TEXT NOT NULL, taken_at INTEGER NOT NULL);
",
    "
CREATE TABLE releases (
    version TEXT PRIMARY KEY, minimum TEXT NOT NULL, sha256 BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL, added_at INTEGER NOT NULL, withdrawn_at INTEGER) WITHOUT ROWID;
-- To an office, to a serial, or to all where both are NULL; for terminals that come later, too.
CREATE TABLE release_offers (
    n INTEGER PRIMARY KEY, version TEXT NOT NULL, office TEXT, serial TEXT,
    percent INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE release_targets (
    version TEXT NOT NULL, device INTEGER NOT NULL REFERENCES devices,
    offered_at INTEGER NOT NULL, state TEXT, running TEXT, reported_at INTEGER,
    PRIMARY KEY (version, device)) WITHOUT ROWID;

ALTER TABLE stations ADD COLUMN revoked_at INTEGER;
-- Offices for which a station may make tokens; for all where office is '*'.
CREATE TABLE station_rights (
    kid TEXT NOT NULL REFERENCES stations, office TEXT NOT NULL,
    PRIMARY KEY (kid, office)) WITHOUT ROWID;
-- What stations asked for: who made which token, and which numbers are used.
CREATE TABLE station_tokens (
    kid TEXT NOT NULL, nonce TEXT NOT NULL, serial TEXT NOT NULL, office TEXT NOT NULL,
    replaces INTEGER NOT NULL, at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (kid, nonce)) WITHOUT ROWID;
CREATE INDEX station_tokens_at ON station_tokens (at);
CREATE TABLE self_tests (
    device INTEGER PRIMARY KEY REFERENCES devices, made_at INTEGER NOT NULL,
    clock_trusted INTEGER NOT NULL, received_at INTEGER NOT NULL, body TEXT NOT NULL);
",
    "
-- Who made a token (the operator where it is NULL), whether its unit takes the place of the one
-- that is enrolled under the serial, and since when it serves nobody any more.
ALTER TABLE tokens ADD COLUMN station TEXT;
ALTER TABLE tokens ADD COLUMN replaces INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN cancelled_at INTEGER;
UPDATE tokens SET (station, replaces) = (
    SELECT kid, replaces FROM station_tokens AS made WHERE made.serial = tokens.serial
        AND made.office = tokens.office AND made.at = tokens.issued_at)
    WHERE EXISTS (SELECT 1 FROM station_tokens AS made WHERE made.serial = tokens.serial
        AND made.office = tokens.office AND made.at = tokens.issued_at);
CREATE INDEX tokens_serial ON tokens (serial);

-- When the profile that is kept was entered, by the clock of whoever entered it.
ALTER TABLE offices ADD COLUMN profile_made_at INTEGER;
UPDATE offices SET profile_made_at = profile_at;
CREATE INDEX cards_serial ON cards (serial);

-- The account that a terminal has at the service upstream. Its password is never kept here.
CREATE TABLE accounts (
    device INTEGER PRIMARY KEY REFERENCES devices, user TEXT NOT NULL UNIQUE,
    kept_at TEXT NOT NULL, set_at INTEGER NOT NULL);
",
];

/// Brings a file to this build's tables.
///
/// # Errors
/// A foreign file, a newer version, or the database's own.
pub fn migrate(conn: &mut Connection) -> Result<(), GatewayError> {
    // Immediate: two processes that start together must not both migrate.
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let application: i32 = tx.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version: u32 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: u32 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (tables > 0 || version > 0) {
        return Err(GatewayError::damaged("not a gateway database"));
    }
    let Some(missing) = MIGRATIONS.get(version as usize..) else {
        return Err(GatewayError::damaged("database of a newer version"));
    };
    for migration in missing {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", version + missing.len() as u32)?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_token_of_an_older_build_knows_again_who_made_it() {
        let mut conn = Connection::open_in_memory().unwrap();
        for migration in &MIGRATIONS[..4] {
            conn.execute_batch(migration).unwrap();
        }
        conn.pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        conn.pragma_update(None, "user_version", 4).unwrap();
        conn.execute_batch(
            "INSERT INTO tokens (hash, office, serial, issued_at, expires_at)
                 VALUES (x'01', '9970000015', 'UNIT-1', 70, 90),
                        (x'02', '9970000015', 'UNIT-2', 70, 90);
             INSERT INTO station_tokens
                 VALUES ('station-1', 'n', 'UNIT-1', '9970000015', 1, 70, 90);",
        )
        .unwrap();
        migrate(&mut conn).unwrap();
        let made: Vec<(Option<String>, bool)> = conn
            .prepare("SELECT station, replaces FROM tokens ORDER BY serial")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(made, [(Some("station-1".to_owned()), true), (None, false)]);
    }

    #[test]
    fn a_file_of_an_older_build_keeps_its_leavers_and_its_applications() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(MIGRATIONS[0]).unwrap();
        conn.pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        conn.execute_batch(
            r#"INSERT INTO staff VALUES ('9970000015', 'isobe001', '{"active":false}', 70);
               INSERT INTO staff VALUES ('9970000015', 'hamada01', '{"active":true}', 80);
               INSERT INTO cases VALUES ('990010', '087084', '2026-10-27', '', '{}', 5);"#,
        )
        .unwrap();
        migrate(&mut conn).unwrap();
        let stopped: Vec<Option<i64>> = conn
            .prepare("SELECT stopped_at FROM staff ORDER BY id DESC")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(stopped, [Some(70), None]);
        let case: (String, u16, i64) = conn
            .query_row("SELECT insured, place, updated_at FROM cases", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .unwrap();
        assert_eq!(case, ("087084".to_owned(), 0, 5));
        migrate(&mut conn).unwrap();
    }
}

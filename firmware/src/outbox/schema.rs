//! Tables of the queue.

use crate::vault::Migration;

/// Tables of this module.
///
/// States: 0 saved, 1 sent, 2 receipted, 3 answered, 4 held, 5 discarded, 6 replaced.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "outbox-1",
    sql: "CREATE TABLE outbox(
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
            kind TEXT NOT NULL,
            subjects TEXT NOT NULL,
            staff TEXT NOT NULL,
            saved_ms INTEGER NOT NULL,
            sha256 BLOB NOT NULL CHECK(length(sha256) = 32),
            replaces BLOB,
            body TEXT NOT NULL
          ) STRICT;
          CREATE TABLE outbox_state(
            seq INTEGER PRIMARY KEY REFERENCES outbox(seq) ON DELETE CASCADE,
            state INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            sent_ms INTEGER,
            receipt_seq INTEGER,
            receipted_ms INTEGER,
            answered_ms INTEGER,
            closed_ms INTEGER,
            reason TEXT,
            replaced_by BLOB
          ) STRICT;
          CREATE INDEX outbox_pending ON outbox_state(seq) WHERE state IN (0, 1);
          CREATE INDEX outbox_held ON outbox_state(seq) WHERE state = 4;
          CREATE INDEX outbox_receipt ON outbox_state(receipt_seq) WHERE receipt_seq IS NOT NULL;
          CREATE TABLE outbox_need(
            seq INTEGER NOT NULL REFERENCES outbox(seq) ON DELETE CASCADE,
            sha256 BLOB NOT NULL CHECK(length(sha256) = 32),
            PRIMARY KEY(sha256, seq)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX outbox_need_seq ON outbox_need(seq);
          CREATE TABLE outbox_count(
            state INTEGER PRIMARY KEY,
            rows INTEGER NOT NULL,
            bytes INTEGER NOT NULL
          ) STRICT;
          INSERT INTO outbox_count VALUES(0,0,0),(1,0,0),(2,0,0),(3,0,0),(4,0,0),(5,0,0),(6,0,0);
          CREATE TRIGGER outbox_count_insert AFTER INSERT ON outbox_state BEGIN
            UPDATE outbox_count SET rows = rows + 1, bytes = bytes + new.bytes
              WHERE state = new.state;
          END;
          CREATE TRIGGER outbox_count_delete AFTER DELETE ON outbox_state BEGIN
            UPDATE outbox_count SET rows = rows - 1, bytes = bytes - old.bytes
              WHERE state = old.state;
          END;
          CREATE TRIGGER outbox_count_update AFTER UPDATE OF state ON outbox_state
          WHEN old.state <> new.state BEGIN
            UPDATE outbox_count SET
              rows = rows + iif(state = new.state, 1, -1),
              bytes = bytes + iif(state = new.state, new.bytes, -old.bytes)
              WHERE state IN (old.state, new.state);
          END;
          CREATE TABLE outbox_mark(
            only INTEGER PRIMARY KEY CHECK(only = 1),
            received_up_to INTEGER NOT NULL,
            durable_up_to INTEGER NOT NULL
          ) STRICT;
          INSERT INTO outbox_mark VALUES(1, 0, 0);",
}];

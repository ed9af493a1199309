//! Whether a database is whole, without changing anything.
//!
//! SQLite reads only the pages that a question needs, so a file that was cut or overwritten
//! opens like any other, and fails in the middle of somebody's exchange, after others were
//! written beside the damage.
//!
//! `quick_check` reads every page: the trees, the rows in them and their types. The longer
//! `integrity_check` compares indexes with tables as well, for several times the time, and what
//! it finds beyond is a defect of a program rather than of a disk. Neither sees a changed letter
//! inside a text: SQLite keeps no checksums of what it holds.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{BUSY_WAIT, schema};
use crate::error::GatewayError;

/// Looks through the whole file.
///
/// # Errors
/// [`GatewayError::Damaged`] for a file that is not whole, not ours, or empty; it was not
/// changed.
pub(super) fn look_through(file: &Path) -> Result<(), GatewayError> {
    let conn = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    conn.busy_timeout(BUSY_WAIT)?;
    let application: i32 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application != schema::APPLICATION_ID {
        // An empty file would be taken for a new database.
        return Err(GatewayError::damaged(
            "empty, or not a gateway's database: look for the right one, or restore the newest \
             backup (docs/gateway.md)",
        ));
    }
    let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    // What was found may name tables, never rows.
    tracing::error!(found, "the database is damaged");
    Err(GatewayError::damaged(GatewayError::NOT_WHOLE))
}

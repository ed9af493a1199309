//! The vault's file: its head, opening, checking, destroying.
//!
//! SQLCipher keeps sixteen bytes of salt in the clear at the head of the file. With a raw
//! key the salt protects nothing, so ours says whose file it is: eight bytes of magic and
//! eight bytes of a tag made from the key. That tells foreign, wrong key and damaged apart.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::key::{VaultKey, destroy_file, io, seed_path, sync_parent};
use super::{BUSY_LIMIT, CACHE_KIB, CHECKPOINT_PAGES, STATEMENT_CACHE};
use crate::error::Problem;

/// First half of the head.
const MAGIC: &[u8; 8] = b"MDGVAULT";

/// Length of the head.
const HEAD: usize = 16;

/// Bytes in a page.
pub(super) const PAGE: u64 = 4096;

pub(super) fn open(path: &Path, key: &VaultKey) -> Result<Connection, Problem> {
    match head(path)? {
        None => create(path, key)?,
        Some(head) => judge(&head, key)?,
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, key, flags)?;
    configure(&connection)?;
    Ok(connection)
}

pub(super) fn configure(connection: &Connection) -> Result<(), Problem> {
    connection.busy_timeout(BUSY_LIMIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    Ok(())
}

pub(super) fn check(connection: &Connection) -> Result<(), Problem> {
    // The page check reads the file past the log. A page that a power cut tore during a
    // checkpoint is whole in the log, and is mended by folding the log in.
    connection.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(()))?;
    let mut damaged = true;
    for _ in 0..PAGE_CHECKS {
        damaged = has_damaged_page(connection)?;
        if !damaged {
            break;
        }
    }
    let structure: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if damaged || structure != "ok" {
        return Err(Problem::VaultCorrupt);
    }
    Ok(())
}

/// The page check locks nothing: a page that another handle is folding in just then is half old
/// and half new, and reads as damaged once. One that is damaged stays so.
const PAGE_CHECKS: usize = 2;

fn has_damaged_page(connection: &Connection) -> Result<bool, Problem> {
    let first: Option<String> = connection
        .prepare("PRAGMA cipher_integrity_check")?
        .query_map([], |row| row.get(0))?
        .next()
        .transpose()?;
    Ok(first.is_some())
}

pub(super) fn limit(connection: &Connection, bytes: u64) -> Result<(), Problem> {
    let pages = i64::try_from(bytes / PAGE).unwrap_or(i64::MAX);
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    Ok(())
}

pub(super) fn bytes(path: &Path) -> u64 {
    [path.to_owned(), beside(path, "-wal")]
        .iter()
        .filter_map(|p| std::fs::metadata(p).ok())
        .map(|m| m.len())
        .sum()
}

/// Destroys the vault at `path`. Its order is on disk before anything is destroyed, so that a
/// power cut on the way leaves something to finish and not something to wonder about.
pub(super) fn wipe(path: &Path) -> Result<(), Problem> {
    File::create(wiping(path))
        .and_then(|order| order.sync_all())
        .map_err(io)?;
    sync_parent(path)?;
    finish_wipe(path).map(drop)
}

/// Finishes a wipe that was cut; `false` when there is none. Repeating it is harmless.
pub(super) fn finish_wipe(path: &Path) -> Result<bool, Problem> {
    if !wiping(path).exists() {
        return Ok(false);
    }
    destroy_file(&seed_path(path))?;
    for file in ["", "-wal", "-shm", ".new"] {
        remove(&beside(path, file))?;
    }
    sync_parent(path)?;
    // The next start is to say what happened here; an empty file orders nothing.
    File::create(wiped(path)).map_err(io)?;
    // Only now is there nothing left to finish.
    remove(&wiping(path))?;
    sync_parent(path)?;
    Ok(true)
}

/// Whether a vault was destroyed here since somebody last asked; asking again says no.
pub(super) fn take_wiped(path: &Path) -> Result<bool, Problem> {
    let was = wiped(path).exists();
    if was {
        remove(&wiped(path))?;
        sync_parent(path)?;
    }
    Ok(was)
}

/// The file that says that a vault was destroyed here.
fn wiped(path: &Path) -> PathBuf {
    beside(path, ".wiped")
}

/// The file that says that the vault beside it is to be destroyed.
pub(super) fn wiping(path: &Path) -> PathBuf {
    beside(path, ".wiping")
}

/// After the disk refused a flush: what was said to be saved goes into the file and is read
/// back. The log, whose last flush nobody can vouch for, begins anew.
pub(super) fn settle_down(connection: &Connection) -> Result<(), Problem> {
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        return Err(Problem::VaultBusy);
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Problem> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(error)),
        _ => Ok(()),
    }
}

/// The head of the file; `None` when there is no file.
fn head(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    };
    let mut head = Vec::with_capacity(HEAD);
    file.by_ref()
        .take(HEAD as u64)
        .read_to_end(&mut head)
        .map_err(io)?;
    Ok(Some(head))
}

fn judge(head: &[u8], key: &VaultKey) -> Result<(), Problem> {
    if head.len() < HEAD || &head[..8] != MAGIC {
        return Err(Problem::VaultForeign);
    }
    if head[8..] != key.tag() {
        return Err(Problem::VaultWrongKey);
    }
    Ok(())
}

/// Makes an empty vault beside its place and renames it there, so that a power cut leaves
/// either no file or a whole one.
fn create(path: &Path, key: &VaultKey) -> Result<(), Problem> {
    let new = beside(path, ".new");
    remove(&new)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(&new, key, flags)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "application_id", super::migration::APPLICATION_ID)?;
    connection.close().map_err(|(_, error)| error)?;
    File::open(&new).and_then(|f| f.sync_all()).map_err(io)?;
    restrict(&new)?;
    std::fs::rename(&new, path).map_err(io)?;
    sync_parent(path)
}

fn restrict(path: &Path) -> Result<(), Problem> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(io)
}

fn connect(path: &Path, key: &VaultKey, flags: OpenFlags) -> Result<Connection, Problem> {
    let connection = Connection::open_with_flags(path, flags)?;
    let mut salt = [0; HEAD];
    salt[..8].copy_from_slice(MAGIC);
    salt[8..].copy_from_slice(&key.tag());
    let salt = data_encoding::HEXLOWER.encode(&salt);
    let statement = Zeroizing::new(format!("PRAGMA key = \"x'{}{salt}'\"", key.hex().as_str()));
    connection
        .query_row(&statement, [], |_| Ok(()))
        .or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            error => Err(error),
        })?;
    // The first page is read here; a file whose head is right and whose page is not is damaged.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
        row.get::<_, i64>(0)
    })?;
    Ok(connection)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

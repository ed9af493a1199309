//! Files inside the vault, each under a key of its own.
//!
//! Documents and attachments lie here in chunks, encrypted with ChaCha20-Poly1305 under a key
//! that exists in one row. Destroying a file deletes that row first: what is left of the
//! chunks anywhere (pages not yet overwritten, an old backup of the file system) has no key.
//! The vault's own encryption lies around all of it.

use protocol::problem::ProblemCode;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use zeroize::{Zeroize as _, Zeroizing};

use crate::entropy::Entropy;
use crate::error::Problem;
use crate::vault::Migration;

/// Bytes of plain text in one chunk, at most.
pub const CHUNK: usize = 64 * 1024;

/// Bytes of one file, at most.
pub const MAX_FILE_BYTES: u64 = protocol::exchange::MAX_FILE_BYTES;

/// Tables of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    layout: 1,
    name: "sealed-1",
    sql: "CREATE TABLE sealed(
            id BLOB PRIMARY KEY CHECK(length(id) = 16),
            key BLOB NOT NULL CHECK(length(key) = 32),
            bytes INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE sealed_chunk(
            file BLOB NOT NULL CHECK(length(file) = 16),
            at INTEGER NOT NULL,
            length INTEGER NOT NULL,
            data BLOB NOT NULL
          ) STRICT;
          CREATE UNIQUE INDEX sealed_chunk_at ON sealed_chunk(file, at);",
}];

/// Name of a file: 16 random bytes, or those of a document's id.
pub type FileId = [u8; 16];

/// Starts an empty file with a fresh key. One that was there before is destroyed.
///
/// # Errors
/// Those of the vault.
pub fn start(tx: &Transaction<'_>, id: FileId, entropy: &mut dyn Entropy) -> Result<(), Problem> {
    destroy(tx, id)?;
    let mut key = Zeroizing::new([0; 32]);
    entropy.fill(key.as_mut());
    tx.prepare_cached("INSERT INTO sealed(id, key, bytes) VALUES(?1, ?2, 0)")?
        .execute(params![id, key.as_slice()])?;
    Ok(())
}

/// Adds bytes at the end, which must be at `at`. Returns the new length.
///
/// # Errors
/// [`ProblemCode::DocumentRange`] when `at` is not the end,
/// [`ProblemCode::AttachmentTooLarge`] beyond [`MAX_FILE_BYTES`], and those of the vault.
pub fn append(tx: &Transaction<'_>, id: FileId, at: u64, bytes: &[u8]) -> Result<u64, Problem> {
    let Some((key, length)) = key_of(tx, id)? else {
        return Err(Problem::Refused(ProblemCode::DocumentUnknown));
    };
    if at != length {
        return Err(Problem::Refused(ProblemCode::DocumentRange));
    }
    let end = at + bytes.len() as u64;
    if end > MAX_FILE_BYTES {
        return Err(Problem::Refused(ProblemCode::AttachmentTooLarge));
    }
    let mut position = at;
    for chunk in bytes.chunks(CHUNK) {
        let mut data = chunk.to_vec();
        key.seal_in_place_append_tag(nonce(position), aad(&id, position), &mut data)
            .map_err(|_| Problem::VaultStatement("a chunk does not encrypt".into()))?;
        tx.prepare_cached(
            "INSERT INTO sealed_chunk(file, at, length, data) VALUES(?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            id,
            signed(position),
            signed(chunk.len() as u64),
            data
        ])?;
        position += chunk.len() as u64;
    }
    tx.prepare_cached("UPDATE sealed SET bytes = ?2 WHERE id = ?1")?
        .execute(params![id, signed(end)])?;
    Ok(end)
}

/// Length in bytes; `None` when there is no such file.
///
/// # Errors
/// Those of the vault.
pub fn length(connection: &Connection, id: FileId) -> Result<Option<u64>, Problem> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM sealed WHERE id = ?1")?
        .query_row(params![id], |row| row.get::<_, i64>(0))
        .optional()?
        .map(unsigned))
}

/// At most `limit` bytes from `at` on.
///
/// # Errors
/// [`ProblemCode::DocumentUnknown`], [`ProblemCode::DocumentDamaged`] when a chunk does not
/// verify, and those of the vault.
pub fn read(
    connection: &Connection,
    id: FileId,
    at: u64,
    limit: u64,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let Some((key, length)) = key_of(connection, id)? else {
        return Err(Problem::Refused(ProblemCode::DocumentUnknown));
    };
    let end = at.saturating_add(limit).min(length);
    let mut out = Zeroizing::new(Vec::new());
    out.reserve_exact(usize::try_from(end.saturating_sub(at)).unwrap_or(0));
    let mut statement = connection.prepare_cached(
        "SELECT at, data FROM sealed_chunk
         WHERE file = ?1 AND at + length > ?2 AND at < ?3 ORDER BY at",
    )?;
    let mut rows = statement.query(params![id, signed(at), signed(end)])?;
    while let Some(row) = rows.next()? {
        let position = unsigned(row.get(0)?);
        let mut data: Vec<u8> = row.get(1)?;
        let plain = key
            .open_in_place(nonce(position), aad(&id, position), &mut data)
            .map_err(|_| Problem::Refused(ProblemCode::DocumentDamaged))?;
        let from = usize::try_from(at.saturating_sub(position))
            .unwrap_or(0)
            .min(plain.len());
        let to = usize::try_from(end.saturating_sub(position))
            .unwrap_or(0)
            .min(plain.len());
        out.extend_from_slice(&plain[from..to.max(from)]);
        data.zeroize();
    }
    Ok(out)
}

/// Destroys a file: its key first, then its chunks.
///
/// # Errors
/// Those of the vault.
pub fn destroy(tx: &Transaction<'_>, id: FileId) -> Result<(), Problem> {
    tx.prepare_cached("DELETE FROM sealed WHERE id = ?1")?
        .execute(params![id])?;
    tx.prepare_cached("DELETE FROM sealed_chunk WHERE file = ?1")?
        .execute(params![id])?;
    Ok(())
}

/// Bytes of all files.
///
/// # Errors
/// Those of the vault.
pub fn total_bytes(connection: &Connection) -> Result<u64, Problem> {
    let total: i64 =
        connection.query_row("SELECT coalesce(sum(bytes), 0) FROM sealed", [], |row| {
            row.get(0)
        })?;
    Ok(unsigned(total))
}

fn key_of(connection: &Connection, id: FileId) -> Result<Option<(LessSafeKey, u64)>, Problem> {
    let found: Option<(Vec<u8>, i64)> = connection
        .prepare_cached("SELECT key, bytes FROM sealed WHERE id = ?1")?
        .query_row(params![id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((key, bytes)) = found else {
        return Ok(None);
    };
    let key = Zeroizing::new(key);
    let key = UnboundKey::new(&CHACHA20_POLY1305, &key)
        .map_err(|_| Problem::VaultStatement("a file key has the wrong length".into()))?;
    Ok(Some((LessSafeKey::new(key), unsigned(bytes))))
}

/// The position: each is written once under a key, because a file only grows.
fn nonce(at: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&at.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}

/// A chunk of another file or another place does not verify.
fn aad(id: &FileId, at: u64) -> Aad<[u8; 24]> {
    let mut aad = [0; 24];
    aad[..16].copy_from_slice(id);
    aad[16..].copy_from_slice(&at.to_be_bytes());
    Aad::from(aad)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::vault::Vault;

    const ID: FileId = [7; 16];

    fn filled(parts: &[&[u8]]) -> Vault {
        let mut vault = Vault::in_memory().unwrap();
        vault
            .write(|tx| {
                start(tx, ID, &mut SeededEntropy::new(1))?;
                let mut at = 0;
                for part in parts {
                    at = append(tx, ID, at, part)?;
                }
                Ok(())
            })
            .unwrap();
        vault
    }

    #[test]
    fn a_file_is_read_back_over_the_borders_of_its_chunks() {
        let big: Vec<u8> = (0..200_000u32).map(|n| (n % 251) as u8).collect();
        let vault = filled(&[&big[..10], &big[10..100_000], &big[100_000..]]);
        let read = |at, limit| vault.read(|c| read(c, ID, at, limit)).unwrap();
        assert_eq!(*read(0, u64::MAX), big);
        assert_eq!(*read(5, 70_000), big[5..70_005]);
        assert_eq!(*read(199_999, 10), big[199_999..]);
        assert!(read(200_000, 10).is_empty());
    }

    #[test]
    fn what_is_kept_is_not_the_plain_text() {
        let vault = filled(&[b"SHIOMI-CITY-PAPERS"]);
        let data: Vec<u8> = vault
            .read(|c| Ok(c.query_row("SELECT data FROM sealed_chunk", [], |row| row.get(0))?))
            .unwrap();
        assert!(!data.windows(6).any(|window| window == b"SHIOMI"));
    }

    #[test]
    fn a_destroyed_file_has_no_key_and_no_bytes() {
        let mut vault = filled(&[b"papers"]);
        vault.write(|tx| destroy(tx, ID)).unwrap();
        for table in ["sealed", "sealed_chunk"] {
            let rows: i64 = vault
                .read(|c| {
                    Ok(c.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))?)
                })
                .unwrap();
            assert_eq!(rows, 0);
        }
        assert_eq!(
            vault.read(|c| read(c, ID, 0, 1)).unwrap_err(),
            Problem::Refused(ProblemCode::DocumentUnknown)
        );
    }

    #[test]
    fn a_chunk_moved_to_another_place_does_not_verify() {
        let mut vault = filled(&[b"first", b"other"]);
        vault
            .write(|tx| {
                Ok(tx.execute_batch(
                    "UPDATE sealed_chunk SET at = 9 WHERE at = 0;
                     UPDATE sealed_chunk SET at = 0 WHERE at = 5;
                     UPDATE sealed_chunk SET at = 5 WHERE at = 9;",
                )?)
            })
            .unwrap();
        assert_eq!(
            vault.read(|c| read(c, ID, 0, 10)).unwrap_err(),
            Problem::Refused(ProblemCode::DocumentDamaged)
        );
    }

    #[test]
    fn a_gap_is_refused() {
        let mut vault = filled(&[b"12345"]);
        for at in [0, 4, 6] {
            assert_eq!(
                vault.write(|tx| append(tx, ID, at, b"x")).unwrap_err(),
                Problem::Refused(ProblemCode::DocumentRange)
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_pieces_make_the_whole(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..500), 0..8),
            at in 0u64..4_000, limit in 0u64..4_000,
        ) {
            let parts: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let whole = pieces.concat();
            let vault = filled(&parts);
            let from = usize::try_from(at).unwrap().min(whole.len());
            let to = usize::try_from(at + limit).unwrap().min(whole.len());
            prop_assert_eq!(&*vault.read(|c| read(c, ID, at, limit)).unwrap(), &whole[from..to]);
        }
    }
}

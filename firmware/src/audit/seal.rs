//! The gateway's counter-signatures.
//!
//! A seal says that the gateway saw this head. Cutting the log short or writing it anew
//! from some entry on no longer goes unnoticed, here or at the gateway.

use protocol::calendar::Timestamp;
use protocol::exchange::{AuditHead, Sha256Digest};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{head, signed, unsigned};
use crate::error::Problem;

/// Seals that keep the signed page itself; older ones keep only the head.
pub const KEPT_SIGNATURES: u32 = 8;

/// A counter-signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The head that was signed.
    pub head: AuditHead,
    /// When, by the gateway's clock.
    pub at: Timestamp,
}

/// The head, if the gateway has not counter-signed it yet.
///
/// # Errors
/// Those of the vault.
pub fn head_to_seal(connection: &Connection) -> Result<Option<AuditHead>, Problem> {
    let sealed = last_seal(connection)?.map_or(0, |seal| seal.head.entry);
    Ok(head(connection)?.filter(|head| head.entry > sealed))
}

/// Keeps a counter-signature. `page` is the signed page (compact JWS) that carries it; its
/// signature is checked by the caller.
///
/// # Errors
/// Those of the vault.
pub fn seal(
    tx: &Transaction<'_>,
    head: &AuditHead,
    at: Timestamp,
    page: &str,
) -> Result<(), Problem> {
    tx.execute(
        "INSERT INTO audit_seal(entry, hash, at_ms, signed) VALUES(?1, ?2, ?3, ?4)
         ON CONFLICT(entry) DO NOTHING",
        params![signed(head.entry), head.hash.0, at.unix_ms(), page],
    )?;
    tx.execute(
        "UPDATE audit_seal SET signed = NULL WHERE signed IS NOT NULL AND entry NOT IN
         (SELECT entry FROM audit_seal ORDER BY entry DESC LIMIT ?1)",
        params![KEPT_SIGNATURES],
    )?;
    Ok(())
}

/// The latest counter-signature.
///
/// # Errors
/// Those of the vault.
pub fn last_seal(connection: &Connection) -> Result<Option<Seal>, Problem> {
    Ok(connection
        .prepare_cached("SELECT entry, hash, at_ms FROM audit_seal ORDER BY entry DESC LIMIT 1")?
        .query_row([], |row| {
            Ok(Seal {
                head: AuditHead {
                    entry: unsigned(row.get(0)?),
                    hash: Sha256Digest(row.get(1)?),
                },
                at: Timestamp::from_unix_ms(row.get(2)?),
            })
        })
        .optional()?)
}

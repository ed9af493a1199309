//! The encrypted SQLite file: key, migrations, transactions, wipe.
//!
//! One file holds everything the terminal knows. It is SQLCipher (AES-256-CBC and
//! HMAC-SHA-512 on each page) in WAL mode with `synchronous=FULL`, because `NORMAL` loses
//! acknowledged commits at a power cut. A file that does not open is named and left alone.
//!
//! Tables belong to the capability that made them; see [`migration`] for the rules by
//! which a layout may grow.

mod file;
mod key;
pub mod migration;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::entropy::Entropy;
use crate::error::Problem;

pub use key::{
    DeviceSecret, FIXED_SECRET_BYTES, FileSecret, FixedSecret, VaultKey, derive, destroy_file,
};
pub use migration::Migration;

/// How long a writer waits for another one.
pub const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// Prepared statements kept by one handle.
pub const STATEMENT_CACHE: usize = 128;

/// Pages of the write-ahead log after which it is folded into the file (4 KiB each).
pub const CHECKPOINT_PAGES: u32 = 1000;

/// Page cache of one handle, in KiB.
pub const CACHE_KIB: i32 = 8 * 1024;

/// A handle on the vault. Each thread has its own; see [`Vault::another`].
pub struct Vault {
    connection: Connection,
    place: Option<Place>,
}

/// Where a vault on disk is, and its key.
#[derive(Clone)]
struct Place {
    path: PathBuf,
    key: VaultKey,
}

impl Vault {
    /// Opens the vault, making it when there is no file at `path`.
    ///
    /// # Errors
    /// [`Problem::VaultForeign`], [`Problem::VaultWrongKey`], [`Problem::VaultCorrupt`],
    /// [`Problem::VaultNewer`], [`Problem::VaultFull`], [`Problem::VaultIo`]. The file is
    /// left as it is in each case.
    pub fn open(path: &Path, key: &VaultKey) -> Result<Self, Problem> {
        let mut vault = Self {
            connection: file::open(path, key)?,
            place: Some(Place {
                path: path.to_owned(),
                key: key.clone(),
            }),
        };
        migration::bring_up(&mut vault.connection)?;
        Ok(vault)
    }

    /// Opens the vault whose key comes from a device secret and the key file beside the
    /// vault, making both when neither is there.
    ///
    /// # Errors
    /// As [`Vault::open`], and [`Problem::VaultKeyMissing`], [`Problem::VaultKeyExposed`].
    pub fn unlock(
        path: &Path,
        secret: &dyn DeviceSecret,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, Problem> {
        let key = VaultKey::for_file(path, secret, entropy)?;
        Self::open(path, &key)
    }

    /// A vault that is gone with the process, for tests.
    ///
    /// # Errors
    /// Those of the database.
    pub fn in_memory() -> Result<Self, Problem> {
        let mut connection = Connection::open_in_memory()?;
        file::configure(&connection)?;
        migration::bring_up(&mut connection)?;
        Ok(Self {
            connection,
            place: None,
        })
    }

    /// A second handle on the same file, for another thread.
    ///
    /// # Errors
    /// As [`Vault::open`]; [`Problem::VaultStatement`] for a vault in memory.
    pub fn another(&self) -> Result<Self, Problem> {
        let place = self
            .place
            .clone()
            .ok_or_else(|| Problem::VaultStatement("a vault in memory has one handle".into()))?;
        Ok(Self {
            connection: file::open(&place.path, &place.key)?,
            place: Some(place),
        })
    }

    /// Reads. All statements in `f` see the same state.
    ///
    /// # Errors
    /// Those of `f`, and of the database.
    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, Problem>) -> Result<T, Problem> {
        let snapshot = self.connection.unchecked_transaction()?;
        f(&snapshot)
    }

    /// Writes. When this returns `Ok`, the change survives a power cut; on `Err` nothing
    /// was changed.
    ///
    /// # Errors
    /// Those of `f`, and of the database.
    pub fn write<T>(
        &mut self,
        f: impl FnOnce(&Transaction<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = f(&tx)?;
        tx.commit()?;
        Ok(value)
    }

    /// Writes something that may be forgotten at a power cut, such as what the screen shows
    /// of a send: whole or not at all, in order with other writes, but without waiting for
    /// the disk. Never for what is said to be saved.
    ///
    /// # Errors
    /// Those of `f`, and of the database.
    pub fn write_forgettable<T>(
        &mut self,
        f: impl FnOnce(&Transaction<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.connection
            .pragma_update(None, "synchronous", "NORMAL")?;
        let result = self.write(f);
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        result
    }

    /// Checks each page and each index; for diagnostics, it reads the whole file.
    ///
    /// # Errors
    /// [`Problem::VaultCorrupt`].
    pub fn check(&self) -> Result<(), Problem> {
        file::check(&self.connection)
    }

    /// Where the file is; `None` in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.place.as_ref().map(|place| place.path.as_path())
    }

    /// Bytes in the file and its write-ahead log.
    #[must_use]
    pub fn bytes_on_disk(&self) -> u64 {
        self.path().map_or(0, file::bytes)
    }

    /// Limits the file to `bytes`; work beyond it is refused with [`Problem::VaultFull`].
    /// The limit holds for this handle. An existing file is not cut.
    ///
    /// # Errors
    /// Those of the database.
    pub fn limit(&self, bytes: u64) -> Result<(), Problem> {
        file::limit(&self.connection, bytes)
    }

    /// Folds the write-ahead log into the file, as far as no reader holds it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn checkpoint(&self) -> Result<(), Problem> {
        self.connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Crypto-erase: destroys the key file, then the vault. What a chip still holds of
    /// the old pages has no key any more.
    ///
    /// # Errors
    /// [`Problem::VaultIo`]: the key file may still be there; try again.
    pub fn wipe(self) -> Result<(), Problem> {
        let Some(place) = self.place.clone() else {
            return Ok(());
        };
        drop(self.connection);
        file::wipe(&place.path)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault")
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

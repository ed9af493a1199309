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
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// The disk reported an error to one of the handles on this file, and nothing was written
    /// since.
    doubtful: Arc<AtomicBool>,
    wipe_finished: bool,
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
        let place = Place {
            path: path.to_owned(),
            key: key.clone(),
        };
        let mut vault = Self::at(place, Arc::default())?;
        migration::bring_up(&mut vault.connection)?;
        Ok(vault)
    }

    fn at(place: Place, doubtful: Arc<AtomicBool>) -> Result<Self, Problem> {
        Ok(Self {
            connection: file::open(&place.path, &place.key)?,
            place: Some(place),
            doubtful,
            wipe_finished: false,
        })
    }

    /// Opens the vault whose key comes from a device secret and the key file beside the
    /// vault, making both when neither is there.
    ///
    /// A wipe that was ordered or begun and cut is finished first, and a new vault made; see
    /// [`Vault::wipe_finished`].
    ///
    /// # Errors
    /// As [`Vault::open`], and [`Problem::VaultKeyMissing`], [`Problem::VaultKeyExposed`].
    pub fn unlock(
        path: &Path,
        secret: &dyn DeviceSecret,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, Problem> {
        file::finish_wipe(path)?;
        let mut vault = Self::open(path, &VaultKey::for_file(path, secret, entropy)?)?;
        let ordered = vault.read(crate::audit::is_wipe_ordered)?;
        if ordered {
            vault.wipe()?;
            vault = Self::open(path, &VaultKey::for_file(path, secret, entropy)?)?;
        }
        vault.wipe_finished = file::take_wiped(path)?;
        Ok(vault)
    }

    /// Whether a vault was destroyed here before, to its end or with [`Vault::unlock`] finishing
    /// what had been cut: what there was is gone, and this vault is new. Said once.
    #[must_use]
    pub fn wipe_finished(&self) -> bool {
        self.wipe_finished
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
            doubtful: Arc::default(),
            wipe_finished: false,
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
        Self::at(place, Arc::clone(&self.doubtful))
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
    /// After an error of the disk the file is opened anew and checked before anything else is
    /// written: a kernel that failed to flush a page may call the next flush a success without
    /// having written that page.
    ///
    /// # Errors
    /// Those of `f`, and of the database.
    pub fn write<T>(
        &mut self,
        f: impl FnOnce(&Transaction<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.remove_doubt()?;
        let result = self.write_once(f);
        if matches!(result, Err(Problem::VaultIo(_) | Problem::VaultCorrupt)) {
            self.doubtful.store(true, Ordering::SeqCst);
        }
        result
    }

    fn write_once<T>(
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

    fn remove_doubt(&mut self) -> Result<(), Problem> {
        if !self.doubtful.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let checked = self.open_anew();
        match &checked {
            Ok(()) => {
                tracing::warn!("after an error of the disk the vault was checked; it is whole")
            }
            Err(_) => self.doubtful.store(true, Ordering::SeqCst),
        }
        checked
    }

    fn open_anew(&mut self) -> Result<(), Problem> {
        file::settle_down(&self.connection)?;
        if let Some(place) = &self.place {
            self.connection = file::open(&place.path, &place.key)?;
        }
        file::check(&self.connection)
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
    /// the old pages has no key any more. Cut half-way, [`Vault::unlock`] finishes it.
    ///
    /// # Errors
    /// [`Problem::VaultIo`]: the key file may still be there; the next start tries again.
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

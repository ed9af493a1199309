//! The vault's key: HKDF of a secret of the device and of a key file that can be destroyed.
//!
//! Never from a passcode: ten thousand of them fall in minutes. The device secret ties the
//! vault to the board, the key file makes a crypto-erase possible even where the device
//! secret is burnt into the chip.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::error::Problem;

/// Length of every secret here.
pub const FIXED_SECRET_BYTES: usize = 32;

/// Separates the vault's key from all others made of the same secret.
const VAULT_LABEL: &[u8] = b"madoguchi vault key 1";

/// Separates the tag in the file's head from the key itself.
const TAG_LABEL: &[u8] = b"madoguchi vault tag 1";

/// A secret that only this device has.
pub trait DeviceSecret: Send + Sync {
    /// The secret.
    ///
    /// # Errors
    /// [`Problem::VaultKeyMissing`], [`Problem::VaultKeyExposed`], [`Problem::VaultIo`].
    fn secret(&self) -> Result<Zeroizing<[u8; FIXED_SECRET_BYTES]>, Problem>;
}

/// A secret in a root-only file, for boards without one-time-programmable memory or a TPM.
/// Who can read the file can read the vault; the threat model says what that costs.
#[derive(Debug, Clone)]
pub struct FileSecret {
    path: PathBuf,
}

impl FileSecret {
    /// Uses the file at `path`, making it when it is not there.
    ///
    /// # Errors
    /// [`Problem::VaultIo`], [`Problem::VaultKeyExposed`], [`Problem::VaultKeyMissing`] for
    /// a file of the wrong length.
    pub fn at(path: &Path, entropy: &mut dyn Entropy) -> Result<Self, Problem> {
        if !path.exists() {
            make(path, entropy)?;
        }
        load(path)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }
}

impl DeviceSecret for FileSecret {
    fn secret(&self) -> Result<Zeroizing<[u8; FIXED_SECRET_BYTES]>, Problem> {
        load(&self.path)
    }
}

/// A secret given by the caller: for tests, and for a secret read from a chip.
pub struct FixedSecret(Zeroizing<[u8; FIXED_SECRET_BYTES]>);

impl FixedSecret {
    /// Takes the secret.
    #[must_use]
    pub fn new(secret: [u8; FIXED_SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl DeviceSecret for FixedSecret {
    fn secret(&self) -> Result<Zeroizing<[u8; FIXED_SECRET_BYTES]>, Problem> {
        Ok(self.0.clone())
    }
}

/// The key of one vault.
#[derive(Clone)]
pub struct VaultKey(Zeroizing<[u8; FIXED_SECRET_BYTES]>);

impl VaultKey {
    /// Takes the key as it is.
    #[must_use]
    pub fn new(key: [u8; FIXED_SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// The key of the vault at `path`; see [`super::Vault::unlock`].
    pub(super) fn for_file(
        path: &Path,
        secret: &dyn DeviceSecret,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, Problem> {
        let seed_path = seed_path(path);
        if !seed_path.exists() {
            if path.exists() {
                return Err(Problem::VaultKeyMissing);
            }
            make(&seed_path, entropy)?;
        }
        let seed = load(&seed_path)?;
        Ok(Self(derive(&*secret.secret()?, &*seed, VAULT_LABEL)))
    }

    /// The key for `PRAGMA key`, as hexadecimal digits.
    pub(super) fn hex(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::HEXLOWER.encode(&*self.0))
    }

    /// Eight bytes that tell a wrong key from a damaged file, and nothing about the key.
    pub(super) fn tag(&self) -> [u8; 8] {
        let full = derive(&*self.0, &[], TAG_LABEL);
        let mut tag = [0; 8];
        tag.copy_from_slice(&full[..8]);
        tag
    }
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultKey(***)")
    }
}

/// HKDF-SHA-256 (RFC 5869) of a device secret; `label` separates the uses.
#[must_use]
pub fn derive(secret: &[u8], salt: &[u8], label: &[u8]) -> Zeroizing<[u8; FIXED_SECRET_BYTES]> {
    let mut key = Zeroizing::new([0; FIXED_SECRET_BYTES]);
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(label, &mut *key)
        .expect("32 bytes are below HKDF's limit of 8160");
    key
}

/// The key file beside a vault.
pub(super) fn seed_path(vault: &Path) -> PathBuf {
    let mut name = vault.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// Overwrites a secret's file, deletes it, and makes both durable. Absent is fine.
///
/// # Errors
/// [`Problem::VaultIo`].
pub fn destroy_file(path: &Path) -> Result<(), Problem> {
    match OpenOptions::new().write(true).open(path) {
        Ok(mut file) => {
            // The file system may write elsewhere; the deletion is what the promise rests
            // on, the overwriting costs nothing.
            file.write_all(&[0; FIXED_SECRET_BYTES]).map_err(io)?;
            file.sync_all().map_err(io)?;
            std::fs::remove_file(path).map_err(io)?;
            sync_parent(path)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io(error)),
    }
}

/// Makes the name of `path` durable.
pub(super) fn sync_parent(path: &Path) -> Result<(), Problem> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(parent)
        .and_then(|dir| dir.sync_all())
        .map_err(io)
}

/// The kind of an I/O error; its text could name paths.
pub(super) fn io(error: std::io::Error) -> Problem {
    if error.kind() == std::io::ErrorKind::StorageFull {
        Problem::VaultFull
    } else {
        Problem::VaultIo(error.kind().to_string())
    }
}

/// Makes a secret file by writing beside and renaming, so that it is whole or absent.
fn make(path: &Path, entropy: &mut dyn Entropy) -> Result<(), Problem> {
    let mut secret = Zeroizing::new([0; FIXED_SECRET_BYTES]);
    entropy.fill(&mut *secret);
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)
        .map_err(io)?;
    file.set_permissions(Permissions::from_mode(0o600))
        .map_err(io)?;
    file.write_all(&*secret).map_err(io)?;
    file.sync_all().map_err(io)?;
    std::fs::rename(&new, path).map_err(io)?;
    sync_parent(path)
}

fn load(path: &Path) -> Result<Zeroizing<[u8; FIXED_SECRET_BYTES]>, Problem> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Problem::VaultKeyMissing);
        }
        Err(error) => return Err(io(error)),
    };
    let metadata = file.metadata().map_err(io)?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Problem::VaultKeyExposed { mode });
    }
    if metadata.len() != FIXED_SECRET_BYTES as u64 {
        return Err(Problem::VaultKeyMissing);
    }
    let mut secret = Zeroizing::new([0; FIXED_SECRET_BYTES]);
    file.read_exact(&mut *secret).map_err(io)?;
    Ok(secret)
}

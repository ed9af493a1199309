//! New systems for terminals: a bundle is added, offered to some, and taken back.
//!
//! The gateway's word installs nothing: each terminal's machine verifies the bundle's own
//! signature and version.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use protocol::answer::FeedItem;
use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::release::MAX_BUNDLE_BYTES;
use ring::digest::{Context, SHA256};

use crate::engine::releases::{is_meant, push, tell, withdrawn};
use crate::error::GatewayError;
use crate::private;
use crate::store::{self, DeviceState, Release, Standing, Store, Tx};

/// The first bytes of a bundle: a squashfs image (RAUC's verity format).
const MAGIC: &[u8] = b"hsqs";

/// Bytes copied at once.
const PIECE_BYTES: usize = 256 * 1024;

/// Where bundles lie, each under its own hash.
#[derive(Debug, Clone)]
pub struct Bundles {
    folder: PathBuf,
}

impl Bundles {
    /// A folder; it is made when the first bundle comes.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The file of a bundle.
    #[must_use]
    pub fn file(&self, sha256: &Sha256Digest) -> PathBuf {
        self.folder.join(format!("{sha256}.raucb"))
    }

    /// Holds the folder alone: one bundle is added at a time.
    fn hold(&self) -> Result<File, GatewayError> {
        private::own_folder(&self.folder)?;
        let held =
            File::open(&self.folder).map_err(|e| GatewayError::io("open", &self.folder, e))?;
        match held.try_lock() {
            Ok(()) => Ok(held),
            Err(TryLockError::WouldBlock) => Err(GatewayError::Input(
                "another bundle is being added; try again when it is in".to_owned(),
            )),
            Err(TryLockError::Error(e)) => Err(GatewayError::io("lock", &self.folder, e)),
        }
    }

    /// Copies a bundle in, durably. What is refused leaves nothing behind.
    fn take(&self, file: &Path) -> Result<(Sha256Digest, u64), GatewayError> {
        let new = self.folder.join("new");
        let taken = self.copy(file, &new);
        if taken.is_err() {
            // The refusal is told; what cannot be deleted is written over by the next bundle.
            let _ = fs::remove_file(&new);
        }
        taken
    }

    fn copy(&self, file: &Path, new: &Path) -> Result<(Sha256Digest, u64), GatewayError> {
        let read = |e: std::io::Error| GatewayError::given(file, &e);
        let write = |e| GatewayError::io("write", new, e);
        let mut from = File::open(file).map_err(read)?;
        let mut to = private::open(new).map_err(write)?;
        to.set_len(0).map_err(write)?;
        let mut hash = Context::new(&SHA256);
        let mut piece = vec![0; PIECE_BYTES];
        let mut size = 0;
        loop {
            let got = from.read(&mut piece).map_err(read)?;
            if got == 0 {
                break;
            }
            if size == 0 && !piece[..got].starts_with(MAGIC) {
                return Err(wrong_file("this is no bundle"));
            }
            size += got as u64;
            if size > MAX_BUNDLE_BYTES {
                return Err(wrong_file("the bundle is larger than terminals take"));
            }
            hash.update(&piece[..got]);
            to.write_all(&piece[..got]).map_err(write)?;
        }
        if size == 0 {
            return Err(wrong_file("this is no bundle"));
        }
        to.sync_all().map_err(write)?;
        let mut sha256 = Sha256Digest([0; Sha256Digest::LENGTH]);
        sha256.0.copy_from_slice(hash.finish().as_ref());
        fs::rename(new, self.file(&sha256)).map_err(write)?;
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(write)?;
        Ok((sha256, size))
    }

    fn forget(&self, sha256: &Sha256Digest) -> Result<(), GatewayError> {
        let file = self.file(sha256);
        match fs::remove_file(&file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(GatewayError::io("delete", &file, e))
            }
            _ => Ok(()),
        }
    }
}

fn wrong_file(title: &'static str) -> GatewayError {
    GatewayError::refuse(ProblemCode::ReleaseFile, title)
}

/// Adds a bundle. The same one again changes nothing.
///
/// # Errors
/// A file that is no bundle, another one under a version that is known, a minimum above the
/// version.
pub fn add_release(
    store: &dyn Store,
    bundles: &Bundles,
    file: &Path,
    version: Version,
    minimum: Version,
    now: Timestamp,
) -> Result<Release, GatewayError> {
    if minimum > version {
        return Err(GatewayError::Input(format!(
            "the minimum {minimum} is above the version {version}"
        )));
    }
    let _held = bundles.hold()?;
    let (sha256, size) = bundles.take(file)?;
    let release = Release {
        version,
        minimum,
        sha256,
        size,
        added_at: now,
        withdrawn_at: None,
    };
    let added = release.clone();
    let kept = store::write(store, move |tx| {
        for known in tx.releases()? {
            let same = known.sha256 == added.sha256;
            if known.version != added.version {
                if same {
                    return Err(wrong_file("this bundle is known under another version"));
                }
                continue;
            }
            match (known.withdrawn_at, same) {
                (None, true) => return Ok(()),
                (None, false) => {
                    return Err(wrong_file("another bundle is known under this version"));
                }
                // It begins anew, also for those to whom it was offered before.
                (Some(_), _) => tx.drop_targets(added.version)?,
            }
        }
        tx.put_release(&added)
    });
    if let Err(refused) = kept {
        // Unless it is the bundle of another release, nobody ever asks for it.
        let asked_for = store::read(store, |tx| tx.releases())?
            .iter()
            .any(|known| known.sha256 == sha256 && known.withdrawn_at.is_none());
        if !asked_for {
            bundles.forget(&sha256)?;
        }
        return Err(refused);
    }
    Ok(release)
}

/// How many terminals an offer reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// Terminals that are meant and chosen.
    pub chosen: u64,
    /// Those that were not offered it before.
    pub told: u64,
}

/// Offers a release to terminals, now and to those of them that are enrolled later. A larger
/// share of the same release keeps those that were chosen before.
///
/// # Errors
/// A release that is not known, was taken back, or is below the minimum of another one.
pub fn offer_release(
    store: &dyn Store,
    version: Version,
    standing: &Standing,
    now: Timestamp,
) -> Result<Offered, GatewayError> {
    let standing = standing.clone();
    store::write(store, move |tx| {
        let release = living(tx, version)?;
        if let Some(other) = tx
            .releases()?
            .iter()
            .find(|other| other.withdrawn_at.is_none() && other.minimum > version)
        {
            return Err(GatewayError::Input(format!(
                "{version} is below {}, the minimum of {}; terminals would refuse it",
                other.minimum, other.version
            )));
        }
        tx.add_standing(version, &standing, now)?;
        let mut offered = Offered { chosen: 0, told: 0 };
        for mut device in tx.devices(None)? {
            if device.state == DeviceState::Active && is_meant(&device, &standing, &release) {
                offered.chosen += 1;
                offered.told += u64::from(tell(tx, &mut device, &release, now)?);
            }
        }
        Ok(offered)
    })
}

/// Takes a release back: nobody fetches it any more, and its file is deleted. A terminal that has
/// handed it over to its machine already goes on.
///
/// # Errors
/// A release that is not known.
pub fn withdraw_release(
    store: &dyn Store,
    bundles: &Bundles,
    version: Version,
    now: Timestamp,
) -> Result<Release, GatewayError> {
    let release = store::write(store, move |tx| {
        let release = known(tx, version)?;
        tx.withdraw_release(version, now)?;
        for target in tx.targets(Some(version))? {
            let Some(mut device) = tx.device(&target.device)? else {
                continue;
            };
            let item = FeedItem::ReleaseWithdrawn {
                sha256: release.sha256,
            };
            push(tx, &mut device, item, now)?;
        }
        Ok(release)
    })?;
    bundles.forget(&release.sha256)?;
    Ok(release)
}

fn known(tx: &mut dyn Tx, version: Version) -> Result<Release, GatewayError> {
    tx.releases()?
        .into_iter()
        .find(|release| release.version == version)
        .ok_or_else(|| {
            GatewayError::Input(format!(
                "release {version} is not known; add it with `gateway releases add`"
            ))
        })
}

fn living(tx: &mut dyn Tx, version: Version) -> Result<Release, GatewayError> {
    let release = known(tx, version)?;
    match release.withdrawn_at {
        None => Ok(release),
        Some(_) => Err(withdrawn()),
    }
}

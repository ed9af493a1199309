//! A disk image: its signed description, and its bytes.
//!
//! | File beside the image | What it is |
//! |---|---|
//! | `NAME.img` or `NAME.img.zst` | the raw disk, alone or compressed |
//! | `image.json` | [`ImageManifest`]: version, boards, sizes, digests |
//! | `image.json.sig` | the signature over the exact bytes of `image.json` |

mod describe;
mod partitions;
mod stream;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use protocol::jws::{self, JwsError, Kind};
use protocol::provisioning::Board;
use protocol::provisioning::image::{ImageManifest, MAX_MANIFEST_BYTES, TrustedKeys, VerifyKey};

pub use describe::{Description, describe};
pub use partitions::config_partition;
pub use stream::ImageStream;

use crate::error::Problem;
use crate::progress::{Phase, Progress, Stop};
use crate::seal::{Hasher, SigningKey, is_signed, sha256};
use crate::text;

/// An image whose signature was checked. Its bytes are checked by [`SignedImage::check_bytes`],
/// and once more while they are written.
#[derive(Debug, Clone)]
pub struct SignedImage {
    /// What was signed.
    pub manifest: ImageManifest,
    folder: PathBuf,
    /// The configuration partition, read once for all cards of a run.
    config: OnceLock<Vec<u8>>,
}

impl SignedImage {
    /// Reads `image.json` with its signature, and checks both.
    ///
    /// # Errors
    /// Unsigned, another key, a wrong signature, another format, or an image below the oldest
    /// version that is taken.
    pub fn open(manifest: &Path, keys: &TrustedKeys) -> Result<Self, Problem> {
        let bytes = text::read_bounded(manifest, MAX_MANIFEST_BYTES)?;
        let signature = signature_file(manifest);
        let detached = match fs::read_to_string(&signature) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Problem::ImageUnsigned);
            }
            Err(error) => return Err(Problem::file("read", &signature, error)),
        };
        check_signature(&bytes, &detached, keys)?;
        let read: ImageManifest = serde_json::from_slice(&bytes)
            .map_err(|error| Problem::ImageManifest(error.to_string()))?;
        read.check()?;
        if let Some(minimum) = keys.minimum_version
            && read.version < minimum
        {
            return Err(Problem::ImageOld {
                found: read.version,
                minimum,
            });
        }
        Ok(Self {
            manifest: read,
            folder: text::folder_of(manifest),
            config: OnceLock::new(),
        })
    }

    /// Refuses a board that the image is not built for.
    ///
    /// # Errors
    /// [`Problem::ImageBoard`].
    pub fn check_board(&self, board: Board) -> Result<(), Problem> {
        if self.manifest.boards.contains(&board) {
            Ok(())
        } else {
            Err(Problem::ImageBoard(board.to_string()))
        }
    }

    /// Opens the raw disk for reading from its beginning.
    ///
    /// # Errors
    /// A file that is missing or has another size than what was signed.
    pub fn stream(&self) -> Result<ImageStream, Problem> {
        let file = &self.manifest.file;
        ImageStream::open(
            &self.folder.join(&file.name),
            file.packing,
            Some(file.bytes),
        )
    }

    /// Reads the whole disk and compares every digest.
    ///
    /// # Errors
    /// Truncated, changed, or stopped.
    pub fn check_bytes(&self, progress: &dyn Progress, stop: &dyn Stop) -> Result<(), Problem> {
        progress.begin(Phase::CheckImage, self.manifest.bytes);
        let mut stream = self.stream()?;
        let mut whole = Hasher::default();
        let mut buffer = Vec::new();
        for range in &self.manifest.ranges {
            if stop.asked() {
                return Err(Problem::Stopped);
            }
            stream.read_range(range.offset, range.bytes, &mut buffer)?;
            if sha256(&buffer) != range.sha256 {
                return Err(Problem::ImageCorrupt { at: range.offset });
            }
            whole.update(&buffer);
            progress.advance(range.bytes);
        }
        stream.expect_end(self.manifest.bytes)?;
        if whole.finish() != self.manifest.sha256 {
            return Err(Problem::ImageCorrupt { at: 0 });
        }
        Ok(())
    }

    /// The bytes of the configuration partition as they are in the image.
    ///
    /// # Errors
    /// As [`Self::stream`].
    pub fn config_partition(&self) -> Result<Vec<u8>, Problem> {
        if let Some(partition) = self.config.get() {
            return Ok(partition.clone());
        }
        let extent = self.manifest.config;
        let mut stream = self.stream()?;
        let mut partition = Vec::new();
        let mut buffer = Vec::new();
        for range in &self.manifest.ranges {
            if range.offset >= extent.end() {
                break;
            }
            stream.read_range(range.offset, range.bytes, &mut buffer)?;
            if range.offset >= extent.offset {
                partition.extend_from_slice(&buffer);
            }
        }
        Ok(self.config.get_or_init(|| partition).clone())
    }
}

/// Signs `image.json`, and writes the signature beside it.
///
/// # Errors
/// A description that is not one, or a file that cannot be written.
pub fn sign(manifest: &Path, key: &SigningKey) -> Result<PathBuf, Problem> {
    let bytes = text::read_bounded(manifest, MAX_MANIFEST_BYTES)?;
    let read: ImageManifest = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::ImageManifest(error.to_string()))?;
    read.check()?;
    let signature = signature_file(manifest);
    let line = format!("{}\n", jws::detached(&key.sign(Kind::Image, &bytes)));
    text::write_public(&signature, line.as_bytes())?;
    Ok(signature)
}

/// `image.json` → `image.json.sig`
fn signature_file(manifest: &Path) -> PathBuf {
    let mut name = manifest.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

fn check_signature(bytes: &[u8], detached: &str, keys: &TrustedKeys) -> Result<(), Problem> {
    let wrong = |_: JwsError| Problem::ImageSignature;
    let whole = jws::attached(detached, bytes).map_err(wrong)?;
    let parts = jws::split_as(Kind::Image, &whole).map_err(wrong)?;
    let key: &VerifyKey = keys.find(parts.header.kid()).ok_or(Problem::ImageKey)?;
    if is_signed(key, parts.signing_input, &parts.signature) {
        Ok(())
    } else {
        Err(Problem::ImageSignature)
    }
}

/// Reads until the buffer is full or the source ends; gives the bytes read.
fn read_full(source: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

//! Files at rest: encrypted, one random key each, appended to piece by piece.
//!
//! A blob is a run of records `length | nonce | ciphertext and tag`, each at most
//! [`RECORD_BYTES`] of content, bound to its place by the offset it starts at. The key
//! lies in the database; without it the bytes are noise, so forgetting the key is the
//! deletion that counts, and removing the file is tidiness.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use uuid::Uuid;
use zeroize::Zeroize;

use crate::entropy::Entropy;
use crate::error::GatewayError;
use crate::private;

/// Most content in one record, in bytes.
pub const RECORD_BYTES: usize = 64 * 1024;

const LENGTH_BYTES: usize = 4;
const TAG_BYTES: usize = 16;

/// Where a blob lies and the key to it.
#[derive(Clone, PartialEq, Eq)]
pub struct BlobRef {
    /// Name of its file: random, tells nothing.
    pub name: Uuid,
    /// Key to its content.
    pub key: [u8; 32],
}

impl BlobRef {
    /// A new name and a new key.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut name = [0; 16];
        let mut key = [0; 32];
        entropy.fill(&mut name);
        entropy.fill(&mut key);
        Self {
            name: uuid::Builder::from_random_bytes(name).into_uuid(),
            key,
        }
    }
}

impl fmt::Debug for BlobRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobRef({}, key redacted)", self.name)
    }
}

impl Drop for BlobRef {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// The folder of blobs.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    /// Uses a folder, making it if needed and closing it to others.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, GatewayError> {
        private::own_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Appends content after the first `held` bytes of content; whatever an interrupted
    /// append left behind them is cut off first. Durable when it returns.
    ///
    /// # Errors
    /// A full disk ([`GatewayError::Full`]) or any other failure of the file; `held` bytes
    /// are still there then.
    pub fn append(
        &self,
        blob: &BlobRef,
        held: u64,
        content: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<(), GatewayError> {
        let path = self.path(blob.name);
        let fail = |e| GatewayError::io("append to", &path, e);
        let is_new = !path.exists();
        let mut file = private::open(&path).map_err(fail)?;
        let end = find_end(&mut file, held).map_err(fail)?;
        file.set_len(end).map_err(fail)?;
        file.seek(SeekFrom::Start(end)).map_err(fail)?;
        let key = sealing_key(blob);
        let mut offset = held;
        for piece in content.chunks(RECORD_BYTES) {
            file.write_all(&seal(&key, offset, piece, entropy))
                .map_err(fail)?;
            offset += piece.len() as u64;
        }
        file.sync_data().map_err(fail)?;
        if is_new {
            self.sync_folder()?;
        }
        Ok(())
    }

    /// Opens a blob for reading from a content offset.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn reader(&self, blob: &BlobRef, from: u64) -> Result<BlobReader, GatewayError> {
        let path = self.path(blob.name);
        let file = File::open(&path).map_err(|e| GatewayError::io("open", &path, e))?;
        Ok(BlobReader {
            file,
            path,
            key: sealing_key(blob),
            offset: 0,
            from,
        })
    }

    /// Reads a whole blob of known size into memory.
    ///
    /// # Errors
    /// When it is not there, damaged or shorter.
    pub fn read_all(&self, blob: &BlobRef, size: u64) -> Result<Vec<u8>, GatewayError> {
        let mut all = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let mut reader = self.reader(blob, 0)?;
        while (all.len() as u64) < size {
            let Some(piece) = reader.next_piece()? else {
                return Err(GatewayError::damaged("blob ends early"));
            };
            all.extend_from_slice(&piece);
        }
        all.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(all)
    }

    /// Removes a blob's file. One that is gone already is no error.
    ///
    /// # Errors
    /// Any other failure.
    pub fn remove(&self, name: Uuid) -> Result<(), GatewayError> {
        let path = self.path(name);
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(GatewayError::io("remove", &path, e)),
        }
    }

    /// Removes files that no row needs and that have lain here for `age`; says how many.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep(&self, needed: &HashSet<Uuid>, age: Duration) -> Result<u64, GatewayError> {
        let fail = |e| GatewayError::io("read", &self.folder, e);
        let mut removed = 0;
        for entry in std::fs::read_dir(&self.folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry
                .file_name()
                .to_str()
                .and_then(|n| n.parse::<Uuid>().ok());
            let lain = entry
                .metadata()
                .ok()
                .and_then(|m| m.modified().ok()?.elapsed().ok());
            if let (Some(name), Some(lain)) = (name, lain)
                && !needed.contains(&name)
                && lain >= age
            {
                self.remove(name)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Copies a blob's file, still encrypted, into another folder, unless it is there with the same
    /// length. Durable when it returns.
    ///
    /// # Errors
    /// Any failure of either file.
    pub fn copy_to(&self, name: Uuid, folder: &Path) -> Result<(), GatewayError> {
        let from = self.path(name);
        let to = folder.join(name.to_string());
        let length = std::fs::metadata(&from)
            .map_err(|e| GatewayError::io("look at", &from, e))?
            .len();
        if std::fs::metadata(&to).is_ok_and(|there| there.len() == length) {
            return Ok(());
        }
        let copy = || {
            let mut copy = private::open(&to)?;
            copy.set_len(0)?;
            io::copy(&mut File::open(&from)?, &mut copy)?;
            copy.sync_all()
        };
        copy().map_err(|e| GatewayError::io("copy to", &to, e))
    }

    fn path(&self, name: Uuid) -> PathBuf {
        self.folder.join(name.to_string())
    }

    fn sync_folder(&self) -> Result<(), GatewayError> {
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| GatewayError::io("sync", &self.folder, e))
    }
}

/// Reads a blob piece by piece.
pub struct BlobReader {
    file: File,
    path: PathBuf,
    key: LessSafeKey,
    offset: u64,
    from: u64,
}

impl BlobReader {
    /// The next piece of content, at most [`RECORD_BYTES`]; `None` at the end.
    ///
    /// # Errors
    /// A damaged record, or a failure of the file.
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>, GatewayError> {
        loop {
            let fail = |e| GatewayError::io("read", &self.path, e);
            let Some(length) = read_length(&mut self.file).map_err(fail)? else {
                return Ok(None);
            };
            let start = self.offset;
            self.offset += length as u64;
            if self.offset <= self.from {
                self.file
                    .seek_relative((NONCE_LEN + length + TAG_BYTES) as i64)
                    .map_err(fail)?;
                continue;
            }
            let mut record = vec![0; NONCE_LEN + length + TAG_BYTES];
            self.file.read_exact(&mut record).map_err(fail)?;
            let mut piece = unseal(&self.key, start, record)?;
            if start < self.from {
                let skip = usize::try_from(self.from - start).unwrap_or(usize::MAX);
                piece.drain(..skip.min(piece.len()));
            }
            return Ok(Some(piece));
        }
    }
}

fn sealing_key(blob: &BlobRef) -> LessSafeKey {
    let key = UnboundKey::new(&AES_256_GCM, &blob.key).expect("the key has 32 bytes");
    LessSafeKey::new(key)
}

fn seal(key: &LessSafeKey, offset: u64, piece: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
    // A random nonce: a record that is written again after a crash must not reuse one.
    let mut nonce = [0; NONCE_LEN];
    entropy.fill(&mut nonce);
    let mut sealed = piece.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(offset.to_be_bytes()),
        &mut sealed,
    )
    .expect("a record is far below the cipher's limit");
    let length = u32::try_from(piece.len()).expect("a record is at most 64 KiB");
    let mut record = Vec::with_capacity(LENGTH_BYTES + NONCE_LEN + sealed.len());
    record.extend_from_slice(&length.to_be_bytes());
    record.extend_from_slice(&nonce);
    record.extend_from_slice(&sealed);
    record
}

fn unseal(key: &LessSafeKey, offset: u64, mut record: Vec<u8>) -> Result<Vec<u8>, GatewayError> {
    let nonce = record
        .first_chunk::<NONCE_LEN>()
        .copied()
        .ok_or_else(|| GatewayError::damaged("blob record"))?;
    let opened = key
        .open_within(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(offset.to_be_bytes()),
            &mut record,
            NONCE_LEN..,
        )
        .map_err(|_| GatewayError::damaged("blob record"))?;
    Ok(opened.to_vec())
}

/// File position at which `held` bytes of content end.
fn find_end(file: &mut File, held: u64) -> io::Result<u64> {
    let mut content = 0;
    let mut position = 0;
    file.seek(SeekFrom::Start(0))?;
    while content < held {
        let Some(length) = read_length(file)? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let record = NONCE_LEN + length + TAG_BYTES;
        file.seek_relative(record as i64)?;
        content += length as u64;
        position += (LENGTH_BYTES + record) as u64;
    }
    if content == held {
        Ok(position)
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// Length of the record that starts here; `None` at the end of the file or in a torn record.
fn read_length(file: &mut File) -> io::Result<Option<usize>> {
    let mut length = [0; LENGTH_BYTES];
    match file.read_exact(&mut length) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let length = u32::from_be_bytes(length) as usize;
    if length == 0 || length > RECORD_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Some(length))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::entropy::SeededEntropy;

    fn blobs() -> (tempfile::TempDir, Blobs, SeededEntropy) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(&folder.path().join("blobs")).unwrap();
        (folder, blobs, SeededEntropy::new(7))
    }

    #[test]
    fn an_upload_cut_anywhere_goes_on_where_it_was_durable() {
        let (_folder, blobs, entropy) = blobs();
        let blob = BlobRef::new(&entropy);
        let content: Vec<u8> = (0..200_000u32).map(|i| i as u8).collect();
        blobs
            .append(&blob, 0, &content[..100_001], &entropy)
            .unwrap();
        // An append the database never heard of: lost power before the row was saved.
        blobs
            .append(&blob, 100_001, &[0xff; 5_000], &entropy)
            .unwrap();
        blobs
            .append(&blob, 100_001, &content[100_001..], &entropy)
            .unwrap();
        assert_eq!(blobs.read_all(&blob, 200_000).unwrap(), content);
    }

    #[test]
    fn reading_from_an_offset_gives_the_rest() {
        let (_folder, blobs, entropy) = blobs();
        let blob = BlobRef::new(&entropy);
        let content: Vec<u8> = (0..150_000u32).map(|i| (i / 7) as u8).collect();
        blobs.append(&blob, 0, &content, &entropy).unwrap();
        for from in [0usize, 1, 65_535, 65_536, 65_537, 149_999, 150_000] {
            let mut reader = blobs.reader(&blob, from as u64).unwrap();
            let mut rest = Vec::new();
            while let Some(piece) = reader.next_piece().unwrap() {
                rest.extend_from_slice(&piece);
            }
            assert_eq!(rest, content[from..], "from {from}");
        }
    }

    #[test]
    fn a_file_without_a_row_is_swept_once_it_is_old_and_others_stay() {
        let (_folder, blobs, entropy) = blobs();
        let (kept, orphan) = (BlobRef::new(&entropy), BlobRef::new(&entropy));
        for blob in [&kept, &orphan] {
            blobs.append(blob, 0, b"content", &entropy).unwrap();
        }
        let needed = HashSet::from([kept.name]);
        assert_eq!(blobs.sweep(&needed, Duration::from_secs(3_600)).unwrap(), 0);
        assert_eq!(blobs.sweep(&needed, Duration::ZERO).unwrap(), 1);
        assert!(blobs.read_all(&kept, 7).is_ok());
        assert!(blobs.reader(&orphan, 0).is_err());
    }

    #[test]
    fn without_the_key_or_with_a_changed_byte_nothing_is_read() {
        let (_folder, blobs, entropy) = blobs();
        let blob = BlobRef::new(&entropy);
        blobs
            .append(&blob, 0, b"%PDF-1.7 secret", &entropy)
            .unwrap();
        let path = blobs.path(blob.name);
        let on_disk = std::fs::read(&path).unwrap();
        assert!(!on_disk.windows(6).any(|w| w == b"secret"));
        let other = BlobRef {
            name: blob.name,
            key: [0; 32],
        };
        assert!(blobs.read_all(&other, 15).is_err());
        let mut changed = on_disk;
        *changed.last_mut().unwrap() ^= 1;
        std::fs::write(&path, changed).unwrap();
        assert!(blobs.read_all(&blob, 15).is_err());
    }
}

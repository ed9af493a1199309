//! Attachments from a stick or folder: what is there, and taking one into the vault.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use protocol::exchange::MAX_FILE_BYTES;
use protocol::person::Attachment;
use protocol::problem::ProblemCode;
use zeroize::Zeroizing;

use crate::clock::Now;
use crate::error::Problem;
use crate::request;
use crate::terminal::effect::FoundFile;
use crate::vault::Vault;

/// Most files that are listed.
pub const MAX_FILES: usize = 200;

/// Folders below a stick's root that are looked into: scanners make one for each day.
const MAX_DEPTH: usize = 2;

/// Most entries that are looked at on a stick.
const MAX_ENTRIES: usize = 5_000;

/// Bytes that tell what a file is.
const HEAD: usize = 64;

/// Lists what can be attached, newest first. Kinds are told by content; hidden files are left out.
///
/// # Errors
/// [`ProblemCode::AttachmentSource`] when no folder can be read.
pub fn list(folders: &[PathBuf]) -> Result<Vec<FoundFile>, Problem> {
    let mut found = Vec::new();
    let mut readable = false;
    let mut left = MAX_ENTRIES;
    for folder in folders {
        readable |= walk(folder, MAX_DEPTH, &mut left, &mut found);
    }
    if !readable {
        return Err(Problem::Refused(ProblemCode::AttachmentSource));
    }
    found.sort_by(|(a_time, a), (b_time, b)| b_time.cmp(a_time).then(a.name.cmp(&b.name)));
    found.truncate(MAX_FILES);
    Ok(found.into_iter().map(|(_, file)| file).collect())
}

/// Takes a listed file into the vault, encrypted.
///
/// # Errors
/// [`ProblemCode::AttachmentSource`] when it is gone or lies elsewhere,
/// [`ProblemCode::AttachmentTooLarge`], [`ProblemCode::AttachmentType`], those of the vault.
pub fn take(folders: &[PathBuf], path: &Path, vault: &mut Vault, now: &Now) -> Result<Attachment, Problem> {
    let gone = |_| Problem::Refused(ProblemCode::AttachmentSource);
    let real = fs::canonicalize(path).map_err(gone)?;
    let inside = folders.iter().filter_map(|folder| fs::canonicalize(folder).ok()).any(|f| real.starts_with(f));
    if !inside {
        return Err(Problem::Refused(ProblemCode::AttachmentSource));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(&real).map_err(gone)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(gone)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Problem::Refused(ProblemCode::AttachmentTooLarge));
    }
    request::take_attachment(vault, now, &bytes)
}

type Dated = (std::time::SystemTime, FoundFile);

/// Collects files below `folder`; false when it cannot be read.
fn walk(folder: &Path, depth: usize, left: &mut usize, found: &mut Vec<Dated>) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    for entry in entries.flatten() {
        if *left == 0 {
            break;
        }
        *left -= 1;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { continue };
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth > 0 {
            walk(&entry.path(), depth - 1, left, found);
        } else if kind.is_file() {
            found.extend(look_at(entry.path(), name));
        }
    }
    true
}

fn look_at(path: PathBuf, name: String) -> Option<Dated> {
    let mut head = Vec::with_capacity(HEAD);
    let file = File::open(&path).ok()?;
    let meta = file.metadata().ok()?;
    file.take(HEAD as u64).read_to_end(&mut head).ok()?;
    let modified = meta.modified().unwrap_or(std::time::SystemTime::UNIX_EPOCH);
    Some((modified, FoundFile { path, name, size: meta.len(), media: request::media_of(&head) }))
}

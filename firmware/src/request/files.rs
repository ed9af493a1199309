//! The stick or folder that scans come from. The only part of this module that touches a disk
//! outside the vault; the runtime calls it on a thread of its own.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use protocol::exchange::MAX_FILE_BYTES;
use protocol::number::looks_like_individual_number;
use protocol::person::Attachment;
use protocol::problem::ProblemCode;

use super::{attachment, media};
use crate::clock::Now;
use crate::entropy::Entropy;
use crate::error::Problem;
use crate::terminal::effect::FoundFile;
use crate::vault::Vault;

/// Files listed, at most.
pub const MAX_FILES: usize = 500;
/// Entries of folders looked at, at most.
pub const MAX_ENTRIES: usize = 5_000;
/// Folders inside folders looked into.
pub const MAX_DEPTH: usize = 3;
/// First bytes read of each file for the list.
const HEAD_BYTES: u64 = 16;

/// The files under `root`, newest first, without hidden ones and without following links.
///
/// # Errors
/// [`ProblemCode::AttachmentSource`] when the folder cannot be read: no stick, most often.
pub fn list(root: &Path) -> Result<Vec<FoundFile>, Problem> {
    let missing = || Problem::Refused(ProblemCode::AttachmentSource);
    let mut found = Vec::new();
    let mut entries = 0;
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(content) = fs::read_dir(&folder) else {
            if depth == 0 {
                return Err(missing());
            }
            continue;
        };
        for entry in content.flatten() {
            entries += 1;
            if entries > MAX_ENTRIES || found.len() >= MAX_FILES {
                break;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file()
                && let Some(file) = look(entry.path(), name)
            {
                found.push(file);
            }
        }
    }
    found.sort_by(|one, other| {
        other
            .0
            .cmp(&one.0)
            .then_with(|| one.1.name.cmp(&other.1.name))
    });
    Ok(found.into_iter().map(|(_, file)| file).collect())
}

/// Takes one of the files into the vault.
///
/// # Errors
/// [`ProblemCode::AttachmentSource`] when it cannot be read any more,
/// [`ProblemCode::InputIndividualNumber`] when its name holds an individual number, and those
/// of [`attachment::take`].
pub fn take(
    vault: &mut Vault,
    now: &Now,
    entropy: &mut dyn Entropy,
    path: &Path,
) -> Result<Attachment, Problem> {
    let unreadable = |_| Problem::Refused(ProblemCode::AttachmentSource);
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    if name.is_some_and(|name| looks_like_individual_number(&name)) {
        return Err(Problem::Refused(ProblemCode::InputIndividualNumber));
    }
    if !fs::symlink_metadata(path).map_err(unreadable)?.is_file() {
        return Err(Problem::Refused(ProblemCode::AttachmentSource));
    }
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells that it is too large, whatever the size says.
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    attachment::take(vault, now, entropy, &bytes)
}

fn look(path: PathBuf, name: String) -> Option<(std::time::SystemTime, FoundFile)> {
    let facts = fs::metadata(&path).ok()?;
    let mut head = Vec::new();
    File::open(&path)
        .ok()?
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .ok()?;
    let forbidden = looks_like_individual_number(&name);
    let file = FoundFile {
        path,
        // The number is not shown, and the file is not taken.
        name: if forbidden {
            HIDDEN_NAME.to_owned()
        } else {
            shown(&name)
        },
        size: facts.len(),
        media: media::by_head(&head).filter(|_| !forbidden && facts.len() <= MAX_FILE_BYTES),
    };
    Some((facts.modified().unwrap_or(std::time::UNIX_EPOCH), file))
}

/// Stands for a name that may not be shown.
const HIDDEN_NAME: &str = "************";

/// Longest name shown, in characters.
const MAX_NAME: usize = 80;

fn shown(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .take(MAX_NAME)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use protocol::calendar::Timestamp;
    use protocol::person::AttachmentMedia;

    use super::super::media::samples;
    use super::*;
    use crate::clock::ClockTrust;
    use crate::entropy::SeededEntropy;

    fn now() -> Now {
        Now {
            boot: Duration::from_secs(1),
            boot_id: [1; 16],
            wall: Timestamp::from_unix_ms(1_795_000_000_000),
            trust: ClockTrust::Trusted,
        }
    }

    fn take_file(path: &Path) -> Result<Attachment, Problem> {
        take(
            &mut Vault::in_memory().unwrap(),
            &now(),
            &mut SeededEntropy::new(1),
            path,
        )
    }

    #[test]
    fn a_stick_is_listed_by_content_and_without_following_links() {
        let stick = tempfile::tempdir().unwrap();
        let root = stick.path();
        fs::create_dir(root.join("scans")).unwrap();
        fs::write(root.join("scans/contract.txt"), samples::PDF).unwrap();
        fs::write(root.join("program.pdf"), b"MZ").unwrap();
        fs::write(root.join(".hidden.png"), samples::PNG).unwrap();
        fs::write(root.join("123456789018.png"), samples::PNG).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", root.join("link.pdf")).unwrap();
        let mut found: Vec<_> = list(root)
            .unwrap()
            .into_iter()
            .map(|file| (file.name, file.media))
            .collect();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(
            found,
            [
                (HIDDEN_NAME.to_owned(), None),
                ("contract.txt".to_owned(), Some(AttachmentMedia::Pdf)),
                ("program.pdf".to_owned(), None),
            ]
        );
    }

    #[test]
    fn no_stick_is_said_so() {
        let gone = Path::new("/nonexistent/stick");
        assert_eq!(
            list(gone),
            Err(Problem::Refused(ProblemCode::AttachmentSource))
        );
        assert_eq!(
            take_file(gone),
            Err(Problem::Refused(ProblemCode::AttachmentSource))
        );
    }

    #[test]
    fn a_file_that_is_too_large_or_of_another_kind_is_refused_with_its_code() {
        let stick = tempfile::tempdir().unwrap();
        let path = stick.path().join("a");
        let refused = |code| Err(Problem::Refused(code));
        fs::write(&path, vec![0; usize::try_from(MAX_FILE_BYTES).unwrap() + 1]).unwrap();
        assert_eq!(take_file(&path), refused(ProblemCode::AttachmentTooLarge));
        fs::write(&path, b"<html>").unwrap();
        assert_eq!(take_file(&path), refused(ProblemCode::AttachmentType));
        let named = stick.path().join("1234-5678-9018.pdf");
        fs::write(&named, samples::PDF).unwrap();
        assert_eq!(
            take_file(&named),
            refused(ProblemCode::InputIndividualNumber)
        );
    }
}

//! A disk that is full or fails: nothing is lost, nothing is corrupt, work goes on after.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::Command;

use super::*;

/// The test that calls itself in a child process.
const THIS: &str =
    "vault::tests::full_disk::writes_that_the_kernel_refuses_lose_nothing_that_was_saved";

/// Set in the child process that runs under a file size limit.
const CHILD: &str = "MADOGUCHI_TEST_FULL_DISK";

#[test]
fn a_full_vault_refuses_new_work_and_keeps_the_old() {
    let folder = folder();
    let path = folder.path().join("vault");
    let mut vault = Vault::open(&path, &key(1)).unwrap();
    vault.limit(60 * 4096).unwrap();
    let mut saved = 0;
    let refused = loop {
        match append(&mut vault, saved + 1) {
            Ok(_) => saved += 1,
            Err(problem) => break problem,
        }
    };
    assert_eq!(refused, Problem::VaultFull);
    assert!(saved > 10);
    assert_eq!(pending(&vault), saved);
    vault.check().unwrap();

    vault.limit(1 << 30).unwrap();
    append(&mut vault, saved + 1).unwrap();
    assert_eq!(pending(&Vault::open(&path, &key(1)).unwrap()), saved + 1);
}

/// The kernel refuses every write beyond a file size, again and again, at whatever place in
/// the write-ahead log, the file or a checkpoint it happens to be. Runs in a child process,
/// because the limit holds for a whole process.
#[test]
fn writes_that_the_kernel_refuses_lose_nothing_that_was_saved() {
    if let Ok(folder) = std::env::var(CHILD) {
        return child(Path::new(&folder));
    }
    for blocks in [0, 8, 37, 64, 129, 180, 256, 301, 402, 520] {
        let folder = folder();
        let vault = Vault::open(&folder.path().join("vault"), &key(1)).unwrap();
        drop(vault);
        let this = std::env::current_exe().unwrap();
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {this:?} --exact {THIS}");
        let status = Command::new("sh")
            .args(["-c", &script])
            .env(CHILD, folder.path())
            .output()
            .unwrap();
        let said = std::fs::read_to_string(folder.path().join("saved")).unwrap_or_default();
        let text = String::from_utf8_lossy(&status.stderr).into_owned();
        assert!(!text.contains("panicked"), "{blocks} blocks: {text}");

        let mut vault = Vault::open(&folder.path().join("vault"), &key(1)).unwrap();
        vault.check().unwrap();
        for id in said
            .lines()
            .filter_map(|line| uuid::Uuid::parse_str(line).ok())
        {
            let id = protocol::exchange::CommandId(id);
            let found = vault.read(|c| outbox::item(c, id)).unwrap();
            assert!(found.is_some(), "{blocks} blocks: a saved command is gone");
        }
        append(&mut vault, 1_000_000).unwrap();
    }
}

/// Saves, going on after each refusal, and tells the ids of what was saved in a small file.
fn child(folder: &Path) {
    let Ok(mut vault) = Vault::open(&folder.join("vault"), &key(1)) else {
        return;
    };
    let _ = vault
        .connection
        .pragma_update(None, "wal_autocheckpoint", 8);
    let mut said = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("saved"))
        .unwrap();
    let mut refused = 0;
    for n in 1..400 {
        match append(&mut vault, n) {
            // The telling may hit the limit as well; then it tells of less.
            Ok(saved) => drop(writeln!(said, "{}", saved.id)),
            Err(problem) => {
                assert!(problem.is_of_the_disk(), "{problem:?}");
                refused += 1;
            }
        }
        if refused > 20 {
            break;
        }
    }
}

#![allow(clippy::unwrap_used)]

mod crash_images;
mod full_disk;

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::entropy::SeededEntropy;
use crate::outbox;
use crate::testing;

fn key(n: u8) -> VaultKey {
    VaultKey::new([n; 32])
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Appends one look-up.
fn append(vault: &mut Vault, n: u64) -> Result<outbox::Saved, Problem> {
    let (_, clock) = testing::clock();
    vault.write(|tx| outbox::append(tx, &clock.now(), testing::id(n), &testing::look_up(n)))
}

fn pending(vault: &Vault) -> u64 {
    vault.read(outbox::pending_count).unwrap()
}

#[test]
fn what_was_written_is_there_after_opening_again() {
    let folder = folder();
    let path = folder.path().join("vault");
    append(&mut Vault::open(&path, &key(1)).unwrap(), 1).unwrap();
    assert_eq!(pending(&Vault::open(&path, &key(1)).unwrap()), 1);
}

#[test]
fn the_vault_commits_durably() {
    let folder = folder();
    let vault = Vault::open(&folder.path().join("vault"), &key(1)).unwrap();
    let pragma = |name: &str| -> String {
        vault
            .connection
            .query_row(&format!("PRAGMA {name}"), [], |row| {
                Ok(match row.get_ref(0)? {
                    rusqlite::types::ValueRef::Integer(n) => n.to_string(),
                    other => other.as_str().unwrap().to_owned(),
                })
            })
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("synchronous"), "2", "FULL");
    assert_eq!(pragma("foreign_keys"), "1");
    assert_eq!(pragma("secure_delete"), "1");
    assert!(!pragma("cipher_version").is_empty());
}

#[test]
fn a_forgettable_write_does_not_make_the_next_one_forgettable() {
    let folder = folder();
    let mut vault = Vault::open(&folder.path().join("vault"), &key(1)).unwrap();
    let mode = |c: &Connection| -> i64 {
        c.query_row("PRAGMA synchronous", [], |row| row.get(0))
            .unwrap()
    };
    vault
        .write_forgettable(|tx| {
            assert_eq!(mode(tx), 1);
            Ok(())
        })
        .unwrap();
    assert_eq!(mode(&vault.connection), 2);
    let failed: Result<(), Problem> = vault.write_forgettable(|_| Err(Problem::OutboxState));
    assert_eq!(failed, Err(Problem::OutboxState));
    vault
        .write(|tx| {
            assert_eq!(mode(tx), 2);
            Ok(())
        })
        .unwrap();
}

#[test]
fn nothing_readable_is_on_the_disk() {
    let folder = folder();
    let path = folder.path().join("vault");
    let mut vault = Vault::open(&path, &key(1)).unwrap();
    append(&mut vault, 1234567890).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for text in [
            "1234567890",
            "progress_query",
            "SQLite format",
            "CREATE TABLE",
            "shiomi01",
        ] {
            let found = bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes());
            assert!(!found, "{text} is readable");
        }
    }
}

#[test]
fn another_key_is_told_from_a_damaged_file_and_neither_is_touched() {
    let folder = folder();
    let path = folder.path().join("vault");
    append(&mut Vault::open(&path, &key(1)).unwrap(), 1).unwrap();
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(
        Vault::open(&path, &key(2)).unwrap_err(),
        Problem::VaultWrongKey
    );
    assert_eq!(std::fs::read(&path).unwrap(), whole);

    let mut damaged = whole.clone();
    damaged[100] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    assert_eq!(
        Vault::open(&path, &key(1)).unwrap_err(),
        Problem::VaultCorrupt
    );
    assert_eq!(std::fs::read(&path).unwrap(), damaged);

    let last = whole.len() - 100;
    let mut damaged = whole.clone();
    damaged[last] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    let found = Vault::open(&path, &key(1)).and_then(|vault| vault.check());
    assert_eq!(found, Err(Problem::VaultCorrupt), "a page beyond the first");

    std::fs::write(&path, &whole).unwrap();
    Vault::open(&path, &key(1)).unwrap().check().unwrap();
}

#[test]
fn a_file_that_is_not_a_vault_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("vault");
    let plain = folder.path().join("plain");
    Connection::open(&plain)
        .unwrap()
        .execute_batch("CREATE TABLE a(b)")
        .unwrap();
    let empty = Vec::new();
    for content in [
        b"hello".to_vec(),
        empty,
        vec![0; 8192],
        std::fs::read(&plain).unwrap(),
    ] {
        std::fs::write(&path, &content).unwrap();
        assert_eq!(
            Vault::open(&path, &key(1)).unwrap_err(),
            Problem::VaultForeign
        );
        assert_eq!(std::fs::read(&path).unwrap(), content);
    }
}

#[test]
fn a_half_made_vault_from_a_power_cut_is_made_again() {
    let folder = folder();
    let path = folder.path().join("vault");
    std::fs::write(folder.path().join("vault.new"), b"half").unwrap();
    append(&mut Vault::open(&path, &key(1)).unwrap(), 1).unwrap();
    assert_eq!(pending(&Vault::open(&path, &key(1)).unwrap()), 1);
}

#[test]
fn two_handles_see_each_others_commits() {
    let folder = folder();
    let mut one = Vault::open(&folder.path().join("vault"), &key(1)).unwrap();
    let two = one.another().unwrap();
    append(&mut one, 1).unwrap();
    assert_eq!(pending(&two), 1);
    let failed: Result<(), Problem> = one.write(|tx| {
        outbox::append(
            tx,
            &testing::clock().1.now(),
            testing::id(2),
            &testing::look_up(2),
        )?;
        Err(Problem::OutboxState)
    });
    assert_eq!(failed, Err(Problem::OutboxState));
    assert_eq!(
        pending(&two),
        1,
        "a write that ended in an error changed nothing"
    );
}

#[test]
fn the_key_comes_from_the_device_and_from_a_file_that_can_be_destroyed() {
    let folder = folder();
    let path = folder.path().join("vault");
    let entropy = &mut SeededEntropy::new(1);
    let secret = FixedSecret::new([5; 32]);
    append(&mut Vault::unlock(&path, &secret, entropy).unwrap(), 1).unwrap();
    assert_eq!(pending(&Vault::unlock(&path, &secret, entropy).unwrap()), 1);

    let other_board = FixedSecret::new([6; 32]);
    let refused = Vault::unlock(&path, &other_board, entropy).unwrap_err();
    assert_eq!(refused, Problem::VaultWrongKey);

    let key_file = key::seed_path(&path);
    std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = Vault::unlock(&path, &secret, entropy).unwrap_err();
    assert_eq!(refused, Problem::VaultKeyExposed { mode: 0o644 });

    std::fs::remove_file(&key_file).unwrap();
    let refused = Vault::unlock(&path, &secret, entropy).unwrap_err();
    assert_eq!(
        refused,
        Problem::VaultKeyMissing,
        "a new key is not made for an old vault"
    );
}

#[test]
fn a_secret_in_a_file_is_made_once_and_only_root_reads_it() {
    let folder = folder();
    let path = folder.path().join("device.secret");
    let secret = FileSecret::at(&path, &mut SeededEntropy::new(1)).unwrap();
    let again = FileSecret::at(&path, &mut SeededEntropy::new(2)).unwrap();
    assert_eq!(secret.secret().unwrap(), again.secret().unwrap());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    std::fs::write(&path, b"short").unwrap();
    assert_eq!(secret.secret().unwrap_err(), Problem::VaultKeyMissing);
}

#[test]
fn a_wiped_vault_cannot_be_read_again_even_from_a_copy() {
    let folder = folder();
    let path = folder.path().join("vault");
    let copy = folder.path().join("copy");
    let entropy = &mut SeededEntropy::new(1);
    let secret = FixedSecret::new([5; 32]);
    let mut vault = Vault::unlock(&path, &secret, entropy).unwrap();
    append(&mut vault, 1).unwrap();
    vault.checkpoint().unwrap();
    std::fs::copy(&path, &copy).unwrap();
    vault.wipe().unwrap();
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["copy", "vault.wiped"],
        "the thief's copy, and a word"
    );
    let word = std::fs::metadata(folder.path().join("vault.wiped")).unwrap();
    assert_eq!(word.len(), 0);

    std::fs::rename(&copy, &path).unwrap();
    let refused = Vault::unlock(&path, &secret, entropy).unwrap_err();
    assert_eq!(refused, Problem::VaultKeyMissing);
}

/// What a power cut leaves at each place of a wipe: the order with everything still there, the
/// key gone, the files going one after the other.
#[test]
fn a_wipe_that_was_cut_is_finished_at_the_next_start_and_says_so() {
    for cut_after in 0..=5 {
        let folder = folder();
        let path = folder.path().join("vault");
        let entropy = &mut SeededEntropy::new(1);
        let secret = FixedSecret::new([5; 32]);
        let mut vault = Vault::unlock(&path, &secret, entropy).unwrap();
        assert!(!vault.wipe_finished());
        append(&mut vault, 1).unwrap();
        // Handles stay open, as at a power cut: the log is not folded in.
        std::mem::forget(vault);
        std::fs::write(file::wiping(&path), b"").unwrap();
        let going = ["vault.key", "vault", "vault-wal", "vault-shm", "vault.new"];
        for name in going.iter().take(cut_after) {
            let _ = std::fs::remove_file(folder.path().join(name));
        }

        let vault = Vault::unlock(&path, &secret, entropy).unwrap();
        assert!(vault.wipe_finished(), "cut after {cut_after}");
        assert_eq!(pending(&vault), 0, "cut after {cut_after}");
        assert!(!file::wiping(&path).exists());
        drop(vault);
        let vault = Vault::unlock(&path, &secret, entropy).unwrap();
        assert!(!vault.wipe_finished(), "said once");
    }
}

#[test]
fn a_finished_wipe_is_said_by_the_next_vault_and_once() {
    let folder = folder();
    let path = folder.path().join("vault");
    let entropy = &mut SeededEntropy::new(1);
    let secret = FixedSecret::new([5; 32]);
    let vault = Vault::unlock(&path, &secret, entropy).unwrap();
    vault.wipe().unwrap();
    let vault = Vault::unlock(&path, &secret, entropy).unwrap();
    assert!(vault.wipe_finished());
    drop(vault);
    let vault = Vault::unlock(&path, &secret, entropy).unwrap();
    assert!(!vault.wipe_finished());
}

#[test]
fn a_wipe_that_was_ordered_and_not_begun_is_carried_out_at_the_next_start() {
    let folder = folder();
    let path = folder.path().join("vault");
    let entropy = &mut SeededEntropy::new(1);
    let secret = FixedSecret::new([5; 32]);
    let mut vault = Vault::unlock(&path, &secret, entropy).unwrap();
    append(&mut vault, 1).unwrap();
    let now = crate::testing::clock().1.now();
    let order = crate::audit::AuditEvent::Wiped { by_operator: true };
    vault
        .write(|tx| crate::audit::append(tx, &now, None, &order).map(drop))
        .unwrap();
    drop(vault);
    let vault = Vault::unlock(&path, &secret, entropy).unwrap();
    assert!(vault.wipe_finished());
    assert_eq!(pending(&vault), 0);
}

#[test]
fn no_secret_is_in_a_debug_text() {
    let text = format!("{:?}", key(0x5a));
    assert!(!text.contains("90") && !text.contains("5a"), "{text}");
}

//! What a power cut can leave behind, rebuilt and opened.
//!
//! A script of 200 commands (saved, sent, receipted) runs on a real file, with a small
//! checkpoint so that the file, the write-ahead log and its restarts all take part. After
//! each transaction both files are copied; from two neighbouring copies the writes between
//! them are known. From those, images are made:
//!
//! - every prefix of the new frames of the log, at each frame's header and page,
//! - a torn write inside each of them, and one with its first half missing (sectors that
//!   reached the disk in another order),
//! - the file with any prefix of a checkpoint's pages, and with every second one, while the
//!   log is still whole,
//! - the steps of making the file: nothing, a half `.new`, a whole `.new`.
//!
//! Each image is opened with the program's own [`Vault::open`]: it must open, pass the page
//! check and the integrity check, hold every command whose commit had returned, hold none
//! twice, and its counts and audit chain must fit its rows.
//!
//! What this does not cover: writes are known at the level of transactions, not of system
//! calls, so an image cannot show the file and the log in an order that SQLite itself never
//! allows between two `fsync`s; the `-shm` file is left out, as it is rebuilt at the start.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::audit;
use crate::entropy::Entropy as _;
use crate::testing::gateway::{FakeGateway, Fault, Shelf};

/// Commands in the script.
const COMMANDS: u64 = 200;

/// Images that have to be opened at least.
const IMAGES: usize = 5_000;

/// Header of the log, header of a frame, page.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const FRAME: usize = FRAME_HEADER + 4096;

/// Both files after a transaction, and what had been promised by then.
#[derive(Clone, Default)]
struct Copy {
    file: Vec<u8>,
    log: Vec<u8>,
    saved: u64,
    receipted: u64,
}

/// What a power cut left.
struct Image {
    file: Vec<u8>,
    log: Vec<u8>,
    what: String,
}

#[test]
fn every_image_of_a_power_cut_opens_with_nothing_lost_and_nothing_doubled() {
    let copies = script();
    let next = AtomicUsize::new(0);
    let opened = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let folder = scratch();
                loop {
                    let after = next.fetch_add(1, Ordering::Relaxed);
                    if after + 1 >= copies.len() {
                        return;
                    }
                    for image in cut_between(&copies[after], &copies[after + 1]) {
                        open(&image, &copies[after], after, folder.path());
                        opened.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let opened = opened.into_inner();
    assert!(opened >= IMAGES, "{opened} images");
    eprintln!("{opened} crash images: all open, 0 lost, 0 doubled");
}

#[test]
fn a_power_cut_while_the_vault_is_made_leaves_none_or_a_whole_one() {
    let folder = scratch();
    let path = folder.path().join("vault");
    append(&mut Vault::open(&path, &key(1)).unwrap(), 1).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut entropy = SeededEntropy::new(3);
    for _ in 0..50 {
        let cut = usize::try_from(entropy.below(whole.len() as u64)).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(folder.path().join("vault.new"), &whole[..cut]).unwrap();
        let mut vault = Vault::open(&path, &key(1)).unwrap();
        assert_eq!(pending(&vault), 0);
        append(&mut vault, 1).unwrap();
    }
}

/// Runs the script, copying both files after each transaction.
fn script() -> Vec<Copy> {
    let folder = scratch();
    let path = folder.path().join("vault");
    let (_, clock) = testing::clock();
    let mut vault = Vault::open(&path, &key(1)).unwrap();
    vault
        .connection
        .pragma_update(None, "wal_autocheckpoint", 24)
        .unwrap();
    let mut gateway = FakeGateway::new(&clock);
    let mut copies = vec![copy(&path, 0, 0)];
    let mut receipted = 0;
    for n in 1..=COMMANDS {
        let command = testing::look_up(n % 40);
        vault
            .write(|tx| {
                let event = audit::AuditEvent::ConfigChanged {
                    what: "test".into(),
                };
                audit::append(tx, &clock.now(), None, &event)?;
                outbox::append(tx, &clock.now(), testing::id(n), &command)
            })
            .unwrap();
        copies.push(copy(&path, n, receipted));
        if n % 10 == 0 {
            gateway
                .round(&mut vault, &clock, Fault::None, &mut Shelf::default())
                .unwrap();
            receipted = n;
            copies.push(copy(&path, n, receipted));
        }
    }
    assert_eq!(gateway.kept.effects.len() as u64, COMMANDS);
    copies
}

fn copy(path: &Path, saved: u64, receipted: u64) -> Copy {
    let log = path.with_file_name("vault-wal");
    Copy {
        file: std::fs::read(path).unwrap(),
        log: std::fs::read(log).unwrap_or_default(),
        saved,
        receipted,
    }
}

/// Makes the images between two neighbouring copies.
fn cut_between(old: &Copy, new: &Copy) -> Vec<Image> {
    let mut images = Vec::new();
    let mut push = |file: &[u8], log: Vec<u8>, what: String| {
        let file = file.to_vec();
        images.push(Image { file, log, what });
    };
    // The log first: it is synced before the file is touched.
    let from = first_difference(&old.log, &new.log);
    let to = last_difference(&old.log, &new.log);
    let mut at = from;
    while at < to {
        let end = next_write(at).min(to);
        push(
            &old.file,
            overlaid(&old.log, &new.log, from..at),
            format!("log up to {at}"),
        );
        let middle = at + (end - at) / 2;
        let in_turn = images_of_a_torn_write(at);
        if in_turn == Torn::FirstHalf {
            let torn = overlaid(&old.log, &new.log, from..middle);
            push(&old.file, torn, format!("torn at {middle}"));
        } else if in_turn == Torn::SecondHalf {
            let mut torn = overlaid(&old.log, &new.log, from..at);
            torn.resize(torn.len().max(end), 0);
            torn[middle..end].copy_from_slice(&new.log[middle..end]);
            push(&old.file, torn, format!("second half of {at}..{end} only"));
        }
        at = end;
    }
    // Then the checkpoint, page by page, in any order, under a whole log.
    let pages: Vec<usize> = (0..new.file.len() / 4096)
        .filter(|page| {
            let range = page * 4096..(page + 1) * 4096;
            old.file.get(range.clone()) != new.file.get(range)
        })
        .collect();
    for done in 0..pages.len() {
        if done % 2 == 0 {
            let some = with_pages(old, new, &pages[..done]);
            push(&some, new.log.clone(), format!("{done} pages"));
        } else {
            let others = with_pages(old, new, &pages[done..]);
            push(&others, new.log.clone(), format!("from page {done}"));
        }
        let mut torn = with_pages(old, new, &pages[..done]);
        let start = pages[done] * 4096;
        torn.resize(torn.len().max(start + 4096), 0);
        torn[start..start + 2048].copy_from_slice(&new.file[start..start + 2048]);
        push(&torn, new.log.clone(), format!("page {} torn", pages[done]));
    }
    let odd: Vec<usize> = pages.iter().copied().step_by(2).collect();
    push(
        &with_pages(old, new, &odd),
        new.log.clone(),
        "every second page".into(),
    );
    images
}

/// Opens an image and holds it to the promises.
fn open(image: &Image, promised: &Copy, after: usize, folder: &Path) {
    let path = folder.join("vault");
    let context = format!("after {after}: {}", image.what);
    let _ = std::fs::remove_file(folder.join("vault-shm"));
    std::fs::write(&path, &image.file).unwrap();
    std::fs::write(folder.join("vault-wal"), &image.log).unwrap();
    let vault = Vault::open(&path, &key(1)).unwrap_or_else(|e| panic!("{context}: {e:?}"));
    vault.check().unwrap_or_else(|e| panic!("{context}: {e:?}"));
    vault
        .read(|c| {
            let rows: Vec<([u8; 16], i64)> = c
                .prepare("SELECT o.id, s.state FROM outbox o JOIN outbox_state s USING(seq)")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let ids: HashSet<_> = rows.iter().map(|(id, _)| *id).collect();
            assert_eq!(ids.len(), rows.len(), "{context}: doubled");
            for n in 1..=promised.saved {
                let id = testing::id(n);
                let row = rows.iter().find(|(found, _)| found == id.0.as_bytes());
                let (_, state) = row.unwrap_or_else(|| panic!("{context}: command {n} is lost"));
                assert!(
                    n > promised.receipted || *state == 2,
                    "{context}: receipt {n} is lost"
                );
            }
            let pending = rows.iter().filter(|(_, state)| *state < 2).count() as u64;
            assert_eq!(
                outbox::pending_count(c)?,
                pending,
                "{context}: the count differs"
            );
            let verified = audit::verify(c)?;
            assert_eq!(
                verified.last,
                rows.len() as u64,
                "{context}: log and queue differ"
            );
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{context}: {e:?}"));
}

/// The end of the write that starts at `at`: the log's header, a frame's header, its page.
fn next_write(at: usize) -> usize {
    if at < LOG_HEADER {
        return LOG_HEADER;
    }
    let in_frame = (at - LOG_HEADER) % FRAME;
    let frame = at - in_frame;
    if in_frame < FRAME_HEADER {
        frame + FRAME_HEADER
    } else {
        frame + FRAME
    }
}

/// How a write is torn; headers of frames only come whole or not at all.
#[derive(PartialEq)]
enum Torn {
    Not,
    FirstHalf,
    SecondHalf,
}

/// Pages are torn in their first and second half in turn.
fn images_of_a_torn_write(at: usize) -> Torn {
    match at.checked_sub(LOG_HEADER) {
        Some(in_log) if in_log.is_multiple_of(FRAME) => Torn::Not,
        Some(in_log) if (in_log / FRAME).is_multiple_of(2) => Torn::FirstHalf,
        Some(_) => Torn::SecondHalf,
        None => Torn::FirstHalf,
    }
}

fn first_difference(old: &[u8], new: &[u8]) -> usize {
    old.iter()
        .zip(new)
        .position(|(a, b)| a != b)
        .unwrap_or(old.len().min(new.len()))
}

/// One past the last byte of `new` that `old` does not have.
fn last_difference(old: &[u8], new: &[u8]) -> usize {
    if new.len() > old.len() {
        return new.len();
    }
    (0..new.len())
        .rev()
        .find(|at| old[*at] != new[*at])
        .map_or(0, |at| at + 1)
}

fn overlaid(old: &[u8], new: &[u8], range: std::ops::Range<usize>) -> Vec<u8> {
    let mut bytes = old.to_vec();
    bytes.resize(bytes.len().max(range.end), 0);
    bytes[range.clone()].copy_from_slice(&new[range]);
    bytes
}

fn with_pages(old: &Copy, new: &Copy, pages: &[usize]) -> Vec<u8> {
    let mut file = old.file.clone();
    for page in pages {
        let range = page * 4096..(page + 1) * 4096;
        file.resize(file.len().max(range.end), 0);
        file[range.clone()].copy_from_slice(&new.file[range]);
    }
    file
}

/// Memory, where there is some: the images need no durability of their own.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| folder())
}

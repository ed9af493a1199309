//! A stick with exFAT and one file, as large sticks are sold. Nothing is mounted: the machine that
//! runs the proofs needs neither the file system nor a tool for it.
//!
//! Source: Microsoft, "exFAT file system specification", 1.00.

use std::fs;
use std::io;
use std::path::Path;

const SECTOR: usize = 512;
const CLUSTER: usize = 4096;

/// Where the file allocation table and the clusters begin, in sectors. Before them are the boot
/// sectors, twice.
const TABLE: usize = 32;
const HEAP: usize = 1024;

/// Clusters of the stick (64 MiB).
const CLUSTERS: usize = 16 * 1024;

/// First clusters of what every stick has; the bitmap takes one, as the others do.
const BITMAP: u32 = 2;
const UPCASE: u32 = 3;
const ROOT: u32 = 4;
const FILE: u32 = 5;

/// Marks the end of a chain.
const END: u32 = 0xffff_ffff;

/// Bytes of an entry of a folder.
const ENTRY: usize = 32;

/// Letters of a name that one entry holds.
const LETTERS: usize = 15;

/// Writes a stick with `file` on it under `name`.
///
/// # Errors
/// When it does not fit, or cannot be read or written.
pub fn stick(label: &str, file: &Path, name: &str, to: &Path) -> io::Result<()> {
    let content = fs::read(file)?;
    let taken = content.len().div_ceil(CLUSTER);
    let free = CLUSTERS - (FILE as usize - 2);
    if taken == 0 || taken > free || name.encode_utf16().count() > 2 * LETTERS {
        return Err(io::Error::other("this does not fit on the stick"));
    }
    let mut stick = vec![0; HEAP * SECTOR + CLUSTERS * CLUSTER];

    let boot = boot_sectors();
    stick[..boot.len()].copy_from_slice(&boot);
    stick[boot.len()..2 * boot.len()].copy_from_slice(&boot);

    // The file lies in one piece and says so; only the rest has chains.
    let chains = [0xffff_fff8, END, END, END, END];
    for (at, next) in chains.into_iter().enumerate() {
        put(&mut stick, TABLE * SECTOR + at * 4, &u32::to_le_bytes(next));
    }

    let used = FILE as usize - 2 + taken;
    for cluster in 0..used {
        stick[place(BITMAP) + cluster / 8] |= 1 << (cluster % 8);
    }
    put(&mut stick, place(UPCASE), &capitals());
    put(&mut stick, place(ROOT), &root(label, name, content.len()));
    put(&mut stick, place(FILE), &content);
    fs::write(to, stick)
}

/// Where a cluster begins, in bytes.
fn place(cluster: u32) -> usize {
    HEAP * SECTOR + (cluster as usize - 2) * CLUSTER
}

fn put(stick: &mut [u8], at: usize, bytes: &[u8]) {
    stick[at..at + bytes.len()].copy_from_slice(bytes);
}

/// The twelve sectors that say what follows: the first one, eight without a program, two that
/// are reserved, and their sum.
fn boot_sectors() -> Vec<u8> {
    let mut sectors = vec![0; 12 * SECTOR];
    put(&mut sectors, 0, &[0xeb, 0x76, 0x90]);
    put(&mut sectors, 3, b"EXFAT   ");
    let sectors_in_all = (HEAP + CLUSTERS * (CLUSTER / SECTOR)) as u64;
    put(&mut sectors, 72, &sectors_in_all.to_le_bytes());
    let words: [(usize, usize); 6] = [
        (80, TABLE),
        (84, (CLUSTERS + 2).div_ceil(SECTOR / 4)),
        (88, HEAP),
        (92, CLUSTERS),
        (96, ROOT as usize),
        (100, 0x4d44_4731),
    ];
    for (at, value) in words {
        let value = u32::try_from(value).expect("a small stick");
        put(&mut sectors, at, &value.to_le_bytes());
    }
    // Version 1.00; bytes of a sector and sectors of a cluster as powers of two; one table.
    put(&mut sectors, 104, &[0x00, 0x01]);
    put(&mut sectors, 108, &[9, 3, 1, 0x80, 0xff]);
    put(&mut sectors, 510, &[0x55, 0xaa]);
    for sector in 1..=8 {
        put(&mut sectors, sector * SECTOR + 508, &[0, 0, 0x55, 0xaa]);
    }
    let sum = sectors[..11 * SECTOR]
        .iter()
        .enumerate()
        // What changes in use is left out.
        .filter(|(at, _)| ![106, 107, 112].contains(at))
        .fold(0_u32, |sum, (_, byte)| {
            sum.rotate_right(1).wrapping_add(u32::from(*byte))
        });
    for at in (11 * SECTOR..12 * SECTOR).step_by(4) {
        put(&mut sectors, at, &sum.to_le_bytes());
    }
    sectors
}

/// Names are compared by their capitals. Here only those of Latin without accents are others.
fn capital(letter: u16) -> u16 {
    match letter {
        0x61..=0x7a => letter - 0x20,
        _ => letter,
    }
}

/// The table of [`capital`] in its short form, in which 0xffff begins "so many that stay".
fn capitals() -> Vec<u8> {
    let (a, z) = (0x61, 0x7a);
    let mut words = vec![0xffff, a];
    words.extend((a..=z).map(capital));
    words.extend([0xffff, 0xffff - z]);
    words.into_iter().flat_map(u16::to_le_bytes).collect()
}

/// The root folder: the label, the bitmap, the table of letters, the file.
fn root(label: &str, name: &str, length: usize) -> Vec<u8> {
    let mut entries = Vec::new();
    let letters: Vec<u16> = label.encode_utf16().take(11).collect();
    let mut entry = [0; ENTRY];
    entry[0] = 0x83;
    entry[1] = u8::try_from(letters.len()).expect("at most eleven");
    put_letters(&mut entry, &letters);
    entries.extend(entry);

    let mut entry = [0; ENTRY];
    entry[0] = 0x81;
    put_extent(&mut entry, BITMAP, CLUSTERS / 8);
    entries.extend(entry);

    let mut entry = [0; ENTRY];
    entry[0] = 0x82;
    let table = capitals();
    let sum = table.iter().fold(0_u32, |sum, byte| {
        sum.rotate_right(1).wrapping_add(u32::from(*byte))
    });
    put(&mut entry, 4, &sum.to_le_bytes());
    put_extent(&mut entry, UPCASE, table.len());
    entries.extend(entry);

    entries.extend(file(name, length));
    entries
}

/// The entries of the file: what it is, where it lies, and its name; with their sum.
fn file(name: &str, length: usize) -> Vec<u8> {
    let letters: Vec<u16> = name.encode_utf16().collect();
    let names = letters.chunks(LETTERS);
    let mut set = vec![0; 2 * ENTRY];
    set[0] = 0x85;
    set[1] = u8::try_from(1 + names.len()).expect("a short name");
    // An ordinary file of 1 November 2026.
    set[4] = 0x20;
    let day: u32 = ((2026 - 1980) << 25) | (11 << 21) | (1 << 16);
    for at in [8, 12, 16] {
        put(&mut set, at, &day.to_le_bytes());
    }
    set[ENTRY] = 0xc0;
    // It lies in one piece.
    set[ENTRY + 1] = 0x03;
    set[ENTRY + 3] = u8::try_from(letters.len()).expect("a short name");
    let hash = letters
        .iter()
        .map(|letter| capital(*letter))
        .flat_map(|letter| letter.to_le_bytes())
        .fold(0_u16, |hash, byte| {
            hash.rotate_right(1).wrapping_add(u16::from(byte))
        });
    put(&mut set, ENTRY + 4, &hash.to_le_bytes());
    put(&mut set, ENTRY + 8, &(length as u64).to_le_bytes());
    put_extent(&mut set[ENTRY..], FILE, length);
    for part in names {
        let mut entry = [0; ENTRY];
        entry[0] = 0xc1;
        put_letters(&mut entry, part);
        set.extend(entry);
    }
    let sum = set
        .iter()
        .enumerate()
        .filter(|(at, _)| ![2, 3].contains(at))
        .fold(0_u16, |sum, (_, byte)| {
            sum.rotate_right(1).wrapping_add(u16::from(*byte))
        });
    put(&mut set, 2, &sum.to_le_bytes());
    set
}

fn put_letters(entry: &mut [u8], letters: &[u16]) {
    for (at, letter) in letters.iter().enumerate() {
        put(entry, 2 + at * 2, &letter.to_le_bytes());
    }
}

fn put_extent(entry: &mut [u8], cluster: u32, length: usize) {
    put(entry, 20, &cluster.to_le_bytes());
    put(entry, 24, &(length as u64).to_le_bytes());
}

//! Looks for things that must not be there: individual numbers, codes, names.
//!
//! Each value is looked for in every form in which a program could have left it: UTF-8,
//! UTF-16 and Shift_JIS, with half-width and full-width digits, grouped by fours as printed,
//! packed as BCD and as a binary number. Nothing found is ever printed, only its name,
//! form and place.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use aho_corasick::AhoCorasick;

/// Bytes read at once.
const CHUNK: usize = 4 * 1024 * 1024;

/// Largest file or memory area that is searched.
const MAX_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// Most finds that are listed; one is too many already.
const MAX_FINDS: usize = 1_000;

/// Shorter values are only believed where nothing like a digit or letter touches them.
const WORD_BYTES: usize = 8;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// Where.
    pub place: String,
    /// Offset in bytes.
    pub offset: u64,
    /// The name of what was found, not its value.
    pub what: String,
    /// In which form.
    pub form: &'static str,
}

struct Pattern {
    what: String,
    form: &'static str,
    /// Only as a word of its own.
    word: bool,
    length: usize,
}

/// What is looked for.
#[derive(Default)]
pub struct Wanted {
    patterns: Vec<Pattern>,
    bytes: Vec<Vec<u8>>,
}

impl Wanted {
    /// Adds a number or code of digits, in all forms.
    ///
    /// # Panics
    /// When it is not made of digits.
    pub fn digits(&mut self, what: &str, digits: &str) {
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() >= 4);
        let wide: String = digits
            .bytes()
            .filter_map(|byte| char::from_u32(0xFF10 + u32::from(byte - b'0')))
            .collect();
        self.text(what, digits);
        self.text(what, &wide);
        if digits.len() < WORD_BYTES {
            // Four digits in binary are everywhere by chance.
            return;
        }
        for gap in [" ", "-", "\u{3000}"] {
            self.text(what, &grouped(digits, gap));
        }
        let bcd = bcd(digits);
        let swapped = bcd.iter().map(|byte| byte.rotate_left(4)).collect();
        self.add(what, "bcd", bcd);
        self.add(what, "bcd, nibbles swapped", swapped);
        self.add(
            what,
            "one digit a byte",
            digits.bytes().map(|byte| byte - b'0').collect(),
        );
        if let Ok(number) = digits.parse::<u64>() {
            self.add(what, "little-endian number", number.to_le_bytes().to_vec());
            self.add(what, "big-endian number", number.to_be_bytes().to_vec());
        }
    }

    /// Adds a text, such as a name, in all encodings.
    pub fn text(&mut self, what: &str, text: &str) {
        self.add(what, "utf-8", text.as_bytes().to_vec());
        let units: Vec<u16> = text.encode_utf16().collect();
        self.add(
            what,
            "utf-16le",
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        );
        self.add(
            what,
            "utf-16be",
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        );
        let (shift_jis, _, lossy) = encoding_rs::SHIFT_JIS.encode(text);
        if !lossy && shift_jis.as_ref() != text.as_bytes() {
            self.add(what, "shift_jis", shift_jis.into_owned());
        }
    }

    /// Adds bytes, such as a key.
    pub fn bytes(&mut self, what: &str, bytes: &[u8]) {
        self.add(what, "raw", bytes.to_vec());
    }

    /// Makes ready to look.
    ///
    /// # Errors
    /// When there is nothing to look for, or too much.
    pub fn scanner(self) -> io::Result<Scanner> {
        let longest = self.bytes.iter().map(Vec::len).max().unwrap_or(0);
        if longest == 0 || longest >= CHUNK {
            return Err(io::Error::other("nothing to look for"));
        }
        let machine = AhoCorasick::new(&self.bytes).map_err(io::Error::other)?;
        Ok(Scanner {
            machine,
            patterns: self.patterns,
            overlap: longest + 1,
        })
    }

    fn add(&mut self, what: &str, form: &'static str, bytes: Vec<u8>) {
        if bytes.is_empty() || self.bytes.contains(&bytes) {
            return;
        }
        self.patterns.push(Pattern {
            what: what.to_owned(),
            form,
            word: bytes.len() < WORD_BYTES,
            length: bytes.len(),
        });
        self.bytes.push(bytes);
    }
}

/// Looks.
pub struct Scanner {
    machine: AhoCorasick,
    patterns: Vec<Pattern>,
    /// Carried from one chunk to the next.
    overlap: usize,
}

impl Scanner {
    /// Looks through bytes.
    #[must_use]
    pub fn bytes(&self, place: &str, bytes: &[u8]) -> Vec<Find> {
        let mut finds = Vec::new();
        self.search(place, 0, bytes, 0, &mut finds);
        finds
    }

    /// Looks through everything that can be read from `source`.
    ///
    /// # Errors
    /// When reading fails.
    pub fn reader(&self, place: &str, source: &mut dyn Read) -> io::Result<Vec<Find>> {
        let mut finds = Vec::new();
        let mut window = Vec::with_capacity(CHUNK + self.overlap);
        let (mut start, mut fresh) = (0_u64, 0);
        loop {
            let read = source.take(CHUNK as u64).read_to_end(&mut window)?;
            if read == 0 || start > MAX_BYTES {
                return Ok(finds);
            }
            self.search(place, start, &window, fresh, &mut finds);
            let keep = window.len().min(self.overlap);
            start += (window.len() - keep) as u64;
            window.drain(..window.len() - keep);
            fresh = keep;
        }
    }

    /// Looks through a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file(&self, path: &Path) -> io::Result<Vec<Find>> {
        let mut file = File::open(path)?;
        let mut finds = self.reader(&path.display().to_string(), &mut file)?;
        if path.extension().is_some_and(|end| end == "png") {
            finds.extend(unexpected_chunks(path)?);
        }
        Ok(finds)
    }

    /// Looks through every file below a folder, and at the names of the files.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn folder(&self, folder: &Path) -> io::Result<Vec<Find>> {
        let mut finds = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                let (path, kind) = (entry.path(), entry.file_type()?);
                let name = entry.file_name();
                finds.extend(self.bytes("a file's name", name.as_encoded_bytes()));
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_file() {
                    finds.extend(self.file(&path)?);
                }
            }
        }
        Ok(finds)
    }

    /// Looks through all memory of a process that can be read, as a dump would show it.
    ///
    /// # Errors
    /// When this process may not look.
    pub fn memory(&self, process: u32) -> io::Result<Vec<Find>> {
        let maps = fs::read_to_string(format!("/proc/{process}/maps"))?;
        let mut memory = File::open(format!("/proc/{process}/mem"))?;
        let mut finds = Vec::new();
        let mut searched = 0;
        for line in maps.lines() {
            let Some((start, end, name)) = area(line) else {
                continue;
            };
            let length = (end - start).min(MAX_BYTES);
            if memory.seek(SeekFrom::Start(start)).is_err() {
                continue;
            }
            let place = format!("memory at {start:x} {name}");
            // Areas of devices and guard pages cannot be read; all others are.
            if let Ok(found) = self.reader(&place, &mut (&mut memory).take(length)) {
                finds.extend(found);
                searched += length;
            }
        }
        if searched == 0 {
            return Err(io::Error::other("no memory of the process could be read"));
        }
        Ok(finds)
    }

    fn search(&self, place: &str, start: u64, window: &[u8], fresh: usize, finds: &mut Vec<Find>) {
        for found in self.machine.find_overlapping_iter(window) {
            let pattern = &self.patterns[found.pattern().as_usize()];
            let known = found.end() <= fresh && start > 0;
            let apart = !pattern.word || is_word(window, found.start(), pattern.length);
            if !known && apart && finds.len() < MAX_FINDS {
                finds.push(Find {
                    place: place.to_owned(),
                    offset: start + found.start() as u64,
                    what: pattern.what.clone(),
                    form: pattern.form,
                });
            }
        }
    }
}

/// Nothing that could be a part of the same number or word stands beside it.
fn is_word(window: &[u8], start: usize, length: usize) -> bool {
    // Dots and hyphens make one thing of their sides: a fraction, an id in groups.
    let joins =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b".-".contains(b));
    let before = start.checked_sub(1).and_then(|index| window.get(index));
    !joins(before) && !joins(window.get(start + length))
}

/// A readable area of a memory map: start, end, name.
fn area(line: &str) -> Option<(u64, u64, &str)> {
    let mut parts = line.split_ascii_whitespace();
    let (start, end) = parts.next()?.split_once('-')?;
    let rights = parts.next()?;
    let name = parts.nth(3).unwrap_or("");
    let readable = rights.starts_with('r') && !name.starts_with("[v");
    let number = |text| u64::from_str_radix(text, 16).ok();
    readable.then_some(())?;
    Some((number(start)?, number(end)?, name))
}

/// Chunks of a PNG that can hold text or anything else beside the picture.
fn unexpected_chunks(path: &Path) -> io::Result<Vec<Find>> {
    const PICTURE: [&[u8; 4]; 9] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"pHYs",
    ];
    let bytes = fs::read(path)?;
    let mut finds = Vec::new();
    let mut at = 8;
    while let Some(head) = bytes.get(at..at + 8) {
        let (length, kind) = head.split_at(4);
        let length = u32::from_be_bytes(length.try_into().map_err(io::Error::other)?);
        if !PICTURE.iter().any(|known| known.as_slice() == kind) {
            finds.push(Find {
                place: path.display().to_string(),
                offset: at as u64,
                what: "a chunk that is not the picture".into(),
                form: "png",
            });
        }
        at += 12 + length as usize;
    }
    Ok(finds)
}

fn grouped(digits: &str, gap: &str) -> String {
    let groups: Vec<&str> = (0..digits.len())
        .step_by(4)
        .map(|start| &digits[start..(start + 4).min(digits.len())])
        .collect();
    groups.join(gap)
}

fn bcd(digits: &str) -> Vec<u8> {
    let padded = if digits.len().is_multiple_of(2) {
        digits.to_owned()
    } else {
        format!("0{digits}")
    };
    padded
        .as_bytes()
        .chunks(2)
        .map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0'))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Of the shape of an individual number, with a wrong check digit.
    const NUMBER: &str = "735192846017";

    fn scanner() -> Scanner {
        let mut wanted = Wanted::default();
        wanted.digits("the number", NUMBER);
        wanted.digits("the passcode", "7351");
        wanted.text("the name", "汐見　花子");
        wanted.scanner().unwrap()
    }

    fn whats(finds: &[Find]) -> Vec<(&str, &str)> {
        finds
            .iter()
            .map(|find| (find.what.as_str(), find.form))
            .collect()
    }

    #[test]
    fn a_number_is_found_in_every_form() {
        let scanner = scanner();
        let number: u64 = NUMBER.parse().unwrap();
        let (name, ..) = encoding_rs::SHIFT_JIS.encode("汐見　花子");
        let utf16: Vec<u8> = NUMBER.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: [(&[u8], &str, &str); 9] = [
            (NUMBER.as_bytes(), "the number", "utf-8"),
            (&utf16, "the number", "utf-16le"),
            ("７３５１９２８４６０１７".as_bytes(), "the number", "utf-8"),
            (b"7351 9284 6017", "the number", "utf-8"),
            (&[0x73, 0x51, 0x92, 0x84, 0x60, 0x17], "the number", "bcd"),
            (
                &[0x37, 0x15, 0x29, 0x48, 0x06, 0x71],
                "the number",
                "bcd, nibbles swapped",
            ),
            (&number.to_le_bytes(), "the number", "little-endian number"),
            (&name, "the name", "shift_jis"),
            (b"pin=7351;", "the passcode", "utf-8"),
        ];
        for (bytes, what, form) in cases {
            let hidden = [b"xx/", bytes, b"/yy"].concat();
            let finds = scanner.bytes("here", &hidden);
            assert!(
                whats(&finds).contains(&(what, form)),
                "{what} {form}: {finds:?}"
            );
        }
    }

    #[test]
    fn a_short_code_inside_another_number_is_not_a_find() {
        let scanner = scanner();
        assert!(
            scanner
                .bytes("here", b"insured 0007351000, 17.7351")
                .is_empty()
        );
    }

    #[test]
    fn a_number_across_two_chunks_is_found_once() {
        let scanner = scanner();
        let mut bytes = vec![b'x'; CHUNK - 5];
        bytes.extend_from_slice(NUMBER.as_bytes());
        bytes.extend_from_slice(&vec![b'y'; CHUNK]);
        let finds = scanner.reader("here", &mut bytes.as_slice()).unwrap();
        assert_eq!(whats(&finds), [("the number", "utf-8")]);
        assert_eq!(finds[0].offset, (CHUNK - 5) as u64);
    }

    #[test]
    fn files_their_names_and_the_text_of_pictures_are_searched() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("log.txt"), format!("asked for {NUMBER}")).unwrap();
        fs::write(inner.join(format!("{NUMBER}.txt")), "").unwrap();
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        for kind in [b"IHDR", b"tEXt", b"IEND"] {
            png.extend_from_slice(&[0, 0, 0, 0]);
            png.extend_from_slice(kind);
            png.extend_from_slice(&[0, 0, 0, 0]);
        }
        fs::write(inner.join("shot.png"), png).unwrap();
        let mut forms: Vec<_> = scanner()
            .folder(folder.path())
            .unwrap()
            .into_iter()
            .map(|find| find.form)
            .collect();
        forms.sort_unstable();
        assert_eq!(forms, ["png", "utf-8", "utf-8"]);
    }

    #[test]
    fn a_secret_in_memory_is_found() {
        // Made at run time, so that it is in memory and not in the program's file.
        let held: String = NUMBER.chars().rev().collect();
        let mut wanted = Wanted::default();
        wanted.digits("the held number", &held);
        let scanner = wanted.scanner().unwrap();
        let finds = scanner.memory(std::process::id()).unwrap();
        assert!(whats(&finds).contains(&("the held number", "utf-8")));
        drop(held);
    }
}

//! The secret of the device, and the keys made of it.
//!
//! A board with one-time-programmable memory keeps the secret in the chip. Without one it lies
//! in the key partition, and whoever copies the whole card has it: `docs/threat-model.md` says
//! what that costs. Nothing is ever encrypted with the secret itself, only with keys derived
//! from it for one purpose each (HKDF-SHA256, RFC 5869).
//!
//! The key partition also remembers whether the data partition was made. Only a partition
//! that was never finished is formatted, so a damaged one keeps what is on it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Fault;
use crate::slots::state::RECORD_BYTES;
use crate::slots::store::Medium;

/// Bytes of the secret and of every key.
pub const SECRET_BYTES: usize = 32;

/// Copies of the key record.
const COPIES: usize = 2;

const MAGIC: [u8; 8] = *b"MDGKEY1\n";
const AT_SOURCE: usize = 8;
const AT_READY: usize = 9;
const AT_SECRET: usize = 16;
const AT_SUM: usize = AT_SECRET + SECRET_BYTES;

/// What a key is for. The label separates it from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Opens the data partition (LUKS2).
    Data,
    /// The kiosk's device secret, of which the vault's key and the passcodes' pepper are made.
    Kiosk,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Data => b"madoguchi data partition 1",
            Self::Kiosk => b"madoguchi kiosk secret 1",
        }
    }
}

/// Where the secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the key partition.
    Partition,
    /// In the chip.
    Chip,
}

/// The key record.
pub struct DeviceKey {
    secret: Zeroizing<[u8; SECRET_BYTES]>,
    source: Source,
    ready: bool,
}

impl DeviceKey {
    /// Where the secret is.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Whether the data partition was made with this key.
    #[must_use]
    pub fn data_is_ready(&self) -> bool {
        self.ready
    }

    /// The key for one purpose.
    #[must_use]
    pub fn derive(&self, purpose: Purpose) -> Zeroizing<[u8; SECRET_BYTES]> {
        let mut key = Zeroizing::new([0; SECRET_BYTES]);
        Hkdf::<Sha256>::new(None, &*self.secret)
            .expand(purpose.label(), &mut *key)
            .expect("32 bytes are less than HKDF's limit");
        key
    }

    /// Remembers that the data partition is made.
    ///
    /// # Errors
    /// [`Fault::Io`].
    pub fn set_data_ready(&mut self, medium: &mut impl Medium) -> Result<(), Fault> {
        self.ready = true;
        self.save(medium)
    }

    fn save(&self, medium: &mut impl Medium) -> Result<(), Fault> {
        let mut record = Zeroizing::new([0; RECORD_BYTES]);
        record[..MAGIC.len()].copy_from_slice(&MAGIC);
        record[AT_SOURCE] = u8::from(self.source == Source::Chip);
        record[AT_READY] = u8::from(self.ready);
        if self.source == Source::Partition {
            record[AT_SECRET..AT_SUM].copy_from_slice(&*self.secret);
        }
        let sum = crc32fast::hash(&record[..AT_SUM]);
        record[AT_SUM..AT_SUM + 4].copy_from_slice(&sum.to_le_bytes());
        (0..COPIES).try_for_each(|copy| medium.write(copy, &record))
    }
}

/// Finds the device's secret, or makes it on the first boot. `chip` is what the board's
/// one-time-programmable memory holds, if it has one and it was written; `random` fills bytes.
///
/// # Errors
/// [`Fault::KeyMissing`] when there was a secret and it cannot be found, [`Fault::Io`].
pub fn find_or_make(
    medium: &mut impl Medium,
    chip: Option<Zeroizing<[u8; SECRET_BYTES]>>,
    random: impl FnOnce(&mut [u8]) -> Result<(), Fault>,
) -> Result<DeviceKey, Fault> {
    let copies = [
        Zeroizing::new(medium.read(0)?),
        Zeroizing::new(medium.read(1)?),
    ];
    let whole: Vec<_> = copies.iter().filter(|copy| is_whole(copy)).collect();
    let Some(record) = whole.first() else {
        // The second copy is written before the secret is used for the first time.
        if copies[1].iter().any(|byte| *byte != 0) {
            return Err(Fault::KeyMissing);
        }
        return make(medium, chip, random);
    };
    let source = if record[AT_SOURCE] == 1 {
        Source::Chip
    } else {
        Source::Partition
    };
    let secret = match source {
        Source::Chip => chip.ok_or(Fault::KeyMissing)?,
        Source::Partition => {
            let mut secret = Zeroizing::new([0; SECRET_BYTES]);
            secret.copy_from_slice(&record[AT_SECRET..AT_SUM]);
            secret
        }
    };
    let key = DeviceKey {
        secret,
        source,
        ready: whole.iter().any(|copy| copy[AT_READY] == 1),
    };
    if whole.len() < COPIES {
        key.save(medium)?;
    }
    Ok(key)
}

fn make(
    medium: &mut impl Medium,
    chip: Option<Zeroizing<[u8; SECRET_BYTES]>>,
    random: impl FnOnce(&mut [u8]) -> Result<(), Fault>,
) -> Result<DeviceKey, Fault> {
    let (source, secret) = match chip {
        Some(secret) => (Source::Chip, secret),
        None => {
            let mut secret = Zeroizing::new([0; SECRET_BYTES]);
            random(&mut *secret)?;
            (Source::Partition, secret)
        }
    };
    let key = DeviceKey {
        secret,
        source,
        ready: false,
    };
    key.save(medium)?;
    Ok(key)
}

fn is_whole(record: &[u8; RECORD_BYTES]) -> bool {
    record.starts_with(&MAGIC)
        && crc32fast::hash(&record[..AT_SUM]).to_le_bytes() == record[AT_SUM..AT_SUM + 4]
}

/// Reads the chip's memory where the kernel shows it. `None` when there is no such file, or
/// when nothing was ever written into the chip.
///
/// # Errors
/// [`Fault::Io`].
pub fn chip(path: &Path) -> Result<Option<Zeroizing<[u8; SECRET_BYTES]>>, Fault> {
    if !path.exists() {
        return Ok(None);
    }
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut *secret))
        .map_err(Fault::at(path))?;
    Ok(secret.iter().any(|byte| *byte != 0).then_some(secret))
}

/// Random bytes of the kernel, once its generator is seeded.
///
/// # Errors
/// [`Fault::Io`].
pub fn random(bytes: &mut [u8]) -> Result<(), Fault> {
    let path = Path::new("/dev/random");
    File::open(path)
        .and_then(|mut file| file.read_exact(bytes))
        .map_err(Fault::at(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::store::tests::Torn;

    fn empty() -> Torn {
        Torn {
            copies: [[0; RECORD_BYTES]; 2],
            left: None,
        }
    }

    fn sevens(bytes: &mut [u8]) -> Result<(), Fault> {
        bytes.fill(7);
        Ok(())
    }

    fn never(_: &mut [u8]) -> Result<(), Fault> {
        panic!("a second secret was made")
    }

    #[test]
    fn the_secret_is_made_once_and_found_again() {
        let mut medium = empty();
        let made = find_or_make(&mut medium, None, sevens).expect("made");
        let found = find_or_make(&mut medium, None, never).expect("found");
        assert_eq!(made.derive(Purpose::Data), found.derive(Purpose::Data));
        assert_ne!(made.derive(Purpose::Data), made.derive(Purpose::Kiosk));
    }

    #[test]
    fn a_cut_at_any_byte_of_the_first_boot_leaves_a_card_that_makes_or_finds_its_secret() {
        for cut in 0..RECORD_BYTES {
            let mut medium = empty();
            medium.left = Some(cut);
            find_or_make(&mut medium, None, sevens).expect("the cut is not seen");
            medium.copies[1] = [0; RECORD_BYTES];
            medium.left = None;
            let key = find_or_make(&mut medium, None, sevens).expect("made or found");
            assert!(!key.data_is_ready());
        }
    }

    #[test]
    fn one_damaged_copy_is_mended_and_two_are_a_named_fault() {
        let mut medium = empty();
        let made = find_or_make(&mut medium, None, sevens).expect("made");
        medium.copies[0][20] ^= 1;
        let found = find_or_make(&mut medium, None, never).expect("the other copy");
        assert_eq!(made.derive(Purpose::Data), found.derive(Purpose::Data));
        assert!(is_whole(&medium.copies[0]));

        medium.copies[0][20] ^= 1;
        medium.copies[1][20] ^= 1;
        let refused = find_or_make(&mut medium, None, never);
        assert!(matches!(refused, Err(Fault::KeyMissing)));
    }

    #[test]
    fn a_chips_secret_never_reaches_the_card() {
        let mut medium = empty();
        let chip = || Some(Zeroizing::new([0xc5; SECRET_BYTES]));
        let made = find_or_make(&mut medium, chip(), never).expect("taken");
        assert_eq!(made.source(), Source::Chip);
        assert!(
            medium
                .copies
                .iter()
                .all(|copy| !copy.windows(SECRET_BYTES).any(|part| part == [0xc5; 32]))
        );
        assert!(find_or_make(&mut medium, chip(), never).is_ok());
        // The card in another board.
        let moved = find_or_make(&mut medium, None, never);
        assert!(matches!(moved, Err(Fault::KeyMissing)));
    }

    #[test]
    fn a_data_partition_once_made_is_remembered() {
        let mut medium = empty();
        let mut key = find_or_make(&mut medium, None, sevens).expect("made");
        key.set_data_ready(&mut medium).expect("saved");
        let again = find_or_make(&mut medium, None, never).expect("found");
        assert!(again.data_is_ready());
    }

    #[test]
    fn a_chip_that_was_never_written_counts_as_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("nvmem");
        assert!(chip(&path).expect("no file").is_none());
        std::fs::write(&path, [0; SECRET_BYTES]).expect("a file");
        assert!(chip(&path).expect("empty chip").is_none());
        std::fs::write(&path, [1; SECRET_BYTES]).expect("a file");
        assert!(chip(&path).expect("written chip").is_some());
    }
}

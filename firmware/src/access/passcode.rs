//! The staff passcode: four digits, hashed slowly with a secret of this device.
//!
//! Ten thousand passcodes fall in minutes to whoever has hash and salt, so the hash is keyed
//! with a pepper that only this device can make; the passcode never opens the vault. It is
//! not the card's PIN, and neither is ever taken for the other.

use std::fmt;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::common::is_too_common;

/// Digits of a passcode.
pub const DIGITS: usize = 4;

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;

/// Bytes of a hash.
pub const HASH_BYTES: usize = 32;

/// Least memory of one hash in KiB. Source: guarantees.md (19 MiB, the OWASP floor).
pub const FLOOR_MEMORY_KIB: u32 = 19 * 1024;

/// Least passes over that memory.
pub const FLOOR_PASSES: u32 = 2;

/// Most memory of one hash in KiB: a Pi with 1 GB must not feel it.
pub const MOST_MEMORY_KIB: u32 = 76 * 1024;

/// Most passes.
pub const MOST_PASSES: u32 = 40;

/// A hash shall take at least this long on the device …
pub const SHORTEST: Duration = Duration::from_millis(250);

/// … and at most this long, unless the floor already does.
pub const LONGEST: Duration = Duration::from_millis(500);

/// Separates the pepper from the vault's key.
const PEPPER_LABEL: &[u8] = b"madoguchi passcode pepper 1";

/// Four digits that somebody typed. Wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Passcode(Zeroizing<[u8; DIGITS]>);

impl Passcode {
    /// Takes four digits, 0–9 each; `None` for anything else.
    #[must_use]
    pub fn new(digits: &[u8]) -> Option<Self> {
        let digits: [u8; DIGITS] = digits.try_into().ok()?;
        digits
            .iter()
            .all(|digit| *digit <= 9)
            .then(|| Self(Zeroizing::new(digits)))
    }

    /// Whether it is one of those that everybody tries.
    #[must_use]
    pub fn is_too_common(&self) -> bool {
        is_too_common(*self.0)
    }
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode(****)")
    }
}

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
}

impl Cost {
    /// The least that is ever used.
    pub const FLOOR: Self = Self {
        memory_kib: FLOOR_MEMORY_KIB,
        passes: FLOOR_PASSES,
    };

    /// Whether a stored hash with this cost may be computed: neither weaker than the floor
    /// nor so expensive that a forged row could stop the terminal.
    #[must_use]
    pub fn is_sane(self) -> bool {
        (FLOOR_MEMORY_KIB..=MOST_MEMORY_KIB).contains(&self.memory_kib)
            && (FLOOR_PASSES..=MOST_PASSES).contains(&self.passes)
    }
}

/// A hash as kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredHash {
    /// Salt.
    pub salt: [u8; SALT_BYTES],
    /// What it cost.
    pub cost: Cost,
    /// Argon2id of the digits, keyed with the pepper.
    pub hash: [u8; HASH_BYTES],
}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredHash({:?})", self.cost)
    }
}

/// Work for the thread that hashes; one at a time.
#[derive(Debug)]
pub enum HashJob {
    /// Is this the passcode?
    Verify {
        /// As typed.
        passcode: Passcode,
        /// As kept.
        stored: StoredHash,
    },
    /// Hash a new one.
    Make {
        /// As typed twice.
        passcode: Passcode,
        /// Fresh.
        salt: [u8; SALT_BYTES],
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HashOutcome {
    /// It is the passcode.
    Right,
    /// It is not.
    Wrong,
    /// The new hash.
    Made(StoredHash),
    /// It could not be computed (no memory, or a row out of bounds).
    Failed,
}

/// The secret that keys all hashes of this device, and what a new hash costs here.
#[derive(Clone)]
pub struct Hasher {
    pepper: Zeroizing<[u8; 32]>,
    cost: Cost,
}

impl Hasher {
    /// Makes the pepper from the device's secret.
    #[must_use]
    pub fn new(device_secret: &[u8], cost: Cost) -> Self {
        Self {
            pepper: crate::vault::derive(device_secret, &[], PEPPER_LABEL),
            cost,
        }
    }

    /// Takes what a new hash shall cost from now on; see [`calibrate`].
    pub fn set_cost(&mut self, cost: Cost) {
        self.cost = cost;
    }

    /// Does the job. Blocks for [`SHORTEST`] to [`LONGEST`] on the device.
    #[must_use]
    pub fn run(&self, job: HashJob) -> HashOutcome {
        match job {
            HashJob::Verify { passcode, stored } => {
                if !stored.cost.is_sane() {
                    return HashOutcome::Failed;
                }
                match self.hash(&passcode, &stored.salt, stored.cost) {
                    Some(hash) if bool::from(hash.ct_eq(&stored.hash)) => HashOutcome::Right,
                    Some(_) => HashOutcome::Wrong,
                    None => HashOutcome::Failed,
                }
            }
            HashJob::Make { passcode, salt } => {
                self.hash(&passcode, &salt, self.cost)
                    .map_or(HashOutcome::Failed, |hash| {
                        HashOutcome::Made(StoredHash {
                            salt,
                            cost: self.cost,
                            hash: *hash,
                        })
                    })
            }
        }
    }

    fn hash(
        &self,
        passcode: &Passcode,
        salt: &[u8; SALT_BYTES],
        cost: Cost,
    ) -> Option<Zeroizing<[u8; HASH_BYTES]>> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(HASH_BYTES)).ok()?;
        let argon =
            Argon2::new_with_secret(&*self.pepper, Algorithm::Argon2id, Version::V0x13, params)
                .ok()?;
        let mut hash = Zeroizing::new([0; HASH_BYTES]);
        let mut digits = passcode.0.map(|digit| b'0' + digit);
        let done = argon.hash_password_into(&digits, salt, &mut *hash);
        digits.zeroize();
        done.ok().map(|()| hash)
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

/// Finds a cost between [`SHORTEST`] and [`LONGEST`] on this device, starting at the floor:
/// first more memory, then more passes. `measure` hashes once at the given cost and says how
/// long it took.
pub fn calibrate(mut measure: impl FnMut(Cost) -> Duration) -> Cost {
    let mut cost = Cost::FLOOR;
    let mut took = measure(cost);
    while took * 2 <= LONGEST && cost.memory_kib * 2 <= MOST_MEMORY_KIB && took < SHORTEST {
        cost.memory_kib *= 2;
        took = measure(cost);
    }
    // Time grows evenly with the passes: one division finds the number, one more
    // measurement per pass would only find noise.
    if took < SHORTEST {
        let one = (took / cost.passes).max(Duration::from_micros(1));
        let middle = (SHORTEST + LONGEST) / 2;
        let passes = u32::try_from(middle.as_micros() / one.as_micros()).unwrap_or(MOST_PASSES);
        cost.passes = passes.clamp(cost.passes, MOST_PASSES);
    }
    cost
}

/// Hashes once at `cost` and says how long it took, for [`calibrate`].
#[must_use]
pub fn measure(hasher: &Hasher, cost: Cost) -> Duration {
    let passcode = Passcode(Zeroizing::new([0; DIGITS]));
    let start = std::time::Instant::now();
    let _ = hasher.hash(&passcode, &[0; SALT_BYTES], cost);
    start.elapsed()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn hasher(secret: u8) -> Hasher {
        Hasher::new(&[secret; 32], Cost::FLOOR)
    }

    fn code(digits: [u8; 4]) -> Passcode {
        Passcode::new(&digits).unwrap()
    }

    fn made(hasher: &Hasher, digits: [u8; 4]) -> StoredHash {
        match hasher.run(HashJob::Make {
            passcode: code(digits),
            salt: [9; SALT_BYTES],
        }) {
            HashOutcome::Made(stored) => stored,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_the_right_passcode_on_the_same_device_is_right() {
        let ours = hasher(1);
        let stored = made(&ours, [4, 0, 7, 1]);
        let verify = |hasher: &Hasher, digits| {
            hasher.run(HashJob::Verify {
                passcode: code(digits),
                stored: stored.clone(),
            })
        };
        assert_eq!(verify(&ours, [4, 0, 7, 1]), HashOutcome::Right);
        assert_eq!(verify(&ours, [4, 0, 7, 2]), HashOutcome::Wrong);
        // The file alone is of no use on another device.
        assert_eq!(verify(&hasher(2), [4, 0, 7, 1]), HashOutcome::Wrong);
    }

    #[test]
    fn a_forged_cheap_or_endless_hash_is_not_computed() {
        let ours = hasher(1);
        for cost in [
            Cost {
                memory_kib: 8,
                passes: 1,
            },
            Cost {
                memory_kib: FLOOR_MEMORY_KIB,
                passes: u32::MAX,
            },
            Cost {
                memory_kib: u32::MAX,
                passes: FLOOR_PASSES,
            },
        ] {
            let stored = StoredHash {
                salt: [0; SALT_BYTES],
                cost,
                hash: [0; HASH_BYTES],
            };
            let job = HashJob::Verify {
                passcode: code([4, 0, 7, 1]),
                stored,
            };
            assert_eq!(ours.run(job), HashOutcome::Failed);
        }
    }

    #[test]
    fn calibration_stays_between_the_floor_and_half_a_second() {
        // A device on which one pass over a MiB takes `micros`.
        for micros in [1, 50, 400, 1_000, 3_000, 20_000, 200_000] {
            let time = |cost: Cost| {
                Duration::from_micros(micros * u64::from(cost.memory_kib / 1024 * cost.passes))
            };
            let cost = calibrate(time);
            assert!(cost.is_sane(), "{cost:?}");
            let took = time(cost);
            let bounded = cost.passes == MOST_PASSES || cost == Cost::FLOOR;
            assert!(
                bounded || (SHORTEST..=LONGEST).contains(&took),
                "{micros}: {cost:?} takes {took:?}"
            );
        }
    }

    #[test]
    fn passcodes_and_hashes_do_not_print_themselves() {
        let stored = StoredHash {
            salt: [7; 16],
            cost: Cost::FLOOR,
            hash: [0xab; 32],
        };
        let job = HashJob::Verify {
            passcode: code([4, 0, 7, 1]),
            stored,
        };
        let shown = format!("{job:?} {:?}", hasher(3));
        for secret in ["4071", "4, 0, 7, 1", "171", "ab"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn four_digits_and_nothing_else_is_a_passcode() {
        assert!(Passcode::new(&[1, 2, 3]).is_none());
        assert!(Passcode::new(&[1, 2, 3, 4, 5]).is_none());
        assert!(Passcode::new(&[1, 2, 3, 10]).is_none());
        assert!(Passcode::new(&[0, 0, 0, 0]).is_some());
    }
}

//! Randomness comes in through a seam, so that a whole run replays from a seed.

use std::sync::{Mutex, PoisonError};

use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

/// A source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug)]
pub struct SystemEntropy(SystemRandom);

impl Default for SystemEntropy {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .fill(bytes)
            .expect("the operating system's generator answers once it is seeded at boot");
    }
}

/// Bytes that follow from a seed: for simulations and fixtures, never for keys in service.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: Mutex<u64>,
}

impl SeededEntropy {
    /// A source that always gives the same bytes for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            drawn: Mutex::new(0),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        for block in bytes.chunks_mut(32) {
            let mut hash = Sha256::new();
            hash.update(self.seed.to_be_bytes());
            hash.update(drawn.to_be_bytes());
            *drawn += 1;
            block.copy_from_slice(&hash.finalize()[..block.len()]);
        }
    }
}

/// Letters and digits that nobody confuses: no 0, O, 1, I.
pub const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A random code over [`ALPHABET`], five bits a character.
#[must_use]
pub fn code(entropy: &dyn Entropy, length: usize) -> String {
    let mut bytes = vec![0; length];
    entropy.fill(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_no_character_that_looks_like_another() {
        let code = code(&SeededEntropy::new(1), 400);
        assert!(code.bytes().all(|c| ALPHABET.contains(&c)));
        assert!(!code.contains(['0', 'O', '1', 'I']));
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(
            code(&SeededEntropy::new(5), 40),
            code(&SeededEntropy::new(5), 40)
        );
        assert_ne!(
            code(&SeededEntropy::new(5), 40),
            code(&SeededEntropy::new(6), 40)
        );
    }
}

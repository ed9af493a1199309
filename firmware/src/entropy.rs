//! Randomness as a seam, so that a whole day replays from a seed.

use ring::rand::SecureRandom as _;
use sha2::{Digest as _, Sha256};

/// Where random bytes come from.
pub trait Entropy: Send {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);

    /// A number below `limit`; 0 when `limit` is 0. The bias is below 2⁻³² for the
    /// limits used here (milliseconds of a wait).
    fn below(&mut self, limit: u64) -> u64 {
        let mut raw = [0; 8];
        self.fill(&mut raw);
        u64::from_be_bytes(raw).checked_rem(limit).unwrap_or(0)
    }
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemEntropy {
    random: Option<ring::rand::SystemRandom>,
}

impl Entropy for SystemEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.random
            .get_or_insert_with(ring::rand::SystemRandom::new)
            .fill(bytes)
            .expect("getrandom(2) does not fail once the kernel has booted");
    }
}

/// A generator for tests: the same seed gives the same bytes. Never for keys.
#[derive(Debug, Clone)]
pub struct SeededEntropy {
    seed: u64,
    block: u64,
}

impl SeededEntropy {
    /// Starts at `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, block: 0 }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(self.block.to_be_bytes())
                .finalize();
            self.block += 1;
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

//! Numbers that follow from a seed, so that a failing case replays.

use provisioning::seal::sha256;

pub struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self { seed, thrown: 0 }
    }

    /// From 0 up to, not including, `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        let mut bytes = self.seed.to_be_bytes().to_vec();
        bytes.extend(self.thrown.to_be_bytes());
        self.thrown += 1;
        let digest = sha256(&bytes);
        let mut number = [0; 8];
        number.copy_from_slice(&digest.as_bytes()[..8]);
        u64::from_be_bytes(number) % limit
    }

    pub fn one_in(&mut self, limit: u64) -> bool {
        self.below(limit) == 0
    }
}

//! Chance that replays: every throw follows from the seed.

use firmware::entropy::{Entropy, SeededEntropy};

/// A die for scripts. Never for keys.
#[derive(Debug, Clone)]
pub struct Dice {
    source: SeededEntropy,
}

impl Dice {
    /// The die of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            source: SeededEntropy::new(seed),
        }
    }

    /// A number below `limit`, which is at least 1.
    pub fn below(&mut self, limit: u64) -> u64 {
        debug_assert!(limit > 0);
        self.source.below(limit)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True in `percent` of a hundred throws.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several things.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        let index = usize::try_from(self.below(things.len() as u64)).unwrap_or(0);
        &things[index]
    }

    /// One of several things, each as often as its weight says.
    ///
    /// # Panics
    /// When the weights are all 0.
    pub fn weighted<T: Copy>(&mut self, things: &[(u64, T)]) -> T {
        let total = things.iter().map(|(weight, _)| weight).sum();
        let mut at = self.below(total);
        for (weight, thing) in things {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return *thing,
            }
        }
        unreachable!("a throw is below the sum of the weights")
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.source.fill(&mut bytes);
        bytes
    }
}

impl Entropy for Dice {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.source.fill(bytes);
    }
}

//! What can be wrong with a simulated card, and with the link to it.

use std::time::Duration;

use serde::Deserialize;

/// How the card was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Make {
    /// Issued below the simulated authorities.
    #[default]
    Genuine,
    /// A copy of a genuine card's files, without its private keys.
    Clone,
    /// The photo was exchanged after signing.
    Tampered,
    /// The written expiry was moved ten years on; the card still takes the printed number.
    ForgedExpiry,
    /// Everything is right but the issuer, whom no authority has certified.
    RogueIssuer,
    /// The text application belongs to another person (other birth date).
    ApplicationsDisagree,
    /// The photo will not decode. The card is genuine.
    BadPhoto,
    /// Another kind of card: it knows none of the applications.
    Foreign,
    /// Answers with noise.
    Garbage,
}

/// How the card and its link behave. Commands are counted from 1, anew at each power-up for
/// `*_at`, never anew for the random ones.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The link tears once, at this command.
    pub tear: Option<Tear>,
    /// Each command tears with this probability (0 to 1).
    pub torn_rate: f64,
    /// Seed of the random tears.
    pub seed: u64,
    /// This command's answer is one byte long, once.
    pub one_byte_at: Option<u32>,
    /// This many reads, counted over the card's life, end too early with "end of file".
    pub false_ends: u32,
    /// This many reads, counted over the card's life, have one bit wrong.
    pub flipped_bits: u32,
    /// Milliseconds that each command takes.
    pub slow_ms: u64,
    /// Whether READ BINARY takes an extended length.
    pub extended: bool,
    /// The reader does not carry extended commands: each ends like a tear.
    pub extended_tears: bool,
    /// Whether READ BINARY takes a short file name.
    pub short_names: bool,
    /// The first command after power-up is answered `6F00`, as measured on a real card.
    pub shy: bool,
    /// Tries that the counter of 照合番号B starts with.
    pub number_b_tries: u8,
    /// Tries that the counter of the PIN starts with.
    pub pin_tries: u8,
}

/// A tear: the answer to one command is lost and the card loses its power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tear {
    /// At which command since power-up.
    pub at: u32,
    /// Whether the card still carried the command out.
    #[serde(default)]
    pub done: bool,
    /// Whether the card is back at once (it slipped) or stays away (it was taken).
    #[serde(default)]
    pub back: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            tear: None,
            torn_rate: 0.0,
            seed: 1,
            one_byte_at: None,
            false_ends: 0,
            flipped_bits: 0,
            slow_ms: 0,
            extended: true,
            extended_tears: false,
            short_names: true,
            shy: false,
            number_b_tries: super::card::NUMBER_B_TRIES,
            pin_tries: super::card::PIN_TRIES,
        }
    }
}

impl Faults {
    /// A link that tears each command with probability `rate`, replayable by `seed`.
    #[must_use]
    pub fn torn(rate: f64, seed: u64) -> Self {
        Self {
            torn_rate: rate,
            seed,
            ..Self::default()
        }
    }

    /// Time that each command takes.
    #[must_use]
    pub fn slow(&self) -> Duration {
        Duration::from_millis(self.slow_ms)
    }
}

/// A small generator for replayable faults (SplitMix64). Not for secrets.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// True with probability `rate`.
    pub(super) fn falls(&mut self, rate: f64) -> bool {
        // 2^53 steps, exact in a double.
        #[allow(clippy::cast_precision_loss)]
        let unit = (self.roll() >> 11) as f64 / (1u64 << 53) as f64;
        unit < rate
    }
}

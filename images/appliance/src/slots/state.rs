//! The record of the slots, and its form on the disk.
//!
//! The form is an environment block of U-Boot (`env import -c`, `env export -c`, without the
//! redundancy byte): CRC-32 of the rest in little endian, then `name=value` strings, each
//! ended by NUL, the last by two. So the boot loader reads and writes it with its own words,
//! and no own code runs in it. Numbers are hexadecimal, because U-Boot's `setexpr` is.

use crate::Fault;

/// Bytes of one copy: a page, the smallest thing that an SD card writes.
pub const RECORD_BYTES: usize = 4096;

/// Starts that a new system has to show that it is healthy.
pub const TRIES_NEW: u8 = 3;

/// Starts in a row that a system which was healthy once may fail. Higher, because somebody
/// may pull the plug of a booting terminal again and again.
pub const TRIES_PROVEN: u8 = 8;

/// One of the two systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The first.
    A,
    /// The second.
    B,
}

impl Slot {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// `A` or `B`.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// Reads a letter.
    ///
    /// # Errors
    /// [`Fault::SlotsWord`].
    pub fn parse(word: &str) -> Result<Self, Fault> {
        match word {
            "A" => Ok(Self::A),
            "B" => Ok(Self::B),
            _ => Err(Fault::SlotsWord(word.to_owned())),
        }
    }
}

/// What is known about one slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// Starts left; 0 is a bad slot.
    pub left: u8,
    /// It was healthy once since it was written.
    pub proven: bool,
}

impl Tries {
    /// Not to be started.
    pub const BAD: Self = Self {
        left: 0,
        proven: false,
    };
    /// Just written.
    pub const NEW: Self = Self {
        left: TRIES_NEW,
        proven: false,
    };
    /// Healthy.
    pub const PROVEN: Self = Self {
        left: TRIES_PROVEN,
        proven: true,
    };
}

/// The system that is to follow the one that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Successor {
    /// There is none.
    None,
    /// It waits for its trial, or for the rest of it.
    Waits,
    /// Its starts are spent, and it was not good enough.
    GaveWay,
}

/// The record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotState {
    /// Counts the writes; the copy with the higher number is the younger.
    pub sequence: u32,
    /// The slot that is tried first.
    pub first: Slot,
    /// Slot A.
    pub a: Tries,
    /// Slot B.
    pub b: Tries,
}

impl SlotState {
    /// A freshly flashed card: one system, in A. There is nothing to go back to, so it has
    /// the patience of a proven one.
    #[must_use]
    pub fn flashed() -> Self {
        Self {
            sequence: 1,
            first: Slot::A,
            a: Tries {
                left: TRIES_PROVEN,
                proven: false,
            },
            b: Tries::BAD,
        }
    }

    /// What is known about `slot`.
    #[must_use]
    pub fn tries(&self, slot: Slot) -> Tries {
        match slot {
            Slot::A => self.a,
            Slot::B => self.b,
        }
    }

    /// Sets what is known about `slot`.
    pub fn set(&mut self, slot: Slot, tries: Tries) {
        match slot {
            Slot::A => self.a = tries,
            Slot::B => self.b = tries,
        }
    }

    /// Gives `slot` all its starts again; whether it was healthy once stays as it is.
    pub fn give_back(&mut self, slot: Slot) {
        let proven = self.tries(slot).proven;
        let left = TRIES_PROVEN;
        self.set(slot, Tries { left, proven });
    }

    /// Gives `slot` the start back that was spent on it, and no more than it began with.
    pub fn give_one_back(&mut self, slot: Slot) {
        let Tries { left, proven } = self.tries(slot);
        let most = if proven { TRIES_PROVEN } else { TRIES_NEW };
        if left < most {
            let left = left + 1;
            self.set(slot, Tries { left, proven });
        }
    }

    /// Puts `slot` first; one that has no start left gets those of a new system.
    pub fn prefer(&mut self, slot: Slot) {
        self.first = slot;
        if self.tries(slot).left == 0 {
            self.set(slot, Tries::NEW);
        }
    }

    /// The slot that the next start takes, if any has a start left.
    #[must_use]
    pub fn next(&self) -> Option<Slot> {
        [self.first, self.first.other()]
            .into_iter()
            .find(|slot| self.tries(*slot).left > 0)
    }

    /// The other slot, if it has a start left.
    #[must_use]
    pub fn next_after(&self, slot: Slot) -> Option<Slot> {
        Some(slot.other()).filter(|other| self.tries(*other).left > 0)
    }

    /// What is to follow the system in `slot`, which runs.
    #[must_use]
    pub fn successor(&self, slot: Slot) -> Successor {
        if self.first == slot {
            Successor::None
        } else if self.tries(self.first).left > 0 {
            Successor::Waits
        } else {
            Successor::GaveWay
        }
    }

    /// Neither copy of the record can be read, and a person asks for another try: one start for
    /// each slot, as the boot loader takes it then.
    #[must_use]
    pub fn unknown() -> Self {
        let once = Tries {
            left: 1,
            proven: false,
        };
        Self {
            sequence: 1,
            first: Slot::A,
            a: once,
            b: once,
        }
    }

    /// What the boot loader does at a start: spends one. `None` is the recovery screen.
    #[must_use]
    pub fn start(mut self) -> (Self, Option<Slot>) {
        let slot = self.next();
        if let Some(slot) = slot {
            let tries = self.tries(slot);
            self.set(
                slot,
                Tries {
                    left: tries.left - 1,
                    ..tries
                },
            );
        }
        (self, slot)
    }

    /// A person at the recovery screen asks for another try: one start for every slot that
    /// was healthy once, or for both when none ever was.
    pub fn retry(&mut self) {
        let none_proven = Slot::ALL.iter().all(|slot| !self.tries(*slot).proven);
        for slot in Slot::ALL {
            let tries = self.tries(slot);
            if tries.proven || none_proven {
                self.set(
                    slot,
                    Tries {
                        left: tries.left.max(1),
                        ..tries
                    },
                );
            }
        }
    }

    /// One copy as it lies on the disk.
    #[must_use]
    pub fn encode(&self) -> [u8; RECORD_BYTES] {
        let text = format!(
            "mdg_a={:x}\0mdg_a_ok={}\0mdg_b={:x}\0mdg_b_ok={}\0mdg_order={} {}\0mdg_seq={:x}\0\0",
            self.a.left,
            u8::from(self.a.proven),
            self.b.left,
            u8::from(self.b.proven),
            self.first.letter(),
            self.first.other().letter(),
            self.sequence,
        );
        let mut record = [0; RECORD_BYTES];
        record[4..4 + text.len()].copy_from_slice(text.as_bytes());
        let crc = crc32fast::hash(&record[4..]);
        record[..4].copy_from_slice(&crc.to_le_bytes());
        record
    }

    /// Reads one copy. `None` for anything torn, foreign or out of range.
    #[must_use]
    pub fn decode(record: &[u8; RECORD_BYTES]) -> Option<Self> {
        let (crc, data) = record.split_first_chunk::<4>()?;
        if crc32fast::hash(data) != u32::from_le_bytes(*crc) {
            return None;
        }
        let mut first = None;
        let mut sequence = None;
        let mut found = [[None; 2]; 2];
        for entry in data.split(|byte| *byte == 0) {
            if entry.is_empty() {
                break;
            }
            let (name, value) = std::str::from_utf8(entry).ok()?.split_once('=')?;
            match name {
                "mdg_order" => first = Some(order(value)?),
                "mdg_seq" => sequence = Some(u32::from_str_radix(value, 16).ok()?),
                "mdg_a" => found[0][0] = Some(count(value)?),
                "mdg_a_ok" => found[0][1] = Some(count(value)?),
                "mdg_b" => found[1][0] = Some(count(value)?),
                "mdg_b_ok" => found[1][1] = Some(count(value)?),
                _ => {}
            }
        }
        let tries = |[left, proven]: [Option<u8>; 2]| {
            Some(Tries {
                left: left?,
                proven: proven? == 1,
            })
        };
        Some(Self {
            sequence: sequence?,
            first: first?,
            a: tries(found[0])?,
            b: tries(found[1])?,
        })
    }
}

fn order(value: &str) -> Option<Slot> {
    match value {
        "A B" => Some(Slot::A),
        "B A" => Some(Slot::B),
        _ => None,
    }
}

fn count(value: &str) -> Option<u8> {
    u8::from_str_radix(value, 16)
        .ok()
        .filter(|count| *count <= TRIES_PROVEN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tries() -> impl Strategy<Value = Tries> {
        (0..=TRIES_PROVEN, any::<bool>()).prop_map(|(left, proven)| Tries { left, proven })
    }

    prop_compose! {
        fn states()(
            sequence in any::<u32>(), b_first in any::<bool>(), a in tries(), b in tries()
        ) -> SlotState {
            SlotState { sequence, first: if b_first { Slot::B } else { Slot::A }, a, b }
        }
    }

    proptest! {
        #[test]
        fn a_record_reads_as_it_was_written(state in states()) {
            prop_assert_eq!(SlotState::decode(&state.encode()), Some(state));
        }

        #[test]
        fn a_flipped_bit_is_no_record(state in states(), at in 0..RECORD_BYTES, bit in 0..8) {
            let mut record = state.encode();
            record[at] ^= 1_u8 << bit;
            prop_assert_eq!(SlotState::decode(&record), None);
        }

        #[test]
        fn any_page_is_read_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), RECORD_BYTES - 4)
        ) {
            // With a right sum in front, so that the text itself is tried.
            let mut record = [0; RECORD_BYTES];
            record[4..].copy_from_slice(&bytes);
            let crc = crc32fast::hash(&record[4..]);
            record[..4].copy_from_slice(&crc.to_le_bytes());
            let _ = SlotState::decode(&record);
        }

        #[test]
        fn starts_without_health_end_in_recovery_and_stay_there(state in states()) {
            let mut state = state;
            for _ in 0..2 * u32::from(TRIES_PROVEN) {
                state = state.start().0;
            }
            prop_assert_eq!(state.start().1, None);
        }
    }

    #[test]
    fn a_new_system_that_never_gets_healthy_gives_way_to_the_old_one() {
        let mut state = SlotState {
            sequence: 9,
            first: Slot::B,
            a: Tries::PROVEN,
            b: Tries::NEW,
        };
        for _ in 0..TRIES_NEW {
            let (after, slot) = state.start();
            assert_eq!(slot, Some(Slot::B));
            state = after;
        }
        assert_eq!(state.start().1, Some(Slot::A));
    }

    #[test]
    fn a_retry_at_the_recovery_screen_starts_what_was_healthy_once() {
        let mut state = SlotState {
            sequence: 9,
            first: Slot::B,
            a: Tries {
                left: 0,
                proven: true,
            },
            b: Tries::BAD,
        };
        assert_eq!(state.next(), None);
        state.retry();
        assert_eq!(state.next(), Some(Slot::A));
        assert_eq!(state.b, Tries::BAD);
    }
}

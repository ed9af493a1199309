//! Where readings of the clocks come from.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::calendar::Timestamp;

/// One reading of both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawTime {
    /// Time since power-on, sleep included.
    pub boot: Duration,
    /// Which power-on.
    pub boot_id: [u8; 16],
    /// The system's date and time, as it is.
    pub system: Timestamp,
}

/// Reads the clocks.
pub trait TimeSource: Send + Sync {
    /// Reads both clocks.
    fn read(&self) -> RawTime;
}

/// The kernel's clocks.
#[derive(Debug)]
pub struct SystemTime {
    boot_id: [u8; 16],
}

/// Where the kernel tells the id of this power-on (random(4)).
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

impl SystemTime {
    /// Reads the boot id once. Without `/proc` every start counts as a power-on, which
    /// restarts waits in full: the safe side.
    #[must_use]
    pub fn new() -> Self {
        let boot_id = std::fs::read_to_string(BOOT_ID)
            .ok()
            .and_then(|text| uuid::Uuid::parse_str(text.trim()).ok())
            .map_or_else(random_id, uuid::Uuid::into_bytes);
        Self { boot_id }
    }
}

impl Default for SystemTime {
    fn default() -> Self {
        Self::new()
    }
}

impl TimeSource for SystemTime {
    fn read(&self) -> RawTime {
        let boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let system = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|d| i64::try_from(d.as_millis()).ok())
            .unwrap_or(0);
        RawTime {
            boot: Duration::new(
                u64::try_from(boot.tv_sec).unwrap_or(0),
                u32::try_from(boot.tv_nsec).unwrap_or(0),
            ),
            boot_id: self.boot_id,
            system: Timestamp::from_unix_ms(system),
        }
    }
}

fn random_id() -> [u8; 16] {
    use crate::entropy::Entropy as _;
    let mut id = [0; 16];
    crate::entropy::SystemEntropy::default().fill(&mut id);
    id
}

/// A clock moved by hand, for tests and simulations. Clones share it.
#[derive(Debug, Clone)]
pub struct ManualTime {
    reading: Arc<Mutex<RawTime>>,
}

impl ManualTime {
    /// Starts one second after power-on at the given date and time.
    #[must_use]
    pub fn at(system: Timestamp) -> Self {
        Self {
            reading: Arc::new(Mutex::new(RawTime {
                boot: Duration::from_secs(1),
                boot_id: [1; 16],
                system,
            })),
        }
    }

    /// Time passes: both clocks move.
    pub fn advance(&self, by: Duration) {
        self.change(|raw| {
            raw.boot += by;
            raw.system = shifted(
                raw.system,
                i64::try_from(by.as_millis()).unwrap_or(i64::MAX),
            );
        });
    }

    /// Somebody sets the system clock; the boot clock does not move.
    pub fn shift_system(&self, by_ms: i64) {
        self.change(|raw| raw.system = shifted(raw.system, by_ms));
    }

    /// Power off and on.
    pub fn reboot(&self) {
        self.change(|raw| {
            raw.boot = Duration::from_secs(1);
            let count = u128::from_be_bytes(raw.boot_id).wrapping_add(1);
            raw.boot_id = count.to_be_bytes();
        });
    }

    fn change(&self, change: impl FnOnce(&mut RawTime)) {
        change(&mut self.reading.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl TimeSource for ManualTime {
    fn read(&self) -> RawTime {
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shifted(at: Timestamp, by_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(at.unix_ms().saturating_add(by_ms))
}

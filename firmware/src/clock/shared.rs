//! One clock for all threads, and for TLS.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::calendar::Timestamp;
use rustls::pki_types::UnixTime;

use super::{ClockKeeper, Floor, GatewayTime, Jump, ManualTime, Now, SystemTime, TimeSource};

/// A source of time with its keeper. Clones share both.
#[derive(Clone)]
pub struct Clock {
    inner: Arc<Inner>,
}

struct Inner {
    source: Box<dyn TimeSource>,
    keeper: Mutex<ClockKeeper>,
}

impl Clock {
    /// Joins a source and the floor kept in the vault.
    #[must_use]
    pub fn new(source: impl TimeSource + 'static, floor: Option<impl Into<Floor>>) -> Self {
        Self {
            inner: Arc::new(Inner {
                source: Box::new(source),
                keeper: Mutex::new(ClockKeeper::new(floor.map(Into::into))),
            }),
        }
    }

    /// The kernel's clocks.
    #[must_use]
    pub fn system(floor: Option<Floor>) -> Self {
        Self::new(SystemTime::new(), floor)
    }

    /// A clock moved by hand, for tests; its floor is the time it starts at.
    #[must_use]
    pub fn manual(time: &ManualTime) -> Self {
        Self::new(time.clone(), Some(time.read().system))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Now {
        let raw = self.inner.source.read();
        self.keeper(|keeper| keeper.now(raw))
    }

    /// Takes the time of a signed answer of the gateway, or doubts it.
    pub fn gateway_said(&self, told: Timestamp) -> GatewayTime {
        let raw = self.inner.source.read();
        self.keeper(|keeper| keeper.gateway_said(raw, told))
    }

    /// The board's clock has lost its time; see [`ClockKeeper::stood`].
    pub fn stood(&self) {
        self.keeper(ClockKeeper::stood);
    }

    /// A jump of the system clock since the last call, if there was one.
    pub fn jump(&self) -> Option<Jump> {
        let raw = self.inner.source.read();
        self.keeper(|keeper| keeper.jump(raw))
    }

    /// How far the system clock is off, in seconds, if the gateway has told its time.
    #[must_use]
    pub fn system_error(&self) -> Option<i64> {
        let raw = self.inner.source.read();
        self.keeper(|keeper| keeper.system_error(raw))
    }

    /// The floor, when it has to be written again with [`super::keep_floor`].
    pub fn floor_to_keep(&self) -> Option<Floor> {
        self.keeper(ClockKeeper::floor_to_keep)
    }

    fn keeper<T>(&self, f: impl FnOnce(&mut ClockKeeper) -> T) -> T {
        f(&mut self
            .inner
            .keeper
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

impl rustls::time_provider::TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let ms = u64::try_from(self.now().wall.unix_ms()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_millis(ms)))
    }
}

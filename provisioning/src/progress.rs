//! How far a run is: told through a seam, silent by default.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The image's signature and digests.
    CheckImage,
    /// Does the card keep as many bytes as it tells?
    Probe,
    /// Writing.
    Write,
    /// Reading everything back.
    ReadBack,
    /// The first MiB, which makes the card start.
    Finish,
}

impl Phase {
    /// Its name for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CheckImage => "check-image",
            Self::Probe => "probe",
            Self::Write => "write",
            Self::ReadBack => "read-back",
            Self::Finish => "finish",
        }
    }
}

/// Is told how far a run is.
pub trait Progress: Sync {
    /// A phase of so many bytes begins.
    fn begin(&self, _phase: Phase, _bytes: u64) {}
    /// So many bytes more are done.
    fn advance(&self, _bytes: u64) {}
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// Whether somebody wants the run to stop.
pub trait Stop: Sync {
    /// Asked between two pieces of work; a run stops at the next one.
    fn asked(&self) -> bool;
}

impl Stop for AtomicBool {
    fn asked(&self) -> bool {
        self.load(Ordering::Relaxed)
    }
}

/// Nobody stops it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Never;

impl Stop for Never {
    fn asked(&self) -> bool {
        false
    }
}

/// Time that only runs forward, from any beginning.
pub trait Ticks: Sync {
    /// Time since the beginning.
    fn now(&self) -> Duration;
}

/// The machine's own.
#[derive(Debug, Clone, Copy)]
pub struct SystemTicks(Instant);

impl Default for SystemTicks {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Ticks for SystemTicks {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

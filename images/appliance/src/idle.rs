//! When nobody is at the desk.

use std::time::Duration;

/// The desk is idle when nobody touched it for so long: every screen is locked by then.
pub const IDLE: Duration = Duration::from_secs(10 * 60);

/// Counts the time since the last touch. Times are those of any clock that never goes back.
#[derive(Debug, Clone, Copy)]
pub struct Idle {
    limit: Duration,
    last: Duration,
}

impl Idle {
    /// Counts from now on.
    #[must_use]
    pub fn new(limit: Duration, now: Duration) -> Self {
        Self { limit, last: now }
    }

    /// Somebody touched the desk.
    pub fn touched(&mut self, now: Duration) {
        self.last = self.last.max(now);
    }

    /// How much longer nobody may touch it; nothing when the desk is idle.
    #[must_use]
    pub fn left(&self, now: Duration) -> Option<Duration> {
        self.limit
            .checked_sub(now.saturating_sub(self.last))
            .filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_touch_in_the_ninth_minute_begins_the_ten_minutes_anew() {
        let mut idle = Idle::new(IDLE, Duration::ZERO);
        assert_eq!(idle.left(9 * MINUTE), Some(MINUTE));
        idle.touched(9 * MINUTE);
        assert_eq!(idle.left(10 * MINUTE), Some(9 * MINUTE));
        assert_eq!(idle.left(18 * MINUTE), Some(MINUTE));
        assert_eq!(idle.left(19 * MINUTE), None);
    }

    #[test]
    fn a_desk_that_nobody_touches_is_idle_after_ten_minutes() {
        let idle = Idle::new(IDLE, MINUTE);
        assert_eq!(idle.left(11 * MINUTE), None);
        assert_eq!(idle.left(500 * MINUTE), None);
    }

    #[test]
    fn a_touch_that_is_told_late_takes_nothing_back() {
        let mut idle = Idle::new(IDLE, 5 * MINUTE);
        idle.touched(2 * MINUTE);
        assert_eq!(idle.left(14 * MINUTE), Some(MINUTE));
    }
}

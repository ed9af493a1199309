//! How long the certificate lives yet, in the steps in which people are told.

use protocol::calendar::Timestamp;

use crate::clock::Now;

/// Days before the end at which the words, and in the end the light, change.
pub const STEPS: [i64; 5] = [90, 60, 30, 15, 7];

/// From which day on the strip on every page says it: by then renewal should have come about long
/// ago, and nobody reads the diagnostics by themselves.
pub const ON_THE_STRIP: i64 = 15;

/// First and last instant of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateLife {
    /// First instant.
    pub from: Timestamp,
    /// Last instant.
    pub to: Timestamp,
}

/// How a certificate stands on some day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateState {
    /// Days that are left; 0 or less on the last day and after it.
    pub days: i64,
    /// The smallest of [`STEPS`] that it is within; `None` when there are more days left.
    pub within: Option<i64>,
    /// It is in the second half of its life: the terminal renews it by itself, and what is left
    /// says for how long that has not come about.
    pub due: bool,
    /// It has ended.
    pub ended: bool,
}

/// Colour of the traffic light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// Nothing is to be done.
    Green,
    /// Somebody should look at the line.
    Yellow,
    /// Somebody has to act within days, or it is over.
    Red,
}

impl CertificateLife {
    /// How it stands now; `None` while the clock is not trusted.
    #[must_use]
    pub fn state(&self, now: &Now) -> Option<CertificateState> {
        if !now.is_trusted() {
            return None;
        }
        let days = self.to.japan_date().days_since(now.wall.japan_date());
        let half = self.from.unix_ms() + (self.to.unix_ms() - self.from.unix_ms()) / 2;
        Some(CertificateState {
            days,
            within: STEPS.iter().rev().copied().find(|step| days <= *step),
            due: now.wall.unix_ms() >= half,
            ended: now.wall >= self.to,
        })
    }
}

impl CertificateState {
    /// The light. A short certificate in the first half of its life is as it should be, however
    /// few days it has.
    #[must_use]
    pub fn light(&self) -> Light {
        match self.within {
            _ if self.ended => Light::Red,
            Some(..=7) if self.due => Light::Red,
            Some(..=30) if self.due => Light::Yellow,
            _ => Light::Green,
        }
    }

    /// Whether every page says it.
    #[must_use]
    pub fn is_on_the_strip(&self) -> bool {
        self.ended || (self.due && self.days <= ON_THE_STRIP)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;
    use crate::clock::{ClockTrust, Distrust};
    use crate::testing;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    /// A certificate of `life` days with `left` days to go.
    fn stands(life: u32, left: i64) -> CertificateState {
        let (_, clock) = testing::clock();
        let now = clock.now();
        let to = Timestamp::from_unix_ms(now.wall.unix_ms() + left * testing::DAY);
        let from = Timestamp::from_unix_ms(to.unix_ms() - i64::from(life) * testing::DAY);
        CertificateLife { from, to }.state(&now).unwrap()
    }

    #[test]
    fn the_light_turns_at_its_steps_once_renewal_is_due() {
        for (left, within, light) in [
            (91, None, Light::Green),
            (90, Some(90), Light::Green),
            (61, Some(90), Light::Green),
            (60, Some(60), Light::Green),
            (31, Some(60), Light::Green),
            (30, Some(30), Light::Yellow),
            (16, Some(30), Light::Yellow),
            (15, Some(15), Light::Yellow),
            (8, Some(15), Light::Yellow),
            (7, Some(7), Light::Red),
            (1, Some(7), Light::Red),
            (-1, Some(7), Light::Red),
        ] {
            let state = stands(1_000, left);
            assert_eq!((state.within, state.light()), (within, light), "{left}");
            assert_eq!(state.is_on_the_strip(), left <= 15, "{left}");
            assert_eq!(state.ended, left < 0);
        }
    }

    #[test]
    fn a_short_certificate_in_its_first_half_alarms_nobody() {
        for (life, left) in [(5, 4), (20, 11), (60, 31), (60, 59)] {
            let state = stands(life, left);
            assert!(!state.due && !state.is_on_the_strip(), "{life} {left}");
            assert_eq!(state.light(), Light::Green);
        }
        assert!(stands(60, 30).due);
    }

    #[test]
    fn a_clock_that_is_not_trusted_counts_no_days() {
        let (_, clock) = testing::clock();
        let mut now = clock.now();
        let life = CertificateLife {
            from: now.wall,
            to: now.wall + DAY * 60,
        };
        assert!(life.state(&now).is_some());
        now.trust = ClockTrust::Untrusted(Distrust::BehindFloor);
        assert_eq!(life.state(&now), None);
    }
}

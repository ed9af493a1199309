//! The battery of the portable unit.

use std::time::Duration;

/// At this charge and below, somebody is told.
pub const LOW_PERCENT: u8 = 20;

/// The warning is taken back above this charge. Between the two nothing changes, so that a
/// reading that wavers does not warn again and again.
pub const RECOVERED_PERCENT: u8 = 24;

/// At this charge and below, the unit switches itself off.
pub const EMPTY_PERCENT: u8 = 5;

/// Readings in a row that have to say so: one alone may be a mistake of the gauge.
pub const EMPTY_READINGS: u8 = 3;

/// How long the full-screen warning stands before the unit switches itself off. At 5 % a unit
/// runs for several minutes more.
pub const GRACE: Duration = Duration::from_secs(30);

/// A charge that falls by this much with the mains there is not being charged: a weak charger,
/// or a line that says "mains" and lies.
pub const MAINS_FALL: u8 = 5;

/// How long the charger has to stay in before the countdown is taken back. A plug that is loose
/// comes and goes; while it is in, nothing is switched off, and nothing begins anew.
pub const MAINS_HELD: Duration = Duration::from_secs(5);

/// A charge that has risen by this much since the countdown began takes it back at once.
pub const MAINS_RISE: u8 = 2;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Warn: the charge is low.
    Low,
    /// The charge is not low any more, or the charger is in.
    Recovered,
    /// Warn on the whole screen: the unit switches itself off after [`GRACE`].
    Empty,
    /// The charger came in time: the unit stays on.
    Saved,
    /// Switch off now.
    PowerOff,
}

/// How the battery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Level {
    #[default]
    Fine,
    Low,
    Empty {
        /// When the countdown began.
        since: Duration,
        /// The charge then.
        percent: u8,
    },
    /// [`Notice::PowerOff`] was given; nothing follows.
    Off,
}

/// Follows gauge and mains.
#[derive(Debug, Clone, Default)]
pub struct BatteryWatch {
    level: Level,
    percent: Option<u8>,
    /// The mains are there, by their line. `None` without such a line.
    mains: Option<bool>,
    /// When they came.
    mains_since: Duration,
    /// Highest charge since the mains came.
    best: u8,
    /// The charge fell below that, so the line lies. Stands while the gauge does not answer.
    fell: bool,
    empty_readings: u8,
}

impl BatteryWatch {
    /// The last charge, if the gauge works.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        self.percent
    }

    /// Whether the warning stands.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.level != Level::Fine
    }

    /// Whether the battery is being charged, as far as that can be believed.
    #[must_use]
    pub fn is_charging(&self) -> bool {
        self.mains == Some(true) && !self.fell
    }

    /// The gauge was read.
    pub fn charge(&mut self, percent: u8, now: Duration) -> Option<Notice> {
        let percent = percent.min(100);
        self.percent = Some(percent);
        self.best = self.best.max(percent);
        self.fell = percent.saturating_add(MAINS_FALL) <= self.best;
        self.empty_readings = match percent {
            ..=EMPTY_PERCENT => self.empty_readings.saturating_add(1),
            _ => 0,
        };
        self.decide(now)
    }

    /// The mains came or went.
    pub fn mains(&mut self, on: bool, now: Duration) -> Option<Notice> {
        if self.mains != Some(on) {
            self.mains = Some(on);
            self.mains_since = now;
            self.best = self.percent.unwrap_or(0);
            self.fell = false;
        }
        self.decide(now)
    }

    /// The gauge does not answer any more. What was concluded stands until it answers again, and
    /// nothing new is; a countdown that runs goes on, and the charger takes it back as ever.
    pub fn gauge_lost(&mut self) {
        self.percent = None;
        self.empty_readings = 0;
    }

    /// Time passes.
    pub fn tick(&mut self, now: Duration) -> Option<Notice> {
        let Level::Empty { since, .. } = self.level else {
            return None;
        };
        let (level, notice) = if self.is_charging() {
            if now.saturating_sub(self.mains_since) < MAINS_HELD {
                return None;
            }
            (Level::Low, Notice::Saved)
        } else if now.saturating_sub(since) >= GRACE {
            (Level::Off, Notice::PowerOff)
        } else {
            return None;
        };
        self.level = level;
        Some(notice)
    }

    fn decide(&mut self, now: Duration) -> Option<Notice> {
        let percent = self.percent?;
        let charging = self.is_charging();
        let (level, notice) = match self.level {
            Level::Off => return None,
            Level::Empty { percent: then, .. }
                if charging && percent >= then.saturating_add(MAINS_RISE) =>
            {
                (Level::Low, Notice::Saved)
            }
            // A charge that rises without mains is a gauge that was wrong.
            Level::Empty { .. } if percent > LOW_PERCENT => (Level::Low, Notice::Saved),
            // Time decides: see `tick`.
            Level::Empty { .. } => return None,
            _ if !charging && self.empty_readings >= EMPTY_READINGS => (
                Level::Empty {
                    since: now,
                    percent,
                },
                Notice::Empty,
            ),
            Level::Fine if !charging && percent <= LOW_PERCENT => (Level::Low, Notice::Low),
            Level::Low if charging || percent > RECOVERED_PERCENT => {
                (Level::Fine, Notice::Recovered)
            }
            Level::Fine | Level::Low => return None,
        };
        self.level = level;
        Some(notice)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Gives readings ten seconds apart and says what came of each.
    fn readings(watch: &mut BatteryWatch, percents: &[u8]) -> Vec<Notice> {
        let mut told = Vec::new();
        for (index, percent) in (0u64..).zip(percents) {
            told.extend(watch.charge(*percent, secs(10 * index)));
        }
        told
    }

    fn unplugged() -> BatteryWatch {
        let mut watch = BatteryWatch::default();
        assert_eq!(watch.mains(false, secs(0)), None);
        watch
    }

    #[test]
    fn twenty_percent_warns_once_however_the_reading_wavers() {
        let mut watch = unplugged();
        assert_eq!(readings(&mut watch, &[30, 21]), []);
        assert_eq!(
            readings(&mut watch, &[20, 21, 20, 24, 19, 22]),
            [Notice::Low]
        );
        assert_eq!(readings(&mut watch, &[25]), [Notice::Recovered]);
        assert_eq!(readings(&mut watch, &[20]), [Notice::Low]);
    }

    #[test]
    fn five_percent_warns_after_three_readings_and_switches_off_after_the_grace() {
        let mut watch = unplugged();
        assert_eq!(readings(&mut watch, &[6, 5, 5]), [Notice::Low]);
        assert_eq!(watch.charge(5, secs(100)), Some(Notice::Empty));
        assert_eq!(watch.tick(secs(100) + GRACE - secs(1)), None);
        assert_eq!(watch.tick(secs(100) + GRACE), Some(Notice::PowerOff));
        assert_eq!(watch.tick(secs(200)), None, "said once");
        assert_eq!(watch.mains(true, secs(200)), None);
    }

    #[test]
    fn one_reading_that_cannot_be_does_not_switch_off() {
        let mut watch = unplugged();
        assert_eq!(
            readings(&mut watch, &[60, 3, 60, 2, 1, 59]),
            [
                Notice::Low,
                Notice::Recovered,
                Notice::Low,
                Notice::Recovered
            ]
        );
        assert_eq!(watch.tick(secs(3600)), None);
    }

    #[test]
    fn the_charger_stops_the_countdown() {
        let mut watch = unplugged();
        readings(&mut watch, &[5, 5, 5]);
        assert_eq!(watch.mains(true, secs(40)), None, "the plug may be loose");
        assert_eq!(watch.tick(secs(40)), None);
        assert_eq!(watch.tick(secs(40) + MAINS_HELD), Some(Notice::Saved));
        assert_eq!(watch.tick(secs(400)), None);
        assert_eq!(watch.charge(6, secs(410)), Some(Notice::Recovered));
        assert!(watch.is_charging());
    }

    #[test]
    fn a_mains_line_that_lies_does_not_keep_a_unit_on_whose_gauge_blinks_out() {
        let mut watch = BatteryWatch::default();
        watch.mains(true, secs(0));
        readings(&mut watch, &[50, 5, 5]);
        assert_eq!(watch.charge(5, secs(100)), Some(Notice::Empty));
        watch.gauge_lost();
        assert_eq!(watch.tick(secs(100) + GRACE - secs(1)), None);
        assert_eq!(watch.tick(secs(100) + GRACE), Some(Notice::PowerOff));
    }

    #[test]
    fn an_empty_unit_starts_on_the_mains_and_stays_on() {
        let mut watch = BatteryWatch::default();
        watch.mains(true, secs(0));
        assert_eq!(readings(&mut watch, &[0, 0, 1, 1, 2]), []);
        assert_eq!(watch.mains(false, secs(60)), Some(Notice::Empty));
    }

    #[test]
    fn mains_that_do_not_charge_are_not_believed() {
        let mut watch = BatteryWatch::default();
        watch.mains(true, secs(0));
        let falling: Vec<u8> = (3..=60).rev().collect();
        assert_eq!(readings(&mut watch, &falling), [Notice::Low, Notice::Empty]);
    }

    #[test]
    fn without_a_line_for_the_mains_the_gauge_alone_decides() {
        let mut watch = BatteryWatch::default();
        assert_eq!(
            readings(&mut watch, &[19, 5, 4, 4]),
            [Notice::Low, Notice::Empty]
        );
    }

    #[test]
    fn a_gauge_that_falls_silent_concludes_nothing() {
        let mut watch = unplugged();
        readings(&mut watch, &[6, 5, 5]);
        watch.gauge_lost();
        assert_eq!(watch.percent(), None);
        assert_eq!(watch.tick(secs(4000)), None);
        assert_eq!(watch.mains(false, secs(4000)), None);
        assert_eq!(watch.charge(5, secs(4010)), None, "three readings anew");
    }

    #[test]
    fn the_charger_stops_the_countdown_of_a_gauge_that_blinked_out() {
        let mut watch = unplugged();
        readings(&mut watch, &[5, 5, 5]);
        watch.gauge_lost();
        assert_eq!(watch.mains(true, secs(25)), None);
        assert_eq!(watch.tick(secs(25) + MAINS_HELD), Some(Notice::Saved));
        assert_eq!(watch.tick(secs(4000)), None);
        assert!(watch.is_charging());
    }

    #[test]
    fn a_charger_in_the_last_second_keeps_the_unit_on_and_a_loose_plug_does_not() {
        let mut watch = unplugged();
        readings(&mut watch, &[5, 5, 5]);
        let end = secs(20) + GRACE;
        assert_eq!(watch.mains(true, end - secs(1)), None);
        assert_eq!(watch.tick(end), None, "it is in");
        assert_eq!(watch.tick(end - secs(1) + MAINS_HELD), Some(Notice::Saved));

        // In for two seconds, out for two: the grace is that of the first warning.
        let mut watch = unplugged();
        readings(&mut watch, &[5, 5, 5]);
        let mut told = Vec::new();
        for second in 20..200 {
            if second % 2 == 0 {
                told.extend(watch.mains(second % 4 == 0, secs(second)));
            }
            told.extend(watch.tick(secs(second)).inspect(|_| {
                assert!((50..=52).contains(&second), "{second}");
            }));
        }
        assert_eq!(told, [Notice::PowerOff]);
    }

    #[test]
    fn a_charge_that_rises_takes_the_countdown_back_at_once() {
        let mut watch = unplugged();
        readings(&mut watch, &[5, 5, 5]);
        assert_eq!(watch.mains(true, secs(21)), None);
        assert_eq!(watch.charge(6, secs(22)), None, "the gauge wavers");
        assert_eq!(watch.charge(7, secs(23)), Some(Notice::Saved));
    }

    proptest! {
        #[test]
        fn power_off_comes_only_after_a_full_warning_that_nobody_answered(
            steps in proptest::collection::vec((0u8..4, any::<u8>()), 0..120),
        ) {
            let mut watch = BatteryWatch::default();
            let mut warned: Option<Duration> = None;
            let mut off = false;
            for (index, (kind, value)) in (0u64..).zip(steps) {
                let now = secs(index * 7);
                let notice = match kind {
                    0 | 1 => watch.charge(value % 40, now),
                    2 => watch.mains(value % 2 == 0, now),
                    _ => { watch.gauge_lost(); None }
                };
                for notice in notice.into_iter().chain(watch.tick(now)) {
                    prop_assert!(!off, "nothing follows");
                    match notice {
                        Notice::Empty => warned = Some(now),
                        Notice::Saved => warned = None,
                        Notice::PowerOff => {
                            prop_assert!(warned.is_some_and(|at| now - at >= GRACE));
                            off = true;
                        }
                        Notice::Low | Notice::Recovered => prop_assert!(warned.is_none()),
                    }
                }
            }
        }
    }
}

//! The light behind the screen.

use std::time::Duration;

use hal::board::{Profile, ScreenLight};

/// When the screen rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreenTimes {
    /// Without use until it dims.
    pub dim: Duration,
    /// Without use until it is dark.
    pub dark: Duration,
}

impl ScreenTimes {
    /// At the counter: dim after 2 minutes, dark after 10. Whoever comes to the desk sees from
    /// afar that it is on.
    pub const COUNTER: Self = Self {
        dim: Duration::from_secs(120),
        dark: Duration::from_secs(600),
    };

    /// In the bag: dim after 20 seconds, dark after 60. The screen takes most of the battery.
    pub const PORTABLE: Self = Self {
        dim: Duration::from_secs(20),
        dark: Duration::from_secs(60),
    };

    /// Those of a profile.
    #[must_use]
    pub const fn of(profile: Profile) -> Self {
        match profile {
            Profile::Counter => Self::COUNTER,
            Profile::Portable => Self::PORTABLE,
        }
    }
}

/// Follows the use of the screen.
#[derive(Debug, Clone)]
pub struct ScreenWatch {
    times: Option<ScreenTimes>,
    used: Duration,
    light: ScreenLight,
}

impl ScreenWatch {
    /// A bright screen, used at `now`. Without times it stays bright.
    #[must_use]
    pub fn new(times: Option<ScreenTimes>, now: Duration) -> Self {
        Self {
            times,
            used: now,
            light: ScreenLight::Bright,
        }
    }

    /// Whether nothing can be read: a touch now is for the light and not for what is drawn.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.light == ScreenLight::Off
    }

    /// Somebody touched the screen or laid a card down; the light to set, if it changes.
    pub fn used(&mut self, now: Duration) -> Option<ScreenLight> {
        self.used = now;
        self.set(ScreenLight::Bright)
    }

    /// Time passes; the light to set, if it changes.
    pub fn tick(&mut self, now: Duration) -> Option<ScreenLight> {
        let times = self.times?;
        let unused = now.saturating_sub(self.used);
        if unused >= times.dark {
            self.set(ScreenLight::Off)
        } else if unused >= times.dim {
            self.set(ScreenLight::Dim)
        } else {
            None
        }
    }

    fn set(&mut self, light: ScreenLight) -> Option<ScreenLight> {
        let changed = self.light != light;
        self.light = light;
        changed.then_some(light)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_screen_dims_then_goes_dark_and_each_is_told_once() {
        for profile in [Profile::Counter, Profile::Portable] {
            let times = ScreenTimes::of(profile);
            let mut watch = ScreenWatch::new(Some(times), secs(5));
            let mut course = Vec::new();
            for second in 5..=(700 + 5) {
                course.extend(watch.tick(secs(second)).map(|light| (second - 5, light)));
            }
            let wanted = [
                (times.dim.as_secs(), ScreenLight::Dim),
                (times.dark.as_secs(), ScreenLight::Off),
            ];
            assert_eq!(course, wanted, "{profile:?}");
            assert!(watch.is_dark());
            assert_eq!(watch.used(secs(800)), Some(ScreenLight::Bright));
            assert_eq!(watch.used(secs(801)), None);
        }
    }

    #[test]
    fn without_times_the_screen_stays_bright() {
        let mut watch = ScreenWatch::new(None, secs(0));
        assert_eq!(watch.tick(secs(100_000)), None);
        assert!(!watch.is_dark());
    }
}

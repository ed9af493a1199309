//! Cues: what the lamp and the buzzer say beside the words on the screen.
//!
//! The screen decides *which* cue; here stands how it looks and sounds, as data, after the
//! design guide's table of motion, sound and light.

use std::time::Duration;

/// Something that happened and that a person should see or hear without reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cue {
    /// Nothing to tell: lamp off, no sound.
    Quiet,
    /// Waiting for a card: blue, steady.
    AwaitingCard,
    /// A card touched the reader: blue, brighter, at once; one short tone of 1.2 kHz, 60 ms.
    CardSeen,
    /// The card is being read: blue, slow pulse.
    Reading,
    /// Read well: green for 2 s; two rising tones of 80 ms.
    ReadWell,
    /// The card left too early: red, two flashes; one low tone of 400 Hz, 150 ms.
    Torn,
    /// Blocked, expired or not genuine: red, steady for 3 s; two low tones.
    Refused,
    /// The unit itself needs somebody: its case was opened, or its battery is nearly empty.
    /// Red for 3 s; one low tone.
    Attention,
    /// A person is asked whether the lamp works: red, green and blue for 1 s each, no sound.
    LampTest,
    /// A person is asked whether the buzzer works: the low tone of 150 ms, no light.
    SoundTest,
}

impl Cue {
    /// Every cue.
    pub const ALL: [Self; 10] = [
        Self::Quiet,
        Self::AwaitingCard,
        Self::CardSeen,
        Self::Reading,
        Self::ReadWell,
        Self::Torn,
        Self::Refused,
        Self::Attention,
        Self::LampTest,
        Self::SoundTest,
    ];

    /// Whether its sound is heard although sounds are switched off: something went wrong, or
    /// somebody listens for it.
    #[must_use]
    pub fn always_sounds(self) -> bool {
        matches!(
            self,
            Self::Torn | Self::Refused | Self::Attention | Self::SoundTest
        )
    }

    fn lights(self) -> Track<Light> {
        use Light as L;
        match self {
            Self::Quiet | Self::SoundTest => Track {
                steps: &[],
                after: After::Nothing,
            },
            Self::AwaitingCard => Track {
                steps: const { &[(L::blue(40), ANY)] },
                after: After::Last,
            },
            Self::CardSeen => Track {
                steps: const { &[(L::blue(100), ANY)] },
                after: After::Last,
            },
            Self::Reading => Track {
                steps: const { &[(L::blue(60), 600), (L::blue(15), 600)] },
                after: After::Again,
            },
            Self::ReadWell => Track {
                steps: const { &[(L::green(100), 2000)] },
                after: After::Nothing,
            },
            Self::Torn => Track {
                steps: const { &[(L::red(100), 150), (L::OFF, 150), (L::red(100), 150)] },
                after: After::Nothing,
            },
            Self::Refused | Self::Attention => Track {
                steps: const { &[(L::red(100), 3000)] },
                after: After::Nothing,
            },
            Self::LampTest => Track {
                steps: const {
                    &[
                        (L::red(100), 1000),
                        (L::green(100), 1000),
                        (L::blue(100), 1000),
                    ]
                },
                after: After::Nothing,
            },
        }
    }

    fn tones(self) -> Track<Tone> {
        let steps: &[(Tone, u16)] = match self {
            Self::Quiet | Self::AwaitingCard | Self::Reading | Self::LampTest => &[],
            Self::CardSeen => &[(Tone(1200), 60)],
            Self::ReadWell => &[(Tone(900), 80), (Tone(1350), 80)],
            Self::Torn | Self::Attention | Self::SoundTest => &[(Tone(400), 150)],
            Self::Refused => &[(Tone(400), 150), (Tone(0), 100), (Tone(400), 150)],
        };
        Track {
            steps,
            after: After::Nothing,
        }
    }
}

/// Colour and brightness of the lamp, each channel in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Light {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Light {
    /// Dark.
    pub const OFF: Self = Self {
        red: 0,
        green: 0,
        blue: 0,
    };

    const fn red(red: u8) -> Self {
        Self { red, ..Self::OFF }
    }

    const fn green(green: u8) -> Self {
        Self { green, ..Self::OFF }
    }

    const fn blue(blue: u8) -> Self {
        Self { blue, ..Self::OFF }
    }
}

/// A tone in hertz; 0 is silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tone(pub u16);

/// Length of a step that stays when it is over.
const ANY: u16 = 1;

/// Values one after the other, each for so many milliseconds.
struct Track<T: 'static> {
    steps: &'static [(T, u16)],
    after: After,
}

#[derive(Clone, Copy)]
enum After {
    /// The last value stays.
    Last,
    /// Dark and silent.
    Nothing,
    /// From the beginning.
    Again,
}

impl<T: Copy + Default> Track<T> {
    /// The value `since` its beginning, and how long it stays; `None`: for good.
    fn at(&self, since: Duration) -> (T, Option<Duration>) {
        let long = |ms: u16| Duration::from_millis(u64::from(ms));
        let whole: Duration = self.steps.iter().map(|(_, ms)| long(*ms)).sum();
        if whole.is_zero() {
            return (T::default(), None);
        }
        let mut rest = since;
        if since >= whole {
            match self.after {
                After::Nothing => return (T::default(), None),
                After::Last => return (self.steps[self.steps.len() - 1].0, None),
                After::Again => {
                    let nanos = since.as_nanos() % whole.as_nanos();
                    rest = Duration::from_nanos(u64::try_from(nanos).unwrap_or(0));
                }
            }
        }
        for (value, ms) in self.steps {
            match long(*ms).checked_sub(rest) {
                Some(left) if !left.is_zero() => return (*value, Some(left)),
                _ => rest -= long(*ms),
            }
        }
        (T::default(), None)
    }
}

/// Plays one cue at a time. Time comes in; lights and tones go out.
#[derive(Debug)]
pub struct CuePlayer {
    cue: Cue,
    sounds: bool,
    since: Duration,
}

impl CuePlayer {
    /// A player that is quiet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            cue: Cue::Quiet,
            sounds: false,
            since: Duration::ZERO,
        }
    }

    /// Begins `cue` in place of the one that plays. Without `sounds`, only those that tell of
    /// something wrong are heard.
    pub fn play(&mut self, cue: Cue, sounds: bool, now: Duration) {
        *self = Self {
            cue,
            sounds: sounds || cue.always_sounds(),
            since: now,
        };
    }

    /// What lamp and buzzer do now, and after how long that changes; `None`: not by itself.
    #[must_use]
    pub fn at(&self, now: Duration) -> (Light, Tone, Option<Duration>) {
        let since = now.saturating_sub(self.since);
        let (light, light_left) = self.cue.lights().at(since);
        let (tone, tone_left) = match self.sounds {
            true => self.cue.tones().at(since),
            false => (Tone::default(), None),
        };
        let left = [light_left, tone_left].into_iter().flatten().min();
        (light, tone, left)
    }
}

impl Default for CuePlayer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Every change of a cue within ten seconds, as (milliseconds, light, tone).
    fn course(cue: Cue, sounds: bool) -> Vec<(u128, Light, u16)> {
        let mut player = CuePlayer::new();
        player.play(cue, sounds, ms(5000));
        let mut now = ms(5000);
        let mut course = Vec::new();
        while now < ms(15000) {
            let (light, tone, left) = player.at(now);
            course.push(((now - ms(5000)).as_millis(), light, tone.0));
            match left {
                Some(left) => now += left,
                None => break,
            }
        }
        course
    }

    #[test]
    fn a_card_is_greeted_at_once_by_light_and_tone() {
        let course = course(Cue::CardSeen, true);
        assert_eq!(course[0], (0, Light::blue(100), 1200));
        assert_eq!(course.last().map(|last| last.2), Some(0));
        assert!(course.iter().all(|step| step.1 == Light::blue(100)));
    }

    #[test]
    fn reading_pulses_until_something_else_happens() {
        let course = course(Cue::Reading, true);
        assert!(course.len() >= 16, "{course:?}");
        assert!(course.windows(2).all(|pair| pair[0].1 != pair[1].1));
    }

    #[test]
    fn a_torn_card_flashes_twice_and_is_over() {
        let course = course(Cue::Torn, true);
        let flashes = course
            .windows(2)
            .filter(|pair| pair[1].1.red > 0 && pair[0].1.red == 0)
            .count();
        assert_eq!(flashes + 1, 2);
        assert_eq!(
            course.last().map(|last| (last.1, last.2)),
            Some((Light::OFF, 0))
        );
    }

    #[test]
    fn the_lamp_is_tested_in_each_colour_and_the_buzzer_alone() {
        assert_eq!(
            course(Cue::LampTest, true),
            [
                (0, Light::red(100), 0),
                (1000, Light::green(100), 0),
                (2000, Light::blue(100), 0),
                (3000, Light::OFF, 0),
            ]
        );
        let sound = course(Cue::SoundTest, false);
        assert_eq!(sound, [(0, Light::OFF, 400), (150, Light::OFF, 0)]);
    }

    #[test]
    fn without_sounds_only_what_went_wrong_or_is_listened_for_is_heard() {
        for cue in Cue::ALL {
            let heard = course(cue, false).iter().any(|step| step.2 > 0);
            assert_eq!(heard, cue.always_sounds(), "{cue:?}");
        }
    }

    #[test]
    fn every_cue_but_the_quiet_one_and_a_tone_that_is_tested_shows_a_light() {
        for cue in Cue::ALL {
            let lit = course(cue, true)[0].1 != Light::OFF;
            let dark = matches!(cue, Cue::Quiet | Cue::SoundTest);
            assert_eq!(lit, !dark, "{cue:?}");
        }
    }
}

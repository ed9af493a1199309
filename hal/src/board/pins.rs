//! Parts that hang on plain pins: the lamp, the case's switch, the mains line.

use embedded_hal::digital::InputPin;
use embedded_hal::pwm::SetDutyCycle;

use super::{BoardFault, Light, part};

/// Three channels of one lamp, each dimmed by its duty cycle.
pub struct RgbLamp<P> {
    red: P,
    green: P,
    blue: P,
}

impl<P> RgbLamp<P> {
    /// A lamp on three channels that light when driven high.
    pub const fn new(red: P, green: P, blue: P) -> Self {
        Self { red, green, blue }
    }
}

impl<P: SetDutyCycle + Send> part::Lamp for RgbLamp<P> {
    fn show(&mut self, light: Light) -> Result<(), BoardFault> {
        let channels = [
            (&mut self.red, light.red, "lamp channel red"),
            (&mut self.green, light.green, "lamp channel green"),
            (&mut self.blue, light.blue, "lamp channel blue"),
        ];
        for (channel, percent, at) in channels {
            channel
                .set_duty_cycle_percent(percent.min(100))
                .map_err(|_| BoardFault::Bus { at })?;
        }
        Ok(())
    }
}

/// The level at which a line means what it is named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// High.
    High,
    /// Low.
    Low,
}

impl Level {
    /// The other level.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::High => Self::Low,
            Self::Low => Self::High,
        }
    }
}

/// A contact on a pin.
pub struct PinContact<P> {
    pin: P,
    active: Level,
    name: &'static str,
}

impl<P> PinContact<P> {
    /// A contact that is active at this level; `name` stands in its faults.
    pub const fn new(pin: P, active: Level, name: &'static str) -> Self {
        Self { pin, active, name }
    }
}

impl<P: InputPin + Send> part::Contact for PinContact<P> {
    fn is_active(&mut self) -> Result<bool, BoardFault> {
        let level = match self.active {
            Level::High => self.pin.is_high(),
            Level::Low => self.pin.is_low(),
        };
        level.map_err(|_| BoardFault::Bus { at: self.name })
    }
}

/// Readings in a row that have to agree before a contact has changed. A switch bounces for
/// some ten milliseconds; at [`super::CONTACT_EVERY`] this takes 0.3 s.
pub const AGREE: u8 = 3;

/// Waits until a contact has settled.
#[derive(Debug, Clone, Copy, Default)]
pub struct Debounce {
    settled: Option<bool>,
    seen: Option<(bool, u8)>,
}

impl Debounce {
    /// Whether the contact's state is known.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.settled.is_some()
    }

    /// Takes a reading; the new state when it has changed, or has become known.
    pub fn take(&mut self, reading: bool) -> Option<bool> {
        let times = match self.seen {
            Some((last, times)) if last == reading => times.saturating_add(1),
            _ => 1,
        };
        self.seen = Some((reading, times));
        if times < AGREE || self.settled == Some(reading) {
            return None;
        }
        self.settled = Some(reading);
        Some(reading)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io;

    use embedded_hal_mock::eh1::MockError;
    use embedded_hal_mock::eh1::digital::{Mock as PinMock, State, Transaction as PinStep};
    use embedded_hal_mock::eh1::pwm::{Mock as PwmMock, Transaction as PwmStep};
    use proptest::prelude::*;

    use super::part::{Contact as _, Lamp as _};
    use super::*;

    fn channel(duty: u16) -> PwmMock {
        PwmMock::new(&[PwmStep::max_duty_cycle(1000), PwmStep::set_duty_cycle(duty)])
    }

    #[test]
    fn a_light_sets_every_channel_also_the_dark_ones() {
        let mut channels = [channel(0), channel(0), channel(400)];
        let [red, green, blue] = channels.clone();
        let light = Light {
            blue: 40,
            ..Light::OFF
        };
        RgbLamp::new(red, green, blue).show(light).unwrap();
        channels.iter_mut().for_each(PwmMock::done);
    }

    #[test]
    fn a_channel_that_fails_is_named() {
        let failed = PwmStep::set_duty_cycle(0).with_error(MockError::Io(io::ErrorKind::Other));
        let mut channels = [
            channel(0),
            PwmMock::new(&[PwmStep::max_duty_cycle(1000), failed]),
            PwmMock::new(&[]),
        ];
        let [red, green, blue] = channels.clone();
        let shown = RgbLamp::new(red, green, blue).show(Light::OFF);
        let at = "lamp channel green";
        assert_eq!(shown, Err(BoardFault::Bus { at }));
        channels.iter_mut().for_each(PwmMock::done);
    }

    #[test]
    fn a_contact_is_active_at_its_own_level() {
        for (level, state, active) in [
            (Level::High, State::High, true),
            (Level::High, State::Low, false),
            (Level::Low, State::Low, true),
            (Level::Low, State::High, false),
        ] {
            let mut pin = PinMock::new(&[PinStep::get(state)]);
            let mut contact = PinContact::new(pin.clone(), level, "case pin");
            assert_eq!(contact.is_active(), Ok(active));
            pin.done();
        }
    }

    #[test]
    fn a_pin_that_cannot_be_read_is_named() {
        let error = MockError::Io(io::ErrorKind::TimedOut);
        let mut pin = PinMock::new(&[PinStep::get(State::High).with_error(error)]);
        let mut contact = PinContact::new(pin.clone(), Level::High, "case pin");
        let at = "case pin";
        assert_eq!(contact.is_active(), Err(BoardFault::Bus { at }));
        pin.done();
    }

    #[test]
    fn a_bouncing_switch_is_one_change() {
        let mut debounce = Debounce::default();
        let readings = [
            false, false, false, true, false, true, true, false, true, true, true, true,
        ];
        let told: Vec<_> = readings
            .into_iter()
            .filter_map(|reading| debounce.take(reading))
            .collect();
        assert_eq!(told, [false, true]);
    }

    proptest! {
        #[test]
        fn what_is_told_alternates_and_was_read_three_times(readings in proptest::collection::vec(any::<bool>(), 0..200)) {
            let mut debounce = Debounce::default();
            let mut last = None;
            for (index, reading) in readings.iter().enumerate() {
                if let Some(told) = debounce.take(*reading) {
                    prop_assert_ne!(last, Some(told));
                    prop_assert!(readings[..=index].ends_with(&[told; AGREE as usize]));
                    last = Some(told);
                }
            }
        }
    }
}

//! A pin that is dimmed, or made to sound, by switching it: any output pin of `embedded-hal`.
//!
//! A thread switches it, and only while it has to: a pin that stays as it is costs nothing. The
//! kernel may let the thread wait a little longer than asked, which no eye sees in a lamp and an
//! ear may hear as a rough tone.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use embedded_hal::digital::OutputPin;
use embedded_hal::pwm::{ErrorType, SetDutyCycle};

use super::part::Buzzer;
use super::{BoardFault, Tone};

/// One blink of a dimmed lamp: 200 in a second, enough for no eye to see.
const BLINK: Duration = Duration::from_millis(5);

/// Highest tone in hertz. The cues end well below; above, the thread would keep a processor busy.
const HIGHEST_TONE: u16 = 5_000;

/// Orders that may wait for the thread. Each is answered before the next is given.
const ORDERS: usize = 1;

/// Duty of a channel that is fully lit.
const FULL: u16 = 100;

/// What a pin is to do until the next order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drive {
    Low,
    High,
    Switched { high: Duration, low: Duration },
}

/// An order and the place for its answer: whether the pin could be switched.
type Order = (Drive, SyncSender<bool>);

/// A pin in the hands of its thread, which ends, with the pin low, when this is dropped.
struct Switcher {
    /// None only while it is dropped.
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
    /// The last order that was followed; none after one that was not.
    drive: Option<Drive>,
}

impl Drop for Switcher {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // It ends at once. If it panicked, the pin is gone with it.
            let _ = thread.join();
        }
    }
}

impl Switcher {
    /// Takes a pin that is low.
    ///
    /// # Errors
    /// The system has no thread for it.
    fn new<P: OutputPin + Send + 'static>(pin: P) -> std::io::Result<Self> {
        let (orders, taken) = sync_channel(ORDERS);
        let thread = thread::Builder::new()
            .name("pin".to_owned())
            .spawn(move || follow(pin, &taken))?;
        Ok(Self {
            orders: Some(orders),
            thread: Some(thread),
            drive: Some(Drive::Low),
        })
    }

    /// Gives an order; false when the pin could not be switched, now or since the last order.
    fn drive(&mut self, drive: Drive) -> bool {
        let steady = matches!(drive, Drive::Low | Drive::High);
        if steady && self.drive == Some(drive) {
            return true;
        }
        let (answer, answered) = sync_channel(ORDERS);
        let given = self
            .orders
            .as_ref()
            .is_some_and(|orders| orders.send((drive, answer)).is_ok());
        let done = given && answered.recv() == Ok(true);
        self.drive = done.then_some(drive);
        done
    }
}

/// What the thread does: the last order, until the next one or the end.
fn follow<P: OutputPin>(mut pin: P, orders: &Receiver<Order>) {
    let mut next = orders.recv().ok();
    // A pin that failed while it was switched is told with the next answer.
    let mut failed = false;
    while let Some((drive, answer)) = next {
        let mut high = drive != Drive::Low;
        let done = set(&mut pin, high) && !std::mem::take(&mut failed);
        // Whoever gave the order may be gone.
        let _ = answer.send(done);
        next = loop {
            let wait = match drive {
                Drive::Switched { high: on, low: off } if !failed => {
                    if high {
                        on
                    } else {
                        off
                    }
                }
                _ => break orders.recv().ok(),
            };
            match orders.recv_timeout(wait) {
                Ok(order) => break Some(order),
                Err(RecvTimeoutError::Disconnected) => break None,
                Err(RecvTimeoutError::Timeout) => {
                    high = !high;
                    failed = !set(&mut pin, high);
                }
            }
        };
    }
    set(&mut pin, false);
}

fn set<P: OutputPin>(pin: &mut P, high: bool) -> bool {
    if high { pin.set_high() } else { pin.set_low() }.is_ok()
}

/// A channel of a lamp.
pub struct Dimmed(Switcher);

impl Dimmed {
    /// Takes a pin that is low.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn new<P: OutputPin + Send + 'static>(pin: P) -> std::io::Result<Self> {
        Switcher::new(pin).map(Self)
    }
}

impl ErrorType for Dimmed {
    type Error = NotSwitched;
}

impl SetDutyCycle for Dimmed {
    fn max_duty_cycle(&self) -> u16 {
        FULL
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), NotSwitched> {
        let drive = match duty {
            0 => Drive::Low,
            FULL.. => Drive::High,
            duty => {
                let high = BLINK * u32::from(duty) / u32::from(FULL);
                Drive::Switched {
                    high,
                    low: BLINK - high,
                }
            }
        };
        self.0.drive(drive).then_some(()).ok_or(NotSwitched)
    }
}

/// A pin could not be switched.
#[derive(Debug)]
pub struct NotSwitched;

impl embedded_hal::pwm::Error for NotSwitched {
    fn kind(&self) -> embedded_hal::pwm::ErrorKind {
        embedded_hal::pwm::ErrorKind::Other
    }
}

/// A piezo disc without electronics of its own: it sounds as fast as its pin is switched.
pub struct SwitchedBuzzer(Switcher);

impl SwitchedBuzzer {
    /// Takes a pin that is low.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn new<P: OutputPin + Send + 'static>(pin: P) -> std::io::Result<Self> {
        Switcher::new(pin).map(Self)
    }
}

impl Buzzer for SwitchedBuzzer {
    fn sound(&mut self, tone: Tone) -> Result<(), BoardFault> {
        let drive = match tone.0 {
            0 => Drive::Low,
            hertz => {
                let half = Duration::from_secs(1) / (2 * u32::from(hertz.min(HIGHEST_TONE)));
                Drive::Switched {
                    high: half,
                    low: half,
                }
            }
        };
        let sounded = self.0.drive(drive);
        sounded
            .then_some(())
            .ok_or(BoardFault::Bus { at: "buzzer pin" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::convert::Infallible;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use embedded_hal::digital::{Error, ErrorKind};
    use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};

    use super::*;

    /// Tells each level it was set to.
    struct Told(Sender<bool>);

    impl embedded_hal::digital::ErrorType for Told {
        type Error = Infallible;
    }

    impl OutputPin for Told {
        fn set_low(&mut self) -> Result<(), Infallible> {
            let _ = self.0.send(false);
            Ok(())
        }

        fn set_high(&mut self) -> Result<(), Infallible> {
            let _ = self.0.send(true);
            Ok(())
        }
    }

    fn told() -> (Told, Receiver<bool>) {
        let (tell, told) = channel();
        (Told(tell), told)
    }

    /// Works for this many times.
    struct Breaking(u8);

    #[derive(Debug)]
    struct Broken;

    impl Error for Broken {
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    impl embedded_hal::digital::ErrorType for Breaking {
        type Error = Broken;
    }

    impl OutputPin for Breaking {
        fn set_low(&mut self) -> Result<(), Broken> {
            self.0 = self.0.checked_sub(1).ok_or(Broken)?;
            Ok(())
        }

        fn set_high(&mut self) -> Result<(), Broken> {
            self.set_low()
        }
    }

    #[test]
    fn a_channel_that_is_lit_or_dark_is_set_once_and_left_alone() {
        let script = [
            Transaction::set(State::High),
            Transaction::set(State::Low),
            Transaction::set(State::Low),
        ];
        let mut pin = Mock::new(&script);
        let mut lamp = Dimmed::new(pin.clone()).unwrap();
        for duty in [100, 100, 0, 0] {
            lamp.set_duty_cycle(duty).unwrap();
        }
        // The last transaction is the end.
        drop(lamp);
        pin.done();
    }

    #[test]
    fn a_dimmed_channel_is_switched_both_ways_until_it_is_told_otherwise() {
        let (pin, told) = told();
        let mut lamp = Dimmed::new(pin).unwrap();
        lamp.set_duty_cycle(30).unwrap();
        let levels: Vec<bool> = told.iter().take(8).collect();
        assert_eq!(levels, [true, false].repeat(4));
        lamp.set_duty_cycle(0).unwrap();
        drop(lamp);
        assert_eq!(told.iter().last(), Some(false));
    }

    #[test]
    fn the_buzzer_sounds_until_it_is_told_to_be_quiet() {
        let (pin, told) = told();
        let mut buzzer = SwitchedBuzzer::new(pin).unwrap();
        buzzer.sound(Tone(1_200)).unwrap();
        assert_eq!(told.iter().take(40).filter(|high| *high).count(), 20);
        buzzer.sound(Tone(0)).unwrap();
        drop(buzzer);
        assert_eq!(told.iter().last(), Some(false));
    }

    #[test]
    fn a_unit_that_ends_leaves_no_lamp_lit_and_no_tone_sounding() {
        let (pin, told) = told();
        let mut lamp = Dimmed::new(pin).unwrap();
        lamp.set_duty_cycle(100).unwrap();
        drop(lamp);
        assert_eq!(told.iter().collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn a_pin_that_cannot_be_switched_is_told_and_tried_again() {
        let mut lamp = Dimmed::new(Breaking(1)).unwrap();
        lamp.set_duty_cycle(100).unwrap();
        assert!(lamp.set_duty_cycle(0).is_err());
        assert!(lamp.set_duty_cycle(0).is_err());
    }

    #[test]
    fn a_pin_that_fails_while_it_is_switched_is_told_with_the_next_order() {
        struct FailsOnce(Sender<()>, u8);
        impl embedded_hal::digital::ErrorType for FailsOnce {
            type Error = Broken;
        }
        impl OutputPin for FailsOnce {
            fn set_low(&mut self) -> Result<(), Broken> {
                self.1 = self.1.saturating_add(1);
                if self.1 == 3 {
                    let _ = self.0.send(());
                    return Err(Broken);
                }
                Ok(())
            }
            fn set_high(&mut self) -> Result<(), Broken> {
                self.set_low()
            }
        }
        let (tell, told) = channel();
        let mut lamp = Dimmed::new(FailsOnce(tell, 0)).unwrap();
        lamp.set_duty_cycle(50).unwrap();
        told.recv().unwrap();
        assert!(lamp.set_duty_cycle(0).is_err());
        lamp.set_duty_cycle(0).unwrap();
    }
}

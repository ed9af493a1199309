//! The Raspberry Pi's pins and buses, by `rppal`. The only file that knows it.
//!
//! Its pins want `/dev/gpiomem`, which Raspberry Pi's own kernel has and Debian's has not. Where
//! it is missing the kernel's character devices are used ([`super::lines`]).

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use embedded_hal::pwm::{ErrorType, SetDutyCycle};
use rppal::gpio::{self, Gpio, InputPin, OutputPin};
use rppal::i2c::{self, I2c};
use rppal::spi::{Bus, Mode, SimpleHalSpiDevice, SlaveSelect, Spi};
use rppal::system::{DeviceInfo, Model};

use super::config::{BoardKind, ContactPin, GaugePlace, LampPins, Layout};
use super::part::{Buzzer, Contact, Gauge, Lamp};
use super::switched::NotSwitched;
use super::{BoardFault, Level, Max1704x, Opener, Parts, PinContact, RgbLamp, Tone, lines};

/// Blinks of a dimmed lamp in a second: enough for no eye to see.
const LAMP_HERTZ: f64 = 200.0;

/// How long the gauge may hold the bus, in milliseconds.
const I2C_TIMEOUT_MS: u32 = 100;

/// The processor's own pins as memory; the second name is that of the Pi 5.
const MEMORY: [&str; 2] = ["/dev/gpiomem", "/dev/gpiomem0"];

/// The pins of the header.
enum Pins {
    /// As memory, by `rppal`.
    Memory(Gpio),
    /// Through the kernel.
    Lines(lines::Header),
}

impl Pins {
    fn open(kind: BoardKind) -> Result<Self, BoardFault> {
        if MEMORY.iter().any(|path| Path::new(path).exists()) {
            let gpio = Gpio::new().map_err(|error| of_gpio(&error))?;
            Ok(Self::Memory(gpio))
        } else {
            lines::Header::find(kind).map(Self::Lines)
        }
    }

    fn lamp(&self, pins: LampPins) -> Result<Box<dyn Lamp>, BoardFault> {
        match self {
            Self::Memory(gpio) => lamp(gpio, pins),
            Self::Lines(header) => header.lamp(pins),
        }
    }

    fn buzzer(&self, pin: u8) -> Result<Box<dyn Buzzer>, BoardFault> {
        match self {
            Self::Memory(gpio) => {
                let pin = output(gpio, pin)?;
                Ok(Box::new(PwmBuzzer { pin }))
            }
            Self::Lines(header) => header.buzzer(pin),
        }
    }

    fn contact(
        &self,
        place: ContactPin,
        open_line: Level,
        name: &'static str,
    ) -> Result<Box<dyn Contact>, BoardFault> {
        match self {
            Self::Memory(gpio) => contact(gpio, place, open_line, name),
            Self::Lines(header) => header.contact(place, open_line, name),
        }
    }
}

/// The pins, looked for until they are found: their driver may come later than this program.
#[derive(Clone)]
struct Finder {
    kind: BoardKind,
    pins: Arc<Mutex<Option<Pins>>>,
}

impl Finder {
    /// Does something with the pins, if this is the board and they can be had.
    fn with<T>(&self, work: impl FnOnce(&Pins) -> Result<T, BoardFault>) -> Result<T, BoardFault> {
        let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        let pins = match &mut *pins {
            Some(pins) => pins,
            none => {
                on_board(self.kind)?;
                none.insert(Pins::open(self.kind)?)
            }
        };
        work(pins)
    }
}

/// Fits the parts that hang on pins and buses. What cannot be reached says why when it is opened.
pub fn fit(parts: &mut Parts, kind: BoardKind, layout: &Layout) {
    let finder = Finder {
        kind,
        pins: Arc::default(),
    };
    let pins = finder.clone();
    parts.lamp = layout
        .lamp
        .map(|place| Box::new(move || pins.with(|pins| pins.lamp(place))) as Opener<_>);
    let pins = finder.clone();
    parts.buzzer = layout
        .buzzer
        .map(|buzzer| Box::new(move || pins.with(|pins| pins.buzzer(buzzer.pin))) as Opener<_>);
    let contact = |place: ContactPin, open_line: Level, name| {
        let pins = finder.clone();
        Box::new(move || pins.with(|pins| pins.contact(place, open_line, name))) as Opener<_>
    };
    // A cut cable is no secret way into the case, and no mains that let a battery run empty.
    parts.case = layout
        .case
        .map(|case| contact(case, case.active, "case switch"));
    parts.mains = layout
        .mains
        .map(|mains| contact(mains, mains.active.other(), "mains line"));
    // The gauge hangs on a bus: pins that cannot be had are no reason to leave it out.
    parts.gauge = layout.gauge.map(|place| {
        Box::new(move || {
            on_board(kind)?;
            gauge(place)
        }) as Opener<_>
    });
}

/// Speed of the SPI bus. The card's own speed is 106 kbit/s; a long wire likes it slow.
const SPI_HERTZ: u32 = 1_000_000;

/// The first SPI bus with one of its select lines.
///
/// # Errors
/// No such line, no such bus, or no right to it.
pub fn spi(select: u8) -> io::Result<SimpleHalSpiDevice> {
    let select = match select {
        0 => SlaveSelect::Ss0,
        1 => SlaveSelect::Ss1,
        _ => return Err(io::ErrorKind::InvalidInput.into()),
    };
    let bus = Spi::new(Bus::Spi0, select, SPI_HERTZ, Mode::Mode0);
    bus.map(SimpleHalSpiDevice::new).map_err(io::Error::other)
}

/// # Errors
/// [`BoardFault::OtherBoard`] when this machine is not the board that the configuration names.
fn on_board(kind: BoardKind) -> Result<(), BoardFault> {
    match DeviceInfo::new() {
        Ok(info) if is(kind, info.model()) => Ok(()),
        _ => Err(BoardFault::OtherBoard),
    }
}

/// Whether a machine of this model is the board that the configuration names.
fn is(kind: BoardKind, model: Model) -> bool {
    match kind {
        BoardKind::Pi3 => matches!(
            model,
            Model::RaspberryPi3B | Model::RaspberryPi3BPlus | Model::RaspberryPi3APlus
        ),
        BoardKind::Pi4 => matches!(model, Model::RaspberryPi4B | Model::RaspberryPi400),
        BoardKind::Pi5 => matches!(model, Model::RaspberryPi5 | Model::RaspberryPi500),
        BoardKind::Zero2w => matches!(model, Model::RaspberryPiZero2W),
        BoardKind::Qemu | BoardKind::Simulated => false,
    }
}

fn lamp(gpio: &Gpio, pins: LampPins) -> Result<Box<dyn Lamp>, BoardFault> {
    let channel = |pin| output(gpio, pin).map(|pin| Dimmed { pin });
    let lamp = RgbLamp::new(
        channel(pins.red)?,
        channel(pins.green)?,
        channel(pins.blue)?,
    );
    Ok(Box::new(lamp))
}

fn output(gpio: &Gpio, pin: u8) -> Result<OutputPin, BoardFault> {
    let pin = gpio.get(pin).map_err(|error| of_gpio(&error))?;
    Ok(pin.into_output_low())
}

fn contact(
    gpio: &Gpio,
    place: ContactPin,
    open_line: Level,
    name: &'static str,
) -> Result<Box<dyn Contact>, BoardFault> {
    let pin = gpio.get(place.pin).map_err(|error| of_gpio(&error))?;
    let pin: InputPin = match open_line {
        Level::High => pin.into_input_pullup(),
        Level::Low => pin.into_input_pulldown(),
    };
    Ok(Box::new(PinContact::new(pin, place.active, name)))
}

fn gauge(place: GaugePlace) -> Result<Box<dyn Gauge>, BoardFault> {
    let open = || {
        let bus = I2c::with_bus(place.bus)?;
        bus.set_timeout(I2C_TIMEOUT_MS)?;
        Ok(bus)
    };
    let bus = open().map_err(|error| of_bus(&error))?;
    Ok(Box::new(Max1704x::new(bus, place.address)))
}

fn of_bus(error: &i2c::Error) -> BoardFault {
    let at = "the I2C bus";
    match error {
        i2c::Error::Io(error) => BoardFault::of_file(error, at),
        _ => BoardFault::Bus { at },
    }
}

fn of_gpio(error: &gpio::Error) -> BoardFault {
    let at = "the pins";
    match error {
        gpio::Error::UnknownModel => BoardFault::OtherBoard,
        gpio::Error::PermissionDenied(_) => BoardFault::Denied { at },
        gpio::Error::PinUsed(_) => BoardFault::Taken { at },
        gpio::Error::Io(error) => BoardFault::of_file(error, at),
        _ => BoardFault::Bus { at },
    }
}

/// A pin that is dimmed by switching it.
struct Dimmed {
    pin: OutputPin,
}

impl ErrorType for Dimmed {
    type Error = NotSwitched;
}

impl SetDutyCycle for Dimmed {
    fn max_duty_cycle(&self) -> u16 {
        100
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), NotSwitched> {
        // The ends need no thread that switches.
        let switched = match duty {
            0 => self.pin.clear_pwm().map(|()| self.pin.set_low()),
            100.. => self.pin.clear_pwm().map(|()| self.pin.set_high()),
            duty => self
                .pin
                .set_pwm_frequency(LAMP_HERTZ, f64::from(duty) / 100.0),
        };
        switched.map_err(|_| NotSwitched)
    }
}

/// A piezo disc without electronics of its own: it sounds as fast as its pin is switched.
struct PwmBuzzer {
    pin: OutputPin,
}

impl Buzzer for PwmBuzzer {
    fn sound(&mut self, tone: Tone) -> Result<(), BoardFault> {
        let sounded = match tone.0 {
            0 => self.pin.clear_pwm().map(|()| self.pin.set_low()),
            hertz => self.pin.set_pwm_frequency(f64::from(hertz), 0.5),
        };
        sounded.map_err(|_| BoardFault::Bus { at: "buzzer pin" })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Board as _, BoardEvent, Part, PartState, PartsBoard, Profile};
    use super::*;
    use std::time::Duration;

    /// Boards with the header, and one of this processor without it.
    const MODELS: [Model; 15] = [
        Model::RaspberryPi3B,
        Model::RaspberryPi3BPlus,
        Model::RaspberryPi3APlus,
        Model::RaspberryPi4B,
        Model::RaspberryPi400,
        Model::RaspberryPi5,
        Model::RaspberryPi500,
        Model::RaspberryPiZero2W,
        Model::RaspberryPi2B,
        Model::RaspberryPiZeroW,
        Model::RaspberryPiComputeModule3,
        Model::RaspberryPiComputeModule4,
        Model::RaspberryPiComputeModule4S,
        Model::RaspberryPiComputeModule5,
        Model::RaspberryPiBPlus,
    ];

    #[test]
    fn each_kind_is_its_own_models_and_no_other() {
        let of = |kind| -> Vec<Model> {
            let all = MODELS.into_iter();
            all.filter(|model| is(kind, *model)).collect()
        };
        assert_eq!(of(BoardKind::Pi3), MODELS[..3]);
        assert_eq!(of(BoardKind::Pi4), MODELS[3..5]);
        assert_eq!(of(BoardKind::Pi5), MODELS[5..7]);
        assert_eq!(of(BoardKind::Zero2w), MODELS[7..8]);
        for kind in [BoardKind::Qemu, BoardKind::Simulated] {
            assert_eq!(of(kind), [], "a kind without pins is no Raspberry Pi");
        }
    }

    #[test]
    fn what_the_library_says_has_a_name_for_a_technician() {
        let at = "the pins";
        let io = |kind: io::ErrorKind| gpio::Error::Io(kind.into());
        for (error, fault) in [
            (gpio::Error::UnknownModel, BoardFault::OtherBoard),
            (gpio::Error::PinUsed(6), BoardFault::Taken { at }),
            (
                gpio::Error::PermissionDenied("/dev/gpiomem".into()),
                BoardFault::Denied { at },
            ),
            (gpio::Error::PinNotAvailable(99), BoardFault::Bus { at }),
            (io(io::ErrorKind::NotFound), BoardFault::Absent { at }),
            (
                io(io::ErrorKind::PermissionDenied),
                BoardFault::Denied { at },
            ),
            (io(io::ErrorKind::TimedOut), BoardFault::Bus { at }),
        ] {
            assert_eq!(of_gpio(&error), fault, "{error}");
        }
        let at = "the I2C bus";
        let io = |kind: io::ErrorKind| i2c::Error::Io(kind.into());
        for (error, fault) in [
            (io(io::ErrorKind::NotFound), BoardFault::Absent { at }),
            (
                io(io::ErrorKind::PermissionDenied),
                BoardFault::Denied { at },
            ),
            (io(io::ErrorKind::Other), BoardFault::Bus { at }),
            (i2c::Error::FeatureNotSupported, BoardFault::Bus { at }),
        ] {
            assert_eq!(of_bus(&error), fault, "{error}");
        }
    }

    #[test]
    fn on_another_machine_no_pin_is_touched_and_every_part_says_why() {
        let kind = BoardKind::Pi4;
        if on_board(kind).is_ok() {
            return;
        }
        let mut parts = Parts::default();
        fit(&mut parts, kind, &Layout::built_in(kind, Profile::Portable));
        let told = PartsBoard::new(parts).turn(Duration::ZERO);
        let state = PartState::Faulty(BoardFault::OtherBoard);
        for part in [
            Part::Lamp,
            Part::Buzzer,
            Part::Case,
            Part::Mains,
            Part::Gauge,
        ] {
            assert!(told.contains(&BoardEvent::Part(part, state)), "{part}");
        }
    }
}

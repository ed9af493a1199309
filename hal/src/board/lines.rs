//! The pins of the 40-pin header through the kernel's character devices (`/dev/gpiochip*`, second
//! form of their interface), by `gpiocdev`. The only file that knows it.
//!
//! Every Linux has them, where `/dev/gpiomem` is Raspberry Pi's own. The kernel gives each pin to
//! one program at a time and takes it back when that program ends.

use std::io;
use std::path::PathBuf;

use embedded_hal::digital::{Error, ErrorKind, ErrorType, InputPin, OutputPin};
use gpiocdev::Request;
use gpiocdev::line::{self, Bias, Direction, Value};

use super::chips::{self, Chip};
use super::config::{BoardKind, ContactPin, LampPins};
use super::part::{Buzzer, Contact, Lamp};
use super::switched::{Dimmed, SwitchedBuzzer};
use super::{BoardFault, Level, PinContact, RgbLamp};

/// What the kernel shows as the holder of our pins.
const CONSUMER: &str = "madoguchi";

/// Where the kernel's devices are.
const DEVICES: &str = "/dev";

/// Most chips that are looked at. A Raspberry Pi has up to four.
const MAX_CHIPS: usize = 32;

/// The chip that has the header's pins.
pub struct Header {
    chip: PathBuf,
}

impl Header {
    /// Looks for the header of this board.
    ///
    /// # Errors
    /// As [`chips::choose`].
    pub fn find(kind: BoardKind) -> Result<Self, BoardFault> {
        chips::choose(kind, &seen()).map(|chip| Self {
            chip: chip.to_owned(),
        })
    }

    /// The lamp.
    ///
    /// # Errors
    /// A pin that cannot be had.
    pub fn lamp(&self, pins: LampPins) -> Result<Box<dyn Lamp>, BoardFault> {
        let channel = |pin, at| {
            Dimmed::new(self.output(pin, at)?).map_err(|error| BoardFault::of_file(&error, at))
        };
        Ok(Box::new(RgbLamp::new(
            channel(pins.red, "lamp channel red")?,
            channel(pins.green, "lamp channel green")?,
            channel(pins.blue, "lamp channel blue")?,
        )))
    }

    /// The buzzer.
    ///
    /// # Errors
    /// A pin that cannot be had.
    pub fn buzzer(&self, pin: u8) -> Result<Box<dyn Buzzer>, BoardFault> {
        let at = "buzzer pin";
        let buzzer = SwitchedBuzzer::new(self.output(pin, at)?);
        let buzzer = buzzer.map_err(|error| BoardFault::of_file(&error, at))?;
        Ok(Box::new(buzzer))
    }

    /// A contact; `open_line` is what its line reads when nothing is connected.
    ///
    /// # Errors
    /// A pin that cannot be had.
    pub fn contact(
        &self,
        place: ContactPin,
        open_line: Level,
        name: &'static str,
    ) -> Result<Box<dyn Contact>, BoardFault> {
        let line = self.input(place.pin, open_line, name)?;
        Ok(Box::new(PinContact::new(line, place.active, name)))
    }

    /// A pin that is driven, low at first.
    ///
    /// # Errors
    /// It cannot be had; `at` names it.
    pub fn output(&self, pin: u8, at: &'static str) -> Result<Line, BoardFault> {
        let line = line::Config {
            direction: Some(Direction::Output),
            value: Some(Value::Inactive),
            ..line::Config::default()
        };
        self.request(pin, at, line)
    }

    /// A pin that is read, with the processor's resistor to the level of an open line.
    ///
    /// # Errors
    /// It cannot be had; `at` names it.
    pub fn input(&self, pin: u8, open_line: Level, at: &'static str) -> Result<Line, BoardFault> {
        let bias = match open_line {
            Level::High => Bias::PullUp,
            Level::Low => Bias::PullDown,
        };
        let line = line::Config {
            direction: Some(Direction::Input),
            bias: Some(bias),
            ..line::Config::default()
        };
        self.request(pin, at, line)
    }

    fn request(&self, pin: u8, at: &'static str, line: line::Config) -> Result<Line, BoardFault> {
        let offset = u32::from(pin);
        let request = Request::builder()
            .on_chip(&self.chip)
            .with_consumer(CONSUMER)
            .from_line_config(&line)
            .with_line(offset)
            .request();
        request.map(Line).map_err(|error| {
            let held = gpiocdev::Chip::from_path(&self.chip)
                .and_then(|chip| chip.line_info(offset))
                .is_ok_and(|line| line.used);
            of_request(held, of_system(&error), at)
        })
    }
}

/// What a pin that was not given out means; `held`: the kernel says that somebody has it.
fn of_request(held: bool, error: io::ErrorKind, at: &'static str) -> BoardFault {
    if held {
        BoardFault::Taken { at }
    } else {
        BoardFault::of_file(&error.into(), at)
    }
}

/// The chips that the kernel shows, or why one of them could not be looked at.
#[must_use]
pub fn seen() -> Vec<Result<Chip, io::ErrorKind>> {
    let devices = std::fs::read_dir(DEVICES).into_iter().flatten().flatten();
    devices
        .filter(|entry| {
            let name = entry.file_name();
            name.as_encoded_bytes().starts_with(b"gpiochip")
        })
        .take(MAX_CHIPS)
        .map(|entry| {
            let path = entry.path();
            let chip = gpiocdev::chip::Chip::from_path(&path).and_then(|chip| chip.info());
            chip.map_err(|error| of_system(&error)).map(|info| Chip {
                path,
                label: info.label,
                lines: info.num_lines,
            })
        })
        .collect()
}

/// One pin in our hands.
pub struct Line(Request);

/// What a failure of the library means. It wraps the kernel's answer to a request in a type that
/// it does not show, so for that one the line itself is asked whether somebody holds it.
fn of_system(error: &gpiocdev::Error) -> io::ErrorKind {
    match error {
        gpiocdev::Error::Os(number) => io::Error::from_raw_os_error(number.0).kind(),
        _ => io::ErrorKind::Other,
    }
}

impl ErrorType for Line {
    type Error = LineFailed;
}

impl OutputPin for Line {
    fn set_low(&mut self) -> Result<(), LineFailed> {
        self.0
            .set_lone_value(Value::Inactive)
            .map_err(|_| LineFailed)
    }

    fn set_high(&mut self) -> Result<(), LineFailed> {
        self.0.set_lone_value(Value::Active).map_err(|_| LineFailed)
    }
}

impl InputPin for Line {
    fn is_high(&mut self) -> Result<bool, LineFailed> {
        let value = self.0.lone_value().map_err(|_| LineFailed)?;
        Ok(value == Value::Active)
    }

    fn is_low(&mut self) -> Result<bool, LineFailed> {
        self.is_high().map(|high| !high)
    }
}

/// The kernel could not read or drive a pin.
#[derive(Debug)]
pub struct LineFailed;

impl Error for LineFailed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_that_is_not_given_out_says_why() {
        use io::ErrorKind::{NotFound, Other, PermissionDenied, ResourceBusy};
        let at = "buzzer pin";
        for (held, error, fault) in [
            // The library hides why; that somebody has the pin is what counts.
            (true, Other, BoardFault::Taken { at }),
            (true, PermissionDenied, BoardFault::Taken { at }),
            (false, PermissionDenied, BoardFault::Denied { at }),
            (false, NotFound, BoardFault::Absent { at }),
            (false, ResourceBusy, BoardFault::Bus { at }),
            (false, Other, BoardFault::Bus { at }),
        ] {
            assert_eq!(of_request(held, error, at), fault, "{held} {error:?}");
        }
    }

    #[test]
    fn what_the_system_says_is_read_out_of_the_librarys_error() {
        for (number, kind) in [
            (2, io::ErrorKind::NotFound),
            (13, io::ErrorKind::PermissionDenied),
            (16, io::ErrorKind::ResourceBusy),
        ] {
            let error = gpiocdev::Error::from(io::Error::from_raw_os_error(number));
            assert_eq!(of_system(&error), kind);
        }
        let other = gpiocdev::Error::InvalidArgument(String::new());
        assert_eq!(of_system(&other), io::ErrorKind::Other);
    }
}

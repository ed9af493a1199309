//! The seams between the board and its parts: what each part can do, whoever made it.

use super::{BoardFault, Light, Tone};

/// Charge of the battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// 0 to 100.
    pub percent: u8,
    /// Voltage of the cell in millivolts.
    pub millivolts: u16,
}

/// How bright the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScreenLight {
    /// To be read.
    #[default]
    Bright,
    /// Still readable; a touch or a card makes it bright.
    Dim,
    /// Dark.
    Off,
}

/// The status lamp.
pub trait Lamp: Send {
    /// Shows a light.
    ///
    /// # Errors
    /// [`BoardFault`].
    fn show(&mut self, light: Light) -> Result<(), BoardFault>;
}

/// The buzzer.
pub trait Buzzer: Send {
    /// Sounds until told otherwise.
    ///
    /// # Errors
    /// [`BoardFault`].
    fn sound(&mut self, tone: Tone) -> Result<(), BoardFault>;
}

/// A line that is either active or not: the case's switch, the mains.
pub trait Contact: Send {
    /// Whether it is active now; it may bounce.
    ///
    /// # Errors
    /// [`BoardFault`].
    fn is_active(&mut self) -> Result<bool, BoardFault>;
}

/// The battery gauge.
pub trait Gauge: Send {
    /// Reads it.
    ///
    /// # Errors
    /// [`BoardFault`] names the register.
    fn charge(&mut self) -> Result<Charge, BoardFault>;
}

/// The light behind the screen.
pub trait Backlight: Send {
    /// Sets it.
    ///
    /// # Errors
    /// [`BoardFault`] names the file.
    fn set(&mut self, light: ScreenLight) -> Result<(), BoardFault>;
}

/// The real-time clock. The kernel reads it at start and keeps it set; here it is only asked
/// whether it runs.
pub trait RealTimeClock: Send {
    /// Seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// [`BoardFault::ClockLost`] for a time before this program was written.
    fn seconds(&mut self) -> Result<u64, BoardFault>;
}

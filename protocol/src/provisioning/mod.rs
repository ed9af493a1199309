//! What the technician's tool, the first boot and the gateway say to each other about a unit
//! and its card.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`device`] | `device.toml` on the card: what this unit is |
//! | [`image`] | `image.json` beside a disk image, and the keys that sign it |
//! | [`record`] | the signed record of what was written to a card |
//! | [`token`] | a station asks the gateway for a unit's one-time token |

pub mod device;
pub mod image;
mod network;
pub mod record;
mod screen;
pub mod token;
mod version;

use std::fmt;

use crate::value::{plain_display, text_value};

pub use device::{Board, DeviceConfig};
pub use image::ImageManifest;
pub use record::FlashRecord;
pub use version::Version;

/// Serial of a unit's hardware, as printed on it: 1 to 64 letters, digits, `-`, `_` and `.`.
/// An enrolment token is bound to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitSerial(String);

impl UnitSerial {
    /// Most characters.
    pub const MAX_CHARS: usize = 64;

    /// Reads a serial; space around it is taken off.
    ///
    /// # Errors
    /// [`NotAUnitValue`] for everything else.
    pub fn parse(text: &str) -> Result<Self, NotAUnitValue> {
        let text = text.trim();
        let shaped = (1..=Self::MAX_CHARS).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAUnitValue("a serial"))
        }
    }
}

text_value!(UnitSerial, NotAUnitValue, "a serial of a unit");
plain_display!(UnitSerial);

/// A text is not what stands in a unit's configuration. Never contains the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAUnitValue(pub(crate) &'static str);

impl fmt::Display for NotAUnitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not {}", self.0)
    }
}

impl std::error::Error for NotAUnitValue {}

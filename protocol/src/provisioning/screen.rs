//! `[screen]` of `device.toml`: panel, place and rotation.

use serde::{Deserialize, Serialize};

use super::NotAUnitValue;

/// `[screen]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// Where the unit stands: its idle times and power rules.
    pub place: Place,
    /// The panel.
    pub panel: Panel,
    /// How the panel is mounted.
    #[serde(default)]
    pub rotation: Rotation,
}

/// Where the unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// On a reception desk.
    #[default]
    Counter,
    /// In a bag.
    Portable,
}

/// Panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Panel {
    /// 7″, 800×480 pixels.
    #[default]
    Seven,
    /// 10″, 1280×800 pixels.
    Ten,
    /// The portable unit's, 480×800 pixels.
    Portable,
}

impl Panel {
    /// Width and height in pixels, before rotation.
    #[must_use]
    pub const fn pixels(self) -> (u16, u16) {
        match self {
            Self::Seven => (800, 480),
            Self::Ten => (1280, 800),
            Self::Portable => (480, 800),
        }
    }
}

/// Clockwise turn of the picture in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(try_from = "u16", into = "u16")]
pub enum Rotation {
    /// 0.
    #[default]
    None,
    /// 90.
    Right,
    /// 180.
    UpsideDown,
    /// 270.
    Left,
}

impl From<Rotation> for u16 {
    fn from(rotation: Rotation) -> Self {
        match rotation {
            Rotation::None => 0,
            Rotation::Right => 90,
            Rotation::UpsideDown => 180,
            Rotation::Left => 270,
        }
    }
}

impl TryFrom<u16> for Rotation {
    type Error = NotAUnitValue;

    fn try_from(degrees: u16) -> Result<Self, NotAUnitValue> {
        match degrees {
            0 => Ok(Self::None),
            90 => Ok(Self::Right),
            180 => Ok(Self::UpsideDown),
            270 => Ok(Self::Left),
            _ => Err(NotAUnitValue("a rotation (0, 90, 180, 270)")),
        }
    }
}

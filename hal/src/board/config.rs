//! What a unit has, as data: the board it is built on, and the parts of its profile.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;

use super::{Level, Part};

/// The built-in table of parts.
const TABLE: &str = include_str!("boards.toml");

/// Pins of the 40-pin header that may be given a part. 0 and 1 belong to the header's own
/// memory chip.
pub const PINS: std::ops::RangeInclusive<u8> = 2..=27;

/// Addresses that a device on an I²C bus may have.
const ADDRESSES: std::ops::RangeInclusive<u8> = 0x08..=0x77;

/// `[board]` of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct BoardConfig {
    /// What the unit is built on.
    #[serde(default)]
    pub kind: BoardKind,
    /// A table in place of the built-in one, for a unit that is wired differently.
    pub table: Option<PathBuf>,
    /// Where orders for a simulated board are taken.
    pub control: Option<PathBuf>,
}

/// What a unit is built on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum BoardKind {
    /// Raspberry Pi 3.
    Pi3,
    /// Raspberry Pi 4.
    Pi4,
    /// Raspberry Pi 5.
    Pi5,
    /// Raspberry Pi Zero 2 W.
    Zero2w,
    /// The emulator's board: the kernel's parts, no pins.
    Qemu,
    /// All parts are simulated, and work: what a developer's machine has. A unit whose
    /// configuration names no board has it too, so J-1 and `kiosk doctor` say so.
    #[default]
    Simulated,
}

impl BoardKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Pi3,
        Self::Pi4,
        Self::Pi5,
        Self::Zero2w,
        Self::Qemu,
        Self::Simulated,
    ];

    /// Whether parts on pins and buses can be fitted.
    #[must_use]
    pub const fn has_pins(self) -> bool {
        !matches!(self, Self::Qemu)
    }
}

/// Where the unit is used; decides which parts it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// On a reception desk.
    Counter,
    /// In a field worker's bag.
    Portable,
}

/// The parts of one profile and where they are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The status lamp.
    pub lamp: Option<LampPins>,
    /// The buzzer.
    pub buzzer: Option<BuzzerPin>,
    /// The case's switch; active when the case is open.
    pub case: Option<ContactPin>,
    /// The mains line; active when the mains are there.
    pub mains: Option<ContactPin>,
    /// The battery gauge.
    pub gauge: Option<GaugePlace>,
    /// The light behind the screen.
    pub backlight: Option<BacklightName>,
    /// The real-time clock.
    pub clock: Option<ClockName>,
}

/// Pins of the lamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LampPins {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

/// Pin of the buzzer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuzzerPin {
    /// Pin.
    pub pin: u8,
}

/// Pin of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactPin {
    /// Pin.
    pub pin: u8,
    /// Its level when it is active.
    pub active: Level,
}

/// Where the gauge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaugePlace {
    /// Number of the I²C bus.
    pub bus: u8,
    /// Address on it, 7 bits.
    pub address: u8,
}

/// Which backlight.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct BacklightName {
    /// As the kernel names it; the only one, where nothing is said.
    pub name: Option<String>,
}

/// Which clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockName {
    /// As the kernel names it.
    pub name: String,
}

/// Why a table of parts cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Not TOML, or a key or value that cannot be.
    #[error("line {line}: this is no table of parts")]
    Syntax {
        /// Counted from one.
        line: usize,
    },
    /// A pin or address that cannot be.
    #[error("{part}: {number} is no pin, bus or address that can be used")]
    Place {
        /// Which part.
        part: Part,
        /// What stands there.
        number: u8,
    },
    /// Two parts on one pin.
    #[error("{part}: pin {pin} is taken")]
    PinTaken {
        /// Which part.
        part: Part,
        /// The pin.
        pin: u8,
    },
    /// A name that leads out of the kernel's folder.
    #[error("{part}: the name is not one of the kernel's")]
    Name {
        /// Which part.
        part: Part,
    },
}

impl Layout {
    /// What a unit of this kind and profile has, by the built-in table.
    #[must_use]
    pub fn built_in(kind: BoardKind, profile: Profile) -> Self {
        Self::parse(TABLE, kind, profile).expect("the built-in table is checked by a test")
    }

    /// What a unit of this kind and profile has, by a table.
    ///
    /// # Errors
    /// [`LayoutError`] names the line or the part.
    pub fn parse(table: &str, kind: BoardKind, profile: Profile) -> Result<Self, LayoutError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            counter: Layout,
            portable: Layout,
        }
        let table: Table = toml::from_str(table).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start.min(table.len()));
            let before = &table.as_bytes()[..at];
            LayoutError::Syntax {
                line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            }
        })?;
        let mut layout = match profile {
            Profile::Counter => table.counter,
            Profile::Portable => table.portable,
        };
        layout.check()?;
        if !kind.has_pins() {
            layout = Self {
                backlight: layout.backlight,
                clock: layout.clock,
                ..Self::default()
            };
        }
        Ok(layout)
    }

    fn check(&self) -> Result<(), LayoutError> {
        let mut taken = BTreeSet::new();
        for (part, pin) in self.pins() {
            if !PINS.contains(&pin) {
                return Err(LayoutError::Place { part, number: pin });
            }
            if !taken.insert(pin) {
                return Err(LayoutError::PinTaken { part, pin });
            }
        }
        if let Some(gauge) = self.gauge
            && !ADDRESSES.contains(&gauge.address)
        {
            return Err(LayoutError::Place {
                part: Part::Gauge,
                number: gauge.address,
            });
        }
        let names = [
            (Part::Clock, self.clock.as_ref().map(|clock| &clock.name)),
            (
                Part::Backlight,
                self.backlight
                    .as_ref()
                    .and_then(|light| light.name.as_ref()),
            ),
        ];
        for (part, name) in names {
            if name.is_some_and(|name| {
                name.is_empty() || name.contains(['/', '\0']) || name.starts_with('.')
            }) {
                return Err(LayoutError::Name { part });
            }
        }
        Ok(())
    }

    /// The pins in use; those of the gauge's bus, too.
    fn pins(&self) -> impl Iterator<Item = (Part, u8)> {
        let lamp = self.lamp.map(|lamp| [lamp.red, lamp.green, lamp.blue]);
        let contact = |part, contact: Option<ContactPin>| contact.map(|it| (part, it.pin));
        let bus = self.gauge.filter(|gauge| gauge.bus == 1);
        lamp.into_iter()
            .flatten()
            .map(|pin| (Part::Lamp, pin))
            .chain(self.buzzer.map(|buzzer| (Part::Buzzer, buzzer.pin)))
            .chain(contact(Part::Case, self.case))
            .chain(contact(Part::Mains, self.mains))
            .chain(
                bus.into_iter()
                    .flat_map(|_| [(Part::Gauge, 2), (Part::Gauge, 3)]),
            )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_built_in_table_holds_for_every_board_and_profile() {
        for kind in BoardKind::ALL {
            for profile in [Profile::Counter, Profile::Portable] {
                let layout = Layout::built_in(kind, profile);
                assert!(layout.clock.is_some());
                assert_eq!(layout.case.is_some(), kind.has_pins());
            }
        }
    }

    #[test]
    fn only_the_portable_unit_has_a_battery() {
        let counter = Layout::built_in(BoardKind::Pi4, Profile::Counter);
        let portable = Layout::built_in(BoardKind::Pi4, Profile::Portable);
        assert_eq!((counter.gauge, counter.mains), (None, None));
        assert!(portable.gauge.is_some() && portable.mains.is_some());
        assert_eq!(
            counter,
            Layout {
                gauge: None,
                mains: None,
                ..portable
            },
            "nothing else differs"
        );
    }

    #[test]
    fn a_board_is_named_as_in_the_configuration_file() {
        for (word, kind) in ["pi3", "pi4", "pi5", "zero2w", "qemu", "simulated"]
            .into_iter()
            .zip(BoardKind::ALL)
        {
            let config: BoardConfig = toml::from_str(&format!("kind = {word:?}")).unwrap();
            assert_eq!(config.kind, kind);
        }
        assert!(toml::from_str::<BoardConfig>("kind = \"pi9\"").is_err());
        assert!(toml::from_str::<BoardConfig>("pins = 3").is_err());
    }

    #[test]
    fn a_table_that_cannot_be_says_where() {
        let parse = |counter: &str| {
            let text = format!("[counter]\n{counter}\n[portable]\n");
            Layout::parse(&text, BoardKind::Pi4, Profile::Counter).unwrap_err()
        };
        assert_eq!(parse("lamp = 3"), LayoutError::Syntax { line: 2 });
        assert_eq!(parse("antenna = {}"), LayoutError::Syntax { line: 2 });
        let part = Part::Buzzer;
        for number in [0, 1, 28, 255] {
            let text = format!("buzzer = {{ pin = {number} }}");
            assert_eq!(parse(&text), LayoutError::Place { part, number });
        }
        assert_eq!(
            parse("buzzer = { pin = 6 }\ncase = { pin = 6, active = \"low\" }"),
            LayoutError::PinTaken {
                part: Part::Case,
                pin: 6
            }
        );
        assert_eq!(
            parse("buzzer = { pin = 3 }\ngauge = { bus = 1, address = 54 }"),
            LayoutError::PinTaken {
                part: Part::Gauge,
                pin: 3
            }
        );
        assert_eq!(
            parse("gauge = { bus = 1, address = 3 }"),
            LayoutError::Place {
                part: Part::Gauge,
                number: 3
            }
        );
        assert_eq!(
            parse("clock = { name = \"../../etc\" }"),
            LayoutError::Name { part: Part::Clock }
        );
    }
}

//! From the configuration to a board.

use std::fs;

use super::config::{BoardConfig, BoardKind, Layout, LayoutError, Profile};
use super::part::{Backlight, RealTimeClock};
use super::{BACKLIGHTS, Board, CLOCKS, KernelBacklight, KernelClock, Opener, Parts, PartsBoard};
use crate::sim::{SimError, board as sim};

/// Why there is no board at all. A part that fails is none of these: it is told as an event.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The table of parts cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The table of parts cannot be used.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The simulation's control socket cannot be made.
    #[error(transparent)]
    Sim(#[from] SimError),
}

/// Puts the configured board together.
///
/// # Errors
/// [`OpenError`], for what a technician has to correct in the configuration.
pub fn open(config: &BoardConfig, profile: Profile) -> Result<Box<dyn Board>, OpenError> {
    let kind = config.kind;
    let layout = match &config.table {
        None => Layout::built_in(kind, profile),
        Some(path) => {
            let table = fs::read_to_string(path).map_err(|source| OpenError::File {
                path: path.display().to_string(),
                source,
            })?;
            Layout::parse(&table, kind, profile)?
        }
    };
    if kind == BoardKind::Simulated {
        let (board, hand) = sim::bench(&layout);
        if let Some(socket) = &config.control {
            hand.serve(socket)?;
        }
        return Ok(Box::new(board));
    }
    let mut parts = kernel_parts(&layout);
    fit_pins(&mut parts, kind, &layout);
    Ok(Box::new(PartsBoard::new(parts)))
}

fn kernel_parts(layout: &Layout) -> Parts {
    Parts {
        backlight: layout.backlight.clone().map(|it| {
            Box::new(move || {
                let light = KernelBacklight::new(BACKLIGHTS, it.name.clone());
                Ok(Box::new(light) as Box<dyn Backlight>)
            }) as Opener<_>
        }),
        clock: layout.clock.clone().map(|it| {
            Box::new(move || {
                Ok(Box::new(KernelClock::new(CLOCKS, &it.name)) as Box<dyn RealTimeClock>)
            }) as Opener<_>
        }),
        ..Parts::default()
    }
}

#[cfg(feature = "pi")]
fn fit_pins(parts: &mut Parts, kind: BoardKind, layout: &Layout) {
    super::pi::fit(parts, kind, layout);
}

#[cfg(not(feature = "pi"))]
fn fit_pins(parts: &mut Parts, _: BoardKind, layout: &Layout) {
    fn missing<T: ?Sized>() -> Opener<T> {
        Box::new(|| Err(super::BoardFault::NoPins))
    }
    parts.lamp = layout.lamp.map(|_| missing());
    parts.buzzer = layout.buzzer.map(|_| missing());
    parts.case = layout.case.map(|_| missing());
    parts.mains = layout.mains.map(|_| missing());
    parts.gauge = layout.gauge.map(|_| missing());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::super::{BoardEvent, Part, PartState};
    use super::*;

    #[test]
    fn a_unit_without_its_parts_starts_and_says_what_is_missing() {
        let config = BoardConfig {
            kind: BoardKind::Pi4,
            ..BoardConfig::default()
        };
        let mut board = open(&config, Profile::Portable).unwrap();
        let told = board.turn(Duration::ZERO);
        for part in [Part::Lamp, Part::Case, Part::Gauge, Part::Mains] {
            let faulty = told.iter().any(
                |event| matches!(event, BoardEvent::Part(it, PartState::Faulty(_)) if *it == part),
            );
            assert!(faulty, "{part}: {told:?}");
        }
    }

    #[test]
    fn a_table_that_is_missing_or_wrong_stops_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("parts.toml");
        let config = BoardConfig {
            table: Some(path.clone()),
            ..BoardConfig::default()
        };
        let missing = open(&config, Profile::Counter).err().unwrap();
        assert!(missing.to_string().contains("parts.toml"));
        fs::write(&path, "[counter]\nbuzzer = { pin = 99 }\n[portable]\n").unwrap();
        let wrong = open(&config, Profile::Counter).err().unwrap();
        assert!(matches!(wrong, OpenError::Layout(_)));
        fs::write(&path, "[counter]\n[portable]\n").unwrap();
        assert!(open(&config, Profile::Counter).is_ok());
    }
}

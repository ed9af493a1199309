//! Which of the kernel's GPIO chips has the pins of the 40-pin header.
//!
//! Chips are numbered as their drivers come up, so the number says nothing; the label does.
//! Sources of the labels: the kernel's `drivers/pinctrl/bcm/pinctrl-bcm2835.c` and
//! `drivers/pinctrl/pinctrl-rp1.c`. On each of them the line's number is that of the pin.

use std::io;
use std::path::{Path, PathBuf};

use super::config::BoardKind;
use super::{BoardFault, PINS};

/// What stands in faults for the chip.
pub(super) const AT: &str = "the pins";

/// What the kernel says about one of its chips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Its device, such as `/dev/gpiochip0`.
    pub path: PathBuf,
    /// What its driver calls it.
    pub label: String,
    /// How many lines it has.
    pub lines: u32,
}

/// The label of the chip that has the header's pins; none on a board without a header.
#[must_use]
pub const fn label(kind: BoardKind) -> Option<&'static str> {
    match kind {
        // The processor of the Pi 3 and the Zero 2 W has the pins of its ancestor.
        BoardKind::Pi3 | BoardKind::Zero2w => Some("pinctrl-bcm2835"),
        BoardKind::Pi4 => Some("pinctrl-bcm2711"),
        // The processor has chips of its own; the header hangs on the one beside it.
        BoardKind::Pi5 => Some("pinctrl-rp1"),
        BoardKind::Qemu | BoardKind::Simulated => None,
    }
}

/// The chip with the header's pins among those that were seen, or why they could not be.
///
/// # Errors
/// [`BoardFault::NoChip`] when no chip is the one; [`BoardFault::Denied`] when it may be one
/// that this account must not look at; [`BoardFault::OtherBoard`] for a kind without a header.
pub fn choose(kind: BoardKind, seen: &[Result<Chip, io::ErrorKind>]) -> Result<&Path, BoardFault> {
    let label = label(kind).ok_or(BoardFault::OtherBoard)?;
    let needed = u32::from(*PINS.end()) + 1;
    let found = seen
        .iter()
        .flatten()
        .find(|chip| chip.label == label && chip.lines >= needed);
    match found {
        Some(chip) => Ok(&chip.path),
        None if seen.contains(&Err(io::ErrorKind::PermissionDenied)) => {
            Err(BoardFault::Denied { at: AT })
        }
        None => Err(BoardFault::NoChip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chip(number: u8, label: &str, lines: u32) -> Result<Chip, io::ErrorKind> {
        Ok(Chip {
            path: format!("/dev/gpiochip{number}").into(),
            label: label.to_owned(),
            lines,
        })
    }

    #[test]
    fn the_header_is_found_by_its_label_whatever_its_number() {
        let pi4 = [
            chip(0, "raspberrypi-exp-gpio", 8),
            chip(1, "pinctrl-bcm2711", 58),
        ];
        assert_eq!(
            choose(BoardKind::Pi4, &pi4),
            Ok(Path::new("/dev/gpiochip1"))
        );
        let pi5 = [
            chip(0, "gpio-brcmstb@107d508500", 32),
            chip(1, "gpio-brcmstb@107d517c00", 36),
            chip(4, "pinctrl-rp1", 54),
        ];
        assert_eq!(
            choose(BoardKind::Pi5, &pi5),
            Ok(Path::new("/dev/gpiochip4"))
        );
        let old = [chip(0, "pinctrl-bcm2835", 54)];
        for kind in [BoardKind::Pi3, BoardKind::Zero2w] {
            assert_eq!(choose(kind, &old), Ok(Path::new("/dev/gpiochip0")));
        }
    }

    #[test]
    fn no_other_chip_is_taken_for_the_header() {
        let others = [
            chip(0, "9030000.pl061", 8),
            chip(1, "pinctrl-bcm2835", 54),
            chip(2, "pinctrl-bcm2711", 8),
            Err(io::ErrorKind::NotFound),
        ];
        assert_eq!(choose(BoardKind::Pi4, &others), Err(BoardFault::NoChip));
        assert_eq!(choose(BoardKind::Pi5, &[]), Err(BoardFault::NoChip));
    }

    #[test]
    fn a_chip_that_may_not_be_looked_at_is_a_matter_of_rights() {
        let closed = [
            chip(0, "raspberrypi-exp-gpio", 8),
            Err(io::ErrorKind::PermissionDenied),
        ];
        let denied = Err(BoardFault::Denied { at: AT });
        assert_eq!(choose(BoardKind::Pi4, &closed), denied);
        let open = [closed[1].clone(), chip(1, "pinctrl-bcm2711", 58)];
        assert!(choose(BoardKind::Pi4, &open).is_ok());
    }

    #[test]
    fn a_board_without_a_header_has_no_chip_whatever_is_there() {
        let there = [chip(0, "9030000.pl061", 8)];
        for kind in [BoardKind::Qemu, BoardKind::Simulated] {
            assert_eq!(choose(kind, &there), Err(BoardFault::OtherBoard));
        }
    }
}

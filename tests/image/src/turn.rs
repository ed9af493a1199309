//! A panel that is mounted turned: where a finger has to go, and its picture upright again.

use protocol::provisioning::device::Rotation;

/// Where on the panel something is that is at this place upright; both in parts of width and
/// height. The picture is turned clockwise on the panel.
#[must_use]
pub fn on_panel(rotation: Rotation, (x, y): (f64, f64)) -> (f64, f64) {
    match rotation {
        Rotation::None => (x, y),
        Rotation::Right => (1.0 - y, x),
        Rotation::UpsideDown => (1.0 - x, 1.0 - y),
        Rotation::Left => (y, 1.0 - x),
    }
}

/// Width and height of the panel on which upright pictures have this size.
#[must_use]
pub fn panel(rotation: Rotation, (width, height): (u32, u32)) -> (u32, u32) {
    match rotation {
        Rotation::None | Rotation::UpsideDown => (width, height),
        Rotation::Right | Rotation::Left => (height, width),
    }
}

/// The pixel of the panel, whose width and height these are, that is at `x`, `y` upright.
#[must_use]
pub fn pixel(rotation: Rotation, (width, height): (u32, u32), (x, y): (u32, u32)) -> (u32, u32) {
    match rotation {
        Rotation::None => (x, y),
        Rotation::Right => (width - 1 - y, x),
        Rotation::UpsideDown => (width - 1 - x, height - 1 - y),
        Rotation::Left => (y, height - 1 - x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finger_goes_to_the_pixel_that_is_looked_at() {
        let upright = (480, 800);
        for rotation in [
            Rotation::None,
            Rotation::Right,
            Rotation::UpsideDown,
            Rotation::Left,
        ] {
            let (width, height) = panel(rotation, upright);
            for at in [(0, 0), (479, 0), (100, 700), (479, 799)] {
                let (x, y) = pixel(rotation, (width, height), at);
                let middle = |at: u32, of: u32| (f64::from(at) + 0.5) / f64::from(of);
                let (u, v) = on_panel(rotation, (middle(at.0, upright.0), middle(at.1, upright.1)));
                assert!((u - middle(x, width)).abs() < 1e-9, "{rotation:?} {at:?}");
                assert!((v - middle(y, height)).abs() < 1e-9, "{rotation:?} {at:?}");
            }
        }
    }
}

//! Is this the screen that it should be?

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use protocol::provisioning::device::Rotation;

use crate::turn;

/// A channel may differ by so much: the emulator's screen has another colour depth.
const TOLERANCE: u8 = 24;

/// Two pictures show the same page when fewer than this part of their pixels differ. What is
/// typed in a field is less, another page far more.
const SAME_PAGE: f64 = 0.015;

/// The strip above has the clock and the state of the line, which are not the page: this part
/// of the height.
const STRIP: f64 = 0.075;

/// The row of buttons below: one part of so many of the height.
const FOOT: u32 = 7;

/// A picture, three bytes a pixel.
pub struct Picture {
    size: (u32, u32),
    pixels: Vec<u8>,
}

impl Picture {
    /// Reads a PNG.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path)?));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info().map_err(io::Error::other)?;
        let bytes = reader
            .output_buffer_size()
            .ok_or_else(|| io::Error::other("too large"))?;
        let mut data = vec![0; bytes];
        let info = reader.next_frame(&mut data).map_err(io::Error::other)?;
        let channels = info.color_type.samples();
        let pixels = data[..info.buffer_size()]
            .chunks_exact(channels)
            .flat_map(|pixel| match channels {
                1 | 2 => [pixel[0]; 3],
                _ => [pixel[0], pixel[1], pixel[2]],
            })
            .collect();
        Ok(Self {
            size: (info.width, info.height),
            pixels,
        })
    }

    /// The picture of a turned panel, upright.
    #[must_use]
    pub fn upright(&self, rotation: Rotation) -> Self {
        // Turning a panel's size turns it back as well.
        let (width, height) = turn::panel(rotation, self.size);
        let pixels = (0..height)
            .flat_map(|y| (0..width).map(move |x| turn::pixel(rotation, self.size, (x, y))))
            .flat_map(|(x, y)| {
                let at = ((y * self.size.0 + x) * 3) as usize;
                &self.pixels[at..at + 3]
            })
            .copied()
            .collect();
        Self {
            size: (width, height),
            pixels,
        }
    }

    /// Part of the pixels that differ; everything, when the sizes do.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "pixels of a screen")]
    pub fn difference(&self, other: &Self) -> f64 {
        if self.size != other.size {
            return 1.0;
        }
        let differing = self
            .pixels
            .chunks_exact(3)
            .zip(other.pixels.chunks_exact(3))
            .filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > TOLERANCE))
            .count();
        differing as f64 * 3.0 / self.pixels.len() as f64
    }

    /// Part of the pixels of the page that differ from a reference picture, which is half as
    /// large and has no strip to compare.
    #[must_use]
    pub fn differs_from(&self, page: &Self) -> f64 {
        self.halved().below_strip().difference(&page.below_strip())
    }

    /// Whether it shows the page of a reference picture.
    #[must_use]
    pub fn shows(&self, page: &Self) -> bool {
        self.differs_from(page) < SAME_PAGE
    }

    /// Part of the pixels of the page that differ from another screen of the same size.
    #[must_use]
    pub fn differs_from_twin(&self, twin: &Self) -> f64 {
        self.below_strip().difference(&twin.below_strip())
    }

    /// Half the width and height, each pixel the mean of four.
    fn halved(&self) -> Self {
        let (width, height) = (self.size.0 / 2, self.size.1 / 2);
        let stride = self.size.0 as usize * 3;
        let mut pixels = Vec::with_capacity((width * height * 3) as usize);
        for y in 0..height as usize {
            for x in 0..width as usize {
                for channel in 0..3 {
                    let at = y * 2 * stride + x * 6 + channel;
                    let sum: u16 = [at, at + 3, at + stride, at + stride + 3]
                        .into_iter()
                        .map(|at| u16::from(self.pixels[at]))
                        .sum();
                    pixels.push(u8::try_from(sum / 4).expect("a mean of bytes is a byte"));
                }
            }
        }
        Self {
            size: (width, height),
            pixels,
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of the height"
    )]
    fn below_strip(&self) -> Self {
        let strip = (f64::from(self.size.1) * STRIP).ceil() as u32;
        Self {
            size: (self.size.0, self.size.1 - strip),
            pixels: self.pixels[(strip * self.size.0 * 3) as usize..].to_vec(),
        }
    }

    /// The row of buttons below, with the number of the screen.
    #[must_use]
    pub fn foot(&self) -> Self {
        let height = self.size.1 / FOOT;
        let above = ((self.size.1 - height) * self.size.0 * 3) as usize;
        Self {
            size: (self.size.0, height),
            pixels: self.pixels[above..].to_vec(),
        }
    }

    /// The middle of the picture, as large as another one.
    #[must_use]
    pub fn middle(&self, of: &Self) -> Self {
        let (width, height) = (of.size.0.min(self.size.0), of.size.1.min(self.size.1));
        let (left, top) = ((self.size.0 - width) / 2, (self.size.1 - height) / 2);
        let pixels = (top..top + height)
            .flat_map(|y| {
                let from = ((y * self.size.0 + left) * 3) as usize;
                &self.pixels[from..from + (width * 3) as usize]
            })
            .copied()
            .collect();
        Self {
            size: (width, height),
            pixels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(level: u8, size: (u32, u32)) -> Picture {
        Picture {
            size,
            pixels: vec![level; (size.0 * size.1 * 3) as usize],
        }
    }

    /// A screen of 200×100 with a dark square in it.
    fn with_square(left: usize, top: usize, side: usize) -> Picture {
        let mut screen = plain(255, (200, 100));
        for y in top..top + side {
            let at = (y * 200 + left) * 3;
            screen.pixels[at..at + side * 3].fill(0);
        }
        screen
    }

    #[test]
    fn a_changed_clock_is_the_same_page_and_another_page_is_not() {
        let page = plain(255, (100, 50));
        assert!(with_square(180, 0, 7).shows(&page));
        assert!(!with_square(50, 50, 30).shows(&page));
    }

    #[test]
    fn a_screen_of_another_size_is_another_page() {
        assert!(!plain(255, (100, 200)).shows(&plain(255, (100, 50))));
    }

    #[test]
    fn the_middle_of_a_screen_is_cut_out() {
        let mut screen = plain(0, (100, 10));
        let small = Picture {
            size: (2, 2),
            pixels: vec![255; 12],
        };
        for (x, y) in [(49, 4), (50, 4), (49, 5), (50, 5)] {
            let at = (y * 100 + x) * 3;
            screen.pixels[at..at + 3].fill(255);
        }
        assert!(screen.middle(&small).difference(&small) == 0.0);
    }
}

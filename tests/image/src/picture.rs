//! Is this the screen that it should be?

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

/// A channel may differ by so much: the emulator's screen has another colour depth.
const TOLERANCE: u8 = 24;

/// Two pictures show the same page when fewer than this part of their pixels differ. The
/// clock in the strip is far less, another page far more.
const SAME_PAGE: f64 = 0.015;

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

    /// Whether both show the same page.
    #[must_use]
    pub fn shows(&self, page: &Self) -> bool {
        self.difference(page) < SAME_PAGE
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

    fn plain(level: u8) -> Picture {
        Picture {
            size: (100, 10),
            pixels: vec![level; 3000],
        }
    }

    #[test]
    fn a_changed_clock_is_the_same_page_and_another_page_is_not() {
        let page = plain(255);
        let mut clock = plain(255);
        clock.pixels[..30].fill(0);
        assert!(clock.shows(&page));
        let mut other = plain(255);
        other.pixels[..300].fill(0);
        assert!(!other.shows(&page));
    }

    #[test]
    fn a_screen_of_another_size_is_another_page() {
        let mut wide = plain(255);
        wide.size = (200, 5);
        assert!(!wide.shows(&plain(255)));
    }

    #[test]
    fn the_middle_of_a_screen_is_cut_out() {
        let mut screen = plain(0);
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

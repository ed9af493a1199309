//! Pictures of screens as small PNG files, and whether two of them show the same.

use std::collections::HashMap;

use slint::{Rgba8Pixel, SharedPixelBuffer};

/// Colours of a palette PNG: four bits a pixel keep the repository small.
const MAX_COLOURS: usize = 16;

/// How far two channels may lie apart and still look the same: font rasterisers differ a little.
const CHANNEL_TOLERANCE: u8 = 40;

/// How many pixels in a thousand may look different.
const PIXELS_PER_MILLE: usize = 2;

/// Pixels of a decoded picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green and blue of each pixel.
    pub rgb: Vec<[u8; 3]>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}

impl From<&SharedPixelBuffer<Rgba8Pixel>> for Picture {
    fn from(buffer: &SharedPixelBuffer<Rgba8Pixel>) -> Self {
        Self {
            width: buffer.width(),
            height: buffer.height(),
            rgb: buffer
                .as_slice()
                .iter()
                .map(|pixel| [pixel.r, pixel.g, pixel.b])
                .collect(),
        }
    }
}

impl Picture {
    /// As a small PNG: the sixteen most frequent colours, and the nearest of them for the others.
    ///
    /// # Errors
    /// When the encoder refuses the picture (it has no pixels).
    pub fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let (palette, indices) = self.palette();
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Four);
        encoder.set_compression(png::Compression::High);
        encoder.set_palette(palette.concat());
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&packed(&indices, self.width as usize))?;
        writer.finish()?;
        Ok(out)
    }

    /// As a PNG in its exact colours, for people to look at.
    ///
    /// # Errors
    /// When the encoder refuses the picture (it has no pixels).
    pub fn to_true_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.rgb.as_flattened())?;
        writer.finish()?;
        Ok(out)
    }

    /// Reads such a PNG.
    ///
    /// # Errors
    /// When it is not a PNG of eight bits a channel.
    pub fn from_png(bytes: &[u8]) -> Result<Self, png::DecodingError> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info()?;
        let mut data = vec![0; reader.output_buffer_size().unwrap_or(0)];
        let info = reader.next_frame(&mut data)?;
        let channels = info.color_type.samples();
        let rgb = data
            .chunks_exact(channels)
            .map(|pixel| match pixel {
                [r, g, b, ..] => [*r, *g, *b],
                [grey, ..] => [*grey; 3],
                [] => [0; 3],
            })
            .collect();
        Ok(Self {
            width: info.width,
            height: info.height,
            rgb,
        })
    }

    /// What differs from `other` as people see it, or nothing.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        if (self.width, self.height) != (other.width, other.height) {
            return Some(Difference {
                pixels: self.rgb.len(),
                first: (0, 0),
            });
        }
        let width = self.width as usize;
        let mut found: Option<Difference> = None;
        let rows = self
            .rgb
            .chunks_exact(width)
            .zip(other.rgb.chunks_exact(width));
        // Most rows are equal byte by byte, which is quickly seen.
        for (row, (one, two)) in rows.enumerate().filter(|(_, (one, two))| one != two) {
            for (column, _) in one
                .iter()
                .zip(two)
                .enumerate()
                .filter(|(_, pair)| differ(*pair))
            {
                found
                    .get_or_insert(Difference {
                        pixels: 0,
                        first: (column, row),
                    })
                    .pixels += 1;
            }
        }
        found.filter(|found| found.pixels * 1000 > self.rgb.len() * PIXELS_PER_MILLE)
    }

    /// Half as wide and half as high: what is kept in the repository. Words can still be read.
    #[must_use]
    pub fn halved(&self) -> Self {
        let width = self.width as usize;
        let mut rgb = Vec::with_capacity(self.rgb.len() / 4);
        for rows in self.rgb.chunks_exact(2 * width) {
            for column in (0..width & !1).step_by(2) {
                let below = column + width;
                let four = [rows[column], rows[column + 1], rows[below], rows[below + 1]];
                rgb.push(if four == [four[0]; 4] {
                    four[0]
                } else {
                    mean(four)
                });
            }
        }
        Self {
            width: self.width / 2,
            height: self.height / 2,
            rgb,
        }
    }

    /// The most frequent colours, and for each pixel the nearest of them.
    fn palette(&self) -> (Vec<[u8; 3]>, Vec<u8>) {
        let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
        for run in self.rgb.chunk_by(|one, two| one == two) {
            *counts.entry(run[0]).or_default() += run.len();
        }
        let mut colours: Vec<_> = counts.into_iter().collect();
        colours.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
        let palette: Vec<_> = colours
            .iter()
            .take(MAX_COLOURS)
            .map(|(colour, _)| *colour)
            .collect();

        let mut nearest: HashMap<[u8; 3], u8> = HashMap::new();
        let mut indices = Vec::with_capacity(self.rgb.len());
        for run in self.rgb.chunk_by(|one, two| one == two) {
            let index = *nearest
                .entry(run[0])
                .or_insert_with_key(|colour| place(colour, &palette));
            indices.extend(std::iter::repeat_n(index, run.len()));
        }
        (palette, indices)
    }
}

/// The mean colour of four pixels.
fn mean(four: [[u8; 3]; 4]) -> [u8; 3] {
    [0, 1, 2].map(|channel| {
        let sum: u16 = four.iter().map(|pixel| u16::from(pixel[channel])).sum();
        u8::try_from(sum / 4).unwrap_or(u8::MAX)
    })
}

/// The place of the nearest colour of a palette.
fn place(colour: &[u8; 3], palette: &[[u8; 3]]) -> u8 {
    let distance = |other: &[u8; 3]| -> u32 {
        colour
            .iter()
            .zip(other)
            .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2))
            .sum()
    };
    (0u8..)
        .zip(palette)
        .min_by_key(|(_, other)| distance(other))
        .map_or(0, |(place, _)| place)
}

/// Whether two pixels look different.
fn differ((one, two): (&[u8; 3], &[u8; 3])) -> bool {
    one.iter()
        .zip(two)
        .any(|(a, b)| a.abs_diff(*b) > CHANNEL_TOLERANCE)
}

/// Where two pictures differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// How many pixels look different.
    pub pixels: usize,
    /// The first of them: column and row.
    pub first: (usize, usize),
}

/// Two indices a byte, each row beginning a new byte.
fn packed(indices: &[u8], width: usize) -> Vec<u8> {
    let pair = |pair: &[u8]| pair[0] << 4 | pair.get(1).copied().unwrap_or(0);
    indices
        .chunks(width.max(1))
        .flat_map(|row| row.chunks(2).map(pair))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn gradient() -> Picture {
        let rgb = (0..64 * 64u32)
            .map(|n| {
                [
                    (n % 64 * 4).to_le_bytes()[0],
                    (n / 64 * 4).to_le_bytes()[0],
                    0x80,
                ]
            })
            .collect();
        Picture {
            width: 64,
            height: 64,
            rgb,
        }
    }

    #[test]
    fn a_small_file_gives_the_same_picture_every_time() {
        let picture = gradient();
        let read = Picture::from_png(&picture.to_png().unwrap()).unwrap();
        let again = Picture::from_png(&picture.to_png().unwrap()).unwrap();
        assert_eq!((read.width, read.height), (64, 64));
        assert_eq!(read.difference(&again), None);
        let few = Picture {
            width: 5,
            height: 2,
            rgb: picture.rgb[..10].to_vec(),
        };
        assert_eq!(Picture::from_png(&few.to_png().unwrap()).unwrap(), few);
    }

    #[test]
    fn a_changed_button_is_a_difference() {
        let picture = gradient();
        let mut changed = picture.clone();
        for pixel in &mut changed.rgb[640..900] {
            *pixel = [255, 255, 255];
        }
        let difference = picture.difference(&changed).unwrap();
        assert_eq!(difference.first, (0, 10));
    }
}

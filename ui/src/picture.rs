//! Pictures of screens as small PNG files, and whether two of them show the same.

use std::collections::HashMap;

use slint::{Rgba8Pixel, SharedPixelBuffer};

/// Colours of a palette PNG.
const MAX_COLOURS: usize = 256;

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
            rgb: buffer.as_slice().iter().map(|pixel| [pixel.r, pixel.g, pixel.b]).collect(),
        }
    }
}

impl Picture {
    /// As a PNG with a palette: channels lose their lowest bits until 256 colours are enough.
    ///
    /// # Errors
    /// When the encoder refuses the picture (it has no pixels).
    pub fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let (palette, indices) = self.palette();
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.set_palette(palette.concat());
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&indices)?;
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
        Ok(Self { width: info.width, height: info.height, rgb })
    }

    /// What differs from `other` as people see it, or nothing.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        if (self.width, self.height) != (other.width, other.height) {
            return Some(Difference { pixels: self.rgb.len(), first: (0, 0) });
        }
        let differs = |(one, two): (&[u8; 3], &[u8; 3])| {
            one.iter().zip(two).any(|(a, b)| a.abs_diff(*b) > CHANNEL_TOLERANCE)
        };
        let mut places = self.rgb.iter().zip(&other.rgb).map(differs).enumerate().filter(|p| p.1);
        let (first, _) = places.next()?;
        let pixels = 1 + places.count();
        let width = self.width as usize;
        (pixels * 1000 > self.rgb.len() * PIXELS_PER_MILLE)
            .then_some(Difference { pixels, first: (first % width, first / width) })
    }

    fn palette(&self) -> (Vec<[u8; 3]>, Vec<u8>) {
        for dropped_bits in 0..8 {
            let mask = 0xffu8 << dropped_bits;
            let mut palette: Vec<[u8; 3]> = Vec::new();
            let mut known: HashMap<[u8; 3], u8> = HashMap::new();
            let mut indices = Vec::with_capacity(self.rgb.len());
            for pixel in &self.rgb {
                let colour = round(*pixel, mask, dropped_bits);
                let index = match known.get(&colour) {
                    Some(index) => *index,
                    None if palette.len() == MAX_COLOURS => break,
                    None => {
                        let index = u8::try_from(palette.len()).unwrap_or(u8::MAX);
                        known.insert(colour, index);
                        palette.push(colour);
                        index
                    }
                };
                indices.push(index);
            }
            if indices.len() == self.rgb.len() {
                return (palette, indices);
            }
        }
        (vec![[0; 3]], vec![0; self.rgb.len()])
    }
}

/// Where two pictures differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// How many pixels look different.
    pub pixels: usize,
    /// The first of them: column and row.
    pub first: (usize, usize),
}

/// Clears the lowest bits; white and black stay what they are.
fn round(pixel: [u8; 3], mask: u8, dropped_bits: u32) -> [u8; 3] {
    pixel.map(|channel| {
        let kept = channel & mask;
        if dropped_bits > 0 && kept == mask { 0xff } else { kept }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn gradient() -> Picture {
        let rgb = (0..64 * 64u32)
            .map(|n| [(n % 64 * 4) as u8, (n / 64 * 4) as u8, 0x80])
            .collect();
        Picture { width: 64, height: 64, rgb }
    }

    #[test]
    fn a_picture_with_more_colours_than_a_palette_still_looks_the_same() {
        let picture = gradient();
        let read = Picture::from_png(&picture.to_png().unwrap()).unwrap();
        assert_eq!(picture.difference(&read), None);
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

//! A white page with black text and codes on it.

use std::path::{Path, PathBuf};

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _, point};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::error::Problem;

/// Fonts with Japanese letters, as Debian's `fonts-noto-cjk` installs them; the first face of
/// the collection is the Japanese one.
const FONTS: [&str; 2] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
];

/// Light modules around a code (ISO/IEC 18004 asks for four).
const QUIET_ZONE: i32 = 4;

const WHITE: u8 = 255;

/// A font.
pub struct Font(FontVec);

impl Font {
    /// Loads a font; the system's Japanese one when none is named.
    ///
    /// # Errors
    /// [`Problem::Font`].
    pub fn load(named: Option<&Path>) -> Result<Self, Problem> {
        let path: PathBuf = match named {
            Some(path) => path.to_owned(),
            None => FONTS
                .iter()
                .map(PathBuf::from)
                .find(|path| path.exists())
                .ok_or_else(|| Problem::Font("none is installed".to_owned()))?,
        };
        let bytes = std::fs::read(&path).map_err(|source| Problem::file("read", &path, source))?;
        FontVec::try_from_vec_and_index(bytes, 0)
            .map(Self)
            .map_err(|_| Problem::Font(format!("{} is none", path.display())))
    }

    /// Width of a text in pixels.
    #[must_use]
    pub fn width(&self, size: u32, text: &str) -> u32 {
        let font = self.0.as_scaled(scale(size));
        let width: f32 = text
            .chars()
            .map(|letter| font.h_advance(font.glyph_id(letter)))
            .sum();
        pixels(width.ceil())
    }
}

/// A page.
pub struct Canvas {
    width: u32,
    height: u32,
    dots_per_metre: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    /// A white page of that many millimetres.
    #[must_use]
    pub fn of_millimetres(width: u32, height: u32, dots_per_inch: u32) -> Self {
        let dots = |mm: u32| mm * dots_per_inch * 10 / 254;
        let (width, height) = (dots(width), dots(height));
        Self {
            width,
            height,
            dots_per_metre: dots_per_inch * 10_000 / 254,
            pixels: vec![WHITE; width as usize * height as usize],
        }
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Writes one line whose top left corner is there.
    ///
    /// # Errors
    /// [`Problem::Print`] when it does not fit.
    pub fn line(
        &mut self,
        font: &Font,
        at: (u32, u32),
        size: u32,
        text: &str,
    ) -> Result<(), Problem> {
        if at.0 + font.width(size, text) > self.width || at.1 + size > self.height {
            return Err(Problem::Print("a line is too long for the paper"));
        }
        let scaled = font.0.as_scaled(scale(size));
        let (mut x, y) = (at.0 as f32, at.1 as f32 + scaled.ascent());
        for letter in text.chars() {
            let id = scaled.glyph_id(letter);
            let glyph = id.with_scale_and_position(scaled.scale(), point(x, y));
            x += scaled.h_advance(id);
            if let Some(outline) = font.0.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                outline.draw(|dx, dy, ink| {
                    self.ink(bounds.min.x + dx as f32, bounds.min.y + dy as f32, ink);
                });
            }
        }
        Ok(())
    }

    /// Draws a QR code into a square, each module the same whole number of pixels.
    ///
    /// # Errors
    /// [`Problem::Print`] when the text is too long for that square.
    pub fn code(&mut self, at: (u32, u32), side: u32, text: &str) -> Result<(), Problem> {
        let too_long = Problem::Print("the text is too long for its code");
        let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
            return Err(too_long);
        };
        let modules = u32::try_from(code.size() + 2 * QUIET_ZONE).unwrap_or(u32::MAX);
        let scale = side / modules;
        if scale == 0 {
            return Err(too_long);
        }
        let margin = (side - modules * scale) / 2;
        for y in 0..modules * scale {
            for x in 0..modules * scale {
                let module = |at: u32| i32::try_from(at / scale).unwrap_or(0) - QUIET_ZONE;
                // Outside of the code nothing is dark: the quiet zone.
                if code.get_module(module(x), module(y)) {
                    self.ink((at.0 + margin + x) as f32, (at.1 + margin + y) as f32, 1.0);
                }
            }
        }
        Ok(())
    }

    /// Draws a thin horizontal line over the page's width, less a margin.
    pub fn rule(&mut self, y: u32, margin: u32) {
        for x in margin..self.width.saturating_sub(margin) {
            self.ink(x as f32, y as f32, 1.0);
        }
    }

    /// The page as PNG, with its size in metres.
    ///
    /// # Errors
    /// [`Problem::Print`] when it cannot be packed.
    pub fn png(&self) -> Result<Vec<u8>, Problem> {
        let failed = |_| Problem::Print("the picture cannot be packed");
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: self.dots_per_metre,
            yppu: self.dots_per_metre,
            unit: png::Unit::Meter,
        }));
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&self.pixels).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(bytes)
    }

    /// Darkens one pixel; what lies outside of the page is left out.
    fn ink(&mut self, x: f32, y: f32, ink: f32) {
        if x < 0.0 || y < 0.0 || x >= self.width as f32 || y >= self.height as f32 {
            return;
        }
        let place = pixels(y) as usize * self.width as usize + pixels(x) as usize;
        let light = f32::from(WHITE) * (1.0 - ink.clamp(0.0, 1.0));
        self.pixels[place] = self.pixels[place].min(pixels(light) as u8);
    }
}

fn scale(size: u32) -> PxScale {
    PxScale::from(size as f32)
}

/// Whole pixels of a length that is not negative.
fn pixels(length: f32) -> u32 {
    length as u32
}

//! A text as a QR code: black on white, whole pixels a module, with the quiet zone.

use qrcodegen::{QrCode, QrCodeEcc};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// Light modules around the code (ISO/IEC 18004 asks for four).
const QUIET_ZONE: i32 = 4;

const WHITE: Rgb8Pixel = Rgb8Pixel {
    r: 255,
    g: 255,
    b: 255,
};
const BLACK: Rgb8Pixel = Rgb8Pixel { r: 0, g: 0, b: 0 };

/// The text as an image that is at most `pixels` wide, each module the same whole number of
/// pixels. A text that is too long for a code gives an empty image; what is shown so has limits
/// on every part.
#[must_use]
pub fn image(text: &str, pixels: u32) -> Image {
    match QrCode::encode_text(text, QrCodeEcc::Low) {
        Ok(code) => draw(&code, pixels),
        Err(_) => Image::default(),
    }
}

fn draw(code: &QrCode, pixels: u32) -> Image {
    let modules = u32::try_from(code.size() + 2 * QUIET_ZONE).unwrap_or(1);
    let scale = (pixels / modules).max(1);
    let side = modules * scale;
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(side, side);
    for (place, pixel) in buffer.make_mut_slice().iter_mut().enumerate() {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let module = |at: u32| i32::try_from(at / scale).unwrap_or(0) - QUIET_ZONE;
        // `get_module` is false outside of the code: the quiet zone.
        let dark = code.get_module(module(place % side), module(place / side));
        *pixel = if dark { BLACK } else { WHITE };
    }
    Image::from_rgb8(buffer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Reads the drawn squares back, each by all of its pixels.
    fn modules(image: &Image, modules: u32) -> Vec<Vec<bool>> {
        let pixels = image.to_rgb8().unwrap();
        let scale = pixels.width() / modules;
        assert_eq!(pixels.width(), modules * scale, "whole pixels a module");
        assert_eq!(pixels.width(), pixels.height());
        let colour = |x: u32, y: u32| pixels.as_slice()[(y * pixels.width() + x) as usize];
        let square = |row: u32, column: u32| {
            let first = colour(column * scale, row * scale);
            for y in 0..scale {
                for x in 0..scale {
                    assert_eq!(colour(column * scale + x, row * scale + y), first);
                }
            }
            first == BLACK
        };
        (0..modules)
            .map(|row| (0..modules).map(|column| square(row, column)).collect())
            .collect()
    }

    #[test]
    fn every_module_of_a_terminals_id_is_a_square_of_whole_pixels_in_a_quiet_zone() {
        let text = "MDG-234567ABCDEF";
        let code = QrCode::encode_text(text, QrCodeEcc::Low).unwrap();
        // 21 modules hold an id, so that three pixels a module fit beside the title of J-1.
        assert_eq!(code.size(), 21);
        for (pixels, side) in [(96, 87), (120, 116), (180, 174), (5, 29)] {
            let drawn = image(text, pixels);
            assert_eq!(drawn.size().width, side);
            let drawn = modules(&drawn, 29);
            for (row, line) in (0..29_i32).zip(&drawn) {
                for (column, dark) in (0..29_i32).zip(line) {
                    assert_eq!(*dark, code.get_module(column - 4, row - 4));
                }
            }
        }
    }

    #[test]
    fn a_text_without_a_code_is_an_empty_image() {
        assert_eq!(image(&"x".repeat(3_000), 300).size().width, 0);
    }
}

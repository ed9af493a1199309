//! The enquiry slip as a QR code: black on white, whole pixels a module, with the quiet zone.

use firmware::terminal::view::Slip;
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

/// The slip as an image that is at most `pixels` wide, each module the same whole number of
/// pixels. A slip that is too long for a code (it has limits on every field) gives an empty image.
#[must_use]
pub fn image(slip: &Slip, pixels: u32) -> Image {
    match QrCode::encode_text(&slip.qr_text(), QrCodeEcc::Low) {
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

//! C-4: is this the person on the photo? C-7: the same by PIN.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use hal::card::{Bitmap, Photo};
use image::imageops::FilterType;
use slint::{ComponentHandle, Image, Rgb8Pixel, SharedPixelBuffer};

use super::on;
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{ComparePage, Kiosk, names, say};

/// Characters that stand for one that could not be written: the card's own picture of the name
/// is shown instead.
const PLACEHOLDERS: [char; 6] = ['\u{fffd}', '〓', '■', '●', '□', '?'];

/// Fills the page. `again`: it is already shown, for the same person.
pub fn show(page: &view::ComparePage, again: bool, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<ComparePage>();
    let name = names::fit(&page.name);
    let same_person = again && global.get_name() == name.text.as_str();
    global.set_name(name.text.into());
    global.set_name_small(name.small);
    let born = say::date(page.born_on, words);
    global.set_born(match page.age {
        Some(age) => words
            .say_with(
                "compare-born-age",
                &[("born", born.into()), ("age", age.into())],
            )
            .into(),
        None => born.into(),
    });
    global.set_address(page.address.as_str().into());
    global.set_expires(
        page.expires_on
            .map(|day| say::western(day, words))
            .map(|date| words.say_with("compare-until", &[("date", date.into())]))
            .unwrap_or_default()
            .into(),
    );
    global.set_signed(page.signed);
    if same_person {
        return;
    }
    let photo = page
        .photo
        .as_deref()
        .and_then(|photo| fitted(photo, layout));
    global.set_has_photo(photo.is_some());
    global.set_photo(photo.unwrap_or_default());
    let strip = page
        .name_image
        .as_deref()
        .filter(|_| unwritable(&page.name));
    global.set_has_name_image(strip.is_some());
    let strip = strip.map(|strip| pixels(strip, name_room(layout)));
    global.set_name_image(strip.unwrap_or_default());
}

/// Lets go of the pictures and the name when the page is left.
pub fn clear(ui: &Kiosk) {
    let global = ui.global::<ComparePage>();
    if global.get_name().is_empty() {
        return;
    }
    global.set_photo(Image::default());
    global.set_has_photo(false);
    global.set_name_image(Image::default());
    global.set_has_name_image(false);
    for set in [
        ComparePage::set_name,
        ComparePage::set_address,
        ComparePage::set_born,
    ] {
        set(&global, slint::SharedString::new());
    }
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<ComparePage>();
    global.on_cancel(on(touches, Touch::Back));
    global.on_differs(on(touches, Touch::Second));
    global.on_same(on(touches, Touch::Main));
}

/// Room for the photo, inside its border.
const fn photo_room(layout: Layout) -> (u32, u32) {
    match layout {
        Layout::Seven => (252, 316),
        Layout::Ten => (444, 556),
        Layout::Portable => (208, 260),
    }
}

/// The photo at the exact size of its place: the screen's renderer scales without smoothing.
fn fitted(photo: &Photo, layout: Layout) -> Option<Image> {
    let (room_width, room_height) = photo_room(layout);
    let (width, height) = (photo.width(), photo.height());
    let grey = image::GrayImage::from_raw(width, height, photo.pixels().to_vec())?;
    let by_width = (room_width, height * room_width / width.max(1));
    let by_height = (width * room_height / height.max(1), room_height);
    let (width, height) = if by_width.1 <= room_height {
        by_width
    } else {
        by_height
    };
    let grey = image::imageops::resize(&grey, width.max(1), height.max(1), FilterType::Triangle);
    Some(from_grey(grey.as_raw(), grey.width(), grey.height()))
}

/// Height of letters that can be read from a chair.
const READABLE: u32 = 24;

/// Room for the picture of the name, beside its label.
const fn name_room(layout: Layout) -> u32 {
    match layout {
        Layout::Seven => 340,
        Layout::Ten => 560,
        Layout::Portable => 300,
    }
}

/// Darker than paper.
const INK: u8 = 0xf0;

/// A strip of rendered text: without the paper around it, each pixel as so many as make it readable
/// and have room, whole ones, so that thin strokes stay.
fn pixels(strip: &Bitmap, room: u32) -> Image {
    let (width, height) = (strip.width(), strip.height());
    let Some(grey) = image::GrayImage::from_raw(width, height, strip.pixels().to_vec()) else {
        return from_grey(strip.pixels(), width, height);
    };
    let ink = || {
        grey.enumerate_pixels()
            .filter(|(.., pixel)| pixel.0[0] < INK)
    };
    let (left, right) = (ink().map(|at| at.0).min(), ink().map(|at| at.0).max());
    let (top, bottom) = (ink().map(|at| at.1).min(), ink().map(|at| at.1).max());
    let (left, top) = (left.unwrap_or(0), top.unwrap_or(0));
    let width = right.map_or(width, |right| right - left + 1);
    let height = bottom.map_or(height, |bottom| bottom - top + 1);
    let grey = image::imageops::crop_imm(&grey, left, top, width, height).to_image();
    let readable = READABLE.div_ceil(height.max(1));
    let times = readable.min(room / width.max(1)).max(1);
    let (width, height) = (width * times, height * times);
    let grey = image::imageops::resize(&grey, width, height, FilterType::Nearest);
    from_grey(grey.as_raw(), width, height)
}

fn from_grey(grey: &[u8], width: u32, height: u32) -> Image {
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(width, height);
    for (pixel, value) in buffer.make_mut_slice().iter_mut().zip(grey) {
        *pixel = Rgb8Pixel::new(*value, *value, *value);
    }
    Image::from_rgb8(buffer)
}

/// Whether the text of a name has characters that no font shows.
fn unwritable(name: &str) -> bool {
    name.trim().is_empty()
        || name.contains(PLACEHOLDERS)
        || name.contains(|c| ('\u{e000}'..='\u{f8ff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cards_own_picture_of_a_name_is_shown_where_fonts_fail() {
        assert!(unwritable("渡\u{fffd} 髙子") && unwritable("\u{e000}田 一郎") && unwritable(" "));
        assert!(!unwritable("渡邉 髙子") && !unwritable("山﨑 ヨシエ"));
    }
}

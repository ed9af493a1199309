//! G-2: the pages of a document.

use std::time::Duration;

use firmware::terminal::touch::{Touch, Zoom};
use firmware::terminal::view::{self, PageImage};
use slint::{ComponentHandle, Image, Rgb8Pixel, SharedPixelBuffer, SharedString};

use super::{on, visitor};
use crate::screen::Touches;
use crate::words::Words;
use crate::{DocumentPage, Kiosk, names, say};

/// Less than this is said loudly.
const SOON: Duration = Duration::from_secs(24 * 60 * 60);

/// Characters of a name that fit beside the page.
const NAME_FITS: usize = 10;

/// Fills the page.
pub fn show(page: &view::DocumentPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<DocumentPage>();
    let name = names::fit_within(person(&page.display_name), NAME_FITS);
    let empty = name.text.is_empty();
    global.set_name(if empty {
        SharedString::new()
    } else {
        visitor(&name.text, words).into()
    });
    global.set_name_small(name.small);
    let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let (now, zoom) = (number(page.page.saturating_add(1)), i32::from(page.zoom));
    match page.image.as_deref().and_then(pixels) {
        None => {
            global.set_drawn(false);
            global.set_image(Image::default());
        }
        Some(image) => {
            global.set_image(image);
            global.set_drawn(true);
        }
    }
    global.set_page(now);
    global.set_zoom(zoom);
    global.set_pages(number(page.pages));
    global.set_left(say::left(page.left, words).into());
    global.set_soon(page.left < SOON);
    global.set_printer(page.printer);
}

/// Lets go of the page image and the name when the page is left.
pub fn clear(ui: &Kiosk) {
    let global = ui.global::<DocumentPage>();
    if global.get_drawn() || !global.get_name().is_empty() {
        global.set_image(Image::default());
        global.set_drawn(false);
        global.set_name(SharedString::new());
    }
}

/// The name in 被保険者番号_被保険者氏名_認定年月日.pdf.
fn person(display_name: &str) -> &str {
    display_name.split('_').nth(1).unwrap_or_default()
}

/// The page as an image; `None` when its bytes do not fit its size.
fn pixels(page: &PageImage) -> Option<Image> {
    let bytes = usize::try_from(u64::from(page.width) * u64::from(page.height) * 3).ok()?;
    (page.rgb.len() == bytes).then(|| {
        Image::from_rgb8(SharedPixelBuffer::<Rgb8Pixel>::clone_from_slice(
            &page.rgb,
            page.width,
            page.height,
        ))
    })
}

/// Turns its buttons into touches. Without a printer the main action closes.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<DocumentPage>();
    global.on_previous(on(touches, Touch::PrevPage));
    global.on_next(on(touches, Touch::NextPage));
    global.on_larger(on(touches, Touch::Zoom(Zoom::Larger)));
    global.on_smaller(on(touches, Touch::Zoom(Zoom::Smaller)));
    global.on_print(on(touches, Touch::Main));
    global.on_close(on(touches, Touch::Back));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_is_read_from_the_files_name() {
        assert_eq!(person("0000123456_青木 ハル_20250828.pdf"), "青木 ハル");
        assert_eq!(person("scan.pdf"), "");
    }

    #[test]
    fn an_image_whose_bytes_do_not_fit_is_not_drawn() {
        let short = PageImage {
            width: 2,
            height: 2,
            rgb: vec![0; 11],
        };
        assert!(pixels(&short).is_none());
    }
}

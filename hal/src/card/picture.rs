//! The pictures on a card: bounded decoding into grey pixels that wipe themselves.
//!
//! A picture that will not decode is no picture; it is never a reason to doubt the card.

use std::fmt;
use std::io::Cursor;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

use zeroize::Zeroizing;

/// Largest encoded picture in bytes: the largest file a card can hold.
const MAX_ENCODED: usize = 64 * 1024;

/// Longest edge of a photo in pixels. Cards carry 378×472.
const MAX_PHOTO_EDGE: u32 = 1024;

/// Longest edge of a rendered text in pixels. Cards carry strips of up to about 300×60.
const MAX_TEXT_EDGE: u32 = 1024;

/// 顔写真: grey pixels, 0 is black.
pub type Photo = Grey<Face>;

/// A rendered text of the card face: 0 is ink, 255 is paper. Scale it by whole pixels only.
pub type Bitmap = Grey<Text>;

/// Grey pixels, row by row, of one kind of picture. Wiped when dropped, never printed.
#[derive(PartialEq, Eq)]
pub struct Grey<Kind> {
    width: u32,
    height: u32,
    pixels: Zeroizing<Vec<u8>>,
    kind: PhantomData<Kind>,
}

/// A kind of picture on the card.
pub trait Kind: Sized {
    /// Its name in debug output.
    const NAME: &'static str;

    /// Decodes it within the limits of its kind.
    #[doc(hidden)]
    fn decode(encoded: &[u8]) -> Option<Grey<Self>>;
}

/// 顔写真, a grey JPEG 2000 picture.
#[derive(Debug, PartialEq, Eq)]
pub enum Face {}

/// A strip of text, a PNG picture.
#[derive(Debug, PartialEq, Eq)]
pub enum Text {}

/// A photo being decoded while the card is still read: the card's own time hides ours.
pub(super) struct PendingPhoto(Option<JoinHandle<Option<Photo>>>);

impl<K: Kind> Grey<K> {
    /// Decodes a picture of this kind; `None` when it is none, too large or damaged.
    #[must_use]
    pub fn decode(encoded: &[u8]) -> Option<Self> {
        if encoded.len() > MAX_ENCODED {
            return None;
        }
        // A panic in the decoder must not end the session of a visitor with a good card.
        catch_unwind(AssertUnwindSafe(|| K::decode(encoded)))
            .ok()
            .flatten()
    }
}

impl<K> Grey<K> {
    fn new(width: u32, height: u32, pixels: Zeroizing<Vec<u8>>) -> Self {
        Self {
            width,
            height,
            pixels,
            kind: PhantomData,
        }
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// `width × height` grey values.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

impl<K: Kind> fmt::Debug for Grey<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}×{})", K::NAME, self.width, self.height)
    }
}

impl PendingPhoto {
    /// Starts decoding a copy of `jpeg2000`, which is wiped afterwards.
    pub(super) fn start(jpeg2000: &[u8]) -> Self {
        let copy = Zeroizing::new(jpeg2000.to_vec());
        let work = move || Photo::decode(&copy);
        let thread = thread::Builder::new().name("photo".to_owned());
        // Without a thread there is no photo, and the card is as good as before.
        Self(thread.spawn(work).ok())
    }

    /// The photo, when it is ready.
    pub(super) fn finish(mut self) -> Option<Photo> {
        self.0.take()?.join().ok().flatten()
    }
}

impl Kind for Face {
    const NAME: &'static str = "Photo";

    fn decode(data: &[u8]) -> Option<Photo> {
        let image =
            hayro_jpeg2000::Image::new(data, &hayro_jpeg2000::DecodeSettings::default()).ok()?;
        let (width, height) = (image.width(), image.height());
        let fits = |edge| (1..=MAX_PHOTO_EDGE).contains(&edge);
        if !fits(width) || !fits(height) || image.has_alpha() {
            return None;
        }
        if image.color_space().num_channels() != 1 || image.original_bit_depth() != 8 {
            return None;
        }
        let mut context = hayro_jpeg2000::DecoderContext::default();
        let decoded = image.decode(&mut context).ok()?;
        if decoded.components().len() != 1 {
            return None;
        }
        let mut pixels = Zeroizing::new(vec![0; width as usize * height as usize]);
        decoded.store_u8_into(&mut pixels);
        Some(Grey::new(width, height, pixels))
    }
}

impl Kind for Text {
    const NAME: &'static str = "Bitmap";

    fn decode(data: &[u8]) -> Option<Bitmap> {
        let mut reader =
            image::ImageReader::with_format(Cursor::new(data), image::ImageFormat::Png);
        let mut limits = image::Limits::default();
        limits.max_image_width = Some(MAX_TEXT_EDGE);
        limits.max_image_height = Some(MAX_TEXT_EDGE);
        limits.max_alloc = Some(16 * 1024 * 1024);
        reader.limits(limits);
        let grey = reader.decode().ok()?.into_luma8();
        let (width, height) = grey.dimensions();
        Some(Grey::new(width, height, Zeroizing::new(grey.into_raw())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const FACE: &[u8] = include_bytes!("../../assets/face-1.jp2");

    #[test]
    fn a_photo_of_the_card_decodes_to_its_grey_pixels() {
        let photo = Photo::decode(FACE).unwrap();
        assert_eq!((photo.width(), photo.height()), (378, 472));
        assert_eq!(photo.pixels().len(), 378 * 472);
        let darkest = photo.pixels().iter().min().unwrap();
        let lightest = photo.pixels().iter().max().unwrap();
        assert!(lightest - darkest > 100, "a face has contrast");
        assert_eq!(format!("{photo:?}"), "Photo(378×472)");
    }

    #[test]
    fn a_picture_that_will_not_decode_is_no_picture() {
        assert!(Photo::decode(b"").is_none());
        assert!(Photo::decode(b"\x89PNG\r\n\x1a\n").is_none());
        assert!(Photo::decode(&vec![0; MAX_ENCODED + 1]).is_none());
        assert!(Bitmap::decode(FACE).is_none());
        assert!(Bitmap::decode(b"\x89PNG\r\n\x1a\nIHDR").is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn a_damaged_picture_never_stops_the_program(at in 0..FACE.len(), to in any::<u8>()) {
            let mut damaged = FACE.to_vec();
            damaged[at] = to;
            if let Some(photo) = Photo::decode(&damaged) {
                prop_assert_eq!(photo.pixels().len() as u32, photo.width() * photo.height());
            }
            let _ = Photo::decode(&damaged[..at]);
        }
    }
}

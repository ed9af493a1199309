//! The screen that comes up when the desk cannot: a picture that was drawn when the image was
//! built, put into the kernel's frame buffer. No display server, no fonts, no font renderer.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Fault;

/// Where the pictures lie, one a code.
pub const PICTURES: &str = "/usr/share/madoguchi/screens";

/// What the kernel says about its frame buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Bits of a pixel: 16 (565) or 32 (blue, green, red, nothing).
    pub bits: usize,
    /// Bytes of a line.
    pub stride: usize,
}

impl Geometry {
    /// Reads what the kernel says in the folder of the frame buffer.
    ///
    /// # Errors
    /// [`Fault::Io`]; [`Fault::NoScreen`] for something that is no frame buffer of ours.
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let text = |name: &str| -> Result<String, Fault> {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(Fault::at(&path))
        };
        let number = |text: &str| text.trim().parse::<usize>().map_err(|_| Fault::NoScreen);
        let size = text("virtual_size")?;
        let (width, height) = size.split_once(',').ok_or(Fault::NoScreen)?;
        let found = Self {
            width: number(width)?,
            height: number(height)?,
            bits: number(&text("bits_per_pixel")?)?,
            stride: number(&text("stride")?)?,
        };
        let sane = matches!(found.bits, 16 | 32)
            && found.stride >= found.width * found.bits / 8
            && (1..=8192).contains(&found.width)
            && (1..=8192).contains(&found.height);
        if sane {
            Ok(found)
        } else {
            Err(Fault::NoScreen)
        }
    }
}

/// A picture in grey levels.
pub struct Grey {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// One byte a pixel, line by line.
    pub levels: Vec<u8>,
}

impl Grey {
    /// Reads a picture that the recipe made: PNG, eight bits, everything in it grey, so that
    /// the first channel tells the level.
    ///
    /// # Errors
    /// [`Fault::Io`], [`Fault::NoPicture`].
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let file = fs::File::open(path).map_err(Fault::at(path))?;
        let mut reader = png::Decoder::new(std::io::BufReader::new(file))
            .read_info()
            .map_err(|_| Fault::NoPicture)?;
        let size = reader.output_buffer_size().ok_or(Fault::NoPicture)?;
        let mut levels = vec![0; size];
        let info = reader
            .next_frame(&mut levels)
            .map_err(|_| Fault::NoPicture)?;
        if info.bit_depth != png::BitDepth::Eight || info.color_type == png::ColorType::Indexed {
            return Err(Fault::NoPicture);
        }
        let levels = levels
            .into_iter()
            .step_by(info.color_type.samples())
            .collect();
        Ok(Self {
            width: info.width as usize,
            height: info.height as usize,
            levels,
        })
    }

    /// The picture in the middle of the screen, as the frame buffer wants it. What does not
    /// fit is cut on all sides; the ground of the picture's first pixel fills the rest.
    #[must_use]
    pub fn on(&self, screen: Geometry) -> Vec<u8> {
        let ground = self.levels.first().copied().unwrap_or(0);
        let mut bytes = Vec::with_capacity(screen.stride * screen.height);
        for y in 0..screen.height {
            let line = bytes.len();
            for x in 0..screen.width {
                let level = self.level_at(x, y, screen).unwrap_or(ground);
                match screen.bits {
                    16 => {
                        let (five, six) = (u16::from(level >> 3), u16::from(level >> 2));
                        bytes.extend((five << 11 | six << 5 | five).to_le_bytes());
                    }
                    _ => bytes.extend([level, level, level, 0]),
                }
            }
            bytes.resize(line + screen.stride, 0);
        }
        bytes
    }

    fn level_at(&self, x: usize, y: usize, screen: Geometry) -> Option<u8> {
        let x = (x + self.width / 2).checked_sub(screen.width / 2)?;
        let y = (y + self.height / 2).checked_sub(screen.height / 2)?;
        if x >= self.width {
            return None;
        }
        self.levels.get(y * self.width + x).copied()
    }
}

/// Puts the picture of `code` on the first frame buffer.
///
/// # Errors
/// [`Fault::NoScreen`], [`Fault::NoPicture`], [`Fault::Io`].
pub fn show(code: &str) -> Result<(), Fault> {
    let picture = picture_of(Path::new(PICTURES), code);
    let screen = Geometry::read(Path::new("/sys/class/graphics/fb0"))?;
    let device = Path::new("/dev/fb0");
    fs::write(device, Grey::read(&picture)?.on(screen)).map_err(Fault::at(device))
}

/// The picture of a code; a code without one has the common picture.
fn picture_of(folder: &Path, code: &str) -> PathBuf {
    let own = folder.join(format!("{code}.png"));
    if own.is_file() {
        own
    } else {
        folder.join("MDG-SLOTS-BAD.png")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(width: usize, height: usize, bits: usize, stride: usize) -> Geometry {
        Geometry {
            width,
            height,
            bits,
            stride,
        }
    }

    fn dot() -> Grey {
        Grey {
            width: 3,
            height: 3,
            levels: vec![9, 9, 9, 9, 255, 9, 9, 9, 9],
        }
    }

    #[test]
    fn the_picture_stands_in_the_middle_of_any_screen() {
        let bytes = dot().on(screen(7, 5, 32, 7 * 4));
        assert_eq!(bytes.len(), 7 * 5 * 4);
        let white: Vec<_> = (0..35).filter(|pixel| bytes[pixel * 4] == 255).collect();
        assert_eq!(white, [2 * 7 + 3]);
        assert_eq!(bytes[0], 9);
    }

    #[test]
    fn a_screen_smaller_than_the_picture_shows_its_middle() {
        let bytes = dot().on(screen(1, 1, 32, 4));
        assert_eq!(bytes, [255, 255, 255, 0]);
    }

    #[test]
    fn lines_are_as_long_as_the_kernel_says() {
        let bytes = dot().on(screen(3, 3, 16, 10));
        assert_eq!(bytes.len(), 30);
        assert_eq!(bytes[10 + 2..10 + 4], [0xff, 0xff]);
        assert_eq!(bytes[6..10], [0; 4]);
    }

    #[test]
    fn nonsense_of_the_kernel_is_a_named_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("a file");
        };
        write("virtual_size", "800,480\n");
        write("bits_per_pixel", "32\n");
        write("stride", "3200\n");
        assert_eq!(
            Geometry::read(folder.path()).expect("sane"),
            screen(800, 480, 32, 3200)
        );
        for (name, text) in [
            ("stride", "10"),
            ("bits_per_pixel", "24"),
            ("virtual_size", "8"),
        ] {
            write(name, text);
            assert!(matches!(
                Geometry::read(folder.path()),
                Err(Fault::NoScreen)
            ));
        }
    }
}

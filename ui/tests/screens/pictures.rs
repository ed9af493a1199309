//! Every sample is drawn by the real renderer with real fonts and compared with its committed
//! picture. `MADOGUCHI_ACCEPT=1 cargo test -p ui --test screens pictures` draws them anew.

use std::fs;
use std::path::{Path, PathBuf};

use firmware::terminal::touch::{Language, TextSize};
use firmware::terminal::view::Look;
use ui::headless::Headless;
use ui::layout::Layout;
use ui::picture::Picture;
use ui::sheet::{Frame, contact_sheet};

use crate::samples;

/// A way of drawing a sample that has its own picture.
pub struct Variant {
    pub layout: Layout,
    pub look: Look,
    pub suffix: &'static str,
}

pub fn variants() -> Vec<Variant> {
    let look = samples::look();
    let english = Look { language: Language::En, ..look };
    let contrast = Look { high_contrast: true, ..look };
    let large = Look { text_size: TextSize::Largest, ..look };
    vec![
        Variant { layout: Layout::Seven, look, suffix: "800x480" },
        Variant { layout: Layout::Ten, look, suffix: "1280x800" },
        Variant { layout: Layout::Portable, look, suffix: "480x800" },
        Variant { layout: Layout::Seven, look: english, suffix: "en_800x480" },
        Variant { layout: Layout::Ten, look: english, suffix: "en_1280x800" },
        Variant { layout: Layout::Seven, look: contrast, suffix: "hc_800x480" },
        Variant { layout: Layout::Seven, look: large, suffix: "large_800x480" },
    ]
}

#[test]
fn every_screen_looks_as_its_picture() {
    let accept = std::env::var_os("MADOGUCHI_ACCEPT").is_some();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    let drawn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    fs::create_dir_all(&drawn).expect("the target directory can be written");
    if accept {
        fs::create_dir_all(&kept).expect("the repository can be written");
    }

    let mut different = Vec::new();
    let mut frames = Vec::new();
    for variant in variants() {
        let screen = Headless::new(variant.layout, variant.look).expect("a screen in memory");
        for sample in samples::all() {
            let mut view = sample.view;
            view.look = variant.look;
            screen.show(&view);
            let picture = Picture::from(&screen.picture().expect("a picture"));
            let png = picture.to_png().expect("a screen has pixels");
            let file = format!("{}_{}.png", sample.name, variant.suffix);
            write(&drawn.join(&file), &png);
            if accept {
                accept_picture(&kept.join(&file), &picture, &png);
            } else if let Some(problem) = compare(&kept.join(&file), &picture) {
                different.push(format!("{file}: {problem}"));
            }
            frames.push(Frame {
                group: sample.name.clone(),
                caption: variant.suffix.to_owned(),
                file,
            });
        }
    }
    frames.sort_by(|one, two| one.group.cmp(&two.group));
    write(&drawn.join("index.html"), contact_sheet("Screens", &frames).as_bytes());
    assert!(
        different.is_empty(),
        "{} pictures changed; look at them in {}\n{}",
        different.len(),
        drawn.display(),
        different.join("\n")
    );
}

/// Keeps the present file when the new picture looks the same: a review shows only real changes.
fn accept_picture(file: &PathBuf, picture: &Picture, png: &[u8]) {
    if compare(file, picture).is_some() {
        write(file, png);
    }
}

fn compare(file: &Path, picture: &Picture) -> Option<String> {
    let Ok(kept) = fs::read(file) else {
        return Some("has no committed picture".to_owned());
    };
    let kept = Picture::from_png(&kept).expect("committed pictures are PNG files");
    kept.difference(picture)
        .map(|found| format!("{} pixels differ, first at {:?}", found.pixels, found.first))
}

fn write(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}

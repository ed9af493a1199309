//! Every sample is drawn by the real renderer with real fonts and compared with its committed
//! picture, which is kept at half size. `MADOGUCHI_ACCEPT=1 cargo test -p ui --test screens
//! pictures` takes the new pictures; all of them stand at full size, with a contact sheet, in
//! `pictures/` of cargo's temporary directory.

use std::fs;
use std::path::Path;

use firmware::terminal::touch::{Language, TextSize};
use firmware::terminal::view::Look;
use ui::headless::Headless;
use ui::layout::Layout;
use ui::picture::Picture;
use ui::sheet::{Frame, contact_sheet};

use crate::samples;

/// A way of drawing every sample.
struct Variant {
    layout: Layout,
    look: Look,
    suffix: &'static str,
    /// Its pictures are committed; the others are only drawn, for eyes.
    kept: bool,
}

fn variants() -> Vec<Variant> {
    let look = samples::look();
    let english = Look {
        language: Language::En,
        ..look
    };
    let contrast = Look {
        high_contrast: true,
        ..look
    };
    let large = Look {
        text_size: TextSize::Largest,
        ..look
    };
    let variant = |layout, look, suffix, kept| Variant {
        layout,
        look,
        suffix,
        kept,
    };
    vec![
        variant(Layout::Seven, look, "800x480", true),
        variant(Layout::Ten, look, "1280x800", true),
        variant(Layout::Portable, look, "480x800", true),
        variant(Layout::Seven, english, "en_800x480", true),
        variant(Layout::Ten, english, "en_1280x800", true),
        variant(Layout::Seven, contrast, "hc_800x480", false),
        variant(Layout::Seven, large, "large_800x480", false),
    ]
}

#[test]
fn every_screen_looks_as_its_picture() {
    let accept = std::env::var_os("MADOGUCHI_ACCEPT").is_some();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    let drawn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    for folder in [&kept, &drawn] {
        fs::create_dir_all(folder).expect("the folders of pictures can be made");
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
            let file = format!("{}_{}.png", sample.name, variant.suffix);
            write(
                &drawn.join(&file),
                &picture.to_true_png().expect("a screen has pixels"),
            );
            if variant.kept {
                let small = picture.halved().to_png().expect("a screen has pixels");
                match compare(&kept.join(&file), &small) {
                    Some(_) if accept => write(&kept.join(&file), &small),
                    Some(problem) => different.push(format!("{file}: {problem}")),
                    None => {}
                }
            }
            frames.push(Frame {
                group: sample.name.clone(),
                caption: variant.suffix.to_owned(),
                file,
            });
        }
    }
    frames.sort_by(|one, two| one.group.cmp(&two.group));
    write(
        &drawn.join("index.html"),
        contact_sheet("Screens", &frames).as_bytes(),
    );
    assert!(
        different.is_empty(),
        "{} pictures changed; look at them in {}\n{}",
        different.len(),
        drawn.display(),
        different.join("\n")
    );
}

#[test]
fn no_picture_is_kept_of_a_screen_that_is_gone() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    let suffixes: Vec<_> = variants()
        .into_iter()
        .filter(|v| v.kept)
        .map(|v| v.suffix)
        .collect();
    let names: Vec<_> = samples::all()
        .into_iter()
        .flat_map(|sample| {
            suffixes
                .iter()
                .map(move |s| format!("{}_{s}.png", sample.name))
        })
        .collect();
    for entry in fs::read_dir(kept).expect("pictures are kept").flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        assert!(names.contains(&file), "{file} shows nothing that is drawn");
    }
}

fn compare(file: &Path, small: &[u8]) -> Option<String> {
    let Ok(kept) = fs::read(file) else {
        return Some("has no committed picture".to_owned());
    };
    let read = |bytes| Picture::from_png(bytes).expect("committed pictures are PNG files");
    read(&kept)
        .difference(&read(small))
        .map(|found| format!("{} pixels differ, first at {:?}", found.pixels, found.first))
}

fn write(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}

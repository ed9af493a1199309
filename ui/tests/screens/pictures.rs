//! Every sample is drawn by the real renderer with real fonts and compared with its committed
//! picture, which is kept at half size. `MADOGUCHI_ACCEPT=1 cargo test -p ui --test screens
//! pictures` takes the new pictures; all of them stand at full size, with a contact sheet, in
//! `pictures/` of cargo's temporary directory.

use std::fs;
use std::path::Path;

use firmware::terminal::touch::{Language, TextSize};
use firmware::terminal::view::Look;
use slint::platform::Key;
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
    kept: Kept,
}

/// Which of a variant's pictures are committed; the others are only drawn, for eyes.
#[derive(Clone, Copy)]
enum Kept {
    All,
    These(&'static [&'static str]),
    None,
}

impl Kept {
    fn keeps(self, name: &str) -> bool {
        match self {
            Self::All => !ONLY_MEASURED.iter().any(|begins| name.starts_with(begins)),
            Self::These(names) => names.contains(&name),
            Self::None => false,
        }
    }
}

/// Samples that show every word there is: the ruler reads them, their pictures say nothing new.
const ONLY_MEASURED: &[&str] = &["J-1_words", "J-7_findings"];

/// High contrast: one screen of each kind of component.
const CONTRAST: &[&str] = &[
    "A-1_lock",
    "A-2_staff",
    "A-3_passcode",
    "A-4_lockout",
    "B-1_home",
    "B-1_home_held_offline",
    "C-1_card_prompt",
    "C-2_number_b",
    "C-4_photo_compare",
    "C-11_card_torn",
    "D-1_number",
    "D-2_birthdate",
    "D-4_purpose",
    "D-5_answer",
    "D-6_stale",
    "D-7_saved_offline",
    "D-8_clock_untrusted",
    "D-12_eligibility",
    "E-1_disclosure",
    "F-1_outbox",
    "G-1_inbox",
    "H-1_help",
    "J-2_staff_admin",
    "K-1_trouble",
    "S-7_selftest_touch",
    "S-9_selftest_reader",
    "S-10_selftest_stopped",
];

/// Upright in English: the longest words in the narrowest rows, and whoever tests a unit that is
/// carried about.
const UPRIGHT_ENGLISH: &[&str] = &[
    "B-1_home_battery",
    "J-1_diagnostics",
    "J-1_diagnostics_board",
    "J-7_parts",
    "J-7_parts_tested",
    "S-7_selftest_touch",
    "S-7_selftest_touch_silent",
    "S-8_selftest_green",
    "S-9_selftest_colours",
    "S-9_selftest_lamp",
    "S-9_selftest_looking",
    "S-9_selftest_reader_missing",
    "S-9_selftest_sound",
    "S-10_selftest_faults",
    "S-10_selftest_result",
    "S-10_selftest_stopped",
];

/// The largest text in English: the longest words in the least room.
const LARGEST: &[&str] = &[
    "B-1_home",
    "C-6_confirmed",
    "D-5_answer",
    "D-12_eligibility_longname",
    "E-1_disclosure",
    "F-1_outbox",
    "H-1_help",
    "K-1_trouble",
];

/// The ring of the keyboard's focus: screen, and how often Tab is pressed.
const FOCUS: &[(&str, usize)] = &[
    ("B-1_home", 1),
    ("B-1_home", 2),
    ("D-1_number", 2),
    ("D-4_purpose", 2),
    ("F-1_outbox", 3),
];

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
    let largest_english = Look {
        language: Language::En,
        ..large
    };
    let variant = |layout, look, suffix, kept| Variant {
        layout,
        look,
        suffix,
        kept,
    };
    vec![
        variant(Layout::Seven, look, "800x480", Kept::All),
        variant(Layout::Ten, look, "1280x800", Kept::All),
        variant(Layout::Portable, look, "480x800", Kept::All),
        variant(Layout::Seven, english, "en_800x480", Kept::All),
        variant(Layout::Ten, english, "en_1280x800", Kept::All),
        variant(
            Layout::Portable,
            english,
            "en_480x800",
            Kept::These(UPRIGHT_ENGLISH),
        ),
        variant(Layout::Seven, contrast, "hc_800x480", Kept::These(CONTRAST)),
        variant(Layout::Seven, large, "large_800x480", Kept::None),
        variant(
            Layout::Seven,
            largest_english,
            "en_large_800x480",
            Kept::These(LARGEST),
        ),
        variant(
            Layout::Portable,
            largest_english,
            "en_large_480x800",
            Kept::These(LARGEST),
        ),
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
            if variant.kept.keeps(&sample.name) {
                let small = picture.halved().to_png().expect("a screen has pixels");
                match compare(&kept.join(&file), &small) {
                    // Also what is too small to count as another picture.
                    _ if accept => write(&kept.join(&file), &small),
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
fn the_ring_of_the_focus_looks_as_its_picture() {
    let accept = std::env::var_os("MADOGUCHI_ACCEPT").is_some();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    let mut different = Vec::new();
    for (file, name, tabs, look) in focused() {
        let sample = samples::all()
            .into_iter()
            .find(|sample| sample.name == name)
            .expect("the sample is there");
        let screen = Headless::new(Layout::Seven, look).expect("a screen in memory");
        let mut view = sample.view;
        view.look = look;
        screen.show(&view);
        for _ in 0..tabs {
            screen.key(char::from(Key::Tab));
        }
        let picture = Picture::from(&screen.picture().expect("a picture"));
        let small = picture.halved().to_png().expect("a screen has pixels");
        match compare(&kept.join(&file), &small) {
            Some(_) if accept => write(&kept.join(&file), &small),
            Some(problem) => different.push(format!("{file}: {problem}")),
            None => {}
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// File, sample, how often Tab is pressed, and the look.
fn focused() -> Vec<(String, &'static str, usize, Look)> {
    let light = samples::look();
    let contrast = Look {
        high_contrast: true,
        ..light
    };
    FOCUS
        .iter()
        .flat_map(|&(name, tabs)| {
            [("", light), ("hc_", contrast)].map(|(prefix, look)| {
                let file = format!("{name}_focus{tabs}_{prefix}800x480.png");
                (file, name, tabs, look)
            })
        })
        .collect()
}

#[test]
fn no_picture_is_kept_of_a_screen_that_is_gone() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    let samples = samples::all();
    let mut names: Vec<_> = variants()
        .into_iter()
        .flat_map(|variant| {
            let names = samples.iter().map(|sample| sample.name.as_str());
            names
                .filter(|name| variant.kept.keeps(name))
                .map(|name| format!("{name}_{}.png", variant.suffix))
                .collect::<Vec<_>>()
        })
        .collect();
    names.extend(focused().into_iter().map(|(file, ..)| file));
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

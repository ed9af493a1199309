//! What a ruler would find on each screen: nothing overlaps, spills, is cut or is too small.

use std::collections::BTreeSet;

use firmware::terminal::touch::{Language, TextSize};
use firmware::terminal::view::{Look, Page};
use protocol::problem::ProblemCode;
use ui::headless::{Control, Headless};
use ui::layout::Layout;
use ui::words::Words;

use crate::samples;
use crate::touches::view_of;

/// Smallest side of a thing that is touched, in pixels (≈ 12 mm).
const MIN_TARGET: f32 = 64.0;

/// Fractions of a pixel that rounding may cost.
const ROUNDING: f32 = 1.0;

#[test]
fn nothing_overlaps_spills_is_cut_or_too_small_to_touch() {
    check(TextSize::Normal);
}

#[test]
fn larger_text_still_fits() {
    check(TextSize::Large);
}

#[test]
fn the_largest_text_still_fits() {
    check(TextSize::Largest);
}

#[test]
fn every_screen_can_be_left() {
    let screen = Headless::new(Layout::Seven, samples::look()).expect("a screen in memory");
    for sample in samples::all() {
        screen.show(&sample.view);
        let ways = screen
            .controls()
            .into_iter()
            .filter(|c| c.touchable && c.enabled)
            .count();
        // Reading and enrolling go on by themselves.
        assert!(
            ways > 0 || ["C-3", "S-3"].contains(&&sample.name[..3]),
            "{}",
            sample.name
        );
    }
}

/// A unit without a file of desks calls the insurer about everything, by a name of usual length.
#[test]
fn the_words_of_every_problem_fit_with_the_desk_of_an_insurer() {
    let mut problems = Vec::new();
    for layout in Layout::ALL {
        for language in [Language::Ja, Language::En] {
            let look = Look {
                language,
                ..samples::look()
            };
            let screen = Headless::new(layout, look).expect("a screen in memory");
            let mut seen = BTreeSet::new();
            let mut view = view_of("K-1_trouble_tls");
            view.look = look;
            for code in ProblemCode::ALL {
                let facts = ui::pages::trouble::facts(code, 18, &Words::new(language));
                if !seen.insert((facts.title, facts.happened, facts.safe, facts.next)) {
                    continue;
                }
                if let Page::Trouble(page) = &mut view.page {
                    page.code = code.clone();
                    page.slip.code = Some(code.clone());
                }
                screen.show(&view);
                for problem in problems_of(&screen.controls(), layout) {
                    problems.push(format!("{code} {layout:?} {language:?}: {problem}"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn check(text_size: TextSize) {
    let mut problems = Vec::new();
    for layout in Layout::ALL {
        for language in [Language::Ja, Language::En] {
            let look = Look {
                language,
                text_size,
                ..samples::look()
            };
            let screen = Headless::new(layout, look).expect("a screen in memory");
            for sample in samples::all() {
                let mut view = sample.view;
                view.look = look;
                screen.show(&view);
                for problem in problems_of(&screen.controls(), layout) {
                    problems.push(format!(
                        "{} {layout:?} {language:?}: {problem}",
                        sample.name
                    ));
                }
            }
        }
    }
    assert!(
        problems.is_empty(),
        "{} problems\n{}",
        problems.len(),
        problems.join("\n")
    );
}

pub fn problems_of(controls: &[Control], layout: Layout) -> Vec<String> {
    let (width, height) = layout.size();
    #[allow(clippy::cast_precision_loss)]
    let window = (0.0, 0.0, width as f32, height as f32);
    let mut problems = Vec::new();
    for control in controls {
        if !inside(control.place, window) {
            problems.push(format!(
                "{:?} leaves the window: {:?}",
                control.label, control.place
            ));
        }
        if control.description == "cut" {
            problems.push(format!("{:?} is cut: {:?}", control.label, control.place));
        }
        let (_, _, w, h) = control.place;
        if control.touchable && (w + ROUNDING < MIN_TARGET || h + ROUNDING < MIN_TARGET) {
            problems.push(format!(
                "{:?} is too small to touch: {w}x{h}",
                control.label
            ));
        }
    }
    for (place, one) in controls.iter().enumerate() {
        for two in &controls[place + 1..] {
            if overlap(one, two) {
                problems.push(format!(
                    "{:?} {:?} and {:?} {:?} overlap",
                    one.label, one.place, two.label, two.place
                ));
            }
        }
    }
    problems
}

/// Two things overlap when they share room and neither is a part of the other. A text is never
/// part of a text.
fn overlap(one: &Control, two: &Control) -> bool {
    let shared = |a: (f32, f32, f32, f32), b: (f32, f32, f32, f32)| {
        let w = (a.0 + a.2).min(b.0 + b.2) - a.0.max(b.0);
        let h = (a.1 + a.3).min(b.1 + b.3) - a.1.max(b.1);
        w > ROUNDING && h > ROUNDING
    };
    if one.label.is_empty() || two.label.is_empty() || !shared(one.place, two.place) {
        return false;
    }
    match (one.touchable, two.touchable) {
        (false, false) => {
            one.place != two.place && !inside(one.place, two.place) && !inside(two.place, one.place)
        }
        (true, true) => true,
        (true, false) => !inside(two.place, one.place),
        (false, true) => !inside(one.place, two.place),
    }
}

fn inside(part: (f32, f32, f32, f32), whole: (f32, f32, f32, f32)) -> bool {
    part.0 + ROUNDING >= whole.0
        && part.1 + ROUNDING >= whole.1
        && part.0 + part.2 <= whole.0 + whole.2 + ROUNDING
        && part.1 + part.3 <= whole.1 + whole.3 + ROUNDING
}

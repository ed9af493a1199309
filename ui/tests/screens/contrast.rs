//! Contrast, computed from the colours in the theme (WCAG 2).

use std::collections::HashMap;

const THEME: &str = include_str!("../../slint/theme.slint");

/// Text on its ground.
const TEXT_PAIRS: &[(&str, &str)] = &[
    ("ink", "paper"),
    ("ink", "paper2"),
    ("ink", "surface"),
    ("ink2", "paper"),
    ("ink2", "paper2"),
    ("ink2", "surface"),
    ("on-tetsu", "tetsu"),
    ("on-tetsu", "tetsu-dark"),
    ("tetsu", "surface"),
    ("tetsu", "paper"),
    ("tetsu", "paper2"),
    ("tetsu", "tetsu-tint"),
    ("ink", "tetsu-tint"),
    ("tetsu-tint", "tetsu"),
    ("ok", "ok-tint"),
    ("ok", "surface"),
    ("ok", "paper"),
    ("attn", "attn-tint"),
    ("on-attn", "attn-fill"),
    ("attn", "surface"),
    ("ink", "attn-tint"),
    ("danger", "surface"),
    ("danger", "paper"),
    ("danger", "danger-tint"),
    ("on-danger", "danger"),
    ("on-danger", "danger-dark"),
    ("ink", "danger-tint"),
    ("info", "info-tint"),
    ("info", "surface"),
    ("info", "paper"),
    ("stale", "stale-tint"),
    ("stale", "surface"),
    ("ink", "stale-tint"),
];

/// Borders of things that are touched, and rings, on their ground.
const CONTROL_PAIRS: &[(&str, &str)] = &[
    ("line2", "paper"),
    ("line2", "surface"),
    ("line2", "paper2"),
    ("tetsu", "paper2"),
];

#[test]
fn text_has_a_contrast_of_seven_in_both_themes() {
    for theme in [0, 1] {
        for (text, ground) in TEXT_PAIRS {
            let ratio = ratio(text, ground, theme);
            assert!(
                ratio >= 7.0,
                "{text} on {ground} in theme {theme}: {ratio:.2}"
            );
        }
    }
}

#[test]
fn what_is_touched_has_an_edge_that_can_be_seen() {
    for theme in [0, 1] {
        for (line, ground) in CONTROL_PAIRS {
            let ratio = ratio(line, ground, theme);
            assert!(
                ratio >= 3.0,
                "{line} on {ground} in theme {theme}: {ratio:.2}"
            );
        }
    }
}

#[test]
fn a_six_bit_panel_can_show_every_colour_without_dither() {
    for (name, both) in colours() {
        for channel in both.iter().flatten() {
            assert!(
                channel % 4 == 0 || *channel == 0xff,
                "{name}: {channel:02X}"
            );
        }
    }
}

fn ratio(text: &str, ground: &str, theme: usize) -> f64 {
    let colours = colours();
    let (one, two) = (
        luminance(colours[text][theme]),
        luminance(colours[ground][theme]),
    );
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let linear = colour.map(|channel| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.03928 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/// Name → high contrast, light; from lines such as
/// `out property <color> paper: root.high-contrast ? #000000 : #F4F0E4;`.
fn colours() -> HashMap<String, [[u8; 3]; 2]> {
    THEME
        .lines()
        .filter_map(|line| {
            let rest = line.trim().strip_prefix("out property <color> ")?;
            let (name, values) = rest.split_once(": root.high-contrast ? #")?;
            let (contrast, light) = values.split_once(" : #")?;
            Some((
                name.to_owned(),
                [colour(&contrast[..6]), colour(&light[..6])],
            ))
        })
        .collect()
}

fn colour(hex: &str) -> [u8; 3] {
    let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour");
    [channel(0), channel(2), channel(4)]
}

//! ゛, ゜ and 小 on the last kana.

use crate::terminal::touch::KanaModifier;

/// Rows of plain and voiced kana, in pairs of the same length.
const VOICED: [(&str, &str); 2] = [
    (
        "かきくけこさしすせそたちつてとはひふへほう",
        "がぎぐげござじずぜぞだぢづでどばびぶべぼゔ",
    ),
    (
        "カキクケコサシスセソタチツテトハヒフヘホウ",
        "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ",
    ),
];
const SEMI_VOICED: [(&str, &str); 2] = [("はひふへほ", "ぱぴぷぺぽ"), ("ハヒフヘホ", "パピプペポ")];
const SMALL: [(&str, &str); 2] = [
    ("あいうえおつやゆよわ", "ぁぃぅぇぉっゃゅょゎ"),
    ("アイウエオツヤユヨワカケ", "ァィゥェォッャュョヮヵヶ"),
];

/// The kana with the change made, or taken back when it is there already; a voiced kana
/// becomes semi-voiced and the other way round. `None` when it cannot have that change.
#[must_use]
pub fn modify(kana: char, modifier: KanaModifier) -> Option<char> {
    let table = match modifier {
        KanaModifier::Voiced => &VOICED,
        KanaModifier::SemiVoiced => &SEMI_VOICED,
        KanaModifier::Small => &SMALL,
    };
    swap(kana, table).or_else(|| {
        let plain = match modifier {
            KanaModifier::Voiced => plain_of(kana, &SEMI_VOICED).or_else(|| plain_of(kana, &SMALL)),
            KanaModifier::SemiVoiced => plain_of(kana, &VOICED),
            KanaModifier::Small => plain_of(kana, &VOICED),
        }?;
        swap(plain, table)
    })
}

fn swap(kana: char, table: &[(&str, &str)]) -> Option<char> {
    table.iter().find_map(|(plain, changed)| {
        beside(kana, plain, changed).or_else(|| beside(kana, changed, plain))
    })
}

fn plain_of(kana: char, table: &[(&str, &str)]) -> Option<char> {
    table
        .iter()
        .find_map(|(plain, changed)| beside(kana, changed, plain))
}

/// The character of `to` in the place where `kana` stands in `from`.
fn beside(kana: char, from: &str, to: &str) -> Option<char> {
    from.chars()
        .zip(to.chars())
        .find(|(this, _)| *this == kana)
        .map(|(_, other)| other)
}

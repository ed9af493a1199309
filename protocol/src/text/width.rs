//! Full-width and half-width characters.

/// Letters, digits, signs and space of ASCII from their full-width forms; everything
/// else stays.
#[must_use]
pub fn fold_width(text: &str) -> String {
    text.chars().map(folded).collect()
}

/// Kana of any kind as full-width katakana: half-width katakana with their sound marks
/// joined (`ｶﾞ` → `ガ`), hiragana as katakana. Everything else stays.
#[must_use]
pub fn to_full_width_kana(text: &str) -> String {
    let mut wide = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'ﾞ' | '゛' | '\u{3099}' => join_mark(&mut wide, voiced, '゛'),
            'ﾟ' | '゜' | '\u{309a}' => join_mark(&mut wide, half_voiced, '゜'),
            _ => wide.push(widened(character)),
        }
    }
    wide
}

fn folded(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xff01 + 0x21).unwrap_or(character)
        }
        '\u{3000}' => ' ',
        _ => character,
    }
}

/// Half-width katakana in the order of their code points, from U+FF65.
const HALF_WIDTH: &str = "・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

fn widened(character: char) -> char {
    match character {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => {
            char::from_u32(u32::from(character) + 0x60).unwrap_or(character)
        }
        '\u{ff65}'..='\u{ff9d}' => usize::try_from(u32::from(character) - 0xff65)
            .ok()
            .and_then(|at| HALF_WIDTH.chars().nth(at))
            .unwrap_or(character),
        _ => character,
    }
}

/// Replaces the last character by its marked form, or keeps the mark as a character.
fn join_mark(text: &mut String, marked: fn(char) -> Option<char>, alone: char) {
    match text.chars().next_back().and_then(marked) {
        Some(joined) => {
            text.pop();
            text.push(joined);
        }
        None => text.push(alone),
    }
}

fn voiced(character: char) -> Option<char> {
    match character {
        'ウ' => Some('ヴ'),
        'カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ' | 'タ' | 'チ'
        | 'ツ' | 'テ' | 'ト' | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' => following(character, 1),
        _ => None,
    }
}

fn half_voiced(character: char) -> Option<char> {
    matches!(character, 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ')
        .then(|| following(character, 2))
        .flatten()
}

fn following(character: char, steps: u32) -> Option<char> {
    char::from_u32(u32::from(character) + steps)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn full_width_letters_and_digits_become_half_width() {
        assert_eq!(fold_width("Ｒ７．８．２８　（木）"), "R7.8.28 (木)");
        assert_eq!(fold_width("カナ漢字"), "カナ漢字");
    }

    #[test]
    fn half_width_kana_become_full_width_with_their_marks() {
        assert_eq!(to_full_width_kana("ﾔﾏﾀﾞ ﾊﾅｺ"), "ヤマダ ハナコ");
        assert_eq!(to_full_width_kana("ﾊﾟｰｶｰ･ｳﾞｨｸﾄﾘｱ"), "パーカー・ヴィクトリア");
        assert_eq!(to_full_width_kana("やまだ はなこ"), "ヤマダ ハナコ");
        assert_eq!(to_full_width_kana("ｦｧｯｬﾝ"), "ヲァッャン");
        assert_eq!(to_full_width_kana("か\u{3099}"), "ガ");
        assert_eq!(to_full_width_kana("ﾞア"), "゛ア");
    }

    #[test]
    fn every_half_width_kana_has_a_full_width_form() {
        for code in 0xff65u32..=0xff9d {
            let half = char::from_u32(code).map(String::from).unwrap_or_default();
            let wide = to_full_width_kana(&half);
            assert_ne!(wide, half);
            assert!(
                wide.chars().all(|c| ('ァ'..='ー').contains(&c)),
                "{half} {wide}"
            );
        }
    }

    proptest! {
        #[test]
        fn widening_twice_changes_nothing(text in "[ｦ-ﾟぁ-ゖァ-ヶ゛゜ー ]{0,20}") {
            let once = to_full_width_kana(&text);
            prop_assert_eq!(to_full_width_kana(&once), once);
        }
    }
}

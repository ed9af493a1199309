//! 個人番号: recognised only to be refused.

/// Digits of a 個人番号.
const LENGTH: usize = 12;

/// Whether the text holds what looks like a 個人番号: twelve digits with the right check
/// digit, alone or in a longer text, half-width or full-width, in one run or in groups
/// with spaces, hyphens or dots between them. Longer runs of digits are something else.
///
/// Asking for the number or keeping it is forbidden (番号法 15, 19, 20条), so every field
/// refuses it. One in eleven other twelve-digit numbers is refused with it.
#[must_use]
pub fn looks_like_individual_number(text: &str) -> bool {
    // The digit groups that are joined by separators up to here; a group never holds
    // more than matters.
    let mut groups: Vec<Vec<u8>> = Vec::new();
    let mut in_group = false;
    for character in text.chars() {
        if let Some(digit) = digit(character) {
            if !in_group {
                groups.push(Vec::with_capacity(LENGTH));
                in_group = true;
            }
            if let Some(group) = groups.last_mut()
                && group.len() <= LENGTH
            {
                group.push(digit);
            }
            continue;
        }
        if in_group {
            if ends_with_number(&groups) {
                return true;
            }
            in_group = false;
            // More groups than digits in a number can never be needed.
            if groups.len() >= LENGTH {
                groups.remove(0);
            }
        }
        if !is_separator(character) {
            groups.clear();
        }
    }
    in_group && ends_with_number(&groups)
}

/// The check digit for eleven digits, the first being the most significant.
///
/// Source: 総務省令第85号 (2014) 第5条: 11 − (Σ Pn·Qn mod 11), 0 when the remainder is 0 or
/// 1, where Pn is the n-th digit from the right, Qn = n + 1 up to n = 6 and n − 5 above.
fn check_digit(eleven: &[u8]) -> u8 {
    let mut sum = 0u32;
    for (n, digit) in (1u32..).zip(eleven.iter().rev()) {
        let weight = if n <= 6 { n + 1 } else { n - 5 };
        sum += u32::from(*digit) * weight;
    }
    match sum % 11 {
        0 | 1 => 0,
        remainder => u8::try_from(11 - remainder).unwrap_or_default(),
    }
}

/// Whether some of the last groups together are exactly a number.
fn ends_with_number(groups: &[Vec<u8>]) -> bool {
    let mut digits: Vec<u8> = Vec::with_capacity(LENGTH);
    for group in groups.iter().rev() {
        if digits.len() + group.len() > LENGTH {
            return false;
        }
        digits.splice(0..0, group.iter().copied());
        if let Some((last, eleven)) = digits.split_last()
            && digits.len() == LENGTH
        {
            return check_digit(eleven) == *last;
        }
    }
    false
}

fn digit(character: char) -> Option<u8> {
    let value = match character {
        '0'..='9' => u32::from(character) - u32::from('0'),
        '０'..='９' => u32::from(character) - u32::from('０'),
        _ => return None,
    };
    u8::try_from(value).ok()
}

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '‐'
                | '‑'
                | '‒'
                | '–'
                | '—'
                | '―'
                | '−'
                | '－'
                | 'ー'
                | 'ｰ'
                | '_'
                | '＿'
                | '.'
                | '．'
                | '・'
                | '･'
                | ','
                | '，'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written() {
        for text in [
            "123456789018",
            "１２３４５６７８９０１８",
            "1234 5678 9018",
            "1234-5678-9018",
            "１２３４　５６７８　９０１８",
            "1234‐5678‐9018",
            "1234 - 5678 - 9018",
            "番号は123456789018です",
            "12 34 56 78 90 18",
            "1 2 3 4 5 6 7 8 9 0 1 8",
            "99 1234 5678 9018",
            "scan_123456789018.pdf",
            "1234\n5678\n9018",
        ] {
            assert!(looks_like_individual_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "",
            "123456789017",
            "12345678901",
            "1234567890183",
            "0000087084",
            "KJ999970000015",
            "046-235-4953",
            "1234:5678:9018",
            "1234円、5678円、9018円",
            "12345678901234567890",
        ] {
            assert!(!looks_like_individual_number(text), "{text}");
        }
    }

    #[test]
    fn remainders_of_zero_and_one_give_zero() {
        assert_eq!(check_digit(&[0; 11]), 0);
        // One digit of weight 6 twice: 6 × 2 = 12, remainder 1.
        assert_eq!(check_digit(&[0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]), 0);
        assert_eq!(check_digit(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]), 8);
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in ".{0,80}") {
            let _ = looks_like_individual_number(&text);
        }

        #[test]
        fn any_number_is_found_between_words(
            eleven in prop::collection::vec(0u8..10, 11),
            separator in "[ 　‐-]{0,2}",
            group in 1usize..=12,
        ) {
            let mut digits = eleven.clone();
            digits.push(check_digit(&eleven));
            let groups: Vec<String> = digits
                .chunks(group)
                .map(|chunk| chunk.iter().map(|d| char::from(b'0' + d)).collect())
                .collect();
            let text = format!("山田{}様", groups.join(&separator));
            prop_assert!(looks_like_individual_number(&text), "{}", text);
        }
    }
}

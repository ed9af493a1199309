//! Which keys of the kiosk's keyboards a person presses for a text.

/// The rows of the kana keyboard: the row's own key and its sounds.
const ROWS: [&str; 10] = [
    "あいうえお",
    "かきくけこ",
    "さしすせそ",
    "たちつてと",
    "なにぬねの",
    "はひふへほ",
    "まみむめも",
    "やゆよ",
    "らりるれろ",
    "わをん",
];

/// Signs of the second page of the Latin keyboard.
const SIGNS: &str = "1234567890@.-_/+:,#&";

/// What the key between family name and given name says about itself.
const SPACE: &str = "空白を入れる";

/// What the keys that turn the Latin keyboard's pages say about themselves.
const TO_SIGNS: &str = "数字と記号にかえる";
const TO_LETTERS: &str = "英字にかえる";

/// Labels of the keys for a word of plain kana.
///
/// # Errors
/// The first character that has no key.
pub fn kana(text: &str) -> Result<Vec<String>, char> {
    let mut keys = Vec::new();
    let mut row = None;
    for sound in text.chars() {
        if sound == '\u{3000}' {
            keys.push(SPACE.to_owned());
            continue;
        }
        let found = ROWS
            .iter()
            .find(|row| row.contains(sound))
            .and_then(|row| row.chars().next())
            .ok_or(sound)?;
        if row != Some(found) {
            keys.push(format!("行：{found}"));
            row = Some(found);
        }
        keys.push(sound.to_string());
    }
    Ok(keys)
}

/// Labels of the keys for a text of small Latin letters, digits and signs, on a keyboard that
/// shows its letters.
///
/// # Errors
/// The first character that has no key.
pub fn latin(text: &str) -> Result<Vec<String>, char> {
    let mut keys = Vec::new();
    let mut signs = false;
    for key in text.chars() {
        let wanted = SIGNS.contains(key);
        if !wanted && !key.is_ascii_lowercase() {
            return Err(key);
        }
        if wanted != signs {
            keys.push(if wanted { TO_SIGNS } else { TO_LETTERS }.to_owned());
            signs = wanted;
        }
        keys.push(key.to_string());
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_chosen_once_for_sounds_that_follow_each_other() {
        let keys = kana("しおさ").expect("keys");
        assert_eq!(keys, ["行：さ", "し", "行：あ", "お", "行：さ", "さ"]);
        assert_eq!(kana("ささ").expect("keys"), ["行：さ", "さ", "さ"]);
        assert_eq!(kana("ガ"), Err('ガ'));
    }

    #[test]
    fn the_page_of_signs_is_turned_to_and_back() {
        let keys = latin("a@b").expect("keys");
        assert_eq!(keys, ["a", TO_SIGNS, "@", TO_LETTERS, "b"]);
        assert_eq!(latin("A"), Err('A'));
    }
}

//! Where a Japanese sentence may be broken into lines.
//!
//! The layout engine may break between any two kana, which leaves a lone 「す。」 on a line. A
//! sentence is easier to read when it is broken between its phrases, so the places inside a phrase
//! are closed with U+2060 WORD JOINER, which has no width.

/// Closes the place between two characters.
pub const JOINER: char = '\u{2060}';

/// A sentence that is broken only between phrases. A text without 、。？ is a label or a name and
/// stays as it is, so that what is pressed and looked for carries no hidden characters.
#[must_use]
pub fn keep(text: &str) -> String {
    if !text.contains(['、', '。', '？']) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len() * 2);
    let mut before = None;
    let mut last = None;
    for character in text.chars() {
        if let Some(last) = last
            && !may_break(before, last, character)
        {
            kept.push(JOINER);
        }
        kept.push(character);
        before = last;
        last = Some(character);
    }
    kept
}

/// The text without its joiners: as it is compared and searched.
#[must_use]
pub fn plain(text: &str) -> String {
    text.replace(JOINER, "")
}

/// A phrase ends after a mark, and where kana (a particle, an ending) meet a word in other
/// letters; the polite お and ご belong to the word that follows.
fn may_break(before: Option<char>, last: char, next: char) -> bool {
    if last.is_ascii() && next.is_ascii() || last == '\n' || next == '\n' {
        // Latin words and digits have their own rules.
        return true;
    }
    if is_closing(next) {
        return false;
    }
    if is_closing(last) || last == '　' || last == ' ' {
        return true;
    }
    let polite = matches!(last, 'お' | 'ご') && !before.is_some_and(is_hiragana);
    // もう一度 is one word.
    let again = before == Some('も') && last == 'う';
    is_hiragana(last) && !is_hiragana(next) && !polite && !again
}

fn is_hiragana(character: char) -> bool {
    ('\u{3041}'..='\u{3096}').contains(&character)
}

fn is_closing(character: char) -> bool {
    matches!(
        character,
        '、' | '。' | '？' | '！' | '・' | '」' | '）' | ')' | 'ー'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let mut pieces = vec![String::new()];
        let kept: Vec<char> = keep(text).chars().collect();
        for (place, character) in kept.iter().enumerate() {
            if *character == JOINER {
                continue;
            }
            if place > 0 && kept[place - 1] != JOINER {
                pieces.push(String::new());
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push(*character);
            }
        }
        pieces
    }

    #[test]
    fn a_sentence_is_broken_between_its_phrases_only() {
        assert_eq!(
            pieces("市の窓口で、もどせます。"),
            ["市の", "窓口で、", "もどせます。"]
        );
        assert_eq!(
            pieces("ご本人が、お持ちです。"),
            ["ご本人が、", "お持ちです。"]
        );
        assert_eq!(
            pieces("確かめて、もう一度ためします。"),
            ["確かめて、", "もう一度ためします。"]
        );
    }

    #[test]
    fn labels_and_names_carry_no_hidden_characters() {
        assert_eq!(keep("番号を入れなおす"), "番号を入れなおす");
        assert_eq!(keep("長曽我部 龍之介宗一郎"), "長曽我部 龍之介宗一郎");
    }

    #[test]
    fn the_words_are_the_same_without_the_joiners() {
        let text = "12けたの番号は、入れられません。個人番号は、うかがいません。";
        assert_eq!(plain(&keep(text)), text);
    }
}

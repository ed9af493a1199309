//! G-3: a notice. What does not fit on the screen is turned leaf by leaf.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use protocol::calendar::Date;
use slint::ComponentHandle;

use super::on;
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, NoticePage, rows, say};

/// Fills the page. `again`: it is already shown. `today`: when the clock is trusted.
pub fn show(
    page: &view::NoticePage,
    again: bool,
    today: Option<Date>,
    layout: Layout,
    ui: &Kiosk,
    words: &Words,
) {
    let global = ui.global::<NoticePage>();
    if !again || global.get_title() != page.title.as_str() {
        global.set_leaf(0);
    }
    global.set_title(page.title.as_str().into());
    let (columns, lines) = room(layout);
    global.set_leaves(rows::texts(
        global.get_leaves(),
        leaves(&page.body, columns, lines),
    ));
    let when = say::instant(page.shown_from, today, words);
    let from = words.say_with("notice-from", &[("when", when.into())]);
    let age = say::days_ago(page.shown_from, today, words);
    let from: Vec<String> = [Some(from), age].into_iter().flatten().collect();
    global.set_from(from.join("・").into());
    global.set_important(page.important);
}

/// Turns its button into a touch.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    ui.global::<NoticePage>().on_close(on(touches, Touch::Back));
}

/// Half-width columns and lines of a leaf, at the largest text and a title of two lines.
const fn room(layout: Layout) -> (usize, usize) {
    match layout {
        Layout::Seven => (44, 3),
        Layout::Ten => (60, 6),
        Layout::Portable => (24, 8),
    }
}

/// The body in lines that fit, and the lines in leaves. There is always one leaf.
fn leaves(body: &str, columns: usize, lines: usize) -> Vec<String> {
    let lines_of_body: Vec<String> = body
        .lines()
        .flat_map(|paragraph| wrapped(paragraph, columns))
        .collect();
    let leaves: Vec<String> = lines_of_body
        .chunks(lines.max(1))
        .map(|leaf| leaf.join("\n"))
        .collect();
    if leaves.is_empty() {
        vec![String::new()]
    } else {
        leaves
    }
}

/// One paragraph in lines: after a space where there is one, else between any two characters
/// but never before a closing mark.
fn wrapped(paragraph: &str, columns: usize) -> Vec<String> {
    let mut done = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for character in paragraph.chars() {
        let width = if character.is_ascii() { 1 } else { 2 };
        if used + width > columns && !matches!(character, '、' | '。' | '」' | '）' | ' ') {
            let rest = match line.rfind(' ') {
                Some(space) if character.is_ascii_alphanumeric() => line.split_off(space + 1),
                _ => String::new(),
            };
            used = rest.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            done.push(std::mem::replace(&mut line, rest));
        }
        line.push(character);
        used += width;
    }
    done.push(line);
    done
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_notice_has_leaves_and_an_empty_one_has_one() {
        assert_eq!(leaves("", 20, 3), [""]);
        assert_eq!(leaves("一行目\n二行目", 20, 3), ["一行目\n二行目"]);
        let long = "保守のため送受信を止めます。".repeat(20);
        let leaves = leaves(&long, 20, 3);
        assert!(leaves.len() > 5 && leaves.iter().all(|leaf| leaf.lines().count() <= 3));
    }

    #[test]
    fn latin_words_stay_whole() {
        assert_eq!(
            wrapped("The gateway rests tonight", 12),
            ["The gateway ", "rests ", "tonight"]
        );
    }

    proptest! {
        #[test]
        fn nothing_of_a_notice_is_lost(body in "[ -~ぁ-ん、。]{0,200}") {
            let kept: String = leaves(&body, 16, 4).concat().chars().filter(|c| *c != '\n').collect();
            prop_assert_eq!(kept, body);
        }
    }
}

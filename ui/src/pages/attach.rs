//! E-3: choose a scan from the stick or the folder.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, FileRow};
use protocol::person::AttachmentMedia;
use slint::ComponentHandle;

use super::{note, on, pager, place, turn};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{AttachPage, FileLine, Kiosk, rows, say};

/// Fills the page.
pub fn show(page: &view::AttachPage, layout: Layout, ui: &Kiosk, words: &Words) {
    let global = ui.global::<AttachPage>();
    global.set_title(match page.who.as_deref() {
        Some(who) => words
            .say_with("attach-contract", &[("name", who.into())])
            .into(),
        None => words.say("attach-qualification").into(),
    });
    let lines = page
        .files
        .rows
        .iter()
        .map(|row| line(row, layout, words))
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    global.set_searching(page.searching);
    global.set_note(note(page.note.as_ref(), words).into());
    let (now, pages) = pager(&page.files);
    global.set_page(now);
    global.set_pages(pages);
}

fn line(row: &FileRow, layout: Layout, words: &Words) -> FileLine {
    let size = say::size(row.size);
    let sub = match row.media {
        Some(AttachmentMedia::Png | AttachmentMedia::Jpeg) => {
            words.say_with("attach-kind-picture", &[("size", size.into())])
        }
        Some(AttachmentMedia::Pdf) => words.say_with("attach-kind-pdf", &[("size", size.into())]),
        None => words.say("attach-kind-other"),
    };
    FileLine {
        name: shortened(&row.name, name_columns(layout)).into(),
        sub: sub.into(),
        taken: row.media.is_some(),
    }
}

/// Half-width characters of a file's name that fit on a row.
const fn name_columns(layout: Layout) -> usize {
    match layout {
        Layout::Seven => 42,
        Layout::Ten => 66,
        Layout::Portable => 20,
    }
}

/// A file's name with its middle left out when it is too long: both ends tell files apart.
fn shortened(name: &str, columns: usize) -> String {
    let width = |c: char| if c.is_ascii() { 1 } else { 2 };
    if name.chars().map(width).sum::<usize>() <= columns {
        return name.to_owned();
    }
    let half = (columns - 2) / 2;
    let take = |chars: &mut dyn Iterator<Item = char>| {
        let mut used = 0;
        chars
            .take_while(|c| {
                used += width(*c);
                used <= half
            })
            .collect::<Vec<char>>()
    };
    let head = take(&mut name.chars());
    let mut tail = take(&mut name.chars().rev());
    tail.reverse();
    head.into_iter().chain(['…']).chain(tail).collect()
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<AttachPage>();
    let send = touches.clone();
    global.on_chosen(move |row| send(Touch::Row(place(row))));
    global.on_turn(turn(ui, touches, |ui| ui.global::<AttachPage>().get_page()));
    global.on_search_again(on(touches, Touch::Main));
    global.on_back(on(touches, Touch::Back));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_name_keeps_both_of_its_ends() {
        assert_eq!(shortened("scan.pdf", 20), "scan.pdf");
        let name = shortened("契約書_山﨑ヨシエ_2026年6月18日_控え.pdf", 20);
        assert!(name.starts_with("契約書") && name.ends_with(".pdf") && name.contains('…'));
    }
}

//! G-1: documents, declined requests and notices that came.

use std::time::Duration;

use firmware::terminal::touch::{InboxFilter, Touch};
use firmware::terminal::view::{self, InboxId, InboxRow};
use protocol::calendar::Date;
use slint::ComponentHandle;

use super::{on, pager, place, turn, visitor};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{InboxPage, Kiosk, LetterLine, names, rows, say};

/// Less than this is said loudly.
const SOON: Duration = Duration::from_secs(24 * 60 * 60);

/// In the order of the page.
const FILTERS: [InboxFilter; 3] = [
    InboxFilter::All,
    InboxFilter::Unopened,
    InboxFilter::Notices,
];

/// Fills the page. `today`: in Japan, when the clock is trusted.
pub fn show(
    page: &view::InboxPage,
    today: Option<Date>,
    layout: Layout,
    ui: &Kiosk,
    words: &Words,
) {
    let global = ui.global::<InboxPage>();
    let lines = page
        .entries
        .rows
        .iter()
        .map(|row| line(row, today, layout, words))
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    let (all, unopened) = page.counts;
    global.set_all(words.say_with("inbox-all", &[("count", all.into())]).into());
    global.set_unopened(
        words
            .say_with("inbox-unopened-count", &[("count", unopened.into())])
            .into(),
    );
    let filter = FILTERS
        .iter()
        .position(|filter| *filter == page.filter)
        .unwrap_or(0);
    global.set_filter(i32::try_from(filter).unwrap_or(0));
    let (now, pages) = pager(&page.entries);
    global.set_page(now);
    global.set_pages(pages);
    let (main, icon) = match (unopened, layout) {
        (0, _) => ("act-home", "home"),
        (_, Layout::Portable) => ("inbox-main-open-short", "document"),
        _ => ("inbox-main-open", "document"),
    };
    global.set_main(words.say(main).into());
    global.set_main_icon(icon.into());
}

fn line(row: &InboxRow, today: Option<Date>, layout: Layout, words: &Words) -> LetterLine {
    let arrived = say::instant(row.arrived, today, words);
    let notice = matches!(row.id, InboxId::Notice(_));
    let one_line = if layout == Layout::Portable { 13 } else { 22 };
    let name = names::fit_within(&row.title, one_line);
    let title = match row.id {
        InboxId::Notice(_) => {
            words.say_with("inbox-notice", &[("title", row.title.as_str().into())])
        }
        InboxId::Decline(_) => decline_of(row, &name.text, words),
        InboxId::Document(_) => papers_of(&name.text, layout, words),
    };
    LetterLine {
        title: title.into(),
        small: !notice && name.small,
        two_lines: !notice && name.two_lines,
        sub: match row.id {
            InboxId::Document(_) => format!("{arrived}・{}", say::size(row.size)).into(),
            // What does not end has an age instead.
            InboxId::Decline(_) | InboxId::Notice(_) => {
                [Some(arrived), say::days_ago(row.arrived, today, words)]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("・")
                    .into()
            }
        },
        opened: row.opened,
        notice,
        important: row.important,
        left: left(row, today, layout, words).into(),
        soon: row.undelivered
            || row.declined > 0
            || (row.fetched.is_none() && row.left.is_some_and(|left| left < SOON)),
        fetching: row.fetched.is_some(),
    }
}

/// Who was declined, or how many.
fn decline_of(row: &InboxRow, name: &str, words: &Words) -> String {
    if row.title.is_empty() {
        return words.say_with("inbox-decline-people", &[("count", row.declined.into())]);
    }
    let name = visitor(name, words);
    words.say_with("inbox-decline", &[("name", name.into())])
}

/// Whose papers; upright there is only room for the name.
fn papers_of(name: &str, layout: Layout, words: &Words) -> String {
    let name = visitor(name, words);
    match layout {
        Layout::Portable => name,
        Layout::Seven | Layout::Ten => words.say_with("inbox-papers", &[("name", name.into())]),
    }
}

/// The countdown, or how much has come while it is being fetched; that somebody was declined;
/// upright, where there is no room for the date, the age of a notice.
fn left(row: &InboxRow, today: Option<Date>, layout: Layout, words: &Words) -> String {
    if row.undelivered {
        return words.say("inbox-undelivered");
    }
    if row.declined > 0 {
        return words.say("inbox-declined");
    }
    match (row.fetched, row.left) {
        (None, None) if layout == Layout::Portable => {
            say::days_ago(row.arrived, today, words).unwrap_or_default()
        }
        (Some(fetched), _) => {
            let percent = fetched.saturating_mul(100) / row.size.max(1);
            words.say_with("inbox-fetching", &[("percent", percent.min(100).into())])
        }
        (None, Some(left)) => say::left(left, words),
        (None, None) => String::new(),
    }
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<InboxPage>();
    let send = touches.clone();
    global.on_chosen(move |row| send(Touch::Row(place(row))));
    let send = touches.clone();
    global.on_filtered(move |filter| {
        if let Some(filter) = FILTERS.get(place(filter)) {
            send(Touch::InboxFilter(*filter));
        }
    });
    global.on_turn(turn(ui, touches, |ui| ui.global::<InboxPage>().get_page()));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
}

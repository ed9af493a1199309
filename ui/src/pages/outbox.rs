//! F-1: how far did everything get?

use firmware::terminal::touch::{OutboxFilter, Touch};
use firmware::terminal::view::{self, ItemState, OutboxRow};
use protocol::calendar::Date;
use slint::ComponentHandle;

use super::{item, on, pager, place, trouble, turn, visitor};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{ItemLine, Kiosk, OutboxPage, names, rows, say};

/// Characters of a name that fit on one line of a row.
const ONE_LINE: usize = 13;

/// Fills the page. `today`: in Japan, when the clock is trusted.
pub fn show(
    page: &view::OutboxPage,
    today: Option<Date>,
    layout: Layout,
    ui: &Kiosk,
    words: &Words,
) {
    let global = ui.global::<OutboxPage>();
    let lines = page
        .items
        .rows
        .iter()
        .map(|row| line(row, today, words))
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    global.set_count(
        words
            .say_with("outbox-count", &[("count", page.items.total.into())])
            .into(),
    );
    global.set_held_only(page.filter == OutboxFilter::Held);
    let (now, pages) = pager(&page.items);
    global.set_page(now);
    global.set_pages(pages);
    let (main, icon) = match page.held {
        0 => (words.say("act-home"), "home"),
        _ if layout == Layout::Portable => (words.say("outbox-main-held-short"), "hold"),
        held => (
            words.say_with("outbox-main-held", &[("count", held.into())]),
            "hold",
        ),
    };
    global.set_main(main.into());
    global.set_main_icon(icon.into());
}

fn line(row: &OutboxRow, today: Option<Date>, words: &Words) -> ItemLine {
    let sub = match (row.state, &row.code) {
        (ItemState::Held, Some(code)) => trouble::facts(code, 0, words).title,
        (state, _) => since(row, state, today, words),
    };
    let name = row
        .who
        .as_deref()
        .map(|who| names::fit_within(who, ONE_LINE));
    let title = match &name {
        // The icon says what it is; a long name needs the room.
        Some(name) if name.small => visitor(&name.text, words),
        _ => item::title(row.kind, row.who.as_deref(), row.people, words),
    };
    ItemLine {
        title: title.into(),
        small: name.as_ref().is_some_and(|name| name.small),
        two_lines: name.is_some_and(|name| name.two_lines),
        sub: sub.into(),
        icon: item::icon(row.kind).into(),
        state: item::state(row.state, words).into(),
        reached: item::reached(row.state),
    }
}

fn since(row: &OutboxRow, state: ItemState, today: Option<Date>, words: &Words) -> String {
    let key = match state {
        ItemState::Held | ItemState::Saved => "outbox-when-saved",
        ItemState::Sent => "outbox-when-sent",
        ItemState::Receipted => "outbox-when-receipted",
        ItemState::Answered => "outbox-when-answered",
    };
    words.say_with(
        key,
        &[("when", say::instant(row.since, today, words).into())],
    )
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<OutboxPage>();
    let send = touches.clone();
    global.on_chosen(move |row| send(Touch::Row(place(row))));
    global.on_turn(turn(ui, touches, |ui| ui.global::<OutboxPage>().get_page()));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
}

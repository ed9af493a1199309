//! F-1: how far did everything get?

use firmware::terminal::touch::{OutboxFilter, Touch};
use firmware::terminal::view::{self, ItemState, OutboxRow};
use protocol::calendar::Date;
use slint::ComponentHandle;

use super::{item, on, pager, place, trouble, turn};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{ItemLine, Kiosk, OutboxPage, names, rows, say};

/// In the order of the page.
const FILTERS: [OutboxFilter; 5] = [
    OutboxFilter::All,
    OutboxFilter::Pending,
    OutboxFilter::Receipted,
    OutboxFilter::Answered,
    OutboxFilter::Held,
];

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
        .map(|row| line(row, today, layout, words))
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    let between = if layout == Layout::Ten { " " } else { "\n" };
    let filters = FILTERS.iter().map(|filter| {
        let (key, short, count) = match filter {
            OutboxFilter::All => ("outbox-all", "outbox-all", page.counts.all),
            OutboxFilter::Pending => ("strip-waiting", "outbox-waiting-short", page.counts.pending),
            OutboxFilter::Receipted => (
                "mark-receipt",
                "outbox-receipted-short",
                page.counts.receipted,
            ),
            OutboxFilter::Answered => {
                ("mark-answer", "outbox-answered-short", page.counts.answered)
            }
            OutboxFilter::Held => (
                "outbox-needs-you",
                "outbox-needs-you-short",
                page.counts.held,
            ),
        };
        let key = if layout == Layout::Portable {
            short
        } else {
            key
        };
        format!("{}{between}{count}", words.say(key))
    });
    global.set_filters(rows::texts(global.get_filters(), filters));
    let filter = FILTERS.iter().position(|filter| *filter == page.filter);
    global.set_filter(
        filter
            .and_then(|place| i32::try_from(place).ok())
            .unwrap_or(0),
    );
    let (now, pages) = pager(&page.items);
    global.set_page(now);
    global.set_pages(pages);
    let (main, icon) = match page.counts.held {
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

fn line(row: &OutboxRow, today: Option<Date>, layout: Layout, words: &Words) -> ItemLine {
    let sub = match (row.state, &row.code, row.declined) {
        (ItemState::Held, Some(code), _) => trouble::facts(code, 0, words).title,
        (ItemState::Answered, _, 1..) => {
            words.say_with("outbox-declined", &[("count", row.declined.into())])
        }
        (state, ..) => since(row, state, today, layout, words),
    };
    let name = row
        .who
        .as_deref()
        .map(|who| names::fit_within(who, ONE_LINE));
    // Upright there is no room for the icon of the kind: a word stands in its place where the
    // title is a name, and a name of two lines leaves one for the rest.
    let sub = match (layout, &name) {
        (Layout::Portable, Some(name)) if row.state == ItemState::Held && name.two_lines => {
            item::state(row.state, words)
        }
        (Layout::Portable, Some(_)) if row.state != ItemState::Held => {
            format!("{}・{sub}", words.say(item::short(row.kind)))
        }
        _ => sub,
    };
    let title = match &name {
        // The icon or the line below says what it is; a long name needs the room.
        Some(name) if name.small || layout == Layout::Portable => {
            item::person(row.kind, &name.text, words)
        }
        _ => item::title(row.kind, row.who.as_deref(), row.people, words),
    };
    ItemLine {
        title: title.into(),
        small: name.as_ref().is_some_and(|name| name.small),
        two_lines: name.is_some_and(|name| name.two_lines),
        sub: sub.into(),
        icon: item::icon(row.kind).into(),
        state: item::state(row.state, words).into(),
        state_icon: item::state_icon(row.state).into(),
        reached: item::reached(row.state),
    }
}

/// When it came to its state. Upright, where the kind stands before it, an older day has no room
/// for the time, which F-2 tells.
fn since(
    row: &OutboxRow,
    state: ItemState,
    today: Option<Date>,
    layout: Layout,
    words: &Words,
) -> String {
    let (day, ..) = row.since.to_japan();
    let when = match layout {
        Layout::Portable if row.who.is_some() && today != Some(day) => say::day_month(day, words),
        _ => say::instant(row.since, today, words),
    };
    let key = match state {
        ItemState::Held | ItemState::Saved => "outbox-when-saved",
        ItemState::Sent => "outbox-when-sent",
        ItemState::Receipted => "outbox-when-receipted",
        ItemState::Answered => "outbox-when-answered",
    };
    words.say_with(key, &[("when", when.into())])
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<OutboxPage>();
    let send = touches.clone();
    global.on_chosen(move |row| send(Touch::Row(place(row))));
    let send = touches.clone();
    global.on_filtered(move |filter| {
        if let Some(filter) = FILTERS.get(place(filter)) {
            send(Touch::OutboxFilter(*filter));
        }
    });
    global.on_turn(turn(ui, touches, |ui| ui.global::<OutboxPage>().get_page()));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
}

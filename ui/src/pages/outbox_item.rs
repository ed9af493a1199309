//! F-2 and F-3: one item, and why it is on hold.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, ItemState};
use protocol::calendar::Date;
use protocol::problem::ProblemCode;
use slint::ComponentHandle;

use super::{DeskWords, item, on, trouble};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, OutboxItemPage, rows, say};

/// Fills the page. `today`: in Japan, when the clock is trusted.
pub fn show(
    page: &view::OutboxItemPage,
    today: Option<Date>,
    layout: Layout,
    ui: &Kiosk,
    words: &Words,
) {
    let global = ui.global::<OutboxItemPage>();
    let row = &page.item;
    let title = item::title(row.kind, row.who.as_deref(), row.people, words);
    global.set_title_small(title.contains('\n'));
    global.set_title(title.into());
    global.set_held(row.state == ItemState::Held);
    global.set_slip(
        words
            .say_with(
                "saved-slip",
                &[("number", page.slip_number.as_str().into())],
            )
            .into(),
    );
    global.set_reached(item::reached(row.state));
    let times = page.times.iter().map(|time| {
        time.map(|at| say::instant(at, today, words))
            .unwrap_or_default()
    });
    global.set_times(rows::texts(global.get_times(), times));
    global.set_receipt(
        page.receipt_seq
            .map(|seq| words.say_with("item-receipt", &[("seq", seq.to_string().into())]))
            .unwrap_or_default()
            .into(),
    );
    let code = row.code.clone().unwrap_or(ProblemCode::OutboxQuarantine);
    let facts = trouble::facts(&code, 0, words);
    global.set_happened(facts.happened.into());
    global.set_safe(facts.safe.into());
    global.set_next(facts.next.into());
    let desk = DeskWords::of(page.desk.as_ref(), layout, words);
    global.set_desk(desk.name.into());
    global.set_phone(desk.phone.into());
    global.set_hours(desk.hours.into());
    global.set_open(desk.open);
    global.set_editable(page.editable);
    global.set_answer(page.answer);
    global.set_confirm_discard(page.confirm_discard);
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<OutboxItemPage>();
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
    global.on_discard(on(touches, Touch::Second));
}

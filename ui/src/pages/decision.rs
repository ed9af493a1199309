//! F-4: what was decided about each person of a request.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, DecisionRow};
use protocol::answer::SubjectDecision;
use protocol::calendar::Date;
use slint::ComponentHandle;

use super::{DeskWords, on, pager, trouble, turn, visitor};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{DecisionLine, DecisionPage, Kiosk, Tone, names, rows, say};

/// Characters of a name that fit on one line beside the decision.
const ONE_LINE: usize = 13;

/// Fills the page. `today`: in Japan, when the clock is trusted.
pub fn show(
    page: &view::DecisionPage,
    today: Option<Date>,
    layout: Layout,
    ui: &Kiosk,
    words: &Words,
) {
    let global = ui.global::<DecisionPage>();
    let title = match (page.declined, page.pending) {
        (0, 0) => words.say("decision-all"),
        (0, _) => words.say("decision-some"),
        (declined, _) => words.say_with("decision-declined", &[("count", declined.into())]),
    };
    global.set_title(title.into());
    let slip = words.say_with(
        "saved-slip",
        &[("number", page.slip_number.as_str().into())],
    );
    let when = page.decided_at.map(|at| {
        let when = say::instant(at, today, words);
        words.say_with("outbox-when-answered", &[("when", when.into())])
    });
    let lines: Vec<String> = [Some(slip), when].into_iter().flatten().collect();
    global.set_when(lines.join("　").into());
    let lines = page
        .people
        .rows
        .iter()
        .map(|row| line(row, words))
        .collect();
    global.set_rows(rows::keep(global.get_rows(), lines));
    let desk = DeskWords::of(page.desk.as_ref(), layout, words);
    global.set_desk(desk.name.into());
    global.set_phone(desk.phone.into());
    global.set_hours(desk.hours.into());
    global.set_open(desk.open);
    let (now, pages) = pager(&page.people);
    global.set_page(now);
    global.set_pages(pages);
}

fn line(row: &DecisionRow, words: &Words) -> DecisionLine {
    let name = names::fit_within(&row.name, ONE_LINE);
    let (word, tone, icon, reason) = match &row.decision {
        SubjectDecision::Granted => ("decision-granted", Tone::Ok, "check", String::new()),
        SubjectDecision::Pending => ("decision-pending", Tone::None, "clock", String::new()),
        SubjectDecision::Declined { code } => {
            let reason = trouble::facts(code, 0, words).title;
            ("decision-no", Tone::Attn, "stop", reason)
        }
    };
    DecisionLine {
        place: row.place.to_string().into(),
        name: visitor(&name.text, words).into(),
        small: name.small,
        two_lines: name.two_lines,
        reason: reason.into(),
        word: words.say(word).into(),
        tone,
        icon: icon.into(),
    }
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<DecisionPage>();
    global.on_turn(turn(ui, touches, |ui| {
        ui.global::<DecisionPage>().get_page()
    }));
    global.on_close(on(touches, Touch::Main));
}

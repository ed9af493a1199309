//! D-5, D-6, D-8: the answer, and how far it may be relied on.

use std::time::Duration;

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, StageKind, StageState, Validity};
use protocol::calendar::{Date, Timestamp};
use slint::ComponentHandle;

use super::{on, visitor};
use crate::layout::Layout;
use crate::screen::Touches;
use crate::words::Words;
use crate::{AnswerPage, Kiosk, Stage, names, rows, say};

/// 要介護状態区分 and their words.
const LEVELS: [(&str, &str); 10] = [
    ("01", "level-01"),
    ("06", "level-06"),
    ("11", "level-11"),
    ("12", "level-12"),
    ("13", "level-13"),
    ("21", "level-21"),
    ("22", "level-22"),
    ("23", "level-23"),
    ("24", "level-24"),
    ("25", "level-25"),
];

/// Fills the page. `today`: in Japan, when the clock is trusted.
pub fn show(
    page: &view::AnswerPage,
    today: Option<Date>,
    layout: Layout,
    ui: &Kiosk,
    words: &Words,
) {
    let global = ui.global::<AnswerPage>();
    global.set_eligibility(false);
    let (who, small) = heading(&page.who, "answer-title", layout, words);
    global.set_who(who.into());
    global.set_who_small(small);
    reliance(page.validity, page.age, page.updated_at, ui, words);
    let stages = page
        .stages
        .iter()
        .map(|stage| self::stage(stage, words))
        .collect();
    global.set_stages(rows::keep(global.get_stages(), stages));

    let updated = page.updated_at.map(|at| say::instant(at, None, words));
    let next = next(page, today, words);
    global.set_next_attention(false);
    global.set_next_label(next.label.into());
    global.set_next_title(next.title.into());
    global.set_next_sub(next.sub.into());

    source(&page.source, updated.as_deref(), ui);
    global.set_updated(
        updated
            .map(|when| words.say_with("answer-updated", &[("when", when.into())]))
            .unwrap_or_default()
            .into(),
    );
    global.set_foot(match page.validity {
        Validity::Current => words.say("answer-foot").into(),
        _ => global.get_source_line(),
    });
    global.set_asked_again(page.asked_again);
}

/// Turns its buttons into touches. Past its validity the main action asks again.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<AnswerPage>();
    global.on_back(on(touches, Touch::Back));
    let act = |current: Touch, grey: Touch| {
        let (weak, send) = (ui.as_weak(), touches.clone());
        move || {
            let Some(ui) = weak.upgrade() else { return };
            let is_grey = ui.global::<AnswerPage>().get_grey();
            send(if is_grey {
                grey.clone()
            } else {
                current.clone()
            });
        }
    };
    global.on_home(act(Touch::Main, Touch::Second));
    global.on_ask_again(act(Touch::Second, Touch::Main));
}

/// Age, and whether and why it is grey. `as_of`: the instant it speaks of, if the source tells.
pub(super) fn reliance(
    validity: Validity,
    age: Option<Duration>,
    as_of: Option<Timestamp>,
    ui: &Kiosk,
    words: &Words,
) {
    let global = ui.global::<AnswerPage>();
    global.set_age(match age {
        Some(age) if validity != Validity::ClockUntrusted => say::age(age, words).into(),
        _ => words.say("answer-age-unknown").into(),
    });
    global.set_grey(validity != Validity::Current);
    global.set_grey_title(words.say("answer-stale").into());
    global.set_grey_icon(
        if validity == Validity::ClockUntrusted {
            "clock"
        } else {
            "warn"
        }
        .into(),
    );
    global.set_grey_text(match (validity, as_of) {
        (Validity::ClockUntrusted, _) => words.say("answer-no-clock").into(),
        (_, Some(at)) => {
            let date = say::short_date(at.japan_date(), words);
            words
                .say_with("answer-stale-text", &[("date", date.into())])
                .into()
        }
        (_, None) => words.say("answer-stale-plain").into(),
    });
}

/// Where it comes from, alone and in one line with the time.
pub(super) fn source(source: &str, when: Option<&str>, ui: &Kiosk) {
    let global = ui.global::<AnswerPage>();
    global.set_source(source.into());
    let line: Vec<&str> = [Some(source), when].into_iter().flatten().collect();
    global.set_source_line(line.join("・").into());
}

/// Whose answer it is. A long name stands alone; an upright screen has only room for the name.
pub(super) fn heading(who: &str, title: &str, layout: Layout, words: &Words) -> (String, bool) {
    if who.is_empty() {
        // Asked by dates, without a card: no name and no number is known.
        return (words.say("answer-title-dates"), false);
    }
    if who.chars().all(|c| c.is_ascii_alphanumeric()) {
        return (who.to_owned(), layout == Layout::Portable);
    }
    let name = names::fit(who);
    if name.small || layout == Layout::Portable {
        return (visitor(&name.text, words), name.small);
    }
    (words.say_with(title, &[("name", name.text.into())]), false)
}

fn stage(stage: &view::Stage, words: &Words) -> Stage {
    let name = words.say(match stage.kind {
        StageKind::Applied => "stage-applied",
        StageKind::Survey => "stage-survey",
        StageKind::Opinion => "stage-opinion",
        StageKind::Panel if stage.state == StageState::Done => "stage-panel-short",
        StageKind::Panel => "stage-panel",
        StageKind::ResultGuess => "stage-result",
        StageKind::Certified => "stage-certified",
    });
    let date = match (stage.kind, stage.date) {
        (_, None) => words.say("stage-none"),
        (StageKind::ResultGuess, Some(day)) => about(day, words),
        (_, Some(day)) => say::short_date(day, words),
    };
    Stage {
        name: name.into(),
        date: date.into(),
        state: match stage.state {
            StageState::Later => 0,
            StageState::Next => 1,
            StageState::Done => 2,
        },
    }
}

struct Next {
    label: String,
    title: String,
    sub: String,
}

/// What comes next, or the result when it is known. The 30th day is computed and worded so.
fn next(page: &view::AnswerPage, today: Option<Date>, words: &Words) -> Next {
    let record = &page.record;
    if let Some(level) = &record.care_level {
        let until = record.valid_to.map(|to| {
            words.say_with(
                "answer-certified-until",
                &[("to", say::date(to, words).into())],
            )
        });
        let on = record.certified_on.map(|day| {
            let date = say::date(day, words);
            words.say_with("answer-certified-on", &[("date", date.into())])
        });
        return Next {
            label: words.say("answer-result"),
            title: care_level(level, words),
            sub: until.or(on).unwrap_or_default(),
        };
    }
    let next = page
        .stages
        .iter()
        .find(|stage| stage.state == StageState::Next);
    let title = match next.map(|stage| (stage.kind, stage.date)) {
        Some((StageKind::Panel, Some(day))) => words.say_with(
            "answer-next-panel",
            &[("date", say::short_date(day, words).into())],
        ),
        Some((StageKind::Panel, None)) => words.say("answer-next-panel-date"),
        Some((StageKind::Applied | StageKind::Survey, _)) => words.say("answer-next-survey"),
        Some((StageKind::Opinion, _)) => words.say("answer-next-opinion"),
        _ => words.say("answer-next-result"),
    };
    let day = page.thirtieth_day;
    let late = today.is_some_and(|today| today > day);
    let key = if late {
        "answer-result-late"
    } else {
        "answer-result-about"
    };
    Next {
        label: words.say("answer-next"),
        title,
        sub: words.say_with(key, &[("date", say::day_month(day, words).into())]),
    }
}

fn about(day: Date, words: &Words) -> String {
    words.say_with(
        "stage-about",
        &[("date", say::day_month(day, words).into())],
    )
}

/// 要介護状態区分 by its two-digit code (domain.md §1).
pub(super) fn care_level(code: &str, words: &Words) -> String {
    let known = LEVELS.iter().find(|(known, _)| *known == code);
    match known {
        Some((_, key)) => words.say(key),
        None => words.say_with("level-other", &[("code", code.into())]),
    }
}

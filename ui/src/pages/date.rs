//! D-2, D-3 and the date of certification: a date in the Japanese calendar.

use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, DateKind, DateNote};
use protocol::calendar::{Date, Era};
use slint::ComponentHandle;

use super::{digit, on, place};
use crate::screen::Touches;
use crate::words::Words;
use crate::{DatePage, Kiosk, rows, say};

/// Fills the page.
pub fn show(page: &view::DatePage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<DatePage>();
    global.set_question(
        words
            .say(match page.kind {
                DateKind::Birth => "date-birth-ask",
                DateKind::Application => "date-application-ask",
                DateKind::Certification => "date-certification-ask",
                DateKind::LicenceExpiry => "date-licence-ask",
            })
            .into(),
    );
    global.set_eras(rows::texts(
        global.get_eras(),
        page.eras.iter().map(|era| era_name(*era, words)),
    ));
    let codes = page.eras.iter().map(|era| code(*era)).collect();
    global.set_era_codes(rows::keep(global.get_era_codes(), codes));
    let era = page
        .eras
        .iter()
        .position(|era| *era == page.era)
        .unwrap_or(0);
    global.set_era(i32::try_from(era).unwrap_or(0));
    global.set_fields(rows::texts(global.get_fields(), &page.fields));
    global.set_field(i32::try_from(page.field).unwrap_or(0));
    global.set_near(page.kind == DateKind::Application && page.infers_year);
    global.set_impossible(page.note.is_some());
    let hint = hint(page, words);
    global.set_hint(hint.is_some());
    global.set_read_back(match (page.note, hint) {
        (Some(note), _) => reason(note, page.era, words).into(),
        (None, Some(hint)) => hint.into(),
        (None, None) => read_back(page, words).into(),
    });
    global.set_about(page.about.as_deref().unwrap_or_default().into());
    global.set_complete(page.date.is_some() && page.note.is_none());
    global.set_flow_now(match page.kind {
        DateKind::Birth => 2,
        DateKind::Application => 3,
        DateKind::Certification | DateKind::LicenceExpiry => 0,
    });
}

/// Why the year of an application is empty, or is asked, until the date is there.
fn hint(page: &view::DatePage, words: &Words) -> Option<String> {
    let waits = page.kind == DateKind::Application && page.date.is_none() && page.note.is_none();
    waits.then(|| {
        words.say(if page.infers_year {
            "date-year-follows"
        } else {
            "date-year-asked"
        })
    })
}

/// Why a date is not possible.
fn reason(note: DateNote, era: Era, words: &Words) -> String {
    match note {
        DateNote::NoSuchDay => words.say("date-no-such-day"),
        DateNote::OutsideEra => {
            words.say_with("date-outside-era", &[("era", era_name(era, words).into())])
        }
        DateNote::Future => words.say("date-future"),
        DateNote::BeyondRetention { months } => {
            words.say_with("date-beyond", &[("months", months.into())])
        }
    }
}

/// What the typed date means: the Western year and the age, so that a slip of the finger shows.
fn read_back(page: &view::DatePage, words: &Words) -> String {
    if page.kind != DateKind::Birth {
        return page
            .date
            .map(|date| say::full_date(date, words))
            .unwrap_or_default();
    }
    let Some(western) = page.date.map(Date::year).or_else(|| typed_year(page)) else {
        return String::new();
    };
    let mut values = vec![
        ("era", era_name(page.era, words).into()),
        ("year", page.fields[0].as_str().into()),
        ("western", western.to_string().into()),
    ];
    match page.age {
        Some(age) => {
            values.push(("age", age.into()));
            words.say_with("date-reads-birth", &values)
        }
        None => words.say_with("date-reads-year", &values),
    }
}

/// The Western year of the era year typed so far.
fn typed_year(page: &view::DatePage) -> Option<i32> {
    let year: i32 = page.fields[0].parse().ok()?;
    let last = page.era.last_year().map_or(99, i32::from);
    (1..=last)
        .contains(&year)
        .then(|| page.era.first_day().year() + year - 1)
}

fn era_name(era: Era, words: &Words) -> String {
    words.say(match era {
        Era::Meiji => "era-meiji",
        Era::Taisho => "era-taisho",
        Era::Showa => "era-showa",
        Era::Heisei => "era-heisei",
        Era::Reiwa => "era-reiwa",
    })
}

/// Place of an era among all eras.
fn code(era: Era) -> i32 {
    Era::ALL
        .iter()
        .position(|one| *one == era)
        .and_then(|n| i32::try_from(n).ok())
        .unwrap_or(0)
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<DatePage>();
    global.on_digit(digit(touches));
    global.on_erase(on(touches, Touch::Backspace));
    global.on_clear(on(touches, Touch::ClearAll));
    let send = touches.clone();
    global.on_era_chosen(move |chosen| {
        if let Some(era) = Era::ALL.get(place(chosen)) {
            send(Touch::Era(*era));
        }
    });
    let send = touches.clone();
    global.on_field_chosen(move |field| send(Touch::Field(place(field))));
    global.on_today(on(touches, Touch::Today));
    global.on_yesterday(on(touches, Touch::Yesterday));
    global.on_back(on(touches, Touch::Back));
    global.on_forward(on(touches, Touch::Main));
}

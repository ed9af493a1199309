//! J-2 and J-3 (also S-5): staff, for administrators.

use firmware::terminal::screen::Screen;
use firmware::terminal::touch::Touch;
use firmware::terminal::view::{self, StaffState};
use protocol::calendar::Date;
use protocol::person::StaffRole;
use slint::{ComponentHandle, Model};

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, StaffAdminPage, StaffEditPage, StaffLine, Tone, names, pages, rows, say};

/// Roles by the code under which the page knows them.
const ROLES: [StaffRole; 4] = [
    StaffRole::General,
    StaffRole::Administrator,
    StaffRole::Setup,
    StaffRole::Technician,
];

/// Fills J-2. `today` is known only with a trusted clock.
pub fn show(
    page: &view::StaffAdminPage,
    today: Option<Date>,
    rows_per_page: usize,
    ui: &Kiosk,
    words: &Words,
) {
    let global = ui.global::<StaffAdminPage>();
    let lines = page
        .staff
        .rows
        .iter()
        .map(|person| line(person, today, words))
        .collect();
    global.set_staff(rows::keep(global.get_staff(), lines));
    global.set_count(
        words
            .say_with(
                "staff-count",
                &[
                    ("total", page.staff.total.into()),
                    ("active", page.active.into()),
                ],
            )
            .into(),
    );
    global.set_rows_per_page(i32::try_from(rows_per_page).unwrap_or(1).max(1));
    let (now, pages) = pages::pager(&page.staff);
    global.set_page(now);
    global.set_pages(pages);
}

fn line(person: &view::StaffRow, today: Option<Date>, words: &Words) -> StaffLine {
    let name = names::fit(&person.name);
    let mut detail = vec![say::role(person.role, words)];
    detail.extend(person.services.first().cloned());
    detail.extend(person.last_seen.map(|at| say::instant(at, today, words)));
    // The details give way to a name that takes two lines.
    let detail = if name.two_lines {
        String::new()
    } else {
        detail.join("・")
    };
    let (state, tone, icon) = state(person.state, words);
    StaffLine {
        name: name.text.into(),
        small: name.two_lines,
        detail: detail.into(),
        state: state.into(),
        tone,
        icon: icon.into(),
    }
}

fn state(state: StaffState, words: &Words) -> (String, Tone, &'static str) {
    let (key, tone, icon) = match state {
        StaffState::Active => ("staff-active", Tone::Ok, "check"),
        StaffState::PledgeDue => ("staff-pledge-due", Tone::Attn, "pen"),
        StaffState::PasscodeDue => ("staff-passcode-due", Tone::Attn, "pen"),
        StaffState::LockedOut => ("staff-paused", Tone::Attn, "lock"),
        StaffState::Stopped => ("staff-stopped", Tone::Stale, "stop"),
    };
    (words.say(key), tone, icon)
}

/// Fills J-3, and S-5 in set-up.
pub fn show_edit(page: &view::StaffEditPage, screen: Screen, ui: &Kiosk, words: &Words) {
    let global = ui.global::<StaffEditPage>();
    let setup = screen == Screen::SetupStaff;
    global.set_title(
        match (setup, page.existing) {
            (true, _) => words.say_with("staff-setup", &[("count", page.entered.into())]),
            (false, true) => words.say("staff-change"),
            (false, false) => words.say("staff-add"),
        }
        .into(),
    );
    global.set_name(page.name.as_deref().unwrap_or_default().into());
    global.set_id(page.id.as_deref().unwrap_or_default().into());
    global.set_existing(page.existing);
    let roles = page.roles.iter().map(|role| say::role(*role, words));
    global.set_roles(rows::texts(global.get_roles(), roles));
    let codes = page.roles.iter().filter_map(|role| {
        let place = ROLES.iter().position(|known| known == role)?;
        i32::try_from(place).ok()
    });
    global.set_role_codes(rows::keep(global.get_role_codes(), codes.collect()));
    let role = page.roles.iter().position(|role| *role == page.role);
    global.set_role(
        role.and_then(|place| i32::try_from(place).ok())
            .unwrap_or(-1),
    );

    let (note, tone) = note(page, words);
    global.set_note(note.into());
    global.set_tone(tone);
    global.set_main(
        words
            .say(if setup { "staff-add-this" } else { "act-save" })
            .into(),
    );
    global.set_main_short(
        words
            .say(if setup { "staff-add-short" } else { "act-save" })
            .into(),
    );
    global.set_complete(page.complete);

    let stopped = page.state == Some(StaffState::Stopped);
    let second = if setup {
        (page.entered > 0).then(|| words.say("staff-finish"))
    } else if stopped {
        Some(words.say("staff-restore"))
    } else if page.existing {
        Some(words.say(if page.confirm_stop {
            "staff-stop-confirm"
        } else {
            "staff-stop"
        }))
    } else {
        None
    };
    global.set_second(second.unwrap_or_default().into());
    global.set_second_danger(!setup && !stopped);
    global.set_second_confirm(page.confirm_stop);
    global.set_passcode(page.passcode);
}

fn note(page: &view::StaffEditPage, words: &Words) -> (String, Tone) {
    if let Some(code) = &page.note {
        let facts = pages::trouble::facts(code, 0, words);
        (facts.happened, Tone::Attn)
    } else if page.confirm_stop {
        (words.say("staff-stop-note"), Tone::Attn)
    } else if let Some(now) = page.state {
        let (text, tone, _) = state(now, words);
        (text, tone)
    } else {
        (words.say("staff-passcode-note"), Tone::None)
    }
}

/// Turns their buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<StaffAdminPage>();
    let send = touches.clone();
    global.on_chosen(move |place| send(Touch::Row(pages::place(place))));
    global.on_turned(pages::turn(ui, touches, |ui| {
        ui.global::<StaffAdminPage>().get_page()
    }));
    let send = touches.clone();
    global.on_add(move || send(Touch::Main));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));

    let global = ui.global::<StaffEditPage>();
    let send = touches.clone();
    global.on_field(move |field| send(Touch::Field(pages::place(field))));
    let send = touches.clone();
    let weak = ui.as_weak();
    global.on_role_chosen(move |place| {
        let Some(ui) = weak.upgrade() else { return };
        let code = ui
            .global::<StaffEditPage>()
            .get_role_codes()
            .row_data(pages::place(place));
        if let Some(role) = code.and_then(|code| ROLES.get(pages::place(code))) {
            send(Touch::Role(*role));
        }
    });
    let send = touches.clone();
    global.on_save(move || send(Touch::Main));
    let send = touches.clone();
    global.on_second_pressed(move || send(Touch::Second));
    let send = touches.clone();
    global.on_new_passcode(move || send(Touch::Third));
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
}

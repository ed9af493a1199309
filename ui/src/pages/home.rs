//! B-1: what would you like to do?

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use protocol::person::StaffRole;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{HomePage, Kiosk};

/// Fills the page.
pub fn show(page: &view::HomePage, staff: Option<&str>, ui: &Kiosk, words: &Words) {
    let global = ui.global::<HomePage>();
    global.set_staff(
        staff
            .map(|name| words.say_with("person-staff", &[("name", name.into())]))
            .unwrap_or_default()
            .into(),
    );
    global.set_saved(page.saved.to_string().into());
    global.set_sent(page.sent.to_string().into());
    global.set_receipted(page.receipted.to_string().into());
    global.set_answered(page.answered.to_string().into());
    global.set_held(notice(page, words).into());
    global.set_unopened(match page.unopened {
        0 => slint::SharedString::new(),
        count => words
            .say_with("home-unopened", &[("count", count.into())])
            .into(),
    });
    global.set_disclosure_sub(
        words
            .say(if page.draft {
                "home-disclosure-draft"
            } else {
                "home-disclosure-sub"
            })
            .into(),
    );
    global.set_settings(matches!(
        page.role,
        StaffRole::Setup | StaffRole::Administrator | StaffRole::Technician
    ));
}

/// What takes the place of the four counts: something on hold, or a queue that is nearly full.
fn notice(page: &view::HomePage, words: &Words) -> String {
    if page.held > 0 {
        words.say_with("home-held", &[("count", page.held.into())])
    } else if page.nearly_full {
        words.say("home-nearly-full")
    } else {
        String::new()
    }
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<HomePage>();
    let send = touches.clone();
    global.on_card(move || send(Touch::Main));
    let send = touches.clone();
    global.on_settings_opened(move || send(Touch::Second));
    let send = touches.clone();
    global.on_progress(move || send(Touch::Row(0)));
    let send = touches.clone();
    global.on_disclosure(move || send(Touch::Row(1)));
    let send = touches.clone();
    global.on_inbox(move || send(Touch::Row(2)));
    let send = touches.clone();
    global.on_outbox(move || send(Touch::Row(3)));
    let send = touches.clone();
    global.on_lock(move || send(Touch::LockNow));
    let send = touches.clone();
    global.on_help(move || send(Touch::Help));
}

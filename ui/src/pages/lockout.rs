//! this person is paused.

use firmware::terminal::touch::Touch;
use firmware::terminal::view;
use slint::ComponentHandle;

use crate::screen::Touches;
use crate::words::Words;
use crate::{Kiosk, LockoutPage, say};

/// Fills the page.
pub fn show(page: &view::LockoutPage, ui: &Kiosk, words: &Words) {
    let global = ui.global::<LockoutPage>();
    let key = if page.device_wide {
        "lockout-reason-device"
    } else {
        "lockout-reason"
    };
    global.set_reason(
        words
            .say_with(
                key,
                &[
                    ("wrong", page.wrong.into()),
                    ("name", page.name.as_str().into()),
                ],
            )
            .into(),
    );
    // Minutes, never seconds: nobody should stand and count.
    global.set_left(
        page.left
            .map(|left| {
                words.say_with(
                    "lockout-minutes",
                    &[("minutes", say::whole_minutes(left).into())],
                )
            })
            .unwrap_or_default()
            .into(),
    );
    global.set_opens(
        page.opens_at
            .map(|(hour, minute)| {
                words.say_with(
                    "lockout-opens",
                    &[("time", say::clock(hour, minute).into())],
                )
            })
            .unwrap_or_default()
            .into(),
    );
    global.set_can_open(!page.device_wide);
    global.set_waiting_helps(page.left.is_some());
}

/// Turns its buttons into touches.
pub fn connect(ui: &Kiosk, touches: &Touches) {
    let global = ui.global::<LockoutPage>();
    let send = touches.clone();
    global.on_back(move || send(Touch::Back));
    let send = touches.clone();
    global.on_open(move || send(Touch::Second));
    let send = touches.clone();
    global.on_other(move || send(Touch::Main));
}

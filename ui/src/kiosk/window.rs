//! The desk on a display: a window for developers, the panel on the device.

use std::process::ExitCode;

use firmware::runtime;
use firmware::setup::config::Config;
use slint::ComponentHandle;
use ui::screen::Screen;

use crate::card_token::CardToken;
use crate::{assemble, watchdog};

/// Opens the desk and stays until the window is closed or the unit is wiped.
pub fn run(config: &Config) -> Result<ExitCode, String> {
    let parts = assemble::parts(config)?;
    let screen = Screen::new(
        assemble::layout(config),
        firmware::terminal::view::Look::default(),
    )
    .map_err(|error| format!("no display: {error}"))?;
    let screen = std::rc::Rc::new(screen);
    let shown = slint::Weak::clone(&screen.kiosk().as_weak());
    let (views, latest) = std::sync::mpsc::channel();
    let running = runtime::start(
        parts,
        move |view| {
            // The event loop takes the newest; a closed loop means that the program ends.
            let _ = views.send(view);
            let _ = shown.upgrade_in_event_loop(|kiosk| kiosk.invoke_view_changed());
        },
        |end| {
            if end == runtime::End::Wiped {
                let _ = slint::quit_event_loop();
            }
        },
    )
    .map_err(|problem| assemble::explain(&problem))?;

    let pulse = running.pulse();
    let _watched = watchdog::start(move |limit| pulse.beats(limit));
    let toucher = running.toucher();
    let typist = toucher.clone();
    screen.on_touch(move |touch| toucher.touch(touch));
    let token = std::cell::RefCell::new(CardToken::beside(&config.paths.vault));
    let drawn = std::rc::Rc::downgrade(&screen);
    screen.kiosk().on_view_changed(move || {
        if let (Some(screen), Some(view)) = (drawn.upgrade(), latest.try_iter().last()) {
            screen.show(&view);
            if let Some(touch) = token.borrow_mut().on(&view) {
                typist.touch(touch);
            }
        }
    });
    let ended = screen
        .kiosk()
        .run()
        .map_err(|error| format!("the display failed: {error}"));
    running.stop();
    ended.map(|()| ExitCode::SUCCESS)
}

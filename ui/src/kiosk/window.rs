//! The desk on a display: a window for developers, the panel on the device.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use firmware::runtime;
use firmware::setup::config::Config;
use firmware::terminal::view::View;
use slint::ComponentHandle;
use ui::screen::Screen;

use crate::card_token::CardToken;
use crate::{POWER_OFF, assemble, watchdog};

/// Longest wait for the first view. It takes a moment, and minutes on no machine that works.
const FIRST_VIEW_LIMIT: Duration = Duration::from_secs(60);

/// Opens the desk and stays until the window is closed or the unit is wiped.
pub fn run(config: &Config) -> Result<ExitCode, String> {
    let parts = assemble::parts(config)?;
    #[cfg_attr(
        not(feature = "window"),
        allow(unused_mut, reason = "only a window is followed")
    )]
    let mut screen = Screen::new(
        assemble::layout(config),
        firmware::terminal::view::Look::default(),
    )
    .map_err(|error| format!("no display: {error}"))?;
    let shown = slint::Weak::clone(&screen.kiosk().as_weak());
    let (views, latest) = std::sync::mpsc::channel();
    let empty = Arc::new(AtomicBool::new(false));
    let emptied = Arc::clone(&empty);
    let running = runtime::start(
        parts,
        move |view| {
            // The event loop takes the newest; a closed loop means that the program ends.
            let _ = views.send(view);
            let _ = shown.upgrade_in_event_loop(|kiosk| kiosk.invoke_view_changed());
        },
        move |end| {
            if end != runtime::End::Stopped {
                if end == runtime::End::PowerOff {
                    emptied.store(true, Ordering::SeqCst);
                }
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
    // The panel of a device has one size, and its configuration says which.
    #[cfg(feature = "window")]
    {
        let toucher = running.toucher();
        screen.follow_window(move |layout| toucher.room(layout.room()));
    }
    let screen = std::rc::Rc::new(screen);
    let token = std::cell::RefCell::new(CardToken::beside(&config.paths.vault));
    let drawn = std::rc::Rc::downgrade(&screen);
    let draw = move |view: &View| {
        if let Some(screen) = drawn.upgrade() {
            screen.show(view);
            if let Some(touch) = token.borrow_mut().on(view) {
                typist.touch(touch);
            }
        }
    };
    // Without a view the pages hold what a previewer shows. Nobody is to see that, however
    // slow the machine is.
    match latest.recv_timeout(FIRST_VIEW_LIMIT) {
        Ok(view) => draw(&view),
        Err(_) => return Err("the terminal shows nothing".to_owned()),
    }
    screen.kiosk().on_view_changed(move || {
        if let Some(view) = latest.try_iter().last() {
            draw(&view);
        }
    });
    let ended = screen
        .kiosk()
        .run()
        .map_err(|error| format!("the display failed: {error}"));
    running.stop();
    let code = match empty.load(Ordering::SeqCst) {
        true => ExitCode::from(POWER_OFF),
        false => ExitCode::SUCCESS,
    };
    ended.map(|()| code)
}

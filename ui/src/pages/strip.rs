//! The status strip and the screen number, on every page.

use firmware::terminal::view::{Battery, Network, Page, View};
use protocol::calendar::{Date, Timestamp};
use protocol::problem::ProblemCode;
use slint::ComponentHandle;

use crate::words::Words;
use crate::{Kiosk, Strip, say};

/// Fills the strip.
pub fn show(view: &View, ui: &Kiosk, words: &Words) {
    let strip = ui.global::<Strip>();
    let shown = &view.strip;
    strip.set_screen(view.screen.number().into());
    strip.set_office(shown.office.as_str().into());
    strip.set_office_short(shown.office_short.as_str().into());
    let today = shown.clock.map(|(today, ..)| today);
    let calm = shown.maintenance.is_none() && shown.certificate.is_none();
    strip.set_online(matches!(shown.network, Network::Online) && calm);
    strip.set_maintenance(shown.maintenance.is_some() && shown.certificate.is_none());
    let network = match (shown.certificate, shown.maintenance) {
        (Some(state), _) if state.ended => words.say("net-certificate-over"),
        (Some(state), _) => words.say_with("net-certificate", &[("days", state.days.into())]),
        (None, Some(until)) => maintenance(until, today, words),
        (None, None) => network(&shown.network, words),
    };
    strip.set_network(network.into());
    strip.set_waiting(shown.waiting.to_string().into());
    strip.set_clock_trusted(shown.clock.is_some());
    strip.set_clock(
        shown
            .clock
            .map(|(_, hour, minute)| say::clock(hour, minute))
            .unwrap_or_default()
            .into(),
    );
    let (battery, short) = match shown.battery {
        Some(battery) => say_battery(battery, words),
        None => Default::default(),
    };
    strip.set_battery(battery.into());
    strip.set_battery_short(short.into());
    strip.set_battery_low(shown.battery.is_some_and(is_alarm));
    strip.set_test_cards(shown.test_trust);
    strip.set_locked(matches!(view.page, Page::Lock));
}

/// A battery that charges is being helped already.
fn is_alarm(battery: Battery) -> bool {
    battery.low && !battery.charging
}

/// The words, and those for a strip with little room.
fn say_battery(battery: Battery, words: &Words) -> (String, String) {
    let say = |key: &str| words.say_with(key, &[("percent", battery.percent.into())]);
    if is_alarm(battery) {
        (say("battery-low"), say("battery-low-short"))
    } else if battery.charging {
        (say("battery-charging"), String::new())
    } else {
        (say("battery"), String::new())
    }
}

/// 受付停止中・7:00まで; with the day when it ends on another one.
fn maintenance(until: Timestamp, today: Option<Date>, words: &Words) -> String {
    let (day, hour, minute) = until.to_japan();
    let time = say::clock(hour, minute);
    let time = if today == Some(day) {
        time
    } else {
        format!("{} {time}", say::day_month(day, words))
    };
    words.say_with("net-maintenance", &[("time", time.into())])
}

fn network(network: &Network, words: &Words) -> String {
    match network {
        Network::Online => words.say("net-on"),
        Network::Offline { last: None } => words.say("net-off"),
        Network::Offline { last: Some(last) } => {
            let (_, hour, minute) = last.to_japan();
            words.say_with("net-off-last", &[("time", say::clock(hour, minute).into())])
        }
        Network::Paused {
            code: ProblemCode::ClockUntrusted,
        } => words.say("net-paused-clock"),
        Network::Paused { .. } => words.say("net-paused"),
        Network::NotSetUp => words.say("net-not-set-up"),
    }
}

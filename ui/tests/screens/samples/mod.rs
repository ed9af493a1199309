//! A view for every screen and its edge states, with invented people.

mod access;
mod card;
mod help;
mod home;
mod inbox;
mod lookup;
mod outbox;
mod request;
mod self_test;
mod staff;

use firmware::terminal::screen::Screen;
use firmware::terminal::touch::{Language, TextSize};
use firmware::terminal::view::{Battery, Look, Network, Page, Strip, View};
use protocol::calendar::{Date, Timestamp};

/// A view with its name in the pictures: `B-1_home_held`.
pub struct Sample {
    pub name: String,
    pub view: View,
}

/// Every sample, in the order of the screen numbers.
pub fn all() -> Vec<Sample> {
    let mut samples = Vec::new();
    samples.extend(access::samples());
    samples.extend(home::samples());
    samples.extend(card::samples());
    samples.extend(lookup::samples());
    samples.extend(request::samples());
    samples.extend(outbox::samples());
    samples.extend(inbox::samples());
    samples.extend(help::samples());
    samples.extend(staff::samples());
    samples.extend(self_test::samples());
    samples
}

/// A sample in the usual surroundings: online, two waiting, 9:45 on Thursday 18 June 2026.
pub fn sample(screen: Screen, name: &str, page: Page) -> Sample {
    Sample {
        name: format!("{}_{name}", screen.number()),
        view: View {
            screen,
            strip: strip(),
            look: look(),
            staff: Some("佐藤 美咲".to_owned()),
            page,
        },
    }
}

pub fn strip() -> Strip {
    Strip {
        office: "ひだまり居宅介護支援事業所".to_owned(),
        office_short: "ひだまり居宅".to_owned(),
        test_trust: false,
        network: Network::Online,
        waiting: 2,
        clock: Some((today(), 9, 45)),
        battery: None,
        maintenance: None,
        certificate: None,
    }
}

pub fn look() -> Look {
    Look {
        language: Language::Ja,
        text_size: TextSize::Normal,
        high_contrast: false,
        sounds: true,
    }
}

pub fn today() -> Date {
    day(2026, 6, 18)
}

pub fn day(year: i32, month: u8, day: u8) -> Date {
    Date::from_ymd(year, month, day).expect("samples use real days")
}

pub fn at(date: Date, hour: u8, minute: u8) -> Timestamp {
    Timestamp::from_japan(date, hour, minute).expect("samples use real times")
}

/// The line is down since 9:42.
pub fn offline(mut sample: Sample) -> Sample {
    sample.view.strip.network = Network::Offline {
        last: Some(at(today(), 9, 42)),
    };
    sample
}

/// On its battery, which should be charged soon.
pub fn on_battery(mut sample: Sample) -> Sample {
    sample.view.strip.battery = Some(Battery {
        percent: 18,
        charging: false,
        low: true,
    });
    sample
}

/// Before the terminal belongs to anybody.
pub fn not_set_up(mut sample: Sample) -> Sample {
    sample.view.strip.office.clear();
    sample.view.strip.office_short.clear();
    sample.view.strip.network = Network::NotSetUp;
    sample.view.strip.waiting = 0;
    sample.view.staff = None;
    sample
}

/// The operator receives nothing until 22:00, as was announced; the line is down.
pub fn in_maintenance(sample: Sample) -> Sample {
    let mut sample = offline(sample);
    sample.view.strip.maintenance = Some(at(today(), 22, 0));
    sample
}

/// Test cards are trusted and the clock is not.
pub fn worst_strip(mut sample: Sample) -> Sample {
    sample.view.strip.test_trust = true;
    sample.view.strip.clock = None;
    sample.view.strip.waiting = 1234;
    offline(sample)
}

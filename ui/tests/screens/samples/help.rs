use firmware::terminal::flows::trouble::{Helper, helper, way_out};
use firmware::terminal::screen::Screen;
use firmware::terminal::view::{
    DeskState, HelpPage, HelpTopicPage, Open, Page, Paged, Slip, TroublePage, WayOut,
};
use protocol::facility::{Desk, OpeningHours};
use protocol::help::HelpTopic;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::text::PhoneNumber;

use super::{Sample, at, day, not_set_up, offline, on_battery, sample, today};

pub fn samples() -> Vec<Sample> {
    let mut samples = vec![
        help(
            "help",
            vec![
                city(Some(Open::Until(17 * 60 + 15))),
                claims(Open::TodayFrom(600)),
            ],
        ),
        help(
            "help_closed",
            vec![city(Some(Open::On(day(2026, 12, 28), 8 * 60 + 30)))],
        ),
        help(
            "help_untrusted_clock",
            vec![city(None), claims(Open::Closed)],
        ),
    ];
    samples.extend(HelpTopic::ALL.iter().map(|topic| {
        let page = HelpTopicPage {
            topic: *topic,
            desk: Some(city(Some(Open::Until(1035)))),
        };
        sample(
            Screen::HelpTopic,
            &format!("help_{topic:?}").to_lowercase(),
            Page::HelpTopic(page),
        )
    }));
    samples.extend([
        trouble("trouble", ProblemCode::OutboxQuota),
        trouble("trouble_full", ProblemCode::VaultFull),
        undelivered(),
        wiped(),
        trouble("trouble_tls", ProblemCode::NetTls),
        opened(),
        nobody_yet(),
        empty(),
        without_time(trouble("trouble_clock", ProblemCode::BoardClock)),
        offline(trouble(
            "trouble_other",
            ProblemCode::Other("MDG-MOON-FULL".into()),
        )),
        sample(
            Screen::Slip,
            "slip",
            Page::Slip(slip(ProblemCode::VaultFull)),
        ),
    ]);
    samples
}

/// The city's desk.
pub fn city(open: Option<Open>) -> DeskState {
    DeskState {
        desk: desk(
            "介護保険課 認定係",
            "0120-000-142",
            8 * 60 + 30,
            17 * 60 + 15,
        ),
        city: "汐見市".to_owned(),
        open,
    }
}

fn claims(open: Open) -> DeskState {
    DeskState {
        desk: desk("電子請求ヘルプデスク", "0120-000-188", 600, 17 * 60),
        city: String::new(),
        open: Some(open),
    }
}

fn desk(name: &str, phone: &str, from_minute: u16, to_minute: u16) -> Desk {
    Desk {
        name: name.to_owned(),
        phone: PhoneNumber::parse(phone).expect("samples use well-shaped numbers"),
        hours: vec![OpeningHours {
            weekdays: vec![1, 2, 3, 4, 5],
            from_minute,
            to_minute,
            days_of_month: None,
        }],
    }
}

fn help(name: &str, desks: Vec<DeskState>) -> Sample {
    let topics = Paged {
        rows: HelpTopic::ALL[..5].to_vec(),
        page: 0,
        pages: 2,
        total: HelpTopic::ALL.len(),
    };
    sample(Screen::Help, name, Page::Help(HelpPage { topics, desks }))
}

/// As the terminal shows it to an administrator: its own way out and its own desk.
fn trouble(name: &str, code: ProblemCode) -> Sample {
    let page = TroublePage {
        slip: slip(code.clone()),
        count: 18,
        way_out: way_out(&code, Some(StaffRole::Administrator)),
        desk: Some(match helper(&code) {
            Helper::City => city(Some(Open::Until(1035))),
            Helper::Topic(_) => own_desk(),
        }),
        code,
    };
    sample(Screen::Trouble, name, Page::Trouble(page))
}

/// The desk of the unit itself.
pub fn own_desk() -> DeskState {
    DeskState {
        desk: desk("保守窓口", "0120-000-199", 9 * 60, 18 * 60),
        city: String::new(),
        open: Some(Open::Until(18 * 60)),
    }
}

/// Before the first contact, on a card that names no desk.
fn nobody_yet() -> Sample {
    let mut sample = trouble("trouble_new", ProblemCode::VaultFull);
    if let Page::Trouble(page) = &mut sample.view.page {
        page.way_out = way_out(&page.code, None);
        page.desk = None;
        page.slip.role = None;
        page.slip.office_name.clear();
        page.slip.office.clear();
    }
    sample
}

/// Somebody opened the case: the desk locked itself, and nobody is at work.
fn opened() -> Sample {
    let mut sample = trouble("trouble_case", ProblemCode::CaseOpened);
    if let Page::Trouble(page) = &mut sample.view.page {
        page.way_out = way_out(&page.code, None);
        page.slip.role = None;
    }
    sample.view.staff = None;
    sample
}

/// The battery is nearly empty.
fn empty() -> Sample {
    let mut sample = on_battery(trouble("trouble_battery", ProblemCode::PowerEmpty));
    if let Some(battery) = &mut sample.view.strip.battery {
        battery.percent = 3;
    }
    sample
}

/// Its clock has lost the time, and nobody has told it yet.
fn without_time(mut sample: Sample) -> Sample {
    sample.view.strip.clock = None;
    if let Page::Trouble(page) = &mut sample.view.page {
        page.slip.at = None;
        if let Some(desk) = &mut page.desk {
            desk.open = None;
        }
    }
    sample
}

fn undelivered() -> Sample {
    let mut sample = trouble("trouble_undelivered", ProblemCode::DocumentUndelivered);
    if let Page::Trouble(page) = &mut sample.view.page {
        page.way_out = WayOut::Close;
        page.count = 5;
    }
    sample
}

/// The unit was reported lost and found again: it knows no insurer, and its own desk is called.
fn wiped() -> Sample {
    let mut sample = trouble("trouble_wiped", ProblemCode::DeviceWiped);
    if let Page::Trouble(page) = &mut sample.view.page {
        page.way_out = WayOut::Close;
        page.desk = Some(own_desk());
        page.slip.office_name.clear();
        page.slip.office.clear();
        page.slip.role = None;
        page.slip.screen = Screen::Trouble;
    }
    not_set_up(sample)
}

fn slip(code: ProblemCode) -> Slip {
    Slip {
        office_name: "ひだまり居宅介護支援事業所".to_owned(),
        office: "9970000015".to_owned(),
        device: "MDG-7K2QX9PD4RWM".to_owned(),
        at: Some(at(today(), 9, 45)),
        role: Some(StaffRole::Administrator),
        screen: Screen::DisclosureReview,
        code: Some(code),
        version: "0.1.0".to_owned(),
    }
}

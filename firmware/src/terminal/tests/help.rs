//! Help, the enquiry slip, and who is called about what.

use protocol::calendar::Timestamp;
use protocol::facility::Desk as CalledDesk;
use protocol::help::{HelpDesk, HelpTopic};
use protocol::problem::ProblemCode;

use crate::clock::ManualTime;
use crate::error::Problem;
use crate::terminal::effect::TerminalConfig;
use crate::terminal::flow::Next;
use crate::terminal::flows::trouble::{Helper, TroubleFlow, desk_of, helper};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, WayOut};
use crate::testing::desk::{Day, config, good, peek};
use crate::vault::Vault;

#[test]
fn help_and_slip_work_before_login_and_the_slip_carries_no_personal_data() {
    let mut day = Day::set_up();
    day.press(&[Touch::Help]);
    let Page::Help(page) = day.view().page else {
        panic!()
    };
    assert!(!page.desks.is_empty());
    day.press(&[Touch::HelpTopic(HelpTopic::Passcode)]);
    assert_eq!(day.screen(), Screen::HelpTopic);
    day.press(&[Touch::Main]);
    let Page::Slip(slip) = day.view().page else {
        panic!()
    };
    assert_eq!(slip.screen, Screen::Lock);
    let text = slip.qr_text();
    for fact in ["office=9970000015", "screen=A-1", "device=MDG-"] {
        assert!(text.contains(fact), "{text}");
    }
    day.press(&[Touch::Print]);
    assert_eq!(
        day.rows("SELECT count(*) FROM audit WHERE event LIKE '%printed%'"),
        1
    );
}

#[test]
fn the_slip_knows_the_screen_the_role_and_not_the_visitor() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Main]);
    day.card([peek(10, 3), good()]);
    day.digits([1, 3, 0, 8, 2, 8, 2, 0, 3, 2, 2, 2, 8, 5]);
    day.press(&[Touch::Main, Touch::ShowSlip]);
    let Page::Slip(slip) = day.view().page else {
        panic!()
    };
    assert_eq!(slip.screen, Screen::Compare);
    let text = slip.qr_text();
    assert!(text.contains("role=general"), "{text}");
    for personal in ["花子", "髙橋", "takahashi01", "1938"] {
        assert!(!text.contains(personal), "{text}");
    }
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::Compare, "the visitor is still there");
}

#[test]
fn a_full_queue_leads_to_the_outbox_and_a_full_disk_home() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    for (problem, way) in [
        (
            Problem::OutboxQuota(crate::outbox::Bound::Rows),
            WayOut::Outbox,
        ),
        (Problem::VaultFull, WayOut::Home),
    ] {
        let flow = TroubleFlow::new(&problem, Screen::Purpose, &day.terminal.desk);
        day.terminal.apply(Next::Open(Box::new(flow)));
        let Page::Trouble(page) = day.view().page else {
            panic!()
        };
        assert_eq!(page.way_out, way);
        assert_eq!(page.code, problem.code());
        assert_eq!(page.slip.screen, Screen::Purpose);
        day.press(&[Touch::Main]);
        let wanted = if way == WayOut::Outbox {
            Screen::Outbox
        } else {
            Screen::Home
        };
        assert_eq!(day.screen(), wanted);
    }
}

/// The unit's own desk, which answers what desks of a unit answer.
fn own_desk() -> HelpDesk {
    use HelpTopic as T;
    HelpDesk {
        organisation: "端末の保守窓口".to_owned(),
        topics: vec![T::Reader, T::Network, T::Clock, T::Lost, T::Held],
        desk: CalledDesk {
            name: "サポート".to_owned(),
            phone: "0990000199".parse().unwrap(),
            hours: Vec::new(),
        },
    }
}

#[test]
fn every_problem_shows_the_desk_that_can_help_with_it() {
    let with_desk = TerminalConfig {
        desks: vec![own_desk()],
        ..config()
    };
    let day = Day::set_up_as(with_desk.clone());
    let of_city = day.terminal.desk.insurers()[0].city.clone();
    let called = |day: &Day, code: &ProblemCode| desk_of(code, &day.terminal.desk).unwrap().city;
    for (code, city) in [
        (ProblemCode::CaseOpened, false),
        (ProblemCode::PowerEmpty, false),
        (ProblemCode::BoardClock, false),
        (ProblemCode::BoardAbsent, false),
        (ProblemCode::VaultFull, false),
        (ProblemCode::ConfigSyntax, false),
        (ProblemCode::UpdateDamaged, false),
        (ProblemCode::PrinterUnavailable, false),
        (ProblemCode::NetDown, false),
        (ProblemCode::NetTls, true),
        (ProblemCode::DeviceRevoked, true),
        (ProblemCode::DeviceUnknown, true),
        (ProblemCode::VaultWiped, true),
        (ProblemCode::CertificateExpired, true),
        (ProblemCode::AuditGap, true),
        (ProblemCode::DocumentGone, true),
        (ProblemCode::LookupSeveral, true),
        (ProblemCode::RequestDeclined, true),
    ] {
        assert_eq!(called(&day, &code) == of_city, city, "{code}");
    }
    for code in ProblemCode::ALL {
        let of_the_desk = called(&day, code) == of_city;
        match helper(code) {
            Helper::City => assert!(of_the_desk, "{code}"),
            Helper::Topic(topic) => {
                let ours = own_desk().topics.contains(&topic);
                assert_eq!(of_the_desk, !ours, "{code}");
            }
        }
    }
    // Before the first contact the insurers are not known: somebody is called all the same.
    let time = ManualTime::at(Timestamp::from_unix_ms(crate::testing::MORNING));
    let new = Day::configured(with_desk, Vault::in_memory().unwrap(), time);
    for code in ProblemCode::ALL {
        if let Helper::City = helper(code) {
            assert_eq!(called(&new, code), "端末の保守窓口", "{code}");
        }
    }
}

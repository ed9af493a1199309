//! What belongs to every screen: idle, lock, rights, help, slip, strip.

use std::collections::HashSet;
use std::time::Duration;

use protocol::answer::{FeedItem, Notice};
use protocol::calendar::Timestamp;
use protocol::facility::Desk as CalledDesk;
use protocol::help::{HelpDesk, HelpTopic};
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;

use crate::access::rights;
use crate::clock::ManualTime;
use crate::error::Problem;
use crate::sync::{RoundReport, SyncReport};
use crate::terminal::effect::{Input, Room, TerminalConfig, Ticket};
use crate::terminal::flow::{Flow, Next};
use crate::terminal::flows::trouble::{Helper, TroubleFlow, desk_of, helper};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Network, Page, View, WayOut};
use crate::terminal::{DOUBLE_TOUCH, Terminal};
use crate::testing::desk::{Day, config, good, peek, user};
use crate::vault::Vault;

#[test]
fn the_desk_locks_after_idle_by_the_boot_clock_whatever_the_clock_says() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.time.shift_system(-10 * 365 * 24 * 3600 * 1000);
    day.wait(59);
    assert_eq!(day.screen(), Screen::Home);
    day.time.shift_system(20 * 365 * 24 * 3600 * 1000);
    day.wait(1);
    assert_eq!(day.screen(), Screen::Lock);
    assert_eq!(
        day.rows("SELECT count(*) FROM audit WHERE event LIKE '%\"locked\"%\"idle\"%'"),
        1
    );
}

#[test]
fn a_touch_after_a_sleep_without_ticks_finds_the_shutter_closed() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.time.advance(Duration::from_secs(3600));
    day.input(Input::Touch(Touch::Main));
    assert_eq!(day.screen(), Screen::Lock);
    assert!(day.view().staff.is_none());
}

#[test]
fn touching_keeps_the_desk_open() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    for _ in 0..5 {
        day.wait(59);
        day.press(&[Touch::Awake]);
    }
    assert_eq!(day.screen(), Screen::Home);
}

#[test]
fn a_locked_desk_shows_nothing_about_anybody() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Main]);
    day.card([peek(10, 3), good()]);
    day.digits([1, 3, 0, 8, 2, 8, 2, 0, 3, 2, 2, 2, 8, 5]);
    day.press(&[Touch::Main]);
    assert!(all_of(&day.view()).contains("花子"));
    day.press(&[Touch::LockNow]);
    let shown = all_of(&day.view());
    for personal in ["花子", "みなと町", "1938", "髙橋"] {
        assert!(!shown.contains(personal), "{personal}: {shown}");
    }
    // Nor for the next person.
    day.unlock("satomisaki", [4, 0, 7, 1]);
    assert!(!all_of(&day.view()).contains("花子"));
}

/// Everything a view holds, in words; the view itself prints only its number.
fn all_of(view: &View) -> String {
    format!("{:?} {:?} {:?}", view.strip, view.staff, view.page)
}

#[test]
fn inputs_and_views_do_not_print_what_they_carry() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    assert_eq!(format!("{:?}", Input::Touch(Touch::Digit(8))), "Touch");
    assert_eq!(format!("{:?}", day.view()), "View(B-1)");
}

#[test]
fn a_half_typed_passcode_and_open_help_are_gone_after_idle() {
    let mut day = Day::set_up();
    day.press(&[Touch::Main, Touch::Staff(user("takahashi01"))]);
    day.digits([8, 2]);
    day.wait(60);
    assert_eq!(day.screen(), Screen::Lock);
    day.press(&[Touch::Help]);
    day.wait(60);
    assert_eq!(day.screen(), Screen::Lock);
}

#[test]
fn the_second_touch_of_one_push_does_nothing() {
    let mut day = Day::set_up();
    day.time.advance(Duration::from_secs(1));
    day.input(Input::Touch(Touch::Help));
    day.input(Input::Touch(Touch::Main));
    assert_eq!(day.screen(), Screen::Slip);
    day.time.advance(DOUBLE_TOUCH - Duration::from_millis(1));
    day.input(Input::Touch(Touch::Main));
    assert_eq!(day.screen(), Screen::Slip, "a bounce of the finger");
    day.time.advance(Duration::from_millis(2));
    day.input(Input::Touch(Touch::Main));
    assert_eq!(day.screen(), Screen::Help);
}

#[test]
fn answers_that_nobody_waits_for_are_dropped() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    let before = day.view();
    let late = Ticket(u64::MAX);
    day.input(Input::Stored(late, Err(Problem::VaultFull)));
    day.input(Input::Hashed(
        late,
        crate::access::passcode::HashOutcome::Right,
    ));
    day.input(Input::Card(late, good()));
    day.input(Input::FilesListed(late, Ok(Vec::new())));
    day.input(Input::PageDrawn(late, Err(Problem::VaultFull)));
    day.input(Input::Printed(late, Err(Problem::VaultFull)));
    assert_eq!(day.view(), before);
}

#[test]
fn home_offers_each_role_what_it_may_and_nothing_else_opens() {
    // What each touch of the home screen and of settings may lead to.
    for (role, code) in [
        (StaffRole::Setup, [5, 9, 3, 8]),
        (StaffRole::Administrator, [5, 9, 3, 8]),
        (StaffRole::General, [5, 9, 3, 8]),
        (StaffRole::Technician, [5, 9, 3, 8]),
    ] {
        let mut day = third_person(role, code);
        let mut reached = HashSet::new();
        for touch in [
            Touch::Main,
            Touch::Row(0),
            Touch::Row(1),
            Touch::Row(2),
            Touch::Row(3),
        ] {
            day.press(&[touch, Touch::Awake]);
            reached.insert(day.screen());
            day.press(&[Touch::Home]);
            assert_eq!(day.screen(), Screen::Home);
        }
        for row in 0..6 {
            day.press(&[Touch::Second, Touch::Row(row)]);
            reached.insert(day.screen());
            day.press(&[Touch::Home]);
        }
        for screen in &reached {
            assert!(
                rights::may_see(role, *screen),
                "{role:?} reached {}",
                screen.number()
            );
        }
        let expected: &[Screen] = match role {
            StaffRole::Setup => &[Screen::StaffAdmin, Screen::Profile, Screen::CardMode],
            StaffRole::Administrator => &[Screen::CardPrompt, Screen::StaffAdmin, Screen::Inbox],
            StaffRole::General => &[Screen::CardPrompt, Screen::Inbox, Screen::Outbox],
            StaffRole::Technician => &[Screen::Diagnostics],
        };
        for screen in expected {
            assert!(
                reached.contains(screen),
                "{role:?} needs {}",
                screen.number()
            );
        }
    }
}

/// Unlocked as a third person with this role.
fn third_person(role: StaffRole, code: [u8; 4]) -> Day {
    let mut day = Day::new();
    day.press(&[Touch::Main]);
    day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
    day.press(&[Touch::Main]);
    day.fill_profile();
    day.press(&[Touch::Main]);
    day.add_staff(
        "satomisaki",
        "佐藤 美咲",
        StaffRole::Administrator,
        [4, 0, 7, 1],
    );
    day.add_staff("daisan03", "大河内 清左衛門", role, code);
    day.press(&[Touch::Second, Touch::Main]);
    day.unlock("daisan03", code);
    assert_eq!(day.screen(), Screen::Home);
    day
}

/// A flow that shows any screen it likes.
struct Anything(Screen);

impl Flow for Anything {
    fn screen(&self, _desk: &crate::terminal::desk::Desk) -> Screen {
        self.0
    }

    fn page(&self, _desk: &crate::terminal::desk::Desk) -> Page {
        Page::Lock
    }

    fn touch(&mut self, _touch: Touch, _desk: &mut crate::terminal::desk::Desk) -> Next {
        Next::Stay
    }
}

#[test]
fn a_list_on_the_screen_takes_the_rows_of_a_resized_window() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    let room = |rows| {
        Input::Room(Room {
            rows,
            outbox: rows,
            staff: 6,
            topics: rows,
            document_width: 600,
        })
    };
    let rows = |day: &Day| match day.view().page {
        Page::Outbox(page) => page.items.rows.len(),
        Page::Help(page) => page.topics.rows.len(),
        other => panic!("{other:?}"),
    };
    day.press(&[Touch::Row(3)]);
    for wanted in [3, 1, 2] {
        day.input(room(wanted));
        assert_eq!(rows(&day), wanted);
    }
    day.press(&[Touch::Help]);
    day.input(room(5));
    assert_eq!(rows(&day), 5);
    day.press(&[Touch::Back]);
    assert!(rows(&day) > 2, "what lay below has them too");
}

#[test]
fn no_flow_can_show_a_screen_that_the_role_may_not_see() {
    for role in [
        StaffRole::Setup,
        StaffRole::Administrator,
        StaffRole::General,
        StaffRole::Technician,
    ] {
        let mut day = third_person(role, [5, 9, 3, 8]);
        for screen in Screen::ALL {
            let terminal: &mut Terminal = &mut day.terminal;
            terminal.apply(Next::Open(Box::new(Anything(*screen))));
            let shown = terminal.view().screen;
            if rights::may_see(role, *screen) {
                assert_eq!(shown, *screen, "{role:?}");
            } else {
                assert_eq!(shown, Screen::Trouble, "{role:?} {}", screen.number());
            }
            terminal.apply(Next::Home);
        }
    }
}

#[test]
fn without_a_session_no_flow_shows_that_is_not_meant_to() {
    let mut day = Day::set_up();
    for screen in Screen::ALL {
        day.terminal.apply(Next::Open(Box::new(Anything(*screen))));
        assert_eq!(day.screen(), Screen::Lock, "{}", screen.number());
    }
}

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

#[test]
fn the_strip_tells_when_the_line_is_gone_and_when_it_last_worked() {
    let mut day = Day::set_up();
    day.sync();
    assert_eq!(day.view().strip.network, Network::Online);
    let last = day.clock.now().wall;
    day.online = false;
    day.wait(30);
    day.sync();
    assert_eq!(
        day.view().strip.network,
        Network::Offline { last: Some(last) }
    );
    // Also after the power was cut.
    let day = Day::with(day.vault, day.time);
    assert_eq!(
        day.view().strip.network,
        Network::Offline { last: Some(last) }
    );
}

#[test]
fn announced_maintenance_is_no_alarm_and_ends_by_the_clock() {
    let hour = Duration::from_secs(3600);
    let mut day = Day::set_up();
    let wall = day.clock.now().wall;
    let FeedItem::Notice(notice) = crate::testing::gateway::notice(1) else {
        unreachable!()
    };
    day.gateway.tell(FeedItem::Notice(Notice {
        maintenance: Some((wall + hour, wall + hour * 3)),
        ..notice
    }));
    day.sync();
    assert_eq!(day.view().strip.maintenance, None, "not yet");
    day.online = false;
    // Nobody touches anything; the window opens by itself.
    day.time.advance(hour);
    day.input(Input::Synced(SyncReport::Line { up: false }));
    assert_eq!(day.view().strip.maintenance, Some(wall + hour * 3));
    let paused = |code| {
        Input::Synced(SyncReport::Round(RoundReport {
            at: wall,
            result: Err(Problem::VaultBusy),
            paused: Some(code),
        }))
    };
    day.input(paused(ProblemCode::NetPortal));
    assert!(day.view().strip.maintenance.is_some());
    // A terminal that is shut out needs a person, maintenance or not.
    day.input(paused(ProblemCode::NetTls));
    assert_eq!(day.view().strip.maintenance, None);
    day.input(paused(ProblemCode::NetPortal));
    day.time.advance(hour * 2);
    assert_eq!(day.view().strip.maintenance, Some(wall + hour * 3));
    day.input(Input::Tick);
    assert_eq!(day.view().strip.maintenance, None, "it is over");
}

#[test]
fn an_untrusted_clock_shows_no_time() {
    // No gateway has told its time since power-on.
    let mut day = Day::new();
    assert!(day.view().strip.clock.is_some());
    day.time.shift_system(-10 * 365 * 24 * 3600 * 1000);
    day.input(Input::Tick);
    assert_eq!(day.view().strip.clock, None);
}

#[test]
fn a_lost_unit_destroys_its_key_and_answers_no_touch_any_more() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.gateway.tell(protocol::answer::FeedItem::Wipe);
    day.sync();
    assert!(day.wiped);
    let Page::Trouble(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    assert_eq!(page.code, ProblemCode::DeviceWiped);
    day.press(&[Touch::Home, Touch::Main, Touch::Back, Touch::Help]);
    assert_eq!(day.screen(), Screen::Trouble);
}

#[test]
fn diagnostics_give_each_part_a_verdict() {
    let mut day = Day::set_up();
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[Touch::Second, Touch::Row(4)]);
    let Page::Diagnostics(page) = day.view().page else {
        panic!("{:?}", day.screen())
    };
    use crate::terminal::view::{DiagnosticPart as P, Verdict as V};
    let verdict = |part| {
        page.lines
            .iter()
            .find(|line| line.part == part)
            .unwrap()
            .verdict
    };
    assert_eq!(verdict(P::Vault), V::Good);
    assert_eq!(verdict(P::Certificate), V::Good);
    assert_eq!(verdict(P::Clock), V::Good);
    assert_eq!(verdict(P::Reader), V::Unknown);
    assert_eq!(verdict(P::Queue), V::Good);
}

#[test]
fn a_board_that_is_simulated_is_never_called_good() {
    use crate::terminal::view::{DiagnosticPart, Verdict};
    use hal::board::{BoardConfig, BoardEvent, BoardKind, Part, PartState};
    for (simulated, verdict) in [(false, Verdict::Good), (true, Verdict::Watch)] {
        let mut day = Day::set_up_as(crate::terminal::effect::TerminalConfig {
            simulated_board: simulated,
            ..crate::testing::desk::config()
        });
        let works = BoardEvent::Part(Part::Lamp, PartState::Works);
        day.input(Input::Board(works));
        day.unlock("satomisaki", [4, 0, 7, 1]);
        day.press(&[Touch::Second, Touch::Row(4)]);
        let Page::Diagnostics(page) = day.view().page else {
            panic!("{:?}", day.screen())
        };
        let parts = page
            .lines
            .iter()
            .find(|line| line.part == DiagnosticPart::Parts);
        assert_eq!(parts.unwrap().verdict, verdict);
    }
    // A configuration that names no board, and one that does.
    let none = crate::setup::simulated_board(&BoardConfig::default()).unwrap();
    assert_eq!(none.verdict, Verdict::Watch);
    let named = BoardConfig {
        kind: BoardKind::Pi4,
        ..BoardConfig::default()
    };
    assert_eq!(crate::setup::simulated_board(&named), None);
}

#[test]
fn the_whole_vault_is_checked_beside_the_desk_and_not_at_every_look() {
    use crate::terminal::check::CHECK_EVERY;
    use crate::terminal::view::{DiagnosticPart, Verdict};
    let vault = |day: &Day| match day.view().page {
        Page::Diagnostics(page) => page
            .lines
            .iter()
            .find(|line| line.part == DiagnosticPart::Vault)
            .map(|line| line.verdict),
        _ => None,
    };
    let mut day = Day::set_up();
    day.checks_end = false;
    day.unlock("satomisaki", [4, 0, 7, 1]);
    let open = [Touch::Second, Touch::Row(4)];
    day.press(&open);
    assert_eq!(vault(&day), Some(Verdict::Unknown), "not known yet");
    // While it runs everything answers, and it is not asked for twice.
    day.press(&[Touch::Help, Touch::Back]);
    assert_eq!(vault(&day), Some(Verdict::Unknown));
    assert_eq!(day.vault_checks, 1);
    day.press(&[Touch::Home]);
    // It ends while J-1 is not on the screen, and is shown by the next look.
    let ended = crate::setup::whole_vault(&day.vault);
    day.input(Input::VaultChecked(day.unanswered[0], Box::new(ended)));
    day.press(&open);
    assert_eq!(vault(&day), Some(Verdict::Good));
    assert_eq!(day.vault_checks, 1);
    day.press(&[Touch::Home]);
    day.time.advance(CHECK_EVERY);
    day.input(Input::Tick);
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&open);
    assert_eq!(
        vault(&day),
        Some(Verdict::Good),
        "until the next one has ended"
    );
    assert_eq!(day.vault_checks, 2);
}

#[test]
fn an_event_for_a_covered_screen_waits_until_it_shows_again() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.press(&[Touch::Main]);
    day.card([peek(10, 3)]);
    day.digits([1, 3, 0, 8, 2, 8, 2, 0, 3, 2, 2, 2, 8, 5]);
    day.press(&[Touch::Main, Touch::Help]);
    let ticket = day.unanswered[0];
    day.input(Input::Card(ticket, good()));
    assert_eq!(
        day.screen(),
        Screen::Help,
        "nobody is torn out of what they read"
    );
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::Compare);
}

#[test]
fn a_pause_that_needs_a_person_shows_its_code_until_the_line_works_again() {
    use crate::sync::{RoundReport, SyncReport};
    let mut day = Day::set_up();
    let report = RoundReport {
        at: day.clock.now().wall,
        result: Err(Problem::Refused(ProblemCode::NetPortal)),
        paused: Some(ProblemCode::NetPortal),
    };
    day.input(Input::Synced(SyncReport::Round(report)));
    let code = ProblemCode::NetPortal;
    assert_eq!(day.view().strip.network, Network::Paused { code });
    day.sync();
    assert_eq!(day.view().strip.network, Network::Online);
}

#[test]
fn a_vault_that_does_not_answer_at_the_start_is_told_and_asked_again() {
    use crate::entropy::SeededEntropy;
    use crate::setup;
    use crate::store::StoreJob;
    use crate::terminal::effect::Effect;
    let (time, clock) = crate::testing::clock();
    let mut terminal = Terminal::new(
        crate::testing::desk::config(),
        clock.now(),
        Box::new(SeededEntropy::new(1)),
    );
    let load = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Store(ticket, StoreJob::Setup(setup::Job::Load)) => Some(*ticket),
            _ => None,
        })
    };
    let ticket = load(&terminal.handle(Input::Started, clock.now())).unwrap();
    terminal.handle(
        Input::Stored(ticket, Err(Problem::VaultCorrupt)),
        clock.now(),
    );
    let Page::Trouble(page) = terminal.view().page else {
        panic!("{terminal:?}")
    };
    assert_eq!(page.code, ProblemCode::VaultCorrupt);
    time.advance(Duration::from_secs(1));
    terminal.handle(Input::Touch(Touch::Main), clock.now());
    assert_eq!(terminal.view().screen, Screen::Lock);
    // Nobody can go in meanwhile.
    time.advance(Duration::from_secs(1));
    terminal.handle(Input::Touch(Touch::Main), clock.now());
    assert_eq!(terminal.view().screen, Screen::Lock);
    assert!(load(&terminal.handle(Input::Tick, clock.now())).is_some());
}

#[test]
fn a_certificate_that_was_not_renewed_is_said_on_every_page_from_fifteen_days_on() {
    let mut day = Day::set_up();
    assert_eq!(day.view().strip.certificate, None);
    for (left, said) in [(16, false), (15, true), (7, true), (30, false)] {
        let to = day.clock.now().wall.unix_ms() + left * crate::testing::DAY;
        let life = [to - 60 * crate::testing::DAY, to];
        day.vault
            .write(|tx| {
                let sql = "UPDATE sync_identity SET not_before_ms = ?1, not_after_ms = ?2";
                Ok(tx.execute(sql, life).map(drop)?)
            })
            .unwrap();
        // Whatever the line brings makes the desk look again.
        day.input(Input::Synced(crate::sync::SyncReport::Renewed(Ok(()))));
        assert_eq!(day.view().strip.certificate.is_some(), said, "{left}");
    }
}

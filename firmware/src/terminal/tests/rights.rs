//! Who sees what: the tiles of a role, and screens that no flow can show it.

use std::collections::HashSet;

use protocol::person::StaffRole;

use crate::access::rights;
use crate::terminal::Terminal;
use crate::terminal::effect::{Input, Room};
use crate::terminal::flow::{Flow, Next};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::Page;
use crate::testing::desk::{Day, good, peek};

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
    day.describe_office();
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

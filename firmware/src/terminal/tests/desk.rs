//! What belongs to every screen: idle, lock, touches, and what nobody may print.

use std::time::Duration;

use protocol::problem::ProblemCode;

use crate::error::Problem;
use crate::terminal::effect::{Input, Ticket};
use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{Page, View};
use crate::terminal::{DOUBLE_TOUCH, Terminal};
use crate::testing::desk::{Day, good, peek, user};

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

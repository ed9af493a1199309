//! Passcode, lockout, first login, staff.

use protocol::command::StaffRecord;
use protocol::person::StaffRole;
use protocol::problem::ProblemCode;
use protocol::text::PersonName;

use crate::terminal::screen::Screen;
use crate::terminal::touch::Touch;
use crate::terminal::view::{NewPasscodeNote, Page, PasscodeReason, StaffState};
use crate::testing::desk::{Day, user};

#[test]
fn a_wrong_passcode_says_how_many_tries_are_left_and_the_third_pauses_this_person_only() {
    let mut day = Day::set_up();
    day.press(&[Touch::Main, Touch::Staff(user("takahashi01"))]);
    for left in [2, 1] {
        day.digits([0, 0, 0, 0]);
        day.press(&[Touch::Main]);
        let Page::Passcode(page) = day.view().page else {
            panic!()
        };
        assert_eq!(
            (page.wrong_left, page.typed, page.checking),
            (Some(left), 0, false)
        );
    }
    day.digits([0, 0, 0, 0]);
    day.press(&[Touch::Main]);
    let Page::Lockout(page) = day.view().page else {
        panic!()
    };
    assert_eq!(page.wrong, 3);
    assert_eq!(page.left.unwrap().as_secs(), 60);
    // The others can work.
    day.press(&[Touch::Main, Touch::Staff(user("satomisaki"))]);
    day.digits([4, 0, 7, 1]);
    day.press(&[Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::Home);
}

#[test]
fn the_pause_counts_in_minutes_and_ends_by_itself() {
    let mut day = Day::set_up();
    day.press(&[Touch::Main, Touch::Staff(user("takahashi01"))]);
    for _ in 0..3 {
        day.digits([0, 0, 0, 0]);
        day.press(&[Touch::Main]);
    }
    day.press(&[Touch::Awake]);
    day.wait(30);
    let Page::Lockout(page) = day.view().page else {
        panic!()
    };
    assert_eq!(page.left.unwrap().as_secs() % 60, 0, "never seconds");
    day.press(&[Touch::Awake]);
    day.wait(31);
    assert_eq!(day.screen(), Screen::Passcode);
}

#[test]
fn an_administrator_opens_a_pause_with_their_own_passcode() {
    let mut day = Day::set_up();
    day.press(&[Touch::Main, Touch::Staff(user("takahashi01"))]);
    for _ in 0..3 {
        day.digits([0, 0, 0, 0]);
        day.press(&[Touch::Main]);
    }
    assert_eq!(day.screen(), Screen::Lockout);
    day.press(&[Touch::Second]);
    let Page::StaffChoice(choice) = day.view().page else {
        panic!()
    };
    assert_eq!(choice.total, 1, "only who may open it");
    day.press(&[Touch::Row(0)]);
    let Page::Passcode(page) = day.view().page else {
        panic!()
    };
    assert_eq!(page.reason, PasscodeReason::OpenLockout);
    day.digits([4, 0, 7, 1]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Passcode);
    day.digits([8, 2, 6, 3]);
    day.press(&[Touch::Main, Touch::Main]);
    assert_eq!(day.screen(), Screen::Home);
}

#[test]
fn too_common_and_mismatched_passcodes_are_refused_with_the_reason() {
    let mut day = Day::new();
    day.press(&[Touch::Main]);
    day.text("ABCDE-FGHJK-LMNPQ-RSTUV");
    day.press(&[Touch::Main]);
    day.fill_profile();
    day.press(&[Touch::Main, Touch::Field(0)]);
    day.text("佐藤 美咲");
    day.press(&[Touch::Main, Touch::Field(1)]);
    day.text("satomisaki");
    day.press(&[Touch::Main, Touch::Main]);
    let note = |day: &Day| match day.view().page {
        Page::NewPasscode(page) => (page.note, page.again),
        other => panic!("{other:?}"),
    };
    for common in [[0, 0, 0, 0], [1, 2, 3, 4], [1, 9, 4, 5], [0, 8, 2, 8]] {
        day.digits(common);
        day.press(&[Touch::Main]);
        assert_eq!(note(&day), (Some(NewPasscodeNote::TooCommon), false));
    }
    day.digits([4, 0, 7, 1]);
    day.press(&[Touch::Main]);
    assert_eq!(note(&day), (None, true));
    day.digits([4, 0, 7, 2]);
    day.press(&[Touch::Main]);
    assert_eq!(note(&day), (Some(NewPasscodeNote::Mismatch), false));
}

#[test]
fn a_first_login_needs_somebody_who_vouches_and_then_sets_its_own_passcode() {
    let mut day = Day::set_up();
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[Touch::Second, Touch::Row(1)]);
    assert_eq!(day.screen(), Screen::StaffAdmin);
    day.press(&[Touch::Main, Touch::Field(0)]);
    day.text("山﨑 由美");
    day.press(&[Touch::Main, Touch::Field(1)]);
    day.text("yamazaki02");
    day.press(&[Touch::Main, Touch::Main]);
    // She is not there today.
    assert_eq!(day.screen(), Screen::NewPasscode);
    day.press(&[Touch::Back]);
    assert_eq!(day.screen(), Screen::StaffAdmin);
    let Page::StaffAdmin(page) = day.view().page else {
        panic!()
    };
    let row = page
        .staff
        .rows
        .iter()
        .find(|row| row.id == user("yamazaki02"))
        .unwrap();
    assert_eq!(row.state, StaffState::PasscodeDue);
    day.press(&[
        Touch::LockNow,
        Touch::Main,
        Touch::Staff(user("yamazaki02")),
    ]);
    // Nobody takes her name without a second person.
    assert_eq!(day.screen(), Screen::StaffChoice);
    day.press(&[Touch::Staff(user("satomisaki"))]);
    day.digits([4, 0, 7, 1]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::NewPasscode);
    day.digits([5, 9, 3, 8]);
    day.press(&[Touch::Main]);
    day.digits([5, 9, 3, 8]);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Pledge);
    day.press(&[Touch::Main]);
    assert_eq!(day.screen(), Screen::Home);
    assert_eq!(day.view().staff.as_deref(), Some("山﨑 由美"));
}

#[test]
fn an_administrator_stops_a_leaver_with_two_touches_and_they_are_offered_no_more() {
    let mut day = Day::set_up();
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[
        Touch::Second,
        Touch::Row(1),
        Touch::Staff(user("takahashi01")),
        Touch::Second,
    ]);
    let Page::StaffEdit(page) = day.view().page else {
        panic!()
    };
    assert!(page.confirm_stop);
    day.press(&[Touch::Second]);
    assert_eq!(day.screen(), Screen::StaffAdmin);
    day.press(&[Touch::LockNow, Touch::Main]);
    let Page::StaffChoice(choice) = day.view().page else {
        panic!()
    };
    assert_eq!(choice.total, 1);
}

/// J-3 of a member, for 佐藤.
fn edit(day: &mut Day, id: &str) -> crate::terminal::view::StaffEditPage {
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[Touch::Second, Touch::Row(1), Touch::Staff(user(id))]);
    match day.view().page {
        Page::StaffEdit(page) => page,
        other => panic!("not the member: {other:?}"),
    }
}

#[test]
fn a_forgotten_passcode_is_replaced_on_the_spot_and_ends_the_pause() {
    let mut day = Day::set_up();
    day.press(&[Touch::Main, Touch::Staff(user("takahashi01"))]);
    for _ in 0..3 {
        day.digits([0, 0, 0, 0]);
        day.press(&[Touch::Main]);
    }
    assert_eq!(day.screen(), Screen::Lockout);
    day.press(&[Touch::Back]);
    let page = edit(&mut day, "takahashi01");
    assert_eq!(page.state, Some(StaffState::LockedOut));
    assert!(page.passcode);
    day.press(&[Touch::Third]);
    let Page::NewPasscode(page) = day.view().page else {
        panic!("not asked")
    };
    assert_eq!(page.name, "髙橋 健一");
    for _ in 0..2 {
        day.digits([5, 9, 3, 8]);
        day.press(&[Touch::Main]);
    }
    assert_eq!(day.screen(), Screen::StaffAdmin);
    assert_eq!(
        day.rows("SELECT count(*) FROM audit WHERE event LIKE '%passcode_set%takahashi01%' AND staff = 'satomisaki'"),
        1
    );
    day.press(&[Touch::LockNow]);
    day.unlock("takahashi01", [5, 9, 3, 8]);
    assert_eq!(day.screen(), Screen::Home);
    day.press(&[Touch::LockNow]);
    day.unlock("takahashi01", [8, 2, 6, 3]);
    assert_eq!(day.screen(), Screen::Passcode, "the old one is gone");
}

#[test]
fn nobody_is_offered_a_new_passcode_for_themselves_or_for_a_leaver() {
    let mut day = Day::set_up();
    let page = edit(&mut day, "satomisaki");
    assert!(!page.passcode);
    day.press(&[Touch::Third]);
    assert_eq!(day.screen(), Screen::StaffEdit);
    day.press(&[Touch::Home]);
    day.gateway.tell(protocol::answer::FeedItem::StaffStopped {
        id: user("takahashi01"),
    });
    day.sync();
    day.press(&[
        Touch::Second,
        Touch::Row(1),
        Touch::Staff(user("takahashi01")),
    ]);
    let Page::StaffEdit(page) = day.view().page else {
        panic!()
    };
    assert!(!page.passcode);
}

#[test]
fn a_leaver_stopped_by_the_gateway_is_locked_out_in_the_middle_of_work() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    assert_eq!(day.screen(), Screen::Home);
    day.gateway.tell(protocol::answer::FeedItem::StaffStopped {
        id: user("takahashi01"),
    });
    day.sync();
    assert_eq!(day.screen(), Screen::Lock);
    assert!(day.view().staff.is_none());
}

#[test]
fn a_changed_role_from_another_terminal_locks_the_desk_so_that_rights_are_asked_again() {
    let mut day = Day::set_up();
    day.unlock("takahashi01", [8, 2, 6, 3]);
    day.gateway
        .tell(protocol::answer::FeedItem::Staff(StaffRecord {
            id: user("takahashi01"),
            name: PersonName::parse("髙橋 健一").unwrap(),
            role: StaffRole::Technician,
            services: Vec::new(),
            occupation: None,
            active: true,
        }));
    day.sync();
    assert_eq!(day.screen(), Screen::Lock);
}

#[test]
fn the_last_administrator_is_told_why_they_cannot_stop_themselves() {
    let mut day = Day::set_up();
    day.unlock("satomisaki", [4, 0, 7, 1]);
    day.press(&[
        Touch::Second,
        Touch::Row(1),
        Touch::Staff(user("satomisaki")),
    ]);
    day.press(&[Touch::Second, Touch::Second]);
    let Page::StaffEdit(page) = day.view().page else {
        panic!()
    };
    assert_eq!(page.note, Some(ProblemCode::AccessDenied));
}
